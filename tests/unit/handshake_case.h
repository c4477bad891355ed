#ifndef WSTAP_TESTS_UNIT_HANDSHAKE_CASE_H
#define WSTAP_TESTS_UNIT_HANDSHAKE_CASE_H

#include "base/version.h"
#include "unit/guard.h"
#include "ws/handshake.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* What the tests of the opening handshake share. */

#define N(a) (sizeof(a) / sizeof(*(a)))

/* The example of RFC 6455 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum { ROOM = 4096, LIST = 8 };

/* A request and what it is made of. */
struct client {
	struct ws_handshake_config config;
	struct ws_request request;
};

/* headers and subprotocols end with NULL. */
static inline void client_init(struct client *c, const char *const *headers,
	const char *const *subprotocols)
{
	*c = (struct client){
		.config.version = 13,
		.request.authority = "server.example.com",
		.request.target = "/chat",
		.request.key = KEY,
	};
	c->request.config = &c->config;
	for (size_t i = 0; headers && headers[i]; i++)
		strings_add(&c->config.headers, headers[i]);
	for (size_t i = 0; subprotocols && subprotocols[i]; i++)
		strings_add(&c->config.subprotocols, subprotocols[i]);
}

static inline void client_release(struct client *c)
{
	strings_release(&c->config.headers);
	strings_release(&c->config.subprotocols);
	strings_release(&c->config.deflate.offers);
}

#define START "GET /chat HTTP/1.1\r\n"
#define HOST "Host: server.example.com\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define SENT_KEY "Sec-WebSocket-Key: " KEY "\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define AGENT "User-Agent: wstap/" WSTAP_VERSION "\r\n"
#define OWN UPGRADE CONNECTION SENT_KEY VERSION

#define R101 "HTTP/1.1 101 Switching Protocols\r\n"
#define R_UC UPGRADE CONNECTION
#define R_ACCEPT "Sec-WebSocket-Accept: " ACCEPT "\r\n"
#define R_OK R101 R_UC R_ACCEPT
#define PROTOCOL "Sec-WebSocket-Protocol: "
#define EXTENSIONS "Sec-WebSocket-Extensions: "
#define OFFERED EXTENSIONS "permessage-deflate; client_max_window_bits\r\n"

/* What a buf holds, as a string: good until the next call. */
static inline const char *text_in(const struct buf *b)
{
	static char text[ROOM + 1];

	memcpy(text, buf_head(b), buf_len(b));
	text[buf_len(b)] = '\0';
	return text;
}

static inline const char *written(const struct client *c, struct err *err)
{
	static uint8_t mem[ROOM];
	struct buf out;

	buf_init(&out, mem, sizeof(mem));
	*err = (struct err){ 0 };
	if (ws_handshake_request(&c->request, &out, err))
		return text_in(&out);
	cr_expect_eq(buf_len(&out), 0, "something was queued");
	return NULL;
}

/* The head that is judged. */
static struct http_head head;

/* The head of text, on guarded memory. */
static inline void read_head(const char *text, bool request)
{
	size_t len = strlen(text);
	const uint8_t *p = guard_copy(text, len);
	int n = request ? http_head_request(&head, p, len)
			: http_head_response(&head, p, len);

	cr_assert_eq(n, (int)len, "%s: %s", text, head.why);
}

#endif
