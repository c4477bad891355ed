#include "unit/stats_case.h"

/* What is told of a connection, in words. The JSON is in
 * test_stats_json.c, round trips are in test_stats_trips.c. */

static void check(
	const struct stats *s, int64_t now_ns, const char *want, size_t number)
{
	struct stats_told told = { "" };

	stats_tell(s, now_ns, stats_keep, &told);
	cr_assert_str_eq(told.text, want, "case %zu:\n%s", number, told.text);
}

Test(stats, says_all)
{
	struct stats s;

	stats_fill(&s);
	check(&s, 0,
		"look-up       0.112 ms\n"
		"TCP           0.034 ms\n"
		"TLS           2.000 ms\n"
		"upgrade       0.240 ms\n"
		"first message 1.340 ms\n"
		"open for      12.345 s\n"
		"in            3 messages (1 binary), 1,234 bytes; on the wire "
		"402\n"
		"out           2 messages, 20 bytes; on the wire 64\n"
		"text          in 2 frames (260 bytes), out 2 frames (60 "
		"bytes)\n"
		"binary        in 1 frame (130 bytes)\n"
		"close         in 1 frame (5 bytes), out 1 frame (5 bytes)\n"
		"ping          in 1 frame, out 2 frames (16 bytes)\n"
		"pong          in 2 frames (16 bytes), out 1 frame\n"
		"compression   in 3.16 : 1, out 0.33 : 1\n"
		"round trips   5: min 0.120, median 0.140, p95 0.250, p99 "
		"0.250, max 0.250 ms\n"
		"              0.120 to 0.140 ms 2 "
		"################################\n"
		"              0.140 to 0.160 ms 2 "
		"################################\n"
		"              0.160 to 0.180 ms 0\n"
		"              0.180 to 0.200 ms 0\n"
		"              0.200 to 0.220 ms 0\n"
		"              0.220 to 0.240 ms 0\n"
		"              0.240 to 0.260 ms 1 ################\n"
		"end           closed by the other end: 1001 (going away): "
		"bye\n",
		0);
	stats_begin(&s, 7);
	check(&s, 8, "end           it was never open\n", 1);
	cr_assert(s.trips == 0 && s.in.wire == 0 && s.phases.began == 7);
}

#define NEVER "end           it was never open\n"
static const struct {
	struct stats_phases phases;
	const char *want, *text;
} unfinished[] = {
	{ { .began = 5 }, NEVER, "" },
	{ { .began = MS, .resolved = 3 * MS }, "look-up       2.000 ms\n" NEVER,
		"look-up 2.000 ms" },
	{ { .began = MS, .connected = 3 * MS },
		"TCP           2.000 ms\n" NEVER, "TCP 2.000 ms" },
	{ { .began = MS, .connected = 3 * MS, .secured = 4 * MS },
		"TCP           2.000 ms\nTLS           1.000 ms\n" NEVER,
		"TCP 2.000 ms, TLS 1.000 ms" },
	/* Rounded, and never less than nothing. */
	{ { .began = 1, .connected = 500 }, "TCP           0.000 ms\n" NEVER,
		"TCP 0.000 ms" },
	{ { .began = 1, .connected = 501 }, "TCP           0.001 ms\n" NEVER,
		"TCP 0.001 ms" },
	{ { .began = 1, .connected = 10 + 999999499 },
		"TCP           1000.000 ms\n" NEVER, "TCP 1000.000 ms" },
	{ { .began = 9 * MS, .connected = 1 }, "TCP           0.000 ms\n" NEVER,
		"TCP 0.000 ms" },
};

Test(stats, says_what_there_was)
{
	struct stats s;
	char text[STATS_PHASES_TEXT];

	for (size_t i = 0; i < sizeof(unfinished) / sizeof(*unfinished); i++) {
		stats_fill(&s);
		s.phases = unfinished[i].phases;
		check(&s, second, unfinished[i].want, i);
		cr_assert_eq(stats_phases_text(&s.phases, text), text);
		cr_assert_str_eq(text, unfinished[i].text, "case %zu", i);
	}
	stats_fill(&s);
	cr_assert_str_eq(stats_phases_text(&s.phases, text),
		"look-up 0.112 ms, TCP 0.034 ms, TLS 2.000 ms, upgrade 0.240 "
		"ms");
	stats_fill_most(&s);
	cr_assert_lt(strlen(stats_phases_text(&s.phases, text)),
		STATS_PHASES_TEXT - 1);
}

