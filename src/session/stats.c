#include "session/stats.h"

#include "session/stats_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stats_begin(struct stats *s, int64_t now_ns)
{
	*s = (struct stats){ .phases.began = now_ns };
}

void stats_trip(struct stats *s, int64_t ns)
{
	if (ns < 0)
		ns = 0;
	if (s->trips == 0 || ns < s->trip_min_ns)
		s->trip_min_ns = ns;
	if (ns > s->trip_max_ns)
		s->trip_max_ns = ns;
	s->trip_ns[s->trips++ % STATS_TRIPS] = ns;
}

struct stats_number stats_in_units(int64_t ns, int64_t unit_ns)
{
	struct stats_number text;
	int64_t thousandth = unit_ns / 1000, n;

	if (ns < 0)
		ns = 0;
	n = ns / thousandth + (ns % thousandth >= thousandth / 2);
	snprintf(text.s, sizeof(text.s), "%" PRId64 ".%03d", n / 1000,
		(int)(n % 1000));
	return text;
}

struct stats_number stats_ms(int64_t ns)
{
	return stats_in_units(ns, 1000000);
}

void stats_phases_measure(
	const struct stats_phases *p, struct stats_phase out[STATS_PHASES])
{
	const struct stats_phase phases[STATS_PHASES] = {
		{ "look-up", "look_up_ms", p->resolved },
		{ "TCP", "tcp_ms", p->connected },
		{ "TLS", "tls_ms", p->secured },
		[STATS_UPGRADE] = { "upgrade", "upgrade_ms", p->upgraded },
		{ "first message", "first_message_ms", p->first_message },
	};
	int64_t before = p->began;

	for (size_t i = 0; i < STATS_PHASES; i++) {
		const int64_t over = phases[i].ns;

		out[i] = phases[i];
		out[i].ns = -1;
		if (over == 0)
			continue;
		out[i].ns = over > before ? over - before : 0;
		before = over;
	}
}

int64_t stats_open_ns(const struct stats *s, int64_t now_ns)
{
	return (s->end.by == STATS_OPEN ? now_ns : s->end.at_ns) -
	       s->phases.upgraded;
}

static void add(struct ws_tally *to, const struct ws_tally *from)
{
	to->frames += from->frames;
	to->bytes += from->bytes;
}

void stats_frames_sort(
	const struct stats_side *side, struct stats_kind out[STATS_KINDS])
{
	static const enum ws_opcode known[STATS_KINDS - 1] = { WS_TEXT,
		WS_BINARY, WS_CONTINUATION, WS_CLOSE, WS_PING, WS_PONG };
	struct ws_tally rest[WS_OPCODES];

	memcpy(rest, side->frames, sizeof(rest));
	for (size_t i = 0; i < STATS_KINDS - 1; i++) {
		out[i].name = ws_opcode_name(known[i]);
		out[i].tally = rest[known[i]];
		rest[known[i]] = (struct ws_tally){ 0 };
	}
	out[STATS_KINDS - 1] = (struct stats_kind){ .name = "reserved" };
	for (size_t i = 0; i < WS_OPCODES; i++)
		add(&out[STATS_KINDS - 1].tally, &rest[i]);
}

bool stats_ratio(const struct stats_side *side, struct stats_ratio *ratio)
{
	const struct ws_tally *f = side->frames;
	const uint64_t packed = f[WS_TEXT].bytes + f[WS_BINARY].bytes +
				f[WS_CONTINUATION].bytes;

	if (!side->compressed || !side->messages || !packed)
		return false;

	const double rest =
		(double)(side->bytes % packed) / (double)packed * 100;

	ratio->hundredths = (unsigned)(rest + 0.5);
	ratio->whole = side->bytes / packed + ratio->hundredths / 100;
	ratio->hundredths %= 100;
	return true;
}

static int by_size(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

bool stats_trips_sort(const struct stats *s, struct stats_trips *t)
{
	const size_t n =
		s->trips < STATS_TRIPS ? (size_t)s->trips : STATS_TRIPS;
	int64_t *v;

	t->n = n;
	if (n == 0)
		return false;
	v = t->v;
	memcpy(v, s->trip_ns, n * sizeof(v[0]));
	qsort(v, n, sizeof(v[0]), by_size);
	t->median = v[(n - 1) / 2] + (v[n / 2] - v[(n - 1) / 2]) / 2;
	t->p95 = v[(n * 95 + 99) / 100 - 1];
	t->p99 = v[(n * 99 + 99) / 100 - 1];
	t->min = s->trip_min_ns;
	t->max = s->trip_max_ns;
	return true;
}
