#include "net/proxy_parts.h"

#include "http/auth.h"
#include "http/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* HTTP CONNECT (RFC 9110 9.3.6). */

enum {
	EARLY = 16,            /* bytes that tell HTTP from anything else */
	SKIPPED_MAX = 1 << 16, /* a body longer than that is not waited for */
	PAGE_MAX = 1 << 15,    /* squid's begins with kilobytes of styles */
	PAGE_WAIT_MS = 1000,
	WORDS_MAX = 280,
	LOCATION_SHOWN = 160,
	REASON_SHOWN = 80,
};

struct answer {
	struct http_head head; /* points into bytes */
	size_t len;
	uint8_t bytes[HTTP_HEAD_MAX];
};

/* --- the request --- */

/* host:port, as the request and its Host field have it. To be freed. */
static char *authority_of(const struct proxy_config *c)
{
	/* A zone is this machine's affair. */
	int n = (int)strcspn(c->host, "%");
	bool v6 = strchr(c->host, ':') != NULL;
	size_t cap = strlen(c->host) + sizeof("[]:65535");
	char *text = malloc(cap);

	if (!text)
		abort();
	snprintf(text, cap, "%s%.*s%s:%u", v6 ? "[" : "", n, c->host,
		v6 ? "]" : "", (unsigned)c->port);
	return text;
}

/* Basic is sent unasked, as curl does; Digest needs the proxy's challenge. */
static char *authorization(const struct proxy_config *c,
	const struct proxy_talk *talk, const char *authority)
{
	const struct proxy *proxy = c->proxy;
	const char *password = proxy->password ? proxy->password : "";

	if (!proxy->user)
		return NULL;
	if (talk->answered)
		return challenge_answer(&talk->challenge, proxy->user, password,
			"CONNECT", authority, c->cnonce);
	return http_auth_basic(proxy->user, password);
}

/* "Name: value" and a line end, or nothing where there is no value. */
struct field {
	const char *before, *value, *after;
};

static struct field field(const char *before, const char *value)
{
	if (!value)
		return (struct field){ "", "", "" };
	return (struct field){ before, value, "\r\n" };
}

/* To be freed with http_auth_free(). */
static char *request_text(
	const struct proxy_config *c, const struct proxy_talk *talk)
{
	static const char format[] = "CONNECT %s HTTP/1.1\r\n"
				     "Host: %s\r\n"
				     "%s%s%s"
				     "%s%s%s"
				     "\r\n";
	char *authority = authority_of(c);
	char *secret = authorization(c, talk, authority);
	struct field auth = field("Proxy-Authorization: ", secret);
	struct field agent = field("User-Agent: ", c->user_agent);
	size_t cap = sizeof(format) + sizeof("Proxy-Authorization: ") +
		     sizeof("User-Agent: ") + 2 * sizeof("\r\n") +
		     2 * strlen(authority) + strlen(auth.value) +
		     strlen(agent.value);
	char *text = malloc(cap);

	if (!text)
		abort();
	snprintf(text, cap, format, authority, authority, auth.before,
		auth.value, auth.after, agent.before, agent.value, agent.after);
	http_auth_free(secret);
	free(authority);
	return text;
}

static void note(
	const struct proxy_peer *p, char mark, const void *text, size_t len)
{
	if (p->config->note)
		p->config->note(p->config->arg, mark, text, len);
}

static bool send_request(
	const struct proxy_peer *p, const struct proxy_talk *talk)
{
	char *text = request_text(p->config, talk);
	bool sent;

	note(p, '>', text, strlen(text));
	sent = proxy_send(p, text, strlen(text));
	http_auth_free(text);
	return sent;
}

/* --- the answer --- */

static bool not_http(const struct proxy_peer *p, const struct answer *a)
{
	const char *hint = "";

	if (a->bytes[0] == 0x15 || a->bytes[0] == 0x16)
		hint = " (a proxy that wants TLS? try https://)";
	else if (a->bytes[0] == 0 || a->bytes[0] == 5)
		hint = " (a SOCKS proxy? try socks5h://)";
	return proxy_fail(p, ERR_PROXY, "its answer is not HTTP's: %s%s",
		a->head.why, hint);
}

/* One head, byte by byte: what is behind it is the target's. It is looked at
 * where a line ends, and at its beginning, so that who speaks something else
 * is not waited for. */
static bool read_head(const struct proxy_peer *p, struct answer *a)
{
	int len = 0;

	a->len = 0;
	while (len == 0) {
		uint8_t *byte = &a->bytes[a->len];

		if (!proxy_take(p, byte, 1))
			return false;
		a->len++;
		if (*byte == '\n' || a->len <= EARLY ||
			a->len == sizeof(a->bytes))
			len = http_head_response(&a->head, a->bytes, a->len);
	}
	if (len < 0)
		return not_http(p, a);
	note(p, '<', a->bytes, a->len);
	return true;
}

/* What a 1xx says before the answer proper is of no interest. */
static bool read_answer(const struct proxy_peer *p, struct answer *a)
{
	do {
		if (!read_head(p, a))
			return false;
	} while (a->head.status < 200 && a->head.status != 101);
	return true;
}

static bool has_token(const struct http_head *head, const char *token)
{
	return http_head_has_token(head, "Connection", token) ||
	       http_head_has_token(head, "Proxy-Connection", token);
}

/* Reads past the body, to the byte. False where the connection is not kept,
 * or it is simpler not to rely on it. */
