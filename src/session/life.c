#define _GNU_SOURCE /* SIGWINCH, clock_gettime */
#include "session/life.h"

#include "base/wipe.h"
#include "http/origin.h"
#include "session/events.h"
#include "session/cookiefile.h"
#include "session/credentials.h"
#include "session/loop.h"
#include "session/pursue.h"
#include "session/reconnect.h"
#include "session/repl.h"
#include "session/session.h"
#include "session/signals.h"
#include "ui/askpass.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- where to --- */

static void forget_target(struct target *t)
{
	wipe_free(t->text);
	*t = (struct target){ 0 };
}

/* Whether url leads to where the command line does. */
static bool is_home(const struct session *s, const struct url *url)
{
	struct url home;
	struct err err = { 0 };
	bool same;

	if (!url_parse(&home, s->config->url, &err))
		return false;
	same = origin_same(&home, url);
	url_release(&home);
	return same;
}

static bool names_user(const char *text)
{
	struct url url;
	struct err err = { 0 };
	bool named;

	if (!url_parse(&url, text, &err))
		return false;
	named = url.user != NULL;
	url_release(&url);
	return named;
}

static bool set_target(struct session *s, const char *text)
{
	struct target *t = &s->target;
	struct url url;
	struct err err = { 0 };

	if (!url_parse(&url, text, &err)) {
		session_say(s, STYLE_ERROR, "%s", err.line);
		return false;
	}
	forget_target(t);
	t->text = strdup(text);
	if (!t->text)
		abort();
	t->foreign = !is_home(s, &url);
	url_release(&url);
	return true;
}

void life_connect(struct session *s, const char *url)
{
	if (url && !set_target(s, url))
		return;
	s->connect_asked = true;
	if (s->link->net && s->link->asked == ASKED_NOTHING)
		session_finish(s, ASKED_END);
}

/* --- from one connection to the next --- */

/* Why there is no connection any more, for who types on: while that is still
 * known. */
static void note_why(struct session *s)
{
	if (s->link->err.line[0])
		snprintf(s->why_not, sizeof(s->why_not),
			"not connected: %.200s", s->link->err.line);
	else if (s->link->peer_closed && s->link->asked == ASKED_NOTHING)
		snprintf(s->why_not, sizeof(s->why_not),
			"not connected: the server closed with %u (%s)",
			s->link->peer_code, ws_close_name(s->link->peer_code));
	else
		snprintf(s->why_not, sizeof(s->why_not), "not connected");
}

/* What ended is told, and no more held against what follows. */
static void tell_end(struct session *s)
{
	note_why(s);
	repl_hide(s);
	session_tell_error(s);
	reconnect_leave(s, false);
	if (s->link->err.line[0] && s->link->err.kind != ERR_CLOSED &&
		!s->link->err_said)
		session_say(s, STYLE_ERROR, "%s", s->link->err.line);
	s->link->err = (struct err){ 0 };
	s->link->err_said = false;
	s->link->status = 0;
	s->link->asked = ASKED_NOTHING;
}

static bool running(const struct session *s)
{
	return !s->signal && !s->quit && !s->quit_now && !s->output_broken &&
	       s->link->asked != ASKED_ENOUGH &&
	       s->run_deadline.at_ns > clock_now_ns();
}

/* Whether the prompt stays without a connection: as asked for, or (by_hand)
 * because the person at it could not be given the one asked for. */
static bool stays(const struct session *s, bool by_hand)
{
	return s->repl && running(s) && (s->config->stay || by_hand);
}

static bool goes_on(const struct session *s)
{
	return (s->connect_asked && running(s)) || reconnect_wanted(s) ||
	       stays(s, false);
}

bool life_idle(struct session *s, struct deadline until)
{
	s->idle_until = until;
	loop_run(s);
	return running(s) && s->link->asked == ASKED_NOTHING;
}

