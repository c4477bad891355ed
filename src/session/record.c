#define _GNU_SOURCE /* strndup */
#include "session/record.h"

#include "base/bytes.h"
#include "base/wipe.h"
#include "http/secret.h"
#include "session/files.h"
#include "session/record_parts.h"
#include "session/session.h"
#include "ws/mask.h"

#include <stdlib.h>
#include <string.h>

/* --- the connections --- */

static struct record_link *link_of(struct session *s)
{
	if (!s->link->record)
		s->link->record = calloc(1, sizeof(*s->link->record));
	if (!s->link->record)
		abort();
	return s->link->record;
}

void record_link_free(struct record_link *l)
{
	if (!l)
		return;
	wipe_free(l->request);
	wipe_free(l->response);
	gather_release(&l->gather);
	free(l);
}

void record_head(struct session *s, bool request, const void *head, size_t len)
{
	struct record_link *l;
	char **place, *copy;

	if (!s->recorder)
		return;
	l = link_of(s);
	place = request ? &l->request : &l->response;
	copy = s->recorder->secrets ? strndup(head, len)
				    : http_secret_blank(head, len);
	if (!copy)
		abort();
	wipe_free(*place);
	*place = copy;
	/* What was answered before was not to this. */
	if (request) {
		wipe_free(l->response);
		l->response = NULL;
	}
}

void record_begin(struct session *s)
{
	struct record_link *l;

	if (!s->recorder)
		return;
	l = link_of(s);
	l->recorder = s->recorder;
	l->client = s->clients.several ? s->link->number : 0;
	l->in_message = l->lost = s->link->outgoing.busy != SENDER_NONE;
	s->link->outgoing.record = l;
	record_put_open(s, l);
}

void record_end(struct session *s)
{
	struct record_link *l = s->link->record;

	if (s->recorder && s->recorder->entry == l)
		s->recorder->entry = NULL;
	s->link->outgoing.record = s->link->record = NULL;
	record_link_free(l);
}

/* --- what goes over them --- */

void record_event(struct session *s)
{
	const struct ws_event *ev = &s->link->event;
	struct record_link *l = s->link->record;

	if (!l || !l->recorder)
		return;
	switch (ev->type) {
	case WS_EVENT_DATA:
		/* One that had begun before has no beginning here. */
		if (ev->first && ev->last)
			record_put_message(
				l, JSONL_IN, ev->opcode, ev->data, ev->len);
		break;
	case WS_EVENT_PING:
		record_put_control(l, JSONL_IN, WS_PING, ev->data, ev->len);
		break;
	case WS_EVENT_PONG:
		record_put_control(l, JSONL_IN, WS_PONG, ev->data, ev->len);
		break;
	case WS_EVENT_CLOSE:
		record_put_close(l, JSONL_IN, ev->code, ev->data, ev->len);
		break;
	case WS_EVENT_FAIL:
		record_put_fault(l, ev->data, ev->len);
		break;
	case WS_EVENT_NONE:
		break;
	}
}

/* A handshake that came to nothing, as far as there was an answer. */
static void put_refusal(struct session *s)
{
	struct record_link *l = s->link->record;

	if (!l || l->recorder || !l->response || !s->link->net ||
		!s->link->status)
		return;
	l->recorder = s->recorder;
	record_put_open(s, l);
	record_end(s);
}

void record_error(struct session *s)
{
	if (!s->recorder || s->link->err.kind == ERR_NONE)
		return;
	put_refusal(s);
	record_put_error(s->recorder, s->clients.several ? s->link->number : 0,
		(int)s->link->err.kind, s->link->err.line);
}

/* A message that is not recorded; the file says so where it can. */
static void lose(struct record_link *l)
{
	l->lost = true;
	gather_release(&l->gather);
	record_put_error(l->recorder, l->client, 0,
		"a message that was sent is too long for the record "
		"(--max-message)");
}

void record_piece(struct record_link *l, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool last)
{
	bool whole = last && !l->in_message;

	l->in_message = !last;
	if (whole) {
		record_put_message(l, JSONL_OUT, opcode, data, len);
		return;
	}
	if (!l->lost && (len > l->recorder->most - l->gather.len ||
				!gather_add(&l->gather, data, len)))
		lose(l);
	if (!last)
		return;
	if (!l->lost)
		record_put_message(
			l, JSONL_OUT, opcode, l->gather.mem, l->gather.len);
	gather_clear(&l->gather);
	l->lost = false;
}

