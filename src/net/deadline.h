#ifndef WSTAP_NET_DEADLINE_H
#define WSTAP_NET_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* The one place that reads the clock: CLOCK_MONOTONIC. */

/* A moment, in nanoseconds of the monotonic clock; DEADLINE_NEVER never
 * comes. */
struct deadline {
	int64_t at_ns;
};

#define DEADLINE_NEVER ((struct deadline){ INT64_MAX })

int64_t clock_now_ns(void);

/* ms from now; a negative ms is never. */
struct deadline deadline_in_ms(int64_t ms);

/* The earlier of two. */
struct deadline deadline_first(struct deadline a, struct deadline b);

/* Milliseconds until then, rounded up, for poll(): 0 when it has come, -1 for
 * never. */
int deadline_left_ms(struct deadline d);

/* From now on every time left is 0, whatever the deadline, until it is said
 * otherwise: a signal's handler may call this. The signal itself wakes a
 * poll() that sleeps. */
void deadline_hurry(bool on);

#endif
