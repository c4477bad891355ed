#ifndef WSTAP_SESSION_PINGER_H
#define WSTAP_SESSION_PINGER_H

#include "net/deadline.h"

#include <stdbool.h>

struct session;
struct ws_event;

/*
 * --ping: what ping(8) is for a host. A ping every --ping-interval, a line on
 * standard output for each pong, and one for each ping whose pong did not come
 * within --ping-timeout; the summary at the end, which is that of COUNT pings,
 * Ctrl-C, or the connection. What else comes in is counted, and not shown.
 *
 * Each ping says eight random bytes and its number: a pong is known whenever
 * it comes, and what was not asked for is ignored.
 */
struct pinger;

/* The connection is open: the first line. Nothing without --ping. */
void pinger_begin(struct session *s);

/* Whether this pong is of one of the pings: then it was told. */
bool pinger_pong(struct session *s, const struct ws_event *ev);

/* Does what is due by the clock. */
void pinger_run(struct session *s);
struct deadline pinger_deadline(const struct session *s);

/* Ctrl-C: the summary, and the end. False where that is not the way. */
bool pinger_stop(struct session *s);

/* The connection has ended: the summary, unless it was told. */
void pinger_end(struct session *s);

void pinger_free(struct pinger *p);

#endif
