#ifndef WSTAP_TESTS_UNIT_CONN_CASE_H
#define WSTAP_TESTS_UNIT_CONN_CASE_H

#include "unit/conn_script.h"
#include "unit/guard.h"

/*
 * A connection on trial: bytes come in pieces, each behind what the last left
 * over and ending at an unreadable page, events are logged, and answers go
 * out after every event (unless it is lazy).
 */
struct trial {
	struct ws_conn conn;
	struct buf in, out;
	struct conn_log log, sent;
	struct ws_event end; /* the close or the failure */
	bool lazy;           /* the test calls ws_conn_answer() itself */
	int slot;
	struct ws_deflate deflate;
	uint8_t out_memory[4096];
};

static const uint8_t trial_key[4] = { 0xc0, 0xff, 0xee, 0x01 };

static const char *const role_names[] = { "client", "server" };

/* A trial is static, or zeroed: the last one's streams are released. params:
 * permessage-deflate as agreed, NULL for none. */
static inline void trial_begin_deflate(struct trial *t, enum ws_role role,
	const struct ws_deflate_params *params)
{
	ws_deflate_release(&t->deflate);
	if (params)
		ws_deflate_init(&t->deflate, params, role == WS_SERVER);
	ws_conn_init(&t->conn, role, params ? &t->deflate : NULL);
	buf_init(&t->in, NULL, 0);
	buf_init(&t->out, t->out_memory, sizeof(t->out_memory));
	t->log.len = t->sent.len = 0;
	t->log.text[0] = t->sent.text[0] = '\0';
	t->log.in_run = t->log.last = false;
	t->end.type = WS_EVENT_NONE;
	t->lazy = false;
}

static inline void trial_begin(struct trial *t, enum ws_role role)
{
	trial_begin_deflate(t, role, NULL);
}

/* All events there are now. */
static inline void trial_drain(struct trial *t)
{
	struct ws_event ev;

	for (;;) {
		ws_conn_next(&t->conn, &t->in, &ev);
		if (ev.type == WS_EVENT_NONE)
			break;
		log_event(&t->log, &ev);
		if (ev.type == WS_EVENT_CLOSE || ev.type == WS_EVENT_FAIL)
			t->end = ev;
		if (!t->lazy)
			ws_conn_answer(&t->conn, &t->out, trial_key);
	}
	ws_conn_next(&t->conn, &t->in, &ev);
	if (ev.type != WS_EVENT_NONE)
		cr_assert_fail("an event after none");
}

static inline void trial_feed(struct trial *t, const uint8_t *p, size_t len)
{
	static uint8_t joined[SCRIPT_MAX];
	const size_t left = buf_len(&t->in);

	if (left)
		memcpy(joined, buf_head(&t->in), left);
	memcpy(joined + left, p, len);
	t->slot = !t->slot;
	buf_init(&t->in, guard_copy_slot(t->slot, joined, left + len),
		left + len);
	t->in.end = left + len;
	trial_drain(t);
}

/* A script at once, as the peer would send it. */
static inline void trial_script(struct trial *t, const char *script)
{
	static uint8_t bytes[SCRIPT_MAX];

	trial_feed(t, bytes, script_bytes(bytes, script, t->conn.role));
}

/* What was queued so far goes into the log of what was sent. */
static inline void trial_send(struct trial *t)
{
	log_sent(&t->sent, buf_head(&t->out), buf_len(&t->out),
		t->conn.role == WS_CLIENT ? trial_key : NULL);
	buf_clear(&t->out);
}

static inline void trial_expect(
	struct trial *t, const char *events, const char *sent)
{
	log_flush(&t->log);
	trial_send(t);
	cr_assert_str_eq(t->log.text, events);
	cr_assert_str_eq(t->sent.text, sent);
}

/*
 * A case of the rules named (tests/conformance/rules.txt): what the peer
 * sends, the events it makes, and what goes back. A case that ends in a
 * failure leaves out the last frame sent: a close with the event's code and
 * sentence, the section cut off.
 *
 * Before its frames, in brackets, the script may say what was agreed on:
 *
 *     [deflate drops] text rsv1 00
 *
 *     deflate                      permessage-deflate
 *     drops                        neither side keeps its context
 *     client-drops server-drops    one side doesn't
 *     window=N                     both sides' windows
 *     max=N                        the longest message, not an agreement
 */
struct conn_case {
	const char *rule, *what, *in, *events, *sent;
};

/* What follows an end is dropped: this is put behind every such case.
 * rule: 6455-5.5.1-dropped 6455-7.1.7-deaf */
#define CONN_AFTER "; text 'after'; ping 'after'; close 03e9"

