#define _GNU_SOURCE
#include "http/url.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

/*
 * What the WHATWG's test data (web-platform-tests, url/urltestdata.json) says
 * of http, https, ws and wss URLs, as far as it fits: a fragment is an error
 * here, paths are sent as they were typed, and a tab or line break is refused
 * where browsers drop it.
 */
#define N(a) (sizeof(a) / sizeof(*(a)))

static bool parses(const char *text, struct url *url)
{
	struct err err = { 0 };
	bool ok = url_parse(
		url, (char *)guard_copy(text, strlen(text) + 1), &err);

	cr_assert_eq(ok, err.kind == ERR_NONE, "%s: %s", text, err.line);
	if (!ok)
		cr_assert_eq(err.kind, ERR_URL, "%s", text);
	return ok;
}

Test(url_whatwg, refused)
{
	static const char *const texts[] = {
		"http://[0:1:2:3:4:5:6:7:8]",
		"https://[0::0::0]",
		"https://[0:.0]",
		"https://[0:0:]",
		"https://[0:1:2:3:4:5:6:7.0.0.0.1]",
		"https://[0:1.00.0.0.0]",
		"https://[0:1.290.0.0.0]",
		"https://[0:1.23.23]",
		"http://?",
		"http://#",
		"http://f:4294967377/c",
		"http://f:18446744073709551697/c",
		"http://f:340282366920938463463374607431768211537/c",
		"http://a b/",
		"http://a%b/",
		"http://a<b",
		"http://a>b",
		"http://a[b/",
		"http://a]b/",
		"http://a^b",
		"http://a|b/",
		"http://a\x7f"
		"b/",
		"http://ho%7Fst/",
		"http://ho%20st/",
		"http://ho%23st/",
		"http://ho%2Fst/",
		"http://ho%3Ast/",
		"http://ho%3Cst/",
		"http://ho%3Est/",
		"http://ho%3Fst/",
		"http://ho%40st/",
		"http://ho%5Bst/",
		"http://ho%5Cst/",
		"http://ho%5Dst/",
		"http://ho%7Cst/",
	};
	struct url url;

	for (size_t i = 0; i < N(texts); i++)
		cr_expect_not(parses(texts[i], &url), "%s", texts[i]);
}

/* Control characters in a host, as they are and escaped. */
Test(url_whatwg, controls)
{
	struct url url;
	char text[32];

	for (int c = 1; c < 0x20; c++) {
		snprintf(text, sizeof(text), "http://a%cb/", c);
		cr_expect_not(parses(text, &url), "%02x", (unsigned)c);
	}
	for (unsigned c = 0; c < 0x20; c++) {
		snprintf(text, sizeof(text), "http://ho%%%02Xst/", c);
		cr_expect_not(parses(text, &url), "%s", text);
	}
}

Test(url_whatwg, accepted)
{
	static const struct {
		const char *text, *host, *target;
		unsigned port;
		bool secure;
	} cases[] = {
		{ "http://example.com:80/", "example.com", "/", 80, false },
		{ "https://example.com:443/x?y", "example.com", "/x?y", 443,
			true },
		{ "http://[1:0::]", "1:0::", "/", 80, false },
		{ "http://0x7f.0.0.0x7g", "0x7f.0.0.0x7g", "/", 80, false },
		{ "http://0X7F.0.0.0X7G", "0x7f.0.0.0x7g", "/", 80, false },
		{ "wss://ExAmPlE.CoM/a", "example.com", "/a", 443, true },
		{ "ws://f:21/b?d", "f", "/b?d", 21, false },
		{ "http://f:00000000000000/c", NULL, NULL, 0, false },
		{ "http://f:00000000000000000000080/c", "f", "/c", 80, false },
		{ "http://f:/c", "f", "/c", 80, false },
		{ "http://a:b@c:29/d", "c", "/d", 29, false },
		{ "http://foo.com/\xef\xbf\xbf", "foo.com", "/%EF%BF%BF", 80,
			false },
	};
	struct url url;

	for (size_t i = 0; i < N(cases); i++) {
		bool ok = parses(cases[i].text, &url);

		/* Port 0 leads nowhere: we refuse it. */
		cr_assert_eq(ok, cases[i].host != NULL, "%s", cases[i].text);
		if (!ok)
			continue;
		cr_expect_str_eq(url.host, cases[i].host, "%s", cases[i].text);
		cr_expect_str_eq(
			url.target, cases[i].target, "%s", cases[i].text);
		cr_expect_eq(url.port, cases[i].port, "%s", cases[i].text);
		cr_expect_eq(url.secure, cases[i].secure, "%s", cases[i].text);
		url_release(&url);
	}
}
