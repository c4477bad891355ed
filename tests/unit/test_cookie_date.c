#define _GNU_SOURCE /* unit/guard.h, timegm */
#include "http/cookie_date.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>

static bool read_date(const char *text, size_t len, int64_t *seconds)
{
	const struct http_span span = { (char *)guard_copy(text, len), len };

	return cookie_date(span, seconds);
}

Test(cookie_date, dates)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
		{ "Sun Nov  6 08:49:37 1994", 784111777 },
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Thu, 01-Jan-70 00:00:01 GMT", 1 },
		{ "Wed, 31-Dec-69 23:59:59 GMT", 3155759999 },
		{ "Fri, 31 Dec 1999 23:59:59 GMT", 946684799 },
		{ "Tue, 29 Feb 2000 00:00:00 GMT", 951782400 },
		{ "Wed, 01 Mar 2000 00:00:00 GMT", 951868800 },
		{ "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799 },
		{ "Mon, 01 Jan 1601 00:00:00 GMT", -11644473600 },
		/* Any order, any case, anything between. */
		{ "1994 nOVember 06 08:49:37", 784111777 },
		{ "08:49:37 6 NOV 1994 PST +0800", 784111777 },
		{ ";;6@Nov`1994~~8:49:37~", 784111777 },
		{ "6\tNov\t94\t8:49:37", 784111777 },
		/* What follows a part is passed over. */
		{ "6th November1994 1994AD 08:49:37.250", 784111777 },
		{ "6 Nov 94 8:49:37:99", 784111777 },
		/* The first that can be a part is it. */
		{ "94 6 Nov 1994 8:49:37", -1 },
		{ "6 Nov 94 8:49:37 7 Dec 95 9:50:38", 784111777 },
		{ "6 Nov 994 8:49:37", -1 },
		{ "6 Nov 1600 8:49:37", -1 },
		{ "6 Nov 01994 8:49:37", -1 },
		{ "006 Nov 1994 8:49:37", -1 },
		{ "6 Nov 1994 8:49:037", -1 },
		{ "6 Nov 1994 008:49:37", -1 },
		{ "6 Nov 1994 8:49", -1 },
		{ "6 Nov 1994 8: 49:37", -1 },
		{ "6 No 1994 8:49:37", -1 },
		{ "6 Nov 1994 24:00:00", -1 },
		{ "6 Nov 1994 23:60:00", -1 },
		{ "6 Nov 1994 23:59:60", -1 },
		{ "0 Nov 1994 8:49:37", -1 },
		{ "31 Nov 1994 8:49:37", -1 },
		{ "32 Dec 1994 8:49:37", -1 },
		{ "29 Feb 1900 8:49:37", -1 },
		{ "29 Feb 1999 8:49:37", -1 },
		{ "1994-11-06T08:49:37Z", -1 },
		{ "784111777", -1 },
		{ "6\xc2\xa0Nov 1994 8:49:37", -1 },
		{ "", -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i].text;
		int64_t seconds = -1;
		bool ok = read_date(text, strlen(text), &seconds);

		cr_expect_eq(ok, cases[i].seconds != -1, "%s", text);
		cr_expect_eq(seconds, cases[i].seconds, "%s: %lld", text,
			(long long)seconds);
		for (size_t n = 0; n < strlen(text); n++)
			read_date(text, n, &seconds);
	}
}

/* As the system's calendar has them. */
Test(cookie_date, every_day)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

	for (time_t t = -11644473600; t < 32503680000; t += 86400 * 5 - 77) {
		char text[64];
		int64_t seconds;
		struct tm tm;

		gmtime_r(&t, &tm);
		int n = snprintf(text, sizeof(text), "%d %s %d %d:%d:%d",
			tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
			tm.tm_hour, tm.tm_min, tm.tm_sec);

		cr_assert(read_date(text, (size_t)n, &seconds), "%s", text);
		cr_assert_eq(seconds, t, "%s", text);
	}
}
