#define _GNU_SOURCE

#include "unit/handshake_case.h"

/* What a client that offered chat and superchat makes of an answer. */
struct verdict {
	const char *answer;
	const char *said; /* NULL: agreed */
	const char *subprotocol;
};

static const struct verdict verdicts[] = {
	{ R_OK "\r\n", NULL, "" },
	{ R_OK PROTOCOL "chat\r\n\r\n", NULL, "chat" },
	{ R_OK PROTOCOL " superchat \r\n\r\n", NULL, "superchat" },
	{ "HTTP/1.1 101\r\nUPGRADE: WebSocket\r\nconnection: x , UPGRADE\r\n"
	  "sec-websocket-accept:  " ACCEPT " \r\n\r\n",
		NULL, "" },
	{ R101 UPGRADE "Connection: keep-alive\r\n" CONNECTION R_ACCEPT "\r\n",
		NULL, "" },
	{ "HTTP/1.2 101 Later\r\n" R_UC R_ACCEPT "\r\n", NULL, "" },
	{ R_OK EXTENSIONS "\r\n\r\n", NULL, "" },
	{ R_OK EXTENSIONS ",\r\n\r\n", NULL, "" },

	{ "HTTP/1.0 101 x\r\n" R_UC R_ACCEPT "\r\n",
		"it is HTTP/1.0, which cannot be upgraded", NULL },
	{ R101 CONNECTION R_ACCEPT "\r\n", "Upgrade is missing", NULL },
	{ R101 "Upgrade: h2c\r\n" CONNECTION R_ACCEPT "\r\n",
		"Upgrade is \"h2c\", it should be \"websocket\"", NULL },
	{ R101 "Upgrade: websocket, h2c\r\n" CONNECTION R_ACCEPT "\r\n",
		"Upgrade is \"websocket, h2c\", it should be \"websocket\"",
		NULL },
	{ R_OK UPGRADE "\r\n", "Upgrade is given more than once", NULL },
	{ R101 UPGRADE R_ACCEPT "\r\n", "Connection is missing", NULL },
	{ R101 UPGRADE "Connection: close\r\n" R_ACCEPT "\r\n",
		"Connection is \"close\", it should be \"Upgrade\"", NULL },
	{ R101 R_UC "\r\n", "Sec-WebSocket-Accept is missing", NULL },
	{ R_OK R_ACCEPT "\r\n", "Sec-WebSocket-Accept is given more than once",
		NULL },
	{ R101 R_UC "Sec-WebSocket-Accept: x\r\n\r\n",
		"Sec-WebSocket-Accept is \"x\", it should be \"" ACCEPT "\"",
		NULL },
	{ R101 R_UC "Sec-WebSocket-Accept:\r\n\r\n",
		"Sec-WebSocket-Accept is \"\", it should be \"" ACCEPT "\"",
		NULL },
	{ R101 R_UC "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo="
		    "\r\n\r\n",
		"Sec-WebSocket-Accept is \"S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\", it "
		"should be \"" ACCEPT "\"",
		NULL },
	{ R101 R_UC "Sec-WebSocket-Accept: " ACCEPT "=\r\n\r\n",
		"Sec-WebSocket-Accept is \"" ACCEPT "=\", it should be "
		"\"" ACCEPT "\"",
		NULL },
	{ R_OK EXTENSIONS ",\r\n" EXTENSIONS ", foo,bar\r\n\r\n",
		"the server chose the extension \"foo\", which was not "
		"offered",
		NULL },
	{ R_OK PROTOCOL "other\r\n\r\n",
		"the subprotocol \"other\" was not offered", NULL },
	{ R_OK PROTOCOL "Chat\r\n\r\n",
		"the subprotocol \"Chat\" was not offered", NULL },
	{ R_OK PROTOCOL "chat, superchat\r\n\r\n",
		"the subprotocol \"chat, superchat\" names several, one may "
		"be chosen",
		NULL },
	{ R_OK PROTOCOL "\r\n\r\n", "the subprotocol \"\" names none", NULL },
	{ R_OK PROTOCOL "chat\r\n" PROTOCOL "chat\r\n\r\n",
		"Sec-WebSocket-Protocol is given more than once", NULL },
};

static void check_verdict(const struct client *c, const struct verdict *v)
{
	struct ws_agreed agreed;
	struct err err = { 0 };
	char line[512];

	read_head(v->answer, false);

	bool agrees = ws_handshake_judge(&c->request, &head, &agreed, &err);

	cr_expect_eq(agrees, !v->said, "%s%s", v->answer, err.line);
	if (agrees) {
		cr_expect(http_span_equals(agreed.subprotocol,
				  http_span_of(v->subprotocol)),
			"%s", v->answer);
		cr_expect_not(agreed.deflate);
	} else if (v->said) {
		snprintf(line, sizeof(line),
			"not a WebSocket answer: %s (RFC 6455 4.1)", v->said);
		cr_expect_eq(err.kind, ERR_HANDSHAKE);
		cr_expect_str_eq(err.line, line, "%s", err.line);
	}
}

