/* The words of session/stats.h. */
#include "session/stats.h"

#include "session/stats_parts.h"
#include "ws/close.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the lines go; a line without a word has no column for it. */
struct teller {
	void (*say)(void *arg, const char *line);
	void *arg;
};

static void tell(const struct teller *to, const char *word, const char *format,
	...) __attribute__((format(printf, 3, 4)));

static void tell(
	const struct teller *to, const char *word, const char *format, ...)
{
	char line[1024];
	int n = word ? snprintf(line, sizeof(line), "%-14s", word) : 0;
	va_list args;

	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	to->say(to->arg, line);
}

/* With commas: 1,234,567. */
static struct stats_number count(uint64_t n)
{
	struct stats_number text = { "" };
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *to = text.s;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

/* "3 messages": a count and what is counted. */
static struct stats_number counted(
	uint64_t n, const char *one, const char *many)
{
	struct stats_number text = count(n);
	size_t len = strlen(text.s);

	snprintf(
		text.s + len, sizeof(text.s) - len, " %s", n == 1 ? one : many);
	return text;
}

static void tell_phases(const struct stats *s, const struct teller *to)
{
	struct stats_phase phases[STATS_PHASES];

	stats_phases_measure(&s->phases, phases);
	for (size_t i = 0; i < STATS_PHASES; i++)
		if (phases[i].ns >= 0)
			tell(to, phases[i].word, "%s ms",
				stats_ms(phases[i].ns).s);
}

char *stats_phases_text(
	const struct stats_phases *p, char out[STATS_PHASES_TEXT])
{
	struct stats_phase phases[STATS_PHASES];
	size_t len = 0;

	out[0] = '\0';
	stats_phases_measure(p, phases);
	for (size_t i = 0; i <= STATS_UPGRADE; i++)
		if (phases[i].ns >= 0)
			len += (size_t)snprintf(out + len,
				STATS_PHASES_TEXT - len, "%s%s %s ms",
				len ? ", " : "", phases[i].word,
				stats_ms(phases[i].ns).s);
	return out;
}

static void tell_open(
	const struct stats *s, int64_t now_ns, const struct teller *to)
{
	const int64_t ns = stats_open_ns(s, now_ns);

	if (ns < 1000000)
		tell(to, "open for", "%s ms", stats_ms(ns).s);
	else
		tell(to, "open for", "%s s", stats_in_units(ns, 1000000000).s);
}

static void tell_side(const struct stats_side *side, const char *word,
	const struct teller *to)
{
	char binary[64] = "";

	if (side->binary)
		snprintf(binary, sizeof(binary), " (%s binary)",
			count(side->binary).s);
	tell(to, word, "%s%s, %s; on the wire %s",
		counted(side->messages, "message", "messages").s, binary,
		counted(side->bytes, "byte", "bytes").s, count(side->wire).s);
}

enum { PART = 128 };

/* "in 2 frames (260 bytes)", or nothing. */
static void describe(const struct ws_tally *t, const char *word, char out[PART])
{
	size_t len;

	out[0] = '\0';
	if (!t->frames)
		return;
	len = (size_t)snprintf(out, PART, "%s %s", word,
		counted(t->frames, "frame", "frames").s);
	if (t->bytes)
		snprintf(out + len, PART - len, " (%s)",
			counted(t->bytes, "byte", "bytes").s);
}

/* What there is to say of each way. */
static void tell_both(const char *word, const char *in, const char *out,
	const struct teller *to)
{
	if (in[0] || out[0])
		tell(to, word, "%s%s%s", in, in[0] && out[0] ? ", " : "", out);
}

static void tell_frames(const struct stats *s, const struct teller *to)
{
	struct stats_kind ins[STATS_KINDS], outs[STATS_KINDS];

	stats_frames_sort(&s->in, ins);
	stats_frames_sort(&s->out, outs);
	for (size_t i = 0; i < STATS_KINDS; i++) {
		char in[PART], out[PART];

		describe(&ins[i].tally, "in", in);
		describe(&outs[i].tally, "out", out);
		tell_both(ins[i].name, in, out, to);
	}
}

/* "in 3.07 : 1", or nothing. */
static void compare(
	const struct stats_side *side, const char *word, char out[PART])
{
	struct stats_ratio ratio;

	out[0] = '\0';
	if (stats_ratio(side, &ratio))
		snprintf(out, PART, "%s %s.%02u : 1", word,
			count(ratio.whole).s, ratio.hundredths);
}

static void tell_compression(const struct stats *s, const struct teller *to)
{
	char in[PART], out[PART];

	compare(&s->in, "in", in);
	compare(&s->out, "out", out);
	tell_both("compression", in, out, to);
}

/* --- round trips --- */

enum { ROWS = 8, TRIPS_DRAWN = 5, BAR = 32 };

/* Rows of step each, the first from `from` on; with a rest the last one has
 * all that is beyond. */
struct rows {
	int64_t from, step;
	size_t n;
	bool rest;
	unsigned counts[ROWS];
};

/* The finest steps of 1, 2 or 5 by which the rows hold all of the trips, or
 * all but the few that are far off. */
static struct rows cut_rows(const struct stats_trips *t)
{
	const int64_t least = t->v[0], most = t->v[t->n - 1];
	struct rows r = { .step = 1000 };