static inline void case_verdict(
	struct trial *t, const struct conn_case *c, const char *cut, size_t at)
{
	const bool ended = t->end.type != WS_EVENT_NONE;
	char sent[1024];
	int n = snprintf(sent, sizeof(sent), "%s", c->sent);

	if (t->end.type == WS_EVENT_FAIL)
		snprintf(sent + n, sizeof(sent) - (size_t)n,
			"%sclose %u \"%.*s\"", n ? "; " : "", t->end.code,
			(int)(strstr(t->end.why, " (RFC") - t->end.why),
			t->end.why);
	log_flush(&t->log);
	trial_send(t);
	if (strcmp(t->log.text, c->events) != 0)
		cr_assert_fail("%s\n  %s as %s, %s %zu\n  events %s\n  wanted "
			       "%s",
			c->what, c->in, role_names[t->conn.role], cut, at,
			t->log.text, c->events);
	if (strcmp(t->sent.text, sent) != 0)
		cr_assert_fail("%s\n  %s as %s, %s %zu\n  sent   %s\n  wanted "
			       "%s",
			c->what, c->in, role_names[t->conn.role], cut, at,
			t->sent.text, sent);
	if (ws_conn_closed(&t->conn) != ended ||
		ws_conn_may_send(&t->conn) == ended || ws_conn_owes(&t->conn) ||
		(ended && buf_len(&t->in)))
		cr_assert_fail(
			"%s: the state at the end, %s %zu", c->what, cut, at);
}

/* Begins the case's trial as its script's brackets say; gives back where its
 * frames begin. */
static inline const char *case_begin(
	struct trial *t, const char *script, enum ws_role role)
{
	struct ws_deflate_params params = { 0 };
	bool deflate = false;
	uint64_t max = 0;

	if (script[0] == '[')
		for (script++; script[-1] != ']'; script++) {
			char word[32];
			const size_t n = strcspn(script, " ]");

			snprintf(word, sizeof(word), "%.*s", (int)n, script);
			script += n;
			if (strcmp(word, "deflate") == 0)
				deflate = true;
			else if (strcmp(word, "client-drops") == 0)
				params.client_no_context_takeover = true;
			else if (strcmp(word, "server-drops") == 0)
				params.server_no_context_takeover = true;
			else if (strcmp(word, "drops") == 0)
				params.client_no_context_takeover =
					params.server_no_context_takeover =
						true;
			else if (strncmp(word, "window=", 7) == 0)
				params.client_max_window_bits =
					params.server_max_window_bits =
						atoi(word + 7);
			else if (strncmp(word, "max=", 4) == 0)
				max = strtoull(word + 4, NULL, 10);
			else
				cr_assert_fail("script: %s", word);
		}
	trial_begin_deflate(t, role, deflate ? &params : NULL);
	t->conn.max_message = max;
	return script + strspn(script, " ");
}

/* Whether to try a cut there: everywhere, but in the middle of what is long
 * only here and there. */
static inline bool case_cuts_at(size_t at, size_t len)
{
	return at < 300 || len - at < 300 || at % 8191 == 0;
}

/* One case in one role: whole, at every cut into two, byte by byte.
 * rule: 6455-6.2-any-cut 6455-5.3-unmask */
static inline void case_run(const struct conn_case *c, enum ws_role role)
{
	static struct trial t;
	static uint8_t bytes[SCRIPT_MAX];
	const bool ends =
		strstr(c->events, "fail ") || strstr(c->events, "close ");
	char script[1024];
	size_t len;

	if (!strstr(c->rule, "6455-") && !strstr(c->rule, "7692-"))
		cr_assert_fail("%s: a case of no rule", c->what);
	snprintf(script, sizeof(script), "%s%s", case_begin(&t, c->in, role),
		ends ? CONN_AFTER : "");
	len = script_bytes(bytes, script, role);
	trial_feed(&t, bytes, len);
	case_verdict(&t, c, "whole", len);
	for (size_t at = 1; at < len; at++) {
		if (!case_cuts_at(at, len))
			continue;
		case_begin(&t, c->in, role);
		trial_feed(&t, bytes, at);
		trial_feed(&t, bytes + at, len - at);
		case_verdict(&t, c, "cut at", at);
	}
	case_begin(&t, c->in, role);
	for (size_t at = 0; at < len; at++)
		trial_feed(&t, bytes + at, 1);
	case_verdict(&t, c, "byte by byte", len);
}

static inline void cases_run(const struct conn_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		case_run(&cases[i], WS_CLIENT);
		case_run(&cases[i], WS_SERVER);
	}
}

#define CASES_RUN(cases) cases_run(cases, sizeof(cases) / sizeof((cases)[0]))

#endif
