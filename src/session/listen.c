#include "session/listen.h"

#include "net/dial.h"
#include "session/events.h"
#include "session/listener.h"
#include "session/loop.h"
#include "session/serve.h"
#include "session/session.h"
#include "session/shared.h"
#include "session/tracing.h"
#include "ui/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS_DEFAULT = 64 };

/* --- who comes --- */

static void take_out(struct clients *c, size_t i)
{
	c->n--;
	for (; i < c->n; i++)
		c->v[i] = c->v[i + 1];
}

static bool is_leaving(const struct link *l)
{
	return l->net && l->refusal;
}

static bool is_knocking(const struct link *l)
{
	return l->net && !l->refusal && !l->counted;
}

static bool is_served(const struct link *l)
{
	return l->counted && !l->refusal;
}

/* The oldest of a kind of which there are more than most; NULL: there are
 * not. */
static struct link *find_surplus(
	const struct clients *c, bool (*is)(const struct link *l), size_t most)
{
	struct link *oldest = NULL;
	size_t n = 0;

	for (size_t i = c->n; i-- > 0;)
		if (is(c->v[i])) {
			n++;
			oldest = c->v[i];
		}
	return n > most ? oldest : NULL;
}

/* Who was refused has had its answer, and who has asked for nothing keeps
 * others out: the oldest of them go. */
static void make_room(struct session *s)
{
	struct clients *c = &s->clients;
	struct link *l;

	while ((l = find_surplus(c, is_leaving, LEAVING_MAX))) {
		s->link = l;
		serve_drop(s);
	}
	while ((l = find_surplus(c, is_knocking, KNOCKING_MAX - 1))) {
		s->link = l;
		session_fail(s, ERR_NO_ANSWER,
			"it had not sent its request when too many others "
			"came");
		serve_drop(s);
	}
}

/* How many are served, and how many of them will go on being so. */
static size_t count_served(const struct session *s, size_t *staying)
{
	const struct clients *c = &s->clients;
	size_t served = 0;

	*staying = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct link *l = c->v[i];

		if (!is_served(l))
			continue;
		served++;
		*staying += l->asked == ASKED_NOTHING && !l->peer_closed &&
			    !l->conn.failed && !l->net_eof;
	}
	return served;
}

/* Whether clients are accepted: to be served, or to be turned away. */
static bool accepting(const struct session *s)
{
	const struct clients *c = &s->clients;

	return s->listener >= 0 && s->ending == ASKED_NOTHING && !c->broken &&
	       !c->crowded && !(s->config->once && c->done) && c->n < LINKS_MAX;
}

/* What the only client says first may be that it goes. */
static bool may_be_leaving(const struct session *s)
{
	const struct clients *c = &s->clients;

	for (size_t i = 0; c->max == 1 && i < c->n; i++)
		if (is_served(c->v[i]))
			return c->v[i]->net &&
			       transport_wait(c->v[i]->net->fd, IO_WANT_READ,
				       deadline_in_ms(0));
	return false;
}

/* Who comes while one is leaving will be the next. */
enum place listen_place(const struct session *s)
{
	const struct clients *c = &s->clients;
	size_t staying, served = count_served(s, &staying);

	if (s->config->once && (served > 0 || c->done > 0))
		return PLACE_NONE;
	if (served < c->max)
		return PLACE_FREE;
	return staying < c->max || may_be_leaving(s) ? PLACE_SOON : PLACE_NONE;
}

/* What each of several is sent on its own: -x and -f. */
static void init_input(struct session *s, struct link *l)
{
	const struct config *c = s->config;
	struct input_config config = {
		.sends = &c->sends,
		.sender = SENDER_INPUT,
		.fd = -1,
		.binary = c->binary,
		.open_ended = c->echo && c->wait_ms == TIME_UNSET,
		.lockstep = c->lockstep,
	};

	outlet_init_only(&l->outlet, &l->outgoing);
	l->input = s->clients.several ? &l->own : &s->input;
	if (!s->clients.several)
		return;
	session_replay(s, &config.replay);
	/* No file, no memory. */
	if (c->sends.n) {
		uint8_t *memory = malloc(FILE_SIZE);

		if (!memory)
			abort();
		buf_init(&l->file, memory, FILE_SIZE);
	}
	input_init(&l->own, &config, &l->line, &l->file);
}

