#define _GNU_SOURCE

#include "net/proxy.h"
#include "net/proxy_parts.h"
#include "unit/guard.h"
#include "unit/proxy_script.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

/* --- what the user writes --- */

static const struct {
	const char *text;
	enum proxy_kind kind;
	const char *host;
	uint16_t port;
	const char *user, *password, *shown;
} good[] = {
	{ "p", PROXY_HTTP, "p", 1080, NULL, NULL, "http://p:1080" },
	{ "p:80", PROXY_HTTP, "p", 80, NULL, NULL, "http://p:80" },
	{ "p:3128/", PROXY_HTTP, "p", 3128, NULL, NULL, "http://p:3128" },
	{ "http://p", PROXY_HTTP, "p", 1080, NULL, NULL, "http://p:1080" },
	{ "http://p:80/", PROXY_HTTP, "p", 80, NULL, NULL, "http://p:80" },
	{ "HTTPS://P", PROXY_HTTPS, "p", 443, NULL, NULL, "https://p:443" },
	{ "https://p:80", PROXY_HTTPS, "p", 80, NULL, NULL, "https://p:80" },
	{ "socks://p", PROXY_SOCKS4, "p", 1080, NULL, NULL, "socks4://p:1080" },
	{ "socks4://p", PROXY_SOCKS4, "p", 1080, NULL, NULL,
		"socks4://p:1080" },
	{ "socks4a://p", PROXY_SOCKS4A, "p", 1080, NULL, NULL,
		"socks4a://p:1080" },
	{ "socks5://p:9", PROXY_SOCKS5, "p", 9, NULL, NULL, "socks5://p:9" },
	{ "socks5h://p/", PROXY_SOCKS5H, "p", 1080, NULL, NULL,
		"socks5h://p:1080" },
	{ "me@p", PROXY_HTTP, "p", 1080, "me", NULL, "http://p:1080" },
	{ "me:pw@p:1", PROXY_HTTP, "p", 1, "me", "pw", "http://p:1" },
	{ "socks5h://a%40b:c%3ad%25@p", PROXY_SOCKS5H, "p", 1080, "a@b", "c:d%",
		"socks5h://p:1080" },
	{ "me:p@w:1@p", PROXY_HTTP, "p", 1080, "me", "p@w:1", "http://p:1080" },
	{ ":pw@p", PROXY_HTTP, "p", 1080, "", "pw", "http://p:1080" },
	{ "[::1]", PROXY_HTTP, "::1", 1080, NULL, NULL, "http://[::1]:1080" },
	{ "socks5://me@[::1]:80", PROXY_SOCKS5, "::1", 80, "me", NULL,
		"socks5://[::1]:80" },
	{ "http://[fe80::1%25eth0]:8", PROXY_HTTP, "fe80::1%eth0", 8, NULL,
		NULL, "http://[fe80::1%eth0]:8" },
	{ "127.0.0.1:3128", PROXY_HTTP, "127.0.0.1", 3128, NULL, NULL,
		"http://127.0.0.1:3128" },
	{ "http://m\xc3\xbcnchen.test", PROXY_HTTP, "xn--mnchen-3ya.test", 1080,
		NULL, NULL, "http://xn--mnchen-3ya.test:1080" },
	{ ":3128", PROXY_HTTP, "localhost", 3128, NULL, NULL,
		"http://localhost:3128" },
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

Test(proxy, what_is_written)
{
	for (size_t i = 0; i < N(good); i++) {
		struct proxy p;
		struct err err = { 0 };
		char *shown;

		cr_assert(proxy_parse(&p, "--proxy",
				  (const char *)guard_copy(good[i].text,
					  strlen(good[i].text) + 1),
				  &err),
			"%s: %s", good[i].text, err.line);
		shown = proxy_show(&p);
		cr_assert(p.kind == good[i].kind && p.port == good[i].port &&
				  same(p.host, good[i].host) &&
				  same(p.user, good[i].user) &&
				  same(p.password, good[i].password) &&
				  same(shown, good[i].shown),
			"%s: %s", good[i].text, shown);
		free(shown);
		proxy_release(&p);
		cr_assert(!p.host && !p.user && !p.password);
	}
}

static const struct {
	const char *text, *line;
} bad[] = {
	{ "", "--proxy: URL \"\": it is empty" },
	{ "http://", "--proxy: URL \"\": it is empty" },
	{ "ftp://me:secret@p",
		"--proxy: unknown scheme \"ftp\" (use http, https, socks4, "
		"socks4a, socks5 or socks5h)" },
	{ "ws://p", "unknown scheme \"ws\"" },
	{ "://p", "unknown scheme \"\"" },
	{ "http://ws://p", "two schemes" },
	{ "http://me:secret@p:0",
		"--proxy: URL \"***@p:0\": the port must be a number from 1 to "
		"65535" },
	{ "p:65536", "the port must be" },
	{ "p:", "no port after the colon" },
	{ "p:secret", "the port must be" },
	{ "socks5://me:secret@", "the host is missing" },
	{ "socks5://me:secret%zz@p", "in the password, a %" },
	{ "me:secret%00@p", "an escaped control character" },
	{ "::1", "more than one colon" },
	{ "[::1", "the ] after the IPv6 address is missing" },
	{ "p q", "a blank in it" },
	{ "me:secret@p/path", "a proxy is [SCHEME://]" },
	{ "p?query", "a proxy is [SCHEME://]" },
	{ "p#fragment", "#" },
	{ "ws+unix:/secret", "a proxy is [SCHEME://]" },
	{ "http://p\r\nq", "a control character in it" },
};

Test(proxy, what_is_refused)
{
	for (size_t i = 0; i < N(bad); i++) {
		struct proxy p;
		struct err err = { 0 };

		cr_assert(!proxy_parse(&p, "--proxy", bad[i].text, &err), "%s",
			bad[i].text);
		cr_assert_eq(err.kind, ERR_USAGE);
		cr_assert(strstr(err.line, bad[i].line), "%s: %s", bad[i].text,
			err.line);
		cr_assert(!strchr(bad[i].text, '@') ||
				  !strstr(err.line, "secret"),
			"%s", err.line);
	}
}

Test(proxy, any_cut_of_what_is_written)
{
	for (size_t i = 0; i < N(good); i++)
		for (size_t n = 0; n < strlen(good[i].text); n++) {
			char *text = (char *)guard_copy(good[i].text, n + 1);
			struct proxy p;
			struct err err = { 0 };

			text[n] = '\0';
			if (proxy_parse(&p, "--proxy", text, &err))
				proxy_release(&p);
			else
				cr_assert_eq(err.kind, ERR_USAGE);
		}
}

/* --- CONNECT --- */

#define CONNECT(target) "CONNECT " target " HTTP/1.1\r\nHost: " target "\r\n"
#define ASK CONNECT("a.test:443")
#define BASIC "Proxy-Authorization: Basic bWU6cHc=\r\n"
#define CHALLENGE                                                              \
	"HTTP/1.1 407 Proxy Authentication Required\r\n"                       \
	"Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n"
/* RFC 2617 without qop: MD5(MD5("me:r:pw"):n:MD5("CONNECT:a.test:443")). */
#define DIGEST                                                                 \
	"Proxy-Authorization: Digest username=\"me\", realm=\"r\", "           \
	"nonce=\"n\", uri=\"a.test:443\", "                                    \
	"response=\"2018eb11473afc31560f5574e888f229\"\r\n"

static const struct proxy_case opens[] = {
	{ "a name", "http://p", "a.test", 443,
		{ { BYTES(ASK "\r\n"),
			BYTES("HTTP/1.1 200 OK\r\n\r\ntarget") } },
		.result = PROXY_OPEN, .left = 6 },
	{ "over TLS it is the same", "https://p", "a.test", 443,
		{ { BYTES(ASK "\r\n"), BYTES("HTTP/1.1 200\r\n\r\n") } },
		.result = PROXY_OPEN },
	{ "an IPv6 address, its zone left out", "http://p", "fe80::1%lo", 80,
		{ { BYTES(CONNECT("[fe80::1]:80") "\r\n"),
			BYTES("HTTP/1.0 200 Connection established\r\n"
			      "Proxy-agent: x\r\n\r\n\r\n") } },
		.result = PROXY_OPEN, .left = 2 },
	{ "any 2xx, and lengths that mean nothing", "http://p", "a.test", 443,
		{ { BYTES(ASK "\r\n"),
			BYTES("HTTP/1.1 299 x\nContent-Length: 3\n"
			      "Transfer-Encoding: chunked\n\nabc") } },
		.result = PROXY_OPEN, .left = 3 },
	{ "1xx before it", "http://p", "a.test", 443,
		{ { BYTES(ASK "\r\n"), BYTES("HTTP/1.1 100 Continue\r\n\r\n"
					     "HTTP/1.1 102 x\r\na: b\r\n\r\n"
					     "HTTP/1.1 200 OK\r\n\r\nH") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "Basic, unasked", "http://me:pw@p", "a.test", 443,
		{ { BYTES(ASK BASIC "\r\n"),
			BYTES("HTTP/1.1 200 OK\r\n\r\n\x81") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "Digest, on the same connection", "http://me:pw@p", "a.test", 443,
		{ { BYTES(ASK BASIC "\r\n"),
			  BYTES(CHALLENGE "Content-Length: 5\r\n\r\nHTTP/") },
			{ BYTES(ASK DIGEST "\r\n"),
				BYTES("HTTP/1.1 200 OK\r\n\r\nx") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "the same with no body", "http://me:pw@p", "a.test", 443,
		{ { BYTES(ASK BASIC "\r\n"),
			  BYTES(CHALLENGE "Content-Length: 0\r\n\r\n") },
			{ BYTES(ASK DIGEST "\r\n"),
				BYTES("HTTP/1.1 200 OK\r\n\r\n") } },
		.result = PROXY_OPEN },
	{ "HTTP/1.0 that keeps it", "http://me:pw@p", "a.test", 443,
		{ { BYTES(ASK BASIC "\r\n"),
			  BYTES("HTTP/1.0 407\r\nProxy-Authenticate: Digest "
				"realm=\"r\", nonce=\"n\"\r\nProxy-Connection: "
				"Keep-Alive\r\nContent-Length: "
				"2\r\n\r\n\r\n") },
			{ BYTES(ASK DIGEST "\r\n"),
				BYTES("HTTP/1.0 200 OK\r\n\r\n") } },
		.result = PROXY_OPEN },
};

Test(proxy, connect_opens_at_every_cut)
{
	script_check_all(opens, N(opens));
}

#define REFUSED(name, proxy, answer, text)                                     \
	{                                                                      \
		name, proxy, "a.test", 443,                                    \
			{ { BYTES(ASK "\r\n"), BYTES(answer) } },              \
			.result = PROXY_REFUSED, .kind = ERR_PROXY,            \
			.line = text                                           \
	}

static const struct proxy_case refusals[] = {
	REFUSED("its own words", "http://p",
		"HTTP/1.1 403 Filtered\r\nContent-Type: text/plain\r\n"
		"Content-Length: 14\r\n\r\nnot\r\n for  you\n",
		"proxy http://p:1080 to a.test:443: 403 Filtered: not for you"),
	REFUSED("in chunks", "http://p",
		"HTTP/1.1 502\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nnot\r\n5;x=y\r\n now \r\n0\r\n\r\n",
		"443: 502: not now"),
	REFUSED("until it hangs up", "http://p",
		"HTTP/1.0 503 Busy\r\n\r\nbusy", "503 Busy: busy"),
	REFUSED("HTML", "http://p",
		"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html;a=b\r\n\r\n"
		"<html><head><title>T</title><STYLE>p{}</STYLE></head>"
		"<body><h1>Not</h1>for&nbsp;you &amp; <b>me</b></body></html>",
		"403 Forbidden: Not for you & me"),
	REFUSED("JSON", "http://p",
		"HTTP/1.1 403 F\r\nContent-Type: "
		"application/json\r\n\r\n{\"a\":1}",
		"403 F: {\"a\":1}"),
	REFUSED("an image", "http://p",
		"HTTP/1.1 403 F\r\nContent-Type: image/png\r\n\r\nPNG",
		"443: 403 F"),
	REFUSED("a sign-in page", "http://p",
		"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n",
		"302 Found to http://login/"),
	REFUSED("a place that is no redirect's", "http://p",
		"HTTP/1.1 403 F\r\nLocation: http://login/\r\n\r\nno",
		"443: 403 F: no"),
	REFUSED("101", "http://p", "HTTP/1.1 101 Switching\r\n\r\n",
		"101 Switching"),
	REFUSED("a password is wanted", "http://p",
		"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic "
		"realm=\"r\"\r\n\r\n",
		"407, it wants a user and password (try --proxy "
		"http://USER:PASSWORD@HOST:PORT)"),
	REFUSED("a password over TLS", "https://p",
		"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic "
		"realm=\"r\"\r\n\r\n",
		"(try --proxy https://USER"),
	REFUSED("what nobody here knows", "http://p",
		"HTTP/1.1 407 x\r\nProxy-Authenticate: Negotiate\r\n"
		"Proxy-Authenticate: NTLM\r\n\r\n",
		"407, it asks for Negotiate, NTLM, and only Basic and Digest"),
	REFUSED("a 407 that wants nothing", "http://p",
		"HTTP/1.1 407 x\r\n\r\n",
		"407, it asks for nothing that it names"),
	REFUSED("SOCKS", "http://p", "\5\xff", "its answer is not HTTP's: "),
	REFUSED("SOCKS, and what to try", "http://p", "\5\xff",
		" (a SOCKS proxy? try socks5h://)"),
	REFUSED("TLS", "http://p", "\x15\3\1\0\2\2\x46",
		" (a proxy that wants TLS? try https://)"),
	REFUSED("HTTP/2", "http://p", "\0\0\6\4\0\0\0\0\0", "is not HTTP's"),
	REFUSED("a line that is none", "http://p",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "is not HTTP's"),
	REFUSED("a folded line", "http://p",
		"HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n", "is not HTTP's"),
	{ "the wrong password", "http://me:pw@p", "a.test", 443,
		{ { BYTES(ASK BASIC "\r\n"), BYTES("HTTP/1.1 407 x\r\n"
						   "Proxy-Authenticate: Basic "
						   "realm=\"r\"\r\n\r\n") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "407, it does not take this user and password" },
	{ "the wrong password for Digest", "http://me:pw@p", "a.test", 443,
		{ { BYTES(ASK BASIC "\r\n"),
			  BYTES(CHALLENGE "Content-Length: 0\r\n\r\n") },
			{ BYTES(ASK DIGEST "\r\n"), BYTES(CHALLENGE "\r\n") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "407, it does not take this user and password" },
};

Test(proxy, connect_is_refused_at_every_cut)
{
	script_check_all(refusals, N(refusals));
}

#define AGAIN(title, answer, unread)                                           \
	{                                                                      \
		.name = title, .proxy = "http://me:pw@p", .host = "a.test",    \
		.port = 443,                                                   \
		.steps = { { BYTES(ASK BASIC "\r\n"), BYTES(answer) },         \
			{ BYTES(ASK DIGEST "\r\n"),                            \
				BYTES("HTTP/1.1 200 OK\r\n\r\n") } },          \
		.result = PROXY_AGAIN, .left = unread                          \
	}

static const struct proxy_case agains[] = {
	AGAIN("a connection that ends",
		CHALLENGE "Connection: close\r\nContent-Length: 1\r\n\r\nx", 1),
	AGAIN("by its old name",
		CHALLENGE "Proxy-Connection: close\r\n"
			  "Content-Length: 1\r\n\r\nx",
		1),
	AGAIN("HTTP/1.0",
		"HTTP/1.0 407 x\r\nProxy-Authenticate: Digest realm=\"r\", "
		"nonce=\"n\"\r\nContent-Length: 1\r\n\r\nx",
		1),
	AGAIN("a body to the end", CHALLENGE "\r\nx", 1),
	AGAIN("a body in chunks",
		CHALLENGE "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 5),
	AGAIN("a body too long", CHALLENGE "Content-Length: 65537\r\n\r\nx", 1),
	AGAIN("a body cut off", CHALLENGE "Content-Length: 5\r\n\r\n1234", 0),
};

/* The challenge is answered on a second connection, and only once. */
Test(proxy, connect_again)
{
	for (size_t i = 0; i < N(agains); i++) {
		const struct proxy_case *c = &agains[i];

		for (size_t cut = 0; cut < c->steps[0].answer.len; cut++)
			script_check(c, cut);

		struct script s = script_begin(c, 0, 0, SIZE_MAX);
		struct proxy_talk talk = { 0 };
		struct err err;

		cr_assert_eq(script_open(c, &s, &talk, &err), PROXY_AGAIN,
			"%s: %s", c->name, err.line);
		s = script_begin(c, 1, 0, SIZE_MAX);
		cr_assert_eq(script_open(c, &s, &talk, &err), PROXY_OPEN,
			"%s: %s", c->name, err.line);
		s = script_begin(c, 1, 0, 0);
		cr_assert_eq(script_open(c, &s, &talk, &err), PROXY_REFUSED);
		cr_assert_eq(err.kind, ERR_LOST);
		proxy_talk_release(&talk);
	}
}

/* A connection that was kept ends without a byte of the second answer. */
Test(proxy, connect_kept_and_yet_ended)
{
	const struct proxy_case *c = &opens[6];
	struct script s = script_begin(c, 0, 0, c->steps[0].answer.len);
	struct proxy_talk talk = { 0 };
	struct err err;

	cr_assert_eq(script_open(c, &s, &talk, &err), PROXY_AGAIN);
	s = script_begin(c, 1, 0, SIZE_MAX);
	cr_assert_eq(script_open(c, &s, &talk, &err), PROXY_OPEN);
	proxy_talk_release(&talk);

	s = script_begin(c, 0, 0, c->steps[0].answer.len + 1);
	talk = (struct proxy_talk){ 0 };
	cr_assert_eq(script_open(c, &s, &talk, &err), PROXY_REFUSED);
	cr_assert_eq(err.kind, ERR_LOST);
	proxy_talk_release(&talk);
}

/* An endless head: its memory, its fields and its patience are bounded. */
Test(proxy, connect_endless)
{
	enum { MUCH = 1 << 20 };
	static const char *const forms[] = { "a: b\r\n", "aaaaaaaa", "\t" };
	char *text = malloc(MUCH);

	for (size_t i = 0; i < N(forms); i++) {
		static const char start[] = "HTTP/1.1 200 OK\r\na: ";
		size_t n = sizeof(start) - 1, len = strlen(forms[i]);

		memcpy(text, start, n);
		for (; n + len <= MUCH; n += len)
			memcpy(text + n, forms[i], len);

		const struct proxy_case c = { forms[i], "http://p", "a.test",
			443, { { BYTES(ASK "\r\n"), { text, n } } },
			.kind = ERR_PROXY };
		struct script s = script_begin(&c, 0, 0, SIZE_MAX);
		struct proxy_talk talk = { 0 };
		struct err err;

		cr_assert_eq(script_open(&c, &s, &talk, &err), PROXY_REFUSED);
		cr_assert_eq(err.kind, ERR_PROXY, "%s", err.line);
		cr_assert_leq(s.total, HTTP_HEAD_MAX);
		proxy_talk_release(&talk);
	}
	free(text);
}

struct notes {
	char text[1024];
	size_t len;
};

static void keep(void *arg, char mark, const void *text, size_t len)
{
	struct notes *n = arg;

	cr_assert_lt(n->len + len + 2, sizeof(n->text));
	n->text[n->len++] = mark;
	memcpy(n->text + n->len, text, len);
	n->len += len;
	n->text[n->len] = '\0';
}

Test(proxy, connect_is_told)
{
	static const struct proxy_case c = { "told", "http://p", "a.test", 443,
		{ { BYTES(ASK "User-Agent: me\r\n\r\n"),
			BYTES("HTTP/1.1 200 OK\r\n\r\n") } },
		.kind = ERR_PROXY };
	struct script s = script_begin(&c, 0, 0, SIZE_MAX);
	struct proxy_talk talk = { 0 };
	struct proxy proxy = { .host = (char[]){ "p" }, .port = 1 };
	struct notes notes = { .len = 0 };
	const struct proxy_config config = {
		.proxy = &proxy,
		.host = "a.test",
		.port = 443,
		.user_agent = "me",
		.note = keep,
		.arg = &notes,
	};
	struct err err;

	cr_assert_eq(proxy_open(&s.transport, &config, &talk,
			     deadline_in_ms(10000), &err),
		PROXY_OPEN);
	cr_assert_str_eq(notes.text, ">" ASK "User-Agent: me\r\n\r\n"
				     "<HTTP/1.1 200 OK\r\n\r\n");
	proxy_talk_release(&talk);
}

/* --- the words of a page --- */

static const struct {
	const char *page, *words;
	bool html;
} pages[] = {
	{ "", "", true },
	{ "", "", false },
	{ " \r\n\t", "", false },
	{ " a\n\n b\t", "a b", false },
	{ "a <b> c & d", "a <b> c & d", false },
	{ "a <b> c & d", "a c & d", true },
	{ "<!DOCTYPE html><!-- > no <p> --><p>yes", "yes", true },
	{ "<!-->no-->yes", "yes", true },
	{ "<style type=x>p > q {}</style>a<script>1<2</script >b", "a b",
		true },
	{ "<TITLE>no</TITLE><h1>yes</h1>", "yes", true },
	{ "&lt;&gt;&quot;&AMP;&nbsp;&copy;&", "<>\"& &copy;&", true },
	{ "a<style>never ended", "a", true },
	{ "a<!-- never ended", "a", true },
	{ "a<never", "a", true },
	{ "a<", "a", true },
	{ "0123456789012345678901234567890123456789",
		"01234567890123456789012345...", false },
	/* cut before a letter, not inside it */
	{ "012345678901234567890123\xe2\x82\xac and more",
		"012345678901234567890123...", false },
};

Test(proxy, words)
{
	for (size_t i = 0; i < N(pages); i++) {
		size_t len = strlen(pages[i].page);
		char *out = (char *)guard_copy_slot(
			1, "012345678901234567890123456789", 31);

		proxy_words(out, 31, guard_copy(pages[i].page, len), len,
			pages[i].html);
		cr_assert_str_eq(
			out, pages[i].words, "%s: %s", pages[i].page, out);
		for (size_t n = 0; n < len; n++) {
			proxy_words(out, 31, guard_copy(pages[i].page, n), n,
				pages[i].html);
			cr_assert_leq(strlen(out), strlen(pages[i].words) + 30);
		}
	}
}
