#define _GNU_SOURCE /* pselect */
#include "session/loop.h"

#include "base/debug.h"
#include "session/away.h"
#include "session/command.h"
#include "session/command_raw.h"
#include "session/delivery.h"
#include "session/events.h"
#include "session/listen.h"
#include "session/misbehave.h"
#include "session/network.h"
#include "session/pinger.h"
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

/* Rounds in a turn: signals and timers have their turn in a flood, too. */
enum { ROUNDS = 16 };

/* --- one turn without the kernel's news --- */

/* Said at once: the connection may go on for long. What was typed is only
 * refused; other input ends there. */
static void tell_bad_input(struct session *s)
{
	session_say(s, STYLE_ERROR, "%s", s->link->input->err.line);
	if (s->repl) {
		input_forgive(s->link->input);
		if (s->link->outgoing.busy == SENDER_INPUT) {
			session_say(s, STYLE_ERROR,
				"its message has begun and can't be finished: "
				"closing");
			session_finish(s, ASKED_END);
		}
		return;
	}
	if (s->link->err.kind == ERR_NONE) {
		s->link->err = s->link->input->err;
		s->link->err_said = true;
	}
	s->link->input->err.line[0] = 0;
}

/* What the input asks for besides what it sends. */
static void heed_input(struct session *s)
{
	struct input *i = s->link->input;

	if (i->err.line[0])
		tell_bad_input(s);
	command_run_input(s, i);
	if (i->close_asked && s->link->asked == ASKED_NOTHING)
		session_close(s, ASKED_END, i->close_code, i->close_reason);
}

/* All has been said: the server ends the TCP connection, and so does who
 * found a fault (RFC 6455 7.1.1, 7.1.7). */
