#define _GNU_SOURCE /* unit/guard.h */
#include "format/escape.h"
#include "format/jsonl.h"
#include "fuzz/fuzz.h"
#include "ws/close.h"
#include "ws/utf8.h"

/*
 * Whatever bytes a message, a ping or a close has, what is written of it is
 * one line, in any room, of valid UTF-8 without a character that format/escape
 * would escape, and reads back as the same. An open or error event of any
 * strings is such a line, too, and reads back as no message. Any line at all
 * is read or refused, and why is one short line; what is read of it is written
 * and read the same again, with the direction and the client it is marked with.
 *
 *     input: what it is, seed of the rooms, bytes
 */
static const char now[] = "2026-01-31T12:00:00.000000Z";
static const int64_t now_ns = 1769860800000000000;
static struct jsonl_mark mark;
static struct jsonl_reader reader;
static struct gathered written;

static bool is_utf8(const uint8_t *p, size_t len)
{
	struct utf8 utf8 = UTF8_START;

	return utf8_check(&utf8, p, len) && utf8_complete(&utf8);
}

/* Room of any size from `least` on, at the end of readable memory, with
 * something queued that may have to be moved. */
static struct buf some_room(struct dice *dice, size_t least)
{
	static const uint8_t zeros[4096];
	size_t queued = dice_roll(dice, 2) ? dice_roll(dice, 64) : 0;
	size_t cap = least + queued +
		     dice_roll(dice, dice_roll(dice, 2) ? 16 : 1024);
	struct buf b;

	REQUIRE(cap <= sizeof(zeros));
	buf_init(&b, guard_copy_slot(1, zeros, cap), cap);
	REQUIRE(buf_put(&b, zeros, queued));
	buf_consume(&b, queued ? dice_roll(dice, (uint32_t)queued) : 0);
	return b;
}

/* What was put behind `before` bytes. */
static void collect(struct buf *b, size_t before)
{
	gather(&written, buf_head(b) + before, buf_len(b) - before);
}

/* Escaped or not, a backslash is harmless here: a JSON string has its own
 * meaning for them. */
static void check_line(void)
{
	size_t at = 0;

	REQUIRE(written.len && written.p[written.len - 1] == '\n');
	for (; at < written.len - 1; at++) {
		at += escape_plain_quoted(written.p + at, written.len - 1 - at);
		REQUIRE(at == written.len - 1 || written.p[at] == '"' ||
			written.p[at] == '\\');
		if (at == written.len - 1)
			break;
	}
}

/* As it was asked for. */
static void check_frame(const struct rawframe *a, const struct rawframe *b)
{
	REQUIRE(a->raw == b->raw && a->fin == b->fin && a->rsv == b->rsv);
	REQUIRE(a->opcode == b->opcode && a->mask == b->mask);
	REQUIRE(!memcmp(a->key, b->key, sizeof(a->key)));
	REQUIRE(a->len == b->len && a->lenbits == b->lenbits);
	REQUIRE(a->size == b->size && a->nbytes == b->nbytes);
	REQUIRE(!a->nbytes || !memcmp(a->bytes, b->bytes, a->nbytes));
	REQUIRE(a->ncuts == b->ncuts && a->pause_ms == b->pause_ms);
	REQUIRE(!memcmp(a->cuts, b->cuts, a->ncuts * sizeof(*a->cuts)));
}

static void check_object(const struct jsonl_object *wanted)
{
	struct jsonl_object got;
	char why[JSONL_WHY_SIZE];

	check_line();
	REQUIRE(jsonl_read(&reader, guard_copy_slot(2, written.p, written.len),
		written.len, &got, why));
	REQUIRE(got.type == wanted->type && got.opcode == wanted->opcode);
	REQUIRE(got.code == wanted->code && got.len == wanted->len);
	REQUIRE(!got.len || !memcmp(got.data, wanted->data, got.len));
	REQUIRE(got.time_ns == now_ns);
	REQUIRE(got.dir == mark.dir && got.client == mark.client);
	REQUIRE(!got.frame == !wanted->frame);
	if (got.frame)
		check_frame(got.frame, wanted->frame);
}

static void write_message(struct dice *dice, const struct jsonl_object *o)
{
	size_t at = 0;
	bool done = false;

	while (!done) {
		size_t spare = dice_roll(dice, 16), was = at, before;
		size_t least = dice_roll(dice, 4) ? JSONL_HEAD_ROOM : 0;
		struct buf b = some_room(dice, least);

		before = buf_len(&b);
		done = jsonl_write_message(
			&b, spare, &mark, o->opcode, o->data, o->len, &at);
		REQUIRE(done == (at == o->len && buf_len(&b) > before));
		if (buf_len(&b) > before)
			REQUIRE(buf_room(&b) >= spare);
		else
			REQUIRE(at == was);
		REQUIRE(done || at > was ||
			b.cap - before < spare + JSONL_HEAD_ROOM);
		collect(&b, before);
	}
}

