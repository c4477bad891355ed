#include "session/listen.h"

#include "base/hostport.h"
#include "net/dial.h"
#include "session/loop.h"
#include "session/serve.h"
#include "session/session.h"
#include "ui/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIENTS_DEFAULT = 64 };

/* --- who comes --- */

/* The place of a client that is refused, of the one that has gone longest. */
static void make_room(struct clients *c)
{
	size_t leaving = 0, oldest = c->n;

	for (size_t i = c->n; i-- > 0;)
		if (c->v[i]->refusal) {
			leaving++;
			oldest = i;
		}
	if (leaving < LEAVING_MAX)
		return;
	link_free(c->v[oldest]);
	memmove(c->v + oldest, c->v + oldest + 1,
		(--c->n - oldest) * sizeof(c->v[0]));
}

/* How many are served, and how many of them will go on being so. */
static size_t count_served(const struct session *s, size_t *staying)
{
	const struct clients *c = &s->clients;
	size_t served = 0;

	*staying = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct link *l = c->v[i];

		if (l->refusal)
			continue;
		served++;
		*staying += l->asked == ASKED_NOTHING && !l->peer_closed &&
			    !l->conn.failed && !l->net_eof;
	}
	return served;
}

/* Whether clients are accepted: to be served, or to be turned away. Who comes
 * while one is leaving will be the next. */
static bool accepting(const struct session *s)
{
	const struct clients *c = &s->clients;
	size_t staying;

	if (s->listener < 0 || s->ending != ASKED_NOTHING || c->broken ||
		(s->config->once && c->done))
		return false;
	return count_served(s, &staying) < c->max || staying >= c->max;
}

/* What the only client says first may be that it goes. */
static bool may_be_leaving(const struct session *s)
{
	return s->clients.max == 1 && s->clients.n > 0 &&
	       s->clients.v[0]->net &&
	       transport_wait(s->clients.v[0]->net->fd, IO_WANT_READ,
		       deadline_in_ms(0));
}

/* What each of several is sent on its own: -x and -f. */
static void init_input(struct session *s, struct link *l)
{
	const struct config *c = s->config;
	const struct input_config config = {
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
	/* No file, no memory. */
	if (c->sends.n) {
		uint8_t *memory = malloc(FILE_SIZE);

		if (!memory)
			abort();
		buf_init(&l->file, memory, FILE_SIZE);
	}
	input_init(&l->own, &config, &l->line, &l->file);
}

static bool accept_client(struct session *s)
{
	struct clients *c = &s->clients;
	size_t staying;
	bool full = count_served(s, &staying) >= c->max ||
		    (s->config->once && c->let_in);
	struct link *l;
	int fd;

	c->ready = false;
	if (full && may_be_leaving(s))
		return false;
	l = link_new();
	fd = dial_accept(s->listener, l->address);
	if (fd < 0) {
		link_free(l);
		c->broken =
			errno == EMFILE || errno == ENFILE || errno == EBADF;
		s->link = &s->first;
		if (c->broken)
			session_fail(s, ERR_CONNECT, "accepting a client: %s",
				strerror(errno));
		return false;
	}
	make_room(c);
	c->v[c->n++] = l;
	s->link = l;
	init_input(s, l);
	if (!full)
		l->number = ++c->let_in;
	serve_begin(s, fd, full ? 503 : 0);
	if (full && s->config->verbose)
		session_say(
			s, STYLE_CONTROL, "* refused %s with 503", l->address);
	return true;
}

/* Its WebSocket is open. */
static void open_client(struct session *s)
{
	struct clients *c = &s->clients;

	c->open++;
	session_begin(s, WS_SERVER);
	session_greet(s);
	if (!c->to)
		c->to = s->link;
}

bool listen_step(struct session *s)
{
	bool moved = serve_step(s);

	if (moved && s->link->net && s->link->stage == LINK_OPEN)
		open_client(s);
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
 * end is the run's. */
static void settle(struct session *s)
{
	struct link *l = s->link;

	if (is_last(s)) {
		if (s->first.err.kind == ERR_NONE) {
			s->first.err = l->err;
			s->first.err_said = l->err_said;
		}
		return;
	}
	session_tell_error(s);
	if (!l->err.line[0] || l->err_said)
		return;
	if (session_client(s))
		diag("client %u: %s", l->number, l->err.line);
	else
		diag("%s", l->err.line);
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

/* The i-th is through. */
static void end_client(struct session *s, size_t i)
{
	struct clients *c = &s->clients;
	struct link *l = s->link;

	if (!l->refusal || l->number) {
		if (l->opened)
			session_part(s);
		settle(s);
		c->done++;
	}
	c->open -= l->opened;
	memmove(c->v + i, c->v + i + 1, (--c->n - i) * sizeof(c->v[0]));
	if (!c->several)
		input_restart(&s->input, false, 0);
	s->link = &s->first;
	if (c->to == l)
		choose_another(s);
	link_free(l);
}

static bool end_clients(struct session *s)
{
	struct clients *c = &s->clients;
	bool any = false;

	for (size_t i = 0; i < c->n;) {
		s->link = c->v[i];
		if (s->link->net &&
			(s->link->stage != LINK_OPEN || !loop_link_over(s))) {
			i++;
			continue;
		}
		end_client(s, i);
		any = true;
	}
	s->link = &s->first;
	return any;
}

/* --- the input that all share --- */

/* Whether it is inside a message: who began it gets its end. */
static bool inside_message(const struct clients *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i]->outgoing.busy == SENDER_SHARED)
			return true;
	return c->outlet.begun;
}

static bool is_target(
	const struct clients *c, const struct link *l, bool inside)
{
	if (l->stage != LINK_OPEN || !l->opened || !ws_conn_may_send(&l->conn))
		return false;
	if (inside)
		return l->outgoing.busy == SENDER_SHARED ||
		       l->outgoing.share.taking;
	return c->to_all || l == c->to;
}

static void set_targets(struct clients *c)
{
	bool inside = inside_message(c);

	c->outlet.n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (is_target(c, c->v[i], inside))
			c->outlet.v[c->outlet.n++] = &c->v[i]->outgoing;
}

/* A fault of it, or a close that it asks for, is those clients' that it went
 * to. */
static void close_targets(
	struct session *s, bool begun_only, uint16_t code, const char *reason)
{
	struct clients *c = &s->clients;

	for (size_t i = 0; i < c->n; i++) {
		s->link = c->v[i];
		if (begun_only ? s->link->outgoing.busy == SENDER_SHARED
			       : is_target(c, s->link, false))
			session_close(s, ASKED_END, code, reason);
	}
	s->link = &s->first;
}

static void heed_input(struct session *s)
{
	struct input *in = &s->input;

	if (in->err.line[0]) {
		session_say(s, STYLE_ERROR, "%s", in->err.line);
		close_targets(s, true, s->config->close_code,
			s->config->close_reason);
		if (s->repl) {
			input_forgive(in);
		} else {
			s->first.err = in->err;
			s->first.err_said = true;
			in->err.line[0] = 0;
		}
	}
	if (in->close_asked) {
		close_targets(s, false, in->close_code, in->close_reason);
		input_restart(in, false, 0);
	}
}

static bool pump_shared(struct session *s)
{
	struct clients *c = &s->clients;
	bool moved;

	if (!c->several)
		return false;
	set_targets(c);
	moved = c->outlet.n > 0 && input_pump(&s->input, &c->outlet);
	heed_input(s);
	return moved;
}

/* The descriptor that is to be read for it; -1 for none. */
static int shared_fd(const struct session *s)
{
	const struct clients *c = &s->clients;

	if (!c->several || s->ending != ASKED_NOTHING || c->outlet.n == 0)
		return -1;
	return input_fd(&s->input, &c->outlet);
}

void listen_select_target(struct session *s)
{
	s->link = s->clients.to ? s->clients.to : &s->first;
}

bool listen_to(struct session *s, unsigned number)
{
	struct clients *c = &s->clients;

	c->to_all = number == 0;
	if (number == 0)
		return true;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i]->number == number && c->v[i]->opened) {
			c->to = c->v[i];
			return true;
		}
	return false;
}

