#ifndef WSTAP_TESTS_UNIT_COOKIE_CASE_H
#define WSTAP_TESTS_UNIT_COOKIE_CASE_H

#include "http/cookie.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* What the tests of cookies share. */

enum { NOW = 1700000000 }; /* 14 November 2023 */

static inline struct url url_of(const char *text)
{
	struct url url;
	struct err err;

	cr_assert(url_parse(&url, text, &err), "%s: %s", text, err.line);
	return url;
}

/* Sets each of the values, which are on lines of their own. */
static inline void set_all(
	struct cookie_jar *jar, const char *from, const char *values)
{
	struct url url = url_of(from);

	for (;;) {
		size_t n = strcspn(values, "\n");

		cookie_jar_set(
			jar, (char *)guard_copy(values, n), n, &url, NOW);
		if (!values[n])
			break;
		values += n + 1;
	}
	url_release(&url);
}

/* The Cookie field a request gets is that; NULL: it has none. */
static inline void expect_header_at(const struct cookie_jar *jar,
	const char *to, const char *first, int64_t now, const char *want)
{
	struct url url = url_of(to);
	char *got = cookie_jar_header(jar, &url, first, now);

	cr_expect(got && want ? !strcmp(got, want) : got == want,
		"%s: \"%s\", not \"%s\"", to, got ? got : "(none)",
		want ? want : "(none)");
	free(got);
	url_release(&url);
}

static inline void expect_header(
	const struct cookie_jar *jar, const char *to, const char *want)
{
	expect_header_at(jar, to, NULL, NOW, want);
}

#endif
