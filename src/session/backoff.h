#ifndef WSTAP_SESSION_BACKOFF_H
#define WSTAP_SESSION_BACKOFF_H

#include <stdint.h>

/*
 * How long to wait before connecting again: twice as long each time, from
 * half a second to 30 s, and of that a random part between a half and all, so
 * that the clients of a server that went away don't come back as one.
 */
enum { BACKOFF_FIRST_MS = 500, BACKOFF_MAX_MS = 30000 };

struct backoff {
	unsigned attempts; /* in a row */
};

/* The wait before the next attempt, in milliseconds. random: 32 random
 * bits. */
int64_t backoff_next_ms(struct backoff *b, uint32_t random);

/* A connection stayed: the next wait is the first again. */
void backoff_reset(struct backoff *b);

#endif
