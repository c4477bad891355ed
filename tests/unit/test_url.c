#define _GNU_SOURCE

#include "http/url.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

/* The URL, ending at an unreadable page. */
static bool parse(struct url *url, const char *text, struct err *err)
{
	const char *p = (char *)guard_copy(text, strlen(text) + 1);

	*err = (struct err){ 0 };
	return url_parse(url, p, err);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

struct good {
	const char *text;
	const char *host;
	unsigned port;
	const char *authority, *target;
	bool secure;
};

static const struct good good[] = {
	/* schemes */
	{ "ws://h", "h", 80, "h", "/", false },
	{ "wss://h", "h", 443, "h", "/", true },
	{ "http://h/", "h", 80, "h", "/", false },
	{ "https://h/", "h", 443, "h", "/", true },
	{ "WsS://h", "h", 443, "h", "/", true },
	/* bare */
	{ "h", "h", 80, "h", "/", false },
	{ "h/p", "h", 80, "h", "/p", false },
	{ "h?q", "h", 80, "h", "/?q", false },
	{ "localhost:8080", "localhost", 8080, "localhost:8080", "/", false },
	{ "h:443/x", "h", 443, "h:443", "/x", false },
	{ "ws:8080", "ws", 8080, "ws:8080", "/", false },
	{ "h/http://x", "h", 80, "h", "/http://x", false },
	{ "h?u=http://x", "h", 80, "h", "/?u=http://x", false },
	{ "h:1/a://b", "h", 1, "h:1", "/a://b", false },
	{ "[::1]:90", "::1", 90, "[::1]:90", "/", false },
	{ "127.0.0.1:9", "127.0.0.1", 9, "127.0.0.1:9", "/", false },
	/* localhost */
	{ ":8080", "localhost", 8080, "localhost:8080", "/", false },
	{ ":80/p?q", "localhost", 80, "localhost", "/p?q", false },
	{ ":8080?q=1", "localhost", 8080, "localhost:8080", "/?q=1", false },
	/* ports */
	{ "ws://h:80", "h", 80, "h", "/", false },
	{ "ws://h:443", "h", 443, "h:443", "/", false },
	{ "wss://h:443", "h", 443, "h", "/", true },
	{ "wss://h:80", "h", 80, "h:80", "/", true },
	{ "ws://h:/", "h", 80, "h", "/", false },
	{ "wss://h:", "h", 443, "h", "/", true },
	{ "ws://[::1]:/x", "::1", 80, "[::1]", "/x", false },
	{ "ws://h:65535", "h", 65535, "h:65535", "/", false },
	{ "ws://h:1", "h", 1, "h:1", "/", false },
	{ "ws://h:00080", "h", 80, "h", "/", false },
	/* targets */
	{ "ws://h?", "h", 80, "h", "/?", false },
	{ "ws://h/?a=b&c=d;e", "h", 80, "h", "/?a=b&c=d;e", false },
	{ "ws://h//a/../b/.", "h", 80, "h", "//a/../b/.", false },
	{ "ws://h/a%2fb%zz%", "h", 80, "h", "/a%2fb%zz%", false },
	{ "ws://h/\xc3\xa9?\xff", "h", 80, "h", "/%C3%A9?%FF", false },
	{ "ws://h/a@b:c", "h", 80, "h", "/a@b:c", false },
	{ "ws://h/\"<>\\^`{|}", "h", 80, "h", "/\"<>\\^`{|}", false },
	/* names */
	{ "ws://Host.EXAMPLE./", "host.example.", 80, "host.example.", "/",
		false },
	{ "ws://a_b-c~d!$&'()*+,;=/", "a_b-c~d!$&'()*+,;=", 80,
		"a_b-c~d!$&'()*+,;=", "/", false },
	{ "ws://%68%4F/", "ho", 80, "ho", "/", false },
	{ "ws://b\xc3\xbc"
	  "cher.example/",
		"xn--bcher-kva.example", 80, "xn--bcher-kva.example", "/",
		false },
	{ "ws://B\xc3\x9c"
	  "cher.example:81",
		"xn--bcher-kva.example", 81, "xn--bcher-kva.example:81", "/",
		false },
	/* a combining mark: NFC first */
	{ "ws://bu\xcc\x88"
	  "cher",
		"xn--bcher-kva", 80, "xn--bcher-kva", "/", false },
	{ "b%C3%BCcher:1", "xn--bcher-kva", 1, "xn--bcher-kva:1", "/", false },
	/* sharp s stays itself: not transitional */
	{ "ws://stra\xc3\x9f"
	  "e",
		"xn--strae-oqa", 80, "xn--strae-oqa", "/", false },
	/* addresses */
	{ "ws://[::1]", "::1", 80, "[::1]", "/", false },
	{ "ws://[2001:DB8::1]:81/x", "2001:db8::1", 81, "[2001:db8::1]:81",
		"/x", false },
	{ "ws://[0000:0000:0000:0000:0000:ffff:255.255.255.255]",
		"0000:0000:0000:0000:0000:ffff:255.255.255.255", 80,
		"[0000:0000:0000:0000:0000:ffff:255.255.255.255]", "/", false },
	{ "ws://[::ffff:1.2.3.4]", "::ffff:1.2.3.4", 80, "[::ffff:1.2.3.4]",
		"/", false },
	{ "ws://[fe80::1%25eth0]:81", "fe80::1%eth0", 81, "[fe80::1]:81", "/",
		false },
	{ "ws://[fe80::1%eth0]/", "fe80::1%eth0", 80, "[fe80::1]", "/", false },
	{ "ws://[fe80::1%25En%2D0]/", "fe80::1%En-0", 80, "[fe80::1]", "/",
		false },
	{ "ws://[fe80::1%2]/", "fe80::1%2", 80, "[fe80::1]", "/", false },
	{ "ws://[fe80::1%25]/", "fe80::1%25", 80, "[fe80::1]", "/", false },
	{ "ws://[fe80::1%251]/", "fe80::1%1", 80, "[fe80::1]", "/", false },
};

static void check_good(const struct good *c)
{
	struct url url;
	struct err err;

	cr_expect(parse(&url, c->text, &err), "%s: %s", c->text, err.line);
	cr_expect_str_eq(url.host, c->host, "%s: %s", c->text, url.host);
	cr_expect_eq(url.port, c->port, "%s: %u", c->text, url.port);
	cr_expect_str_eq(
		url.authority, c->authority, "%s: %s", c->text, url.authority);
	cr_expect_str_eq(url.target, c->target, "%s: %s", c->text, url.target);
	cr_expect_eq(url.secure, c->secure, "%s", c->text);
	cr_expect_null(url.user);
	cr_expect_null(url.password);
	cr_expect_null(url.unix_path);
	url_release(&url);
}

Test(url, good)
{
	for (size_t i = 0; i < N(good); i++)
		check_good(&good[i]);
}

Test(url, userinfo)
{
	static const struct {
		const char *text, *user, *password;
	} cases[] = {
		{ "ws://u@h/p", "u", NULL },
		{ "ws://u:@h/p", "u", "" },
		{ "ws://u:pass:word@h/p", "u", "pass:word" },
		{ "ws://u%40x:a%3Ab%2f%25@h/p", "u@x", "a:b/%" },
		{ "ws://u%3ax:p@h/p", "u:x", "p" },
		{ "ws://u@v:p@q@h/p", "u@v", "p@q" },
		{ "ws://\xc3\xa9:\xc3\xbc@h/p", "\xc3\xa9", "\xc3\xbc" },
		{ "ws://D\\u:p@h/p", "D\\u", "p" },
		{ "ws://:p@h/p", "", "p" },
		{ "ws://:@h/p", "", "" },
		{ "ws://@h/p", NULL, NULL },
		{ "u:p@h/p", "u", "p" },
		{ "u:p@h:80/p", "u", "p" },
		{ "ws:p@h/p", "ws", "p" },
		{ "ws://u:p@h/p", "u", "p" },
	};
	struct url url;
	struct err err;

	for (size_t i = 0; i < N(cases); i++) {
		const char *text = cases[i].text;

		cr_expect(parse(&url, text, &err), "%s: %s", text, err.line);
		cr_expect(same(url.user, cases[i].user), "%s: %s", text,
			url.user);
		cr_expect(same(url.password, cases[i].password), "%s: %s", text,
			url.password);
		cr_expect_str_eq(url.host, "h", "%s", text);
		cr_expect_str_eq(url.authority, "h", "%s", text);
		cr_expect_str_eq(url.target, "/p", "%s", text);
		url_release(&url);
	}
	/* the last @ counts only before the path */
	cr_expect(parse(&url, "ws://u@h/a@b", &err));
	cr_expect_str_eq(url.user, "u");
	cr_expect_str_eq(url.target, "/a@b");
	url_release(&url);
	cr_expect(parse(&url, "u@:81", &err));
	cr_expect_str_eq(url.user, "u");
	cr_expect_str_eq(url.authority, "localhost:81");
	url_release(&url);
}

Test(url, unix_socket)
{
	static const struct {
		const char *text, *path, *target;
	} cases[] = {
		{ "ws+unix:/run/s", "/run/s", "/" },
		{ "ws+unix:///run/s", "/run/s", "/" },
		{ "WS+Unix:/run/s:/r?q", "/run/s", "/r?q" },
		{ "ws+unix:///run/s:/r/t", "/run/s", "/r/t" },
		{ "ws+unix:/run/s:", "/run/s", "/" },
		{ "ws+unix:/run/s:?q", "/run/s", "/?q" },
		{ "ws+unix:/run/s?q", "/run/s", "/?q" },
		{ "ws+unix:/run/a:0:/r", "/run/a:0", "/r" },
		{ "ws+unix:/run/s:/a:/b", "/run/s", "/a:/b" },
		{ "ws+unix:/a%20b%3f%25", "/a b?%", "/" },
		{ "ws+unix:/\xc3\xa9:/\xc3\xa9", "/\xc3\xa9", "/%C3%A9" },
		{ "ws+unix:@name:/r", "@name", "/r" },
		{ "ws+unix:/a@b", "/a@b", "/" },
		{ "ws+unix:run/s", "run/s", "/" },
		{ "ws+unix:////run/s", "//run/s", "/" },
	};
	struct url url;
	struct err err;

	for (size_t i = 0; i < N(cases); i++) {
		const char *text = cases[i].text;

		cr_expect(parse(&url, text, &err), "%s: %s", text, err.line);
		cr_expect_str_eq(url.unix_path, cases[i].path, "%s: %s", text,
			url.unix_path);
		cr_expect_str_eq(url.target, cases[i].target, "%s: %s", text,
			url.target);
		cr_expect_str_eq(url.authority, "localhost");
		cr_expect_null(url.host);
		cr_expect_not(url.secure);
		url_release(&url);
	}
	cr_expect(parse(&url, "ws+unix://u:p@/run/s:/r", &err));
	cr_expect_str_eq(url.user, "u");
	cr_expect_str_eq(url.password, "p");
	cr_expect_str_eq(url.unix_path, "/run/s");
	url_release(&url);
}

struct bad {
	const char *text, *why;
};

static const struct bad bad[] = {
	{ "", "empty" },
	/* schemes */
	{ "foo://x", "ws, wss, http, https or ws+unix" },
	{ "ftp://u@x", "unknown scheme" },
	{ "w s://x", "blank" },
	{ "1ws://x", "unknown scheme" },
	{ "w_s://x", "unknown scheme" },
	{ "wss+unix://x", "unknown scheme" },
	{ "://x", "unknown scheme" },
	{ "mailto:x", "port" },
	{ "ws:", "slashes" },
	{ "ws:/h", "slashes" },
	{ "wss:h", "slashes" },
	{ "HTTP:/h", "slashes" },
	{ "unix:/run/s", "ws+unix" },
	{ "h:", "no port" },
	{ "h:/p", "no port" },
	{ "[::1]:", "no port" },
	/* hosts */
	{ "ws://", "host is missing" },
	{ "ws:///p", "host is missing" },
	{ "ws://?q", "host is missing" },
	{ "ws://:80/", "host is missing" },
	{ "ws://u@/", "host is missing" },
	{ "/p", "host is missing" },
	{ "//h/p", "host is missing" },
	{ "?q", "host is missing" },
	{ ":", "host is missing" },
	{ ":/p", "host is missing" },
	{ "ws://*:1/", "* is no host" },
	{ "*:1", "* is no host" },
	{ "ws://%2a/", "* is no host" },
	{ "ws://a\\b/", "no host has" },
	{ "ws://a%2fb/", "no host has" },
	{ "ws://a%40b/", "no host has" },
	{ "ws://a%20b/", "no host has" },
	{ "ws://a%25b/", "no host has" },
	{ "ws://a|b/", "no host has" },
	{ "ws://a%0ab/", "control" },
	{ "ws://a%00b/", "control" },
	{ "ws://a%zzb/", "hexadecimal" },
	{ "ws://a%4", "hexadecimal" },
	{ "ws://a%", "hexadecimal" },
	/* the mapping makes a slash and an @ of these */
	{ "ws://a\xef\xbc\x8f"
	  "b/",
		"host" },
	{ "ws://a\xef\xbc\xa0"
	  "b/",
		"host" },
	{ "ws://\xc2\xad/", "host" }, /* only a soft hyphen */
	{ "ws://\xff/", "no domain name: " },
	{ "ws://\xed\xa0\x80/", "no domain name: " },
	{ "ws://a\xe2\x80\xae"
	  "b/",
		"no domain name: " },
	/* IPv6 */
	{ "ws://[::1", "] after" },
	{ "ws://[::1/", "] after" },
	{ "ws://[]", "no IPv6" },
	{ "ws://[1.2.3.4]", "no IPv6" },
	{ "ws://[::g]", "no IPv6" },
	{ "ws://[v1.x]", "no IPv6" },
	{ "ws://[1:2:3:4:5:6:7:8:9]", "no IPv6" },
	{ "ws://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]",
		"no IPv6" },
	/* a byte too long for the longest address */
	{ "ws://[00000:0000:0000:0000:0000:ffff:255.255.255.255]", "no IPv6" },
	{ "ws://[::1]x", ":PORT" },
	{ "ws://[::1]80", ":PORT" },
	{ "ws://[fe80::1%]", "zone" },
	{ "ws://[fe80::1%25a%2fb]", "zone" },
	{ "ws://[fe80::1%25%zz]", "hexadecimal" },
	{ "ws://[fe80::1%a%b]", "zone" },
	{ "ws://::1/", "brackets" },
	{ "::1", "brackets" },
	{ "::1:80/x", "brackets" },
	/* ports */
	{ "ws://h:0", "1 to 65535" },
	{ "ws://h:65536", "1 to 65535" },
	{ "ws://h:4294967376", "1 to 65535" },
	{ "ws://h:99999999999999999999999", "1 to 65535" },
	{ "ws://h:8a", "1 to 65535" },
	{ "ws://h:+80", "1 to 65535" },
	{ "ws://h:-1", "1 to 65535" },
	{ "ws://h:\xd9\xa1/", "1 to 65535" },
	{ ":0", "1 to 65535" },
	{ ":x", "1 to 65535" },
	{ "h:8 0", "blank" },
	/* bytes */
	{ "ws://h/#f", "%23" },
	{ "ws://h#", "%23" },
	{ "h/p?q#f", "%23" },
	{ "ws+unix:/s#f", "%23" },
	{ " ws://h", "blank" },
	{ "ws://h/a b", "%20" },
	{ "ws://h/a\tb", "control" },
	{ "ws://h/a\r\nX: y", "control" },
	{ "ws://h/\x7f", "control" },
	{ "ws://h\n", "control" },
	/* unix sockets */
	{ "ws+unix:", "path of the socket" },
	{ "ws+unix://", "path of the socket" },
	{ "ws+unix:@", "path of the socket" },
	{ "ws+unix:?q", "path of the socket" },
	{ "ws+unix::/r", "path of the socket" },
	{ "ws+unix://run/s", "no host" },
	{ "ws+unix:/a%00b", "control" },
	{ "ws+unix:/a%", "hexadecimal" },
};

static void check_bad(const char *text, const char *why)
{
	struct url url;
	struct err err;
	char *last;

	cr_expect_not(parse(&url, text, &err), "%s", text);
	cr_expect_eq(err.kind, ERR_URL, "%s", text);
	cr_expect_eq(strncmp(err.line, "URL \"", 5), 0, "%s", err.line);
	/* the cause is behind the URL, which could have the word in it */
	last = strstr(err.line, "\": ");
	cr_assert_not_null(last, "%s", err.line);
	cr_expect(strstr(last, why), "%s: %s", text, err.line);
	cr_expect_null(url.host);
	cr_expect_null(url.user);
	cr_expect_null(url.unix_path);
}

Test(url, bad)
{
	for (size_t i = 0; i < N(bad); i++)
		check_bad(bad[i].text, bad[i].why);
}

/* What may be a password is never in a line, also where a / or # in it makes
 * the URL mean something else. */
Test(url, secrets)
{
	static const struct bad cases[] = {
		{ "ws://user:SECRET@h:x/", "65535" },
		{ "ws://user:SECRET@h/#", "%23" },
		{ "ws://user:SE#CRET@h/", "%23" },
		{ "ws://user:SE/CRET@h/", "65535" },
		{ "ws://user:SE?CRET@h/", "65535" },
		{ "ws://user:SE@CRET@h:x", "65535" },
		{ "ws://user:SECRET%@h/", "password" },
		{ "ws://user:SECRET%0a@h/", "password" },
		{ "ws://user:SECRET \n@h/", "blank" },
		{ "ws://SECRET%@h/", "user name" },
		{ "foo://user:SECRET@h/", "unknown" },
		{ "user:SECRET@h:x", "65535" },
		{ "user:SE#CRET@h", "%23" },
		{ "ws+unix://user:SECRET@h/s", "no host" },
		{ "ws:/user:SECRET@h/s", "slashes" },
	};
	struct url url;
	struct err err;

	for (size_t i = 0; i < N(cases); i++) {
		check_bad(cases[i].text, cases[i].why);
		parse(&url, cases[i].text, &err);
		cr_expect_null(strstr(err.line, "SE"), "%s", err.line);
		cr_expect_null(strstr(err.line, "CRET"), "%s", err.line);
		cr_expect(strstr(err.line, "***@h"), "%s", err.line);
	}
	/* no userinfo, nothing to hide */
	parse(&url, "ws+unix:/a@b#f", &err);
	cr_expect(strstr(err.line, "\"ws+unix:/a@b#f\""), "%s", err.line);
	parse(&url, "ws://user:SECRET@h:x/p", &err);
	cr_expect_str_eq(err.line,
		"URL \"ws://***@h:x/p\": the port must be a number from 1 to "
		"65535");
}

/* However long the URL, the cause is in the line. */
Test(url, long_urls)
{
	static const struct bad starts[] = {
		{ "ws://h:x/", "65535" },
		{ "foo://h/", "unknown" },
		{ "ws://u:p%@h/", "password" },
		{ "ws://\xff/", "no domain name: " },
		{ "ws+unix:///%zz", "hexadecimal" },
		{ "ws://a%zz", "hexadecimal" },
		{ "ws://\xc3\xa9", "no domain name: " },
		{ "ws://h:8", "65535" },
		{ "ws://[::", "] after" },
	};
	static char text[70000];
	struct url url;
	struct err err;

	for (size_t i = 0; i < N(starts); i++) {
		memset(text, 'a', sizeof(text) - 1);
		memcpy(text, starts[i].text, strlen(starts[i].text));
		check_bad(text, starts[i].why);
	}
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, "ws://", 5);
	cr_expect(parse(&url, text, &err));
	cr_expect_eq(strlen(url.host), sizeof(text) - 6);
	url_release(&url);
	text[sizeof(text) - 2] = '#';
	check_bad(text, "%23");
	text[sizeof(text) - 2] = '@';
	check_bad(text, "host is missing");
}

