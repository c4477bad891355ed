#define _GNU_SOURCE

#include "unit/handshake_case.h"

#define Q_KEY "Sec-WebSocket-Key: " KEY "\r\n"
#define Q_OK START HOST UPGRADE CONNECTION VERSION Q_KEY

struct admission {
	const char *request;
	int status;
	const char *said; /* where refused; else the subprotocol */
};

static const struct admission admissions[] = {
	{ Q_OK "\r\n", 101, "" },
	{ Q_OK PROTOCOL "x, two, one\r\n\r\n", 101, "two" },
	{ Q_OK PROTOCOL "x\r\n" PROTOCOL "one\r\n\r\n", 101, "one" },
	{ Q_OK PROTOCOL "ONE\r\n\r\n", 101, "" },
	{ Q_OK EXTENSIONS "x-other, permessage-deflate; x\r\n\r\n", 101, "" },
	{ Q_OK EXTENSIONS "x; a; b=c; d=\"e\", ,y\r\n" EXTENSIONS "\r\n\r\n",
		101, "" },
	{ Q_OK EXTENSIONS "permessage-deflate; =\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "permessage-deflate;\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x y\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x; a=b c\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x; a=\"b\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x; a=\"\"\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x; a=\"b c\"\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x; a=\"b;c\"\r\n\r\n", 400, "malformed" },
	{ Q_OK EXTENSIONS "x; a=\"\\\"\r\n\r\n", 400, "malformed" },
	{ "GET /chat?q HTTP/1.1\r\nhost:\r\nupgrade: h2c, WebSocket\r\n"
	  "connection: keep-alive, upgrade\r\nsec-websocket-version: 13\r\n"
	  "sec-websocket-key:  " KEY " \r\n\r\n",
		101, "" },
	{ "GET http://h/chat HTTP/1.1\r\n" HOST OWN "\r\n", 101, "" },

	{ "POST / HTTP/1.1\r\n" HOST OWN "\r\n", 405, "it should be GET" },
	{ "get / HTTP/1.1\r\n" HOST OWN "\r\n", 405, "it should be GET" },
	{ "GET / HTTP/1.0\r\n" HOST OWN "\r\n", 400, "HTTP/1.0" },
	{ "GET * HTTP/1.1\r\n" HOST OWN "\r\n", 400, "neither a path" },
	{ "GET h/ HTTP/1.1\r\n" HOST OWN "\r\n", 400, "neither a path" },
	{ START OWN "\r\n", 400, "Host is missing" },
	{ START HOST HOST OWN "\r\n", 400, "Host is given more than once" },
	{ START HOST "\r\n", 426, "no \"Upgrade: websocket\"" },
	{ START HOST CONNECTION "Upgrade: h2c\r\n" VERSION Q_KEY "\r\n", 426,
		"no \"Upgrade: websocket\"" },
	{ START HOST UPGRADE VERSION Q_KEY "\r\n", 400,
		"Connection is missing" },
	{ START HOST UPGRADE "Connection: close\r\n" VERSION Q_KEY "\r\n", 400,
		"Connection is \"close\", it should be \"Upgrade\"" },
	{ START HOST R_UC Q_KEY "\r\n", 400,
		"Sec-WebSocket-Version is missing" },
	{ START HOST R_UC "Sec-WebSocket-Version: 8\r\n\r\n", 426,
		"Sec-WebSocket-Version is \"8\", it should be 13" },
	{ START HOST R_UC "Sec-WebSocket-Version: 013\r\n" Q_KEY "\r\n", 426,
		"should be 13" },
	{ Q_OK VERSION "\r\n", 400, "more than once" },
	{ START HOST R_UC VERSION "\r\n", 400, "Sec-WebSocket-Key is missing" },
	{ Q_OK Q_KEY "\r\n", 400, "Sec-WebSocket-Key is given more than" },
	{ START HOST R_UC VERSION "Sec-WebSocket-Key:\r\n\r\n", 400,
		"should be the base64 of 16 bytes" },
};

/* Keys that are not the base64 of 16 bytes. */
static const char *const bad_keys[] = {
	"x",
	"==",
	"dGhlIHNhbXBsZSBub25jZQ=",
	"dGhlIHNhbXBsZSBub25jZQ",
	"dGhlIHNhbXBsZSBub25jZQA=",
	"dGhlIHNhbXBsZSBub25jZQAA",
	"dGhlIHNhbXBsZSBub25jZQ===",
	"dGhlIHNhbXBsZSBub25jZSEhISEh",
	"dGhlIHNhbXBsZSBub25j-Q==",
	"dGhlIHNhbXBs=SBub25jZQ==",
	"dGhlIHNhbXBs SBub25jZQ==",
};