/* Where descriptors have run out, the next client waits for one to go. */
static void accept_failed(struct session *s, int error)
{
	struct clients *c = &s->clients;
	bool full = error == EMFILE || error == ENFILE;

	s->link = &s->first;
	if (full && c->n > 0) {
		c->crowded = true;
		session_say(s, STYLE_ERROR,
			"no more clients until one goes: %s", strerror(error));
	} else if (full || error == EBADF) {
		c->broken = true;
		session_fail(s, ERR_CONNECT, "accepting a client: %s",
			strerror(error));
	}
}

static bool accept_client(struct session *s)
{
	struct clients *c = &s->clients;
	struct link *l = link_new();
	int fd = dial_accept(s->listener, l->address);

	c->ready = false;
	if (fd < 0) {
		int error = errno;

		link_free(l);
		accept_failed(s, error);
		return false;
	}
	make_room(s);
	c->v[c->n++] = l;
	s->link = l;
	init_input(s, l);
	serve_begin(s, fd);
	return true;
}

/* The first time that it is a question. */
static void tell_target(struct session *s)
{
	struct clients *c = &s->clients;

	if (c->told_to || !s->repl || s->config->quiet || c->open < 2)
		return;
	c->told_to = true;
	s->link = &s->first;
	if (c->to_all)
		session_say(s, STYLE_PLAIN,
			"What is typed goes to all clients (/to 1: to that "
			"one).");
	else
		session_say(s, STYLE_PLAIN,
			"What is typed goes to client %u (/to 2: to that one, "
			"/to all: to all).",
			c->to->number);
}

/* Not in the middle of what another one sent: those are told of later. */
static bool greet_clients(struct session *s)
{
	struct clients *c = &s->clients;
	bool any = false;

	for (size_t i = 0; i < c->n && !c->showing; i++) {
		s->link = c->v[i];
		if (!s->link->greet_due)
			continue;
		s->link->greet_due = false;
		session_greet(s);
		tell_target(s);
		any = true;
	}
	s->link = &s->first;
	return any;
}

/* Its WebSocket is open. */
static void open_client(struct session *s)
{
	struct clients *c = &s->clients;
	struct link *l = s->link;

	c->open++;
	session_begin(s, WS_SERVER);
	if (!c->to)
		c->to = l;
	l->greet_due = true;
	greet_clients(s);
	s->link = l;
	tracing_connect(s);
}

bool listen_step(struct session *s)
{
	bool moved = serve_step(s);

	if (moved && s->link->net && s->link->stage == LINK_OPEN)
		open_client(s);
	s->clients.stepped = s->clients.stepped || moved;
	return moved;
}

/* --- who goes --- */

/* Whether nothing comes after this client. */
static bool is_last(const struct session *s)
{
	return s->config->once || s->signal || s->output_broken ||
	       s->ending != ASKED_NOTHING || s->quit ||
	       s->run_deadline.at_ns <= clock_now_ns();
}

/* One client's fault ends that client, not the listener; but the last one's
 * end is the run's, where that got as far as asking. */
static void settle(struct session *s)
{
	struct link *l = s->link;

	if (l->counted && is_last(s)) {
		if (s->first.err.kind == ERR_NONE) {
			s->first.err = l->err;
			s->first.err_said = l->err_said;
		}
		return;
	}
	session_tell_error(s);
	if (!l->err.line[0] || l->err_said)
		return;
	session_say(s, STYLE_ERROR, "%s", l->err.line);
}

/* The input goes to the oldest that there is. */
static void choose_another(struct session *s)
{
	struct clients *c = &s->clients;

	c->to = NULL;
	for (size_t i = 0; i < c->n && !c->to; i++)
		if (c->v[i]->stage == LINK_OPEN && !c->v[i]->refusal)
			c->to = c->v[i];
	if (c->to && s->repl && !c->to_all)
		session_say(s, STYLE_PLAIN,
			"What is typed goes to client %u now.", c->to->number);
}

/* What it said last is cut off. */
static void end_showing(struct session *s)
{
	if (s->clients.showing != s->link && !s->link->in_part)
		return;
	events_abandon(s);
	s->clients.showing = NULL;
}

