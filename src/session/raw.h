#ifndef WSTAP_SESSION_RAW_H
#define WSTAP_SESSION_RAW_H

#include "format/rawframe.h"
#include "net/deadline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Raw frames on their way out. One begins when all before it has left, and has
 * `out` for itself until its last byte has left: nothing else could be told
 * apart from it. At a cut it goes on once all before that has left, and the
 * pause is over.
 */
struct outgoing;

struct raw {
	const struct rawframe *frame; /* being sent; borrowed */
	uint8_t key[4];
	uint64_t at;         /* bytes of it put into out ... */
	uint64_t stop;       /* ... of those before the next cut */
	bool began;          /* just now: nobody was told yet */
	bool pausing;        /* at a cut, and all before it has left ... */
	int64_t until_ns;    /* ... until then; 0: nobody looked at the clock */
	bool given_up;       /* it is never finished, and nothing follows it */
	bool unfinished;     /* raw frames began a message and did not end it */
	bool closed;         /* one of them was our close ... */
	uint16_t code;       /* ... with this */
	uint64_t no_message; /* those that ended no message */
};

/* Sends a frame, as far as there is room; *at grows by what went. True once
 * all of it has left. */
bool raw_put(struct outgoing *o, const struct rawframe *f, size_t *at);

/* Whether one could begin now, also behind our close. */
bool raw_ready(const struct outgoing *o);

/* What the frame that has begun leaves in doubt: see rawframe_doubts(). */
void raw_doubts(const struct outgoing *o, char out[RAWFRAME_DOUBTS]);

/* When a pause is over, and to see to it; true where it is just over. */
struct deadline raw_deadline(const struct outgoing *o);
bool raw_wake(struct outgoing *o, int64_t now_ns);

/* The connection is to end: a frame that is in a pause or gets no further is
 * given up. True where one just was: then the network is to be shut down, as
 * a close frame would be taken for a part of it. */
bool raw_give_up(struct outgoing *o);

#endif
