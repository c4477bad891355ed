#include "session/serve.h"

#include "net/tcp.h"
#include "session/misbehave.h"
#include "net/tls_server.h"
#include "session/session.h"
#include "session/upgrade.h"
#include "ui/diag.h"

#include <stdlib.h>
#include <string.h>

enum { LEAVE_MS = 2000 };

static void enter(
	struct session *s, enum link_stage stage, enum io_status wants)
{
	s->link->stage = stage;
	s->link->stage_wants = wants;
}

static struct deadline set_up_deadline(const struct session *s)
{
	return deadline_in_ms(s->config->connect_timeout_ms);
}

void serve_drop(struct session *s)
{
	transport_free(s->link->net);
	s->link->net = NULL;
	s->link->stage_until = DEADLINE_NEVER;
}

static bool drop(struct session *s)
{
	serve_drop(s);
	return true;
}

/* Of whom a line of -v speaks. */
static void tell_client(const struct session *s, const char *what)
{
	const struct link *l = s->link;

	if (s->clients.several && l->number)
		diag_star("%s client %u (%s)", what, l->number, l->address);
	else
		diag_star("%s %s", what, l->address);
}

static bool begin_tls(struct session *s)
{
	struct link *l = s->link;

	l->net = tls_accept_start(
		s->clients.gate.tls, l->net, l->address, &l->err);
	if (!l->net)
		return false;
	enter(s, LINK_TLS, IO_WANT_READ);
	return true;
}

void serve_begin(struct session *s, int fd)
{
	struct link *l = s->link;

	l->net = tcp_new(fd);
	if (!l->net)
		abort();
	l->stage_until = set_up_deadline(s);
	stats_begin(&l->stats, clock_now_ns());
	if (!s->clients.gate.tls || !begin_tls(s))
		enter(s, LINK_REQUEST, IO_WANT_READ);
}

static void tell_line(void *arg, const char *line)
{
	(void)arg;
	diag_star("%s", line);
}

static bool step_tls(struct session *s)
{
	struct link *l = s->link;
	struct err err = { 0 };
	enum io_status status = tls_accept_step(l->net, &err);

	switch (status) {
	case IO_OK:
		l->stats.phases.secured = clock_now_ns();
		if (s->config->verbose) {
			tell_client(s, "TLS with");
			tls_tell(l->net, tell_line, NULL);
		}
		enter(s, LINK_REQUEST, IO_WANT_READ);
		return true;
	case IO_WANT_READ:
	case IO_WANT_WRITE:
		l->stage_wants = status;
		return false;
	case IO_EOF:
	case IO_ERROR:
		break;
	}
	session_fail(s, err.kind, "%s", err.line);
	return drop(s);
}

/* Reads what is there into `in`, once. */
static enum io_status read_once(struct session *s, struct err *err)
{
	struct link *l = s->link;
	size_t room = buf_room(&l->in), n = 0;
	enum io_status status = transport_read(
		l->net, buf_reserve(&l->in, room), room, &n, err);

	if (status == IO_OK)
		buf_commit(&l->in, n);
	return status;
}

static void turn_away(struct session *s)
{
	struct link *l = s->link;

	l->refusal = SERVE_NO_PLACE;
	if (s->config->verbose)
		session_say(s, STYLE_CONTROL, "* refused %s with %d",
			l->address, l->refusal);
	ws_handshake_refuse(&s->config->handshake, l->refusal,
		s->clients.several
			? "as many clients as there may be are being "
			  "served; try later"
			: "another client is being served; try later",
		&l->out);
	enter(s, LINK_ANSWER, IO_WANT_WRITE);
}

/* What the client is owed for what it said. */
static void answer(struct session *s, const struct http_head *head, size_t len)
{
	struct link *l = s->link;
	bool admitted;

	l->counted = true;
	l->number = ++s->clients.let_in;
	if (s->config->verbose) {
		tell_client(s, "the request of");
		diag_head('<', buf_head(&l->in), len, s->config->verbose > 1);
	}
	if (!misbehave_begin(s)) {
		l->stage_until = DEADLINE_NEVER;
		enter(s, LINK_LEAVING, IO_WANT_READ);
		return;
	}
	admitted = upgrade_answer(s, head);
	if (admitted) {
		record_head(s, true, buf_head(&l->in), len);
		record_head(s, false, buf_head(&l->out), buf_len(&l->out));
	}
	if (s->config->verbose)
		diag_head('>', buf_head(&l->out), buf_len(&l->out),
			s->config->verbose > 1);
	if (!admitted)
		l->refusal = 400;
	buf_consume(&l->in, len);
	enter(s, LINK_ANSWER, IO_WANT_WRITE);
}

