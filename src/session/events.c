#include "session/events.h"

#include "session/delivery.h"
#include "session/misbehave.h"
#include "session/pinger.h"
#include "session/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Longer messages may be worth a way of their own. */
enum { SHORT_MAX = 4096 };

static const char *peer(const struct session *s)
{
	return s->link->conn.role == WS_CLIENT ? "the server" : "the client";
}

/* Of the records that were read, those that the peer will not get. */
static uint64_t count_held(const struct session *s)
{
	if (s->repl || s->config->echo)
		return 0;
	return input_held(s->link->input) + outgoing_unsent(&s->link->outgoing);
}

static bool dropping(const struct session *s)
{
	return s->output_broken || s->link->asked >= ASKED_ENOUGH ||
	       s->config->ping;
}

/* A message has come in whole, and was passed on. */
static void count_message(struct session *s)
{
	if (s->link->stats.phases.first_message == 0)
		s->link->stats.phases.first_message = s->now_ns;
	s->link->stats.in.binary += s->link->event.opcode == WS_BINARY;
	s->messages++;
	s->link->messages++;
	input_heard(s->link->input);
	if (s->clients.several)
		input_heard(&s->input);
	if (s->link->matches || s->messages == s->config->max_messages)
		session_finish_all(s, ASKED_ENOUGH);
	s->matched = s->matched || s->link->matches;
	if (s->link->gathering)
		gather_clear(&s->link->gather);
	if (s->link->gathering != s->whole) {
		s->link->gathering = s->whole;
		session_show_as_set(s);
	}
}

/* The common case: a short whole message that is printed, and no more. False
 * for another; nothing was done then. */
static inline bool pass_short(struct session *s)
{
	const struct ws_event *ev = &s->link->event;

	if (ev->type != WS_EVENT_DATA || s->whole || s->torn ||
		s->config->echo || ev->len > SHORT_MAX || dropping(s) ||
		!printer_message(&s->printer, ev))
		return false;
	s->link->quiet_since_ns = s->now_ns;
	s->bytes_in += ev->len;
	s->link->bytes_in += ev->len;
	count_message(s);
	return true;
}

static bool print(struct session *s)
{
	size_t before = buf_len(&s->text);
	bool done = printer_data(
		&s->printer, &s->link->event, &s->link->printed_at);

	page_take(s, before, done && s->link->event.last);
	return done;
}

bool events_may_show(const struct session *s)
{
	const struct link *showing = s->clients.showing;

	return (!showing || showing == s->link) && !s->link->greet_due;
}

static bool show(struct session *s)
{
	bool done = dropping(s);

	if (done && s->clients.showing)
		events_abandon(s);
	done = done || print(s);
	s->clients.showing = s->clients.several && !done ? s->link : NULL;
	return done;
}

/* What was cut off on another connection is not to run into this message. */
static void mend(struct session *s)
{
	s->torn = false;
	if (printer_cut(&s->printer))
		session_say(s, STYLE_ERROR,
			"the message before this one is cut off on standard "
			"output: its connection ended inside it");
}

/* Passes a piece on to its two readers; true once both have all of it. */
static bool pass_data(struct session *s)
{
	struct ws_event *ev = &s->link->event;
	bool shown = !s->link->printed && !dropping(s);

	if (shown && s->torn)
		mend(s);
	if (shown)
		s->link->printed_at +=
			delivery_direct(s, ev->data + s->link->printed_at,
				ev->len - s->link->printed_at);
	if (!s->link->printed)
		s->link->printed = show(s);
	if (shown)
		s->link->in_part = (s->link->in_part || s->link->printed_at) &&
				   !(s->link->printed && ev->last);
	if (!s->link->echoed)
		s->link->echoed = !ws_conn_may_send(&s->link->conn) ||
				  outgoing_put(&s->link->outgoing, SENDER_ECHO,
					  ev->opcode, ev->data, ev->len,
					  ev->last, &s->link->echoed_at);
	if (!s->link->printed || !s->link->echoed)
		return false;
	if (ev->last)
		count_message(s);
	return true;
}

void events_abandon(struct session *s)
{
	size_t before = buf_len(&s->text);

	s->torn = s->torn || s->link->in_part;
	s->link->in_part = false;
	printer_abandon(&s->printer);
	page_take(s, before, true);
}

