#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/content.h"
#include "fuzz/fuzz.h"
#include "ws/conn.h"

/*
 * Split invariance of the protocol core: the same bytes of a peer, whole, byte
 * by byte and cut anywhere, give the same events (the pieces of a message put
 * together), the same answers after each, and the same state at the end. And
 * what the events promise: first and last pieces in order, text that is UTF-8,
 * control frames that fit, nothing over the limit, nothing after the end.
 *
 *     input: choices, deflate's parameters (two bytes), the longest message
 *     (two bytes, 0: any), seed of the cuts; then the peer's bytes, or
 *     frames of which each is: its first byte, the length, the payload
 */
enum {
	SERVER = 1,
	DEFLATE = 2,
	FRAMES = 4, /* frames, well-formed, are made of the rest */
	CLOSING = 8 /* we sent a close before */
};

enum { IN_MAX = 65536, LEFT_MAX = WS_HEADER_MAX + WS_CONTROL_MAX - 1 };

struct setup {
	bool server, deflate, closing;
	struct ws_deflate_params params;
	uint64_t max_message;
};

/* An event, or all pieces of a message that have none in between. */
struct entry {
	enum ws_event_type type;
	enum ws_opcode opcode;
	bool first, last;
	uint16_t code;
	const char *why;
	uint64_t len; /* of the bytes: how many, and their CRC */
	uLong sum;
	size_t answered; /* bytes that had gone out after it */
};

struct log {
	struct entry *entries;
	size_t n, cap;
	struct gathered sent;
	struct ws_conn end;
	size_t left; /* bytes of a frame that did not come to its end */
};

/* What the events so far make expect of the next. */
struct watch {
	bool in_message, ended;
	enum ws_opcode opcode;
	struct utf8 utf8;
	uint64_t len;
};

static void watch_data(
	struct watch *w, const struct setup *setup, const struct ws_event *ev)
{
	REQUIRE(ev->first == !w->in_message);
	REQUIRE(ev->opcode == WS_TEXT || ev->opcode == WS_BINARY);
	REQUIRE(ev->first || ev->opcode == w->opcode);
	REQUIRE(ev->len > 0 || ev->last);
	if (ev->first) {
		w->utf8 = UTF8_START;
		w->len = 0;
	}
	w->opcode = ev->opcode;
	w->in_message = !ev->last;
	w->len += ev->len;
	REQUIRE(!setup->max_message || w->len <= setup->max_message);
	if (ev->opcode == WS_BINARY)
		return;
	REQUIRE(utf8_check(&w->utf8, ev->data, ev->len));
	REQUIRE(!ev->last || utf8_complete(&w->utf8));
}

static void watch_event(
	struct watch *w, const struct setup *setup, const struct ws_event *ev)
{
	struct utf8 utf8 = UTF8_START;

	REQUIRE(!w->ended);
	switch (ev->type) {
	case WS_EVENT_NONE:
		break;
	case WS_EVENT_DATA:
		watch_data(w, setup, ev);
		break;
	case WS_EVENT_PING:
	case WS_EVENT_PONG:
		REQUIRE(ev->len <= WS_CONTROL_MAX);
		break;
	case WS_EVENT_CLOSE:
		w->ended = true;
		REQUIRE(ev->len <= WS_CONTROL_MAX - 2);
		REQUIRE(ws_close_may_send(ev->code) ||
			(ev->code == WS_CLOSE_NO_CODE && ev->len == 0));
		REQUIRE(utf8_check(&utf8, ev->data, ev->len));
		REQUIRE(utf8_complete(&utf8));
		break;
	case WS_EVENT_FAIL:
		w->ended = true;
		REQUIRE(ev->why && ws_close_may_send(ev->code));
		break;
	}
}

static void log_event(struct log *log, const struct ws_event *ev)
{
	struct entry *e = log->n ? &log->entries[log->n - 1] : NULL;

	if (!e || ev->type != WS_EVENT_DATA || ev->first ||
		e->type != WS_EVENT_DATA) {
		if (log->n == log->cap) {
			log->cap = 2 * log->cap + 64;
			log->entries = realloc(
				log->entries, log->cap * sizeof(*log->entries));
			REQUIRE(log->entries);
		}
		e = &log->entries[log->n++];
		*e = (struct entry){
			.type = ev->type,
			.opcode = ev->opcode,
			.first = ev->first,
			.code = ev->code,
			.why = ev->why,
		};
	}
	e->last = ev->last;
	/* How much of a fault there is depends on how it came. */
	if (ev->type != WS_EVENT_FAIL) {
		e->len += ev->len;
		e->sum = crc32(e->sum, ev->data, (uInt)ev->len);
	}
	e->answered = log->sent.len;
}

/* Takes what it has to say off out, for good. */
static void answer(struct ws_conn *c, struct log *log)
{
	static const uint8_t key[4] = { 1, 2, 3, 4 };
	static uint8_t memory[2 * (WS_HEADER_MAX + WS_CONTROL_MAX)];
	struct buf out;

	buf_init(&out, memory, sizeof(memory));
	ws_conn_answer(c, &out, key);
	REQUIRE(!ws_conn_owes(c));
	gather(&log->sent, buf_head(&out), buf_len(&out));
}

/* Whether what is left in `in` was rightly left: no whole frame, no end of
 * one. */
static bool needs_more(const struct ws_conn *c, const struct buf *in)
{
	struct ws_frame frame;
	const char *why;
	int header;

	if (c->deaf)
		return buf_len(in) == 0;
	if (c->in_frame)
		return buf_len(in) == 0 && c->frame_at < c->frame.len;
	header = ws_frame_read(&frame, buf_head(in), buf_len(in), &why);
	return header == 0 ||
	       (header > 0 && ws_opcode_is_control(frame.opcode) &&
		       frame.len <= WS_CONTROL_MAX &&
		       buf_len(in) < (size_t)header + frame.len);
}

