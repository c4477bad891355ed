#define _GNU_SOURCE /* pselect */
#include "session/loop.h"

#include "base/debug.h"
#include "session/events.h"
#include "session/listen.h"
#include "session/repl.h"
#include "session/session.h"
#include "session/signals.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

enum { CLOSE_WAIT_MS = 5000, ABORT_WAIT_MS = 1000, WAIT_DEFAULT_MS = 1000 };
static const int64_t ns_per_ms = 1000000;

/* --- time --- */

/* Whether something stands in the way that isn't the peer's silence. */
static bool output_blocked(const struct session *s)
{
	return printer_ready(&s->printer) > 0 && s->output.waiting;
}

/* When the peer's silence after the input's end is long enough. */
static struct deadline wait_deadline(const struct session *s)
{
	const struct config *c = s->config;
	int64_t ms = c->wait_ms;

	if (s->asked != ASKED_NOTHING || !ws_conn_may_send(&s->conn) ||
		!input_ended(&s->input))
		return DEADLINE_NEVER;
	if (ms == TIME_UNSET)
		ms = c->echo || c->listen ? TIME_INFINITE : WAIT_DEFAULT_MS;
	if (ms == TIME_INFINITE)
		return DEADLINE_NEVER;
	return (struct deadline){ s->quiet_since_ns + ms * ns_per_ms };
}

/* When the other end has had time enough to end the connection. After our
 * close it is given that long from the latest byte, for what it still sends
 * is wanted; in all other cases nothing more is. */
static struct deadline closing_deadline(const struct session *s)
{
	int64_t from = s->closing_since_ns;
	bool wanted =
		s->asked == ASKED_END && !s->peer_closed && !s->conn.failed;

	if (from == 0)
		return DEADLINE_NEVER;
	if (wanted && s->quiet_since_ns > from)
		from = s->quiet_since_ns;
	return (struct deadline){ from + (s->asked == ASKED_ABORT
							 ? ABORT_WAIT_MS
							 : CLOSE_WAIT_MS) *
						 ns_per_ms };
}

static bool passed(const struct session *s, struct deadline d)
{
	return d.at_ns <= s->now_ns;
}

/* --- writing --- */

static bool write_network(struct session *s)
{
	bool moved = false;

	while (buf_len(&s->out) > 0 && !s->net_broken && !s->write_blocked) {
		struct err err;
		size_t n = 0;

		switch (transport_write(s->net, buf_head(&s->out),
			buf_len(&s->out), &n, &err)) {
		case IO_OK:
			outgoing_wrote(&s->outgoing, n);
			if (s->asked == ASKED_END)
				s->quiet_since_ns = s->now_ns;
			moved = true;
			break;
		case IO_WANT_READ:
			s->write_wants_read = s->write_blocked = true;
			break;
		case IO_WANT_WRITE:
			s->write_blocked = true;
			break;
		case IO_EOF:
		case IO_ERROR:
			/* What the peer said last may still be read. */
			s->net_broken = true;
			break;
		}
	}
	return moved;
}