Test(judge, judge)
{
	static const char *const offered[] = { "chat", "superchat", NULL };
	struct client c;

	client_init(&c, NULL, offered);
	for (size_t i = 0; i < N(verdicts); i++)
		check_verdict(&c, &verdicts[i]);
	client_release(&c);
}

/* What counts is what was sent: the user's fields before ours. */
Test(judge, judge_what_was_sent)
{
	static const char *const offered[] = { "chat", NULL };
	static const struct {
		const char *headers[LIST];
		struct verdict verdict;
	} cases[] = {
		{ { "sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==" },
			{ R101 R_UC "Sec-WebSocket-Accept: "
				    "HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n\r\n",
				NULL, "" } },
		{ { "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==" },
			{ R_OK "\r\n",
				"Sec-WebSocket-Accept is \"" ACCEPT "\", it "
				"should be \"HSmrc0sMlYUkAGmm5OPpG2HaGWk=\"",
				NULL } },
		{ { "Sec-WebSocket-Key:" },
			{ R101 R_UC "Sec-WebSocket-Accept: "
				    "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=\r\n\r\n",
				NULL, "" } },
		{ { "Sec-WebSocket-Key:", "Sec-WebSocket-Key: " KEY },
			{ R_OK "\r\n", NULL, "" } },
		{ { "Sec-WebSocket-Protocol: x, y", "Other: z" },
			{ R_OK PROTOCOL "y\r\n\r\n", NULL, "y" } },
		{ { "Sec-WebSocket-Protocol: x", "Sec-WebSocket-Protocol: y" },
			{ R_OK PROTOCOL "y\r\n\r\n", NULL, "y" } },
		{ { "Sec-WebSocket-Protocol: x" },
			{ R_OK PROTOCOL "chat\r\n\r\n",
				"the subprotocol \"chat\" was not offered",
				NULL } },
		{ { "Sec-WebSocket-Extensions:" }, { R_OK "\r\n", NULL, "" } },
		{ { "Sec-WebSocket-Extensions:" },
			{ R_OK EXTENSIONS "permessage-deflate\r\n\r\n",
				"the server chose the extension "
				"\"permessage-deflate\", which was not "
				"offered",
				NULL } },
		{ { "sec-websocket-extensions;" },
			{ R_OK EXTENSIONS "permessage-deflate\r\n\r\n",
				"the server chose the extension "
				"\"permessage-deflate\", which was not "
				"offered",
				NULL } },
		{ { "Sec-WebSocket-Protocol:" },
			{ R_OK PROTOCOL "chat\r\n\r\n",
				"the subprotocol \"chat\" was not offered",
				NULL } },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct client c;

		client_init(&c, cases[i].headers, offered);
		check_verdict(&c, &cases[i].verdict);
		client_release(&c);
	}
}

/* What the user offers is what the answer must fit. */
Test(judge, judge_what_was_offered)
{
	static const char answer[] =
		R_OK EXTENSIONS "permessage-deflate; "
				"client_max_window_bits=10\r\n\r\n";
	struct ws_agreed agreed;
	struct client c;
	struct err err;

	client_init(&c, NULL, NULL);
	read_head(answer, false);
	cr_expect(ws_handshake_judge(&c.request, &head, &agreed, &err));
	cr_expect(agreed.deflate);
	cr_expect_eq(agreed.params.client_max_window_bits, 10);
	strings_add(&c.config.deflate.offers, "");
	cr_expect_not(ws_handshake_judge(&c.request, &head, &agreed, &err));
	cr_expect_eq(err.kind, ERR_HANDSHAKE);
	cr_expect_str_eq(err.line,
		"not a WebSocket answer: the server's permessage-deflate: the "
		"parameter \"client_max_window_bits\" was not offered "
		"(RFC 7692 7.1)");
	c.config.deflate.off = true;
	cr_expect_not(ws_handshake_judge(&c.request, &head, &agreed, &err));
	cr_expect(strstr(err.line, "the extension \"permessage-deflate\", "),
		"%s", err.line);
	client_release(&c);
}