/* Cut anywhere, a URL is a URL or an error with its line. */
static void check_cuts(const char *text)
{
	size_t len = strlen(text);
	char cut[256];

	for (size_t n = 0; n < len; n++) {
		struct url url;
		struct err err;

		memcpy(cut, text, n);
		cut[n] = '\0';
		if (parse(&url, cut, &err)) {
			cr_expect(url.target && url.authority && url.port);
			cr_expect(!url.host != !url.unix_path);
			url_release(&url);
		} else {
			cr_expect_eq(err.kind, ERR_URL);
			cr_expect(*err.line);
		}
	}
}

Test(url, cuts)
{
	for (size_t i = 0; i < N(good); i++)
		check_cuts(good[i].text);
	for (size_t i = 0; i < N(bad); i++)
		check_cuts(bad[i].text);
	check_cuts("https://u%40:p%41@[fe80::1%25eth0]:8080/p?q");
	check_cuts("ws+unix://u:p@/run/s%20:/r?q");
}

/* What is shown is a URL again: the same, without userinfo. */
static void check_show(const char *text, const char *shown)
{
	struct url a, b;
	struct err err;
	char *show;

	cr_assert(parse(&a, text, &err), "%s: %s", text, err.line);
	show = url_show(&a);
	if (shown)
		cr_expect_str_eq(show, shown, "%s", show);
	cr_expect(parse(&b, show, &err), "%s: %s", show, err.line);
	cr_expect(same(a.host, b.host), "%s", show);
	cr_expect(same(a.authority, b.authority), "%s", show);
	cr_expect(same(a.target, b.target), "%s", show);
	cr_expect(same(a.unix_path, b.unix_path), "%s", show);
	cr_expect_eq(a.port, b.port, "%s", show);
	cr_expect_eq(a.secure, b.secure, "%s", show);
	cr_expect_null(b.user, "%s", show);
	cr_expect_null(b.password, "%s", show);
	free(show);
	url_release(&a);
	url_release(&b);
}

Test(url, show)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "localhost:8080", "ws://localhost:8080/" },
		{ ":90/x?y", "ws://localhost:90/x?y" },
		{ "https://u:p@h:443/x", "wss://h/x" },
		{ "ws://[fe80::1%eth0]:81/x", "ws://[fe80::1%25eth0]:81/x" },
		{ "ws://[::1]/", "ws://[::1]/" },
		{ "ws+unix:///run/s", "ws+unix:/run/s" },
		{ "ws+unix://u:p@/run/s:/r?q", "ws+unix:/run/s:/r?q" },
		{ "ws+unix:/a%20b%3f%25%3a%23:/r",
			"ws+unix:/a%20b%3F%25%3A%23:/r" },
		{ "ws+unix:////run/s", "ws+unix:////run/s" },
		{ "ws+unix:@n?q", "ws+unix:@n:/?q" },
	};

	for (size_t i = 0; i < N(cases); i++)
		check_show(cases[i].text, cases[i].shown);
	for (size_t i = 0; i < N(good); i++)
		check_show(good[i].text, NULL);
}

Test(url, release_takes_zero)
{
	struct url url = { 0 };

	url_release(&url);
	url_release(&url);
}