#define MOST UINT64_MAX
static const struct {
	struct stats_side in, out;
	const char *want;
} sides[] = {
	{ .in = { .compressed = true },
		.out = { .compressed = true },
		.want = "in            0 messages, 0 bytes; on the wire 0\n"
			"out           0 messages, 0 bytes; on the wire 0\n" },
	{ .in = { .messages = 1,
		  .bytes = 1,
		  .wire = 3,
		  .frames = { [WS_TEXT] = { 1, 1 } } },
		.out = { .messages = 1,
			.binary = 1,
			.bytes = 1000,
			.wire = 999,
			.frames = { [WS_BINARY] = { 1, 990 } } },
		.want = "in            1 message, 1 byte; on the wire 3\n"
			"out           1 message (1 binary), 1,000 bytes; on "
			"the wire 999\n"
			"text          in 1 frame (1 byte)\n"
			"binary        out 1 frame (990 bytes)\n" },
	/* Of all data frames, but not of control frames. */
	{ .in = { .compressed = true,
		  .messages = 1,
		  .bytes = 199,
		  .wire = 250,
		  .frames = { [WS_TEXT] = { 1, 0 },
			  [WS_CONTINUATION] = { 2, 200 },
			  [WS_PING] = { 9, 900 } } },
		.out = { .compressed = true,
			.wire = 6,
			.frames = { [WS_PING] = { 1, 0 } } },
		.want = "in            1 message, 199 bytes; on the wire 250\n"
			"out           0 messages, 0 bytes; on the wire 6\n"
			"text          in 1 frame\n"
			"continuation  in 2 frames (200 bytes)\n"
			"ping          in 9 frames (900 bytes), out 1 frame\n"
			"compression   in 1.00 : 1\n" },
	{ .in = { .compressed = true, .frames = { [WS_TEXT] = { 1, 1 } } },
		.out = { .compressed = true,
			.messages = 1,
			.bytes = 0,
			.frames = { [WS_BINARY] = { 1, 6 } } },
		.want = "in            0 messages, 0 bytes; on the wire 0\n"
			"out           1 message, 0 bytes; on the wire 0\n"
			"text          in 1 frame (1 byte)\n"
			"binary        out 1 frame (6 bytes)\n"
			"compression   out 0.00 : 1\n" },
	{ .in = { .compressed = true,
		  .messages = MOST,
		  .binary = MOST,
		  .bytes = MOST,
		  .wire = 1,
		  .frames = { [WS_TEXT] = { MOST, 1 },
			  [3] = { 1, 2 },
			  [15] = { 2, 3 } } },
		.out = { .compressed = true,
			.messages = 1,
			.bytes = 1,
			.wire = MOST,
			.frames = { [WS_PONG] = { 1234, 0 },
				[WS_CONTINUATION] = { 1, MOST } } },
		.want = "in            18,446,744,073,709,551,615 messages "
			"(18,446,744,073,709,551,615 binary), "
			"18,446,744,073,709,551,615 bytes; on the wire 1\n"
			"out           1 message, 1 byte; on the wire "
			"18,446,744,073,709,551,615\n"
			"text          in 18,446,744,073,709,551,615 frames (1 "
			"byte)\n"
			"continuation  out 1 frame (18,446,744,073,709,551,615 "
			"bytes)\n"
			"pong          out 1,234 frames\n"
			"reserved      in 3 frames (5 bytes)\n"
			"compression   in 18,446,744,073,709,551,615.00 : 1, "
			"out 0.00 : 1\n" },
	{ .in = { .compressed = true,
		  .messages = 100000,
		  .binary = 99999,
		  .bytes = 123456,
		  .wire = 1009,
		  .frames = { [WS_BINARY] = { 1, 500 },
			  [WS_CONTINUATION] = { 1, 500 } } },
		.out = { .compressed = true,
			.messages = 12,
			.bytes = 1999,
			.wire = 1234567,
			.frames = { [WS_TEXT] = { 1, 1000 } } },
		.want = "in            100,000 messages (99,999 binary), "
			"123,456 bytes; on the wire 1,009\n"
			"out           12 messages, 1,999 bytes; on the wire "
			"1,234,567\n"
			"text          out 1 frame (1,000 bytes)\n"
			"binary        in 1 frame (500 bytes)\n"
			"continuation  in 1 frame (500 bytes)\n"
			"compression   in 123.46 : 1, out 2.00 : 1\n" },
};

Test(stats, counts_both_sides)
{
	static const char open[] = "upgrade       0.000 ms\n"
				   "open for      0.000 ms\n";
	struct stats s;
	char want[2048];

	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		stats_open(&s);
		s.in = sides[i].in;
		s.out = sides[i].out;
		snprintf(want, sizeof(want), "%s%s", open, sides[i].want);
		check(&s, 9, want, i);
	}
}

/* --- the end --- */

