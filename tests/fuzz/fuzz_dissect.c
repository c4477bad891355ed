#define _GNU_SOURCE /* unit/guard.h */
#include "format/trace.h"
#include "fuzz/content.h"
#include "fuzz/fuzz.h"
#include "ws/conn.h"
#include "ws/dissect.h"

/*
 * Frames to be looked at. Any bytes, cut in whatever way, are told of the same:
 * with the bounds that are promised, all bytes accounted for, and the same
 * lines of format/trace in whatever room, without a byte in them that a
 * terminal would act upon. And what the connection itself makes of the bytes,
 * until it finds a fault, is what the frames add up to: the same messages and
 * control frames in the same order.
 *
 *     input: choices, deflate's parameters (two bytes), bytes shown (two
 *     bytes), seed of cuts; then the bytes of one direction
 */
enum { CLIENT = 1, DEFLATE = 2 };

struct setup {
	bool from_client, deflate;
	struct ws_deflate_params params;
	size_t show;
};

/* A message or a control frame. */
struct unit {
	uint8_t opcode;
	uint64_t len;
	bool known; /* all of the bytes are in sum */
	uLong sum;
};

struct units {
	struct unit *p;
	size_t n, cap;
	struct unit message; /* not whole yet */
	bool in_message;
};

struct outcome {
	struct gathered log, text;
	struct units units;
	uint64_t bytes; /* of all that was told */
};

static struct unit *add_unit(struct units *u, const struct unit *unit)
{
	if (u->n == u->cap) {
		u->cap = 2 * u->cap + 64;
		u->p = realloc(u->p, u->cap * sizeof(*u->p));
		REQUIRE(u->p);
	}
	u->p[u->n] = *unit;
	return &u->p[u->n++];
}

static void add_piece(struct unit *unit, const uint8_t *p, size_t n)
{
	unit->len += n;
	unit->sum = crc32(unit->sum, p, (uInt)n);
}

static void begin_message(struct units *u, unsigned opcode)
{
	u->message = (struct unit){ .opcode = (uint8_t)opcode, .known = true };
	u->in_message = true;
}

static void end_message(struct units *u)
{
	add_unit(u, &u->message);
	u->in_message = false;
}

/* --- what is told --- */

static void check_bounds(const struct setup *setup, const struct ws_sighting *s)
{
	const struct ws_frame *f = &s->frame;
	bool inflates =
		s->how == WS_INFLATED_GOOD || s->how == WS_INFLATED_BROKEN;

	REQUIRE(s->header_len > 0 && s->header_len <= WS_HEADER_MAX);
	if (s->type == WS_SIGHTING_PART)
		return;
	REQUIRE(s->came <= f->len && s->payload_len <= s->came);
	REQUIRE(s->payload_told <= s->payload_len);
	REQUIRE(s->came == f->len || s->payload_len == s->came || s->cut);
	REQUIRE(f->len > WS_DISSECT_WHOLE || s->payload_len == s->came);
	REQUIRE(s->type == WS_SIGHTING_FRAME || s->cut || s->came == f->len);
	REQUIRE(s->payload_len >= setup->show || s->payload_len == s->came);
	REQUIRE(inflates || (!s->inflated && !s->plain_len));
	REQUIRE(s->plain_len ==
		(s->inflated < setup->show ? s->inflated : setup->show));
	REQUIRE(!s->message == !s->in_message);
	REQUIRE(setup->deflate || s->how == WS_INFLATED_NOT);
	REQUIRE(s->message || s->how == WS_INFLATED_NOT);
}

static void log_sighting(struct outcome *o, const struct ws_sighting *s)
{
	const uint64_t numbers[] = { s->type, s->header_len, s->frame.fin,
		s->frame.rsv, s->frame.opcode, s->frame.masked, s->frame.len,
		s->cut, s->came, s->payload_len, s->payload_told, s->message,
		s->in_message, s->how, s->inflated, s->plain_len };

	gather(&o->log, numbers, sizeof(numbers));
	gather(&o->log, s->header, s->header_len);
	gather(&o->log, s->frame.key, sizeof(s->frame.key));
	gather(&o->log, s->payload, s->payload_len);
	gather(&o->log, s->plain, s->plain_len);
	if (s->type != WS_SIGHTING_END)
		o->bytes += s->header_len;
	if (s->came == s->frame.len || s->cut)
		o->bytes += s->came;
}

/* What whole frames add up to. */
static void take_frame(struct units *u, const struct ws_sighting *s)
{
	const struct ws_frame *f = &s->frame;
	struct unit *to = &u->message;

	if (s->type == WS_SIGHTING_PART || s->came < f->len)
		return;
	if (!s->message) {
		to = add_unit(u,
			&(struct unit){ .opcode = f->opcode, .known = true });
	} else if (f->opcode != WS_CONTINUATION) {
		begin_message(u, f->opcode);
	}
	if (s->how == WS_INFLATED_NOT) {
		add_piece(to, s->payload, s->payload_len);
		to->known = to->known && s->payload_len == f->len;
		to->len += f->len - s->payload_len;
	} else {
		add_piece(to, s->plain, s->plain_len);
		to->known = to->known && s->plain_len == s->inflated;
		to->len += s->inflated - s->plain_len;
	}
	if (s->message && f->fin)
		end_message(u);
}

/* Its lines, through as much room as there has to be or more. */
static void trace_sighting(struct outcome *o, const struct setup *setup,
	const struct ws_sighting *s, struct dice *dice)
{
	static uint8_t memory[3 * TRACE_ROOM];
	const struct trace_config config = { setup->show, 0, NULL };
	const struct trace_when when = { "12:00:00", 1000, false, 0 };
	struct trace t;
	struct buf out;
	bool done;

	trace_begin(&t, &config, &when, s);
	do {
		buf_init(&out, memory,
			TRACE_ROOM + dice_roll(dice, 2 * TRACE_ROOM));
		done = trace_next(&t, &out);
		REQUIRE(done || buf_len(&out) > 0);
		gather(&o->text, memory, buf_len(&out));
	} while (!done);
}