/* Its request has come whole. Gives back whether it could be answered. */
static bool take_request(
	struct session *s, const struct http_head *head, size_t len)
{
	struct link *l = s->link;

	switch (listen_place(s)) {
	case PLACE_SOON:
		l->stage_until = DEADLINE_NEVER;
		enter(s, LINK_WAITING, IO_OK);
		return false;
	case PLACE_FREE:
		l->stage_until = set_up_deadline(s);
		answer(s, head, len);
		break;
	case PLACE_NONE:
		l->stage_until = set_up_deadline(s);
		turn_away(s);
		break;
	}
	return true;
}

static bool step_request(struct session *s)
{
	struct link *l = s->link;
	struct http_head head;
	struct err err = { 0 };
	enum io_status status = IO_OK;
	int len;

	if (l->stage == LINK_REQUEST)
		status = read_once(s, &err);
	len = http_head_request(&head, buf_head(&l->in), buf_len(&l->in));
	if (len > 0)
		return take_request(s, &head, (size_t)len);
	if (len < 0) {
		session_fail(s, ERR_HANDSHAKE, "not a WebSocket request: %s%s",
			head.why, upgrade_other_protocol(&l->in));
		ws_handshake_refuse(
			&s->config->handshake, 400, l->err.line, &l->out);
		l->refusal = 400;
		enter(s, LINK_ANSWER, IO_WANT_WRITE);
		return true;
	}
	switch (status) {
	case IO_OK:
		return true;
	case IO_WANT_READ:
	case IO_WANT_WRITE:
		l->stage_wants = status;
		return false;
	case IO_EOF:
	case IO_ERROR:
		break;
	}
	if (buf_len(&l->in) == 0)
		session_fail(s, ERR_NO_ANSWER,
			"the other end hung up before its request");
	else
		session_fail(s, ERR_HANDSHAKE,
			"not a WebSocket request: the head was cut off");
	return drop(s);
}

static bool step_answer(struct session *s)
{
	struct link *l = s->link;

	while (buf_len(&l->out) > 0) {
		struct err err = { 0 };
		size_t len = misbehave_share(s, buf_len(&l->out)), n = 0;
		enum io_status status;

		if (len == 0)
			return false;
		status = transport_write(
			l->net, buf_head(&l->out), len, &n, &err);
		switch (status) {
		case IO_OK:
			buf_consume(&l->out, n);
			continue;
		case IO_WANT_READ:
		case IO_WANT_WRITE:
			l->stage_wants = status;
			return false;
		case IO_EOF:
		case IO_ERROR:
			break;
		}
		session_fail(s, err.kind, "%s", err.line);
		return drop(s);
	}
	if (!l->refusal) {
		enter(s, LINK_OPEN, IO_OK);
		return true;
	}
	transport_shutdown(l->net);
	l->stage_until = deadline_in_ms(LEAVE_MS);
	enter(s, LINK_LEAVING, IO_WANT_READ);
	return true;
}

/* Reads and forgets what a refused client still sends: closing at once would
 * make the system take the answer back. */
static bool step_leaving(struct session *s)
{
	struct err ignored = { 0 };

	buf_clear(&s->link->in);
	switch (read_once(s, &ignored)) {
	case IO_OK:
		return true;
	case IO_WANT_READ:
	case IO_WANT_WRITE:
		return false;
	case IO_EOF:
	case IO_ERROR:
		break;
	}
	return drop(s);
}

/* It had its time. */
static bool run_out(struct session *s)
{
	if (s->link->stage != LINK_LEAVING && !s->link->refusal &&
		s->ending == ASKED_NOTHING)
		session_fail(s, ERR_TIMEOUT,
			"time ran out (--connect-timeout) while waiting for "
			"the client's %s",
			s->link->stage == LINK_TLS ? "TLS handshake"
						   : "request");
	return drop(s);
}

bool serve_step(struct session *s)
{
	if (s->link->stage_until.at_ns <= s->now_ns)
		return run_out(s);
	switch (s->link->stage) {
	case LINK_TLS:
		return step_tls(s);
	case LINK_REQUEST:
	case LINK_WAITING:
		return step_request(s);
	case LINK_ANSWER:
		return step_answer(s);
	case LINK_LEAVING:
		return step_leaving(s);
	case LINK_OPEN:
		break;
	}
	return false;
}
