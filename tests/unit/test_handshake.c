#define _GNU_SOURCE

#include "unit/handshake_case.h"

Test(handshake, key_and_accept)
{
	char key[WS_KEY_SIZE], accept[WS_ACCEPT_SIZE];
	const char *guarded = (char *)guard_copy(KEY, sizeof(KEY) - 1);

	ws_handshake_key(key, (const uint8_t *)"the sample nonce");
	cr_expect_str_eq(key, KEY);
	ws_handshake_accept(
		accept, (struct http_span){ guarded, sizeof(KEY) - 1 });
	cr_expect_str_eq(accept, ACCEPT);
	/* base64 of the SHA-1 of the GUID alone */
	ws_handshake_accept(accept, (struct http_span){ 0 });
	cr_expect_str_eq(accept, "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=");
}

Test(handshake, request_plain)
{
	struct client c;
	struct err err;

	client_init(&c, NULL, NULL);
	cr_expect_str_eq(
		written(&c, &err), START HOST OWN OFFERED AGENT "\r\n");
	client_release(&c);
}

Test(handshake, request_full)
{
	static const char *const headers[] = { "Cookie: a=b", "X-One:  1\t",
		"x-one: 2", "Empty;", "Nothing:", NULL };
	static const char *const subprotocols[] = { "chat", "superchat", NULL };
	struct client c;
	struct err err;

	client_init(&c, headers, subprotocols);
	c.config.host = "other:81";
	c.config.origin = "http://example.com";
	c.config.user_agent = "me";
	c.config.version = 8;
	c.request.authorization = "Basic dTpw";
	cr_expect_str_eq(written(&c, &err),
		START "Host: other:81\r\n" UPGRADE CONNECTION SENT_KEY
		      "Sec-WebSocket-Version: 8\r\n"
		      "Origin: http://example.com\r\n"
		      "Sec-WebSocket-Protocol: chat, superchat\r\n" OFFERED
		      "User-Agent: me\r\n"
		      "Authorization: Basic dTpw\r\n"
		      "Cookie: a=b\r\nX-One: 1\r\nx-one: 2\r\nEmpty:\r\n\r\n");
	client_release(&c);
}

/* A user's field replaces, removes or empties a default one. */
Test(handshake, request_replaced)
{
	static const struct {
		const char *headers[LIST], *sent;
	} cases[] = {
		{ { "host: h" }, START "host: h\r\n" OWN OFFERED AGENT "\r\n" },
		{ { "Host:" }, START OWN OFFERED AGENT "\r\n" },
		{ { "Host: \t" }, START OWN OFFERED AGENT "\r\n" },
		{ { "Host;" }, START "Host:\r\n" OWN OFFERED AGENT "\r\n" },
		{ { "Host: a", "A: b", "Host: c" },
			START "Host: a\r\nHost: c\r\n" OWN OFFERED AGENT
			      "A: b\r\n\r\n" },
		{ { "Host:", "HOST: x" },
			START "HOST: x\r\n" OWN OFFERED AGENT "\r\n" },
		{ { "User-Agent:" }, START HOST OWN OFFERED "\r\n" },
		{ { "Origin: o" },
			START HOST OWN "Origin: o\r\n" OFFERED AGENT "\r\n" },
		{ { "Authorization: Bearer t" }, START HOST OWN OFFERED AGENT
			"Authorization: Bearer t\r\n\r\n" },
		{ { "Sec-WebSocket-Protocol: x,y" }, START HOST OWN
			"Sec-WebSocket-Protocol: x,y\r\n" OFFERED AGENT
			"\r\n" },
		{ { "Upgrade:", "Connection: close", "Sec-WebSocket-Key;",
			  "Sec-WebSocket-Version: x" },
			START HOST "Connection: close\r\n"
				   "Sec-WebSocket-Key:\r\n"
				   "Sec-WebSocket-Version: x\r\n" OFFERED AGENT
				   "\r\n" },
		{ { "Sec-WebSocket-Extensions:" },
			START HOST OWN AGENT "\r\n" },
		{ { "sec-websocket-extensions;" }, START HOST OWN
			"sec-websocket-extensions:\r\n" AGENT "\r\n" },
	};
	struct err err;

	for (size_t i = 0; i < N(cases); i++) {
		struct client c;

		client_init(&c, cases[i].headers, NULL);
		cr_expect_str_eq(
			written(&c, &err), cases[i].sent, "case %zu", i);
		client_release(&c);
	}
}

