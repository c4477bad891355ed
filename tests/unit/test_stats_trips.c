#include "unit/stats_case.h"

/* Round trips in words, and their drawing. */

static const struct {
	unsigned n; /* trips: 1, 2 ... n ms, in an order of no meaning */
	const char *want;
} trips[] = {
	{ 1, "1: min 1.000, median 1.000, p95 1.000, p99 1.000, max 1.000" },
	{ 2, "2: min 1.000, median 1.500, p95 2.000, p99 2.000, max 2.000" },
	{ 3, "3: min 1.000, median 2.000, p95 3.000, p99 3.000, max 3.000" },
	{ 19, "19: min 1.000, median 10.000, p95 19.000, p99 19.000, max "
	      "19.000" },
	{ 20, "20: min 1.000, median 10.500, p95 19.000, p99 20.000, max "
	      "20.000" },
	{ 100, "100: min 1.000, median 50.500, p95 95.000, p99 99.000, max "
	       "100.000" },
	{ 1024, "1,024: min 1.000, median 512.500, p95 973.000, p99 "
		"1014.000, max 1024.000" },
};

static void check_trips(const struct stats *s, const char *want, size_t number)
{
	char line[256];
	const char *told = stats_told_from(s, "round trips   ");
	const int len =
		snprintf(line, sizeof(line), "round trips   %s ms\n", want);

	cr_assert(strncmp(told, line, (size_t)len) == 0, "case %zu: %s", number,
		told);
}

