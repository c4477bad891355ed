#define _GNU_SOURCE

#include "unit/conn_case.h"

/* What goes out with permessage-deflate: RFC 7692 6.1, 7.1 and 7.2.1. What is
 * sent is read by a reader of its own, which inflates in exactly the window
 * that was agreed on. */

enum { LONG = 200000, ROOM = WS_HEADER_MAX + WS_DEFLATE_ROOM };

static struct trial t;
static uint8_t plain[LONG], back[LONG + 1], wire[2 * LONG];
static size_t nwire;
static int nframes;

static const struct ws_deflate_params kept = { 0 };
static const enum ws_role roles[] = { WS_CLIENT, WS_SERVER };

#define EACH_ROLE(role)                                                        \
	for (const enum ws_role *role = roles; role < roles + 2; role++)

/* Takes the frames in `out` as those of one message: RSV1 on the first alone,
 * FIN on the last alone. Gives back whether it was the last.
 * rule: 7692-6.1-rsv1-sent 6455-5.4-sent 6455-5.1-client-masks@client
 * 6455-5.1-server-does-not-mask@server 6455-5.2-length-sent */
static bool take_frames(uint8_t opcode)
{
	const bool masked = t.conn.role == WS_CLIENT;
	bool last = false;

	while (buf_len(&t.out)) {
		const uint8_t *p = buf_head(&t.out);
		const size_t form = p[1] & 0x7f;
		size_t at = form == 127 ? 10 : form == 126 ? 4 : 2;
		const size_t n = at == 10  ? (size_t)load64(p + 2)
				 : at == 4 ? load16(p + 2)
					   : form;

		cr_assert_not(last, "a frame behind the last");
		last = p[0] & 0x80;
		cr_assert_eq(p[0] & 0x7f, nframes++ ? 0 : 0x40 | opcode);
		cr_assert_eq(p[1] >> 7, masked);
		cr_assert_eq(at, n > 65535 ? 10 : n > 125 ? 4 : 2);
		cr_assert(n || last, "a frame of nothing");
		at += masked ? 4u : 0;
		for (size_t i = 0; i < n; i++)
			wire[nwire++] =
				p[at + i] ^ (masked ? trial_key[i % 4] : 0);
		buf_consume(&t.out, at + n);
	}
	return last;
}

static void begin(enum ws_role role, const struct ws_deflate_params *params)
{
	trial_begin_deflate(&t, role, params);
}

/* Sends len bytes as a message, in pieces of `piece`, through as little room
 * as may be; `wire` has the compressed bytes then. */
static void send_message(const uint8_t *p, size_t len, size_t piece)
{
	size_t done = 0;
	bool last = false;

	nwire = 0;
	nframes = 0;
	do {
		const size_t n = piece < len - done ? piece : len - done;
		const bool fin = done + n == len;
		size_t at = 0;

		for (bool taken = false; !taken;) {
			const size_t before = at;

			t.out.cap = ROOM;
			taken = ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT,
				fin, p + done, n, &at, ROOM, trial_key);
			cr_assert(taken || at > before || buf_len(&t.out),
				"no progress");
			cr_assert_not(last, "more behind the end");
			last = take_frames(WS_TEXT);
		}
		cr_assert_eq(at, n);
		done += n;
	} while (done < len);
	cr_assert(last, "no end");
}

static z_stream reader;

static void reader_begin(int bits)
{
	inflateEnd(&reader);
	memset(&reader, 0, sizeof(reader));
	cr_assert_eq(inflateInit2(&reader, -bits), Z_OK);
}

/* Inflates what is in wire, a byte at a time, so that the window is no longer
 * than it says; gives back the length, SIZE_MAX where it can't be read. */
static size_t read_wire(void)
{
	static const uint8_t tail[4] = { 0, 0, 0xff, 0xff };
	size_t n = 0;
	int result;

	memcpy(wire + nwire, tail, 4);
	reader.next_in = wire;
	reader.avail_in = (uInt)nwire + 4;
	do {
		reader.next_out = back + n;
		reader.avail_out = 1;
		result = inflate(&reader, Z_SYNC_FLUSH);
		n += 1 - reader.avail_out;
		if (result != Z_OK && result != Z_BUF_ERROR)
			return SIZE_MAX;
	} while (reader.avail_out == 0 && n <= LONG);
	cr_assert_eq(reader.avail_in, 0);
	return n;
}

