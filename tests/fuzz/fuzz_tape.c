#define _GNU_SOURCE /* unit/guard.h */
#include "format/har.h"
#include "format/jsonl.h"
#include "format/tape.h"
#include "fuzz/fuzz.h"
#include "ws/close.h"
#include "ws/utf8.h"

/*
 * Any bytes are a record or none. One that is has no more data than it has
 * bytes, and only what may be sent; its times never go back. Written as jsonl
 * and as a HAR it is read the same again, and the latter is a whole archive
 * wherever it is cut off and given its trailer.
 *
 *     input: seed of the rooms, the record
 */
static const int64_t base_ns = 1769860800000000000;
static struct gathered written;

static void check_entry(const struct tape_entry *e, int64_t before)
{
	REQUIRE(e->at_ns >= before);
	REQUIRE((e->kind == TAPE_FRAME) == (e->frame != NULL));
	if (e->opcode == WS_TEXT || e->kind == TAPE_CLOSE)
		REQUIRE(utf8_valid(e->data, e->len));
	if (ws_opcode_is_control(e->opcode))
		REQUIRE(e->len <= WS_CONTROL_MAX);
	if (e->kind != TAPE_CLOSE)
		return;
	REQUIRE(e->len <= WS_CONTROL_MAX - 2);
	if (e->code == WS_CLOSE_NO_CODE)
		REQUIRE(e->len == 0);
	else
		REQUIRE(ws_close_may_send(e->code));
}

static void check_tape(const struct tape *t, size_t len)
{
	size_t sum = 0;

	REQUIRE(memchr(t->note, 0, sizeof(t->note)));
	for (size_t i = 0; i < t->n; i++) {
		check_entry(&t->entries[i], i ? t->entries[i - 1].at_ns : 0);
		sum += t->entries[i].len;
	}
	REQUIRE(sum <= len);
}

/* The times that a record has are microseconds, from the year 2026 on. */
static int64_t time_of(const struct tape_entry *e)
{
	const int64_t most = 100000000000000000;

	return base_ns + (e->at_ns < most ? e->at_ns : most) / 1000 * 1000;
}

/* Whether what was written is as t is, in what a record of that kind has. */
static void check_again(const struct tape *t, bool frames, const char *url)
{
	struct tape again;
	struct err err;
	size_t n = 0;
	int64_t first = 0;

	REQUIRE(tape_read(&again, "x",
		guard_copy_slot(1, written.p, written.len), written.len, url,
		&err));
	check_tape(&again, written.len);
	for (size_t i = 0; i < t->n; i++) {
		const struct tape_entry *a = &t->entries[i], *b;

		if (a->kind == TAPE_FRAME && !frames)
			continue;
		REQUIRE(n < again.n);
		if (n == 0)
			first = time_of(a);
		b = &again.entries[n++];
		REQUIRE(a->kind == b->kind && a->opcode == b->opcode);
		REQUIRE(a->out == b->out && a->code == b->code);
		REQUIRE(a->len == b->len);
		REQUIRE(!a->len || !memcmp(a->data, b->data, a->len));
		REQUIRE(b->at_ns == time_of(a) - first);
	}
	REQUIRE(n == again.n);
	tape_release(&again);
}

static void write_jsonl_entry(const struct tape_entry *e)
{
	char time[JSONL_TIME_SIZE];
	/* All of them are one connection's, whatever clients a HAR names. */
	const struct jsonl_mark mark = { time, e->out ? JSONL_OUT : JSONL_IN,
		0 };
	size_t at = 0, before = written.len;
	size_t room = (e->frame ? jsonl_frame_room(e->frame) : 0) +
		      JSONL_CONTROL_ROOM + 6 * e->len;
	struct buf b;

	jsonl_time(time, time_of(e) / 1000000000, time_of(e) % 1000000000);
	buf_init(&b, gather_room(&written, room), room);
	if (e->kind == TAPE_FRAME)
		REQUIRE(jsonl_write_frame(&b, &mark, e->frame));
	else if (e->kind == TAPE_CLOSE)
		REQUIRE(jsonl_write_close(&b, &mark, e->code, e->data, e->len));
	else if (ws_opcode_is_control(e->opcode))
		REQUIRE(jsonl_write_control(
			&b, &mark, e->opcode, e->data, e->len));
	else
		REQUIRE(jsonl_write_message(
			&b, 0, &mark, e->opcode, e->data, e->len, &at));
	written.len = before + buf_len(&b);
}

/* An archive at all times. */
static void check_cut_off(const struct har *har)
{
	const char *trailer = har_trailer(har);
	size_t len = written.len;
	struct tape t;
	struct err err;

	gather(&written, trailer, strlen(trailer));
	REQUIRE(tape_read(&t, "x", written.p, written.len, NULL, &err));
	tape_release(&t);
	written.len = len;
}

static void write_har_message(
	struct har *har, struct dice *dice, const struct har_message *m)
{
	size_t at = 0;
	bool done = false;

	while (!done) {
		size_t spare = dice_roll(dice, 16);
		size_t room = HAR_HEAD_ROOM + spare + dice_roll(dice, 64);
		size_t before = written.len;
		struct buf b;

		buf_init(&b, gather_room(&written, room), room);
		done = har_message(har, &b, spare, m, &at);
		REQUIRE(buf_room(&b) >= spare);
		written.len = before + buf_len(&b);
		if (dice_roll(dice, 8) == 0)
			check_cut_off(har);
	}
}

static void write_har_entry(
	struct har *har, struct dice *dice, const struct tape_entry *e)
{
	uint8_t payload[WS_CONTROL_MAX];
	struct har_message m = { time_of(e), e->out, e->opcode, e->data,
		e->len };

	if (e->kind == TAPE_FRAME)
		return;
	if (e->kind == TAPE_CLOSE && e->code != WS_CLOSE_NO_CODE) {
		store16(payload, e->code);
		memcpy(payload + 2, e->data, e->len);
		m.data = payload;
		m.len += 2;
	}
	write_har_message(har, dice, &m);
}

static void write_har(
	struct dice *dice, const struct tape *t, const struct har_entry *entry)
{
	struct har har = { 0 };
	size_t room = har_entry_room(entry);
	struct buf b;

	written.len = 0;
	buf_init(&b, gather_room(&written, room), room);
	REQUIRE(har_entry(&har, &b, entry));
	written.len = buf_len(&b);
	for (size_t i = 0; i < t->n; i++)
		write_har_entry(&har, dice, &t->entries[i]);
	gather(&written, har_trailer(&har), strlen(har_trailer(&har)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct dice dice = dice_of(input_byte(&in));
	struct har_entry entry = { .started_ns = base_ns, .url = "ws://a/" };
	struct tape t;
	struct err err = { 0 };

	if (in.len > GUARD_MAX / 16)
		return 0;
	if (!tape_read(&t, "x", guard_copy(in.p, in.len), in.len, "ws://a/",
		    &err)) {
		REQUIRE(err.kind == ERR_INPUT && *err.line);
		REQUIRE(!t.entries && !t.bytes);
		return 0;
	}
	check_tape(&t, in.len);
	written.len = 0;
	for (size_t i = 0; i < t.n; i++)
		write_jsonl_entry(&t.entries[i]);
	/* Where nothing was written there is no record. */
	if (t.n > 0)
		check_again(&t, true, NULL);

	/* Any text for a head. */
	char *head = strndup((const char *)in.p, in.len);

	entry.request = entry.response = head;
	write_har(&dice, &t, &entry);
	free(head);
	check_again(&t, false, "ws://a/");
	tape_release(&t);
	return 0;
}
