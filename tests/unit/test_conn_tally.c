#include "unit/conn_case.h"

/* Frames and bytes by opcode, both ways. */

static struct trial t;
static uint8_t bytes[SCRIPT_MAX];

/* "text 2 10; close 1 2": opcodes without frames are left out. */
static const char *written(const struct ws_tally tally[WS_OPCODES])
{
	static struct conn_log log;

	log.len = 0;
	log.text[0] = '\0';
	for (unsigned i = 0; i < WS_OPCODES; i++) {
		if (!tally[i].frames && !tally[i].bytes)
			continue;
		log_item(&log);
		log_add(&log, "%s %llu %llu", ws_opcode_name(i),
			(unsigned long long)tally[i].frames,
			(unsigned long long)tally[i].bytes);
	}
	return log.text;
}

static const char *came(void)
{
	struct ws_tally tally[WS_OPCODES];

	for (unsigned i = 0; i < WS_OPCODES; i++)
		tally[i] = ws_conn_came(&t.conn, i);
	return written(tally);
}

/* What came, and what was queued for an answer: of a close because of a fault
 * there is no more to say. */
static const struct {
	const char *in, *came, *queued;
} cases[] = {
	{ "", "", "" },
	{ "text", "text 1 0", "" },
	{ "text 'a'; text 'bc'; binary 'def'", "text 2 3; binary 1 3", "" },
	{ "binary x*125; text x*126; binary x*65535", /* 16-bit lengths */
		"text 1 126; binary 2 65660", "" },
	{ "binary x*65536", "binary 1 65536", "" },
	{ "text+ 'Hel'; ping 'x'; cont+; cont 'lo'; pong 'yz'",
		"continuation 2 2; text 1 3; ping 1 1; pong 1 2", "pong 1 1" },
	{ "ping x*125; ping; ping 'a'", "ping 3 126", "pong 3 126" },
	{ "close 03e8 'bye'", "close 1 5", "close 1 5" },
	{ "close", "close 1 0", "close 1 0" },
	{ "text 'a'; close; text 'after'; ping 'after'", "text 1 1; close 1 0",
		"close 1 0" },
	/* A frame whose header is at fault is one, without its payload. */
	{ "text 'a'; text rsv2 'b'", "text 2 1", "close" },
	{ "op3 'b'", "reserved 1 0", "close" },
	{ "ping+ 'b'", "ping 1 0", "close" },
	{ "text+ 'a'; binary 'b'", "text 1 1; binary 1 0", "close" },
	{ "binary len=0x8000000000000000", "binary 1 0", "close" },
	{ "close 'x'", "close 1 1", "close" },
	{ "close 03ed", "close 1 2", "close" },
	{ "[max=4] text 'abcde'", "text 1 0", "close" },
	/* As they are on the wire. */
	{ "[deflate] text rsv1 f248cdc9c90700; binary x*300",
		"text 1 7; binary 1 300", "" },
	{ "[deflate] binary+ rsv1 f248cd; ping; cont c9c90700",
		"continuation 1 4; binary 1 3; ping 1 0", "pong 1 0" },
	/* Half a frame counts with its half, half a header not. */
	{ "binary len=1000 x*10", "binary 1 10", "" },
	{ "binary+ x*20; cont len=70000 x*300",
		"continuation 1 300; binary 1 20", "" },
	{ "text 'a'; ping len=5 'abcd'", "text 1 1", "" },
	{ "text 'a'; binary len=1000", "text 1 1; binary 1 0", "" },
	{ "binary len=0x7fffffffffffffff 'a'", "binary 1 1", "" },
};

static void verdict(size_t i, enum ws_role role, const char *cut, size_t at)
{
	const char *got = came();

	if (strcmp(got, cases[i].came) != 0)
		cr_assert_fail("%s as %s, %s %zu\n  came   %s\n  wanted %s",
			cases[i].in, role_names[role], cut, at, got,
			cases[i].came);
	got = t.conn.failed && t.conn.out_frames[WS_CLOSE].frames == 1
		      ? "close"
		      : written(t.conn.out_frames);
	if (strcmp(got, cases[i].queued) != 0)
		cr_assert_fail("%s as %s, %s %zu\n  queued %s\n  wanted %s",
			cases[i].in, role_names[role], cut, at, got,
			cases[i].queued);
}

static void run(size_t i, enum ws_role role)
{
	const char *script = case_begin(&t, cases[i].in, role);
	const size_t len = script_bytes(bytes, script, role);

	trial_feed(&t, bytes, len);
	verdict(i, role, "whole", len);
	for (size_t at = 1; at < len; at++) {
		if (!case_cuts_at(at, len))
			continue;
		case_begin(&t, cases[i].in, role);
		trial_feed(&t, bytes, at);
		trial_feed(&t, bytes + at, len - at);
		verdict(i, role, "cut at", at);
	}
	case_begin(&t, cases[i].in, role);
	for (size_t at = 0; at < len; at++)
		trial_feed(&t, bytes + at, 1);
	verdict(i, role, "byte by byte", len);
}

