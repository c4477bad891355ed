#ifndef WSTAP_SESSION_KEEPALIVE_H
#define WSTAP_SESSION_KEEPALIVE_H

#include "net/deadline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Pings that keep a connection alive, and show when it is dead: one every
 * interval, whose pong must come within the timeout. Pure: the caller sends,
 * and tells the time.
 *
 * A pong for a later ping answers the earlier ones, too (RFC 6455 5.5.3).
 */
enum { KEEPALIVE_PAYLOAD = 8 };

struct keepalive {
	int64_t interval_ns, timeout_ns; /* 0: no pings; never */
	int64_t next_ns;                 /* when the next ping is due */
	int64_t oldest_ns; /* when the oldest without a pong was sent */
	int64_t sent_ns;   /* when the latest was */
	uint64_t sent;     /* number of the latest ping ... */
	uint64_t answered; /* ... and of the latest with a pong */
	uint64_t base;     /* random: numbers on the wire start here */
};

/* Times in ms; TIME_UNSET for one is the other's value, for both: no pings.
 * TIME_INFINITE for the interval: no pings; for the timeout: no end. */
void keepalive_init(struct keepalive *k, int64_t interval_ms,
	int64_t timeout_ms, uint64_t base, int64_t now_ns);

/* When there is something to do. */
struct deadline keepalive_deadline(const struct keepalive *k);

/* Whether a ping is due: then its payload is set, and keepalive_sent() follows
 * once it is on its way. */
bool keepalive_due(const struct keepalive *k, int64_t now_ns,
	uint8_t payload[KEEPALIVE_PAYLOAD]);
void keepalive_sent(struct keepalive *k, int64_t now_ns);

/* Whether a pong is overdue. */
bool keepalive_late(const struct keepalive *k, int64_t now_ns);

/* A pong came: whether it answers one of ours. */
bool keepalive_pong(struct keepalive *k, const uint8_t *data, size_t len);

/* No pong could have come until now: its time counts from here. */
void keepalive_excuse(struct keepalive *k, int64_t now_ns);

#endif
