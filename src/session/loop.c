#define _GNU_SOURCE /* pselect */
#include "session/loop.h"

#include "base/debug.h"
#include "session/away.h"
#include "session/delivery.h"
#include "session/events.h"
#include "session/listen.h"
#include "session/repl.h"
#include "session/session.h"
#include "session/signals.h"
#include "session/timers.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>

enum {
	/* Bytes that are gathered for one write where they come in fast. */
	BATCH = 128 * 1024,
	/* Reads in a turn: signals and timers have their turn in a flood, too. */
	ROUNDS = 16,
	/* What is read where a payload that is not to be read follows. */
	HEAD_ONLY = 4096,
	/* The payload of a full record of TLS. */
	RECORD = 16384,
};

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
			s->stats.out.wire += n;
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

/* --- reading --- */

static bool wants_network(const struct session *s)
{
	return s->net && !s->net_eof && !s->have_event && !s->pipe_full &&
	       buf_room(&s->in) > 0 && buf_room(&s->text) >= PRINTER_RESERVE;
}

static void lose_network(struct session *s, const struct err *err)
{
	s->net_broken = s->net_eof = true;
	snprintf(s->lost_why, sizeof(s->lost_why), "%.*s",
		(int)sizeof(s->lost_why) - 1, err->line);
}

/* Reads once; gives back what came of it. */
static enum io_status read_once(struct session *s, size_t room)
{
	size_t n = 0;
	struct err err = { 0 };
	enum io_status status = transport_read(
		s->net, buf_reserve(&s->in, room), room, &n, &err);

	switch (status) {
	case IO_OK:
		buf_commit(&s->in, n);
		s->stats.in.wire += n;
		s->more_waits = n == room;
		break;
	case IO_WANT_READ:
		break;
	case IO_WANT_WRITE:
		s->read_wants_write = true;
		break;
	case IO_ERROR:
		lose_network(s, &err);
		break;
	case IO_EOF:
		s->net_eof = true;
		break;
	}
	return status;
}

static bool read_network(struct session *s)
{
	size_t room = buf_room(&s->in);

	if (delivery_splice(s))
		return true;
	/* The next large payload's header will do. */
	if (s->spliced && room > HEAD_ONLY)
		room = HEAD_ONLY;
	s->spliced = s->read_wants_write = s->more_waits = false;
	switch (read_once(s, room)) {
	case IO_OK:
		break;
	case IO_EOF:
	case IO_ERROR:
		return true;
	case IO_WANT_READ:
	case IO_WANT_WRITE:
		/* A record of TLS may come a byte at a time. */
		return s->net->secure != NULL;
	}
	/* A pong cannot overtake the frame that it is behind. */
	if (s->conn.in_frame)
		keepalive_excuse(&s->keepalive, s->now_ns);
	/* As many records of TLS as are there are taken together. */
	while (transport_pending(s->net) > 0 && buf_room(&s->in) >= RECORD &&
		read_once(s, buf_room(&s->in)) == IO_OK)
		;
	return true;
}

/* Whether it pays to read on before anything is written: more is there, and
 * one large write costs less than many. */
static bool reads_on(const struct session *s)
{
	return wants_network(s) && buf_len(&s->text) < BATCH &&
	       !delivery_wants_splice(s) &&
	       (s->more_waits || transport_pending(s->net) > 0);
}

/* --- one turn without the kernel's news --- */

/* Said at once: the connection may go on for long. What was typed is only
 * refused; other input ends there. */
static void tell_bad_input(struct session *s)
{
	session_say(s, STYLE_ERROR, "%s", s->input.err.line);
	if (s->repl) {
		input_forgive(&s->input);
		if (s->outgoing.busy == SENDER_INPUT) {
			session_say(s, STYLE_ERROR,
				"its message has begun and can't be finished: "
				"closing");
			session_finish(s, ASKED_END);
		}
		return;
	}
	if (s->err.kind == ERR_NONE) {
		s->err = s->input.err;
		s->err_said = true;
	}
	s->input.err.line[0] = 0;
}