/* Compression: off, or in the user's words, as long as they fit. */
Test(handshake, request_offers)
{
	static char wide[WS_OFFERS_MAX * WS_EXTENSION_TEXT];
	struct client c;
	struct err err;

	client_init(&c, NULL, NULL);
	c.config.deflate.off = true;
	cr_expect_str_eq(written(&c, &err), START HOST OWN AGENT "\r\n");
	c.config.deflate.off = false;
	strings_add(&c.config.deflate.offers, "server_max_window_bits=9");
	strings_add(&c.config.deflate.offers, "");
	cr_expect_str_eq(written(&c, &err), START HOST OWN EXTENSIONS
		"permessage-deflate; server_max_window_bits=9, "
		"permessage-deflate\r\n" AGENT "\r\n");
	memset(wide, ' ', sizeof(wide) - 1);
	memcpy(wide, "client_max_window_bits;", 23);
	memcpy(wide + sizeof(wide) - 27, "server_no_context_takeover", 26);
	strings_add(&c.config.deflate.offers, wide);
	cr_expect_null(written(&c, &err));
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect(strstr(err.line, "over 1535 bytes"), "%s", err.line);
	client_release(&c);
}

/* All of it or nothing, however small the room. */
Test(handshake, request_room)
{
	static uint8_t mem[ROOM];
	struct client c;
	struct err err;

	client_init(&c, NULL, NULL);

	size_t len = strlen(written(&c, &err));

	for (size_t cap = 0; cap < len; cap++) {
		struct buf out;

		buf_init(&out, guard_copy(mem, cap), cap);
		cr_expect_not(ws_handshake_request(&c.request, &out, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		cr_expect_eq(buf_len(&out), 0);
	}

	/* behind what is queued already, moving it when that makes room */
	struct buf out;

	buf_init(&out, guard_copy(mem, len + 4), len + 4);
	cr_expect(buf_put(&out, "12345678", 8));
	buf_consume(&out, 4);
	cr_expect(ws_handshake_request(&c.request, &out, &err));
	cr_expect_eq(buf_len(&out), len + 4);
	cr_expect_eq(memcmp(buf_head(&out), "5678GET /chat ", 14), 0);
	client_release(&c);
}

struct fault {
	const char *text, *line;
};

static const struct fault bad_headers[] = {
	{ "", "no colon" },
	{ "Name", "no colon" },
	{ "Name value", "no colon" },
	{ "Name ;", "name is letters" },
	{ ";", "name is letters" },
	{ ": value", "name is letters" },
	{ "Na me: value", "name is letters" },
	{ "Name : value", "name is letters" },
	{ " Name: value", "name is letters" },
	{ "N\xc3\xa9: value", "name is letters" },
	{ "A: b\r\nC: d", "\"A\": a line break" },
	{ "A: b\n", "line break" },
	{ "A: b\r", "line break" },
	{ "\nA: b", "line break" },
	{ "Sec-WebSocket-Extensions: permessage-deflate", "understand" },
	{ "sec-websocket-extensions:x", "understand" },
};

Test(handshake, bad_headers)
{
	for (size_t i = 0; i < N(bad_headers); i++) {
		const struct fault *f = &bad_headers[i];
		const char *headers[] = { f->text, NULL };
		const char *guarded =
			(char *)guard_copy(f->text, strlen(f->text) + 1);
		struct client c;
		struct err err = { 0 };

		cr_expect_not(ws_handshake_check_header(guarded, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		cr_expect(strstr(err.line, f->line), "%s", err.line);
		client_init(&c, headers, NULL);
		cr_expect_null(written(&c, &err), "%s", f->text);
		cr_expect(strstr(err.line, f->line), "%s", err.line);
		client_release(&c);
	}
}

/* A header that cannot be sent is named without its value. */
Test(handshake, bad_header_is_not_quoted)
{
	struct err err = { 0 };

	cr_expect_not(ws_handshake_check_header("Author: SECRET\n", &err));
	cr_expect_null(strstr(err.line, "SECRET"), "%s", err.line);
	cr_expect_not(ws_handshake_check_header("Author SECRET", &err));
	cr_expect_null(strstr(err.line, "SECRET"), "%s", err.line);
	cr_expect(strstr(err.line, "\"Author\""), "%s", err.line);
}

Test(handshake, good_headers)
{
	static const char *const good[] = { "A: b", "A:b", "A:", "A;",
		"A: \xc3\xa9 \x1b:;",
		"Sec-WebSocket-Extensions:", "Sec-WebSocket-Extensions;" };
	struct err err;

	for (size_t i = 0; i < N(good); i++)
		cr_expect(
			ws_handshake_check_header((char *)guard_copy(good[i],
							  strlen(good[i]) + 1),
				&err),
			"%s: %s", good[i], err.line);
}

Test(handshake, bad_values)
{
	static const char bad[] = "a\r\nX: y";
	static const char *const twice[] = { "a", "b", "a", NULL };
	static const char *const list[] = { "a, b", NULL };
	static const char *const none[] = { "", NULL };
	struct err err;

	for (int i = 0; i < 6; i++) {
		struct client c;

		client_init(&c, NULL, NULL);
		*(const char **[]){ &c.config.origin, &c.config.host,
			&c.config.user_agent, &c.request.authorization,
			&c.request.target, &c.request.authority }[i] = bad;
		cr_expect_null(written(&c, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		cr_expect(strstr(err.line, "line break"), "%s", err.line);
		client_release(&c);
	}
	for (int i = 0; i < 3; i++) {
		struct client c;

		client_init(&c, NULL,
			(const char *const *[]){ twice, list, none }[i]);
		cr_expect_null(written(&c, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		client_release(&c);
	}
	cr_expect(ws_handshake_check_value("x", "a\tb", &err));
	cr_expect(ws_handshake_check_value("x", "", &err));
	cr_expect_not(ws_handshake_check_value("--host", "a\n", &err));
	cr_expect(strstr(err.line, "--host"));
}

/* Our own request, welcomed by our own server's end, is a WebSocket. */
Test(handshake, both_ends)
{
	static const char *const offered[] = { "a", "b", NULL };
	static const char *const listed[] = { "b", NULL };
	static struct http_head answer;
	static uint8_t mem[ROOM];
	struct client c, server;
	struct ws_agreed agreed;
	struct err err;
	struct buf out;
	int status;

	client_init(&c, NULL, offered);
	client_init(&server, NULL, listed);
	buf_init(&out, mem, sizeof(mem));
	read_head(written(&c, &err), true);
	cr_assert(ws_handshake_admit(
		&server.config, &head, &agreed, &status, &err));
	cr_assert(ws_handshake_welcome(&head, &agreed, &out));
	cr_assert_eq(http_head_response(&answer, buf_head(&out), buf_len(&out)),
		(int)buf_len(&out));
	cr_expect(ws_handshake_judge(&c.request, &answer, &agreed, &err), "%s",
		err.line);
	cr_expect(http_span_equals(agreed.subprotocol, http_span_of("b")));
	cr_expect(agreed.deflate);
	client_release(&c);
	client_release(&server);
}
