#define _GNU_SOURCE

#include "http/redirect.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

static struct http_head head;

static void answer(int status)
{
	head.status = status;
	head.nfields = 0;
}

static void add_location(const char *name, const char *p, size_t n)
{
	head.fields[head.nfields].name = http_span_of(name);
	head.fields[head.nfields++].value = (struct http_span){ p, n };
}

/* Where `from` leads with that Location, which ends at an unreadable page. */
static char *target(
	const char *from, const char *location, size_t n, struct err *err)
{
	struct url url;

	*err = (struct err){ 0 };
	cr_assert(url_parse(&url, from, err), "%s: %s", from, err->line);
	answer(302);
	add_location("location", (char *)guard_copy(location, n), n);

	char *text = redirect_target(&url, &head, err);

	url_release(&url);
	return text;
}

struct good {
	const char *from, *location, *to;
};

#define BASE "http://a/b/c/d;p?q"

static const struct good good[] = {
	/* RFC 3986 5.4.1; fragments are dropped */
	{ BASE, "g", "ws://a/b/c/g" },
	{ BASE, "./g", "ws://a/b/c/g" },
	{ BASE, "g/", "ws://a/b/c/g/" },
	{ BASE, "/g", "ws://a/g" },
	{ BASE, "//g", "ws://g/" },
	{ BASE, "?y", "ws://a/b/c/d;p?y" },
	{ BASE, "g?y", "ws://a/b/c/g?y" },
	{ BASE, "#s", "ws://a/b/c/d;p?q" },
	{ BASE, "g#s", "ws://a/b/c/g" },
	{ BASE, "g?y#s", "ws://a/b/c/g?y" },
	{ BASE, ";x", "ws://a/b/c/;x" },
	{ BASE, "g;x", "ws://a/b/c/g;x" },
	{ BASE, "g;x?y#s", "ws://a/b/c/g;x?y" },
	{ BASE, "", "ws://a/b/c/d;p?q" },
	{ BASE, ".", "ws://a/b/c/" },
	{ BASE, "./", "ws://a/b/c/" },
	{ BASE, "..", "ws://a/b/" },
	{ BASE, "../", "ws://a/b/" },
	{ BASE, "../g", "ws://a/b/g" },
	{ BASE, "../..", "ws://a/" },
	{ BASE, "../../", "ws://a/" },
	{ BASE, "../../g", "ws://a/g" },
	/* 5.4.2 */
	{ BASE, "../../../g", "ws://a/g" },
	{ BASE, "../../../../g", "ws://a/g" },
	{ BASE, "/./g", "ws://a/g" },
	{ BASE, "/../g", "ws://a/g" },
	{ BASE, "g.", "ws://a/b/c/g." },
	{ BASE, ".g", "ws://a/b/c/.g" },
	{ BASE, "g..", "ws://a/b/c/g.." },
	{ BASE, "..g", "ws://a/b/c/..g" },
	{ BASE, "./../g", "ws://a/b/g" },
	{ BASE, "./g/.", "ws://a/b/c/g/" },
	{ BASE, "g/./h", "ws://a/b/c/g/h" },
	{ BASE, "g/../h", "ws://a/b/c/h" },
	{ BASE, "g;x=1/./y", "ws://a/b/c/g;x=1/y" },
	{ BASE, "g;x=1/../y", "ws://a/b/c/y" },
	{ BASE, "g?y/./x", "ws://a/b/c/g?y/./x" },
	{ BASE, "g?y/../x", "ws://a/b/c/g?y/../x" },
	{ BASE, "g#s/./x", "ws://a/b/c/g" },
	{ BASE, "g#s/../x", "ws://a/b/c/g" },
	/* dots that are segments, and those that are not */
	{ BASE, "/.", "ws://a/" },
	{ BASE, "/..", "ws://a/" },
	{ BASE, "/..?/..", "ws://a/?/.." },
	{ BASE, "/a/..?x", "ws://a/?x" },
	{ BASE, "/...", "ws://a/..." },
	{ BASE, "/a//../b", "ws://a/a/b" },
	{ BASE, "/a//../../b", "ws://a/b" },
	{ BASE, "/.//b", "ws://a//b" },
	{ BASE, "/..//evil/", "ws://a//evil/" },
	{ BASE, "/%2e%2e/x", "ws://a/%2e%2e/x" },
	{ BASE, "/a\\..\\b", "ws://a/a\\..\\b" },
	{ BASE, "/\\evil/", "ws://a/\\evil/" },
	{ "ws://a", "g", "ws://a/g" },
	{ "ws://a?q", "?y", "ws://a/?y" },
	{ "ws://a/b?q/r", "g", "ws://a/g" },
	{ "ws://a/b/../c/d?q", "", "ws://a/c/d?q" },
	/* no scheme */
	{ BASE, "1a:b", "ws://a/b/c/1a:b" },
	{ BASE, ":80/x", "ws://a/b/c/:80/x" },
	{ BASE, "./a:b", "ws://a/b/c/a:b" },
	{ BASE, "/x://y@z", "ws://a/x://y@z" },
	{ BASE, "?u=http://y@z", "ws://a/b/c/d;p?u=http://y@z" },
	{ BASE, "x@y", "ws://a/b/c/x@y" },
	/* schemes */
	{ "ws://h/", "ws://x/y", "ws://x/y" },
	{ "ws://h/", "http://x:80", "ws://x/" },
	{ "ws://h/", "HTTP://X:8080/a/../b", "ws://x:8080/b" },
	{ "ws://h/", "wss://h/", "wss://h/" },
	{ "ws://h/", "https://h:443/a?b#c", "wss://h/a?b" },
	{ "ws://h/", "https://h:80/", "wss://h:80/" },
	{ "wss://h/", "wss://x", "wss://x/" },
	{ "wss://h:1/a", "https://x/", "wss://x/" },
	{ "wss://h:1/a", "//x", "wss://x/" },
	{ "wss://h:1/a", "//x:2?y", "wss://x:2/?y" },
	{ "wss://h:1/a", "/b", "wss://h:1/b" },
	{ "ws://h:1/a", "//x/y", "ws://x/y" },
	/* hosts */
	{ "ws://u:p@h/a", "/b", "ws://h/b" },
	{ "ws://[fe80::1%25eth0]:81/a", "b", "ws://[fe80::1%25eth0]:81/b" },
	{ "ws://h/", "http://[::1]:9/", "ws://[::1]:9/" },
	{ "ws://h/",
		"http://b\xc3\xbc"
		"cher.example/\xc3\xbc?\xc3\xbc",
		"ws://xn--bcher-kva.example/%C3%BC?%C3%BC" },
	{ "ws://b\xc3\xbc"
	  "cher.example",
		"x", "ws://xn--bcher-kva.example/x" },
	{ "ws://h/", "/\xff\x80", "ws://h/%FF%80" },
	/* a unix socket */
	{ "ws+unix:/run/s:/a/b?q", "c", "ws+unix:/run/s:/a/c" },
	{ "ws+unix:/run/s:/a/b?q", "/c?d", "ws+unix:/run/s:/c?d" },
	{ "ws+unix:/run/s", "?d", "ws+unix:/run/s:/?d" },
	{ "ws+unix:/run/s:/x", "/", "ws+unix:/run/s" },
	{ "ws+unix:/run/s:/x", "/..//y:/z", "ws+unix:/run/s://y:/z" },
	{ "ws+unix:/a:1/s:/x", "y", "ws+unix:/a%3A1/s:/y" },
	{ "ws+unix:@abs:/x", "../../y", "ws+unix:@abs:/y" },
	{ "ws+unix:/run/s", "http://h/", "ws://h/" },
	{ "ws+unix:/run/s", "wss://h/", "wss://h/" },
};

