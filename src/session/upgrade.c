#define _GNU_SOURCE /* memmem */
#include "session/upgrade.h"

#include "base/wipe.h"
#include "http/body.h"
#include "session/session.h"
#include "ui/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_SHOWN = 4096, BODY_WAIT_MS = 1000 };

const char *upgrade_other_protocol(const struct buf *in)
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

/* Reads into s->link->in until there is a whole head; gives back its length, or 0
 * with s->link->err. */
static size_t read_head(
	struct session *s, struct http_head *head, struct deadline deadline)
{
	for (;;) {
		int len = http_head_response(
			head, buf_head(&s->link->in), buf_len(&s->link->in));
		size_t room = buf_room(&s->link->in), n;

		if (len > 0)
			return (size_t)len;
		if (len < 0) {
			session_fail(s, ERR_HANDSHAKE,
				"not a WebSocket answer: %s%s", head->why,
				upgrade_other_protocol(&s->link->in));
			return 0;
		}
		switch (transport_read_by(s->link->net,
			buf_reserve(&s->link->in, room), room, &n, deadline,
			"waiting for the server's answer", &s->link->err)) {
		case IO_OK:
			buf_commit(&s->link->in, n);
			continue;
		case IO_EOF:
			if (buf_len(&s->link->in) == 0)
				session_fail(s, ERR_NO_ANSWER,
					"the other end hung up before its "
					"answer");
			break;
		case IO_ERROR:
		case IO_WANT_READ:
		case IO_WANT_WRITE:
			if (s->link->err.kind == ERR_LOST &&
				buf_len(&s->link->in) == 0)
				s->link->err.kind = ERR_NO_ANSWER;
			else if (s->link->err.kind == ERR_LOST)
				s->link->err.kind = ERR_HANDSHAKE;
			break;
		}
		session_fail(s, ERR_HANDSHAKE,
			"not a WebSocket answer: the head was cut off");
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
 * s->link->in. */
const char *upgrade_show_body(
	struct session *s, const struct http_head *head, size_t head_len)
{
	uint8_t shown[BODY_SHOWN];
	size_t len = 0;
	struct http_body body;
	struct deadline deadline = deadline_in_ms(BODY_WAIT_MS);
	struct err ignored;

	http_body_init(&body, head);
	buf_consume(&s->link->in, head_len);
	for (;;) {
		size_t n = http_body_take(
			&body, buf_head(&s->link->in), buf_len(&s->link->in));

		if (n > sizeof(shown) - len)
			n = sizeof(shown) - len;
		memcpy(shown + len, buf_head(&s->link->in), n);
		len += n;
		buf_clear(&s->link->in);
		if (body.ended || len == sizeof(shown) ||
			transport_read_by(s->link->net, s->link->in.mem,
				s->link->in.cap, &n, deadline, "reading",
				&ignored) != IO_OK)
			break;
		buf_commit(&s->link->in, n);
	}
	diag_body(shown, len);
	return head->status == 400 ? cause_of(shown, len, s->link->net->secure)
				   : NULL;
}

static void remember(struct session *s, const struct ws_agreed *agreed)
{
	size_t len = agreed->subprotocol.len;

	if (len >= sizeof(s->link->subprotocol))
		len = sizeof(s->link->subprotocol) - 1;
	if (len)
		memcpy(s->link->subprotocol, agreed->subprotocol.p, len);
	s->link->subprotocol[len] = 0;
	s->link->deflate_agreed = agreed->deflate;
	s->link->params = agreed->params;
}

/* Reads the answer proper: what a 1xx says before it is of no interest. */
static size_t read_answer(
	struct session *s, struct http_head *head, struct deadline deadline)
{
	for (;;) {
		size_t len = read_head(s, head, deadline);

		if (len == 0)
			return 0;
		if (s->config->verbose)
			diag_head('<', buf_head(&s->link->in), len,
				s->config->verbose > 1);
		record_head(s, false, buf_head(&s->link->in), len);
		if (head->status >= 200 || head->status == 101)
			return len;
		buf_consume(&s->link->in, len);
	}
}

static bool send_request(
	struct session *s, struct ws_request *request, struct deadline deadline)
{
	uint8_t nonce[WS_NONCE_SIZE];
	bool sent;

	random_bytes(nonce, sizeof(nonce));
	ws_handshake_key(request->key, nonce);
	buf_clear(&s->link->in);
	buf_clear(&s->link->out);
	if (!ws_handshake_request(request, &s->link->out, &s->link->err))
		return false;
	if (s->config->verbose)
		diag_head('>', buf_head(&s->link->out), buf_len(&s->link->out),
			s->config->verbose > 1);
	record_head(s, true, buf_head(&s->link->out), buf_len(&s->link->out));
	sent = transport_write_by(s->link->net, buf_head(&s->link->out),
		buf_len(&s->link->out), deadline, "sending the request",
		&s->link->err);
	wipe(buf_head(&s->link->out), buf_len(&s->link->out));
	buf_clear(&s->link->out);
	return sent;
}

void upgrade_name_timeout(struct session *s)
{
	if (s->link->err.kind == ERR_TIMEOUT &&
		s->run_deadline.at_ns <= clock_now_ns())
		err_set(&s->link->err, ERR_TIMEOUT,
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
	s->link->status = head->status;
	if (!ws_handshake_judge(request, head, &agreed, &s->link->err))
		return s->link->err.kind == ERR_HTTP ? UPGRADE_ANSWERED
						     : UPGRADE_FAILED;
	remember(s, &agreed);
	return UPGRADE_OPEN;
}

/* --- the server's side --- */

bool upgrade_answer(struct session *s, const struct http_head *head)
{
	struct link *l = s->link;
	struct ws_agreed agreed;
	int status;
	const struct ws_handshake_config *config = &s->clients.gate.handshake;
	bool admitted =
		ws_handshake_admit(config, head, &agreed, &status, &l->err);

	if (!(admitted ? ws_handshake_welcome(head, &agreed, &l->out)
		       : ws_handshake_refuse(
				 config, status, l->err.line, &l->out))) {
		session_fail(s, ERR_HANDSHAKE, "the answer does not fit");
		return false;
	}
	if (admitted)
		remember(s, &agreed);
	return admitted;
}