static void break_output(struct session *s, int error)
{
	s->output_broken = true;
	buf_clear(&s->text);
	printer_wrote(&s->printer);
	if (error == EPIPE)
		s->signal = SIGPIPE;
	else
		session_fail(s, ERR_OUTPUT, "writing standard output: %s",
			strerror(error));
	session_close(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
}

static bool write_output(struct session *s)
{
	size_t ready = printer_ready(&s->printer);

	if (ready == 0 || s->output_broken || s->output.waiting)
		return false;
	repl_hide(s);
	errno = 0;
	if (!output_write(&s->output, &s->text, ready)) {
		break_output(s, errno);
		return true;
	}
	printer_wrote(&s->printer);
	repl_show(s);

	bool moved = printer_ready(&s->printer) < ready;

	if (moved)
		s->quiet_since_ns = s->now_ns;
	return moved;
}

/* --- one turn without the kernel's news --- */

/* Said at once: the connection may go on for long. What was typed is only
 * refused; other input ends there. */
static void tell_bad_input(struct session *s)
{
	session_say(s, STYLE_ERROR, "%s", s->input.err.line);
	if (!s->repl && s->err.kind == ERR_NONE)
		s->err.kind = s->input.err.kind;
	if (s->repl)
		s->input.err.kind = ERR_NONE;
	s->input.err.line[0] = 0;
}

static void run_timers(struct session *s)
{
	if (s->input.err.line[0])
		tell_bad_input(s);
	/* Pongs in out don't count: pings do not extend the wait. */
	if (output_blocked(s) ||
		(s->asked == ASKED_NOTHING && input_ended(&s->input) &&
			outgoing_unsent(&s->outgoing) > 0))
		s->quiet_since_ns = s->now_ns;
	if (passed(s, wait_deadline(s)) ||
		(s->config->wait_ms == 0 && s->asked == ASKED_NOTHING &&
			input_ended(&s->input)))
		session_finish(s, ASKED_END);
}

/* All has been said: the server ends the TCP connection, and so does who
 * found a fault (RFC 6455 7.1.1, 7.1.7). */
static void finish_sending(struct session *s)
{
	if (s->fin_sent || !ws_conn_closed(&s->conn) || buf_len(&s->out) > 0)
		return;
	if (s->conn.role == WS_CLIENT && !s->conn.failed)
		return;
	transport_shutdown(s->net);
	s->fin_sent = true;
}

/* Moves what can be moved, until nothing does. Gives back whether anything
 * did. */
static bool work(struct session *s)
{
	bool moved, any = false;

	do {
		moved = input_pump(&s->input, &s->outgoing);
		if (moved)
			s->quiet_since_ns = s->now_ns;
		moved = events_pump(s) || moved;
		run_timers(s);
		outgoing_answer(&s->outgoing);
		moved = write_network(s) || moved;
		moved = write_output(s) || moved;
		any = any || moved;
	} while (moved);
	finish_sending(s);
	if (s->net_eof && !s->have_event && !s->lost_said) {
		s->lost_said = true;
		events_lost(s);
		write_output(s);
	}
	return any;
}

static bool over(const struct session *s)
{
	bool shown = printer_ready(&s->printer) == 0 || s->output_broken;

	if (passed(s, closing_deadline(s)))
		return shown || s->asked == ASKED_ABORT;
	return s->net_eof && !s->have_event && shown;
}

/* --- the kernel's news --- */

struct turn {
	fd_set reads, writes;
	int top;
};

static void want(struct turn *t, fd_set *set, int fd)
{
	FD_SET(fd, set);
	if (fd > t->top)
		t->top = fd;
}

static bool wants_network(const struct session *s)
{
	return !s->net_eof && !s->have_event && buf_room(&s->in) > 0 &&
	       buf_room(&s->text) >= PRINTER_RESERVE;
}

static bool wants_input(const struct session *s)
{
	return s->asked == ASKED_NOTHING && ws_conn_may_send(&s->conn) &&
	       !s->net_broken && input_wants_read(&s->input);
}

static void set_interests(struct session *s, struct turn *t)
{
	FD_ZERO(&t->reads);
	FD_ZERO(&t->writes);
	t->top = -1;
	if (wants_network(s))
		want(t, s->read_wants_write ? &t->writes : &t->reads,
			s->net->fd);
	if (s->write_blocked && buf_len(&s->out) > 0 && !s->net_broken)
		want(t, s->write_wants_read ? &t->reads : &t->writes,
			s->net->fd);
	if (wants_input(s))
		want(t, &t->reads, s->input.fd);
	if (repl_wants_read(s))
		want(t, &t->reads, 0);
	if (output_blocked(s))
		want(t, &t->writes, s->output.fd);
	t->top = listen_interests(s, &t->reads, t->top);
}

static const struct timespec *sleep_time(
	const struct session *s, struct timespec *ts)
{
	struct deadline d =
		deadline_first(wait_deadline(s), closing_deadline(s));
	int64_t left = d.at_ns - s->now_ns;

	if (repl_pending(s) ||
		(wants_network(s) && transport_pending(s->net) > 0))
		left = 0;
	else if (d.at_ns == DEADLINE_NEVER.at_ns)
		return NULL;
	if (left < 0)
		left = 0;
	*ts = (struct timespec){ .tv_sec = (time_t)(left / 1000000000),
		.tv_nsec = (long)(left % 1000000000) };
	return ts;
}

static bool read_network(struct session *s)
{
	size_t room = buf_room(&s->in), n = 0;
	struct err err = { 0 };

	s->read_wants_write = false;
	switch (transport_read(
		s->net, buf_reserve(&s->in, room), room, &n, &err)) {
	case IO_OK:
		buf_commit(&s->in, n);
		return true;
	case IO_WANT_READ:
		break;
	case IO_WANT_WRITE:
		s->read_wants_write = true;
		break;
	case IO_ERROR:
		s->net_broken = true;
		snprintf(s->lost_why, sizeof(s->lost_why), "%.*s",
			(int)sizeof(s->lost_why) - 1, err.line);
		s->net_eof = true;
		return true;
	case IO_EOF:
		s->net_eof = true;
		return true;
	}
	/* A TLS record may come a byte at a time. */
	return s->net->secure != NULL;
}

static void read_input(struct session *s)
{
	input_read(&s->input);
	/* The wait counts from the input's end. */
	if (s->input.fd < 0)
		s->quiet_since_ns = s->now_ns;
}

static void take_signal(struct session *s, int number)
{
	switch (number) {
	case SIGWINCH:
	case SIGTSTP:
		repl_signal(s, number);
		return;
	case SIGINT:
		if (s->repl && ++s->interrupts < 2) {
			repl_signal(s, number);
			return;
		}
		break;
	default:
		break;
	}
	/* A second one ends it at once. */
	if (s->signal && s->asked == ASKED_ABORT)
		s->quit_now = true;
	if (s->repl && number == SIGINT)
		s->quit_now = true;
	s->signal = number;
	session_close(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
}

/* Gives back whether anything came. */
static bool take_news(struct session *s, struct turn *t)
{
	bool any = false;
	int number;

	while ((number = signals_take()) != 0) {
		take_signal(s, number);
		any = true;
	}
	if (FD_ISSET(s->net->fd, s->write_wants_read ? &t->reads : &t->writes))
		s->write_blocked = s->write_wants_read = false;
	if (wants_network(s) &&
		(FD_ISSET(s->net->fd, &t->reads) ||
			(s->read_wants_write &&
				FD_ISSET(s->net->fd, &t->writes)) ||
			transport_pending(s->net) > 0))
		any = read_network(s) || any;
	if (s->input.fd >= 0 && FD_ISSET(s->input.fd, &t->reads) &&
		wants_input(s)) {
		read_input(s);
		any = true;
	}
	if (repl_pending(s) || (FD_ISSET(0, &t->reads) && repl_wants_read(s))) {
		repl_read(s);
		any = true;
	}
	if (FD_ISSET(s->output.fd, &t->writes))
		s->output.waiting = false;
	return any;
}

/* A loop that goes round without getting anywhere burns a processor and does
 * no other harm, so that nobody would notice. */
static void check_progress(unsigned *idle, bool moved, int ready)
{
	enum { IDLE_MAX = 20 };

	*idle = moved || ready <= 0 ? 0 : *idle + 1;
	if (DEBUG_BUILD)
		assert(*idle < IDLE_MAX);
}

void loop_run(struct session *s)
{
	unsigned idle = 0;
	struct turn turn;

	FD_ZERO(&turn.reads);
	signals_hold(s->repl);
	repl_open(s);
	for (;;) {
		struct timespec ts;
		int ready;
		bool moved;

		s->now_ns = clock_now_ns();
		moved = work(s);
		/* Only now is it known whether the client is still there. */
		moved = listen_refuse(s, &turn.reads) || moved;
		if (s->quit_now || over(s))
			break;
		set_interests(s, &turn);
		ready = pselect(turn.top + 1, &turn.reads, &turn.writes, NULL,
			sleep_time(s, &ts), signals_open());
		if (ready < 0) {
			assert(errno == EINTR);
			FD_ZERO(&turn.reads);
			FD_ZERO(&turn.writes);
		}
		s->now_ns = clock_now_ns();
		moved = take_news(s, &turn) || moved;
		check_progress(&idle, moved, ready);
	}
	repl_close(s);
	signals_release();
}
