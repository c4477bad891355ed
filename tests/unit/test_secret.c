#include "http/secret.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *head, *blank;
} heads[] = {
	{ "", "" },
	{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n" },
	{ "Cookie: a=b; c=d\r\nHost: a\r\n", "Cookie: ***\r\nHost: a\r\n" },
	{ "SET-COOKIE:a\nset-cookie:\n", "SET-COOKIE: ***\nset-cookie: ***\n" },
	{ "Authorization : Basic x\r\n", "Authorization : ***\r\n" },
	{ "Proxy-Authorization: x\r\nProxy-Authenticate: y",
		"Proxy-Authorization: ***\r\nProxy-Authenticate: ***" },
	/* a value that goes on, and what does not */
	{ "Cookie: a\r\n b\r\n\tc\r\nd: e\r\n f\r\n",
		"Cookie: ***\r\nd: e\r\n f\r\n" },
	{ "X-Cookie: a\r\nCookies: b\r\nCookie", "X-Cookie: a\r\nCookies: b\r\n"
						 "Cookie" },
	{ "Cookie:", "Cookie: ***" },
	{ "\r\n\n:\r\n", "\r\n\n:\r\n" },
};

Test(secret, heads)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		size_t len = strlen(heads[i].head);
		const uint8_t *head = guard_copy(heads[i].head, len);
		char *blank = http_secret_blank((const char *)head, len);

		cr_expect_str_eq(blank, heads[i].blank);
		free(blank);
	}
}

/* Cut anywhere: no more of it is shown than of the whole. */
Test(secret, cuts)
{
	static const char head[] = "GET /\r\nCookie: secret\r\n secret\r\n"
				   "Host: a\r\n\r\n";

	for (size_t len = 0; len < sizeof(head); len++) {
		const uint8_t *cut = guard_copy(head, len);
		char *blank = http_secret_blank((const char *)cut, len);

		cr_expect_not(strstr(blank, "se"), "%s", blank);
		free(blank);
	}
}
