#ifndef WSTAP_UI_OUTPUT_H
#define WSTAP_UI_OUTPUT_H

#include "base/buf.h"

#include <stdbool.h>

/*
 * Standard output, written without ever waiting and without changing the
 * flags of a file description that is shared with others: a pipe or terminal
 * is opened again through /proc (and a pipe made as large as may be: the
 * cheapest gain in speed there is), a socket is sent to with MSG_DONTWAIT, a
 * file never blocks. Where none of that works, at most PIPE_BUF bytes are
 * written when select() says so.
 */
struct output {
	int fd;   /* what to write to and to select on */
	bool own; /* fd was opened here */
	bool socket;
	bool pipe;    /* and fd can only be written to */
	size_t most;  /* bytes in one write */
	bool waiting; /* the last write would have blocked */
};

/* Lets a pipe, of output or input, hold as much as it may; nothing for what is
 * no pipe. */
void output_widen(int fd);

/* How many columns and rows a terminal has; 0 where that is not known. */
unsigned output_columns(int fd);
unsigned output_rows(int fd);

void output_init(struct output *o, int fd);
void output_release(struct output *o);

/* Writes what it can of the first len bytes of b and consumes it. False with
 * errno where the output is broken (EPIPE: its reader went away). */
bool output_write(struct output *o, struct buf *b, size_t len);

/* Whether a pipe has lost its reader. Then select() calls it readable. */
bool output_gone(const struct output *o);

#endif
