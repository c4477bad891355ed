#include "session/stats.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { US = 1000, MS = 1000000 };
static const int64_t second = 1000000000;

struct told {
	char text[4096];
};

static void keep(void *arg, const char *line)
{
	struct told *told = arg;

	cr_assert(!strchr(line, '\n'));
	cr_assert(strlen(told->text) + strlen(line) + 2 < sizeof(told->text));
	strcat(told->text, line);
	strcat(told->text, "\n");
}

static void check(const struct stats *s, const struct stats_end *end,
	const char *want, size_t number)
{
	struct told told = { "" };

	stats_tell(s, end, keep, &told);
	cr_assert_str_eq(told.text, want, "case %zu:\n%s", number, told.text);
}

/* Everything that there can be. */
static void fill(struct stats *s)
{
	static const int64_t trips[] = { 140, 250, 120, 130, 150 };

	stats_begin(s, second);
	s->phases.resolved = second + 112 * US;
	s->phases.connected = second + 146 * US;
	s->phases.secured = second + 2146 * US;
	s->phases.upgraded = second + 2386 * US;
	s->phases.first_message = second + 3726 * US;
	s->in = (struct stats_side){ 3, 1, 1234, 402, 1, 2 };
	s->out = (struct stats_side){ 2, 0, 20, 64, 2, 1 };
	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++)
		stats_trip(s, trips[i] * US);
}

Test(stats, says_all)
{
	struct stats s;
	struct stats_end end = { 0, "closed by the server: 1000", 1 };

	fill(&s);
	end.now_ns = s.phases.upgraded + 12345 * (int64_t)MS;
	check(&s, &end,
		"look-up       0.112 ms\n"
		"TCP           0.034 ms\n"
		"TLS           2.000 ms\n"
		"upgrade       0.240 ms\n"
		"first message 1.340 ms\n"
		"open for      12.345 s\n"
		"in            3 messages (1 binary), 1,234 bytes; on the wire "
		"402\n"
		"out           2 messages, 20 bytes; on the wire 64\n"
		"pings         in 1, out 2; pongs in 2, out 1\n"
		"compression   in 3.07 : 1, out 0.31 : 1\n"
		"round trips   5: min 0.120, median 0.140, p95 0.250, max "
		"0.250 ms\n"
		"end           closed by the server: 1000\n",
		0);
	stats_begin(&s, 7);
	check(&s, &(struct stats_end){ 8, NULL, 1 }, "", 1);
	cr_assert(s.trips == 0 && s.in.wire == 0 && s.phases.began == 7);
}

static const struct {
	struct stats_phases phases;
	const char *how, *want;
} unfinished[] = {
	{ { .began = 5 }, NULL, "" },
	{ { .began = 5 }, "no", "end           no\n" },
	{ { .began = MS, .resolved = 3 * MS }, NULL,
		"look-up       2.000 ms\n" },
	{ { .began = MS, .connected = 3 * MS }, "refused",
		"TCP           2.000 ms\nend           refused\n" },
	{ { .began = MS, .connected = 3 * MS, .secured = 4 * MS }, NULL,
		"TCP           2.000 ms\nTLS           1.000 ms\n" },
	/* Rounded, and never less than nothing. */
	{ { .began = 1, .connected = 500 }, NULL, "TCP           0.000 ms\n" },
	{ { .began = 1, .connected = 501 }, NULL, "TCP           0.001 ms\n" },
	{ { .began = 1, .connected = 10 + 999999499 }, NULL,
		"TCP           1000.000 ms\n" },
	{ { .began = 9 * MS, .connected = 1 }, NULL,
		"TCP           0.000 ms\n" },
};

Test(stats, says_what_there_was)
{
	struct stats s;

	for (size_t i = 0; i < sizeof(unfinished) / sizeof(*unfinished); i++) {
		struct stats_end end = { second, unfinished[i].how, 1 };

		fill(&s);
		s.phases = unfinished[i].phases;
		check(&s, &end, unfinished[i].want, i);
	}
}

