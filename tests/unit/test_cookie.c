#define _GNU_SOURCE /* unit/guard.h */
#include "unit/cookie_case.h"

/* What a server says, and what a later request gets. */
static const struct {
	const char *from, *values, *to, *want;
} cases[] = {
	/* 5.2: the pair */
	{ "ws://h.test/", "a=b", "ws://h.test/", "a=b" },
	{ "ws://h.test/", " a\t= b c ;x", "ws://h.test/", "a=b c" },
	{ "ws://h.test/", "a=b=c=", "ws://h.test/", "a=b=c=" },
	{ "ws://h.test/", "a=", "ws://h.test/", "a=" },
	{ "ws://h.test/", "a=\"b c\"", "ws://h.test/", "a=\"b c\"" },
	{ "ws://h.test/", "a=b,c=d", "ws://h.test/", "a=b,c=d" },
	{ "ws://h.test/", "a=gr\xc3\xbc\xff", "ws://h.test/",
		"a=gr\xc3\xbc\xff" },
	{ "ws://h.test/", "a", "ws://h.test/", NULL },
	{ "ws://h.test/", "a;b=c", "ws://h.test/", NULL },
	{ "ws://h.test/", "=b", "ws://h.test/", NULL },
	{ "ws://h.test/", " = ", "ws://h.test/", NULL },
	{ "ws://h.test/", "", "ws://h.test/", NULL },
	{ "ws://h.test/", ";", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b\tc", "ws://h.test/", NULL },
	{ "ws://h.test/", "a\tb=c", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b\x01", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b\rX: y", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; x=\x7f", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b;\tPath\t=\t/\t;\tx", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; SameSite=Strict; Priority=High; ;=;",
		"ws://h.test/", "a=b" },

	/* 5.3: a new one replaces, in the old one's place */
	{ "ws://h.test/", "a=1\nb=2\na=3", "ws://h.test/", "a=3; b=2" },
	{ "ws://h.test/", "a=1\nA=2", "ws://h.test/", "a=1; A=2" },
	{ "ws://h.test/", "a=1\na=2; Path=/x", "ws://h.test/x", "a=2; a=1" },
	{ "ws://h.test/", "a=1\na=2; Domain=h.test", "ws://h.test/",
		"a=1; a=2" },
	{ "ws://h.test/", "a=1; Domain=H.TEST\na=2; Domain=.h.test",
		"ws://h.test/", "a=2" },

	/* Expires and Max-Age */
	{ "ws://h.test/", "a=b; Expires=Sun, 06 Nov 2033 08:49:37 GMT",
		"ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
		"ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
		"ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Expires=Mon, 01 Jan 1601 00:00:00 GMT",
		"ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Expires=soon", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Expires=Sun, 06 Nov 1994 08:49:37; Expires=x",
		"ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; max-age=1", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=0", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; max-age=-1", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; max-age=-", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=99999999999999999999999999",
		"ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=0; max-age=5", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=0; max-age=5s", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; max-age=+0", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=0.5", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=\"0\"", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age=", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; max-age", "ws://h.test/", "a=b" },
	{ "ws://h.test/",
		"a=b; max-age=9; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
		"ws://h.test/", "a=b" },
	{ "ws://h.test/",
		"a=b; Expires=Sun, 06 Nov 2033 08:49:37 GMT; max-age=0",
		"ws://h.test/", NULL },
	{ "ws://h.test/", "a=1\nb=2\na=; max-age=0", "ws://h.test/", "b=2" },
	{ "ws://h.test/", "a=1\nb=2\na=; max-age=0\na=3", "ws://h.test/",
		"b=2; a=3" },
	{ "ws://h.test/", "a=1\na=; max-age=0; Path=/x", "ws://h.test/",
		"a=1" },

	/* 5.1.3: the domain */
	{ "ws://h.test/", "a=b", "ws://x.h.test/", NULL },
	{ "ws://h.test/", "a=b", "ws://h.test:99/", "a=b" },
	{ "ws://h.test/", "a=b; Domain=h.test", "ws://x.h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Domain=.h.test", "ws://x.y.h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Domain=h.test", "ws://xh.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=h.test", "ws://h.test.x/", NULL },
	{ "ws://x.h.test/", "a=b; Domain=h.test", "ws://h.test/", "a=b" },
	{ "ws://x.h.test/", "a=b; Domain=h.test", "ws://y.h.test/", "a=b" },
	{ "ws://x.h.test/", "a=b; DOMAIN = H.Test ", "ws://h.test/", "a=b" },
	{ "ws://X.H.TEST/", "a=b; Domain=x.h.test", "ws://x.h.test/", "a=b" },
	{ "ws://xh.test/", "a=b; Domain=h.test", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=x.h.test", "ws://x.h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=evil.test", "ws://evil.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=test", "ws://x.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=test", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=.test", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=test.", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=..h.test", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=h.test.", "ws://h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Domain=", "ws://x.h.test/", NULL },
	{ "ws://h.test/", "a=b; Domain=.", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Domain", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Domain=x.test; Domain=h.test", "ws://h.test/",
		"a=b" },
	{ "ws://h.test/", "a=b; Domain=h.test; Domain=x.test", "ws://h.test/",
		NULL },
	{ "ws://h.test./", "a=b; Domain=h.test", "ws://x.h.test/", "a=b" },
	{ "ws://h.test/", "a=b", "ws://h.test./", "a=b" },
	{ "ws://localhost/", "a=b; Domain=localhost", "ws://localhost/",
		"a=b" },
	{ "ws://localhost/", "a=b; Domain=localhost", "ws://x.localhost/",
		NULL },
	{ "ws+unix:/run/s:/", "a=b", "ws://localhost/", "a=b" },

	/* Addresses are never below one another. */
	{ "ws://10.0.0.1/", "a=b", "ws://10.0.0.1/", "a=b" },
	{ "ws://10.0.0.1/", "a=b; Domain=10.0.0.1", "ws://10.0.0.1/", "a=b" },
	{ "ws://10.0.0.1/", "a=b; Domain=0.0.1", "ws://10.0.0.1/", NULL },
	{ "ws://10.0.0.1/", "a=b; Domain=.1", "ws://10.0.0.1/", NULL },
	{ "ws://0.1/", "a=b; Domain=0.1", "ws://10.0.0.1/", NULL },
	{ "ws://10.0.0x1/", "a=b; Domain=0.0x1", "ws://10.0.0x1/", NULL },
	{ "ws://x.a.0/", "a=b; Domain=a.0", "ws://x.a.0/", NULL },
	{ "ws://x.a.0z/", "a=b; Domain=a.0z", "ws://x.a.0z/", "a=b" },
	{ "ws://[::1]/", "a=b", "ws://[::1]/", "a=b" },
	{ "ws://[::1]/", "a=b; Domain=::1", "ws://[::1]/", "a=b" },
	{ "ws://[::1]/", "a=b; Domain=[::1]", "ws://[::1]/", NULL },
	{ "ws://[::ffff:10.0.0.1]/", "a=b; Domain=0.0.1",
		"ws://[::ffff:10.0.0.1]/", NULL },

	/* 5.1.4: the path */
	{ "ws://h.test/x/y", "a=b", "ws://h.test/x/z", "a=b" },
	{ "ws://h.test/x/y", "a=b", "ws://h.test/x", "a=b" },
	{ "ws://h.test/x/y", "a=b", "ws://h.test/x/", "a=b" },
	{ "ws://h.test/x/y", "a=b", "ws://h.test/xz", NULL },
	{ "ws://h.test/x/y", "a=b", "ws://h.test/X/y", NULL },
	{ "ws://h.test/x/y", "a=b", "ws://h.test/", NULL },
	{ "ws://h.test/x/", "a=b", "ws://h.test/x", "a=b" },
	{ "ws://h.test/x", "a=b", "ws://h.test/y", "a=b" },
	{ "ws://h.test?/x/y", "a=b", "ws://h.test/y", "a=b" },
	{ "ws://h.test/x/?/y", "a=b", "ws://h.test/x?q", "a=b" },
	{ "ws://h.test/", "a=b; Path=/x", "ws://h.test/x/y?q", "a=b" },
	{ "ws://h.test/", "a=b; Path=/x", "ws://h.test/x?q", "a=b" },
	{ "ws://h.test/", "a=b; Path=/x", "ws://h.test/xy", NULL },
	{ "ws://h.test/", "a=b; Path=/x/", "ws://h.test/x/y", "a=b" },
	{ "ws://h.test/", "a=b; Path=/x/", "ws://h.test/x", NULL },
	{ "ws://h.test/x/y", "a=b; Path=x", "ws://h.test/x/", "a=b" },
	{ "ws://h.test/x/y", "a=b; Path=\"/\"", "ws://h.test/", NULL },
	{ "ws://h.test/x/y", "a=b; Path=", "ws://h.test/", NULL },
	{ "ws://h.test/x/y", "a=b; Path=/; Path=z", "ws://h.test/", NULL },
	{ "ws://h.test/x/y", "a=b; Path=z; Path=/", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Path=/x\ty", "ws://h.test/x", NULL },
	{ "ws://h.test/", "a=1; Path=/\nb=2; Path=/x/y\nc=3; Path=/x\nd=4",
		"ws://h.test/x/y", "b=2; c=3; a=1; d=4" },

	/* Secure is wss, and ws leaves its cookies alone. */
	{ "wss://h.test/", "a=b; Secure", "wss://h.test/", "a=b" },
	{ "wss://h.test/", "a=b; secure=false", "ws://h.test/", NULL },
	{ "wss://localhost/", "a=b; Secure", "ws://localhost/", NULL },
	{ "wss://h.test/", "a=b", "ws://h.test/", "a=b" },
	{ "ws://h.test/", "a=b; Secure", "wss://h.test/", NULL },
	{ "wss://h.test/", "a=b; HttpOnly", "ws://h.test/", "a=b" },

	/* Prefixes */
	{ "wss://h.test/", "__Secure-a=b; Secure", "wss://h.test/",
		"__Secure-a=b" },
	{ "wss://h.test/", "__Secure-a=b", "wss://h.test/", NULL },
	{ "wss://h.test/", "__SECURE-a=b", "wss://h.test/", NULL },
	{ "ws://h.test/", "__Secure-a=b; Secure", "wss://h.test/", NULL },
	{ "wss://h.test/", "__Host-a=b; Secure; Path=/", "wss://h.test/",
		"__Host-a=b" },
	{ "wss://h.test/", "__Host-a=b; Secure", "wss://h.test/", NULL },
	{ "wss://h.test/", "__Host-a=b; Secure; Path=/x", "wss://h.test/x",
		NULL },
	{ "wss://h.test/", "__Host-a=b; Path=/", "wss://h.test/", NULL },
	{ "wss://h.test/", "__host-a=b; Path=/", "wss://h.test/", NULL },
	{ "wss://h.test/", "__Host-a=b; Secure; Path=/; Domain=h.test",
		"wss://h.test/", NULL },
	{ "wss://h.test/", "__Host=b", "wss://h.test/", "__Host=b" },
};

Test(cookie, set_and_sent)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cookie_jar jar = { 0 };

		set_all(&jar, cases[i].from, cases[i].values);
		expect_header(&jar, cases[i].to, cases[i].want);
		cr_expect_eq(jar.changed, jar.n > 0, "%s", cases[i].values);
		cookie_jar_release(&jar);
	}
}

/* Each value cut anywhere: what is then set can be written and read again. */
Test(cookie, cut)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct url url = url_of(cases[i].from);
		const char *value = cases[i].values;

		for (size_t n = 0; n <= strcspn(value, "\n"); n++) {
			struct cookie_jar jar = { 0 }, again = { 0 };
			struct err err;
			size_t len;

			cookie_jar_set(&jar, (char *)guard_copy(value, n), n,
				&url, NOW);

			char *text = cookie_jar_write(&jar, NOW, &len);

			cr_assert(cookie_jar_read(&again, text, len, NOW, &err),
				"%s: %s", value, err.line);
			cr_assert_eq(jar.n, again.n);
			free(text);
			cookie_jar_release(&again);
			cookie_jar_release(&jar);
		}
		url_release(&url);
	}
}

