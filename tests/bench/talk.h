#ifndef BENCH_TALK_H
#define BENCH_TALK_H

#include "wire.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What the load server does with one connection. The path says it:
 *
 *     /echo                              every message back as it came
 *     /sink[?n=N]                        counts; closes after N messages
 *     /source?n=N&size=M[&type=binary]   N messages of M bytes, then 1000
 *
 * Without WebSocket (raw) the source sends each payload and a newline, as a
 * client writes it; the sink counts bytes; the echo gives back bytes.
 */
enum talk_mode { TALK_ECHO, TALK_SINK, TALK_SOURCE };

struct talk {
	struct wire wire;
	bool raw;
	enum talk_mode mode;
	uint64_t count; /* n; 0 where the path has none */
	uint64_t size;
	bool binary;
	/* What was seen of data: for a source, sent. */
	uint64_t messages;
	uint64_t bytes;
	bool ended; /* as it should: the closing handshake, or the FIN */
};

/* Reads a path into mode, count, size and binary; false where it is none. */
bool talk_path(struct talk *t, const char *path);

/* The word of a mode in a path, without its slash. */
const char *talk_mode_name(enum talk_mode mode);

/* All that is said on a connection, from the handshake on. t->raw tells
 * whether there is one; where not, the path was read before. */
void talk(struct talk *t);

/* Finishes, and waits for the client's end: what still comes would turn the
 * close into a reset. */
void talk_end(struct talk *t);

#endif
