#define _GNU_SOURCE

#include "unit/conn_case.h"

#include <signal.h>

/* What goes out: RFC 6455 5.1, 5.2, 5.3, 5.4 and 5.5. */

static struct ws_conn conn;
static struct buf out;
static uint8_t out_memory[1 << 18];

static void begin(enum ws_role role)
{
	ws_conn_init(&conn, role, NULL);
	buf_init(&out, out_memory, sizeof(out_memory));
}

/* The RFC's own key in its examples. */
static const uint8_t rfc_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

static bool send_with(enum ws_opcode opcode, bool fin, const char *payload,
	const uint8_t *key)
{
	return ws_conn_send(
		&conn, &out, opcode, fin, payload, strlen(payload), key);
}

static bool send_text(const char *payload)
{
	return send_with(WS_TEXT, true, payload, rfc_key);
}

static void expect_bytes(const void *bytes, size_t len)
{
	cr_assert_eq(buf_len(&out), len);
	cr_assert_arr_eq(buf_head(&out), bytes, len);
	buf_clear(&out);
}

#define EXPECT_BYTES(s) expect_bytes(s, sizeof(s) - 1)

/* 5.7's examples, to the byte.
 * rule: 6455-5.7-examples 6455-5.3-mask@client 6455-5.1-client-masks@client */
