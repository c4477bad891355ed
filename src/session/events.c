#include "session/events.h"

#include "session/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *peer(const struct session *s)
{
	return s->conn.role == WS_CLIENT ? "the server" : "the client";
}

/* Of the records that were read, those that the peer will not get. */
static uint64_t count_held(const struct session *s)
{
	if (s->repl || s->config->echo)
		return 0;
	return input_held(&s->input) + outgoing_unsent(&s->outgoing);
}

static bool dropping(const struct session *s)
{
	return s->output_broken || s->asked >= ASKED_ENOUGH;
}

/* Passes a piece on to its two readers; true once both have all of it. */
static bool pass_data(struct session *s)
{
	struct ws_event *ev = &s->event;

	if (!s->printed)
		s->printed = dropping(s) ||
			     printer_data(&s->printer, ev, &s->printed_at);
	if (!s->echoed)
		s->echoed = !ws_conn_may_send(&s->conn) ||
			    outgoing_put(&s->outgoing, SENDER_ECHO, ev->opcode,
				    ev->data, ev->len, ev->last, &s->echoed_at);
	if (!s->printed || !s->echoed)
		return false;
	if (ev->last && ++s->messages == s->config->max_messages)
		session_finish(s, ASKED_ENOUGH);
	return true;
}

static void show_control(struct session *s, const char *name)
{
	const struct ws_event *ev = &s->event;

	if (ev->len == 0)
		session_say(s, STYLE_CONTROL, "Received %s", name);
	else
		session_say(s, STYLE_CONTROL, "Received %s (data: \"%.*s\")",
			name, (int)ev->len, (const char *)ev->data);
}

static void take_pong(struct session *s)
{
	const struct ws_event *ev = &s->event;

	if (s->ping_sent_ns && ev->len == s->ping_len &&
		memcmp(ev->data, s->ping, ev->len) == 0) {
		double ms = (double)(clock_now_ns() - s->ping_sent_ns) / 1e6;

		s->ping_sent_ns = 0;
		session_say(s, STYLE_CONTROL, "Pong after %.3f ms", ms);
	} else if (s->config->show_ping_pong) {
		show_control(s, "pong");
	}
}

static void take_close(struct session *s)
{
	const struct ws_event *ev = &s->event;
	uint64_t held = count_held(s);

	s->peer_closed = true;
	s->peer_code = ev->code;
	memcpy(s->peer_reason, ev->data, ev->len);
	s->peer_reason[ev->len] = 0;
	s->closing_since_ns = clock_now_ns();
	printer_abandon(&s->printer);
	if (s->asked >= ASKED_ENOUGH)
		return;
	if (held)
		session_fail(s, ERR_SEND,
			"%s closed with %u (%s) before %" PRIu64
			" message%s could be sent%s%s",
			peer(s), ev->code, ws_close_name(ev->code), held,
			held == 1 ? "" : "s", ev->len ? ": " : "",
			s->peer_reason);
	else if (ws_close_is_error(ev->code) &&
		 (s->asked == ASKED_NOTHING || ev->code != s->our_code))
		session_fail(s, ERR_CLOSED, "%s closed with %u (%s)%s%s",
			peer(s), ev->code, ws_close_name(ev->code),
			ev->len ? ": " : "", s->peer_reason);
}

static void take_fault(struct session *s)
{
	const struct ws_event *ev = &s->event;

	s->closing_since_ns = clock_now_ns();
	printer_abandon(&s->printer);
	if (ev->code == WS_CLOSE_TOO_BIG)
		session_fail(s, ERR_PROTOCOL,
			"%s sent a message of more than %" PRIu64
			" bytes (--max-message); closed with %u",
			peer(s), s->config->max_message, ev->code);
	else
		session_fail(s, ERR_PROTOCOL,
			"%s broke the protocol: %s; closed with %u", peer(s),
			ev->why, ev->code);
}

/* False where the event has to wait for room. */
static bool take(struct session *s)
{
	switch (s->event.type) {
	case WS_EVENT_NONE:
		return false;
	case WS_EVENT_DATA:
		s->have_event = true;
		s->printed = false;
		s->printed_at = s->echoed_at = 0;
		s->echoed = !s->config->echo;
		s->quiet_since_ns = s->now_ns;
		return true;
	case WS_EVENT_PING:
		if (s->config->show_ping_pong)
			show_control(s, "ping");
		outgoing_answer(&s->outgoing);
		return true;
	case WS_EVENT_PONG:
		take_pong(s);
		return true;
	case WS_EVENT_CLOSE:
		take_close(s);
		return true;
	case WS_EVENT_FAIL:
		take_fault(s);
		return true;
	}
	return false;
}

bool events_pump(struct session *s)
{
	bool moved = false;

	for (;;) {
		if (s->have_event) {
			size_t before = s->printed_at + s->echoed_at;
			bool done = pass_data(s);

			moved = moved || done ||
				s->printed_at + s->echoed_at > before;
			if (!done)
				return moved;
			s->have_event = false;
		}
		/* Lines about pings need room too. */
		if (buf_room(&s->text) < PRINTER_RESERVE)
			return moved;
		ws_conn_next(&s->conn, &s->in, &s->event);
		if (!take(s))
			return moved;
		moved = true;
	}
}

void events_lost(struct session *s)
{
	uint64_t held = count_held(s);
	char fin[80];
	const char *why = s->lost_why;

	printer_abandon(&s->printer);
	if (s->peer_closed || s->conn.failed || s->asked >= ASKED_ENOUGH)
		return;
	/* No close frame for an answer, after all that was asked; but what
	 * was cut off in the middle of a message is lost. */
	if (s->asked == ASKED_END && buf_len(&s->out) == 0 &&
		!s->conn.in_message)
		return;
	if (!why[0]) {
		snprintf(fin, sizeof(fin),
			"connection lost: %s hung up without a close frame",
			peer(s));
		why = fin;
	}
	if (held)
		session_fail(s, s->net_broken ? ERR_SEND : ERR_LOST,
			"%s, before %" PRIu64 " message%s could be sent", why,
			held, held == 1 ? "" : "s");
	else
		session_fail(s, ERR_LOST, "%s", why);
}
