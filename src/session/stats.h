#ifndef WSTAP_SESSION_STATS_H
#define WSTAP_SESSION_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a connection did, for --stats and /stats: it is only counted here, by
 * who knows, and put into lines. Times are nanoseconds of the monotonic
 * clock.
 */

/* When each phase of the set-up was over; 0: there was none, or it was not
 * reached. */
struct stats_phases {
	int64_t began, resolved, connected, secured, upgraded, first_message;
};

struct stats_side {
	uint64_t messages, binary; /* data messages whole; of them, binary */
	uint64_t bytes;            /* their payloads, as the user sees them */
	uint64_t wire; /* bytes on the transport, after the upgrade */
	uint64_t pings, pongs;
};

/* Round trips, of pings and their pongs: the newest STATS_TRIPS of them. */
enum { STATS_TRIPS = 1024 };

struct stats {
	struct stats_phases phases;
	struct stats_side in, out;
	uint64_t trips;
	int64_t trip_ns[STATS_TRIPS];
};

/* A new connection begins now: everything is 0. */
void stats_begin(struct stats *s, int64_t now_ns);

void stats_trip(struct stats *s, int64_t ns);

/* How the connection stands or ended, in words of the caller; NULL: it is
 * still open. */
struct stats_end {
	int64_t now_ns;
	const char *how; /* "closed by the server: 1000 (normal closure)" */
	int compressed;  /* whether permessage-deflate was agreed on */
};

/* Calls say with each line, without newline, to be read in a column of words
 * and one of numbers:
 *
 *     look-up       0.112 ms
 *     TCP           0.034 ms
 *     TLS           -                      (where there was none: no line)
 *     upgrade       0.240 ms
 *     first message 1.340 ms               (after the upgrade)
 *     open for      12.345 s
 *     in            3 messages (1 binary), 1,234 bytes; on the wire 402
 *     out           2 messages, 20 bytes; on the wire 64
 *     pings         in 1, out 2; pongs in 2, out 1
 *     compression   in 3.07 : 1, out 0.31 : 1          (where agreed on)
 *     round trips   5: min 0.120, median 0.140, p95 0.250, max 0.250 ms
 *     end           closed by the server: 1000 (normal closure)
 *
 * Lines that have nothing to say (no look-up, no pings, no trips; from "open
 * for" to "round trips" all, where nothing was upgraded) are left out, and so
 * is what they say of a side without binary messages, or without messages to
 * compress. Numbers of bytes and messages have commas. Each phase is counted
 * from the one before that there was. Where there were more trips than are
 * kept, the line says so: "2,000; the newest 1,024: min ...". A line is cut
 * after some 1,000 bytes. */
void stats_tell(const struct stats *s, const struct stats_end *end,
	void (*say)(void *arg, const char *line), void *arg);

#endif