static void show_control(struct session *s, const char *name)
{
	const struct ws_event *ev = &s->link->event;

	if (ev->len == 0)
		session_say(s, STYLE_CONTROL, "Received %s", name);
	else
		session_say(s, STYLE_CONTROL, "Received %s (data: \"%.*s\")",
			name, (int)ev->len, (const char *)ev->data);
}

static void take_pong(struct session *s)
{
	const struct ws_event *ev = &s->link->event;
	bool ours = keepalive_pong(&s->link->keepalive, ev->data, ev->len);

	if (pinger_pong(s, ev))
		return;
	if (ours && s->link->keepalive.answered == s->link->keepalive.sent)
		stats_trip(&s->link->stats,
			clock_now_ns() - s->link->keepalive.sent_ns);
	if (!ours && s->link->ping_sent_ns && ev->len == s->link->ping_len &&
		memcmp(ev->data, s->link->ping, ev->len) == 0) {
		int64_t ns = clock_now_ns() - s->link->ping_sent_ns;

		s->link->ping_sent_ns = 0;
		stats_trip(&s->link->stats, ns);
		session_say(s, STYLE_CONTROL, "Pong after %.3f ms",
			(double)ns / 1e6);
	} else if (s->show_ping_pong) {
		show_control(s, "pong");
	}
}

static void take_close(struct session *s)
{
	const struct ws_event *ev = &s->link->event;
	uint64_t held = count_held(s);

	s->link->peer_closed = true;
	s->link->peer_code = ev->code;
	memcpy(s->link->peer_reason, ev->data, ev->len);
	if (s->config->replay_check)
		replay_check_event(s);
	s->link->peer_reason[ev->len] = 0;
	s->link->closing_since_ns = clock_now_ns();
	events_abandon(s);
	if (s->link->asked >= ASKED_ENOUGH)
		return;
	if (held)
		session_fail(s, ERR_SEND,
			"%s closed with %u (%s) before %" PRIu64
			" message%s could be sent%s%s",
			peer(s), ev->code, ws_close_name(ev->code), held,
			held == 1 ? "" : "s", ev->len ? ": " : "",
			s->link->peer_reason);
	else if (ws_close_is_error(ev->code) &&
		 !replay_check_expects_close(s) &&
		 (s->link->asked == ASKED_NOTHING ||
			 ev->code != s->link->our_code))
		session_fail(s, ERR_CLOSED, "%s closed with %u (%s)%s%s",
			peer(s), ev->code, ws_close_name(ev->code),
			ev->len ? ": " : "", s->link->peer_reason);
}

static void take_fault(struct session *s)
{
	const struct ws_event *ev = &s->link->event;

	s->link->our_code = ev->code;
	s->link->closing_since_ns = clock_now_ns();
	events_abandon(s);
	if (ev->code == WS_CLOSE_TOO_BIG)
		session_fail(s, ERR_PROTOCOL,
			"%s sent a message of more than %" PRIu64
			" bytes (--max-message); closed with %u",
			peer(s), s->link->conn.max_message, ev->code);
	else
		session_fail(s, ERR_PROTOCOL,
			"%s broke the protocol: %s; closed with %u", peer(s),
			ev->why, ev->code);
}

/* What needs a whole message gets one: its pieces are put together. False
 * while it is not whole. */
static bool make_whole(struct session *s)
{
	struct ws_event *ev = &s->link->event;
	struct gather *g = &s->link->gather;

	if (ev->first && ev->last)
		return true;
	if (ev->first)
		gather_clear(g);
	if (!gather_add(g, ev->data, ev->len)) {
		session_fail(s, ERR_PROTOCOL,
			"a message of more than %zu bytes does not fit into "
			"memory (--max-message); closed with %u",
			g->len, WS_CLOSE_TOO_BIG);
		session_close(s, ASKED_ABORT, WS_CLOSE_TOO_BIG, NULL);
		gather_clear(g);
		return false;
	}
	if (!ev->last)
		return false;
	ev->data = g->mem;
	ev->len = g->len;
	ev->first = true;
	return true;
}

/* The matcher writes a NUL behind the text for a moment: each place that a
 * whole message can be in has a byte to spare. */
static bool matches(struct session *s)
{
	return s->config->until && !dropping(s) &&
	       until_matches(s->config->until, (uint8_t *)s->link->event.data,
		       s->link->event.len);
}

