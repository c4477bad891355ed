#ifndef WSTAP_SESSION_REPLAY_H
#define WSTAP_SESSION_REPLAY_H

#include "base/err.h"
#include "format/tape.h"
#include "net/deadline.h"
#include "session/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A record that is sent again (--replay): what its writer sent, or as a
 * listener what its other end did, each thing when it went then, counted from
 * the opening. Answers to pings and to a close, which are given in any case,
 * are left out.
 *
 *     tape -> replay_next() -> input
 *
 * A close that the record has waits for as many messages as had come before
 * it, but no longer than -w has it without one.
 */
struct replay_config {
	const struct tape *tape; /* borrowed; NULL: nothing is replayed */
	bool theirs;             /* send what came in */
	bool open_ended;         /* no close: something follows */
	double speed;            /* 0: all at once */
	int64_t patience_ms;     /* -w; -1: no limit */
};

struct replay {
	struct replay_config config;
	size_t at;                /* the next entry */
	int64_t began_ns;         /* 0: not yet */
	int64_t quiet_ns;         /* nothing went or came since */
	uint64_t sent;            /* messages and frames */
	uint64_t expected, heard; /* data messages of the other end: those
	                           * that the record has so far; those that
	                           * came */
	size_t last_ping;         /* of the other end: its place, behind it */
	bool closed;              /* the other end did, in the record */

	/* --replay-check */
	size_t next_in; /* where the next of the other end is looked for */
	uint64_t came, same, extra, differences;
	bool close_checked;
};

/* Reads --replay's file; false with err. The note is told. */
bool replay_load(
	struct tape *t, const char *path, const char *url, struct err *err);

/* Its beginning, for another connection, too. */
void replay_init(struct replay *r, const struct replay_config *config);

/* The next thing to be sent, where its time has come; good until the tape
 * goes. It is through with replay_step(). */
bool replay_next(struct replay *r, struct feed_piece *piece);
void replay_step(struct replay *r);

/* When there is more to do. */
struct deadline replay_deadline(const struct replay *r);

/* A data message came in. */
void replay_heard(struct replay *r);

/* Whether all of it went; how many messages did not yet. */
bool replay_ended(const struct replay *r);
uint64_t replay_held(const struct replay *r);

/* Whether an entry is of the end that is replayed. */
static inline bool replay_is_ours(
	const struct replay *r, const struct tape_entry *e)
{
	return e->out != r->config.theirs;
}

#endif
