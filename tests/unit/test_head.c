#define _GNU_SOURCE

#include "http/head.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum kind { RESPONSE, REQUEST };

static struct http_head head;

static int parse(enum kind kind, const void *text, size_t len)
{
	const uint8_t *p = guard_copy(text, len);

	return kind == REQUEST ? http_head_request(&head, p, len)
			       : http_head_response(&head, p, len);
}

static struct http_span span(const char *text)
{
	return http_span_of(text);
}

#define EXPECT_SPAN(s, text)                                                   \
	cr_expect(http_span_equals(s, span(text)), "\"%.*s\" is not \"%s\"",   \
		(int)(s).len, (s).p, text)

static const char *const responses[] = {
	"HTTP/1.1 101 Switching Protocols\r\n\r\n",
	("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	 "Connection: Upgrade\r\nX:\r\nY: \t \r\nZ:z\r\n\r\n"),
	"HTTP/1.0 200 OK\nServer: bare LF\n\n",
	"HTTP/1.1 404 Not Found\r\nMixed: 1\nLine: ends\r\n\n",
	"HTTP/1.1 999 \r\n\r\n",
	"HTTP/1.1 204\r\n\r\n",
	"HTTP/1.9 500 \x80\xff obs-text\r\nA: \xc3\xa9\tb  c \r\n\r\n",
	"HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ: every token byte\r\n\r\n",
};

static const char *const requests[] = {
	"GET / HTTP/1.1\r\n\r\n",
	"GET /chat?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
	"OPTIONS * HTTP/1.0\n\n",
	"GET http://h/p HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n",
	"!#$%&'*+-.^_`|~m /\xc3\xa9 HTTP/1.1\r\n\r\n",
};

/* Behind the head anything may come: it is not looked at. */
static void check_good(enum kind kind, const char *text)
{
	size_t len = strlen(text);
	char more[1024];

	for (size_t n = 0; n < len; n++)
		cr_expect_eq(
			parse(kind, text, n), 0, "%zu bytes of: %s", n, text);
	cr_expect_eq(
		parse(kind, text, len), (int)len, "%s: %s", text, head.why);
	memcpy(more, text, len);
	memcpy(more + len, "\x81\x00 more", 7);
	cr_expect_eq(parse(kind, more, len + 7), (int)len, "%s", text);
}

Test(head, good)
{
	for (size_t i = 0; i < sizeof(responses) / sizeof(*responses); i++)
		check_good(RESPONSE, responses[i]);
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		check_good(REQUEST, requests[i]);
}

Test(head, response_parts)
{
	parse(RESPONSE, responses[1], strlen(responses[1]));
	cr_expect_eq(head.minor, 1);
	cr_expect_eq(head.status, 101);
	EXPECT_SPAN(head.reason, "Switching Protocols");
	cr_assert_eq(head.nfields, 5);
	EXPECT_SPAN(head.fields[0].name, "Upgrade");
	EXPECT_SPAN(head.fields[0].value, "websocket");
	EXPECT_SPAN(head.fields[2].value, "");
	EXPECT_SPAN(head.fields[3].value, "");
	EXPECT_SPAN(head.fields[4].name, "Z");
	EXPECT_SPAN(head.fields[4].value, "z");

	parse(RESPONSE, responses[2], strlen(responses[2]));
	cr_expect_eq(head.minor, 0);
	cr_expect_eq(head.status, 200);
	EXPECT_SPAN(head.fields[0].value, "bare LF");

	parse(RESPONSE, responses[5], strlen(responses[5]));
	cr_expect_eq(head.status, 204);
	cr_expect_eq(head.reason.len, 0);

	parse(RESPONSE, responses[6], strlen(responses[6]));
	EXPECT_SPAN(head.reason, "\x80\xff obs-text");
	EXPECT_SPAN(head.fields[0].value, "\xc3\xa9\tb  c");
}

Test(head, request_parts)
{
	parse(REQUEST, requests[3], strlen(requests[3]));
	EXPECT_SPAN(head.method, "GET");
	EXPECT_SPAN(head.target, "http://h/p");
	cr_expect_eq(head.minor, 1);
	cr_assert_eq(head.nfields, 2);
	EXPECT_SPAN(head.fields[1].value, "b");
}

struct bad {
	const char *text; /* its last byte is the first impossible one */
	const char *why;
};

static const struct bad bad_responses[] = {
	{ "\x16", "HTTP/1" }, /* TLS */
	{ "h", "HTTP/1" },
	{ "HTTp", "HTTP/1" },
	{ "HTTP/2", "HTTP/1" },
	{ "HTTP/1.x", "HTTP/1" },
	{ "HTTP/1.11", "blank" },
	{ "HTTP/1.1\t", "blank" },
	{ "HTTP/1.1  ", "three digits" },
	{ "HTTP/1.1 0", "three digits" },
	{ "HTTP/1.1 20\r", "three digits" },
	{ "HTTP/1.1 1x", "three digits" },
	{ "HTTP/1.1 2000", "three digits" },
	{ "HTTP/1.1 200x", "three digits" },
	{ "HTTP/1.1 200\rx", "bare CR" },
	{ "HTTP/1.1 200 a\x01", "control" },
	{ "HTTP/1.1 200 a\x7f", "control" },
	{ "HTTP/1.1 200 OK\r\r", "bare CR" },
	{ "HTTP/1.1 200 OK\r\n ", "folded" },
	{ "HTTP/1.1 200 OK\r\nA: b\r\n\t", "folded" },
	{ "HTTP/1.1 200 OK\r\nA: b\n ", "folded" },
	{ "HTTP/1.1 200 OK\r\nA ", "blank" },
	{ "HTTP/1.1 200 OK\r\nA\t", "blank" },
	{ "HTTP/1.1 200 OK\r\n:", "token" },
	{ "HTTP/1.1 200 OK\r\nA\xc3", "token" },
	{ "HTTP/1.1 200 OK\r\nA(", "token" },
	{ "HTTP/1.1 200 OK\r\nA\x01", "token" },
	{ "HTTP/1.1 200 OK\r\nAbc\r", "colon" },
	{ "HTTP/1.1 200 OK\r\nAbc\n", "colon" },
	{ "HTTP/1.1 200 OK\r\nA: b\rc", "bare CR" },
	{ "HTTP/1.1 200 OK\r\nA: b\x1b", "control" },
	{ "HTTP/1.1 200 OK\r\nA: b\r\n\rx", "bare CR" },
};

static const struct bad bad_requests[] = {
	{ "\x16", "method" },
	{ " ", "method" },
	{ "\r", "method" },
	{ "G\x03", "method" },
	{ "GET\r", "method" },
	{ "GET  ", "target" },
	{ "GET \t", "target" },
	{ "GET /\r", "version" },
	{ "GET /\n", "version" },
	{ "GET / x", "HTTP/1" },
	{ "PRI * HTTP/2", "HTTP/1" },
	{ "GET / HTTP/1.1 ", "after" },
	{ "GET / HTTP/1.10", "after" },
	{ "GET / HTTP/1.1\rx", "bare CR" },
	{ "GET / HTTP/1.1\r\n ", "folded" },
	{ "GET /a\x7f", "version" },
};

/* Every byte but the last might still become a head; the last one cannot. */
static void check_bad(
	enum kind kind, const char *text, size_t len, const char *why)
{
	for (size_t n = 0; n < len; n++)
		cr_expect_eq(
			parse(kind, text, n), 0, "%zu bytes of: %s", n, text);
	cr_expect_eq(parse(kind, text, len), -1, "%s", text);
	cr_assert_not_null(head.why, "%s", text);
	cr_expect(strstr(head.why, why), "%s: %s", text, head.why);
}

Test(head, bad)
{
	for (size_t i = 0; i < sizeof(bad_responses) / sizeof(struct bad); i++)
		check_bad(RESPONSE, bad_responses[i].text,
			strlen(bad_responses[i].text), bad_responses[i].why);
	for (size_t i = 0; i < sizeof(bad_requests) / sizeof(struct bad); i++)
		check_bad(REQUEST, bad_requests[i].text,
			strlen(bad_requests[i].text), bad_requests[i].why);
}

/* A NUL in the place of any byte of a good head. */
Test(head, nul_anywhere)
{
	char text[256];
	size_t len = strlen(responses[1]);

	for (size_t i = 0; i < len; i++) {
		memcpy(text, responses[1], len);
		text[i] = '\0';
		cr_expect_eq(parse(RESPONSE, text, len), -1, "NUL at %zu", i);
	}
	len = strlen(requests[1]);
	for (size_t i = 0; i < len; i++) {
		memcpy(text, requests[1], len);
		text[i] = '\0';
		cr_expect_eq(parse(REQUEST, text, len), -1, "NUL at %zu", i);
	}
	check_bad(RESPONSE, "HTTP/1.1 200 O\0", 15, "NUL");
	check_bad(RESPONSE, "HTTP/1.1 200 OK\nA\0", 18, "NUL");
	check_bad(RESPONSE, "HTTP/1.1 200 OK\nA: \0", 20, "NUL");
}

/* A head of exactly that many bytes: one long field. */
static char *long_head(size_t len)
{
	static const char start[] = "HTTP/1.1 200 OK\r\nA: ";
	char *text = malloc(len);

	memset(text, 'x', len);
	memcpy(text, start, sizeof(start) - 1);
	memcpy(text + len - 4, "\r\n\r\n", 4);
	return text;
}

Test(head, too_long)
{
	char *text = long_head(HTTP_HEAD_MAX);

	cr_expect_eq(parse(RESPONSE, text, HTTP_HEAD_MAX - 1), 0);
	cr_expect_eq(parse(RESPONSE, text, HTTP_HEAD_MAX), HTTP_HEAD_MAX);
	free(text);

	text = long_head(HTTP_HEAD_MAX + 1);
	cr_expect_eq(parse(RESPONSE, text, HTTP_HEAD_MAX - 1), 0);
	for (size_t n = HTTP_HEAD_MAX; n <= HTTP_HEAD_MAX + 1; n++) {
		cr_expect_eq(parse(RESPONSE, text, n), -1);
		cr_expect_str_eq(head.why, "the head is over 64 KiB");
	}
	free(text);
}

Test(head, too_many_fields)
{
	char text[8192];
	size_t len = (size_t)sprintf(text, "HTTP/1.1 200 OK\r\n");

	for (int i = 0; i < HTTP_FIELDS_MAX; i++)
		len += (size_t)sprintf(text + len, "f%d: %d\r\n", i, i);
	cr_expect_eq(parse(RESPONSE, text, len), 0);
	memcpy(text + len, "\r\n", 3);
	cr_expect_eq(parse(RESPONSE, text, len + 2), (int)len + 2);
	cr_expect_eq(head.nfields, HTTP_FIELDS_MAX);
	memcpy(text + len, "g", 2);
	check_bad(RESPONSE, text, len + 1, "256");
}

Test(head, find)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\na: 3\r\n"
				   "\r\n";
	size_t at = 0;

	parse(RESPONSE, text, sizeof(text) - 1);
	cr_expect_eq(http_head_count(&head, "a"), 2);
	cr_expect_eq(http_head_count(&head, "b"), 1);
	cr_expect_eq(http_head_count(&head, "c"), 0);
	cr_expect_eq(http_head_count(&head, ""), 0);
	EXPECT_SPAN(http_head_find(&head, "A", &at)->value, "1");
	EXPECT_SPAN(http_head_find(&head, "A", &at)->value, "3");
	cr_expect_null(http_head_find(&head, "A", &at));
	cr_expect_null(http_head_find(&head, "A", &at));
}

