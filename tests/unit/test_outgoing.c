#include "session/outgoing.h"
#include "ws/mask.h"

#include <criterion/criterion.h>
#include <string.h>

enum { OUT = 128 * 1024, LONG = 1 << 20 };

static uint8_t memory[OUT], message[LONG], received[LONG];
static struct ws_conn conn;
static struct buf out;
static struct outgoing o;

static void begin(void)
{
	for (size_t i = 0; i < LONG; i++)
		message[i] = (uint8_t)(i * 7 + i / 251);
	buf_init(&out, memory, sizeof(memory));
	ws_conn_init(&conn, WS_CLIENT, NULL);
	outgoing_init(&o, &conn, &out, 0);
}

/* Takes one frame off out, unmasked. */
static struct ws_frame take_frame(uint8_t *payload)
{
	struct ws_frame f;
	const char *why;
	int header = ws_frame_read(&f, buf_head(&out), buf_len(&out), &why);

	cr_assert_gt(header, 0);
	cr_assert(f.masked);
	ws_mask(payload, buf_head(&out) + header, (size_t)f.len, f.key, 0);
	outgoing_wrote(&o, (size_t)header + (size_t)f.len);
	return f;
}

Test(outgoing, a_long_message_goes_as_fragments)
{
	size_t at = 0, got = 0;
	unsigned frames = 0;
	bool done = false, fin = false;

	begin();
	while (!done || buf_len(&out) > 0) {
		if (!done)
			done = outgoing_put(&o, SENDER_INPUT, WS_BINARY,
				message, LONG, true, &at);
		cr_assert_eq(o.busy, done ? SENDER_NONE : SENDER_INPUT);

		struct ws_frame f = take_frame(received + got);

		cr_assert_eq(f.opcode, frames ? WS_CONTINUATION : WS_BINARY);
		cr_assert_not(fin);
		fin = f.fin;
		got += f.len;
		frames++;
	}
	cr_assert(fin);
	cr_assert_eq(got, LONG);
	cr_assert_eq(memcmp(message, received, LONG), 0);
	cr_assert_leq(frames, 12, "%u frames are too small", frames);
}

Test(outgoing, nobody_cuts_anothers_message)
{
	size_t at = 0, other = 0;

	begin();
	cr_assert(outgoing_put(
		&o, SENDER_INPUT, WS_TEXT, message, 10, false, &at));
	cr_assert_not(outgoing_ready(&o, SENDER_ECHO));
	cr_assert_not(outgoing_put(
		&o, SENDER_ECHO, WS_TEXT, message, 10, true, &other));
	at = 0;
	cr_assert(
		outgoing_put(&o, SENDER_INPUT, WS_TEXT, message, 0, true, &at));
	cr_assert(outgoing_put(
		&o, SENDER_ECHO, WS_TEXT, message, 10, true, &other));
}

/* However full out is, a pong and a close find room. */
Test(outgoing, control_frames_always_fit)
{
	size_t at = 0;

	begin();
	cr_assert_not(outgoing_put(
		&o, SENDER_INPUT, WS_BINARY, message, LONG, true, &at));
	conn.owes_pong = true;
	conn.pong_len = WS_CONTROL_MAX;
	ws_conn_close(&conn, 1000, "0123456789");
	outgoing_answer(&o);
	cr_assert_not(ws_conn_owes(&conn));
	cr_assert(conn.close_sent);
}

/* Counts what a closing peer will not get, at every byte that may have been
 * written last. */
Test(outgoing, counts_what_was_not_written)
{
	enum { MESSAGES = 5 };
	size_t edges[MESSAGES + 1] = { 0 };
	size_t total;

	begin();
	for (size_t i = 0; i < MESSAGES; i++) {
		size_t at = 0;

		outgoing_control(&o, WS_PING, message, i);
		/* in two frames */
		outgoing_put(&o, SENDER_INPUT, WS_BINARY, message, i * 90,
			false, &at);
		at = 0;
		outgoing_put(&o, SENDER_INPUT, WS_BINARY, message, i * 50, true,
			&at);
		edges[i + 1] = buf_len(&out);
	}
	total = buf_len(&out);
	for (size_t first = 0; first <= total; first++) {
		struct outgoing copy = o;
		struct buf bytes = out;
		uint64_t left = 0;

		copy.out = &bytes;
		/* In two writes, so that a cut frame is cut again. */
		outgoing_wrote(&copy, first / 2);
		outgoing_wrote(&copy, first - first / 2);
		for (size_t i = 0; i < MESSAGES; i++)
			left += first < edges[i + 1];
		cr_assert_eq(outgoing_unsent(&copy), left, "after %zu", first);
	}
}

Test(outgoing, keys_are_not_repeated)
{
	struct mask_keys keys = { 0 };
	uint8_t seen[500][4];

	for (size_t i = 0; i < 500; i++) {
		memcpy(seen[i], mask_keys_next(&keys), 4);
		for (size_t j = i > 63 ? i - 63 : 0; j < i; j++)
			cr_expect_neq(memcmp(seen[i], seen[j], 4), 0);
	}
}