static void check_admission(const struct admission *a)
{
	static const char *const listed[] = { "one", "two", NULL };
	struct ws_agreed agreed;
	struct err err = { 0 };
	struct client c;
	int status = 0;

	client_init(&c, NULL, listed);
	read_head(a->request, true);

	bool admits =
		ws_handshake_admit(&c.config, &head, &agreed, &status, &err);

	cr_expect_eq(admits, a->status == 101, "%s%s", a->request, err.line);
	cr_expect_eq(status, a->status, "%s%d", a->request, status);
	if (admits) {
		cr_expect(http_span_equals(
				  agreed.subprotocol, http_span_of(a->said)),
			"%s", a->request);
		cr_expect_not(agreed.deflate);
	} else {
		cr_expect_eq(err.kind, ERR_HANDSHAKE);
		cr_expect(strstr(err.line, a->said), "%s", err.line);
		cr_expect(strstr(err.line, "not a WebSocket request: "));
		cr_expect(strstr(err.line, " (RFC 6455 "));
	}
	client_release(&c);
}

Test(admit, admit)
{
	for (size_t i = 0; i < N(admissions); i++)
		check_admission(&admissions[i]);
	for (size_t i = 0; i < N(bad_keys); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			START HOST R_UC VERSION "Sec-WebSocket-Key: %s"
						"\r\n\r\n",
			bad_keys[i]);
		check_admission(&(struct admission){
			text, 400, "should be the base64 of 16 bytes" });
	}
}

/* What the user allows bounds what is chosen. */
Test(admit, deflate_config)
{
	struct ws_agreed agreed;
	struct client c;
	struct err err;
	int status;

	client_init(&c, NULL, NULL);
	strings_add(&c.config.deflate.offers, "client_max_window_bits=9");
	read_head(Q_OK OFFERED "\r\n", true);
	cr_expect(ws_handshake_admit(&c.config, &head, &agreed, &status, &err));
	cr_expect(agreed.deflate);
	cr_expect_eq(agreed.params.client_max_window_bits, 9);
	c.config.deflate.off = true;
	cr_expect(ws_handshake_admit(&c.config, &head, &agreed, &status, &err));
	cr_expect_not(agreed.deflate);
	client_release(&c);
}

/* Fills every smaller room in vain, and gives back what is written. */
static const char *written_by(bool (*write)(struct buf *))
{
	static uint8_t mem[ROOM];
	struct buf out;

	buf_init(&out, mem, sizeof(mem));
	cr_assert(write(&out));

	const char *text = text_in(&out);

	for (size_t cap = 0; cap < strlen(text); cap++) {
		buf_init(&out, guard_copy_slot(1, mem, cap), cap);
		cr_expect_not(write(&out));
		cr_expect_eq(buf_len(&out), 0);
	}
	return text;
}

static struct ws_agreed welcomed;

static bool write_welcome(struct buf *out)
{
	return ws_handshake_welcome(&head, &welcomed, out);
}

Test(admit, welcome)
{
	read_head(Q_OK PROTOCOL "chat\r\n\r\n", true);
	cr_expect_str_eq(written_by(write_welcome), R_OK "\r\n");
	welcomed.subprotocol = http_span_of("chat");
	cr_expect_str_eq(
		written_by(write_welcome), R_OK PROTOCOL "chat\r\n\r\n");
	welcomed.deflate = true;
	welcomed.params.server_max_window_bits = 10;
	cr_expect_str_eq(written_by(write_welcome),
		R_OK PROTOCOL "chat\r\n" EXTENSIONS "permessage-deflate; "
			      "server_max_window_bits=10\r\n\r\n");
}

static bool write_426(struct buf *out)
{
	return ws_handshake_refuse(426, "no", out);
}

static bool write_405(struct buf *out)
{
	return ws_handshake_refuse(405, "a longer line", out);
}

static bool write_503(struct buf *out)
{
	return ws_handshake_refuse(503, "", out);
}

Test(admit, refuse)
{
	static const char type[] = "Content-Type: text/plain; charset=utf-8";
	char text[512];

	snprintf(text, sizeof(text),
		"HTTP/1.1 426 Upgrade Required\r\n%s\r\nContent-Length: 3\r\n"
		"Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade, close\r\n\r\nno\n",
		type);
	cr_expect_str_eq(written_by(write_426), text);
	snprintf(text, sizeof(text),
		"HTTP/1.1 405 Method Not Allowed\r\n%s\r\n"
		"Content-Length: 14\r\nAllow: GET\r\nConnection: close\r\n\r\n"
		"a longer line\n",
		type);
	cr_expect_str_eq(written_by(write_405), text);
	snprintf(text, sizeof(text),
		"HTTP/1.1 503 Service Unavailable\r\n%s\r\n"
		"Content-Length: 1\r\nConnection: close\r\n\r\n\n",
		type);
	cr_expect_str_eq(written_by(write_503), text);
}
