#define _GNU_SOURCE

#include "http/auth.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(auth, basic)
{
	static const struct {
		const char *user, *password, *value;
	} cases[] = {
		/* RFC 7617 sections 2 and 2.1 */
		{ "Aladdin", "open sesame",
			"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
		{ "test", "123\xc2\xa3", "Basic dGVzdDoxMjPCow==" },
		{ "", "", "Basic Og==" },
		{ "u", "", "Basic dTo=" },
		{ "u", NULL, "Basic dTo=" },
		{ "", "p", "Basic OnA=" },
		{ "a", "b:c", "Basic YTpiOmM=" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *value = http_auth_basic(cases[i].user, cases[i].password);

		cr_expect_str_eq(value, cases[i].value);
		http_auth_free(value);
	}
}

/* Every length around base64's groups, ending at an unreadable page. */
Test(auth, lengths)
{
	char text[301];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t n = 0; n < sizeof(text); n++) {
		const char *tail = text + sizeof(text) - 1 - n;
		const char *user = (char *)guard_copy_slot(0, tail, n + 1);
		const char *password = (char *)guard_copy_slot(1, tail, n + 1);
		char *value = http_auth_basic(user, password);

		cr_expect_eq(strlen(value), 6 + (2 * n + 1 + 2) / 3 * 4);
		http_auth_free(value);
	}
}

Test(auth, free_takes_null)
{
	http_auth_free(NULL);
}

struct demand {
	const char *value, *expected;
	bool good;
};

static const struct demand demands[] = {
	{ "Basic QWxhZGRpbjo=", "Basic QWxhZGRpbjo=", true },
	{ "bASIC QWxhZGRpbjo=", "Basic QWxhZGRpbjo=", true },
	{ "Basic   QWxhZGRpbjo=", "Basic QWxhZGRpbjo=", true },
	{ "Basic QWxhZGRpbjo", "Basic QWxhZGRpbjo=", false },
	{ "Basic QWxhZGRpbjp=", "Basic QWxhZGRpbjo=", false },
	{ "Basic QWXhZGRpbjo=", "Basic QWxhZGRpbjo=", false },
	{ "Basic RWxhZGRpbjo=", "Basic QWxhZGRpbjo=", false },
	{ "Basic", "Basic QWxhZGRpbjo=", false },
	{ "Basic ", "Basic QWxhZGRpbjo=", false },
	{ "", "Basic QWxhZGRpbjo=", false },
	{ " ", "Basic QWxhZGRpbjo=", false },
	{ "QWxhZGRpbjo=", "Basic QWxhZGRpbjo=", false },
	{ "Basicx QWxhZGRpbjo=", "Basic QWxhZGRpbjo=", false },
	{ "Bearer QWxhZGRpbjo=", "Basic QWxhZGRpbjo=", false },
	{ "Bearer t.o-k", "Bearer t.o-k", true },
	{ "bearer t.o-k", "Bearer t.o-k", true },
	{ "Bearer T.o-k", "Bearer t.o-k", false },
	{ "Bearer t.o-k x", "Bearer t.o-k", false },
	{ "Basic t.o-k", "Bearer t.o-k", false },
	{ "Bearer", "Bearer t.o-k", false },
	{ "Bearer", "Bearer ", true },
};

static bool fits(const char *value, size_t len, const char *expected)
{
	const char *p = (char *)guard_copy(value, len);

	return http_auth_is((struct http_span){ p, len }, expected);
}

/* No part of what is right is enough, and nothing behind it is ignored. */
Test(auth, what_is_demanded)
{
	for (size_t i = 0; i < sizeof(demands) / sizeof(*demands); i++) {
		const struct demand *d = &demands[i];
		size_t len = strlen(d->value);

		cr_expect_eq(fits(d->value, len, d->expected), d->good,
			"\"%s\" for \"%s\"", d->value, d->expected);
		for (size_t cut = 0; d->good && cut < len; cut++)
			cr_expect_eq(fits(d->value, cut, d->expected),
				strcmp(d->expected, "Bearer ") == 0 && cut == 6,
				"%.*s", (int)cut, d->value);
	}
}

Test(auth, challenge)
{
	cr_expect_str_eq(http_auth_challenge("Basic Og=="),
		"Basic realm=\"wstap\", charset=\"UTF-8\"");
	cr_expect_str_eq(
		http_auth_challenge("Bearer x"), "Bearer realm=\"wstap\"");
}
