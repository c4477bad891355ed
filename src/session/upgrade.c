#define _GNU_SOURCE /* strndup */
#include "session/upgrade.h"

#include "base/wipe.h"
#include "http/auth.h"
#include "http/body.h"
#include "http/url.h"
#include "net/dial.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "session/session.h"
#include "session/signals.h"
#include "ui/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_SHOWN = 4096, BODY_WAIT_MS = 1000 };

static void note_resolved(void *arg)
{
	struct session *s = arg;

	s->stats.phases.resolved = clock_now_ns();
}

static void note_dial(void *arg, const char *line)
{
	(void)arg;
	diag_star("%s", line);
}

static bool connect_to(
	struct session *s, const struct url *url, struct deadline deadline)
{
	const struct dial_target target = {
		.host = url->host,
		.port = url->port,
		.unix_path = url->unix_path,
	};
	const struct dial_watch watch = {
		.note = s->config->verbose ? note_dial : NULL,
		.resolved = note_resolved,
		.arg = s,
	};
	int fd;

	stats_begin(&s->stats, clock_now_ns());
	fd = dial(&target, deadline, &watch, s->address, &s->err);

	if (fd < 0)
		return false;
	s->stats.phases.connected = clock_now_ns();
	s->net = url->secure ? tls_connect(fd, &s->config->tls, url->host,
				       deadline, &s->err)
			     : tcp_new(fd);
	if (!s->net)
		return false;
	if (s->net->secure)
		s->stats.phases.secured = clock_now_ns();
	if (s->config->verbose && s->net->secure)
		diag_star("%s, %s", s->net->secure, s->net->cipher);
	return true;
}

struct expected {
	int (*parse)(struct http_head *, const uint8_t *, size_t);
	const char *name, *doing;
};

static const struct expected response = { http_head_response, "answer",
	"waiting for the server's answer" };
static const struct expected request = { http_head_request, "request",
	"waiting for the client's request" };

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
			session_fail(s, ERR_HANDSHAKE, "not a WebSocket %s: %s",
				expected->name, head->why);
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

/* Shows the first 4 KiB of a refusal's body, which follows its head in
 * s->in. */
static void show_body(
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

static bool read_verdict(struct session *s, const struct ws_request *asked,
	struct deadline deadline)
{
	struct http_head head;
	struct ws_agreed agreed;
	size_t len;

	/* What a 1xx says before the answer proper is of no interest. */
	for (;;) {
		len = read_head(s, &head, &response, deadline);
		if (len == 0)
			return false;
		if (s->config->verbose)
			diag_head('<', buf_head(&s->in), len,
				s->config->verbose > 1);
		if (head.status >= 200 || head.status == 101)
			break;
		buf_consume(&s->in, len);
	}
	s->status = head.status;
	if (!ws_handshake_judge(asked, &head, &agreed, &s->err)) {
		if (s->err.kind == ERR_HTTP)
			show_body(s, &head, len);
		return false;
	}
	remember(s, &agreed);
	buf_consume(&s->in, len);
	return true;
}

static bool shake_hands(struct session *s, const struct url *url,
	const char *authorization, struct deadline deadline)
{
	struct ws_request asked = {
		.config = s->target.foreign ? &s->target.handshake
					    : &s->config->handshake,
		.authority = url->authority,
		.target = url->target,
		.authorization = authorization,
	};
	uint8_t nonce[WS_NONCE_SIZE];

	random_bytes(nonce, sizeof(nonce));
	ws_handshake_key(asked.key, nonce);
	buf_clear(&s->in);
	buf_clear(&s->out);
	if (!ws_handshake_request(&asked, &s->out, &s->err))
		return false;
	if (s->config->verbose)
		diag_head('>', buf_head(&s->out), buf_len(&s->out),
			s->config->verbose > 1);
	if (!transport_write_by(s->net, buf_head(&s->out), buf_len(&s->out),
		    deadline, "sending the request", &s->err))
		return false;
	wipe(buf_head(&s->out), buf_len(&s->out));
	return read_verdict(s, &asked, deadline);
}

/* The Authorization field's value: of -u, else of the URL's userinfo. */
static char *authorization(const struct url *url, const char *credentials)
{
	const char *colon = credentials ? strchr(credentials, ':') : NULL;
	char *user, *value;

	if (!credentials)
		return url->user ? http_auth_basic(url->user,
					   url->password ? url->password : "")
				 : NULL;
	user = strndup(credentials,
		colon ? (size_t)(colon - credentials) : strlen(credentials));
	if (!user)
		abort();
	value = http_auth_basic(user, colon ? colon + 1 : "");
	free(user);
	return value;
}

/* Of the two times that may run out, the person is told of the right one. */
static bool name_timeout(struct session *s)
{
	if (s->err.kind == ERR_TIMEOUT &&
		s->run_deadline.at_ns <= clock_now_ns())
		err_set(&s->err, ERR_TIMEOUT,
			"time ran out (--timeout) before the connection was "
			"open");
	return false;
}

static struct deadline set_up_deadline(const struct session *s)
{
	return deadline_first(
		deadline_in_ms(s->config->connect_timeout_ms), s->run_deadline);
}

bool upgrade_dial(struct session *s, const char *credentials)
{
	struct deadline deadline = set_up_deadline(s);
	struct url url = { 0 };
	char *auth = NULL;
	bool ok = false;

	if (!url_parse(&url, s->target.text ? s->target.text : s->config->url,
		    &s->err))
		goto done;
	free(s->url);
	s->url = url_show(&url);
	auth = authorization(&url, credentials);
	ok = connect_to(s, &url, deadline) &&
	     shake_hands(s, &url, auth, deadline);
done:
	http_auth_free(auth);
	url_release(&url);
	return ok || name_timeout(s);
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
	struct deadline deadline = set_up_deadline(s);
	struct http_head head;
	size_t len;

	stats_begin(&s->stats, clock_now_ns());
	buf_clear(&s->in);
	buf_clear(&s->out);
	len = read_head(s, &head, &request, deadline);
	if (len == 0) {
		if (s->err.kind == ERR_HANDSHAKE &&
			ws_handshake_refuse(400, s->err.line, &s->out))
			transport_write_by(s->net, buf_head(&s->out),
				buf_len(&s->out), deadline, "",
				&(struct err){ 0 });
		return name_timeout(s);
	}
	if (s->config->verbose)
		diag_head('<', buf_head(&s->in), len, s->config->verbose > 1);
	if (!answer(s, &head, deadline))
		return false;
	buf_consume(&s->in, len);
	return true;
}