/* What the input asks for besides what it sends. */
static void heed_input(struct session *s)
{
	struct input *i = &s->input;

	if (i->err.line[0])
		tell_bad_input(s);
	if (i->close_asked && s->asked == ASKED_NOTHING)
		session_close(s, ASKED_END, i->close_code, i->close_reason);
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

/* Without a connection there is only the screen. */
static bool work_idle(struct session *s)
{
	bool moved = delivery_write(s);

	moved = page_turn(s) || moved;
	timers_run(s);
	return moved;
}

/* Moves what can be moved, until nothing does. Gives back whether anything
 * did. */
static bool work(struct session *s)
{
	if (!s->net)
		return work_idle(s);

	bool moved, any = false;
	int rounds = 0;

	do {
		moved = input_pump(&s->input, &s->outgoing);
		if (moved)
			s->quiet_since_ns = s->now_ns;
		moved = events_pump(s) || moved;
		heed_input(s);
		timers_run(s);
		outgoing_answer(&s->outgoing);
		moved = write_network(s) || moved;
		if (rounds++ < ROUNDS && reads_on(s))
			moved = read_network(s) || moved;
		else
			moved = delivery_write(s) || page_turn(s) || moved;
		any = any || moved;
	} while (moved);
	finish_sending(s);
	if (s->net_eof && !s->have_event && !s->lost_said && !page_waits(s)) {
		s->lost_said = true;
		events_lost(s);
		delivery_write(s);
		page_turn(s);
	}
	return any;
}

static bool over(const struct session *s)
{
	bool shown = printer_ready(&s->printer) == 0 || s->output_broken;

	/* What an editor has in hand is wanted back, and what is for the
	 * pager is to be seen. */
	if ((away(s) || (page_waits(s) && !s->output_broken)) &&
		s->asked != ASKED_ABORT)
		return false;
	if (!s->net)
		return s->connect_asked || s->asked != ASKED_NOTHING ||
		       s->idle_until.at_ns <= s->now_ns;
	if (timers_closing_over(s))
		return shown || s->asked == ASKED_ABORT || s->connect_asked ||
		       s->quit;
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

/* The descriptor that is to be read for more to send; -1 for none. */
static int input_wanted(const struct session *s)
{
	if (!s->net || s->asked != ASKED_NOTHING ||
		!ws_conn_may_send(&s->conn) || s->net_broken)
		return -1;
	return input_fd(&s->input, &s->outgoing);
}

/* Whether a reader of standard output that goes away ends it all; while it is
 * ending anyway, only what can't be written does. */
static bool watches_reader(const struct session *s)
{
	return s->output.pipe && !s->output_broken && !s->peer_closed &&
	       s->asked == ASKED_NOTHING;
}

static void set_interests(struct session *s, struct turn *t)
{
	int input = input_wanted(s);

	FD_ZERO(&t->reads);
	FD_ZERO(&t->writes);
	t->top = -1;
	if (wants_network(s))
		want(t, s->read_wants_write ? &t->writes : &t->reads,
			s->net->fd);
	if (s->net && s->write_blocked && buf_len(&s->out) > 0 &&
		!s->net_broken)
		want(t, s->write_wants_read ? &t->reads : &t->writes,
			s->net->fd);
	if (input >= 0)
		want(t, &t->reads, input);
	if (repl_wants_read(s))
		want(t, &t->reads, 0);
	if (timers_output_blocked(s))
		want(t, &t->writes, s->output.fd);
	/* Its reader's leaving is seen at once, not at the next message. */
	else if (watches_reader(s))
		want(t, &t->reads, s->output.fd);
	t->top = listen_interests(s, &t->reads, t->top);
}

static const struct timespec *sleep_time(
	const struct session *s, struct timespec *ts)
{
	struct deadline d = timers_next(s);
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

static void read_input(struct session *s)
{
	input_read(&s->input);
	/* The wait counts from the input's end. */
	if (input_ended(&s->input))
		s->quiet_since_ns = s->now_ns;
}

static void take_signal(struct session *s, int number)
{
	switch (number) {
	case SIGWINCH:
	case SIGTSTP:
	case SIGCHLD:
		repl_signal(s, number);
		return;
	case SIGINT:
		/* It was for the program that has the terminal. */
		if (away(s))
			return;
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
	int number, input;

	while ((number = signals_take()) != 0) {
		take_signal(s, number);
		any = true;
	}
	if (s->net && FD_ISSET(s->net->fd,
			      s->write_wants_read ? &t->reads : &t->writes))
		s->write_blocked = s->write_wants_read = false;
	if (wants_network(s) &&
		(FD_ISSET(s->net->fd, &t->reads) ||
			(s->read_wants_write &&
				FD_ISSET(s->net->fd, &t->writes)) ||
			transport_pending(s->net) > 0))
		any = read_network(s) || any;
	input = input_wanted(s);
	if (input >= 0 && FD_ISSET(input, &t->reads)) {
		read_input(s);
		any = true;
	}
	if (repl_pending(s) || (FD_ISSET(0, &t->reads) && repl_wants_read(s))) {
		repl_read(s);
		any = true;
	}
	if (FD_ISSET(s->output.fd, &t->writes))
		s->output.waiting = s->pipe_full = false;
	if (watches_reader(s) && FD_ISSET(s->output.fd, &t->reads) &&
		output_gone(&s->output)) {
		delivery_break(s, EPIPE);
		any = true;
	}
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
	repl_show(s);
	meter_begin(s);
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
	meter_end(s);
	/* A client's prompt goes on to the next connection. */
	if (s->repl && !s->config->listen)
		return;
	repl_close(s);
	signals_release();
}
