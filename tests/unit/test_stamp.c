#define _GNU_SOURCE /* setenv, tzset */

#include "ui/stamp.h"

#include "unit/guard.h"
#include "ws/utf8.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MS INT64_C(1000000)
#define S (1000 * MS)

/* 2026-01-31T11:34:56.789999999Z */
#define NOON (INT64_C(1769859296) * S + 789999999)

/* Nothing here depends on the files of zones that a system has. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static const char *stamp(const char *format, int64_t now, int64_t before)
{
	static char text[STAMP_SIZE];
	size_t n = stamp_text(text, sizeof text, format, now, before);

	cr_assert_eq(n, strlen(text));
	return text;
}

static const struct {
	const char *tz;
	int64_t now;
	const char *clock, *iso;
} zones[] = {
	{ "UTC0", NOON, "11:34:56.789", "2026-01-31T11:34:56.789+00:00" },
	{ BERLIN, NOON, "12:34:56.789", "2026-01-31T12:34:56.789+01:00" },
	{ "<-0330>3:30", NOON, "08:04:56.789",
		"2026-01-31T08:04:56.789-03:30" },
	{ "<+0545>-5:45", NOON, "17:19:56.789",
		"2026-01-31T17:19:56.789+05:45" },
	{ "<+14>-14", NOON, "01:34:56.789", "2026-02-01T01:34:56.789+14:00" },
	{ "<-12>12", NOON, "23:34:56.789", "2026-01-30T23:34:56.789-12:00" },
	{ "<-0030>0:30", NOON, "11:04:56.789",
		"2026-01-31T11:04:56.789-00:30" },
	/* An hour is left out, */
	{ BERLIN, INT64_C(1774746000) * S - 1, "01:59:59.999",
		"2026-03-29T01:59:59.999+01:00" },
	{ BERLIN, INT64_C(1774746000) * S, "03:00:00.000",
		"2026-03-29T03:00:00.000+02:00" },
	/* and comes twice. */
	{ BERLIN, INT64_C(1792890000) * S - 1, "02:59:59.999",
		"2026-10-25T02:59:59.999+02:00" },
	{ BERLIN, INT64_C(1792890000) * S, "02:00:00.000",
		"2026-10-25T02:00:00.000+01:00" },
	/* Offsets with seconds: the nearest that can be written. */
	{ "AMT-0:19:32", INT64_C(-1041337172) * S, "12:00:00.000",
		"1937-01-01T12:00:28.000+00:20" },
	{ "LMT0:44:30", 0, "23:15:30.000", "1969-12-31T23:15:00.000-00:45" },
	/* The ends of time. */
	{ "UTC0", 0, "00:00:00.000", "1970-01-01T00:00:00.000+00:00" },
	{ "UTC0", 999999, "00:00:00.000", "1970-01-01T00:00:00.000+00:00" },
	{ "UTC0", MS, "00:00:00.001", "1970-01-01T00:00:00.001+00:00" },
	{ "UTC0", -1, "23:59:59.999", "1969-12-31T23:59:59.999+00:00" },
	{ "UTC0", -S, "23:59:59.000", "1969-12-31T23:59:59.000+00:00" },
	{ "UTC0", INT64_C(2147483648) * S, "03:14:08.000",
		"2038-01-19T03:14:08.000+00:00" },
	{ "UTC0", INT64_C(4102444800) * S, "00:00:00.000",
		"2100-01-01T00:00:00.000+00:00" },
	{ "UTC0", INT64_MAX, "23:47:16.854", "2262-04-11T23:47:16.854+00:00" },
	{ "UTC0", INT64_MIN, "00:12:43.145", "1677-09-21T00:12:43.145+00:00" },
};

Test(stamp, zones)
{
	for (size_t i = 0; i < LEN(zones); i++) {
		zone(zones[i].tz);
		cr_expect_str_eq(stamp(NULL, zones[i].now, 0), zones[i].clock);
		cr_expect_str_eq(stamp("iso", zones[i].now, 0), zones[i].iso);
	}
}

