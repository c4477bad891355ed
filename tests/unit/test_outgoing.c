#include "session/outgoing.h"
#include "unit/wire.h"

#include <criterion/criterion.h>
#include <string.h>

enum { OUT = 128 * 1024, LONG = 1 << 20, CONTROL_ROOM = 1000 };

static uint8_t memory[OUT], message[LONG], received[LONG];
static struct ws_conn conn;
static struct buf out;
static struct outgoing o;

static void begin_with(
	const struct outgoing_config *config, struct ws_deflate *deflate)
{
	for (size_t i = 0; i < LONG; i++)
		message[i] = (uint8_t)(i * 7 + i / 251);
	buf_init(&out, memory, sizeof(memory));
	ws_conn_init(&conn, WS_CLIENT, deflate);
	outgoing_init(&o, &conn, &out, config);
}

static void begin(void)
{
	begin_with(&(struct outgoing_config){ 0 }, NULL);
}

/* Takes one frame off out, unmasked. */
static struct ws_frame take_frame(uint8_t *payload)
{
	struct ws_frame f;
	size_t n = wire_frame(buf_head(&out), buf_len(&out), &f, payload);

	cr_assert_gt(n, 0);
	outgoing_wrote(&o, n);
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

/* The short way leads to the same frames. */
Test(outgoing, short_way)
{
	begin();
	for (size_t len = 0; len <= WS_FRAME_SHORT; len++) {
		struct ws_frame f;

		cr_assert(outgoing_short_ready(&o));
		outgoing_put_short(&o, WS_TEXT, message, len);
		cr_assert_eq(o.messages, len + 1);
		f = take_frame(received);
		cr_assert(f.fin && f.rsv == 0 && f.opcode == WS_TEXT);
		cr_assert_eq(f.len, len);
		cr_assert_eq(memcmp(received, message, len), 0);
	}
	cr_assert_eq(o.bytes, WS_FRAME_SHORT * (WS_FRAME_SHORT + 1) / 2);
}

Test(outgoing, short_way_is_not_for_all)
{
	static struct ws_deflate any;
	size_t at = 0;

	begin_with(&(struct outgoing_config){ .max_frame = 1000 }, NULL);
	cr_assert_not(outgoing_short_ready(&o));
	begin_with(&(struct outgoing_config){ 0 }, &any);
	cr_assert_not(outgoing_short_ready(&o));
	begin();
	outgoing_put(&o, SENDER_ECHO, WS_TEXT, message, 10, false, &at);
	cr_assert_not(outgoing_short_ready(&o));
	begin();
	ws_conn_close(&conn, 1000, NULL);
	cr_assert_not(outgoing_short_ready(&o));
}

Test(outgoing, short_messages_leave_room_for_control_frames)
{
	begin();
	while (outgoing_short_ready(&o))
		outgoing_put_short(&o, WS_TEXT, message, 20);
	cr_assert(outgoing_control(&o, WS_PING, message, WS_CONTROL_MAX));
	conn.owes_pong = true;
	conn.pong_len = WS_CONTROL_MAX;
	ws_conn_close(&conn, 1000, "0123456789");
	outgoing_answer(&o);
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

/* The same by opcode: what was queued, less what is left, is what is found in
 * the bytes that were written. */

static void count_written(struct outgoing_left *sent, size_t written)
{
	uint8_t opcode = 0;

	*sent = (struct outgoing_left){ 0 };
	for (size_t at = 0; at < written;) {
		struct ws_frame f;
		const char *why;
		size_t header = (size_t)ws_frame_read(
			&f, memory + at, buf_len(&out) - at, &why);
		size_t came = written - at;
		struct ws_tally *tally = &sent->frames[f.opcode];

		if (!ws_opcode_is_control(f.opcode) && f.opcode)
			opcode = f.opcode;
		at += header + (size_t)f.len;
		if (came < header)
			break;
		tally->frames++;
		tally->bytes += at > written ? came - header : f.len;
		if (at > written)
			break;
		sent->close |= f.opcode == WS_CLOSE;
		if (f.fin && !ws_opcode_is_control(f.opcode)) {
			sent->messages++;
			sent->binary += opcode == WS_BINARY;
		}
	}
}

static void check_left(const struct outgoing *after, size_t written)
{
	struct outgoing_left left, sent;

	outgoing_left(after, &left);
	count_written(&sent, written);
	for (size_t i = 0; i < WS_OPCODES; i++) {
		left.frames[i].frames += sent.frames[i].frames;
		left.frames[i].bytes += sent.frames[i].bytes;
	}
	cr_assert_arr_eq(left.frames, conn.out_frames, sizeof(left.frames),
		"after %zu", written);
	cr_assert_eq(left.messages + sent.messages, o.messages);
	cr_assert_eq(left.binary + sent.binary, o.binary, "after %zu", written);
	cr_assert(left.close != sent.close, "after %zu", written);
}

static void put(enum ws_opcode opcode, size_t len, bool last)
{
	size_t at = 0;

	cr_assert(outgoing_put(
		&o, SENDER_INPUT, opcode, message, len, last, &at));
}

Test(outgoing, tells_what_was_written_by_opcode)
{
	begin();
	put(WS_BINARY, 300, false);
	put(WS_BINARY, 0, true);
	put(WS_TEXT, 9, false);
	outgoing_control(&o, WS_PING, message, 5);
	outgoing_control(&o, WS_PING, message, 0);
	put(WS_TEXT, 200, true);
	put(WS_TEXT, 0, true);
	put(WS_BINARY, 1, true);
	ws_conn_close(&conn, 1001, "bye");
	outgoing_answer(&o);
	for (size_t first = 0; first <= buf_len(&out); first++) {
		struct outgoing copy = o;
		struct buf bytes = out;

		copy.out = &bytes;
		outgoing_wrote(&copy, first / 2);
		outgoing_wrote(&copy, first - first / 2);
		check_left(&copy, first);
	}
}

/* Also where all of a message's beginning was written, and nothing of it is
 * left to see its type in. */
Test(outgoing, remembers_the_type_of_what_was_written)
{
	struct outgoing_left left;

	begin();
	put(WS_BINARY, 300, false);
	outgoing_wrote(&o, buf_len(&out));
	put(WS_BINARY, 5, true);
	put(WS_TEXT, 5, true);
	outgoing_left(&o, &left);
	cr_assert(left.messages == 2 && left.binary == 1);
	outgoing_wrote(&o, 7);
	outgoing_left(&o, &left);
	cr_assert(left.messages == 2 && left.binary == 1);
	outgoing_wrote(&o, 7);
	outgoing_left(&o, &left);
	cr_assert(left.messages == 1 && left.binary == 0);
}

/* --- frames of --max-frame --- */

static void check_plain(size_t max, size_t len)
{
	struct outgoing_config config = { .max_frame = max };
	size_t at = 0, got = 0, frames = 0;
	bool done = false, fin = false;

	begin_with(&config, NULL);
	while (!done || buf_len(&out) > 0) {
		struct ws_frame f;

		if (!done)
			done = outgoing_put(&o, SENDER_INPUT, WS_BINARY,
				message, len, true, &at);
		f = take_frame(received + got);
		cr_assert_not(fin);
		cr_assert_leq(f.len, max);
		cr_assert_eq(f.opcode, frames ? WS_CONTINUATION : WS_BINARY);
		fin = f.fin;
		got += f.len;
		frames++;
	}
	cr_assert(fin);
	cr_assert_eq(got, len);
	cr_assert_eq(memcmp(message, received, len), 0);
	/* As few as can be, where out's end doesn't cut one more. */
	if (max < OUT / 4)
		cr_assert_leq(frames, (len ? (len - 1) / max + 1 : 1));
	cr_assert(o.messages == 1 && o.bytes == len);
}

Test(outgoing, max_frame)
{
	static const size_t sizes[] = { 1, 2, 125, 126, 1000, 16384, 65535,
		65536, 200000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t max = sizes[i];

		check_plain(max, 0);
		check_plain(max, max - 1);
		check_plain(max, max);
		check_plain(max, max + 1);
		check_plain(max, 3 * max + 1);
	}
	check_plain(1000, LONG);
}

/* What a server reads of it. */
static struct ws_conn server;
static struct ws_deflate deflater, server_deflater;

static void begin_deflated(const struct outgoing_config *config)
{
	static const struct ws_deflate_params params = { 0 };

	ws_deflate_init(&deflater, &params, false);
	ws_deflate_init(&server_deflater, &params, true);
	begin_with(config, &deflater);
	ws_conn_init(&server, WS_SERVER, &server_deflater);
}

static void end_deflated(void)
{
	ws_deflate_release(&deflater);
	ws_deflate_release(&server_deflater);
}

/* Passes a frame on to the server; gives back its header. */
static struct ws_frame pass_frame(size_t *got, bool *whole)
{
	static uint8_t wire[OUT], payload[OUT];
	struct ws_event ev;
	struct ws_frame f;
	struct buf in;
	size_t n = wire_frame(buf_head(&out), buf_len(&out), &f, payload);

	cr_assert_gt(n, 0);
	buf_init(&in, wire, sizeof(wire));
	buf_put(&in, buf_head(&out), n);
	outgoing_wrote(&o, n);
	for (;;) {
		ws_conn_next(&server, &in, &ev);
		if (ev.type == WS_EVENT_NONE)
			return f;
		cr_assert_eq(ev.type, WS_EVENT_DATA, "%s", ev.why);
		memcpy(received + *got, ev.data, ev.len);
		*got += ev.len;
		*whole = ev.last;
	}
}

/* In pieces of `piece` bytes. */
static void check_deflated(size_t max, size_t len, size_t piece)
{
	size_t put = 0, at = 0, got = 0;
	bool done = false, whole = false;

	begin_deflated(&(struct outgoing_config){ .max_frame = max });
	for (size_t i = 0; i < len / 2; i++)
		message[i] = (uint8_t)(i * i >> 7 ^ i * 2654435761u >> 13);
	while (!done || buf_len(&out) > 0) {
		size_t n = len - put < piece ? len - put : piece;

		if (!done && outgoing_put(&o, SENDER_INPUT, WS_BINARY,
				     message + put, n, put + n == len, &at)) {
			put += n;
			at = 0;
			done = put == len;
		}
		if (buf_len(&out) == 0)
			continue;

		bool first = server.in_message;
		struct ws_frame f = pass_frame(&got, &whole);

		cr_assert(max == 0 || f.len <= max);
		cr_assert(first ||
			  f.rsv == (max && max < WS_DEFLATE_ROOM ? 0 : 4));
	}
	cr_assert(whole);
	cr_assert_eq(got, len);
	cr_assert_eq(memcmp(message, received, len), 0);
	cr_assert(o.messages == 1 && o.bytes == len);
	end_deflated();
}

Test(outgoing, max_frame_of_compressed_ones)
{
	static const size_t sizes[] = { 0, 100, WS_DEFLATE_ROOM - 1,
		WS_DEFLATE_ROOM, 1000, 20000, 1 << 17 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		check_deflated(sizes[i], 0, 1);
		check_deflated(sizes[i], 1, 1);
		check_deflated(sizes[i], 3000, 7);
		check_deflated(sizes[i], 200000, 50000);
	}
	check_deflated(0, LONG, LONG);
	check_deflated(5000, LONG, 65536);
}

/* A short message goes as it is, but one whose length isn't known yet. */
Test(outgoing, short_ones_are_not_compressed)
{
	begin_deflated(&(struct outgoing_config){ .compress_min = 64 });
	for (size_t len = 0; len < 130; len += 21) {
		size_t at = 0, got = 0;
		bool whole = false;

		cr_assert(outgoing_put(
			&o, SENDER_INPUT, WS_BINARY, message, len, true, &at));
		cr_assert_eq(pass_frame(&got, &whole).rsv, len < 64 ? 0 : 4);
		cr_assert(whole && got == len);
		at = 0;
		outgoing_put(
			&o, SENDER_INPUT, WS_BINARY, message, len, false, &at);
		at = 0;
		outgoing_put(
			&o, SENDER_INPUT, WS_BINARY, message, 0, true, &at);
		got = 0;
		cr_assert_eq(pass_frame(&got, &whole).rsv, 4);
		cr_assert(whole && got == len);
	}
	end_deflated();
}

/* --- what went, and what may be lost --- */

enum { MESSAGES = 4000 };

static uint64_t ends[MESSAGES];

/* How many of the messages end between two places in what goes out. */
static uint64_t count(uint64_t from, uint64_t to)
{
	uint64_t n = 0;

	for (size_t i = 0; i < o.messages; i++)
		n += ends[i] > from && ends[i] <= to;
	return n;
}

static void check_counts(void)
{
	static const uint64_t last[] = { 0, 1, 7, 50, 1000, 5000, 20000, 100000,
		UINT64_MAX };

	cr_assert_eq(outgoing_unsent(&o), count(o.written, UINT64_MAX));
	for (size_t i = 0; i < sizeof(last) / sizeof(*last); i++) {
		uint64_t n = last[i];
		uint64_t from = n < o.written ? o.written - n : 0;
		uint64_t want = count(from, o.written);

		if (want > OUTGOING_ENDS)
			want = OUTGOING_ENDS;
		cr_assert_eq(outgoing_latest(&o, n), want,
			"%u, not %u in the last %u of %u",
			outgoing_latest(&o, n), (unsigned)want, (unsigned)n,
			(unsigned)o.written);
	}
}

static unsigned draw(unsigned n)
{
	static uint32_t seed = 1;

	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* A message in one or two pieces, if there is room for it. */
static void put_one(size_t len)
{
	size_t half = draw(2) ? len / 2 : 0, at = 0;

	if (buf_room(&out) < CONTROL_ROOM + len ||
		!outgoing_ready(&o, SENDER_INPUT))
		return;
	if (len <= WS_FRAME_SHORT && draw(2)) {
		outgoing_put_short(&o, WS_TEXT, message, len);
		ends[o.messages - 1] = o.written + buf_len(&out);
		return;
	}
	if (half)
		cr_assert(outgoing_put(&o, SENDER_INPUT, WS_BINARY, message,
			half, false, &at));
	if (draw(4) == 0)
		outgoing_control(&o, WS_PING, message, draw(100));
	at = 0;
	cr_assert(outgoing_put(
		&o, SENDER_INPUT, WS_BINARY, message, len - half, true, &at));
	ends[o.messages - 1] = o.written + buf_len(&out);
}

/* The network takes all, or a part that may end anywhere; many messages wait,
 * or none. */
Test(outgoing, tells_what_was_written_last)
{
	for (unsigned burst = 1; burst <= 1000; burst *= 10) {
		begin();
		while (o.messages < MESSAGES / 2) {
			for (unsigned i = draw(burst + 1); i > 0; i--)
				put_one(draw(8) ? draw(60) : draw(600));
			if (draw(3) == 0)
				outgoing_wrote(&o, buf_len(&out));
			else
				outgoing_wrote(
					&o, draw((unsigned)buf_len(&out) + 1));
			if (draw(4) == 0)
				check_counts();
		}
		outgoing_wrote(&o, buf_len(&out));
		check_counts();
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
