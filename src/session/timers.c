#include "session/timers.h"

#include "session/away.h"
#include "session/events.h"
#include "session/meter.h"
#include "session/pinger.h"
#include "session/session.h"

enum { CLOSE_WAIT_MS = 5000, ABORT_WAIT_MS = 900, WAIT_DEFAULT_MS = 1000 };
static const int64_t ns_per_ms = 1000000;

static bool passed(const struct session *s, struct deadline d)
{
	return d.at_ns <= s->now_ns;
}

bool timers_output_blocked(const struct session *s)
{
	return s->output.waiting && !away(s) &&
	       (s->pipe_full || s->cut > 0 || printer_ready(&s->printer) > 0);
}

/* Nothing more is sent to the connection. */
static bool inputs_ended(const struct session *s)
{
	return input_ended(s->link->input) && input_ended(&s->input);
}

/* When the peer's silence after the input's end is long enough. */
static struct deadline wait_deadline(const struct session *s)
{
	const struct config *c = s->config;
	int64_t ms = c->wait_ms;

	if (!s->link->net || s->link->asked != ASKED_NOTHING ||
		!ws_conn_may_send(&s->link->conn) || !inputs_ended(s))
		return DEADLINE_NEVER;
	if (ms == TIME_UNSET)
		ms = c->echo || c->listen ? TIME_INFINITE : WAIT_DEFAULT_MS;
	if (ms == TIME_INFINITE)
		return DEADLINE_NEVER;
	return (struct deadline){ s->link->quiet_since_ns + ms * ns_per_ms };
}

/* Whether what the other end still takes and sends behind our close is wanted:
 * not where the person at the prompt wants to be elsewhere. */
static bool end_is_awaited(const struct session *s)
{
	return s->link->asked == ASKED_END && !s->quit && !s->connect_asked &&
	       !s->link->peer_closed && !s->link->conn.failed;
}

/* When a run that was broken off has waited enough for the other end: it gets
 * no close frame where a raw frame was given up, and where it takes nothing it
 * has had its time since it last did. */
static struct deadline abort_deadline(const struct link *l)
{
	int64_t from = l->closing_since_ns, until;

	if (l->outgoing.raw.given_up)
		return (struct deadline){ from };
	until = from + ABORT_WAIT_MS * ns_per_ms;
	if (l->blocked_since_ns != 0)
		until = l->blocked_since_ns + ABORT_WAIT_MS * ns_per_ms;
	return (struct deadline){ until > from ? until : from };
}

/* When the other end has had time enough to end the connection: from the
 * latest byte where more is wanted, else from the close. */
static struct deadline closing_deadline(const struct session *s)
{
	int64_t from = s->link->closing_since_ns;
	int64_t ms = CLOSE_WAIT_MS;

	if (from == 0)
		return DEADLINE_NEVER;
	if (s->link->asked == ASKED_ABORT)
		return abort_deadline(s->link);
	if (end_is_awaited(s) && s->link->quiet_since_ns > from)
		from = s->link->quiet_since_ns;
	return (struct deadline){ from + ms * ns_per_ms };
}

bool timers_closing_over(const struct session *s)
{
	return passed(s, closing_deadline(s));
}

static bool pinging(const struct session *s)
{
	return s->link->net && ws_conn_may_send(&s->link->conn) &&
	       !s->link->net_broken && s->link->outgoing.busy != SENDER_RAW;
}

struct deadline timers_next(const struct session *s)
{
	struct deadline d =
		deadline_first(wait_deadline(s), closing_deadline(s));

	if (pinging(s))
		d = deadline_first(d, keepalive_deadline(&s->link->keepalive));
	d = deadline_first(d, pinger_deadline(s));
	/* What is past waits for something else. */
	if (s->link->net && input_deadline(s->link->input).at_ns > s->now_ns)
		d = deadline_first(d, input_deadline(s->link->input));
	if (s->link->trace)
		d = deadline_first(d, tracing_deadline(s));
	if (!s->link->net)
		d = deadline_first(d, s->idle_until);
	else
		d = deadline_first(d, raw_deadline(&s->link->outgoing));
	if (session_asked(s) < ASKED_ENOUGH)
		d = deadline_first(d, s->run_deadline);
	return deadline_first(d, meter_deadline(s));
}

static void run_wait(struct session *s)
{
	if (!s->link->net)
		return;
	/* Pongs in out don't count: pings do not extend the wait. */
	if (timers_output_blocked(s) ||
		(s->link->asked == ASKED_NOTHING && inputs_ended(s) &&
			outgoing_unsent(&s->link->outgoing) > 0))
		s->link->quiet_since_ns = s->now_ns;
	if (passed(s, wait_deadline(s)) ||
		(s->config->wait_ms == 0 && s->link->asked == ASKED_NOTHING &&
			inputs_ended(s)))
		session_finish(s, ASKED_END);
}

/* What the system took from us is not with the other end yet. While that takes
 * of it, it is given its time; where it takes nothing, not all was done. */
static void run_closing(struct session *s)
{
	struct link *l = s->link;
	size_t left;
	unsigned n;

	if (!l->net || l->net_broken || !end_is_awaited(s) ||
		!timers_closing_over(s))
		return;
	left = transport_unacknowledged(l->net);
	n = outgoing_latest(&l->outgoing, left);
	if (n > 0 && left < l->untaken) {
		l->untaken = left;
		l->quiet_since_ns = s->now_ns;
	} else if (n > 0) {
		events_untaken(s, n, CLOSE_WAIT_MS / 1000);
	}
}

/* The whole run's time is over. What had all it wanted is only waiting for
 * the other end's close. */
static void run_timeout(struct session *s)
{
	if (!passed(s, s->run_deadline) || session_asked(s) >= ASKED_ENOUGH)
		return;
	session_fail(s, ERR_TIMEOUT, "time ran out (--timeout)%s",
		s->listener >= 0 && !s->link->net
			? " while waiting for a client"
			: "");
	session_close_all(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
	s->link->closing_since_ns = s->now_ns;
}

static void run_keepalive(struct session *s)
{
	struct keepalive *k = &s->link->keepalive;
	uint8_t payload[KEEPALIVE_PAYLOAD];

	if (!pinging(s))
		return;
	/* A pong may stand behind what we don't take. */
	if (timers_output_blocked(s) || s->link->have_event || away(s))
		keepalive_excuse(k, s->now_ns);
	if (keepalive_late(k, s->now_ns)) {
		session_fail(s, ERR_TIMEOUT,
			"no pong came in time (--ping-timeout)");
		session_close(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
	} else if (keepalive_due(k, s->now_ns, payload) &&
		   outgoing_control(&s->link->outgoing, WS_PING, payload,
			   sizeof(payload))) {
		keepalive_sent(k, s->now_ns);
	}
}

void timers_run(struct session *s)
{
	run_wait(s);
	run_keepalive(s);
	pinger_run(s);
	run_closing(s);
	run_timeout(s);
	if (s->link->trace)
		tracing_run(s);
	meter_run(s);
}