/* Whether there is to be another connection: waits until then. */
static bool another(struct session *s, bool by_hand)
{
	if (s->connect_asked && running(s)) {
		tell_end(s);
		return true;
	}
	if (reconnect_wanted(s))
		return reconnect_again(s);
	if (!stays(s, by_hand))
		return false;
	tell_end(s);
	if (!s->config->quiet)
		session_say(s, STYLE_PLAIN, "%sCtrl-C ends.",
			s->slash ? "/reconnect connects again, /connect URL "
				   "elsewhere, "
				 : "");
	return life_idle(s, DEADLINE_NEVER);
}

/* What came in while the connection was being made. */
static void heed_signals(struct session *s, bool connected)
{
	int number;

	while ((number = signals_take()) != 0) {
		switch (number) {
		case SIGINT:
			s->stopped = !connected;
			if (s->stopped)
				err_set(&s->link->err, ERR_TIMEOUT,
					"stopped connecting (Ctrl-C)");
			break;
		case SIGWINCH:
		case SIGTSTP:
			repl_signal(s, number);
			break;
		default:
			s->signal = number;
			break;
		}
	}
}

/* Instead of the prompt: it may take a while. */
static void show_making(struct session *s, bool on)
{
	const char *text = on ? "connecting ..." : "\r              \r";

	if (s->config->quiet || s->config->verbose)
		return;
	buf_put(&s->text, text, strlen(text));
	session_flush(s);
}

/* The set-up waits for nothing but the network: signals cut it short, and keys
 * are left for later. */
static bool dial_from_prompt(struct session *s, const char *credentials)
{
	bool connected;

	repl_hide(s);
	session_flush(s);
	show_making(s, true);
	signals_hurry(true);
	connected = pursue(s, credentials);
	signals_hurry(false);
	show_making(s, false);
	heed_signals(s, connected);
	return connected && !s->signal;
}

/* The command line's credentials, where the connection is to have them: those
 * in the URL of /connect come first. */
static const char *home_credentials(
	const struct session *s, const char *credentials)
{
	const struct target *t = &s->target;

	return t->foreign || (t->text && names_user(t->text)) ? NULL
							      : credentials;
}

static void connect_once(struct session *s, const char *credentials)
{
	s->connect_asked = s->stopped = false;
	credentials = home_credentials(s, credentials);
	if (!(s->prompted ? dial_from_prompt(s, credentials)
			  : pursue(s, credentials))) {
		session_tell_stats(s);
		return;
	}
	session_begin(s, WS_CLIENT);
	session_greet(s);
	tracing_connect(s);
	loop_run(s);
	/* A message that was cut off is none of the next connection's. */
	events_abandon(s);
	if (!goes_on(s))
		repl_close(s);
	session_part(s);
}

/* What can go wrong without a connection does so before there is one. */
static bool prepare(struct session *s)
{
	struct tls_config tls = s->config->tls;
	struct timespec now;

	tls.ask = askpass;
	clock_gettime(CLOCK_REALTIME, &now);
	return tls_prepare(&tls, &s->link->err) &&
	       (!s->config->cookie_jar ||
		       cookiefile_read(&s->jar, s->config->cookie_jar,
			       now.tv_sec, &s->link->err));
}

void life_run(struct session *s)
{
	char *credentials = NULL;
	bool by_hand = false;

	if (prepare(s) && credentials_ask(s, &credentials)) {
		do {
			by_hand = by_hand || s->connect_asked;
			connect_once(
				s, credentials ? credentials : s->config->user);
			by_hand = (by_hand || s->stopped) && !s->link->opened;
		} while (another(s, by_hand));
	}
	repl_close(s);
	signals_release();
	forget_target(&s->target);
	cookie_jar_release(&s->jar);
	wipe_free(credentials);
}

const char *life_refusal(const struct session *s)
{
	if (!s->link->net)
		return s->why_not;
	return ws_conn_may_send(&s->link->conn) ? NULL
						: "the connection is closing";
}
