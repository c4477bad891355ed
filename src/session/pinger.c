#include "session/pinger.h"

#include "base/bytes.h"
#include "session/session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Pings whose pongs are known; an older one that has none is lost. */
	WINDOW = 16384,
	RANDOM = 8,
	PAYLOAD = RANDOM + 8,
	LINE_MAX_BYTES = 1024,
};

static const int64_t interval_default_ms = 1000, timeout_default_ms = 10000;

struct ping {
	int64_t sent_ns;
	enum { PING_AWAITED, PING_ANSWERED, PING_LOST } state;
};

struct pinger {
	uint64_t count;                  /* 0: no limit */
	int64_t interval_ns, timeout_ns; /* 0: the first one only; never */
	uint8_t base[RANDOM];
	int64_t began_ns, next_ns;
	int64_t excused_ns;     /* no pong could be read until then */
	int64_t longest_ns;     /* round trip */
	uint64_t sent, settled; /* numbers; the latter: all up to it are */
	uint64_t pongs, again, late;
	bool ended; /* the summary was told */
	struct ping pings[WINDOW];
};

static struct ping *ping_of(struct pinger *p, uint64_t number)
{
	return &p->pings[number % WINDOW];
}

/* A line on standard output, for which there is room: what comes in leaves
 * some. */
static void say(struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct session *s, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	strcat(line, "\n");
	buf_put(&s->text, line, strlen(line));
}

static void say_line(void *arg, const char *line)
{
	say(arg, "%s", line);
}

/* 0 for TIME_INFINITE. */
static int64_t to_ns(int64_t ms, int64_t unset_ms)
{
	if (ms == TIME_UNSET)
		ms = unset_ms;
	return ms == TIME_INFINITE ? 0 : ms * 1000000;
}

void pinger_begin(struct session *s)
{
	const struct config *c = s->config;
	struct pinger *p;

	if (!c->ping)
		return;
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	pinger_free(s->pinger);
	s->pinger = p;
	p->count = c->ping_count;
	p->interval_ns = to_ns(c->ping_interval_ms, interval_default_ms);
	p->timeout_ns = to_ns(c->ping_timeout_ms, timeout_default_ms);
	random_bytes(p->base, sizeof(p->base));
	p->began_ns = p->next_ns = clock_now_ns();
	/* These pings are the only ones; no message goes past us. */
	s->link->keepalive = (struct keepalive){ 0 };
	s->link->unsplicable = true;
	say(s, "PING %.900s (%s)", s->url, s->link->address);
}

/* --- the end --- */

/* Of the latest, those whose pong may well be on its way: no ping is as old as
 * the longest round trip so far, or as the interval. */
static uint64_t count_under_way(struct pinger *p)
{
	int64_t grace =
		p->interval_ns > p->longest_ns ? p->interval_ns : p->longest_ns;
	int64_t now = clock_now_ns();
	uint64_t n = 0;

	for (uint64_t i = p->sent; i > p->settled; i--) {
		const struct ping *ping = ping_of(p, i);

		if (ping->state == PING_AWAITED && now - ping->sent_ns < grace)
			n++;
	}
	return n;
}

/* What is neither a lost ping nor a pong that counts. */
static void say_rest(struct session *s, uint64_t under_way)
{
	const struct pinger *p = s->pinger;
	const struct {
		uint64_t n;
		const char *one, *many;
	} rests[] = {
		{ under_way, "ping not answered yet",
			"pings not answered yet" },
		{ p->again, "duplicate", "duplicates" },
		{ p->late, "late pong", "late pongs" },
		{ s->link->messages, "message not shown",
			"messages not shown" },
	};
	char line[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(rests) / sizeof(*rests); i++)
		if (rests[i].n)
			len += (size_t)snprintf(line + len, sizeof(line) - len,
				"%s%" PRIu64 " %s", len ? ", " : "", rests[i].n,
				rests[i].n == 1 ? rests[i].one : rests[i].many);
	if (len)
		say(s, "%s", line);
}

/* What is to be said behind the summary, of an end that is no fault. */
static void judge(struct session *s, uint64_t pings, bool stopped)
{
	const struct pinger *p = s->pinger;
	const struct link *l = s->link;

	if (!stopped && l->peer_closed && p->count > pings)
		session_fail(s, ERR_UNMET,
			"the server closed with %u (%s) after %" PRIu64
			" of %" PRIu64 " pings",
			l->peer_code, ws_close_name(l->peer_code), pings,
			p->count);
	if (p->pongs == 0 || p->pongs < pings)
		session_fail(s, ERR_UNMET, "%s", "");
}

static void tell_end(struct session *s, bool stopped)
{
	struct pinger *p = s->pinger;
	uint64_t under_way = count_under_way(p), pings = p->sent - under_way;

	p->ended = true;
	say(s, "\n--- %.900s ping statistics ---", s->url);
	stats_ping_tell(&s->link->stats, pings, p->pongs,
		clock_now_ns() - p->began_ns, say_line, s);
	say_rest(s, under_way);
	judge(s, pings, stopped);
}

bool pinger_stop(struct session *s)
{
	if (!s->pinger || s->pinger->ended)
		return false;
	tell_end(s, true);
	session_finish(s, ASKED_ENOUGH);
	return true;
}

void pinger_end(struct session *s)
{
	if (!s->pinger)
		return;
	if (!s->pinger->ended && !s->output_broken)
		tell_end(s, false);
	session_flush(s);
}

/* --- pings and pongs --- */

