#include "session/replay_check.h"

#include "session/ignore.h"
#include "session/session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is shown of a message: some of what is the same, and what follows. */
enum { BEFORE = 10, SHOWN = 40, EXCERPT = 3 * SHOWN + 8 };

struct bytes {
	uint8_t *p;
	size_t len;
};

static struct replay *replay_of(const struct session *s)
{
	return &s->link->input->replay;
}

static bool checking(const struct session *s)
{
	return s->config->replay_check && replay_of(s)->config.tape;
}

__attribute__((format(printf, 2, 3))) static void tell(
	struct session *s, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	replay_of(s)->differences++;
	session_say(s, STYLE_ERROR, "%s", line);
}

/* --- what is compared --- */

/* The other end's next message in the record; NULL where there is none. */
static const struct tape_entry *next_entry(
	struct replay *r, enum tape_kind kind)
{
	const struct tape *t = r->config.tape;

	while (r->next_in < t->n) {
		const struct tape_entry *e = &t->entries[r->next_in++];

		if (!replay_is_ours(r, e) && e->kind == kind &&
			!(kind == TAPE_MESSAGE &&
				ws_opcode_is_control(e->opcode)))
			return e;
	}
	return NULL;
}

static const struct tape_entry *close_entry(const struct replay *r)
{
	for (size_t i = r->config.tape->n; i-- > 0;) {
		const struct tape_entry *e = &r->config.tape->entries[i];

		if (!replay_is_ours(r, e) && e->kind == TAPE_CLOSE)
			return e;
	}
	return NULL;
}

/* A copy, with a byte to spare for the patterns. */
static struct bytes copied(const uint8_t *data, size_t len)
{
	struct bytes b = { malloc(len + 1), len };

	if (!b.p)
		abort();
	if (len)
		memcpy(b.p, data, len);
	return b;
}

/* A copy without what is to be ignored. */
static struct bytes stripped(
	const struct session *s, const uint8_t *data, size_t len)
{
	struct bytes b = copied(data, len);

	if (s->config->replay_ignore)
		b.len = ignore_strip(s->config->replay_ignore, b.p, len);
	return b;
}

/* Where in a message the byte is that is there in its stripped copy. */
static size_t place(
	const struct session *s, const uint8_t *data, size_t len, size_t at)
{
	struct bytes b;

	if (!s->config->replay_ignore)
		return at;
	b = copied(data, len);
	at = ignore_place(s->config->replay_ignore, b.p, len, at);
	free(b.p);
	return at;
}

/* --- how it is told --- */

/* "text" or, where it is none, its bytes as hex. */
static const char *excerpt(
	char out[EXCERPT], const uint8_t *p, size_t len, size_t at, bool text)
{
	size_t from = at > BEFORE ? at - BEFORE : 0, n, end = 0;

	while (text && from > 0 && from < len && (p[from] & 0xc0) == 0x80)
		from--;
	if (from > len)
		from = len;
	n = len - from < SHOWN ? len - from : SHOWN;
	while (text && from + n < len && n > 0 && (p[from + n] & 0xc0) == 0x80)
		n--;
	if (text) {
		snprintf(out, EXCERPT, "%s\"%.*s\"%s", from ? "..." : "",
			(int)n, (const char *)p + from,
			from + n < len ? "..." : "");
		return out;
	}
	end = (size_t)snprintf(out, EXCERPT, "%s", from ? "..." : "");
	n = n < SHOWN / 2 ? n : SHOWN / 2;
	for (size_t i = 0; i < n; i++)
		end += (size_t)snprintf(out + end, EXCERPT - end, "%s%02x",
			i ? " " : "", p[from + i]);
	if (n == 0)
		snprintf(out + end, EXCERPT - end, "nothing");
	else if (from + n < len)
		snprintf(out + end, EXCERPT - end, "...");
	return out;
}

static bool has_nul(const uint8_t *p, size_t len)
{
	return len && memchr(p, 0, len);
}

/* The messages as they are; `at` is in what is left of them. */
static void tell_difference(struct session *s, const struct tape_entry *e,
	const struct ws_event *ev, uint64_t number, size_t at)
{
	bool text = ev->opcode == WS_TEXT && !has_nul(e->data, e->len) &&
		    !has_nul(ev->data, ev->len);
	size_t then = place(s, e->data, e->len, at);
	size_t now = place(s, ev->data, ev->len, at);
	char a[EXCERPT], b[EXCERPT], came[48] = "";

	if (then != now)
		snprintf(came, sizeof(came), " (as it came: %zu)", now + 1);
	tell(s,
		"message %" PRIu64 " differs at byte %zu%s: recorded %s, came "
		"%s",
		number, then + 1, came, excerpt(a, e->data, e->len, then, text),
		excerpt(b, ev->data, ev->len, now, text));
}