/* A status other than 101, with the likely cause. */
Test(judge, refusals)
{
	static const struct {
		const char *answer, *line, *headers[LIST];
	} cases[] = {
		{ "404 Not Found\r\n", "404 Not Found: check the path /chat",
			{ NULL } },
		{ "200 OK\r\n",
			"200 OK: a plain HTTP page, not a WebSocket endpoint",
			{ NULL } },
		{ "301 Moved Permanently\r\nLocation: wss://x/y\r\n",
			"301 Moved Permanently: it points to wss://x/y (try "
			"-L)",
			{ NULL } },
		{ "302 Found\r\n", "302 Found", { NULL } },
		{ "400 Bad Request\r\n", "400 Bad Request", { NULL } },
		{ "400 Bad Request\r\nSec-WebSocket-Version: 13, 8\r\n",
			"400 Bad Request", { NULL } },
		{ "400 Bad Request\r\nSec-WebSocket-Version: 8, 7\r\n",
			"400 Bad Request: it speaks WebSocket version 8, 7, "
			"not 13 (try -p)",
			{ NULL } },
		{ "426 Upgrade Required\r\nSec-WebSocket-Version: 7\r\n",
			"426 Upgrade Required: it speaks WebSocket version 7, "
			"not 13 (try -p)",
			{ NULL } },
		{ "426 Upgrade Required\r\nUpgrade: h2c\r\n",
			"426 Upgrade Required: it wants another protocol",
			{ NULL } },
		{ "401 Unauthorized\r\n",
			"401 Unauthorized: try --auth USER:PASSWORD",
			{ NULL } },
		{ "401 Unauthorized\r\n",
			"401 Unauthorized: it did not take the credentials",
			{ "Authorization: x" } },
		{ "401 Unauthorized\r\nWWW-Authenticate: Basic\r\n",
			"401 Unauthorized: try --auth USER:PASSWORD",
			{ NULL } },
		{ "401 Unauthorized\r\nWWW-Authenticate: Negotiate, Bearer "
		  "realm=\"x\"\r\n",
			"401 Unauthorized: try --bearer TOKEN", { NULL } },
		{ "401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n",
			"401 Unauthorized: it asks for Negotiate, which wstap "
			"does not know",
			{ NULL } },
		{ "200 OK\r\nContent-Type: text/html; charset=utf-8\r\n",
			"200 OK: a plain HTTP page, not a WebSocket endpoint "
			"(check the path; or is it a sign-in page?)",
			{ NULL } },
		{ "200 OK\r\nContent-Type: text/plain\r\n",
			"200 OK: a plain HTTP page, not a WebSocket endpoint",
			{ NULL } },
		{ "403 Forbidden\r\n",
			"403 Forbidden: it may want an Origin, try -o ORIGIN",
			{ NULL } },
		{ "403 Forbidden\r\n", "403 Forbidden", { "Origin: x" } },
		{ "503\r\n", "503: out of service or overloaded, try later",
			{ NULL } },
		{ "500 Oops\r\n", "500 Oops", { NULL } },
		{ "504 Gateway Timeout\r\n",
			"504 Gateway Timeout: a gateway that the server behind "
			"it did not answer in time",
			{ NULL } },
		{ "511 Network Authentication Required\r\n",
			"511 Network Authentication Required: the network "
			"wants a sign-in first (open a page in a browser)",
			{ NULL } },
		{ "100 Continue\r\n", "100 Continue", { NULL } },
	};
	struct err err;

	for (size_t i = 0; i < N(cases); i++) {
		struct ws_agreed agreed;
		struct client c;
		char text[256], line[256];

		client_init(&c, cases[i].headers, NULL);
		snprintf(
			text, sizeof(text), "HTTP/1.1 %s\r\n", cases[i].answer);
		snprintf(line, sizeof(line), "the server answered %s",
			cases[i].line);
		read_head(text, false);
		cr_expect_not(
			ws_handshake_judge(&c.request, &head, &agreed, &err));
		cr_expect_eq(err.kind, ERR_HTTP);
		cr_expect_str_eq(err.line, line, "%s", err.line);
		client_release(&c);
	}
}

/* However long a peer's text, what should have been is in the line. */
Test(judge, long_peer_text)
{
	static char text[60000];
	struct ws_agreed agreed;
	struct client c;
	struct err err;

	client_init(&c, NULL, NULL);
	memset(text, 'x', sizeof(text));
	memcpy(text, R101 R_UC "Sec-WebSocket-Accept: ",
		strlen(R101 R_UC "Sec-WebSocket-Accept: "));
	strcpy(text + sizeof(text) - 5, "\r\n\r\n");
	read_head(text, false);
	cr_expect_not(ws_handshake_judge(&c.request, &head, &agreed, &err));
	cr_expect(strstr(err.line, "should be \"" ACCEPT "\" (RFC 6455 4.1)"));

	memset(text, 'x', sizeof(text) - 5);
	memcpy(text, "HTTP/1.1 404 ", 13);
	read_head(text, false);
	cr_expect_not(ws_handshake_judge(&c.request, &head, &agreed, &err));
	cr_expect(strstr(err.line, "check the path /chat"));
	client_release(&c);
}
