#define _GNU_SOURCE /* tm_gmtoff */

#include "ui/stamp.h"

#include "base/nearest.h"
#include "format/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	RAW_SIZE = 256, /* some names of days are longer than others */
	NS_PER_MS = 1000000,
	MS_PER_S = 1000,
};

/* Of a long month and a long weekday, in any zone: 2026-09-30T12:00:00Z. */
#define SAMPLE_NS (INT64_C(1790769600) * MS_PER_S * NS_PER_MS)

struct instant {
	int64_t s; /* since 1970, or negative */
	int ms;    /* 0 to 999, on top of it */
};

static int64_t divide_down(int64_t n, int64_t by)
{
	return n / by - (n % by < 0 ? 1 : 0);
}

static struct instant instant(int64_t ns)
{
	int64_t ms = divide_down(ns, NS_PER_MS);
	int64_t s = divide_down(ms, MS_PER_S);

	return (struct instant){ .s = s, .ms = (int)(ms - s * MS_PER_S) };
}

static bool local_time(struct tm *tm, int64_t s)
{
	static bool zone_read;
	time_t t = (time_t)s;

	/* localtime_r() itself need not look at TZ. */
	if (!zone_read)
		tzset();
	zone_read = true;
	return localtime_r(&t, tm);
}

static size_t clock_text(char *raw, struct instant now)
{
	struct tm tm;

	if (!local_time(&tm, now.s))
		return 0;

	size_t n = strftime(raw, RAW_SIZE, "%H:%M:%S", &tm);

	return n + (size_t)snprintf(raw + n, RAW_SIZE - n, ".%03d", now.ms);
}

static size_t iso_text(char *raw, struct instant now)
{
	struct tm tm;

	if (!local_time(&tm, now.s))
		return 0;

	/* RFC 3339 has no seconds in an offset, which a zone may have: the
	 * nearest offset it can write, and the time that belongs to that. */
	long seconds = tm.tm_gmtoff;
	long minutes = (seconds + (seconds < 0 ? -30 : 30)) / 60;
	long away = minutes < 0 ? -minutes : minutes;
	time_t shifted = (time_t)(now.s + minutes * 60);

	if (!gmtime_r(&shifted, &tm))
		return 0;

	size_t n = strftime(raw, RAW_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);

	return n + (size_t)snprintf(raw + n, RAW_SIZE - n, ".%03d%c%02ld:%02ld",
			   now.ms, minutes < 0 ? '-' : '+', away / 60,
			   away % 60);
}

static size_t seconds_text(char *raw, const char *sign, uint64_t ms)
{
	return (size_t)snprintf(raw, RAW_SIZE, "%s%" PRIu64 ".%03" PRIu64, sign,
		ms / MS_PER_S, ms % MS_PER_S);
}

static size_t unix_text(char *raw, struct instant now)
{
	int64_t ms = now.s * MS_PER_S + now.ms;

	return seconds_text(
		raw, ms < 0 ? "-" : "", (uint64_t)(ms < 0 ? -ms : ms));
}

static size_t delta_text(char *raw, int64_t now_ns, int64_t before_ns)
{
	uint64_t ns = 0;

	/* Unsigned: from one end of time to the other it still fits. */
	if (now_ns > before_ns)
		ns = (uint64_t)now_ns - (uint64_t)before_ns;
	return seconds_text(raw, "+", ns / NS_PER_MS);
}

/* The one place where a format is no literal: it is the user's, and can do no
 * more than not fit. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static size_t custom_text(
	char *raw, size_t size, const char *format, struct instant now)
{
	struct tm tm;

	return local_time(&tm, now.s) ? strftime(raw, size, format, &tm) : 0;
}

#pragma GCC diagnostic pop

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

/* Copies what is safe to show, as far as there is room, and ends it. */
static size_t put_safe(char *out, size_t cap, const char *raw, size_t n)
{
	size_t len = 0, width;

	if (cap == 0)
		return 0;
	for (size_t i = 0; i < n; i += width) {
		const char *p = raw + i;
		uint32_t c;
		int taken = escape_decode((const uint8_t *)p, n - i, &c);

		width = taken > 0 ? (size_t)taken : 1;
		if (taken > 0 && (c == '\n' || c == '\t'))
			p = " ";
		else if (taken <= 0 || is_control(c))
			continue;
		if (width > cap - 1 - len)
			break;
		memcpy(out + len, p, width);
		len += width;
	}
	out[len] = '\0';
	return len;
}

static const char *const words[] = { "iso", "unix", "delta" };

enum { WORDS_N = sizeof(words) / sizeof(words[0]) };

bool stamp_check(const char *what, const char *format, struct err *err)
{
	char raw[STAMP_SIZE], text[STAMP_SIZE];

	for (size_t i = 0; i < WORDS_N; i++)
		if (strcmp(format, words[i]) == 0)
			return true;
	if (!strchr(format, '%')) {
		const char *meant = nearest(format, words, WORDS_N);

		return err_set(err, ERR_USAGE,
			"%s %s: no such time format%s%s%s (%s)", what, format,
			meant ? "; did you mean " : "", meant ? meant : "",
			meant ? "?" : "", STAMP_FORMATS);
	}

	size_t n = custom_text(raw, sizeof raw, format, instant(SAMPLE_NS));

	if (put_safe(text, sizeof text, raw, n) == 0)
		return err_set(err, ERR_USAGE,
			"%s %s: as strftime(3) reads it, it gives nothing, or "
			"more than %d bytes; try %%H:%%M:%%S",
			what, format, STAMP_MAX);
	return true;
}

size_t stamp_text(char *out, size_t cap, const char *format, int64_t now_ns,
	int64_t before_ns)
{
	char raw[RAW_SIZE];
	struct instant now = instant(now_ns);
	size_t n;

	if (!format)
		n = clock_text(raw, now);
	else if (strcmp(format, "iso") == 0)
		n = iso_text(raw, now);
	else if (strcmp(format, "unix") == 0)
		n = unix_text(raw, now);
	else if (strcmp(format, "delta") == 0)
		n = delta_text(raw, now_ns, before_ns);
	else
		n = custom_text(raw, sizeof raw, format, now);
	return put_safe(out, cap, raw, n);
}