Test(redirect, good)
{
	for (size_t i = 0; i < N(good); i++) {
		const struct good *g = &good[i];
		struct err err;
		char *to =
			target(g->from, g->location, strlen(g->location), &err);

		cr_expect(to && !strcmp(to, g->to), "%s, %s: %s", g->from,
			g->location, to ? to : err.line);
		free(to);
	}
}

struct bad {
	const char *from, *location, *why;
};

static const struct bad bad[] = {
	/* down to no TLS */
	{ "wss://h/", "ws://h/", "wss:// never becomes ws://" },
	{ "wss://h/", "http://h:443/", "ws://h:443/ has no TLS" },
	{ "https://h/", "HTTP://x/y", "ws://x/y has no TLS" },
	/* schemes */
	{ "ws://h/", "ftp://h/", "its scheme is ftp, none" },
	{ "ws://h/", "wsss://h/", "its scheme is wsss, none" },
	{ "ws://h/", "file:///etc/passwd", "its scheme is file, none" },
	{ "ws://h/", "javascript:alert(1)", "scheme" },
	{ "ws://h/", "data:,x", "scheme" },
	{ "ws://h/", "h:80/x", "its scheme is h," },
	{ "ws://h/", "localhost:80", "its scheme is localhost," },
	{ "ws://h/", "averylongnameofascheme://h", "averylongnameofasche...," },
	{ "ws://h/", "u:S3CR3T@x/", "its scheme is u," },
	{ BASE, "http:80/x", "two slashes" },
	{ BASE, "ws:80", "two slashes" },
	{ BASE, "http:u@h", "two slashes" },
	{ BASE, "g:h", "its scheme is g," },
	{ BASE, "http:g", "two slashes" },
	{ BASE, "http:", "two slashes" },
	{ BASE, "http:/g", "two slashes" },
	{ BASE, "wss:g", "two slashes" },
	/* a socket of this machine */
	{ "ws://h/", "ws+unix:/run/docker.sock", "scheme is ws+unix" },
	{ "ws://h/", "WS+Unix:/run/docker.sock:/x", "scheme is WS+Unix" },
	{ "ws://h/", "ws+unix:@x", "scheme is ws+unix" },
	{ "ws://h/", "ws+unix://u@/x", "scheme is ws+unix" },
	{ "ws+unix:/run/s", "ws+unix:/run/t", "scheme is ws+unix" },
	{ "ws+unix:/run/s", "//h/x", "unix socket" },
	{ "ws+unix:/run/s", "//", "unix socket" },
	/* credentials */
	{ "ws://h/", "http://u:S3CR3T@x/", "user name or password" },
	{ "ws://h/", "http://u@x/", "user name or password" },
	{ "ws://h/", "http://@x/", "user name or password" },
	{ "ws://h/", "//u:S3CR3T@x", "user name or password" },
	{ "ws://h/", "//x\\@y/", "user name or password" },
	{ "ws://h/", "http://x?a@y", NULL },
	/* no URL */
	{ "ws://h/", "http://", "host is missing" },
	{ "ws://h/", "///x", "host is missing" },
	{ "ws://h/", "//", "host is missing" },
	{ "ws://h/", "//?x", "host is missing" },
	{ "ws://h/", "http://:80/", "host is missing" },
	{ "ws://h/", "http://x:0/", "port" },
	{ "ws://h/", "http://x:65536/", "port" },
	{ "ws://h/", "http://x:y/", "port" },
	{ "ws://h/", "http://x y/", "blank" },
	{ "ws://h/", "http://x%zz/", "hexadecimal" },
	{ "ws://h/", "http://x%0d/", "control" },
	{ "ws://h/", "http://x\\y/", "no host has" },
	{ "ws://h/", "http://\xff/", "domain name" },
	{ "ws://h/", "http://[::1/", "]" },
	{ "ws://h/", "/a b", "blank" },
	{ "ws://h/", "/a\tb", "control" },
	{ "ws://h/", "/a\r\nX: y", "control" },
	{ "ws://h/", "g\x7f", "control" },
	{ "ws://h/", "?\x01", "control" },
};