Test(conn_tally, what_comes_is_counted)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(i, WS_CLIENT);
		run(i, WS_SERVER);
	}
}

/* After each byte, a frame's payload counts as far as it came. */
Test(conn_tally, a_frame_counts_as_it_comes)
{
	const size_t len = script_bytes(bytes, "binary x*200", WS_CLIENT);

	trial_begin(&t, WS_CLIENT);
	for (size_t at = 0; at < len; at++) {
		struct ws_tally now;

		trial_feed(&t, bytes + at, 1);
		now = ws_conn_came(&t.conn, WS_BINARY);
		cr_assert_eq(now.frames, at >= 3);
		cr_assert_eq(now.bytes, at < 4 ? 0 : at - 3);
		cr_assert_eq(ws_conn_came(&t.conn, WS_TEXT).bytes, 0);
	}
}

/* What goes past the connection counts, too. */
Test(conn_tally, unseen_bytes_count)
{
	trial_begin(&t, WS_CLIENT);
	trial_script(&t, "binary len=100000 'ab'");
	cr_assert_eq(ws_conn_came(&t.conn, WS_BINARY).bytes, 2);
	ws_conn_pass(&t.conn, 90000);
	cr_assert_eq(ws_conn_came(&t.conn, WS_BINARY).bytes, 90002);
	ws_conn_pass(&t.conn, ws_conn_unseen(&t.conn));
	cr_assert_eq(ws_conn_came(&t.conn, WS_BINARY).bytes, 99999);
	trial_feed(&t, (const uint8_t *)"b", 1);
	cr_assert_str_eq(came(), "binary 1 100000");
}

/* A text is looked at, and so is what there is none of. */
Test(conn_tally, only_a_binary_payload_goes_unseen)
{
	static const char *const scripts[] = { "", "text len=100000 'ab'",
		"binary len=100000 'ab'; binary 'x'", "ping 'x'" };

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		trial_begin(&t, WS_CLIENT);
		trial_script(&t, scripts[i]);
		cr_assert_eq(
			ws_conn_unseen(&t.conn) > 0, i == 2, "%s", scripts[i]);
	}
}

/* Only what was queued counts, each way of sending. */
Test(conn_tally, what_goes_is_counted)
{
	const uint8_t *key = trial_key;

	trial_begin(&t, WS_CLIENT);
	ws_conn_send_short(&t.conn, &t.out, WS_TEXT, bytes, 64, key);
	ws_conn_send_short(&t.conn, &t.out, WS_BINARY, bytes, 0, key);
	cr_assert(ws_conn_send(
		&t.conn, &t.out, WS_TEXT, false, bytes, 1000, key));
	cr_assert(ws_conn_send(&t.conn, &t.out, WS_PING, true, "p", 1, key));
	cr_assert(ws_conn_send(
		&t.conn, &t.out, WS_CONTINUATION, true, bytes, 7, key));
	cr_assert_not(ws_conn_send(&t.conn, &t.out, WS_BINARY, true, bytes,
		sizeof(t.out_memory), key));
	ws_conn_close(&t.conn, 1001, "so long");
	cr_assert_not(
		ws_conn_send(&t.conn, &t.out, WS_BINARY, true, bytes, 5, key));
	ws_conn_answer(&t.conn, &t.out, key);
	cr_assert_str_eq(written(t.conn.out_frames),
		"continuation 1 7; text 2 1064; binary 1 0; close 1 9; "
		"ping 1 1");
}

/* Compressed, frames and bytes are those that went: the pieces that left no
 * frame behind count for nothing. */
Test(conn_tally, compressed_frames)
{
	const struct ws_deflate_params params = { 0 };
	const size_t most = WS_HEADER_MAX + WS_DEFLATE_ROOM;
	struct ws_tally want[WS_OPCODES] = { 0 };

	trial_begin_deflate(&t, WS_SERVER, &params);
	memset(bytes, 'x', 1000);
	for (size_t i = 0; i < 10; i++) {
		size_t at = 0;

		while (!ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT, i == 9,
			bytes + i, 1000, &at, most, NULL))
			cr_assert_lt(at, 1000);
	}
	for (const uint8_t *p = buf_head(&t.out), *end = p + buf_len(&t.out);
		p < end; p += 2 + p[1]) {
		cr_assert_lt(p[1], 126);
		ws_tally_add(&want[*p & 0xf], p[1]);
	}
	cr_assert_arr_eq(t.conn.out_frames, want, sizeof(want));
	cr_assert_eq(want[WS_TEXT].frames, 1);
}
