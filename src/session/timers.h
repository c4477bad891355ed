#ifndef WSTAP_SESSION_TIMERS_H
#define WSTAP_SESSION_TIMERS_H

#include "net/deadline.h"

#include <stdbool.h>

struct session;

/* All that happens by the clock: -w, the closing handshake's end, --timeout,
 * keep-alive pings, the meter. Times are of the turn (s->now_ns). */

/* When the next thing is due. */
struct deadline timers_next(const struct session *s);

/* Does what is due. */
void timers_run(struct session *s);

/* Whether the other end has had time enough to end the connection. */
bool timers_closing_over(const struct session *s);

/* Whether what comes in waits for standard output. */
bool timers_output_blocked(const struct session *s);

#endif
