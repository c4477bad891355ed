#include "session/shared.h"

#include "session/command.h"
#include "session/session.h"

/* How long a client may take nothing while others wait for it; and what it is
 * told then (RFC 6455 7.4.1: against the policy). */
enum { STUCK_S = 10, TOO_SLOW = 1008 };
static const int64_t stuck_ns = (int64_t)STUCK_S * 1000000000;

/* --- whom it goes to --- */

void shared_select(struct session *s)
{
	s->link = s->clients.to ? s->clients.to : &s->first;
}

bool shared_to(struct session *s, unsigned number)
{
	struct clients *c = &s->clients;

	if (number == 0) {
		c->to_all = true;
		return true;
	}
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i]->number == number && c->v[i]->opened) {
			c->to = c->v[i];
			c->to_all = false;
			return true;
		}
	return false;
}

void shared_each(struct session *s,
	void (*run)(struct session *s, const char *args), const char *args)
{
	struct clients *c = &s->clients;

	if (s->listener < 0 || !c->to_all || !c->to) {
		run(s, args);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		s->link = c->v[i];
		if (s->link->opened)
			run(s, args);
	}
	s->link = &s->first;
}

static bool takes_input(const struct link *l)
{
	return l->stage == LINK_OPEN && l->opened && !l->net_broken &&
	       ws_conn_may_send(&l->conn);
}

static void set_targets(struct clients *c)
{
	struct outlet *t = &c->outlet;

	t->n = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct link *l = c->v[i];

		if (takes_input(l))
			t->v[t->n++] = (struct outlet_target){
				.o = &l->outgoing,
				.number = l->number,
				.chosen = c->to_all || l == c->to,
			};
	}
}

/* --- what it asks for besides what it sends --- */

/* A fault of it is those clients' that have the start of a message. */
static void close_takers(struct session *s)
{
	struct clients *c = &s->clients;

	for (size_t i = 0; i < c->n; i++) {
		s->link = c->v[i];
		if (s->link->outgoing.busy == SENDER_SHARED)
			session_finish(s, ASKED_END);
	}
	s->link = &s->first;
	outlet_forget(&c->outlet);
}

static void heed_fault(struct session *s)
{
	struct input *in = &s->input;

	session_say(s, STYLE_ERROR, "%s", in->err.line);
	close_takers(s);
	if (s->repl) {
		input_forgive(in);
		return;
	}
	if (s->first.err.kind == ERR_NONE) {
		s->first.err = in->err;
		s->first.err_said = true;
	}
	in->err.line[0] = 0;
}

/* A close that it asks for is that client's which it names, or theirs that it
 * goes to. */
static void heed_close(struct session *s)
{
	struct clients *c = &s->clients;
	struct input *in = &s->input;
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		struct link *l = s->link = c->v[i];
		bool meant = in->close_client ? l->number == in->close_client
					      : c->to_all || l == c->to;

		if (!meant || !takes_input(l))
			continue;
		session_close(s, ASKED_END, in->close_code, in->close_reason);
		any = true;
	}
	s->link = &s->first;
	if (!any)
		c->outlet.missed = in->close_client;
	in->close_asked = false;
}

static bool heed_input(struct session *s)
{
	struct outlet *t = &s->clients.outlet;
	bool closed = s->input.close_asked;

	if (s->input.err.line[0])
		heed_fault(s);
	shared_select(s);
	command_run_input(s, &s->input);
	s->link = &s->first;
	if (closed)
		heed_close(s);
	if (t->missed)
		session_say(s, STYLE_ERROR,
			"there is no client %u: what was for it is dropped",
			t->missed);
	t->missed = 0;
	return closed;
}

/* --- who holds it up --- */

/* Whether there is anything to wait for. */
static bool is_waiting(const struct session *s)
{
	return input_busy(&s->input) || buf_len(&s->line) > 0;
}

static void let_go(struct session *s)
{
	struct link *l = s->link;

	session_say(s, STYLE_ERROR,
		"it took nothing for %d s, while the input waited for it; "
		"closed with %u",
		STUCK_S, TOO_SLOW);
	session_fail(
		s, ERR_TIMEOUT, "the client took nothing for %d s", STUCK_S);
	l->err_said = true;
	session_close(s, ASKED_ABORT, TOO_SLOW, "too slow");
}

/* Of a target: gives back when its patience ends. */
static struct deadline watch(
	struct session *s, const struct outlet_target *target, bool waiting)
{
	struct link *l = s->link;

	if (!waiting || l->stuck_at != l->outgoing.written ||
		!outlet_waits(&s->clients.outlet, SENDER_SHARED, target)) {
		l->stuck_at = l->outgoing.written;
		l->stuck_since_ns = s->now_ns;
		return DEADLINE_NEVER;
	}
	if (s->now_ns - l->stuck_since_ns < stuck_ns)
		return (struct deadline){ l->stuck_since_ns + stuck_ns };
	let_go(s);
	return DEADLINE_NEVER;
}

/* Gives back whether one was let go. */
static bool watch_targets(struct session *s)
{
	struct clients *c = &s->clients;
	bool waiting = is_waiting(s);
	bool any = false;
	size_t at = 0;

	c->patience = DEADLINE_NEVER;
	for (size_t i = 0; i < c->n && at < c->outlet.n; i++) {
		s->link = c->v[i];
		if (&s->link->outgoing != c->outlet.v[at].o)
			continue;
		c->patience = deadline_first(
			c->patience, watch(s, &c->outlet.v[at++], waiting));
		any = any || s->link->our_code == TOO_SLOW;
	}
	s->link = &s->first;
	return any;
}

bool shared_pump(struct session *s)
{
	struct clients *c = &s->clients;
	bool moved;

	if (!c->several)
		return false;
	set_targets(c);
	moved = input_pump(&s->input, &c->outlet);
	moved = watch_targets(s) || moved;
	return heed_input(s) || moved;
}

int shared_fd(const struct session *s)
{
	const struct clients *c = &s->clients;

	if (!c->several || s->ending != ASKED_NOTHING ||
		(c->outlet.n == 0 && !c->outlet.inside))
		return -1;
	return input_fd(&s->input, &c->outlet);
}

void shared_leave(struct session *s, const struct link *l)
{
	struct clients *c = &s->clients;

	if (!s->repl || c->to_all || c->to != l || !input_busy(&s->input))
		return;
	/* A message that others have the start of goes on. */
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i] != l && c->v[i]->outgoing.share.taking)
			return;
	input_restart(&s->input, false, 0);
	outlet_forget(&c->outlet);
	session_say(s, STYLE_ERROR,
		"What was typed for client %u and not sent is dropped.",
		l->number);
}