/* All events of what is there. */
static void drain(struct ws_conn *c, struct buf *in, const struct setup *setup,
	struct watch *watch, struct log *log)
{
	struct ws_event ev;

	for (;;) {
		size_t before = buf_len(in);

		ws_conn_next(c, in, &ev);
		REQUIRE(buf_len(in) <= before);
		if (ev.type == WS_EVENT_NONE)
			break;
		watch_event(watch, setup, &ev);
		answer(c, log);
		log_event(log, &ev);
	}
	answer(c, log);
	REQUIRE(buf_len(in) <= LEFT_MAX && needs_more(c, in));
}

static void run(const struct setup *setup, const struct gathered *bytes,
	struct cutter cutter, struct log *log)
{
	static struct ws_deflate deflate;
	static uint8_t memory[IN_MAX];
	struct watch watch = { 0 };
	struct ws_conn *c = &log->end;
	struct buf in = { 0 };

	log->n = log->sent.len = 0;
	ws_deflate_init(&deflate, &setup->params, setup->server);
	ws_conn_init(c, setup->server ? WS_SERVER : WS_CLIENT,
		setup->deflate ? &deflate : NULL);
	c->max_message = setup->max_message;
	if (setup->closing)
		ws_conn_close(c, WS_CLOSE_NORMAL, "enough");
	answer(c, log);
	for (size_t at = 0; at < bytes->len;) {
		size_t n = cutter_next(&cutter, bytes->len - at);
		size_t left = buf_len(&in);

		if (n > IN_MAX - left)
			n = IN_MAX - left;
		if (left)
			memcpy(memory, buf_head(&in), left);
		memcpy(memory + left, bytes->p + at, n);
		at += n;
		buf_init(&in, guard_copy(memory, left + n), left + n);
		buf_commit(&in, left + n);
		drain(c, &in, setup, &watch, log);
	}
	log->left = buf_len(&in);
	ws_deflate_release(&deflate);
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
	return a->type == b->type && a->opcode == b->opcode &&
	       a->first == b->first && a->last == b->last &&
	       a->code == b->code && a->why == b->why && a->len == b->len &&
	       a->sum == b->sum && a->answered == b->answered;
}

static void check_same(const struct log *a, const struct log *b)
{
	const struct ws_conn *c = &a->end, *d = &b->end;

	for (size_t i = 0; i < a->n && i < b->n; i++)
		REQUIRE(same_entry(&a->entries[i], &b->entries[i]));
	REQUIRE(a->n == b->n);
	REQUIRE(gathered_same(&a->sent, &b->sent));
	REQUIRE(c->failed == d->failed && c->deaf == d->deaf);
	REQUIRE(c->close_received == d->close_received);
	REQUIRE(c->close_sent == d->close_sent);
	REQUIRE(ws_conn_closed(c) == ws_conn_closed(d));
	REQUIRE(a->left == b->left);
	if (c->deaf)
		return;
	REQUIRE(c->in_message == d->in_message && c->in_frame == d->in_frame);
	if (c->in_frame)
		REQUIRE(c->frame_at == d->frame_at);
	if (c->in_message)
		REQUIRE(c->message_len == d->message_len &&
			c->utf8.need == d->utf8.need);
}

/* The closing handshake that was said to have been made is on the wire. */
static void check_end(const struct setup *setup, const struct log *log)
{
	const struct ws_conn *c = &log->end;

	REQUIRE(!c->failed || c->close_sent);
	REQUIRE(!c->close_received || c->close_sent);
	REQUIRE(!setup->closing || c->close_sent);
	REQUIRE(c->close_sent ==
		(c->failed || c->close_received || setup->closing));
}

/* Frames with the length and the masking that they should have. */
static void make_frames(struct input *in, bool masked, struct gathered *bytes)
{
	while (in->len) {
		uint8_t head[WS_HEADER_MAX], first = input_byte(in);
		struct ws_frame frame = {
			.fin = !(first & 0x80),
			.rsv = first >> 4 & 7,
			.opcode = first & 15,
			.masked = masked,
			.key = { first, 2, 3, 4 },
			.len = input_byte(in),
		};
		const uint8_t *payload;
		size_t got;

		if (frame.len == UINT8_MAX)
			frame.len = input_u16(in);
		payload = input_bytes(in, (size_t)frame.len, &got);
		gather(bytes, head, ws_frame_write(head, &frame));
		for (size_t i = 0; i < got; i++) {
			uint8_t byte = payload[i];

			if (masked)
				byte ^= frame.key[i % 4];
			gather(bytes, &byte, 1);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gathered bytes;
	static struct log whole, cut;
	struct input in = { data, size };
	unsigned choice = input_byte(&in);
	struct setup setup = {
		.server = choice & SERVER,
		.deflate = choice & DEFLATE,
		.closing = choice & CLOSING,
		.params = content_params(&in),
	};

	setup.max_message = input_u16(&in);

	struct dice dice = dice_of(input_byte(&in));

	bytes.len = 0;
	if (choice & FRAMES)
		make_frames(&in, setup.server, &bytes);
	else
		gather(&bytes, in.p, in.len);
	run(&setup, &bytes, (struct cutter){ CUT_WHOLE, dice }, &whole);
	check_end(&setup, &whole);
	for (int how = CUT_WHOLE + 1; how < CUT_WAYS; how++) {
		run(&setup, &bytes, (struct cutter){ (enum cut)how, dice },
			&cut);
		check_same(&whole, &cut);
	}
	return 0;
}
