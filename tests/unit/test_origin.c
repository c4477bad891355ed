#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "http/origin.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct url parse(const char *text)
{
	struct url url = { 0 };
	struct err err = { 0 };

	cr_assert(url_parse(&url, text, &err), "%s: %s", text, err.line);
	return url;
}

static bool same(const char *a, const char *b)
{
	struct url one = parse(a), other = parse(b);
	bool is = origin_same(&one, &other);

	cr_expect_eq(
		origin_same(&other, &one), is, "%s and %s: one way only", a, b);
	url_release(&one);
	url_release(&other);
	return is;
}

/* Of one line all are one origin, and none of another line is. */
static const char *const origins[][8] = {
	{ "ws://example.com", "ws://example.com:80/", "http://example.com/a?b",
		"example.com", "ws://EXAMPLE.com/other", "ws://u:p@example.com",
		"ws://ex%61mple.com", "ws://example.com/wss://other:443" },
	{ "wss://example.com", "https://example.com:443/x",
		"wss://u@example.com/" },
	{ "ws://example.com:443" },
	{ "wss://example.com:80" },
	{ "ws://example.com:8080", "example.com:8080/a" },
	{ "wss://example.com:8080" },
	{ "ws://www.example.com" },
	{ "ws://example.com.evil.test" },
	{ "ws://example.com@evil.test", "ws://evil.test" },
	{ "ws://example.co" },
	{ "ws://localhost", ":80", "ws://localhost/" },
	{ "ws://localhost:81", ":81/" },
	{ "ws://127.0.0.1" },
	{ "ws://[::1]", "ws://[::1]:80/a" },
	{ "ws://[fe80::1%25eth0]" },
	{ "ws://[fe80::1%25eth1]" },
	{ "ws://xn--bcher-kva.test",
		"ws://b\xc3\xbc"
		"cher.test",
		"ws://B\xc3\x9c"
		"CHER.test" },
	{ "ws+unix:/run/a.sock", "ws+unix:/run/a.sock:/path",
		"ws+unix:/run/%61.sock?q", "ws+unix://u:p@/run/a.sock" },
	{ "ws+unix:/run/b.sock" },
	{ "ws+unix:/run/A.sock" },
	{ "ws+unix:@a" },
};
enum { ORIGINS = sizeof(origins) / sizeof(*origins) };

Test(origin, is_scheme_host_and_port)
{
	for (size_t i = 0; i < ORIGINS; i++)
		for (size_t n = 0; n < 8 && origins[i][n]; n++)
			for (size_t m = 0; m < 8 && origins[i][m]; m++)
				cr_expect(same(origins[i][n], origins[i][m]),
					"%s and %s", origins[i][n],
					origins[i][m]);
}

Test(origin, differs_from_all_others)
{
	for (size_t i = 0; i < ORIGINS; i++)
		for (size_t j = 0; j < ORIGINS; j++)
			cr_expect_eq(same(origins[i][0], origins[j][0]), i == j,
				"%s and %s", origins[i][0], origins[j][0]);
}

struct field {
	const char *text;
	bool open; /* to all */
};

static const struct field fields[] = {
	{ "Authorization: Basic dTpw", false },
	{ "authorization:Bearer t", false },
	{ "AUTHORIZATION:", false },
	{ "Authorization;", false },
	{ "Authorization : x", false },
	{ "Authorization", false },
	{ "Cookie: a=b", false },
	{ "cOOKIE: a=b; c=d", false },
	{ "Proxy-Authorization: Basic x", false },
	{ "Host: inner.example", false },
	{ "host:", false },
	{ "X-Authorization: a", true },
	{ "Authorization-Info: a", true },
	{ "Authorizatio: a", true },
	{ "Cookies: a", true },
	{ "Set-Cookie: a", true },
	{ "Proxy-Connection: a", true },
	{ "X-Host: a", true },
	{ "Hosts: a", true },
	{ "X-Note: Authorization: Basic dTpw", true },
	{ "User-Agent:", true },
	{ "X-Empty;", true },
	{ "X", true },
	{ "", true },
};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

Test(origin, keeps_private_fields_to_itself)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const char *text = (const char *)guard_copy(
			fields[i].text, strlen(fields[i].text) + 1);
		struct strings all = { 0 }, out = { 0 };

		strings_add(&all, text);
		origin_public_headers(&out, &all);
		cr_expect_eq(out.n, fields[i].open, "%s", fields[i].text);
		if (out.n)
			cr_expect_eq(out.v[0], text, "borrowed");
		strings_release(&all);
		strings_release(&out);
	}
}

/* A name is looked at as a whole: of the cuts of a private field only those
 * that end behind it are private. */
Test(origin, looks_at_whole_names)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t name = strcspn(fields[i].text, ":; ");

		if (fields[i].open)
			continue;
		for (size_t n = 0; n <= strlen(fields[i].text); n++) {
			char cut[64];
			struct strings all = { 0 }, out = { 0 };

			snprintf(cut, sizeof(cut), "%.*s", (int)n,
				fields[i].text);
			strings_add(&all, (const char *)guard_copy(cut, n + 1));
			origin_public_headers(&out, &all);
			cr_expect_eq(out.n, n < name, "\"%s\"", cut);
			strings_release(&all);
			strings_release(&out);
		}
	}
}

Test(origin, keeps_the_order_of_the_others)
{
	struct strings all = { 0 }, out = { 0 };
	size_t n = 0;

	strings_add(&out, "what was there");
	for (size_t i = 0; i < FIELDS; i++)
		strings_add(&all, fields[i].text);
	origin_public_headers(&out, &all);
	cr_expect_str_eq(out.v[n++], "what was there");
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].open)
			cr_expect_eq(out.v[n++], fields[i].text);
	cr_expect_eq(out.n, n);
	strings_release(&all);
	strings_release(&out);
}