Test(conn_send, a_client_masks)
{
	begin(WS_CLIENT);
	cr_assert(send_text("Hello"));
	EXPECT_BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
	cr_assert(send_with(WS_PONG, true, "Hello", rfc_key));
	EXPECT_BYTES("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
	cr_assert(send_text(""));
	EXPECT_BYTES("\x81\x80\x37\xfa\x21\x3d");
}

/* rule: 6455-5.1-server-does-not-mask@server 6455-5.7-examples@server */
Test(conn_send, a_server_does_not)
{
	begin(WS_SERVER);
	cr_assert(send_with(WS_TEXT, true, "Hello", NULL));
	EXPECT_BYTES("\x81\x05Hello");
	cr_assert(send_with(WS_TEXT, false, "Hel", NULL));
	EXPECT_BYTES("\x01\x03Hel");
	cr_assert(send_with(WS_CONTINUATION, true, "lo", NULL));
	EXPECT_BYTES("\x80\x02lo");
	cr_assert(send_with(WS_PING, true, "Hello", NULL));
	EXPECT_BYTES("\x89\x05Hello");
	cr_assert(ws_conn_send(&conn, &out, WS_BINARY, true, NULL, 0, NULL));
	EXPECT_BYTES("\x82\x00");
}

/* rule: 6455-5.3-key@client 6455-5.3-mask@client */
Test(conn_send, short_ones_are_the_same)
{
	static const size_t lengths[] = { 0, 1, 124, WS_FRAME_SHORT };
	static const uint8_t bytes[WS_FRAME_SHORT] = "Hello";
	uint8_t want[WS_HEADER_SHORT + WS_FRAME_SHORT];

	for (size_t i = 0; i < 2 * sizeof(lengths) / sizeof(*lengths); i++) {
		size_t len = lengths[i / 2], n;

		begin(i % 2 ? WS_SERVER : WS_CLIENT);
		cr_assert(ws_conn_send(
			&conn, &out, WS_BINARY, true, bytes, len, rfc_key));
		n = buf_len(&out);
		memcpy(want, buf_head(&out), n);
		buf_clear(&out);
		ws_conn_send_short(&conn, &out, WS_BINARY, bytes, len, rfc_key);
		expect_bytes(want, n);
	}
}

Test(conn_send, each_frame_has_its_key)
{
	static const uint8_t other[4] = { 0, 0, 0, 0xff };

	begin(WS_CLIENT);
	cr_assert(send_with(WS_TEXT, false, "abcde", rfc_key));
	cr_assert(send_with(WS_CONTINUATION, true, "abcde", other));
	EXPECT_BYTES("\x01\x85\x37\xfa\x21\x3d\x56\x98\x42\x59\x52"
		     "\x80\x85\x00\x00\x00\xff\x61\x62\x63\x9b\x65");
}

/* rule: 6455-5.4-sent 6455-5.4-control-between */
Test(conn_send, control_frames_between_fragments)
{
	begin(WS_SERVER);
	cr_assert(send_with(WS_BINARY, false, "a", NULL));
	cr_assert(send_with(WS_PING, true, "1", NULL));
	cr_assert(send_with(WS_CONTINUATION, false, "b", NULL));
	cr_assert(send_with(WS_PONG, true, "", NULL));
	cr_assert(send_with(WS_CONTINUATION, true, "c", NULL));
	cr_assert(send_with(WS_TEXT, true, "d", NULL), "the next message");
	EXPECT_BYTES("\x02\x01\x61\x89\x01\x31\x00\x01\x62\x8a\x00"
		     "\x80\x01\x63\x81\x01\x64");
}

/* 5.4: a pong for a ping that comes while we are in a message.
 * rule: 6455-5.4-answer-between */
Test(conn_send, an_answer_between_fragments)
{
	static struct trial t;

	trial_begin(&t, WS_SERVER);
	cr_assert(ws_conn_send(&t.conn, &t.out, WS_TEXT, false, "a", 1, NULL));
	trial_script(&t, "ping 'x'");
	cr_assert(ws_conn_send(
		&t.conn, &t.out, WS_CONTINUATION, true, "b", 1, NULL));
	trial_expect(&t, "ping \"x\"",
		"text+ \"a\"; pong \"x\"; continuation \"b\"");
}

/* A text in two fragments of size bytes with a ping between, to `out`, whose
 * room, as the payload, ends at an unreadable page. */
static void send_fragments(enum ws_role role, size_t size)
{
	static uint8_t payload[1 << 17];
	const size_t cap = 2 * (size + WS_HEADER_MAX) + WS_HEADER_MAX + 1;
	const uint8_t *p;

	memset(payload, 'x', size);
	p = guard_copy_slot(3, payload, size);
	begin(role);
	buf_init(&out, guard_copy_slot(2, out_memory, cap), cap);
	cr_assert(ws_conn_send(&conn, &out, WS_TEXT, false, p, size, rfc_key));
	cr_assert(ws_conn_send(&conn, &out, WS_PING, true, "p", 1, rfc_key));
	cr_assert(ws_conn_send(
		&conn, &out, WS_CONTINUATION, true, p, size, rfc_key));
}

/* rule: 6455-5.2-length-sent 6455-5.4-sent 6455-5.3-unmask */
Test(conn_send, what_one_sends_the_other_takes)
{
	static const struct {
		size_t size;
		const char *events;
	} cases[] = {
		{ 0, "ping \"p\"; text[first last] \"\"" },
		{ 1, "text[first] \"x\"; ping \"p\"; text[last] \"x\"" },
		{ 125, "text[first] x*125; ping \"p\"; text[last] x*125" },
		{ 126, "text[first] x*126; ping \"p\"; text[last] x*126" },
		{ 65535,
			"text[first] x*65535; ping \"p\"; text[last] x*65535" },
		{ 65536,
			"text[first] x*65536; ping \"p\"; text[last] x*65536" },
		{ 70001,
			"text[first] x*70001; ping \"p\"; text[last] x*70001" },
	};
	static struct trial t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int client = 0; client < 2; client++) {
			send_fragments(
				client ? WS_CLIENT : WS_SERVER, cases[i].size);
			trial_begin(&t, client ? WS_SERVER : WS_CLIENT);
			for (size_t n; (n = buf_len(&out)) > 0;) {
				n = n < 9973 ? n : 9973;
				trial_feed(&t, buf_head(&out), n);
				buf_consume(&out, n);
			}
			trial_expect(&t, cases[i].events, "pong \"p\"");
		}
}