/* Whoever calls it need not care for TZ. */
Test(stamp, zone_of_the_environment)
{
	setenv("TZ", "<+0545>-5:45", 1);
	cr_expect_str_eq(stamp(NULL, NOON, 0), "17:19:56.789");
}

static const struct {
	int64_t now;
	const char *text;
} numbers[] = {
	{ NOON, "1769859296.789" },
	{ 0, "0.000" },
	{ 999999, "0.000" },
	{ -1, "-0.001" },
	{ -1500 * MS, "-1.500" },
	{ INT64_C(2147483648) * S + 7 * MS, "2147483648.007" },
	{ INT64_MAX, "9223372036.854" },
	{ INT64_MIN, "-9223372036.855" },
};

Test(stamp, unix_time)
{
	zone(BERLIN);
	for (size_t i = 0; i < LEN(numbers); i++)
		cr_expect_str_eq(
			stamp("unix", numbers[i].now, 0), numbers[i].text);
}

static const struct {
	int64_t now, before;
	const char *text;
} deltas[] = {
	{ NOON, NOON, "+0.000" },
	{ NOON + MS - 1, NOON, "+0.000" },
	{ NOON + MS, NOON, "+0.001" },
	{ NOON + 123 * MS, NOON, "+0.123" },
	{ NOON + 86400 * S + 10 * MS, NOON, "+86400.010" },
	/* The clock was set back. */
	{ NOON, NOON + 1, "+0.000" },
	{ NOON, NOON + 3600 * S, "+0.000" },
	{ INT64_MIN, INT64_MAX, "+0.000" },
	{ 2 * S, -S, "+3.000" },
	{ INT64_MAX, INT64_MIN, "+18446744073.709" },
};

Test(stamp, deltas)
{
	for (size_t i = 0; i < LEN(deltas); i++)
		cr_expect_str_eq(
			stamp("delta", deltas[i].now, deltas[i].before),
			deltas[i].text);
}

static const struct {
	const char *format, *text;
} customs[] = {
	{ "%H:%M", "12:34" },
	{ "[%Y-%m-%d %H:%M:%S %z]", "[2026-01-31 12:34:56 +0100]" },
	{ "%A, %d %B", "Saturday, 31 January" },
	{ "%s %Z", "1769859296 CET" },
	{ "100%%", "100%" },
	{ "iso %H", "iso 12" },
	{ "\xc2\xa0%H\xe2\x82\xac \xf0\x9f\x95\x90",
		"\xc2\xa0"
		"12\xe2\x82\xac \xf0\x9f\x95\x90" },
	/* What could move the cursor doesn't. */
	{ "a%nb%tc\nd\te", "a b c d e" },
	{ "\033[31m%H\033[0m\a\r\b\177", "[31m12[0m" },
	{ "\xc2\x9b"
	  "31m%H\xc2\x85",
		"31m12" },
	{ "\x9b%H\xff\xe2\x82", "12" },
};

Test(stamp, as_strftime)
{
	struct err err = { 0 };

	zone(BERLIN);
	for (size_t i = 0; i < LEN(customs); i++) {
		cr_expect(stamp_check("-T", customs[i].format, &err), "%s",
			err.line);
		cr_expect_str_eq(
			stamp(customs[i].format, NOON, 0), customs[i].text);
	}
}

#define TEN "aaaaaaaaaa"
#define NINETY TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const char *const good[] = { "iso", "unix", "delta", "%H", "%%", "%n",
	NINETY "aaaaaaaa%d", NINETY "\001aaaaaaa%d" };

static const struct {
	const char *format, *line;
} bad[] = {
	{ "is", "-T is: no such time format; did you mean iso? "
		"(" STAMP_FORMATS ")" },
	{ "uinx", "-T uinx: no such time format; did you mean unix? "
		  "(" STAMP_FORMATS ")" },
	{ "dleta", "-T dleta: no such time format; did you mean delta? "
		   "(" STAMP_FORMATS ")" },
	{ "ISO 8601", "-T ISO 8601: no such time format (" STAMP_FORMATS ")" },
	{ "", "-T : no such time format (" STAMP_FORMATS ")" },
	{ NINETY "aaaaaaaaa%d",
		"-T " NINETY "aaaaaaaaa%d: as strftime(3) reads it, it gives "
		"nothing, or more than 100 bytes; try %H:%M:%S" },
};