static void finish_sending(struct session *s)
{
	if (s->link->fin_sent || !ws_conn_closed(&s->link->conn) ||
		buf_len(&s->link->out) > 0)
		return;
	if (s->link->conn.role == WS_CLIENT && !s->link->conn.failed)
		return;
	transport_shutdown(s->link->net);
	s->link->fin_sent = true;
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
static bool work_link(struct session *s)
{
	bool moved, any = false;
	int rounds = 0;

	do {
		moved = input_pump(s->link->input, &s->link->outlet);
		if (moved)
			s->link->quiet_since_ns = s->now_ns;
		moved = events_pump(s) || moved;
		heed_input(s);
		timers_run(s);
		moved = raw_turn(s) || moved;
		moved = misbehave_run(s) || moved;
		outgoing_answer(&s->link->outgoing);
		moved = network_write(s) || moved;
		if (rounds++ < ROUNDS && network_reads_on(s))
			moved = network_read(s) || moved;
		else
			moved = delivery_write(s) || page_turn(s) || moved;
		any = any || moved;
	} while (moved);
	finish_sending(s);
	if (s->link->net_eof && !s->link->have_event && !s->link->lost_said &&
		!page_waits(s) && events_may_show(s)) {
		s->link->lost_said = true;
		events_lost(s);
		delivery_write(s);
		page_turn(s);
	}
	return any;
}

/* The same for all connections, and for what comes and goes. */
static bool work_once(struct session *s)
{
	bool any = false, open = false;

	for (size_t i = 0; session_select(s, i); i++) {
		struct link *l = s->link;

		if (!l->net)
			continue;
		open = open || l->stage == LINK_OPEN;
		any = (l->stage == LINK_OPEN ? work_link(s) : listen_step(s)) ||
		      any;
	}
	return (!open && work_idle(s)) || any;
}

/* What a listener put into their buffers is to go before the sleep. */
static bool work(struct session *s)
{
	bool any = work_once(s);

	while (listen_turn(s)) {
		work_once(s);
		any = true;
	}
	return any;
}

bool loop_link_over(const struct session *s)
{
	bool shown = printer_ready(&s->printer) == 0 || s->output_broken;

	if (timers_closing_over(s))
		return shown || s->link->asked == ASKED_ABORT ||
		       s->connect_asked || s->quit;
	return s->link->net_eof && !s->link->have_event && shown &&
	       (s->link->lost_said || page_waits(s));
}

static bool over(const struct session *s)
{
	/* What an editor has in hand is wanted back, and what is for the
	 * pager is to be seen. */
	if ((away(s) || (page_waits(s) && !s->output_broken)) &&
		session_asked(s) != ASKED_ABORT)
		return false;
	if (s->listener >= 0)
		return listen_over(s);
	if (!s->link->net)
		return s->connect_asked || s->link->asked != ASKED_NOTHING ||
		       s->idle_until.at_ns <= s->now_ns;
	return loop_link_over(s);
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
	if (!s->link->net || ((s->link->asked != ASKED_NOTHING ||
				      !ws_conn_may_send(&s->link->conn) ||
				      s->link->net_broken) &&
				     !raw_goes_on(s)))
		return -1;
	return input_fd(s->link->input, &s->link->outlet);
}

/* Whether a reader of standard output that goes away ends it all; while it is
 * ending anyway, only what can't be written does. */
static bool watches_reader(const struct session *s)
{
	return s->output.pipe && !s->output_broken && !s->link->peer_closed &&
	       session_asked(s) == ASKED_NOTHING;
}

/* Of a connection. */
static void set_link_interests(const struct session *s, struct turn *t)
{
	const struct link *l = s->link;
	int input;

	if (!l->net)
		return;
	if (l->stage == LINK_WAITING ||
		(l->stage != LINK_OPEN && misbehave_waits(s)))
		return;
	if (l->stage != LINK_OPEN) {
		want(t,
			l->stage_wants == IO_WANT_WRITE ? &t->writes
							: &t->reads,
			l->net->fd);
		return;
	}
	if (network_wanted(s))
		want(t, l->read_wants_write ? &t->writes : &t->reads,
			l->net->fd);
	if (l->write_blocked && buf_len(&l->out) > 0 && !l->net_broken)
		want(t, l->write_wants_read ? &t->reads : &t->writes,
			l->net->fd);
	input = input_wanted(s);
	if (input >= 0)
		want(t, &t->reads, input);
}

static void set_interests(struct session *s, struct turn *t)
{
	FD_ZERO(&t->reads);
	FD_ZERO(&t->writes);
	t->top = -1;
	for (size_t i = 0; session_select(s, i); i++)
		set_link_interests(s, t);
	if (repl_wants_read(s))
		want(t, &t->reads, 0);
	if (timers_output_blocked(s))
		want(t, &t->writes, s->output.fd);
	/* Its reader's leaving is seen at once, not at the next message. */
	else if (watches_reader(s))
		want(t, &t->reads, s->output.fd);
	t->top = listen_interests(s, &t->reads, t->top);
}

/* When there is something to do without any news. */
static int64_t next_ns(struct session *s)
{
	int64_t at = deadline_first(timers_next(s), listen_next(s)).at_ns;

	for (size_t i = 0; session_select(s, i); i++) {
		const struct link *l = s->link;
		int64_t one = l->stage == LINK_OPEN ? timers_next(s).at_ns
						    : l->stage_until.at_ns;

		if (l->net && transport_pending(l->net) > 0 &&
			l->stage != LINK_WAITING &&
			(l->stage != LINK_OPEN || network_wanted(s)))
			return s->now_ns;
		one = deadline_first(
			(struct deadline){ one }, misbehave_deadline(s))
			      .at_ns;
		at = one < at ? one : at;
	}
	return repl_pending(s) ? s->now_ns : at;
}

static const struct timespec *sleep_time(struct session *s, struct timespec *ts)
{
	int64_t at = next_ns(s), left = at - s->now_ns;

	if (at == DEADLINE_NEVER.at_ns)
		return NULL;
	if (left < 0)
		left = 0;
	*ts = (struct timespec){ .tv_sec = (time_t)(left / 1000000000),
		.tv_nsec = (long)(left % 1000000000) };
	return ts;
}

static void read_input(struct session *s)
{
	input_read(s->link->input);
	/* The wait counts from the input's end. */
	if (input_ended(s->link->input))
		s->link->quiet_since_ns = s->now_ns;
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
		if (away(s) || pinger_stop(s))
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
	if (s->signal && session_asked(s) == ASKED_ABORT)
		s->quit_now = true;
	if (s->repl && number == SIGINT)
		s->quit_now = true;
	s->signal = number;
	session_close_all(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
}

/* Of a connection. Gives back whether anything came. */
static bool take_link_news(struct session *s, struct turn *t)
{
	struct link *l = s->link;
	bool any = false;
	int input;

	if (!l->net || l->stage != LINK_OPEN)
		return l->net && (FD_ISSET(l->net->fd, &t->reads) ||
					 FD_ISSET(l->net->fd, &t->writes));
	if (FD_ISSET(l->net->fd, l->write_wants_read ? &t->reads : &t->writes))
		l->write_blocked = l->write_wants_read = false;
	if (network_wanted(s) &&
		(FD_ISSET(l->net->fd, &t->reads) ||
			(l->read_wants_write &&
				FD_ISSET(l->net->fd, &t->writes)) ||
			transport_pending(l->net) > 0))
		any = network_read(s);
	input = input_wanted(s);
	if (input >= 0 && FD_ISSET(input, &t->reads)) {
		read_input(s);
		any = true;
	}
	return any;
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
	for (size_t i = 0; session_select(s, i); i++)
		any = take_link_news(s, t) || any;
	any = listen_news(s, &t->reads) || any;
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
		if (s->recorder && record_turn(s))
			moved = work(s) || moved;
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