/* It was told that there is no place: there is nothing more to tell. */
static bool was_turned_away(const struct link *l)
{
	return l->refusal == SERVE_NO_PLACE;
}

/* The i-th is through. */
static void end_client(struct session *s, size_t i)
{
	struct clients *c = &s->clients;
	struct link *l = s->link;

	end_showing(s);
	if (!was_turned_away(l)) {
		if (l->opened)
			session_part(s);
		if (!l->number)
			l->number = ++c->let_in;
		settle(s);
		c->done += l->counted;
	}
	c->open -= l->opened;
	take_out(c, i);
	if (!c->several && l->opened)
		input_restart(&s->input, false, 0);
	s->link = &s->first;
	shared_leave(s, l);
	if (c->to == l)
		choose_another(s);
	link_free(l);
	c->crowded = false;
}

/* Not in the middle of what another one sent. */
static bool is_through(const struct session *s)
{
	const struct link *l = s->link, *showing = s->clients.showing;

	if (showing && showing != l && s->ending != ASKED_ABORT &&
		!was_turned_away(l))
		return false;
	return !l->net || (l->stage == LINK_OPEN && loop_link_over(s));
}

static bool end_clients(struct session *s)
{
	struct clients *c = &s->clients;
	bool any = false;

	for (size_t i = 0; i < c->n;) {
		s->link = c->v[i];
		if (!is_through(s)) {
			i++;
			continue;
		}
		end_client(s, i);
		any = true;
	}
	s->link = &s->first;
	return any;
}

/* --- the listener --- */

void listen_init(struct session *s)
{
	const struct config *config = s->config;
	struct clients *c = &s->clients;

	c->max = config->max_clients            ? (unsigned)config->max_clients
		 : s->repl || config->broadcast ? CLIENTS_DEFAULT
						: 1;
	c->several = c->max > 1;
	c->to_all = config->broadcast;
	c->patience = DEADLINE_NEVER;
}

void listen_serve(struct session *s)
{
	struct clients *c = &s->clients;

	snprintf(s->why_not, sizeof(s->why_not), "no client is connected");
	if (listener_open(s))
		loop_run(s);
	s->link = &s->first;
	while (c->n > 0)
		link_free(c->v[--c->n]);
	listener_close(s);
}

/* --- for the loop --- */

bool listen_turn(struct session *s)
{
	bool moved;

	if (s->listener < 0)
		return false;
	moved = s->clients.stepped;
	s->clients.stepped = false;
	moved = greet_clients(s) || moved;
	moved = end_clients(s) || moved;
	if (s->clients.ready && accepting(s))
		moved = accept_client(s) || moved;
	s->link = &s->first;
	return shared_pump(s) || moved;
}

struct deadline listen_next(const struct session *s)
{
	const struct clients *c = &s->clients;

	if (s->listener < 0)
		return DEADLINE_NEVER;
	/* What one waited for came about after its turn. */
	if (c->held && !c->showing && !page_waits(s) &&
		buf_room(&s->text) >= PRINTER_RESERVE)
		return (struct deadline){ s->now_ns };
	return c->patience;
}

bool listen_over(const struct session *s)
{
	const struct clients *c = &s->clients;

	for (size_t i = 0; i < c->n; i++)
		if (is_served(c->v[i]))
			return false;
	return s->ending != ASKED_NOTHING || c->broken ||
	       (s->config->once && c->done);
}

int listen_interests(const struct session *s, fd_set *reads, int top)
{
	int input = shared_fd(s);

	if (accepting(s)) {
		FD_SET(s->listener, reads);
		top = s->listener > top ? s->listener : top;
	}
	if (input >= 0) {
		FD_SET(input, reads);
		top = input > top ? input : top;
	}
	return top;
}

bool listen_news(struct session *s, const fd_set *reads)
{
	int input = shared_fd(s);
	bool any = false;

	s->clients.held = false;
	if (accepting(s) && FD_ISSET(s->listener, reads))
		any = s->clients.ready = true;
	if (input >= 0 && FD_ISSET(input, reads)) {
		input_read(&s->input);
		any = true;
	}
	return any;
}
