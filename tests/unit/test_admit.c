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

static const struct ws_handshake_config no_config;

static bool write_426(struct buf *out)
{
	return ws_handshake_refuse(&no_config, 426, "no", out);
}

static bool write_405(struct buf *out)
{
	return ws_handshake_refuse(&no_config, 405, "a longer line", out);
}

static bool write_503(struct buf *out)
{
	return ws_handshake_refuse(&no_config, 503, "", out);
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

/* --- what a listener's user wants --- */

#define BASIC "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
#define AUTHORIZED "Authorization: " BASIC "\r\n"
#define ORIGIN "Origin: https://Example.com\r\n"

struct wanted {
	const char *origin, *authorization; /* NULL: any */
	const char *fields;                 /* the request's */
	int status;
	const char *said;
};

static const struct wanted wanted[] = {
	{ NULL, NULL, "", 101, "" },
	{ NULL, NULL, ORIGIN AUTHORIZED, 101, "" },
	{ "https://example.com", NULL, ORIGIN, 101, "" },
	{ "https://example.com", NULL, "", 403,
		"refused with 403: the request has no Origin" },
	{ "https://example.com", NULL, "Origin: null\r\n", 403,
		"refused with 403: the request's Origin is \"null\", which is "
		"not let in" },
	{ "https://example.com", NULL, "Origin: https://example.com.x\r\n", 403,
		"which is not let in" },
	{ "https://example.com", NULL, "Origin: https://example.co\r\n", 403,
		"which is not let in" },
	{ "https://example.com", NULL, "Origin: https://example.com:1\r\n", 403,
		"which is not let in" },
	{ "https://example.com", NULL, ORIGIN ORIGIN, 403,
		"the request has more than one Origin" },
	{ NULL, BASIC, AUTHORIZED, 101, "" },
	{ NULL, BASIC, "", 401,
		"refused with 401: the request has no Authorization" },
	{ NULL, BASIC, "Authorization: Basic QWxhZGRpbjpvcGVu\r\n", 401,
		"refused with 401: the request's Authorization is wrong" },
	{ NULL, BASIC, AUTHORIZED AUTHORIZED, 401, "is wrong" },
	{ NULL, BASIC, "Authorization:\r\n", 401, "is wrong" },
	{ NULL, "Bearer x", AUTHORIZED, 401, "is wrong" },
	{ NULL, "Bearer x", "authorization: bearer x\r\n", 101, "" },
	{ "null", BASIC, AUTHORIZED, 403, "has no Origin" },
	{ "null", BASIC, "Origin: null\r\n", 401, "has no Authorization" },
	{ "null", BASIC, "Origin: null\r\n" AUTHORIZED, 101, "" },
};

static void check_wanted(const struct wanted *w)
{
	struct ws_agreed agreed;
	struct err err = { 0 };
	struct client c;
	char text[1024];
	int status = 0;

	client_init(&c, NULL, NULL);
	c.config.origin = w->origin;
	c.config.admission.authorization = w->authorization;
	snprintf(text, sizeof(text), Q_OK "%s\r\n", w->fields);
	read_head(text, true);
	cr_expect_eq(
		ws_handshake_admit(&c.config, &head, &agreed, &status, &err),
		w->status == 101, "%s", text);
	cr_expect_eq(status, w->status, "%s%d", text, status);
	cr_expect(strstr(err.line, w->said), "%s", err.line);
	cr_expect_not(strstr(err.line, "QWx"), "%s", err.line);
	cr_expect_eq(err.kind, status == 101 ? ERR_NONE : ERR_HANDSHAKE);
	cr_expect_eq(agreed.config, status == 101 ? &c.config : NULL);
	client_release(&c);
}

Test(admit, whom_the_user_lets_in)
{
	for (size_t i = 0; i < N(wanted); i++)
		check_wanted(&wanted[i]);
}

/* What is no good request is told so, whoever sends it. */
Test(admit, a_bad_request_comes_before_a_stranger)
{
	struct ws_agreed agreed;
	struct client c;
	struct err err;
	int status;

	client_init(&c, NULL, NULL);
	c.config.admission.authorization = BASIC;
	read_head(START HOST "\r\n", true);
	cr_expect_not(
		ws_handshake_admit(&c.config, &head, &agreed, &status, &err));
	cr_expect_eq(status, 426);
	client_release(&c);
}

static struct client listener;

/* The answer to a request of the fields, with the user's headers. */
static const char *welcome_with(
	const char *const *headers, unsigned wrong, const char *fields)
{
	static const char *const one[] = { "one", NULL };
	char text[1024];
	struct err err;
	int status;

	client_release(&listener);
	client_init(&listener, headers, one);
	listener.config.admission.wrong = wrong;
	snprintf(text, sizeof(text), Q_OK "%s\r\n", fields);
	read_head(text, true);
	cr_assert(ws_handshake_admit(
		&listener.config, &head, &welcomed, &status, &err));
	return written_by(write_welcome);
}

#define ASKED PROTOCOL "two, one\r\n" EXTENSIONS "permessage-deflate\r\n"
#define GIVEN PROTOCOL "one\r\n" EXTENSIONS "permessage-deflate\r\n"

Test(admit, headers_of_the_welcome)
{
	static const struct {
		const char *headers[3], *answer;
	} cases[] = {
		{ { "Server: me" }, R_OK GIVEN "Server: me\r\n\r\n" },
		{ { "A: 1", "A: 2" }, R_OK GIVEN "A: 1\r\nA: 2\r\n\r\n" },
		{ { "Empty;", "None:" }, R_OK GIVEN "Empty:\r\n\r\n" },
		{ { "upgrade: h2c" }, R101
			"upgrade: h2c\r\n" CONNECTION R_ACCEPT GIVEN "\r\n" },
		{ { "Connection:", "Sec-WebSocket-Protocol: x" },
			R101 UPGRADE R_ACCEPT PROTOCOL
			"x\r\n" EXTENSIONS "permessage-deflate\r\n\r\n" },
		{ { "Sec-WebSocket-Extensions:" },
			R_OK PROTOCOL "one\r\n\r\n" },
	};

	for (size_t i = 0; i < N(cases); i++)
		cr_expect_str_eq(welcome_with(cases[i].headers, 0, ASKED),
			cases[i].answer);
	/* What was removed is not in use either. */
	cr_expect_not(welcomed.deflate);
}

/* One at a time, and all at once. */
Test(admit, wrong_welcomes)
{
	static const char other[] = "Sec-WebSocket-Accept: "
				    "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=\r\n";
	static const struct {
		unsigned wrong;
		const char *fields, *status, *upgrade, *accept, *rest;
	} cases[] = {
		{ 0, ASKED, R101, UPGRADE, R_ACCEPT, GIVEN },
		{ WS_WRONG_ACCEPT, ASKED, R101, UPGRADE, other, GIVEN },
		{ WS_WRONG_EXTENSION, ASKED, R101, UPGRADE, R_ACCEPT,
			PROTOCOL "one\r\n" EXTENSIONS
				 "permessage-deflate, x-unasked\r\n" },
		{ WS_WRONG_EXTENSION, "", R101, UPGRADE, R_ACCEPT,
			EXTENSIONS "x-unasked\r\n" },
		{ WS_WRONG_SUBPROTOCOL, "", R101, UPGRADE, R_ACCEPT,
			PROTOCOL "x-unasked\r\n" },
		{ WS_WRONG_SUBPROTOCOL, PROTOCOL "one\r\n", R101, UPGRADE,
			R_ACCEPT, PROTOCOL "x-unasked\r\n" },
		{ WS_WRONG_UPGRADE, "", R101, "", R_ACCEPT, "" },
		{ WS_WRONG_STATUS, "", "HTTP/1.1 200 OK\r\n", UPGRADE, R_ACCEPT,
			"" },
		{ WS_WRONG_ACCEPT | WS_WRONG_EXTENSION | WS_WRONG_SUBPROTOCOL |
				WS_WRONG_UPGRADE | WS_WRONG_STATUS,
			"", "HTTP/1.1 200 OK\r\n", "", other,
			PROTOCOL "x-unasked\r\n" EXTENSIONS "x-unasked\r\n" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		char want[1024];

		snprintf(want, sizeof(want), "%s%s" CONNECTION "%s%s\r\n",
			cases[i].status, cases[i].upgrade, cases[i].accept,
			cases[i].rest);
		cr_expect_str_eq(
			welcome_with(NULL, cases[i].wrong, cases[i].fields),
			want);
	}
}

static int rejected;

static bool write_reject(struct buf *out)
{
	return ws_handshake_refuse(&listener.config, rejected, "no", out);
}

#define REFUSED                                                                \
	"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"

Test(admit, reject)
{
	static const char *const headers[] = { "Server: me", "Content-Type: x",
		NULL };
	static const struct {
		int status;
		const char *authorization, *answer;
	} cases[] = {
		{ 401, BASIC,
			"HTTP/1.1 401 Unauthorized\r\n" REFUSED
			"WWW-Authenticate: Basic realm=\"wstap\", "
			"charset=\"UTF-8\"\r\n"
			"Connection: close\r\n\r\nno\n" },
		{ 401, "Bearer x",
			"HTTP/1.1 401 Unauthorized\r\n" REFUSED
			"WWW-Authenticate: Bearer realm=\"wstap\"\r\n"
			"Connection: close\r\n\r\nno\n" },
		{ 403, BASIC,
			"HTTP/1.1 403 Forbidden\r\n" REFUSED
			"Connection: close\r\n\r\nno\n" },
		{ 799, NULL,
			"HTTP/1.1 799 Refused\r\n" REFUSED
			"Connection: close\r\n\r\nno\n" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		client_init(&listener, NULL, NULL);
		listener.config.admission.authorization =
			cases[i].authorization;
		rejected = cases[i].status;
		cr_expect_str_eq(written_by(write_reject), cases[i].answer);
		client_release(&listener);
	}
	client_init(&listener, headers, NULL);
	rejected = 503;
	cr_expect_str_eq(written_by(write_reject),
		"HTTP/1.1 503 Service Unavailable\r\nContent-Type: x\r\n"
		"Content-Length: 3\r\nConnection: close\r\n"
		"Server: me\r\n\r\nno\n");
	client_release(&listener);
}

/* Nothing goes out that could be two fields, or none. */
Test(admit, headers_that_are_not_sent)
{
	static const char *const bad[] = { "A: 1\r\nB: 2", "A: 1\n", "no colon",
		"a b: 1", ": 1", "Sec-WebSocket-Extensions: x", "" };
	static uint8_t mem[ROOM];
	struct buf out;

	read_head(Q_OK "\r\n", true);
	for (size_t i = 0; i < N(bad); i++) {
		const char *const headers[] = { "Good: 1", bad[i], NULL };

		client_init(&listener, headers, NULL);
		welcomed.config = &listener.config;
		rejected = 503;
		buf_init(&out, mem, sizeof(mem));
		cr_expect_not(write_welcome(&out), "%s", bad[i]);
		cr_expect_not(write_reject(&out), "%s", bad[i]);
		cr_expect_eq(buf_len(&out), 0);
		client_release(&listener);
	}
}