#define MOST UINT64_MAX
static const struct {
	struct stats_side in, out;
	int compressed;
	const char *want;
} sides[] = {
	{ { 0 }, { 0 }, 1,
		"in            0 messages, 0 bytes; on the wire 0\n"
		"out           0 messages, 0 bytes; on the wire 0\n" },
	{ { 1, 0, 1, 3, 0, 0 }, { 1, 1, 1000, 999, 0, 0 }, 0,
		"in            1 message, 1 byte; on the wire 3\n"
		"out           1 message (1 binary), 1,000 bytes; on the wire "
		"999\n" },
	{ { 1, 0, 199, 200, 0, 0 }, { 0, 0, 0, 6, 0, 0 }, 1,
		"in            1 message, 199 bytes; on the wire 200\n"
		"out           0 messages, 0 bytes; on the wire 6\n"
		"compression   in 1.00 : 1\n" },
	{ { 0, 0, 0, 2, 0, 0 }, { 1, 0, 0, 6, 1234, 0 }, 1,
		"in            0 messages, 0 bytes; on the wire 2\n"
		"out           1 message, 0 bytes; on the wire 6\n"
		"pings         in 0, out 1,234; pongs in 0, out 0\n"
		"compression   out 0.00 : 1\n" },
	{ { MOST, MOST, MOST, 1, 0, 0 }, { 1, 0, 1, MOST, 0, MOST }, 1,
		"in            18,446,744,073,709,551,615 messages "
		"(18,446,744,073,709,551,615 binary), "
		"18,446,744,073,709,551,615 bytes; on the wire 1\n"
		"out           1 message, 1 byte; on the wire "
		"18,446,744,073,709,551,615\n"
		"pings         in 0, out 0; pongs in 0, out "
		"18,446,744,073,709,551,615\n"
		"compression   in 18,446,744,073,709,551,615.00 : 1, out "
		"0.00 : 1\n" },
	{ { 100000, 99999, 123456, 1000, 0, 0 },
		{ 12, 0, 1234567, 1234567, 0, 0 }, 1,
		"in            100,000 messages (99,999 binary), 123,456 "
		"bytes; on the wire 1,000\n"
		"out           12 messages, 1,234,567 bytes; on the wire "
		"1,234,567\n"
		"compression   in 123.46 : 1, out 1.00 : 1\n" },
};

Test(stats, counts_both_sides)
{
	static const char open[] = "upgrade       0.000 ms\n"
				   "open for      0.000 s\n";
	struct stats s;
	char want[2048];

	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct stats_end end = { 9, NULL, sides[i].compressed };

		stats_begin(&s, 9);
		s.phases.upgraded = 9;
		s.in = sides[i].in;
		s.out = sides[i].out;
		snprintf(want, sizeof(want), "%s%s", open, sides[i].want);
		check(&s, &end, want, i);
	}
}

static const struct {
	unsigned n; /* trips: 1, 2 ... n ms, in an order of no meaning */
	const char *want;
} trips[] = {
	{ 1, "1: min 1.000, median 1.000, p95 1.000, max 1.000 ms" },
	{ 2, "2: min 1.000, median 1.500, p95 2.000, max 2.000 ms" },
	{ 3, "3: min 1.000, median 2.000, p95 3.000, max 3.000 ms" },
	{ 19, "19: min 1.000, median 10.000, p95 19.000, max 19.000 ms" },
	{ 20, "20: min 1.000, median 10.500, p95 19.000, max 20.000 ms" },
	{ 100, "100: min 1.000, median 50.500, p95 95.000, max 100.000 ms" },
	{ 1024, "1,024: min 1.000, median 512.500, p95 973.000, max "
		"1024.000 ms" },
};

static void check_trips(const struct stats *s, const char *want, size_t number)
{
	struct told told = { "" };
	const char *line;

	stats_tell(s, &(struct stats_end){ 9, NULL, 0 }, keep, &told);
	line = strstr(told.text, "round trips   ");
	cr_assert(line, "case %zu", number);
	line += strlen("round trips   ");
	cr_assert(strncmp(line, want, strlen(want)) == 0 &&
			  line[strlen(want)] == '\n',
		"case %zu: %s", number, line);
}

Test(stats, round_trips)
{
	struct stats s;

	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++) {
		unsigned n = trips[i].n;

		stats_begin(&s, 9);
		s.phases.upgraded = 9;
		/* 2053 is a prime: every number comes once. */
		for (unsigned j = 1; j < 2053; j++) {
			unsigned number = j * 1000 % 2053;

			if (number <= n)
				stats_trip(&s, (int64_t)number * MS);
		}
		cr_assert(s.trips == n);
		check_trips(&s, trips[i].want, i);
	}
}

Test(stats, the_newest_round_trips_are_kept)
{
	struct stats s;

	stats_begin(&s, 9);
	s.phases.upgraded = 9;
	for (int i = 0; i < STATS_TRIPS; i++)
		stats_trip(&s, INT64_MAX);
	for (int i = 0; i < STATS_TRIPS; i++)
		stats_trip(&s, MS);
	check_trips(&s,
		"2,048; the newest 1,024: min 1.000, median 1.000, p95 1.000, "
		"max 1.000 ms",
		0);
	s.trip_ns[3] = INT64_MAX;
	s.trip_ns[7] = -1;
	check_trips(&s,
		"2,048; the newest 1,024: min 0.000, median 1.000, p95 1.000, "
		"max 9223372036854.776 ms",
		1);
}

Test(stats, an_end_of_any_length)
{
	struct stats s;
	struct told told = { "" };
	char *how = malloc(65537);

	cr_assert(how);
	memset(how, 'x', 65536);
	how[65536] = '\0';
	stats_begin(&s, 9);
	stats_tell(&s, &(struct stats_end){ 9, how, 0 }, keep, &told);
	cr_assert(strncmp(told.text, "end           xxx", 17) == 0);
	cr_assert(strlen(told.text) > 1000 && strlen(told.text) < 1100);
	free(how);
}