Test(redirect, bad)
{
	for (size_t i = 0; i < N(bad); i++) {
		const struct bad *b = &bad[i];
		struct err err;
		char *to =
			target(b->from, b->location, strlen(b->location), &err);

		cr_expect_eq(to != NULL, b->why == NULL, "%s: %s", b->location,
			to ? to : err.line);
		if (!b->why) {
			free(to);
			continue;
		}
		cr_expect_eq(err.kind, ERR_REDIRECT, "%s", b->location);
		cr_expect(strstr(err.line, b->why), "%s: %s", b->location,
			err.line);
		cr_expect(strstr(err.line, "redirect (302): "), "%s", err.line);
		cr_expect(!strstr(err.line, "S3CR3T"), "%s", err.line);
		free(to);
	}
}

/* What is so wherever the Location was cut. */
static void check_cut(const char *from, const char *location, size_t n)
{
	bool secure = !strncmp(from, "wss:", 4) || !strncmp(from, "https:", 6);
	struct err err;
	char *to = target(from, location, n, &err);

	if (!to) {
		cr_expect_eq(err.kind, ERR_REDIRECT, "%.*s", (int)n, location);
		cr_expect(*err.line, "%.*s", (int)n, location);
		return;
	}
	cr_expect(!secure || !strncmp(to, "wss://", 6), "%s", to);
	for (const char *p = to; *p; p++)
		cr_expect(*p > 0x20 && *p < 0x7f && *p != '#', "%s", to);

	struct url url;
	bool ok = url_parse(&url, to, &err);
	char *again = ok ? url_show(&url) : NULL;

	cr_expect(again && !strcmp(again, to), "%s", to);
	cr_expect(!ok || !url.user, "%s", to);
	free(again);
	url_release(&url);
	free(to);
}

