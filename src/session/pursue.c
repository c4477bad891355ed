#define _GNU_SOURCE /* clock_gettime */
#include "session/pursue.h"

#include "base/wipe.h"
#include "http/auth.h"
#include "http/challenge.h"
#include "http/origin.h"
#include "http/redirect.h"
#include "session/cookiefile.h"
#include "session/credentials.h"
#include "session/route.h"
#include "session/session.h"
#include "session/upgrade.h"
#include "ui/diag.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct pursuit {
	struct session *s;
	struct url first, url; /* where it began, and where it is */
	bool home;             /* url has first's origin, and that is one that
	                        * the command line's secrets are for */
	struct deadline deadline;
	const char *given; /* -u's */
	struct credentials credentials;
	struct challenge challenge; /* of a 401 */
	bool challenged;            /* and it is answered now */
	uint64_t redirects;
	/* What another origin is told. */
	struct ws_handshake_config foreign;
};

static int64_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* --- what is asked with --- */

static char *bearer(const char *token)
{
	size_t n = sizeof("Bearer ") + strlen(token);
	char *value = malloc(n);

	if (!value)
		abort();
	snprintf(value, n, "Bearer %s", token);
	return value;
}

/* The Authorization field's value; NULL: none. */
static char *authorization(const struct pursuit *p)
{
	const struct credentials *c = &p->credentials;
	char cnonce[ROUTE_CNONCE];

	if (p->challenged) {
		route_cnonce(cnonce);
		return challenge_answer(&p->challenge, c->user, c->password,
			"GET", p->url.target, cnonce);
	}
	if (p->home && p->s->config->bearer)
		return bearer(p->s->config->bearer);
	return c->user ? http_auth_basic(c->user, c->password) : NULL;
}

/* Asks once; what it was told is in head then, which points into s->link->in. */
static enum upgrade_result ask(
	struct pursuit *p, struct http_head *head, size_t *len)
{
	struct session *s = p->s;
	char *auth = authorization(p);
	char *cookie = cookie_jar_header(&s->jar, &p->url,
		p->home ? s->config->cookie : NULL, wall_clock());
	struct ws_request request = {
		.config = p->home ? &s->config->handshake : &p->foreign,
		.authority = p->url.authority,
		.target = p->url.target,
		.authorization = auth,
		.cookie = cookie,
	};
	enum upgrade_result result =
		upgrade_ask(s, &request, head, len, p->deadline);

	http_auth_free(auth);
	wipe_free(cookie);
	return result;
}

/* --- what is answered --- */

static bool take_cookies(struct pursuit *p, const struct http_head *head)
{
	struct session *s = p->s;
	const struct http_field *field;
	size_t at = 0;

	while ((field = http_head_find(head, "Set-Cookie", &at)))
		cookie_jar_set(&s->jar, field->value.p, field->value.len,
			&p->url, wall_clock());
	return !s->config->cookie_jar ||
	       cookiefile_write(&s->jar, s->config->cookie_jar, wall_clock(),
		       &s->link->err);
}

/* Whether the answer asks for what we have and have not given yet. */
static bool may_answer(struct pursuit *p, const struct http_head *head)
{
	if (head->status != 401 || p->challenged || !p->credentials.user)
		return false;
	challenge_release(&p->challenge);
	challenge_read(&p->challenge, head, "WWW-Authenticate");
	/* Basic was sent at once, and refused. */
	p->challenged = p->challenge.scheme == CHALLENGE_DIGEST;
	return p->challenged;
}

/* Whose the secrets are, now that the URL is another. */
static bool arrive(struct pursuit *p)
{
	struct session *s = p->s;
	bool same = origin_same(&p->first, &p->url);

	p->home = same && !s->target.foreign;
	credentials_release(&p->credentials);
	challenge_release(&p->challenge);
	p->challenged = false;
	/* The userinfo of the first URL is for all of its origin. */
	return credentials_find(s, same && !p->url.user ? &p->first : &p->url,
		p->home ? p->given : NULL, &p->credentials);
}

static bool redirect(struct pursuit *p, const struct http_head *head)
{
	struct session *s = p->s;
	struct url next;
	char *text;
	bool ok;

	if (p->redirects++ >= s->config->max_redirects)
		return err_set(&s->link->err, ERR_REDIRECT,
			"more than %" PRIu64
			" redirects (--max-redirects; is it a loop?)",
			s->config->max_redirects);
	s->link->err = (struct err){ 0 };
	text = redirect_target(&p->url, head, &s->link->err);
	if (!text)
		return false;
	if (s->config->verbose)
		diag_star("redirected to %s", text);
	ok = url_parse(&next, text, &s->link->err);
	free(text);
	if (!ok)
		return false;
	url_release(&p->url);
	p->url = next;
	return arrive(p);
}

/* Adds the likely cause, and what to try, to the line. */
static void suggest(struct session *s, const char *hint)
{
	size_t n = strlen(s->link->err.line);

	snprintf(s->link->err.line + n, sizeof(s->link->err.line) - n, "%s",
		hint);
}

/* What follows an answer that is no 101: true where it is asked again. */
static bool ask_again(
	struct pursuit *p, const struct http_head *head, size_t len)
{
	struct session *s = p->s;
	const char *cause;

	if (!take_cookies(p, head))
		return false;
	if (redirect_is(head->status) && s->config->location)
		return redirect(p, head);
	if (may_answer(p, head)) {
		s->link->err = (struct err){ 0 };
		return true;
	}
	cause = upgrade_show_body(s, head, len);
	if (cause)
		suggest(s, cause);
	return false;
}

static bool run(struct pursuit *p)
{
	struct session *s = p->s;
	struct http_head head;
	size_t len;

	for (;;) {
		free(s->url);
		s->url = url_show(&p->url);
		if (!route_open(s, &p->url, p->home, p->deadline))
			return false;
		switch (ask(p, &head, &len)) {
		case UPGRADE_OPEN:
			if (!take_cookies(p, &head))
				return false;
			buf_consume(&s->link->in, len);
			return true;
		case UPGRADE_ANSWERED:
			if (!ask_again(p, &head, len))
				return false;
			break;
		case UPGRADE_FAILED:
			if (s->link->err.kind == ERR_NO_ANSWER &&
				!p->url.secure && !p->url.unix_path)
				suggest(s, " (if it speaks TLS there, try "
					   "wss://)");
			return false;
		}
		transport_free(s->link->net);
		s->link->net = NULL;
	}
}

static bool begin(struct pursuit *p)
{
	struct session *s = p->s;
	const char *text = s->target.text ? s->target.text : s->config->url;

	/* Twice: one stays, the other goes along. */
	if (!url_parse(&p->first, text, &s->link->err) ||
		!url_parse(&p->url, text, &s->link->err))
		return false;
	p->foreign = s->config->handshake;
	p->foreign.host = NULL;
	p->foreign.headers = (struct strings){ 0 };
	origin_public_headers(
		&p->foreign.headers, &s->config->handshake.headers);
	return arrive(p);
}

bool pursue(struct session *s, const char *credentials)
{
	struct pursuit p = {
		.s = s,
		.given = credentials,
		.deadline = deadline_first(
			deadline_in_ms(s->config->connect_timeout_ms),
			s->run_deadline),
	};
	bool ok;

	stats_begin(&s->link->stats, clock_now_ns());
	ok = begin(&p) && run(&p);
	credentials_release(&p.credentials);
	challenge_release(&p.challenge);
	strings_release(&p.foreign.headers);
	url_release(&p.first);
	url_release(&p.url);
	if (!ok)
		upgrade_name_timeout(s);
	return ok;
}