/* Whether nothing keeps pongs from being read, and lines from being said. */
static bool has_room(const struct session *s)
{
	return buf_room(&s->text) >= PRINTER_RESERVE;
}

static bool may_ping(const struct session *s)
{
	const struct pinger *p = s->pinger;

	return has_room(s) && (p->count == 0 || p->sent < p->count) &&
	       ws_conn_may_send(&s->link->conn) && !s->link->net_broken &&
	       buf_room(&s->link->out) >= WS_HEADER_MAX + WS_CONTROL_MAX;
}

/* All that have a pong, or will have none. */
static void skip_settled(struct pinger *p)
{
	while (p->settled < p->sent &&
		ping_of(p, p->settled + 1)->state != PING_AWAITED)
		p->settled++;
}

static void lose(struct session *s)
{
	struct pinger *p = s->pinger;

	ping_of(p, p->settled + 1)->state = PING_LOST;
	if (!s->config->quiet)
		say(s, "no pong for seq=%" PRIu64, p->settled + 1);
	skip_settled(p);
}

/* When the oldest that is awaited has had its time. */
static struct deadline lost_deadline(struct pinger *p)
{
	int64_t from;

	if (p->timeout_ns == 0 || p->settled == p->sent)
		return DEADLINE_NEVER;
	from = ping_of(p, p->settled + 1)->sent_ns;
	if (from < p->excused_ns)
		from = p->excused_ns;
	return (struct deadline){ from + p->timeout_ns };
}

static void send_ping(struct session *s)
{
	struct pinger *p = s->pinger;
	uint8_t payload[PAYLOAD];
	int64_t now = clock_now_ns();

	/* The oldest's place is wanted. */
	if (p->sent - p->settled == WINDOW)
		lose(s);
	memcpy(payload, p->base, RANDOM);
	store64(payload + RANDOM, p->sent + 1);
	if (!outgoing_control(
		    &s->link->outgoing, WS_PING, payload, sizeof(payload)))
		return;
	*ping_of(p, ++p->sent) = (struct ping){ .sent_ns = now };
	/* At even distances, but never a burst of those that were missed. */
	p->next_ns += p->interval_ns;
	if (p->next_ns < now)
		p->next_ns = now + p->interval_ns;
	if (p->interval_ns == 0)
		p->next_ns = INT64_MAX;
}

static void lose_late(struct session *s)
{
	struct pinger *p = s->pinger;

	if (lost_deadline(p).at_ns > s->now_ns)
		return;
	/* It may have come, and was not read yet. */
	if (!s->link->net_eof &&
		(transport_pending(s->link->net) > 0 ||
			transport_wait(s->link->net->fd, IO_WANT_READ,
				deadline_in_ms(0))))
		return;
	while (has_room(s) && lost_deadline(p).at_ns <= s->now_ns)
		lose(s);
}

void pinger_run(struct session *s)
{
	struct pinger *p = s->pinger;

	if (!p || p->ended || !s->link->net)
		return;
	if (s->link->peer_closed || s->link->conn.failed ||
		s->link->asked != ASKED_NOTHING) {
		tell_end(s, false);
		return;
	}
	if (!has_room(s)) {
		p->excused_ns = s->now_ns;
		return;
	}
	lose_late(s);
	if (may_ping(s) && p->next_ns <= s->now_ns)
		send_ping(s);
	if (p->count && p->settled == p->count)
		pinger_stop(s);
}

struct deadline pinger_deadline(const struct session *s)
{
	struct pinger *p = s->pinger;
	struct deadline next = DEADLINE_NEVER;

	if (!p || p->ended || !s->link->net || !has_room(s))
		return DEADLINE_NEVER;
	if (may_ping(s))
		next.at_ns = p->next_ns;
	return deadline_first(next, lost_deadline(p));
}

static bool is_ours(
	const struct pinger *p, const struct ws_event *ev, uint64_t *number)
{
	if (ev->len != PAYLOAD || memcmp(ev->data, p->base, RANDOM) != 0)
		return false;
	*number = load64(ev->data + RANDOM);
	return *number > 0 && *number <= p->sent && p->sent - *number < WINDOW;
}

/* Notes a pong, and gives back what is remarkable about it. */
static const char *take(struct session *s, struct ping *ping, int64_t took_ns)
{
	struct pinger *p = s->pinger;

	switch (ping->state) {
	case PING_AWAITED:
		p->pongs++;
		stats_trip(&s->link->stats, took_ns);
		if (took_ns > p->longest_ns)
			p->longest_ns = took_ns;
		ping->state = PING_ANSWERED;
		break;
	case PING_ANSWERED:
		p->again++;
		return " (duplicate)";
	case PING_LOST:
		p->late++;
		ping->state = PING_ANSWERED;
		return " (late)";
	}
	return "";
}

bool pinger_pong(struct session *s, const struct ws_event *ev)
{
	struct pinger *p = s->pinger;
	const char *remark;
	struct ping *ping;
	uint64_t number;
	int64_t ns;

	if (!p || !is_ours(p, ev, &number))
		return false;
	if (p->ended)
		return true;
	ping = ping_of(p, number);
	ns = clock_now_ns() - ping->sent_ns;
	remark = take(s, ping, ns);
	skip_settled(p);
	if (!s->config->quiet)
		say(s, "pong from %s: seq=%" PRIu64 " time=%.3f ms%s",
			s->link->address, number, (double)ns / 1e6, remark);
	return true;
}

void pinger_free(struct pinger *p)
{
	free(p);
}
