#define _GNU_SOURCE /* memmem */
#include "session/upgrade.h"

#include "base/wipe.h"
#include "http/body.h"
#include "session/session.h"
#include "session/signals.h"
#include "ui/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_SHOWN = 4096, BODY_WAIT_MS = 1000 };

struct expected {
	int (*parse)(struct http_head *, const uint8_t *, size_t);
	const char *name, *doing;
};

static const struct expected an_answer = { http_head_response, "answer",
	"waiting for the server's answer" };
static const struct expected a_request = { http_head_request, "request",
	"waiting for the client's request" };

/* What speaks like this is no HTTP/1.1; what it is then, for people. */
static const char *other_protocol(const struct buf *in)
{
	const uint8_t *p = buf_head(in);
	size_t n = buf_len(in);

	/* An alert of TLS; HTTP/2's first frame, SETTINGS. */
	if (n >= 2 && p[0] == 0x15 && p[1] == 0x03)
		return " (it speaks TLS there: try wss://)";
	if (n >= 5 && p[0] == 0 && p[1] == 0 && p[3] == 4 && p[4] == 0)
		return " (it speaks HTTP/2 only, which WebSocket servers "
		       "rarely do)";
	if (n >= 4 && memcmp(p, "SSH-", 4) == 0)
		return " (it speaks SSH there)";
	return "";
}

/* Reads into s->in until there is a whole head; gives back its length, or 0
 * with s->err. */
static size_t read_head(struct session *s, struct http_head *head,
	const struct expected *expected, struct deadline deadline)
{
	for (;;) {
		int len = expected->parse(
			head, buf_head(&s->in), buf_len(&s->in));
		size_t room = buf_room(&s->in), n;

		if (len > 0)
			return (size_t)len;
		if (len < 0) {
			session_fail(s, ERR_HANDSHAKE,
				"not a WebSocket %s: %s%s", expected->name,
				head->why, other_protocol(&s->in));
			return 0;
		}
		switch (transport_read_by(s->net, buf_reserve(&s->in, room),
			room, &n, deadline, expected->doing, &s->err)) {
		case IO_OK:
			buf_commit(&s->in, n);
			continue;
		case IO_EOF:
			if (buf_len(&s->in) == 0)
				session_fail(s, ERR_NO_ANSWER,
					"the other end hung up before its %s",
					expected->name);
			break;
		case IO_ERROR:
		case IO_WANT_READ:
		case IO_WANT_WRITE:
			if (s->err.kind == ERR_LOST && buf_len(&s->in) == 0)
				s->err.kind = ERR_NO_ANSWER;
			else if (s->err.kind == ERR_LOST)
				s->err.kind = ERR_HANDSHAKE;
			break;
		}
		session_fail(s, ERR_HANDSHAKE,
			"not a WebSocket %s: the head was cut off",
			expected->name);
		return 0;
	}
}

