#ifndef WSTAP_SESSION_REPLAY_CHECK_H
#define WSTAP_SESSION_REPLAY_CHECK_H

#include "session/replay.h"

#include <stdbool.h>

/*
 * --replay-check: what comes in is compared with the record, message by
 * message in its order, and the close. Pings and pongs are not. What differs
 * is told at once, a line each; at the end what did not come, and how many
 * were the same.
 */
struct session;

/* The message, or the close, at hand came in. */
void replay_check_event(struct session *s);

/* Whether the other end's close at hand is that of the record: then it is no
 * error. */
bool replay_check_expects_close(const struct session *s);

/* The connection has ended. */
void replay_check_end(struct session *s);

/* The run has: it is an error where there was a difference. */
void replay_check_settle(struct session *s);

#endif