/* RFC 6265bis 5.7: one who can change what goes over ws must not get to those
 * that only wss may set. */
Test(cookie, ws_leaves_secure_ones_alone)
{
	static const struct {
		const char *from, *value, *to, *want;
	} attempts[] = {
		{ "ws://x.h.test/p/", "a=2", "wss://x.h.test/p/q", "a=1" },
		/* Shorter paths come later: they hide nothing. */
		{ "ws://x.h.test/", "a=2", "wss://x.h.test/p/q", "a=1; a=2" },
		{ "ws://x.h.test/", "a=; Max-Age=0; Path=/p",
			"wss://x.h.test/p/q", "a=1" },
		{ "ws://h.test/", "a=2; Domain=h.test; Path=/p",
			"wss://x.h.test/p", "a=1" },
		{ "ws://y.x.h.test/p/", "a=2", "wss://y.x.h.test/p", NULL },
		{ "ws://x.h.test/", "a=2; Path=/p/q", "wss://x.h.test/p/q",
			"a=1" },
		{ "ws://x.h.test/", "b=2", "wss://x.h.test/p", "a=1; b=2" },
		{ "ws://x.h.test/", "A=2", "wss://x.h.test/p", "a=1; A=2" },
		{ "ws://y.h.test/", "a=2", "ws://y.h.test/", "a=2" },
		{ "wss://x.h.test/", "a=2; Path=/p", "ws://x.h.test/p", "a=2" },
	};

	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++) {
		struct cookie_jar jar = { 0 };

		set_all(&jar, "wss://x.h.test/", "a=1; Secure; Path=/p");
		set_all(&jar, attempts[i].from, attempts[i].value);
		expect_header(&jar, attempts[i].to, attempts[i].want);
		cookie_jar_release(&jar);
	}
}