static void compare(struct session *s, const struct tape_entry *e,
	const struct ws_event *ev, uint64_t number)
{
	struct bytes then = stripped(s, e->data, e->len);
	struct bytes now = stripped(s, ev->data, ev->len);
	size_t at = 0;

	while (at < then.len && at < now.len && then.p[at] == now.p[at])
		at++;
	if (e->opcode != ev->opcode)
		tell(s, "message %" PRIu64 ": recorded as %s, came as %s",
			number, ws_opcode_name(e->opcode),
			ws_opcode_name(ev->opcode));
	else if (at < then.len || at < now.len)
		tell_difference(s, e, ev, number, at);
	else
		replay_of(s)->same++;
	free(then.p);
	free(now.p);
}

/* --- what happens --- */

static void check_message(struct session *s)
{
	struct replay *r = replay_of(s);
	const struct tape_entry *e = next_entry(r, TAPE_MESSAGE);

	r->came++;
	if (e)
		compare(s, e, &s->link->event, r->came);
	else
		r->extra++;
}

static bool same_close(const struct tape_entry *e, const struct ws_event *ev)
{
	return e->code == ev->code && e->len == ev->len &&
	       (e->len == 0 || memcmp(e->data, ev->data, e->len) == 0);
}

static void close_words(
	char out[160], uint16_t code, const uint8_t *reason, size_t len)
{
	if (code == WS_CLOSE_NO_CODE)
		snprintf(out, 160, "no code");
	else
		snprintf(out, 160, "%u \"%.*s\"", code, (int)len,
			(const char *)reason);
}

static void check_close(struct session *s)
{
	struct replay *r = replay_of(s);
	const struct ws_event *ev = &s->link->event;
	const struct tape_entry *e = close_entry(r);
	char then[160], now[160];

	r->close_checked = true;
	if (!e || same_close(e, ev))
		return;
	close_words(then, e->code, e->data, e->len);
	close_words(now, ev->code, ev->data, ev->len);
	tell(s, "the close differs: recorded %s, came %s", then, now);
}

void replay_check_event(struct session *s)
{
	if (!checking(s))
		return;
	if (s->link->event.type == WS_EVENT_DATA)
		check_message(s);
	else if (s->link->event.type == WS_EVENT_CLOSE)
		check_close(s);
}

bool replay_check_expects_close(const struct session *s)
{
	const struct tape_entry *e =
		checking(s) ? close_entry(replay_of(s)) : NULL;

	return e && same_close(e, &s->link->event);
}

static void tell_missing(struct session *s)
{
	struct replay *r = replay_of(s);
	uint64_t first = r->came + 1, n = 0;

	while (next_entry(r, TAPE_MESSAGE))
		n++;
	if (n == 0)
		return;
	if (n == 1)
		tell(s, "message %" PRIu64 " did not come", first);
	else
		tell(s, "messages %" PRIu64 " to %" PRIu64 " did not come",
			first, first + n - 1);
	r->differences += n - 1;
}

void replay_check_end(struct session *s)
{
	struct replay *r;

	if (!checking(s))
		return;
	r = replay_of(s);
	tell_missing(s);
	if (r->extra) {
		tell(s, "%" PRIu64 " more message%s came than recorded",
			r->extra, r->extra == 1 ? "" : "s");
		r->differences += r->extra - 1;
	}
	if (!r->close_checked && close_entry(r))
		tell(s, "the close did not come");
	session_say(s, STYLE_ERROR,
		"replayed %" PRIu64 " message%s, %" PRIu64
		" came as recorded, %" PRIu64 " difference%s",
		r->sent, r->sent == 1 ? "" : "s", r->same, r->differences,
		r->differences == 1 ? "" : "s");
	s->replay_differs = s->replay_differs || r->differences > 0;
}

void replay_check_settle(struct session *s)
{
	if (s->replay_differs && !s->signal)
		session_fail(s, ERR_UNMET,
			"what came differs from the record (--replay-check)");
}