static void take_data(struct session *s)
{
	s->link->quiet_since_ns = s->now_ns;
	s->bytes_in += s->link->event.len;
	s->link->bytes_in += s->link->event.len;
	if (s->link->event.first)
		s->link->gathering = s->whole;
	if (s->link->gathering && !make_whole(s))
		return;
	if (s->link->record)
		record_event(s);
	if (s->config->replay_check)
		replay_check_event(s);
	s->link->matches = matches(s);
	s->link->have_event = true;
	s->link->printed = false;
	s->link->printed_at = s->link->echoed_at = 0;
	s->link->echoed = !s->config->echo;
}

/* False where there is no event. */
static bool take(struct session *s)
{
	const struct ws_event *ev = &s->link->event;

	if (ev->type == WS_EVENT_NONE)
		return false;
	if (s->stamped)
		session_stamp(s);
	s->printer.client = session_client(s);
	if (s->link->record && ev->type != WS_EVENT_DATA)
		record_event(s);
	switch (ev->type) {
	case WS_EVENT_NONE:
		break;
	case WS_EVENT_DATA:
		take_data(s);
		break;
	case WS_EVENT_PING:
		if (!dropping(s))
			printer_control(&s->printer, ev);
		if (s->show_ping_pong)
			show_control(s, "ping");
		misbehave_withhold(s);
		outgoing_answer(&s->link->outgoing);
		break;
	case WS_EVENT_PONG:
		if (!dropping(s))
			printer_control(&s->printer, ev);
		take_pong(s);
		break;
	case WS_EVENT_CLOSE:
		if (!dropping(s))
			printer_control(&s->printer, ev);
		take_close(s);
		break;
	case WS_EVENT_FAIL:
		take_fault(s);
		break;
	}
	return true;
}

bool events_pump(struct session *s)
{
	bool moved = false;

	while (events_may_show(s)) {
		if (s->link->have_event) {
			size_t before =
				s->link->printed_at + s->link->echoed_at;
			bool done = pass_data(s);

			moved = moved || done ||
				s->link->printed_at + s->link->echoed_at >
					before;
			if (!done)
				return moved;
			s->link->have_event = false;
		}
		/* Lines about pings need room too. */
		if (buf_room(&s->text) < PRINTER_RESERVE || page_waits(s))
			break;
		ws_conn_next(&s->link->conn, &s->link->in, &s->link->event);
		if (!pass_short(s) && !take(s))
			return moved;
		moved = true;
	}
	s->clients.held = true;
	return moved;
}

/* The latest messages that were written and did not get there: told by the
 * system of a connection that broke. */
static unsigned count_unacknowledged(const struct session *s)
{
	return s->link->net_broken
		       ? outgoing_latest(&s->link->outgoing,
				 transport_unacknowledged(s->link->net))
		       : 0;
}

static void fail_unarrived(struct session *s, const char *why, unsigned n)
{
	session_fail(s, ERR_SEND, "%s, before %s%u message%s had arrived", why,
		n == OUTGOING_ENDS ? "at least " : "", n, n == 1 ? "" : "s");
}

void events_untaken(struct session *s, unsigned n, int seconds)
{
	char why[64];

	snprintf(why, sizeof(why), "%s took nothing more for %d s", peer(s),
		seconds);
	fail_unarrived(s, why, n);
}

void events_lost(struct session *s)
{
	uint64_t held = count_held(s);
	unsigned unacknowledged = count_unacknowledged(s);
	char fin[80];
	const char *why = s->link->lost_why;

	events_abandon(s);
	if (s->link->peer_closed || s->link->conn.failed ||
		s->link->asked >= ASKED_ENOUGH)
		return;
	/* No close frame for an answer, after all that was asked; but what
	 * was cut off in the middle of a message is lost, and what never
	 * arrived is, too. */
	if (s->link->asked == ASKED_END && buf_len(&s->link->out) == 0 &&
		!s->link->conn.in_message && unacknowledged == 0)
		return;
	if (!why[0]) {
		snprintf(fin, sizeof(fin),
			"connection lost: %s hung up without a close frame",
			peer(s));
		why = fin;
	}
	if (held)
		session_fail(s, s->link->net_broken ? ERR_SEND : ERR_LOST,
			"%s, before %" PRIu64 " message%s could be sent", why,
			held, held == 1 ? "" : "s");
	else if (unacknowledged && s->link->asked == ASKED_END)
		fail_unarrived(s, why, unacknowledged);
	else
		session_fail(s, ERR_LOST, "%s", why);
}
