#ifndef WSTAP_SESSION_TRACING_H
#define WSTAP_SESSION_TRACING_H

#include "base/buf.h"
#include "net/deadline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/*
 * --trace and /set trace: the bytes of a connection on their way between the
 * transport and its buffers become lines about frames (ws/dissect,
 * format/trace).
 *
 *     network_read, network_write -> tracing_bytes() -> lines -> a file,
 *                                    standard error, or above the prompt
 *
 * What was made of the bytes of one read or write is written at once: what is
 * traced stands before what becomes of it, and whoever follows the file sees
 * it. Writing waits for a file, a pipe or standard error, until --timeout; for
 * the terminal of the prompt five seconds, then lines are left out and counted.
 *
 * Where s->link->trace is NULL nothing is traced, and nobody but /set trace
 * calls in here.
 */
struct tracing {
	bool on;     /* connections are traced */
	int fd;      /* standard error, or: */
	bool own;    /* a file opened here */
	bool color;  /* what fd leads to is to have colours */
	bool broken; /* the file takes no more */
	struct buf lines;
	uint64_t left_out; /* lines that the prompt's terminal did not take */
	int64_t second;    /* of the wall clock, whose time of day is: */
	char clock[16];
};

struct tracing_link;

/* Opens --trace's file; false with s->link->err where that can't be written. */
bool tracing_open(struct session *s);
void tracing_release(struct session *s);

/* s->link was opened: it is traced from its first byte, where that is wanted.
 * What came behind the handshake's answer is in its `in`. */
void tracing_connect(struct session *s);

/* The next n bytes of s->link, which has a trace, as they are on the wire. */
void tracing_bytes(struct session *s, bool out, const uint8_t *p, size_t n);

/* s->link ended: what came of a frame that is not whole is told. */
void tracing_part(struct session *s);

/* A frame that does not go on is told as far as it is: when, and doing so. For
 * an s->link that has a trace. */
struct deadline tracing_deadline(const struct session *s);
void tracing_run(struct session *s);

/* s->tracing.on was set: that goes for the present connections, too, from
 * their next frames on. */
void tracing_switch(struct session *s);

/* Whether its lines would stand inside the messages that are shown. */
bool tracing_parts_lines(const struct session *s);

/* NULL is fine. */
void tracing_link_free(struct tracing_link *t);

#endif