/* --- the listener --- */

/* Opens the listener and says where it is. */
static bool open_listener(struct session *s)
{
	struct hostport at;
	char host[256], where[DIAL_ADDRESS_MAX];
	size_t n;

	if (!hostport_parse(&at, s->config->listen) ||
		at.host_len >= sizeof(host)) {
		session_fail(s, ERR_USAGE, "-l %.300s: not [HOST:]PORT",
			s->config->listen);
		return false;
	}
	memcpy(host, at.host, at.host_len);
	host[at.host_len] = 0;
	s->listener = dial_listen(
		at.host_len ? host : NULL, at.port, where, &s->link->err);
	if (s->listener < 0)
		return false;
	diag("listening on %s", where);
	n = sizeof("ws:///") + strlen(where);
	s->url = malloc(n);
	if (!s->url)
		abort();
	snprintf(s->url, n, "ws://%s/", where);
	return true;
}

void listen_init(struct session *s)
{
	const struct config *config = s->config;
	struct clients *c = &s->clients;

	c->max = config->max_clients            ? (unsigned)config->max_clients
		 : s->repl || config->broadcast ? CLIENTS_DEFAULT
						: 1;
	c->several = c->max > 1;
	c->to_all = config->broadcast;
}

void listen_serve(struct session *s)
{
	struct clients *c = &s->clients;

	if (!open_listener(s))
		return;
	loop_run(s);
	s->link = &s->first;
	while (c->n > 0)
		link_free(c->v[--c->n]);
	close(s->listener);
}

/* --- for the loop --- */

bool listen_turn(struct session *s)
{
	bool moved;

	if (s->listener < 0)
		return false;
	moved = end_clients(s);
	if (s->clients.ready && accepting(s))
		moved = accept_client(s) || moved;
	s->link = &s->first;
	return pump_shared(s) || moved;
}

bool listen_over(const struct session *s)
{
	const struct clients *c = &s->clients;

	for (size_t i = 0; i < c->n; i++)
		if (!c->v[i]->refusal)
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

	if (accepting(s) && FD_ISSET(s->listener, reads))
		any = s->clients.ready = true;
	if (input >= 0 && FD_ISSET(input, reads)) {
		input_read(&s->input);
		any = true;
	}
	return any;
}