static void expect_read(const uint8_t *p, size_t len)
{
	cr_assert_eq(read_wire(), len);
	cr_assert_arr_eq(back, p, len);
}

/* Lines that are alike at distances of all sizes. */
static void fill_plain(void)
{
	uint32_t random = 7;

	for (size_t i = 0; i < LONG; i++) {
		random = random * 1664525 + 1013904223;
		plain[i] = (uint8_t)('a' + (random >> 28));
		if (i > 40000 && i % 97 > 20) {
			static const size_t far[] = { 200, 260, 300, 600, 1100,
				2100, 4200, 8300, 16500, 32600 };

			plain[i] = plain[i - far[i / 97 % 10]];
		}
	}
}

/* rule: 7692-7.2.1-tail 7692-7.2.1-empty 7692-7.2.3.6-empty */
Test(conn_deflate_send, small_messages)
{
	EACH_ROLE(role)
	{
		begin(*role, &kept);
		reader_begin(15);
		for (int i = 0; i < 3; i++) {
			send_message((const uint8_t *)"Hello", 5, 5);
			cr_assert_leq(nwire, 7);
			cr_assert_eq(nframes, 1);
			expect_read((const uint8_t *)"Hello", 5);
			send_message((const uint8_t *)"", 0, 1);
			cr_assert_eq(nwire, 1);
			cr_assert_eq(wire[0], 0);
			expect_read((const uint8_t *)"", 0);
		}
	}
}

/* rule: 7692-6.1-fragments-sent 6455-6.1-whole */
Test(conn_deflate_send, long_messages)
{
	static const size_t pieces[] = { LONG, 65536, 1000, 7 };
	static const size_t sizes[] = { 1, 125, 126, 65535, 65536, LONG };

	fill_plain();
	EACH_ROLE(role)
	{
		begin(*role, &kept);
		reader_begin(15);
		for (size_t i = 0; i < 4; i++)
			for (size_t j = 0; j < 6; j++) {
				if (sizes[j] == LONG && pieces[i] < 1000)
					continue;
				send_message(plain, sizes[j], pieces[i]);
				expect_read(plain, sizes[j]);
			}
		send_message(plain, LONG, LONG);
		cr_assert_gt(nframes, 10, "one frame of all");
		cr_assert_lt(nwire, LONG / 2, "not much smaller");
	}
}

/* Our context: kept where nothing was said, dropped where that was agreed on,
 * of our side alone. */
Test(conn_deflate_send, context)
{
	static const struct {
		struct ws_deflate_params params;
		bool client_drops, server_drops;
	} cases[] = {
		{ { 0 }, false, false },
		/* rule: 7692-7.1.1.2-kept@client */
		{ { .client_no_context_takeover = true }, true, false },
		/* rule: 7692-7.1.1.1-kept@server */
		{ { .server_no_context_takeover = true }, false, true },
		{ { .client_no_context_takeover = true,
			  .server_no_context_takeover = true },
			true, true },
	};

	fill_plain();
	for (size_t i = 0; i < 4; i++)
		EACH_ROLE(role)
		{
			const bool drops = *role == WS_CLIENT
						   ? cases[i].client_drops
						   : cases[i].server_drops;
			size_t first;

			begin(*role, &cases[i].params);
			reader_begin(15);
			send_message(plain, 5000, 5000);
			expect_read(plain, 5000);
			first = nwire;
			send_message(plain, 5000, 5000);
			if (drops) {
				cr_assert_eq(nwire, first, "not by itself");
				reader_begin(15);
			} else {
				cr_assert_lt(nwire, first / 10, "not known");
			}
			expect_read(plain, 5000);
		}
}

