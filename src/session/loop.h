#ifndef WSTAP_SESSION_LOOP_H
#define WSTAP_SESSION_LOOP_H

#include <stdbool.h>

struct session;

/*
 * The only select(): from the open connection to its end; from a listener's
 * first client to its last; or, where there is no connection (the prompt waits for one), until s->idle_until, or until the
 * user wants one or the end.
 *
 *     network -> in -> event -> text -> stdout        (and echo -> out)
 *     stdin -> line -> input -> out -> network
 *
 * Interests are computed anew each turn from how full the buffers are: a
 * non-empty buffer has its drain in the set, one with room its source.
 * Reading the network doesn't depend on out, writing it doesn't depend on in:
 * two peers that both write first never wait for each other.
 *
 * Comes back when the connection is over; s->err says how.
 */
void loop_run(struct session *s);

/* Whether s->link is through: closed, and all that came of it shown. */
bool loop_link_over(const struct session *s);

#endif