static void put_payload(struct record_link *l, enum ws_opcode opcode,
	const uint8_t *data, size_t len)
{
	if (opcode != WS_CLOSE)
		record_put_control(l, JSONL_OUT, opcode, data, len);
	else if (len < 2)
		record_put_close(l, JSONL_OUT, WS_CLOSE_NO_CODE, data, 0);
	else
		record_put_close(l, JSONL_OUT, load16(data), data + 2, len - 2);
}

void record_control(struct record_link *l, enum ws_opcode opcode,
	const uint8_t *data, size_t len)
{
	put_payload(l, opcode, data, len);
}

void record_frames(struct record_link *l, const uint8_t *p, size_t len)
{
	uint8_t payload[WS_CONTROL_MAX];

	while (len > 0) {
		struct ws_frame f;
		const char *why;
		int header = ws_frame_read(&f, p, len, &why);
		size_t n = (size_t)f.len;

		if (header <= 0 || n > sizeof(payload) ||
			n > len - (size_t)header)
			return;
		p += header;
		if (f.masked)
			ws_mask(payload, p, n, f.key, 0);
		else
			memcpy(payload, p, n);
		put_payload(l, f.opcode, payload, n);
		p += n;
		len -= (size_t)header + n;
	}
}

void record_raw(struct record_link *l, const struct rawframe *f)
{
	record_put_frame(l, f);
}

/* --- on and off --- */

static struct recorder *begin(
	struct session *s, const char *path, struct err *err)
{
	/* What is held whole in any case, where no limit is given. */
	static const uint64_t most = 1 << 30;
	const struct config *c = s->config;
	struct recorder *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	if (s->clients.several && record_file_is_har(path)) {
		free(r);
		err_set(err, ERR_USAGE,
			"recording to %s: a HAR has one connection after "
			"another: --max-clients 1, or another name for jsonl",
			path);
		return NULL;
	}
	r->secrets = c->record_secrets;
	r->most = c->max_message ? c->max_message : most;
	if (!record_file_open(&r->file, path, err)) {
		free(r);
		return NULL;
	}
	return r;
}

bool record_open(struct session *s)
{
	if (!s->config->record)
		return true;
	s->recorder = begin(s, s->config->record, &s->link->err);
	if (!s->recorder)
		return false;
	s->recorder->wanted = true;
	session_show_as_set(s);
	return true;
}

/* Of each connection that is open. */
static void for_all(struct session *s, void (*f)(struct session *))
{
	struct link *before = s->link;

	for (size_t i = 0; session_select(s, i); i++)
		if (s->link->net && s->link->stage == LINK_OPEN &&
			s->link->opened) {
			f(s);
			session_show_as_set(s);
		}
	s->link = before;
}

static void tell_left_out(struct session *s)
{
	struct recorder *r = s->recorder;

	if (!r->left_out || r->left_out_told)
		return;
	r->left_out_told = true;
	session_say(s, STYLE_ERROR,
		"recording to %s: raw frames and what breaks the protocol have "
		"no place in a HAR and are left out (jsonl has them)",
		record_path(s));
}

static void stop(struct session *s)
{
	struct recorder *r = s->recorder;

	if (!r)
		return;
	tell_left_out(s);
	s->recorder = NULL;
	for_all(s, record_end);
	record_file_write(&r->file);
	record_file_close(&r->file);
	free(r);
}

bool record_switch(struct session *s, const char *path)
{
	struct err err = { 0 };
	struct recorder *r = NULL;

	if (path && s->recorder && record_file_is(&s->recorder->file, path))
		return true;
	if (path && (!files_apart(s->config, "/record", path, &err) ||
			    !(r = begin(s, path, &err)))) {
		session_say(s, STYLE_ERROR, "%s", err.line);
		return false;
	}
	stop(s);
	s->recorder = r;
	session_show_as_set(s);
	if (r)
		for_all(s, record_begin);
	return true;
}

const char *record_path(const struct session *s)
{
	return s->recorder->file.path;
}

bool record_turn(struct session *s)
{
	struct recorder *r = s->recorder;

	if (buf_len(&r->file.out) > 0)
		record_file_write(&r->file);
	tell_left_out(s);
	if (!r->file.broken || r->told)
		return false;
	r->told = true;
	if (!r->wanted) {
		session_say(s, STYLE_ERROR, "%s", r->file.err.line);
		record_switch(s, NULL);
		return true;
	}
	session_fail(s, r->file.err.kind, "%s", r->file.err.line);
	session_finish_all(s, ASKED_ENOUGH);
	return true;
}

void record_release(struct session *s)
{
	struct recorder *r = s->recorder;

	if (!r)
		return;
	record_file_write(&r->file);
	if (r->wanted && r->file.broken)
		session_fail(s, r->file.err.kind, "%s", r->file.err.line);
	stop(s);
}