Test(conn_send, no_room_no_change)
{
	static const uint8_t payload[304];
	static const size_t sizes[] = { 0, 1, 125, 126, 300 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int client = 0; client < 2; client++) {
			begin(client ? WS_CLIENT : WS_SERVER);

			/* The least a frame takes. */
			out.cap = sizes[i] + (client ? 6 : 2) - 1;
			cr_assert_not(ws_conn_send(&conn, &out, WS_BINARY,
				false, payload, sizes[i], rfc_key));
			cr_assert_eq(buf_len(&out), 0);

			/* A first fragment it is still. */
			out.cap = WS_HEADER_MAX + sizes[i];
			cr_assert(ws_conn_send(&conn, &out, WS_BINARY, false,
				payload, sizes[i], rfc_key));
			out.cap = buf_len(&out) + 5;
			cr_assert_not(ws_conn_send(&conn, &out, WS_CONTINUATION,
				true, payload, sizes[i] + 4, rfc_key));
			out.cap += sizes[i] + WS_HEADER_MAX;
			cr_assert(ws_conn_send(&conn, &out, WS_CONTINUATION,
				true, payload, sizes[i] + 4, rfc_key));
		}
}

Test(conn_send, an_absurd_length_is_refused)
{
	begin(WS_SERVER);
	cr_assert_not(
		ws_conn_send(&conn, &out, WS_BINARY, true, "", SIZE_MAX, NULL));
	cr_assert_eq(buf_len(&out), 0);
}

/* 5.5.1: nothing goes out after a close, nor between owing and sending it.
 * rule: 6455-5.5.1-nothing-after 6455-6.1-open */
Test(conn_send, refused_once_it_closes)
{
	static struct trial t;

	begin(WS_CLIENT);
	cr_assert(ws_conn_may_send(&conn));
	cr_assert(send_with(WS_TEXT, false, "a", rfc_key));
	buf_clear(&out);
	ws_conn_close(&conn, 1000, NULL);
	cr_assert_not(send_with(WS_CONTINUATION, true, "b", rfc_key));
	cr_assert_not(send_with(WS_PING, true, "b", rfc_key));
	cr_assert_eq(buf_len(&out), 0);
	ws_conn_answer(&conn, &out, rfc_key);
	EXPECT_BYTES("\x88\x82\x37\xfa\x21\x3d\x34\x12");
	cr_assert_not(send_with(WS_CONTINUATION, true, "b", rfc_key));
	cr_assert_eq(buf_len(&out), 0);

	static const char *const ends[] = { "close 03e8", "close", "cont" };

	for (size_t i = 0; i < 3; i++) {
		trial_begin(&t, WS_CLIENT);
		t.lazy = true;
		trial_script(&t, ends[i]);
		cr_assert_not(ws_conn_send(
			&t.conn, &t.out, WS_TEXT, true, "x", 1, rfc_key));
		ws_conn_answer(&t.conn, &t.out, trial_key);
		trial_send(&t);
		cr_assert_not(ws_conn_send(
			&t.conn, &t.out, WS_PONG, true, "x", 1, rfc_key));
		cr_assert_eq(buf_len(&t.out), 0);
	}
}

Test(conn_send, a_continuation_of_nothing_aborts, .signal = SIGABRT)
{
	begin(WS_SERVER);
	send_with(WS_CONTINUATION, true, "a", NULL);
}

/* rule: 6455-5.4-not-interleaved */
Test(conn_send, a_message_inside_a_message_aborts, .signal = SIGABRT)
{
	begin(WS_SERVER);
	send_with(WS_TEXT, false, "a", NULL);
	send_with(WS_TEXT, true, "b", NULL);
}

/* rule: 6455-5.5-control-max-sent */
Test(conn_send, a_long_ping_aborts, .signal = SIGABRT)
{
	static const uint8_t payload[126];

	begin(WS_SERVER);
	ws_conn_send(&conn, &out, WS_PING, true, payload, 126, NULL);
}