Test(cookie, ends_in_time)
{
	struct cookie_jar jar = { 0 };

	set_all(&jar, "ws://h.test/", "a=1; Max-Age=10\nb=2");
	expect_header_at(&jar, "ws://h.test/", NULL, NOW + 9, "a=1; b=2");
	expect_header_at(&jar, "ws://h.test/", NULL, NOW + 10, "b=2");
	expect_header_at(&jar, "ws://h.test/", NULL, INT64_MAX, "b=2");
	cookie_jar_release(&jar);
}

Test(cookie, behind_what_the_user_gives)
{
	struct cookie_jar jar = { 0 };

	expect_header_at(&jar, "ws://h.test/", "x=y", NOW, "x=y");
	expect_header_at(&jar, "ws://h.test/", "", NOW, NULL);
	set_all(&jar, "ws://h.test/", "a=1");
	expect_header_at(&jar, "ws://h.test/", "x=y; z", NOW, "x=y; z; a=1");
	expect_header_at(&jar, "ws://h.test/", "", NOW, "a=1");
	cookie_jar_release(&jar);
}

static char *repeat(char c, size_t n)
{
	char *text = malloc(n + 1);

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

/* Whether a field's value with n times an x in it is taken. */
static void check_size(const char *before, size_t n, const char *after, bool is)
{
	char *much = repeat('x', n), *value = malloc(n + 64);
	struct cookie_jar jar = { 0 };

	snprintf(value, n + 64, "%s%s%s", before, much, after);
	set_all(&jar, "ws://h.test/", value);
	cr_expect_eq(jar.n, is, "%s with %zu", before, n);
	cookie_jar_release(&jar);
	free(value);
	free(much);
}

Test(cookie, sizes)
{
	check_size("a=", COOKIE_MAX - 1, "", true);
	check_size("a=", COOKIE_MAX, "", false);
	check_size("", COOKIE_MAX - 1, "=b", true);
	check_size("", COOKIE_MAX, "=b", false);
	/* A long attribute is passed over; the cookie has the default. */
	check_size("a=b; Domain=", 1024, "", false);
	check_size("a=b; Domain=", 1025, "", true);
	check_size("a=b; Path=/", 1023, "", true);
	check_size("a=b; x=", 60000, "", true);
}

Test(cookie, path_of_a_long_url)
{
	char *much = repeat('x', COOKIE_MAX), url[COOKIE_MAX + 64];
	struct cookie_jar jar = { 0 };

	snprintf(url, sizeof(url), "ws://h.test/%s/", much);
	set_all(&jar, url, "a=b");
	cr_expect_eq(jar.n, 0);
	free(much);
	cookie_jar_release(&jar);
}

Test(cookie, header_is_bounded)
{
	char *much = repeat('x', COOKIE_MAX - 1), value[COOKIE_MAX + 8], *got;
	struct url url = url_of("ws://h.test/");
	struct cookie_jar jar = { 0 };

	for (char name = 'a'; name < 'e'; name++) {
		snprintf(value, sizeof(value), "%c=%s", name, much);
		set_all(&jar, "ws://h.test/", value);
	}
	got = cookie_jar_header(&jar, &url, NULL, NOW);
	cr_expect_eq(strlen(got), COOKIE_MAX + 1);
	cr_expect_eq(*got, 'a');
	free(got);
	got = cookie_jar_header(&jar, &url, much, NOW);
	cr_expect_eq(strlen(got), COOKIE_MAX - 1);
	free(got);
	free(much);
	cookie_jar_release(&jar);

	/* What the user gives goes whole. */
	much = repeat('x', 3 * COOKIE_HEADER_MAX);
	set_all(&jar, "ws://h.test/", "a=b");
	got = cookie_jar_header(&jar, &url, much, NOW);
	cr_expect_str_eq(got, much);
	free(got);
	free(much);
	cookie_jar_release(&jar);
	url_release(&url);
}