/* What servers say behind a 400, where their status line doesn't say it. */
static const char *cause_of(const uint8_t *body, size_t len, bool secure)
{
	static const char tls[] = ": it speaks TLS there, try wss://";
	static const char certificate[] =
		": it wants a client certificate that it knows (--cert)";
	static const struct {
		const char *words, *cause;
	} causes[] = {
		/* nginx, Apache, Go */
		{ "plain HTTP request was sent to HTTPS", tls },
		{ "plain HTTP to an SSL-enabled", tls },
		{ "HTTP request to an HTTPS server", tls },
		/* nginx */
		{ "No required SSL certificate was sent", certificate },
		{ "The SSL certificate error", certificate },
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if ((causes[i].cause != tls || !secure) &&
			memmem(body, len, causes[i].words,
				strlen(causes[i].words)))
			return causes[i].cause;
	return NULL;
}

/* Shows the first 4 KiB of a refusal's body, which follows its head in
 * s->in. */
const char *upgrade_show_body(
	struct session *s, const struct http_head *head, size_t head_len)
{
	uint8_t shown[BODY_SHOWN];
	size_t len = 0;
	struct http_body body;
	struct deadline deadline = deadline_in_ms(BODY_WAIT_MS);
	struct err ignored;

	http_body_init(&body, head);
	buf_consume(&s->in, head_len);
	for (;;) {
		size_t n = http_body_take(
			&body, buf_head(&s->in), buf_len(&s->in));

		if (n > sizeof(shown) - len)
			n = sizeof(shown) - len;
		memcpy(shown + len, buf_head(&s->in), n);
		len += n;
		buf_clear(&s->in);
		if (body.ended || len == sizeof(shown) ||
			transport_read_by(s->net, s->in.mem, s->in.cap, &n,
				deadline, "reading", &ignored) != IO_OK)
			break;
		buf_commit(&s->in, n);
	}
	diag_body(shown, len);
	return head->status == 400 ? cause_of(shown, len, s->net->secure)
				   : NULL;
}

static void remember(struct session *s, const struct ws_agreed *agreed)
{
	size_t len = agreed->subprotocol.len;

	if (len >= sizeof(s->subprotocol))
		len = sizeof(s->subprotocol) - 1;
	if (len)
		memcpy(s->subprotocol, agreed->subprotocol.p, len);
	s->subprotocol[len] = 0;
	s->deflate_agreed = agreed->deflate;
	s->params = agreed->params;
}

/* Reads the answer proper: what a 1xx says before it is of no interest. */
static size_t read_answer(
	struct session *s, struct http_head *head, struct deadline deadline)
{
	for (;;) {
		size_t len = read_head(s, head, &an_answer, deadline);

		if (len == 0)
			return 0;
		if (s->config->verbose)
			diag_head('<', buf_head(&s->in), len,
				s->config->verbose > 1);
		if (head->status >= 200 || head->status == 101)
			return len;
		buf_consume(&s->in, len);
	}
}

static bool send_request(
	struct session *s, struct ws_request *request, struct deadline deadline)
{
	uint8_t nonce[WS_NONCE_SIZE];
	bool sent;

	random_bytes(nonce, sizeof(nonce));
	ws_handshake_key(request->key, nonce);
	buf_clear(&s->in);
	buf_clear(&s->out);
	if (!ws_handshake_request(request, &s->out, &s->err))
		return false;
	if (s->config->verbose)
		diag_head('>', buf_head(&s->out), buf_len(&s->out),
			s->config->verbose > 1);
	sent = transport_write_by(s->net, buf_head(&s->out), buf_len(&s->out),
		deadline, "sending the request", &s->err);
	wipe(buf_head(&s->out), buf_len(&s->out));
	buf_clear(&s->out);
	return sent;
}

void upgrade_name_timeout(struct session *s)
{
	if (s->err.kind == ERR_TIMEOUT &&
		s->run_deadline.at_ns <= clock_now_ns())
		err_set(&s->err, ERR_TIMEOUT,
			"time ran out (--timeout) before the connection was "
			"open");
}

enum upgrade_result upgrade_ask(struct session *s, struct ws_request *request,
	struct http_head *head, size_t *len, struct deadline deadline)
{
	struct ws_agreed agreed;

	if (!send_request(s, request, deadline))
		return UPGRADE_FAILED;
	*len = read_answer(s, head, deadline);
	if (*len == 0)
		return UPGRADE_FAILED;
	s->status = head->status;
	if (!ws_handshake_judge(request, head, &agreed, &s->err))
		return s->err.kind == ERR_HTTP ? UPGRADE_ANSWERED
					       : UPGRADE_FAILED;
	remember(s, &agreed);
	return UPGRADE_OPEN;
}

/* --- the server's side --- */

static bool answer(struct session *s, const struct http_head *head,
	struct deadline deadline)
{
	struct ws_agreed agreed;
	int status;
	bool admitted = ws_handshake_admit(
		&s->config->handshake, head, &agreed, &status, &s->err);
	bool fits = admitted
			    ? ws_handshake_welcome(head, &agreed, &s->out)
			    : ws_handshake_refuse(status, s->err.line, &s->out);
	struct err err;

	if (admitted) {
		remember(s, &agreed);
		/* From here on the client is owed a close frame. */
		signals_hold(s->repl);
	}
	if (!fits)
		session_fail(s, ERR_HANDSHAKE, "the answer does not fit");
	if (s->config->verbose)
		diag_head('>', buf_head(&s->out), buf_len(&s->out),
			s->config->verbose > 1);
	if (!transport_write_by(s->net, buf_head(&s->out), buf_len(&s->out),
		    deadline, "answering the client", &err))
		session_fail(s, err.kind, "%s", err.line);
	if (s->err.kind != ERR_NONE)
		signals_release();
	return s->err.kind == ERR_NONE;
}

bool upgrade_accept(struct session *s)
{
	struct deadline deadline = deadline_first(
		deadline_in_ms(s->config->connect_timeout_ms), s->run_deadline);
	struct http_head head;
	size_t len;

	stats_begin(&s->stats, clock_now_ns());
	buf_clear(&s->in);
	buf_clear(&s->out);
	len = read_head(s, &head, &a_request, deadline);
	if (len == 0) {
		if (s->err.kind == ERR_HANDSHAKE &&
			ws_handshake_refuse(400, s->err.line, &s->out))
			transport_write_by(s->net, buf_head(&s->out),
				buf_len(&s->out), deadline, "",
				&(struct err){ 0 });
		upgrade_name_timeout(s);
		return false;
	}
	if (s->config->verbose)
		diag_head('<', buf_head(&s->in), len, s->config->verbose > 1);
	if (!answer(s, &head, deadline))
		return false;
	buf_consume(&s->in, len);
	return true;
}
