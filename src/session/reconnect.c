#define _GNU_SOURCE
#include "session/reconnect.h"

#include "session/life.h"
#include "session/repl.h"
#include "session/session.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

static bool curable_status(int status)
{
	return status >= 500 || status == 408 || status == 429;
}

/* Whether another attempt may end better: not where the command line, our own
 * input or output, or a server that knows what it does is at fault. */
static bool curable(const struct session *s)
{
	switch (s->link->err.kind) {
	case ERR_NONE:
		return s->link->peer_closed &&
		       s->link->peer_code == WS_CLOSE_GOING_AWAY &&
		       s->link->asked == ASKED_NOTHING;
	case ERR_RESOLVE:
	case ERR_CONNECT:
	case ERR_HANDSHAKE:
	case ERR_TIMEOUT:
	case ERR_TLS:
	case ERR_NO_ANSWER:
	case ERR_SEND:
	case ERR_LOST:
	case ERR_PROTOCOL:
	case ERR_CLOSED:
		return true;
	case ERR_HTTP:
		return curable_status(s->link->status);
	case ERR_UNMET:
	case ERR_USAGE:
	case ERR_URL:
	case ERR_OUTPUT:
	case ERR_INPUT:
	case ERR_CERTIFICATE:
	case ERR_CA_FILE:
	case ERR_PROXY_NAME:
	case ERR_REDIRECT:
	case ERR_CLIENT_CERTIFICATE:
	case ERR_PIN:
	case ERR_PROXY:
		break;
	}
	return false;
}

bool reconnect_wanted(const struct session *s)
{
	const struct config *c = s->config;

	return c->reconnect && !s->signal && !s->quit && !s->stopped &&
	       !s->output_broken &&
	       (s->link->asked == ASKED_NOTHING ||
		       s->link->asked == ASKED_ABORT) &&
	       s->run_deadline.at_ns > clock_now_ns() &&
	       (c->reconnect_max == 0 || s->attempts < c->reconnect_max) &&
	       curable(s);
}

/* What is in doubt: what the system has, and the other end's has not
 * acknowledged. What it acknowledged may still not have been read. */
static void tell_doubts(struct session *s, uint64_t cut)
{
	unsigned n = outgoing_latest(
		&s->link->outgoing, transport_unacknowledged(s->link->net));

	if (n)
		session_say(s, STYLE_ERROR,
			"%s%u of the messages that were sent last %s not "
			"acknowledged and may be lost",
			n == OUTGOING_ENDS ? "at least " : "", n,
			n == 1 ? "was" : "were");
	if (cut)
		session_say(s, STYLE_ERROR,
			"record %" PRIu64 " of standard input was cut off and "
			"is lost",
			cut);
}

/* Nothing of the connection is left, but what is for the screen. */
static void forget_connection(struct session *s)
{
	transport_free(s->link->net);
	s->link->net = NULL;
	buf_clear(&s->link->in);
	buf_clear(&s->link->out);
	s->link->have_event = s->link->peer_closed = s->link->write_blocked =
		false;
	s->link->closing_since_ns = 0;
	s->interrupts = 0;
	s->link->opened = false;
}

void reconnect_leave(struct session *s, bool again)
{
	size_t typed = again ? 0 : s->input.typed.n;
	uint64_t cut;

	if (s->link->opened) {
		cut = input_restart(
			&s->input, again, outgoing_unsent(&s->link->outgoing));
		tell_doubts(s, cut);
		if (s->now_ns - s->link->opened_ns >
			(int64_t)BACKOFF_MAX_MS * 1000000)
			backoff_reset(&s->backoff);
	}
	if (typed)
		session_say(s, STYLE_ERROR,
			"%zu of the messages typed last %s not sent", typed,
			typed == 1 ? "was" : "were");
	forget_connection(s);
}

static void tell_attempt(struct session *s, int64_t ms)
{
	uint64_t max = s->config->reconnect_max;
	char of[32] = "";

	if (max)
		snprintf(of, sizeof(of), " of %" PRIu64, max);
	session_say(s, STYLE_ERROR,
		"%s; connecting again in %.1f s (attempt %" PRIu64 "%s)",
		s->link->err.line[0]
			? s->link->err.line
			: "the server closed with 1001 (going away)",
		(double)ms / 1000, s->attempts, of);
	snprintf(s->why_not, sizeof(s->why_not),
		"not connected; attempt %" PRIu64 " is about to be made",
		s->attempts);
}

/* The back-off. At a prompt the keys are heeded meanwhile. */
static bool wait_for_it(struct session *s, int64_t ms)
{
	struct deadline until =
		deadline_first(deadline_in_ms(ms), s->run_deadline);

	if (s->repl)
		return life_idle(s, until);
	return poll(NULL, 0, deadline_left_ms(until)) >= 0;
}

bool reconnect_again(struct session *s)
{
	uint32_t random;
	int64_t ms;

	s->attempts++;
	random_bytes(&random, sizeof(random));
	ms = backoff_next_ms(&s->backoff, random);
	repl_hide(s);
	session_tell_error(s);
	if (s->signal)
		return false;
	reconnect_leave(s, true);
	tell_attempt(s, ms);
	s->link->err = (struct err){ 0 };
	s->link->err_said = false;
	s->link->status = 0;
	s->link->asked = ASKED_NOTHING;
	if (!wait_for_it(s, ms) && s->run_deadline.at_ns > clock_now_ns())
		return false;
	if (s->run_deadline.at_ns <= clock_now_ns()) {
		session_fail(s, ERR_TIMEOUT,
			"time ran out (--timeout) before the connection was "
			"open again");
		return false;
	}
	return true;
}