/* rule: 7692-7.1.2.1-kept@server 7692-7.1.2.2-kept@client */
Test(conn_deflate_send, windows)
{
	fill_plain();
	for (int bits = 8; bits <= 15; bits++)
		EACH_ROLE(role)
		{
			const bool client = *role == WS_CLIENT;
			const struct ws_deflate_params params = {
				.client_max_window_bits = client ? bits : 15,
				.server_max_window_bits = client ? 15 : bits,
			};

			begin(*role, &params);
			reader_begin(bits);
			for (int i = 0; i < 3; i++) {
				send_message(plain, 60000, 60000);
				expect_read(plain, 60000);
			}
		}
}

/* That reader can tell: what is sent with a larger window it does not take. */
Test(conn_deflate_send, the_reader_tells_windows_apart)
{
	fill_plain();
	for (int bits = 8; bits < 15; bits++) {
		const struct ws_deflate_params params = {
			.client_max_window_bits = bits < 9 ? 10 : bits + 1
		};

		begin(WS_CLIENT, &params);
		reader_begin(bits);
		send_message(plain, 60000, 60000);
		cr_assert_eq(read_wire(), SIZE_MAX, "%d", bits);
	}
}

/* rule: 6455-5.4-answer-between 6455-5.4-control-between
 * 7692-6.1-rsv1-sent */
Test(conn_deflate_send, a_pong_between_the_frames)
{
	fill_plain();
	EACH_ROLE(role)
	{
		size_t at = 0, first;

		begin(*role, &kept);
		reader_begin(15);
		nwire = 0;
		nframes = 0;
		cr_assert_not(ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT,
			true, plain, LONG, &at, ROOM, trial_key));
		first = buf_len(&t.out);
		cr_assert_not(take_frames(WS_TEXT));
		cr_assert_gt(first, 0);
		trial_script(&t, "ping 'there?'");
		trial_expect(&t, "ping \"there?\"", "pong \"there?\"");
		while (!ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT, true,
			plain, LONG, &at, ROOM, trial_key))
			cr_assert_not(take_frames(WS_TEXT));
		cr_assert(take_frames(WS_TEXT));
		expect_read(plain, LONG);
	}
}

/* A message that is sent as it is, between compressed ones.
 * rule: 7692-6-uncompressed 7692-6.1-rsv1-sent */
Test(conn_deflate_send, plain_messages_between)
{
	EACH_ROLE(role)
	{
		size_t at = 0;

		begin(*role, &kept);
		send_message((const uint8_t *)"Hello", 5, 5);
		cr_assert(ws_conn_send(
			&t.conn, &t.out, WS_TEXT, true, "plain", 5, trial_key));
		cr_assert(ws_conn_send(
			&t.conn, &t.out, WS_PING, true, "p", 1, trial_key));
		trial_expect(&t, "", "text \"plain\"; ping \"p\"");
		cr_assert(ws_conn_send_deflated(&t.conn, &t.out, WS_BINARY,
			true, "", 0, &at, ROOM, trial_key));
		trial_expect(&t, "",
			"text \"plain\"; ping \"p\"; binary rsv1 \"<00>\"");
	}
}

/* Without room, and once it closes: nothing is taken, nothing queued.
 * rule: 6455-5.5.1-nothing-after 6455-6.1-open */
Test(conn_deflate_send, refused)
{
	EACH_ROLE(role)
	{
		size_t at = 0;

		begin(*role, &kept);
		t.out.cap = ROOM - 1;
		cr_assert_not(ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT,
			true, "Hello", 5, &at, ROOM, trial_key));
		cr_assert_eq(at, 0);
		cr_assert_eq(buf_len(&t.out), 0);
		t.out.cap = ROOM;
		cr_assert(ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT, true,
			"Hello", 5, &at, ROOM, trial_key));
		t.out.cap = sizeof(t.out_memory);
		buf_clear(&t.out);
		ws_conn_close(&t.conn, 1000, NULL);
		at = 0;
		cr_assert_not(ws_conn_send_deflated(&t.conn, &t.out, WS_TEXT,
			true, "Hello", 5, &at, ROOM, trial_key));
		cr_assert_eq(at, 0);
		trial_send(&t);
		cr_assert_str_eq(t.sent.text, "");
	}
}
