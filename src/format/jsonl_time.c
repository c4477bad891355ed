#define _GNU_SOURCE /* gmtime_r */
#include "format/jsonl.h"

#include "format/jsonput.h"

#include <time.h>

enum { NS = 1000000000 };

void jsonl_time(char out[JSONL_TIME_SIZE], int64_t seconds, long nanoseconds)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";
	const int64_t year_10000 = 253402300800;
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };
	time_t t;

	if (seconds < 0)
		seconds = 0;
	if (seconds >= year_10000)
		seconds = year_10000 - 1;
	t = (time_t)seconds;
	gmtime_r(&t, &tm);
	memcpy(out, form, sizeof form);
	jsonput_digits(out, (uint64_t)tm.tm_year + 1900, 4);
	jsonput_digits(out + 5, (uint64_t)tm.tm_mon + 1, 2);
	jsonput_digits(out + 8, (uint64_t)tm.tm_mday, 2);
	jsonput_digits(out + 11, (uint64_t)tm.tm_hour, 2);
	jsonput_digits(out + 14, (uint64_t)tm.tm_min, 2);
	jsonput_digits(out + 17, (uint64_t)tm.tm_sec, 2);
	jsonput_digits(out + 20, (uint64_t)nanoseconds / 1000, 6);
}

/* What is read of a time, from its start. */
struct cursor {
	const char *p;
	size_t len;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* So many digits, of a number from least to most. */
static bool number(struct cursor *c, int count, int least, int most, int *n)
{
	*n = 0;
	if (c->len < (size_t)count)
		return false;
	for (int i = 0; i < count; i++) {
		if (!is_digit(c->p[i]))
			return false;
		*n = *n * 10 + (c->p[i] - '0');
	}
	c->p += count;
	c->len -= (size_t)count;
	return *n >= least && *n <= most;
}

/* One of these characters; which is in *got. */
static bool one_of(struct cursor *c, const char *set, char *got)
{
	if (c->len == 0 || !*c->p || !strchr(set, *c->p))
		return false;
	*got = *c->p++;
	c->len--;
	return true;
}

/* As the Gregorian calendar has it. */
static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Since 1970-01-01; the year is 1 or later. */
static int64_t days_of(int year, int month, int day)
{
	const int64_t before_1970 = 719162; /* since 0001-01-01 */
	int64_t y = year - 1;
	int64_t days = y * 365 + y / 4 - y / 100 + y / 400 - before_1970;

	for (int m = 1; m < month; m++)
		days += days_of_month(year, m);
	return days + day - 1;
}

/* Any number of digits behind a point, of which nine count. */
static bool fraction(struct cursor *c, int64_t *ns)
{
	char point;
	int64_t unit = NS / 10;

	*ns = 0;
	if (!one_of(c, ".", &point))
		return true;
	if (c->len == 0 || !is_digit(*c->p))
		return false;
	for (; c->len > 0 && is_digit(*c->p); c->p++, c->len--) {
		*ns += unit * (*c->p - '0');
		unit /= 10;
	}
	return true;
}

/* Z, or hours and minutes before or behind it. */
static bool zone(struct cursor *c, int64_t *seconds)
{
	char sign, colon;
	int hours, minutes;

	*seconds = 0;
	if (!one_of(c, "Zz+-", &sign))
		return false;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (!number(c, 2, 0, 23, &hours) || !one_of(c, ":", &colon) ||
		!number(c, 2, 0, 59, &minutes))
		return false;
	*seconds = ((int64_t)hours * 60 + minutes) * 60;
	if (sign == '-')
		*seconds = -*seconds;
	return true;
}

bool jsonl_time_read(const char *text, size_t len, int64_t *ns)
{
	struct cursor c = { text, len };
	int year, month, day, hour, minute, second;
	int64_t part, offset;
	char mark;

	/* So that nanoseconds, and what is between any two, fit 64 bits. */
	if (!number(&c, 4, 1970, 2250, &year) || !one_of(&c, "-", &mark) ||
		!number(&c, 2, 1, 12, &month) || !one_of(&c, "-", &mark) ||
		!number(&c, 2, 1, days_of_month(year, month), &day) ||
		!one_of(&c, "Tt ", &mark) || !number(&c, 2, 0, 23, &hour) ||
		!one_of(&c, ":", &mark) || !number(&c, 2, 0, 59, &minute) ||
		!one_of(&c, ":", &mark) || !number(&c, 2, 0, 60, &second) ||
		!fraction(&c, &part) || !zone(&c, &offset) || c.len > 0)
		return false;
	*ns = (((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 +
		      second - offset) *
		      NS +
	      part;
	return true;
}