Test(head, has_token)
{
	static const char text[] =
		"HTTP/1.1 200 OK\r\nConnection: close , x\r\n"
		"connection: keep-alive,Upgrade\r\nUpgrade: "
		"\"Upgrade\"\r\n\r\n";

	parse(RESPONSE, text, sizeof(text) - 1);
	cr_expect(http_head_has_token(&head, "Connection", "upgrade"));
	cr_expect(http_head_has_token(&head, "Connection", "close"));
	cr_expect(http_head_has_token(&head, "Connection", "X"));
	cr_expect_not(http_head_has_token(&head, "Connection", "keep"));
	cr_expect_not(http_head_has_token(&head, "Connection", "alive"));
	cr_expect_not(http_head_has_token(&head, "Upgrade", "upgrade"));
	cr_expect_not(http_head_has_token(&head, "Host", "upgrade"));
}

Test(head, list)
{
	static const struct {
		const char *list, *elements; /* with | between */
	} cases[] = {
		{ "", "" },
		{ " \t", "" },
		{ ",,", "" },
		{ " , ,\t,", "" },
		{ "a", "a|" },
		{ "a,b", "a|b|" },
		{ " a , b\t,,c ", "a|b|c|" },
		{ "a;x=\"1,2\", b", "a;x=\"1,2\"|b|" },
		{ "\"a\\\",b\",c", "\"a\\\",b\"|c|" },
		{ "\"open, b", "\"open, b|" },
		{ "\"open\\", "\"open\\|" },
		{ "a b, c d", "a b|c d|" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].list);
		struct http_span element,
			list = { (char *)guard_copy(cases[i].list, len), len };
		char got[64] = "";

		while (http_list_next(&list, &element)) {
			strncat(got, element.p, element.len);
			strcat(got, "|");
		}
		cr_expect_str_eq(got, cases[i].elements);
		/* cut anywhere it ends, within what it was given */
		for (size_t n = 0; n < len; n++) {
			list = (struct http_span){
				(char *)guard_copy(cases[i].list, n), n
			};
			while (http_list_next(&list, &element))
				cr_expect(element.len > 0 && element.len <= n);
		}
	}
}

Test(head, tokens_and_spans)
{
	cr_expect(http_is_token(span("Sec-WebSocket-Key")));
	cr_expect(http_is_token(span("!#$%&'*+-.^_`|~")));
	cr_expect_not(http_is_token(span("")));
	cr_expect_not(http_is_token((struct http_span){ "a\0b", 3 }));
	for (const char *p = " \t\"(),/:;<=>?@[\\]{}\x7f\x80\xff"; *p; p++)
		cr_expect_not(http_is_token((struct http_span){ p, 1 }));

	cr_expect(http_span_is(span("WebSocket"), "websocket"));
	cr_expect_not(http_span_is(span("websocke"), "websocket"));
	cr_expect_not(http_span_is(span("websocket2"), "websocket"));
	cr_expect_not(http_span_is(span("@"), "`"));
	cr_expect_not(http_span_is(span("["), "{"));
	cr_expect(http_span_is((struct http_span){ 0 }, ""));
	cr_expect_not(http_span_equals(span("a"), span("A")));
	cr_expect(http_span_equals(span(""), (struct http_span){ 0 }));
	EXPECT_SPAN(http_span_trim(span("\t a b \t")), "a b");
	EXPECT_SPAN(http_span_trim(span(" \t ")), "");
}
