#ifndef WSTAP_FORMAT_TRACE_H
#define WSTAP_FORMAT_TRACE_H

#include "base/buf.h"
#include "format/hexdump.h"
#include "ws/dissect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Frames as lines for people and for grep: what ws/dissect sighted, and dumps
 * below it. The first columns are the time, the seconds since that connection's
 * line before (at first, since it was opened), who sent it, and the opcode; then
 * key=value words, as /frame takes them.
 *
 *     12:00:00.000123  +0.000045 out text   fin=1 rsv=0 mask=1a2b3c4d len=5 msg=1
 *       header   00000000  81 85 1a 2b 3c 4d
 *       payload  00000000  48 65 6c 6c 6f                                    |Hello|
 *     12:00:00.000456  +0.000333 in  text   fin=0 rsv=4 mask=-        len=3 inflated=2 msg=1 frame=1
 *       header   00000000  41 03
 *       payload  00000000  f2 48 cd                                          |.H.|
 *       inflated 00000000  48 65                                             |He|
 *     12:00:00.000500  +0.000044 in  ping   fin=1 rsv=0 mask=-        len=0
 *       header   00000000  89 00
 *     12:00:00.000789  +0.000289 in  close  fin=1 rsv=0 mask=-        len=5 code=1000 (normal closure) reason="bye"
 *
 * len= is the payload's length on the wire, behind the header's bytes. msg= is
 * the number of the message among those of its direction, and frame= that of
 * the frame in it, where there is more than one.
 *
 * A frame of opcode 3 is "op3". A long one has a line when it begins, with
 * came=N, the bytes of it that came so far, and one at its end, with end=1:
 *
 *     ... in  binary fin=1 rsv=0 mask=-        len=1000000 came=128 msg=2
 *     ... in  binary fin=1 rsv=0 mask=-        len=1000000 end=1 msg=2
 *
 * One whose end never came has came=N and "(cut off)"; where even its header
 * is not whole, header=N stands for what is not known. What else can be said:
 * "client=3" in front of the opcode; "(no DEFLATE data)" of the frame that
 * broke a stream of compressed data, and inflated=? from there on; "(length
 * not in its shortest form)". A close frame without a code has code=-.
 *
 * What a peer chose, its reason, is safe for a terminal, and has no quotation
 * mark in it (\x22), so that it cannot look like words of ours.
 */

/* The sequences that begin each colour, and the one that ends any of them. Each
 * is shorter than TRACE_COLOR_MAX bytes. */
struct trace_colors {
	const char *out, *in; /* direction and opcode of messages */
	const char *control;  /* the opcode of close, ping and pong */
	const char *fault;    /* what is broken or cut off */
	const char *faint;    /* times and dumps */
	const char *off;
};

struct trace_config {
	size_t bytes;   /* of a payload, in a dump; 0: no dumps */
	size_t columns; /* of the terminal; 0: any */
	const struct trace_colors *colors; /* NULL: none */
};

/* A frame's place in time and among the connections. */
struct trace_when {
	const char *time; /* safe to print; shorter than TRACE_TIME_MAX */
	int64_t since_ns; /* since the line before; below 0 counts as 0 */
	bool out;         /* we sent it */
	uint64_t client;  /* 0: there is only one connection */
};

/* A frame being written. */
struct trace {
	const struct trace_config *config;
	struct trace_when when;
	struct ws_sighting frame;
	enum trace_part {
		TRACE_LINE,
		TRACE_HEADER,
		TRACE_PAYLOAD,
		TRACE_PLAIN,
		TRACE_DONE,
	} part;
	struct hexdump dump;
	size_t at;    /* bytes of the part that are in the dump */
	bool in_part; /* its dump has begun */
};

enum {
	TRACE_COLOR_MAX = 32,
	TRACE_TIME_MAX = 128,
	TRACE_ROOM = 2048, /* room that makes progress */
};

/* Begins to write. What the config, the time and the sighting point to is
 * needed until all of it is out. */
void trace_begin(struct trace *t, const struct trace_config *config,
	const struct trace_when *when, const struct ws_sighting *frame);

/* Queues whole lines while out has TRACE_ROOM bytes of room. True once all of
 * them are out. */
bool trace_next(struct trace *t, struct buf *out);

#endif