static const struct {
	struct stats_end end;
	const char *want;
} ends[] = {
	{ { .by = STATS_PEER, .code = 1000, .clean = true },
		"closed by the other end: 1000 (normal closure)" },
	{ { .by = STATS_PEER, .code = WS_CLOSE_NO_CODE },
		"closed by the other end: 1005 (no code)" },
	{ { .by = STATS_PEER, .code = 4000, .reason = "a\nb", .reason_len = 1 },
		"closed by the other end: 4000 (private use): a" },
	{ { .by = STATS_US, .answered = true, .code = 1000, .clean = true },
		"closed by us, answered: 1000 (normal closure)" },
	{ { .by = STATS_US, .code = 1000 },
		"closed by us: 1000 (normal closure), not answered" },
	{ { .by = STATS_US, .code = 1001, .reason = "so", .reason_len = 2 },
		"closed by us: 1001 (going away), not answered: so" },
	{ { .by = STATS_US,
		  .fault = true,
		  .code = 1002,
		  .reason = "RSV1",
		  .reason_len = 4 },
		"closed by us: 1002 (protocol error): RSV1" },
	{ { .by = STATS_US, .unsent = true, .code = 1001 },
		"ended by us, without a close frame" },
	{ { .by = STATS_LOST }, "lost, without a close frame" },
};

Test(stats, how_it_ended)
{
	struct stats s;
	char want[256];

	stats_open(&s);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		s.end = ends[i].end;
		snprintf(
			want, sizeof(want), "end           %s\n", ends[i].want);
		cr_assert_str_eq(stats_told_from(&s, "end  "), want);
		s.end.at_ns = 9 + 5 * second;
		stats_told_from(&s, "open for      5.000 s\n");
		s.end.at_ns = 9 + MS;
		stats_told_from(&s, "open for      0.001 s\n");
		s.end.at_ns = 9 + MS - 1500;
		stats_told_from(&s, "open for      0.999 ms\n");
	}
}

Test(stats, the_longest_lines)
{
	struct stats s;
	const char *line;

	stats_fill_most(&s);
	line = stats_told_from(&s, "continuation  in 1,676,976,733,");
	/* Nothing of it was cut. */
	cr_assert(strncmp(line + strcspn(line, "\n") - 7, " bytes)\n", 8) == 0);
	line = stats_told_from(&s, "end           closed by us: 65535 (");
	cr_assert(strstr(line, "not answered: \1\1"));
	cr_assert(strstr(line, "\1\1\1\n"));
}

/* --- pings --- */

static const struct {
	uint64_t pings, pongs;
	int64_t took_ns;
	const char *want;
} pinged[] = {
	{ 0, 0, 0, "0 pings, 0 pongs, 0% lost, 0 ms\n" },
	{ 1, 1, 999999, "1 ping, 1 pong, 0% lost, 0 ms\n" },
	{ 5, 4, 4012 * (int64_t)MS, "5 pings, 4 pongs, 20% lost, 4012 ms\n" },
	{ 5, 0, MS, "5 pings, 0 pongs, 100% lost, 1 ms\n" },
	{ 3, 2, MS, "3 pings, 2 pongs, 33.3% lost, 1 ms\n" },
	{ 3, 1, MS, "3 pings, 1 pong, 66.7% lost, 1 ms\n" },
	{ 6, 4, MS, "6 pings, 4 pongs, 33.3% lost, 1 ms\n" },
	{ 8, 4, MS, "8 pings, 4 pongs, 50% lost, 1 ms\n" },
	{ 2000, 1999, MS, "2000 pings, 1999 pongs, 0.1% lost, 1 ms\n" },
	/* Neither nothing nor all, however little it is. */
	{ 100000, 99999, MS, "100000 pings, 99999 pongs, 0.1% lost, 1 ms\n" },
	{ 100000, 1, MS, "100000 pings, 1 pong, 99.9% lost, 1 ms\n" },
	{ 2, 3, MS, "2 pings, 3 pongs, 0% lost, 1 ms\n" },
};

Test(stats, a_summary_of_pings)
{
	struct stats s;
	struct stats_told told;

	stats_open(&s);
	for (size_t i = 0; i < sizeof(pinged) / sizeof(pinged[0]); i++) {
		told.text[0] = '\0';
		stats_ping_tell(&s, pinged[i].pings, pinged[i].pongs,
			pinged[i].took_ns, stats_keep, &told);
		cr_assert_str_eq(told.text, pinged[i].want);
	}
	stats_fill(&s);
	told.text[0] = '\0';
	stats_ping_tell(&s, 5, 5, 0, stats_keep, &told);
	cr_assert_str_eq(told.text, "5 pings, 5 pongs, 0% lost, 0 ms\n"
				    "round trip min/median/p95/p99/max = "
				    "0.120/0.140/0.250/0.250/0.250 ms\n");
	for (int i = 0; i < STATS_TRIPS; i++)
		stats_trip(&s, 200 * US);
	told.text[0] = '\0';
	stats_ping_tell(&s, 1029, 1029, 0, stats_keep, &told);
	cr_assert_str_eq(told.text,
		"1029 pings, 1029 pongs, 0% lost, 0 ms\n"
		"round trip min/median/p95/p99/max = "
		"0.120/0.200/0.200/0.200/0.250 ms (median, p95 and p99 of the "
		"newest 1,024)\n");
}
