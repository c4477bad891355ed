#ifndef WSTAP_SESSION_STATS_H
#define WSTAP_SESSION_STATS_H

#include "base/buf.h"
#include "ws/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a connection did, for --stats, /stats, --ping and -v: it is only
 * counted here, by who knows, and put into words or JSON. Times are
 * nanoseconds of the monotonic clock.
 */

/* When each phase of the set-up was over; 0: there was none, or it was not
 * reached. */
struct stats_phases {
	int64_t began, resolved, connected, secured, upgraded, first_message;
};

struct stats_side {
	/* What was written to the network, or came from it: data messages
	 * whole; of them, binary; and payloads as the user sees them, also of a
	 * message that is not whole. */
	uint64_t messages, binary;
	uint64_t bytes;
	uint64_t wire;   /* bytes on the transport, after the upgrade */
	bool compressed; /* some of the messages were */
	struct ws_tally frames[WS_OPCODES]; /* by opcode */
};

/* Who ended the connection. */
enum stats_by {
	STATS_OPEN, /* nobody yet */
	STATS_US,   /* our close was, or would have been, first; because of a
	             * fault, too */
	STATS_PEER,
	STATS_LOST, /* it went without a close frame either way */
};

/* How it ended: the code and reason are the other end's, where a close frame
 * of it came, and else ours. */
struct stats_end {
	enum stats_by by;
	bool answered; /* STATS_US: the other end's close came, too */
	bool fault;    /* STATS_US: because it broke a rule */
	bool unsent;   /* STATS_US: our close never left */
	bool clean;    /* close frames went both ways */
	uint16_t code; /* WS_CLOSE_NO_CODE: there was none */
	uint8_t reason_len;
	char reason[WS_CONTROL_MAX];
	int64_t at_ns;
};

/* Round trips, of pings and their pongs: of all the shortest and the longest,
 * and the newest STATS_TRIPS as they were. */
enum { STATS_TRIPS = 1024 };

struct stats {
	struct stats_phases phases;
	struct stats_side in, out;
	struct stats_end end;
	unsigned client; /* a listener's, from 1; 0: we are the client */
	uint64_t trips;
	int64_t trip_min_ns, trip_max_ns;
	int64_t trip_ns[STATS_TRIPS];
};

/* A new connection begins now: everything is 0. */
void stats_begin(struct stats *s, int64_t now_ns);

void stats_trip(struct stats *s, int64_t ns);

/* Calls say with each line, without newline, to be read in a column of words
 * and one of numbers:
 *
 *     look-up       0.112 ms
 *     TCP           0.034 ms
 *     TLS           2.000 ms
 *     upgrade       0.240 ms
 *     first message 1.340 ms               (after the upgrade)
 *     open for      12.345 s               (in ms where less than one)
 *     in            3 messages (1 binary), 1,234 bytes; on the wire 402
 *     out           2 messages, 20 bytes; on the wire 64
 *     text          in 2 frames (260 bytes), out 2 frames (60 bytes)
 *     ping          out 3 frames           (by opcode: binary, continuation,
 *                                         close, pong, reserved likewise)
 *     compression   in 3.16 : 1, out 0.33 : 1          (where any was)
 *     round trips   5: min 0.120, median 0.140, p95 0.250, p99 0.250, max
 *                   0.250 ms                               (all in one line)
 *                   0.120 to 0.140 ms 2 ################################
 *                   0.140 to 0.160 ms 2 ################################
 *                   0.160 to 0.180 ms 0
 *                   ...
 *     end           closed by the other end: 1001 (going away): bye
 *
 * Lines that have nothing to say (no look-up, no frames, no trips; from "open
 * for" to "round trips" all, where nothing was upgraded) are left out, and so
 * is what they say of a side without binary messages, or without compressed
 * ones. Numbers of bytes and messages have commas. Each phase is counted
 * from the one before that there was. Bytes of frames are their payloads' as
 * they are on the wire, and compression compares with those. Where there were
 * more trips than are kept, the line says so behind them: "(median, p95 and p99
 * of the newest 1,024)". The shape of these, of five trips and more, is drawn
 * in up to eight rows of one step, the last of which may reach further to take
 * what is far off. A line is cut after some 1,000 bytes; a reason in it is as
 * it came: who shows it escapes it. now_ns is for what is still open. */
void stats_tell(const struct stats *s, int64_t now_ns,
	void (*say)(void *arg, const char *line), void *arg);

/* The same for scripts, a line with its end, whose keys are always all there,
 * in this order (broken here):
 *
 *     {"client":null,
 *      "phases":{"look_up_ms":0.112,"tcp_ms":0.034,"tls_ms":null,
 *       "upgrade_ms":0.240,"first_message_ms":1.340},"open_ms":12345.000,
 *      "in":{"messages":{"text":2,"binary":1},"bytes":1234,"wire":402,
 *       "frames":{"text":{"frames":2,"bytes":260},"binary":{...},
 *        "continuation":{...},"close":{...},"ping":{...},"pong":{...},
 *        "reserved":{...}}},
 *      "out":{...},
 *      "compression":{"in":3.16,"out":0.33},
 *      "round_trips":{"count":5,"newest":5,"min_ms":0.120,
 *       "median_ms":0.140,"p95_ms":0.250,"p99_ms":0.250,"max_ms":0.250},
 *      "end":{"by":"peer","code":1001,"reason":"bye","clean":true}}
 *
 * null: there was none; also of the code and reason where no close frame was.
 * newest: the median and the percentiles are of so many.
 * by: "us", "peer", "lost", "never_open"; null while it
 * is open. code and reason: see struct stats_end. It is safe for a terminal as
 * it stands, and must not be escaped again. False, and nothing queued, where
 * out has less than STATS_JSON_ROOM of room. */
enum { STATS_JSON_ROOM = 4096 };
bool stats_json(const struct stats *s, int64_t now_ns, struct buf *out);

/* "look-up 0.112 ms, TCP 0.034 ms, TLS 2.000 ms, upgrade 0.240 ms": the phases
 * up to now, "" for none; gives back out. */
enum { STATS_PHASES_TEXT = 256 };
char *stats_phases_text(
	const struct stats_phases *phases, char out[STATS_PHASES_TEXT]);

/* What --ping has to say at its end:
 *
 *     5 pings, 4 pongs, 20% lost, 4012 ms
 *     round trip min/median/p95/p99/max = 0.120/0.140/0.250/0.250/0.300 ms
 *
 * the second only where there were trips, and with the same words as above
 * behind it where not all are kept. A share that is not whole percents
 * has a tenth, rounded to the nearest, but is 0 or 100 only where none was
 * lost, or all were. */
void stats_ping_tell(const struct stats *s, uint64_t pings, uint64_t pongs,
	int64_t took_ns, void (*say)(void *arg, const char *line), void *arg);

#endif
