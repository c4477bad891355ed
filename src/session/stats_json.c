/* The JSON of session/stats.h. */
#include "session/stats.h"

#include "format/jsonput.h"
#include "session/stats_parts.h"

/* `"key":`, behind a comma where it isn't the first of its object. */
static void put_key(struct jsonput *j, const char *key)
{
	jsonput_raw(j, j->p[-1] == '{' ? "\"" : ",\"");
	jsonput_raw(j, key);
	jsonput_raw(j, "\":");
}

static void open_object(struct jsonput *j, const char *key)
{
	put_key(j, key);
	jsonput_raw(j, "{");
}

static void put_number(struct jsonput *j, const char *key, uint64_t n)
{
	put_key(j, key);
	jsonput_number(j, n);
}

/* A time; less than nothing is null. */
static void put_ms(struct jsonput *j, const char *key, int64_t ns)
{
	put_key(j, key);
	jsonput_raw(j, ns < 0 ? "null" : stats_ms(ns).s);
}

static void put_phases(struct jsonput *j, const struct stats *s, int64_t now_ns)
{
	const int64_t open_ns = stats_open_ns(s, now_ns);
	struct stats_phase phases[STATS_PHASES];

	stats_phases_measure(&s->phases, phases);
	open_object(j, "phases");
	for (size_t i = 0; i < STATS_PHASES; i++)
		put_ms(j, phases[i].key, phases[i].ns);
	jsonput_raw(j, "}");
	put_ms(j, "open_ms",
		!s->phases.upgraded ? -1
		: open_ns > 0       ? open_ns
				    : 0);
}

static void put_side(
	struct jsonput *j, const char *key, const struct stats_side *side)
{
	struct stats_kind kinds[STATS_KINDS];

	stats_frames_sort(side, kinds);
	open_object(j, key);
	open_object(j, "messages");
	put_number(j, "text", side->messages - side->binary);
	put_number(j, "binary", side->binary);
	jsonput_raw(j, "}");
	put_number(j, "bytes", side->bytes);
	put_number(j, "wire", side->wire);
	open_object(j, "frames");
	for (size_t i = 0; i < STATS_KINDS; i++) {
		open_object(j, kinds[i].name);
		put_number(j, "frames", kinds[i].tally.frames);
		put_number(j, "bytes", kinds[i].tally.bytes);
		jsonput_raw(j, "}");
	}
	jsonput_raw(j, "}}");
}

static void put_ratio(
	struct jsonput *j, const char *key, const struct stats_side *side)
{
	struct stats_ratio ratio;
	char hundredths[2];

	put_key(j, key);
	if (!stats_ratio(side, &ratio)) {
		jsonput_raw(j, "null");
		return;
	}
	jsonput_number(j, ratio.whole);
	jsonput_raw(j, ".");
	jsonput_digits(hundredths, ratio.hundredths, 2);
	jsonput_bytes(j, hundredths, sizeof(hundredths));
}

static void put_trips(struct jsonput *j, const struct stats *s)
{
	struct stats_trips t;
	const bool any = stats_trips_sort(s, &t);

	open_object(j, "round_trips");
	put_number(j, "count", s->trips);
	put_number(j, "newest", t.n);
	put_ms(j, "min_ms", any ? t.min : -1);
	put_ms(j, "median_ms", any ? t.median : -1);
	put_ms(j, "p95_ms", any ? t.p95 : -1);
	put_ms(j, "p99_ms", any ? t.p99 : -1);
	put_ms(j, "max_ms", any ? t.max : -1);
	jsonput_raw(j, "}");
}

/* NULL: it is open. */
static const char *ended_by(const struct stats *s)
{
	if (!s->phases.upgraded)
		return "never_open";
	switch (s->end.by) {
	case STATS_OPEN:
		break;
	case STATS_US:
		return "us";
	case STATS_PEER:
		return "peer";
	case STATS_LOST:
		return "lost";
	}
	return NULL;
}

static void put_end(struct jsonput *j, const struct stats *s)
{
	const struct stats_end *e = &s->end;
	const char *by = ended_by(s);
	const bool closed = s->phases.upgraded && !e->unsent &&
			    (e->by == STATS_US || e->by == STATS_PEER);

	put_key(j, "end");
	if (!by) {
		jsonput_raw(j, "null");
		return;
	}
	jsonput_raw(j, "{");
	jsonput_member(j, "\"by\":", by);
	put_key(j, "code");
	if (closed && e->code != WS_CLOSE_NO_CODE)
		jsonput_number(j, e->code);
	else
		jsonput_raw(j, "null");
	put_key(j, "reason");
	if (closed)
		jsonput_string(j, e->reason, e->reason_len);
	else
		jsonput_raw(j, "null");
	put_key(j, "clean");
	jsonput_raw(j, closed && e->clean ? "true}" : "false}");
}

bool stats_json(const struct stats *s, int64_t now_ns, struct buf *out)
{
	struct jsonput j;

	if (buf_room(out) < STATS_JSON_ROOM)
		return false;
	j = jsonput_begin(out, STATS_JSON_ROOM);
	jsonput_raw(&j, "{\"client\":");
	if (s->client)
		jsonput_number(&j, s->client);
	else
		jsonput_raw(&j, "null");
	put_phases(&j, s, now_ns);
	put_side(&j, "in", &s->in);
	put_side(&j, "out", &s->out);
	open_object(&j, "compression");
	put_ratio(&j, "in", &s->in);
	put_ratio(&j, "out", &s->out);
	jsonput_raw(&j, "}");
	put_trips(&j, s);
	put_end(&j, s);
	jsonput_raw(&j, "}\n");
	return jsonput_end(&j);
}