	for (unsigned i = 1;; i++) {
		r.from = least / r.step * r.step;
		r.rest = (most - r.from) / r.step >= ROWS;
		if (!r.rest || (t->p95 - r.from) / r.step < ROWS - 1)
			break;
		r.step = i % 3 == 2 ? r.step / 2 * 5 : r.step * 2;
	}
	r.n = (size_t)(((r.rest ? t->p95 : most) - r.from) / r.step) + 1 +
	      r.rest;
	for (size_t i = 0; i < t->n; i++) {
		const int64_t at = (t->v[i] - r.from) / r.step;

		r.counts[at < (int64_t)r.n ? at : (int64_t)r.n - 1]++;
	}
	return r;
}

/* Where a row ends: the rest, and what can't be counted further, with the
 * longest trip. */
static int64_t row_end(
	const struct rows *r, size_t i, const struct stats_trips *t)
{
	const int64_t most = t->v[t->n - 1];
	const int64_t start = r->from + (int64_t)i * r->step;

	return (r->rest && i == r->n - 1) || start > INT64_MAX - r->step
		       ? most
		       : start + r->step;
}

static void tell_shape(const struct stats_trips *t, const struct teller *to)
{
	static const char bar[] = "################################";
	unsigned highest = 1;
	int wide, digits;

	if (t->n < TRIPS_DRAWN)
		return;

	const struct rows r = cut_rows(t);

	if (r.n < 2)
		return;
	for (size_t i = 0; i < r.n; i++)
		if (r.counts[i] > highest)
			highest = r.counts[i];
	wide = (int)strlen(stats_ms(row_end(&r, r.n - 1, t)).s);
	digits = (int)strlen(count(highest).s);
	for (size_t i = 0; i < r.n; i++) {
		const int64_t start = r.from + (int64_t)i * r.step;
		const unsigned long long n = r.counts[i];
		const int len = (int)((n * BAR + highest - 1) / highest);

		tell(to, "", "%*s to %*s ms %*s%s%.*s", wide, stats_ms(start).s,
			wide, stats_ms(row_end(&r, i, t)).s, digits, count(n).s,
			n ? " " : "", len, bar);
	}
}

enum { NEWEST = 96 };

/* Behind numbers that are not of all trips. */
static char *describe_newest(
	const struct stats *s, const struct stats_trips *t, char out[NEWEST])
{
	out[0] = '\0';
	if (s->trips > t->n)
		snprintf(out, NEWEST, " (median, p95 and p99 of the newest %s)",
			count(t->n).s);
	return out;
}

static void tell_trips(const struct stats *s, const struct teller *to)
{
	struct stats_trips t;
	char newest[NEWEST];

	if (!stats_trips_sort(s, &t))
		return;
	tell(to, "round trips",
		"%s: min %s, median %s, p95 %s, p99 %s, max %s ms%s",
		count(s->trips).s, stats_ms(t.min).s, stats_ms(t.median).s,
		stats_ms(t.p95).s, stats_ms(t.p99).s, stats_ms(t.max).s,
		describe_newest(s, &t, newest));
	tell_shape(&t, to);
}

/* --- the end --- */

static void tell_end(const struct stats *s, const struct teller *to)
{
	const struct stats_end *e = &s->end;
	const char *who = "closed by us";
	const char *then = "";

	if (!s->phases.upgraded) {
		tell(to, "end", "it was never open");
		return;
	}
	switch (e->by) {
	case STATS_OPEN:
		return;
	case STATS_LOST:
		tell(to, "end", "lost, without a close frame");
		return;
	case STATS_PEER:
		who = "closed by the other end";
		break;
	case STATS_US:
		if (e->unsent) {
			tell(to, "end", "ended by us, without a close frame");
			return;
		}
		if (e->answered)
			who = "closed by us, answered";
		else if (!e->fault)
			then = ", not answered";
		break;
	}
	tell(to, "end", "%s: %u (%s)%s%s%.*s", who, e->code,
		ws_close_name(e->code), then, e->reason_len ? ": " : "",
		(int)e->reason_len, e->reason);
}

void stats_tell(const struct stats *s, int64_t now_ns,
	void (*say)(void *arg, const char *line), void *arg)
{
	const struct teller to = { say, arg };

	tell_phases(s, &to);
	if (s->phases.upgraded) {
		tell_open(s, now_ns, &to);
		tell_side(&s->in, "in", &to);
		tell_side(&s->out, "out", &to);
		tell_frames(s, &to);
		tell_compression(s, &to);
		tell_trips(s, &to);
	}
	tell_end(s, &to);
}

/* --- of --ping --- */

/* In tenths of a percent. One that was lost is never told as none, nor all but
 * one as all. */
static uint64_t lost_share(uint64_t lost, uint64_t pings)
{
	const uint64_t share = pings ? (lost * 1000 + pings / 2) / pings : 0;

	if (share == 0 && lost > 0)
		return 1;
	return share == 1000 && lost < pings ? 999 : share;
}

void stats_ping_tell(const struct stats *s, uint64_t pings, uint64_t pongs,
	int64_t took_ns, void (*say)(void *arg, const char *line), void *arg)
{
	const uint64_t lost = pings > pongs ? pings - pongs : 0;
	const uint64_t share = lost_share(lost, pings);
	const struct teller to = { say, arg };
	char tenth[4] = "", newest[NEWEST];
	struct stats_trips t;

	if (share % 10)
		snprintf(tenth, sizeof(tenth), ".%u", (unsigned)(share % 10));
	tell(&to, NULL,
		"%" PRIu64 " ping%s, %" PRIu64 " pong%s, %" PRIu64
		"%s%% lost, %" PRId64 " ms",
		pings, pings == 1 ? "" : "s", pongs, pongs == 1 ? "" : "s",
		share / 10, tenth, took_ns / 1000000);
	if (!stats_trips_sort(s, &t))
		return;
	tell(&to, NULL,
		"round trip min/median/p95/p99/max = %s/%s/%s/%s/%s ms%s",
		stats_ms(t.min).s, stats_ms(t.median).s, stats_ms(t.p95).s,
		stats_ms(t.p99).s, stats_ms(t.max).s,
		describe_newest(s, &t, newest));
}