static bool skip_body(const struct proxy_peer *p, const struct http_head *head)
{
	struct http_body body;
	uint8_t bytes[4096];

	http_body_init(&body, head);
	if (has_token(head, "close") || body.chunked ||
		body.left > SKIPPED_MAX ||
		(head->minor == 0 && !has_token(head, "keep-alive")))
		return false;
	while (!body.ended) {
		size_t n = body.left < sizeof(bytes) ? (size_t)body.left
						     : sizeof(bytes);

		if (!proxy_take(p, bytes, n))
			return false;
		http_body_take(&body, bytes, n);
	}
	return true;
}

/* --- a refusal --- */

/* The first value of that field; empty where there is none. */
static struct http_span value_of(const struct http_head *head, const char *name)
{
	size_t at = 0;
	const struct http_field *f = http_head_find(head, name, &at);

	return f ? f->value : (struct http_span){ "", 0 };
}

static bool begins(struct http_span text, const char *with)
{
	size_t n = strlen(with);

	return text.len >= n &&
	       http_span_is((struct http_span){ text.p, n }, with);
}

/* The page's beginning; its bytes may be cut anywhere. */
static size_t read_page(const struct proxy_peer *p,
	const struct http_head *head, uint8_t *page, size_t cap)
{
	struct deadline soon =
		deadline_first(p->deadline, deadline_in_ms(PAGE_WAIT_MS));
	struct http_body body;
	size_t len = 0, n;
	struct err ignored;

	http_body_init(&body, head);
	while (!body.ended && len < cap &&
		transport_read_by(p->t, page + len, cap - len, &n, soon,
			p->doing, &ignored) == IO_OK)
		len += http_body_take(&body, page + len, n);
	return len;
}

/* ": " and the words of the page, or nothing where it has none. */
static void read_words(const struct proxy_peer *p, const struct http_head *head,
	char out[WORDS_MAX])
{
	struct http_span type = value_of(head, "Content-Type");
	bool html = begins(type, "text/html");
	uint8_t *page;

	out[0] = '\0';
	if (http_head_count(head, "Content-Encoding") ||
		(type.len && !begins(type, "text/") &&
			!begins(type, "application/json")))
		return;
	page = malloc(PAGE_MAX);
	if (!page)
		abort();
	proxy_words(out + 2, WORDS_MAX - 2, page,
		read_page(p, head, page, PAGE_MAX), html);
	free(page);
	if (out[2])
		memcpy(out, ": ", 2);
}

static void refuse(const struct proxy_peer *p, const struct http_head *head)
{
	struct http_span to = value_of(head, "Location");
	size_t reason = head->reason.len;
	char words[WORDS_MAX];

	if (head->status < 300 || head->status > 399)
		to.len = 0;
	if (to.len > LOCATION_SHOWN)
		to.len = LOCATION_SHOWN;
	if (reason > REASON_SHOWN)
		reason = REASON_SHOWN;
	read_words(p, head, words);
	proxy_fail(p, ERR_PROXY, "%d%s%.*s%s%.*s%s", head->status,
		reason ? " " : "", (int)reason, reason ? head->reason.p : "",
		to.len ? " to " : "", (int)to.len, to.p, words);
}

/* Whether a 407 is worth a second request; else p->err says why not. */
static bool take_challenge(const struct proxy_peer *p, struct proxy_talk *talk,
	const struct http_head *head)
{
	static const char wants[] = "407, it wants a user and password";
	struct challenge *c = &talk->challenge;

	if (!talk->answered) {
		challenge_release(c);
		challenge_read(c, head, "Proxy-Authenticate");
	}
	if (c->scheme == CHALLENGE_NONE)
		return proxy_fail(p, ERR_PROXY,
			"407, it asks for %s, and only Basic and Digest are "
			"known here",
			c->asked[0] ? c->asked : "nothing that it names");
	if (!p->config->proxy->user)
		return proxy_fail(p, ERR_PROXY,
			"%s (try --proxy %s://USER:PASSWORD@HOST:PORT)", wants,
			p->config->proxy->kind == PROXY_HTTPS ? "https"
							      : "http");
	/* Basic was sent before it was asked for. */
	if (talk->answered || c->scheme == CHALLENGE_BASIC)
		return proxy_fail(p, ERR_PROXY,
			"407, it does not take this user and password");
	talk->answered = true;
	return true;
}

static enum proxy_result ask(
	const struct proxy_peer *p, struct proxy_talk *talk, struct answer *a)
{
	bool reused = false;

	for (;;) {
		a->len = 0;
		if (!send_request(p, talk) || !read_answer(p, a))
			/* A connection that was kept may have ended all the
			 * same. */
			return reused && !a->len && p->err->kind == ERR_LOST
				       ? PROXY_AGAIN
				       : PROXY_REFUSED;
		if (a->head.status / 100 == 2)
			return PROXY_OPEN;
		if (a->head.status != 407) {
			refuse(p, &a->head);
			return PROXY_REFUSED;
		}
		if (!take_challenge(p, talk, &a->head))
			return PROXY_REFUSED;
		if (!skip_body(p, &a->head))
			return PROXY_AGAIN;
		reused = true;
	}
}

enum proxy_result proxy_connect(struct proxy_peer *p, struct proxy_talk *talk)
{
	struct answer *a = malloc(sizeof(*a));
	enum proxy_result result;

	if (!a)
		abort();
	result = ask(p, talk, a);
	free(a);
	return result;
}