static void take(struct outcome *o, const struct setup *setup,
	const struct ws_sighting *s, struct dice *dice)
{
	check_bounds(setup, s);
	log_sighting(o, s);
	take_frame(&o->units, s);
	trace_sighting(o, setup, s, dice);
}

static void dissect(const struct setup *setup, const struct input *in,
	struct cutter cutter, struct outcome *o)
{
	struct dice dice = cutter.dice;
	struct ws_dissect d;
	struct ws_sighting s;

	o->log.len = o->text.len = o->units.n = 0;
	o->units.in_message = false;
	o->bytes = 0;
	gather(&o->log, "", 0);
	gather(&o->text, "", 0);
	REQUIRE(ws_dissect_init(&d, setup->from_client,
		setup->deflate ? &setup->params : NULL, setup->show));
	for (size_t at = 0; at < in->len;) {
		size_t n = cutter_next(&cutter, in->len - at);
		const uint8_t *piece = guard_copy(in->p + at, n);

		for (size_t i = 0;;) {
			size_t taken =
				ws_dissect_next(&d, piece + i, n - i, &s);

			REQUIRE(taken <= n - i);
			i += taken;
			if (s.type == WS_SIGHTING_NONE) {
				REQUIRE(i == n);
				break;
			}
			take(o, setup, &s, &dice);
		}
		REQUIRE(!memcmp(piece, in->p + at, n));
		at += n;
	}
	if (ws_dissect_flush(&d, true, &s))
		take(o, setup, &s, &dice);
	REQUIRE(!ws_dissect_flush(&d, true, &s));
	REQUIRE(o->bytes == in->len);
	ws_dissect_release(&d);
}

/* --- what a connection makes of it --- */

static void take_event(struct units *u, const struct ws_event *ev)
{
	struct unit control = { .known = true };
	uint8_t code[2] = { (uint8_t)(ev->code >> 8), (uint8_t)ev->code };

	switch (ev->type) {
	case WS_EVENT_NONE:
	case WS_EVENT_FAIL:
		return;
	case WS_EVENT_DATA:
		if (ev->first)
			begin_message(u, ev->opcode);
		add_piece(&u->message, ev->data, ev->len);
		if (ev->last)
			end_message(u);
		return;
	case WS_EVENT_PING:
		control.opcode = WS_PING;
		break;
	case WS_EVENT_PONG:
		control.opcode = WS_PONG;
		break;
	case WS_EVENT_CLOSE:
		control.opcode = WS_CLOSE;
		if (ev->code != WS_CLOSE_NO_CODE)
			add_piece(&control, code, sizeof(code));
		break;
	}
	add_piece(&control, ev->data, ev->len);
	add_unit(u, &control);
}

/* False where it found a fault or a close: what is behind that is dropped. */
static bool converse(
	const struct setup *setup, const struct input *bytes, struct units *u)
{
	static struct ws_deflate deflate;
	struct ws_conn c;
	struct ws_event ev;
	struct buf in;

	u->n = 0;
	u->in_message = false;
	ws_deflate_init(&deflate, &setup->params, setup->from_client);
	ws_conn_init(&c, setup->from_client ? WS_SERVER : WS_CLIENT,
		setup->deflate ? &deflate : NULL);
	buf_init(&in, guard_copy(bytes->p, bytes->len), bytes->len);
	buf_commit(&in, bytes->len);
	do {
		ws_conn_next(&c, &in, &ev);
		take_event(u, &ev);
	} while (ev.type != WS_EVENT_NONE);
	ws_deflate_release(&deflate);
	return !c.deaf;
}

/* --- both --- */

static void check_agreement(
	const struct units *seen, const struct units *heard, bool to_the_end)
{
	REQUIRE(heard->n <= seen->n);
	REQUIRE(!to_the_end || heard->n == seen->n);
	for (size_t i = 0; i < heard->n; i++) {
		const struct unit *a = &seen->p[i], *b = &heard->p[i];

		REQUIRE(a->opcode == b->opcode && a->len == b->len);
		REQUIRE(!a->known || a->sum == b->sum);
	}
}

static void check_text(const struct gathered *text)
{
	for (size_t i = 0; i < text->len; i++)
		REQUIRE(text->p[i] >= 0x20 ? text->p[i] != 0x7f
					   : text->p[i] == '\n');
	REQUIRE(!text->len || text->p[text->len - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome whole, cut;
	static struct units heard;
	struct input in = { data, size };
	unsigned choice = input_byte(&in);
	struct setup setup = {
		.from_client = choice & CLIENT,
		.deflate = choice & DEFLATE,
		.params = content_params(&in),
	};

	setup.show = input_u16(&in) % 6000;

	struct dice dice = dice_of(input_byte(&in));

	dissect(&setup, &in, (struct cutter){ CUT_WHOLE, dice }, &whole);
	check_text(&whole.text);
	for (int how = CUT_WHOLE + 1; how < CUT_WAYS; how++) {
		dissect(&setup, &in, (struct cutter){ (enum cut)how, dice },
			&cut);
		REQUIRE(gathered_same(&whole.log, &cut.log));
		REQUIRE(gathered_same(&whole.text, &cut.text));
	}

	bool to_the_end = converse(&setup, &in, &heard);

	check_agreement(&whole.units, &heard, to_the_end);
	return 0;
}
