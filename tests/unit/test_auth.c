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