Test(stats_trips, round_trips)
{
	struct stats s;

	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++) {
		unsigned n = trips[i].n;

		stats_open(&s);
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

Test(stats_trips, the_newest_round_trips_are_kept)
{
	struct stats s;

	stats_open(&s);
	for (int i = 0; i < STATS_TRIPS; i++)
		stats_trip(&s, INT64_MAX);
	check_trips(&s,
		"1,024: min 9223372036854.776, median 9223372036854.776, p95 "
		"9223372036854.776, p99 9223372036854.776, max "
		"9223372036854.776",
		0);
	stats_trip(&s, -1);
	for (int i = 0; i < STATS_TRIPS; i++)
		stats_trip(&s, MS);
	/* But the shortest and the longest are of all. */
	stats_told_from(&s,
		"round trips   2,049: min 0.000, median 1.000, p95 1.000, p99 "
		"1.000, max 9223372036854.776 ms (median, p95 and p99 of the "
		"newest 1,024)\n");
	/* The drawing is of those that are kept: they are all alike. */
	cr_assert_not(strstr(stats_told_from(&s, "round trips"), " to "));
}

/* --- the drawing of the round trips --- */

static const struct {
	const char *trips; /* in microseconds, "10x3" being three of 10 */
	const char *want;  /* a # for four of a bar */
} shapes[] = {
	{ "1 2 3 4", "" },
	{ "5x9", "" },
	{ "5000.4x9", "" },
	{ "10x4 11", "0.010 to 0.011 ms 4 ########\n"
		     "0.011 to 0.012 ms 1 ##\n" },
	/* Eight rows, and no finer. */
	{ "10 11 12 13 14 15 16 17",
		"0.010 to 0.011 ms 1 ########\n0.011 to 0.012 ms 1 ########\n"
		"0.012 to 0.013 ms 1 ########\n0.013 to 0.014 ms 1 ########\n"
		"0.014 to 0.015 ms 1 ########\n0.015 to 0.016 ms 1 ########\n"
		"0.016 to 0.017 ms 1 ########\n"
		"0.017 to 0.018 ms 1 ########\n" },
	{ "10 11 12 13 14 15 16 17 18",
		"0.010 to 0.012 ms 2 ########\n0.012 to 0.014 ms 2 ########\n"
		"0.014 to 0.016 ms 2 ########\n0.016 to 0.018 ms 2 ########\n"
		"0.018 to 0.020 ms 1 ####\n" },
	/* What is far off is in the last row. */
	{ "100x30 149x10 250000", "  0.100 to   0.110 ms 30 ########\n"
				  "  0.110 to   0.120 ms  0\n"
				  "  0.120 to   0.130 ms  0\n"
				  "  0.130 to   0.140 ms  0\n"
				  "  0.140 to   0.150 ms 10 ###\n"
				  "  0.150 to 250.000 ms  1 #\n" },
	{ "1x1000 999999x4", "  0.001 to   0.002 ms 1,000 ########\n"
			     "  0.002 to 999.999 ms     4 #\n" },
	/* No more than one in twenty is far off. */
	{ "1x8 1000000",
		"   0.000 to  200.000 ms 8 ########\n"
		" 200.000 to  400.000 ms 0\n 400.000 to  600.000 ms 0\n"
		" 600.000 to  800.000 ms 0\n 800.000 to 1000.000 ms 0\n"
		"1000.000 to 1200.000 ms 1 #\n" },
	{ "0x4 9223372036854775.807",
		"            0.000 to 2000000000000.000 ms 4 ########\n"
		"2000000000000.000 to 4000000000000.000 ms 0\n"
		"4000000000000.000 to 6000000000000.000 ms 0\n"
		"6000000000000.000 to 8000000000000.000 ms 0\n"
		"8000000000000.000 to 9223372036854.776 ms 1 ##\n" },
};

/* Three decimals at most. */
static int64_t read_us(const char *text)
{
	char *end;
	int64_t ns = (int64_t)strtoll(text, &end, 10) * US, unit = 100;

	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
			ns += (*end - '0') * unit;
	return ns;
}

static void take_trips(struct stats *s, const char *text)
{
	for (const char *p = text; *p; p += strspn(p, " ")) {
		const size_t len = strcspn(p, " "), before = strcspn(p, "x");
		const long n = before < len ? atol(p + before + 1) : 1;

		for (long i = 0; i < n; i++)
			stats_trip(s, read_us(p));
		p += len;
	}
}

/* The rows, without their column and with a fourth of the bars. */
static void rows_of(const char *told, char *out)
{
	for (const char *p = strchr(told, '\n') + 1; *p == ' ';
		p = strchr(p, '\n') + 1) {
		const size_t len = strcspn(p, "\n"), bar = strcspn(p, "#");
		size_t marks = len > bar ? len - bar : 0;

		cr_assert_leq(len, 100);
		cr_assert_eq(strspn(p, " ") >= 14, 1);
		out += sprintf(out, "%.*s%.*s\n",
			(int)((len > bar ? bar : len) - 14), p + 14,
			(int)((marks + 3) / 4), "########");
	}
	*out = '\0';
}

Test(stats_trips, the_shape_of_round_trips)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct stats s;
		char rows[2048];

		stats_open(&s);
		take_trips(&s, shapes[i].trips);
		rows_of(stats_told_from(&s, "round trips   "), rows);
		cr_assert_str_eq(
			rows, shapes[i].want, "%s:\n%s", shapes[i].trips, rows);
	}
}

/* Whatever there is, each trip is in one row, and there are at most eight. */
Test(stats_trips, any_round_trips_have_a_shape)
{
	unsigned seed = 1;

	for (unsigned turn = 0; turn < 2000; turn++) {
		const unsigned n = 5 + turn % 200;
		const unsigned shift = turn % 63;
		struct stats s;
		char rows[2048];
		unsigned long sum = 0, lines = 0;

		stats_open(&s);
		for (unsigned i = 0; i < n; i++) {
			uint64_t v = 0;

			for (int k = 0; k < 4; k++) {
				seed = seed * 1103515245 + 12345;
				v = v << 16 | (seed >> 12 & 0xffff);
			}
			stats_trip(&s, (int64_t)(v >> 1 >> shift >> i % 7));
		}
		rows_of(stats_told_from(&s, "round trips   "), rows);
		for (char *p = rows; *p; p = strchr(p, '\n') + 1) {
			char *at = strstr(p, " ms ");

			cr_assert(at, "%s", rows);
			sum += strtoul(at + 4, NULL, 10);
			lines++;
		}
		cr_assert(lines <= 8 && lines != 1, "%s", rows);
		cr_assert(
			lines == 0 || sum == n, "%lu of %u:\n%s", sum, n, rows);
	}
}