/* A bounded object: all or nothing, and all of it at some time. */
static bool write_bounded(struct buf *b, const struct jsonl_object *o)
{
	if (o->type == JSONL_CLOSE)
		return jsonl_write_close(b, &mark, o->code, o->data, o->len);
	return jsonl_write_control(b, &mark, o->opcode, o->data, o->len);
}

/* In just the room that is said to be enough. */
static void write_frame(const struct rawframe *f)
{
	size_t room = jsonl_frame_room(f);
	struct buf b;

	buf_init(&b, gather_room(&written, room), room);
	REQUIRE(jsonl_write_frame(&b, &mark, f));
	written.len = buf_len(&b);
}

static void write_object(struct dice *dice, const struct jsonl_object *o)
{
	written.len = 0;
	if (o->type == JSONL_FRAME) {
		write_frame(o->frame);
		return;
	}
	if (o->opcode == WS_TEXT || o->opcode == WS_BINARY) {
		write_message(dice, o);
		return;
	}
	for (size_t least = 0;; least = JSONL_CONTROL_ROOM) {
		struct buf b = some_room(dice, least);
		size_t before = buf_len(&b);

		if (write_bounded(&b, o)) {
			collect(&b, before);
			return;
		}
		REQUIRE(buf_len(&b) == before && !least);
	}
}

/* The bytes as a message of some kind. */
static struct jsonl_object message_of(
	unsigned kind, const uint8_t *p, size_t len, struct dice *dice)
{
	static const enum ws_opcode opcodes[] = { WS_TEXT, WS_BINARY, WS_PING,
		WS_PONG, WS_CLOSE };
	static const uint16_t codes[] = { 1000, 1001, 3000, 4999,
		WS_CLOSE_NO_CODE };
	struct jsonl_object o = { .type = JSONL_MESSAGE,
		.opcode = opcodes[kind],
		.data = p,
		.len = len,
		.code = WS_CLOSE_NO_CODE };

	if (ws_opcode_is_control(o.opcode) && len > WS_CONTROL_MAX)
		o.len = WS_CONTROL_MAX;
	if (o.opcode == WS_TEXT && !is_utf8(p, len))
		o.opcode = WS_BINARY;
	if (o.opcode != WS_CLOSE)
		return o;
	o.type = JSONL_CLOSE;
	o.code = codes[dice_roll(dice, 5)];
	if (o.len > WS_CONTROL_MAX - 2)
		o.len = WS_CONTROL_MAX - 2;
	if (o.code == WS_CLOSE_NO_CODE || !is_utf8(p, o.len))
		o.len = 0;
	return o;
}

static void check_event(const uint8_t *p, size_t len, struct dice *dice)
{
	const struct jsonl_object nothing = { .code = WS_CLOSE_NO_CODE };
	uint8_t mem[1 << 14];
	struct buf b;
	char text[512];

	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, p, len);
	text[len] = '\0';

	const char *half = text + strlen(text) / 2;
	const char *const extensions[] = { text, half, "" };
	const struct jsonl_open open = {
		.url = text,
		.status = 101,
		.address = half,
		.tls = dice_roll(dice, 2) ? text : NULL,
		.subprotocol = dice_roll(dice, 2) ? half : NULL,
		.extensions = extensions,
		.extensions_n = dice_roll(dice, 4),
	};

	mark.dir = JSONL_NO_DIR;
	buf_init(&b, mem, sizeof(mem));
	REQUIRE(jsonl_write_open(&b, &mark, &open));
	written.len = 0;
	collect(&b, 0);
	check_object(&nothing);
	buf_clear(&b);
	REQUIRE(jsonl_write_error(&b, &mark, 56, text));
	written.len = 0;
	collect(&b, 0);
	check_object(&nothing);
}

static void check_any_line(const uint8_t *p, size_t len, struct dice *dice)
{
	struct jsonl_reader first = { 0 };
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE];

	memset(why, '?', sizeof(why));
	if (jsonl_read(&first, guard_copy(p, len), len, &o, why)) {
		if (o.type != JSONL_NOTHING) {
			write_object(dice, &o);
			check_object(&o);
		}
	} else {
		REQUIRE(memchr(why, 0, sizeof(why)) && *why);
	}
	jsonl_release(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { MESSAGES = 5, EVENT = MESSAGES, LINE, KINDS };
	struct input in = { data, size };
	unsigned kind = input_byte(&in) % KINDS;
	struct dice dice = dice_of(input_byte(&in));

	if (in.len > GUARD_MAX / 8)
		return 0;
	mark = (struct jsonl_mark){ now,
		dice_roll(&dice, 2) ? JSONL_IN : JSONL_OUT,
		dice_roll(&dice, 2) ? dice_roll(&dice, 100) : 0 };
	if (kind == EVENT) {
		check_event(in.p, in.len, &dice);
	} else if (kind == LINE) {
		check_any_line(in.p, in.len, &dice);
	} else {
		struct jsonl_object o = message_of(
			kind, guard_copy(in.p, in.len), in.len, &dice);

		write_object(&dice, &o);
		check_object(&o);
	}
	jsonl_release(&reader);
	return 0;
}
