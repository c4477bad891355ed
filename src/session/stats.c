#include "session/stats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stats_begin(struct stats *s, int64_t now_ns)
{
	*s = (struct stats){ .phases.began = now_ns };
}

void stats_trip(struct stats *s, int64_t ns)
{
	s->trip_ns[s->trips++ % STATS_TRIPS] = ns;
}

/* Where the lines go. */
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
	int n = snprintf(line, sizeof(line), "%-14s", word);
	va_list args;

	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	to->say(to->arg, line);
}

struct number {
	char s[48];
};

/* With commas: 1,234,567. */
static struct number count(uint64_t n)
{
	struct number text = { "" };
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
static struct number counted(uint64_t n, const char *one, const char *many)
{
	struct number text = count(n);
	size_t len = strlen(text.s);

	snprintf(
		text.s + len, sizeof(text.s) - len, " %s", n == 1 ? one : many);
	return text;
}

/* A time in units of so many nanoseconds, to their thousandth: no floating
 * point, whose comma depends on the locale. */
static struct number in_units(int64_t ns, int64_t unit_ns)
{
	struct number text;
	int64_t thousandth = unit_ns / 1000, n;

	if (ns < 0)
		ns = 0;
	n = ns / thousandth + (ns % thousandth >= thousandth / 2);
	snprintf(text.s, sizeof(text.s), "%" PRId64 ".%03d", n / 1000,
		(int)(n % 1000));
	return text;
}

static struct number ms(int64_t ns)
{
	return in_units(ns, 1000000);
}

/* How many bytes for one on the wire, to the hundredth. */
static struct number ratio(const struct stats_side *side)
{
	uint64_t whole = side->bytes / side->wire;
	double rest = (double)(side->bytes % side->wire) / (double)side->wire;
	unsigned hundredths = (unsigned)(rest * 100 + 0.5);
	struct number text = count(whole + hundredths / 100);
	size_t len = strlen(text.s);

	snprintf(text.s + len, sizeof(text.s) - len, ".%02u", hundredths % 100);
	return text;
}

static void tell_phases(const struct stats_phases *p, const struct teller *to)
{
	const struct {
		const char *word;
		int64_t over;
	} phases[] = {
		{ "look-up", p->resolved },
		{ "TCP", p->connected },
		{ "TLS", p->secured },
		{ "upgrade", p->upgraded },
		{ "first message", p->first_message },
	};
	int64_t before = p->began;

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		if (phases[i].over == 0)
			continue;
		tell(to, phases[i].word, "%s ms",
			ms(phases[i].over - before).s);
		before = phases[i].over;
	}
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

static void tell_pings(const struct stats *s, const struct teller *to)
{
	if (s->in.pings || s->out.pings || s->in.pongs || s->out.pongs)
		tell(to, "pings", "in %s, out %s; pongs in %s, out %s",
			count(s->in.pings).s, count(s->out.pings).s,
			count(s->in.pongs).s, count(s->out.pongs).s);
}

/* Of a side without messages there is nothing to compare. */
static void tell_compression(const struct stats *s, const struct teller *to)
{
	bool in = s->in.messages && s->in.wire;
	bool out = s->out.messages && s->out.wire;

	if (in || out)
		tell(to, "compression", "%s%s%s%s%s%s", in ? "in " : "",
			in ? ratio(&s->in).s : "", in ? " : 1" : "",
			in && out ? ", out "
			: out     ? "out "
				  : "",
			out ? ratio(&s->out).s : "", out ? " : 1" : "");
}

static int by_size(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void tell_trips(const struct stats *s, const struct teller *to)
{
	int64_t v[STATS_TRIPS], median;
	size_t n = s->trips < STATS_TRIPS ? (size_t)s->trips : STATS_TRIPS;
	char newest[64] = "";

	if (n == 0)
		return;
	memcpy(v, s->trip_ns, n * sizeof(v[0]));
	qsort(v, n, sizeof(v[0]), by_size);
	median = v[(n - 1) / 2] + (v[n / 2] - v[(n - 1) / 2]) / 2;
	if (s->trips > n)
		snprintf(newest, sizeof(newest), "; the newest %s", count(n).s);
	tell(to, "round trips", "%s%s: min %s, median %s, p95 %s, max %s ms",
		count(s->trips).s, newest, ms(v[0]).s, ms(median).s,
		ms(v[(n * 95 + 99) / 100 - 1]).s, ms(v[n - 1]).s);
}

void stats_tell(const struct stats *s, const struct stats_end *end,
	void (*say)(void *arg, const char *line), void *arg)
{
	const struct teller to = { say, arg };

	tell_phases(&s->phases, &to);
	if (s->phases.upgraded) {
		tell(&to, "open for", "%s s",
			in_units(end->now_ns - s->phases.upgraded, 1000000000)
				.s);
		tell_side(&s->in, "in", &to);
		tell_side(&s->out, "out", &to);
		tell_pings(s, &to);
		if (end->compressed)
			tell_compression(s, &to);
		tell_trips(s, &to);
	}
	if (end->how)
		tell(&to, "end", "%s", end->how);
}