Test(redirect, cuts)
{
	for (size_t i = 0; i < N(good); i++)
		for (size_t n = 0; n <= strlen(good[i].location); n++)
			check_cut(good[i].from, good[i].location, n);
	for (size_t i = 0; i < N(bad); i++)
		for (size_t n = 0; n <= strlen(bad[i].location); n++)
			check_cut(bad[i].from, bad[i].location, n);
}

static void check_no_target(const char *why)
{
	struct err err = { 0 };
	struct url url;

	cr_assert(url_parse(&url, "ws://h/", &err));
	cr_expect_null(redirect_target(&url, &head, &err));
	cr_expect_eq(err.kind, ERR_REDIRECT);
	cr_expect_str_eq(err.line, why);
	url_release(&url);
}

Test(redirect, wants_one_location)
{
	answer(301);
	check_no_target("cannot follow the redirect (301): it has no Location");
	add_location("Content-Location", "/a", 2);
	add_location("Locations", "/a", 2);
	check_no_target("cannot follow the redirect (301): it has no Location");
	add_location("Location", "/a", 2);
	add_location("LOCATION", "/a", 2);
	check_no_target(
		"cannot follow the redirect (301): it has several Locations");
}

/* As long as a head can be: as long as that comes out, and a line about it is
 * short. */
Test(redirect, lengths)
{
	static char location[HTTP_HEAD_MAX];
	struct err err;

	memset(location, 'a', sizeof(location));
	location[0] = '/';

	char *to = target("ws://h/", location, sizeof(location), &err);

	cr_expect_eq(strlen(to), strlen("ws://h") + sizeof(location));
	free(to);
	location[sizeof(location) - 1] = ' ';
	cr_expect_null(target("ws://h/", location, sizeof(location), &err));
	cr_expect(strstr(err.line, "...\": a blank"), "%s", err.line);
	memset(location, '/', sizeof(location));
	for (size_t i = 0; i + 2 < sizeof(location); i += 3)
		memcpy(location + i, "/..", 3);
	to = target("ws://h/", location, sizeof(location), &err);
	cr_expect_str_eq(to, "ws://h/");
	free(to);
}

Test(redirect, statuses)
{
	static const int statuses[] = { 301, 302, 303, 307, 308 };
	size_t n = 0;

	for (int status = 100; status < 1000; status++) {
		bool is = n < N(statuses) && status == statuses[n];

		cr_expect_eq(redirect_is(status), is, "%d", status);
		n += is;
	}
}