Test(stamp, checks)
{
	for (size_t i = 0; i < LEN(good); i++) {
		struct err err = { 0 };

		cr_expect(stamp_check("-T", good[i], &err), "%s", err.line);
		cr_expect_eq(err.kind, ERR_NONE);
	}
	for (size_t i = 0; i < LEN(bad); i++) {
		struct err err = { 0 };

		cr_expect_not(stamp_check("-T", bad[i].format, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		cr_expect_str_eq(err.line, bad[i].line);
	}
}

/* A format that nobody checked. */
Test(stamp, too_much)
{
	char format[400];

	memset(format, 'a', sizeof format);
	memcpy(format + sizeof format - 3, "%d", 3);
	cr_expect_str_eq(stamp(format, NOON, 0), "");
	cr_expect_str_eq(stamp("", NOON, 0), "");

	format[150] = '%';
	format[151] = '%';
	format[152] = '\0';
	cr_expect_eq(strlen(stamp(format, NOON, 0)), STAMP_MAX);
}

/* A longer text cut to cap - 1 bytes and then to a whole character. */
static void expect_cut(const char *format, const char *whole, size_t cap)
{
	static const char dirt[STAMP_SIZE] = "?";
	size_t most = strlen(whole);

	if (most > cap - 1)
		most = cap - 1;
	while (!utf8_valid((const uint8_t *)whole, most))
		most--;

	char *out = (char *)guard_copy(dirt, cap);

	cr_expect_eq(stamp_text(out, cap, format, NOON, NOON - S), most);
	cr_expect_eq(memcmp(out, whole, most), 0);
	cr_expect_eq(out[most], '\0');
}

Test(stamp, every_cap)
{
	static const char *const formats[] = { NULL, "iso", "unix", "delta",
		"%H\xc3\xa9\xe2\x82\xac\xf0\x9f\x95\x90%M%n", "" };

	zone(BERLIN);
	for (size_t i = 0; i < LEN(formats); i++) {
		char whole[STAMP_SIZE];

		stamp_text(whole, sizeof whole, formats[i], NOON, NOON - S);
		for (size_t cap = 1; cap <= sizeof whole; cap++)
			expect_cut(formats[i], whole, cap);
		cr_expect_eq(stamp_text(NULL, 0, formats[i], NOON, 0), 0);
	}
}

static void expect_safe(const char *format)
{
	const char *text = stamp(format, NOON, 0);

	cr_expect(utf8_valid((const uint8_t *)text, strlen(text)));
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p, before = 0;

		if (p > text)
			before = (unsigned char)p[-1];
		cr_expect(c >= 0x20 && c != 0x7f, "%02x", c);
		cr_expect(before != 0xc2 || c >= 0xa0, "c2 %02x", c);
	}
}

/* Each format at every cut, behind which nothing may be read. */
Test(stamp, formats_cut)
{
	struct err err = { 0 };

	for (size_t i = 0; i < LEN(customs); i++)
		for (size_t n = 0; n <= strlen(customs[i].format); n++) {
			char cut[STAMP_SIZE] = { 0 };

			memcpy(cut, customs[i].format, n);

			const char *format =
				(const char *)guard_copy(cut, n + 1);

			stamp_check("-T", format, &err);
			expect_safe(format);
		}
}

/* Whatever follows a % or stands before it. */
Test(stamp, every_byte)
{
	for (int c = 1; c < 256; c++) {
		char format[8];
		const char *const patterns[] = { "%%%c", "%c%%H", "\xc2%c%%H",
			"%%E%c", "%%O%c" };

		for (size_t i = 0; i < LEN(patterns); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(format, sizeof format, patterns[i], c);
#pragma GCC diagnostic pop
			expect_safe(format);
		}
	}
}
