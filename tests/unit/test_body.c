#define _GNU_SOURCE /* MAP_ANONYMOUS in guard.h */
#include "http/body.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct http_body begin(const char *fields)
{
	static char head[512];
	struct http_head h;
	struct http_body body;

	snprintf(head, sizeof(head), "HTTP/1.1 400 No\r\n%s\r\n", fields);
	cr_assert_gt(
		http_head_response(&h, (const uint8_t *)head, strlen(head)), 0);
	http_body_init(&body, &h);
	return body;
}

static const struct {
	const char *fields, *in, *out;
	bool ended;
} cases[] = {
	{ "", "all of it", "all of it", false },
	{ "Content-Length: 0\r\n", "", "", true },
	{ "Content-Length: 4\r\n", "four and more", "four", true },
	{ "Content-Length: 40\r\n", "less", "less", false },
	{ "Content-Length: x\r\n", "odd", "odd", false },
	{ "Content-Length: 99999999999999999999999\r\n", "odd", "odd", false },
	{ "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n", "hello",
		true },
	{ "Transfer-Encoding: chunked\r\n",
		"5;a=b\r\nhello\r\nA\r\n, my world\r\n000\r\n",
		"hello, my world", true },
	{ "Transfer-Encoding: chunked\r\n", "5\nhello\n1\n!\n0\n\n", "hello!",
		true },
	{ "Transfer-Encoding: chunked\r\n", "zz\r\nhello", "", true },
	{ "Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\nhello", "",
		true },
};

/* Every case whole and cut in two at every place, on guarded memory. */
Test(body, every_cut)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].in);

		for (size_t cut = 0; cut <= len; cut++) {
			struct http_body body = begin(cases[i].fields);
			char got[64] = "";
			uint8_t *p = guard_copy(cases[i].in, cut);
			size_t n = http_body_take(&body, p, cut);

			memcpy(got, p, n);
			p = guard_copy(cases[i].in + cut, len - cut);
			memcpy(got + n, p, http_body_take(&body, p, len - cut));
			cr_assert_str_eq(
				got, cases[i].out, "case %zu cut %zu", i, cut);
			cr_assert_eq(body.ended, cases[i].ended,
				"case %zu cut %zu", i, cut);
		}
	}
}
