#define _GNU_SOURCE

#include "unit/dissect_case.h"

/* What compressed frames are inflated to, with a context that goes on, however
 * much it is. */

/* A whole message compressed, as a client does it. */
static size_t compress_all(
	const uint8_t *p, size_t len, uint8_t *out, size_t cap)
{
	static struct ws_deflate z;
	size_t taken, n;
	bool done;

	ws_deflate_init(&z, &kept, false);
	n = ws_deflate(&z, p, len, true, out, cap, &taken, &done);
	cr_assert(done);
	ws_deflate_release(&z);
	return n;
}

/* A long compressed frame: its first bytes as they came and inflated, each in
 * their place; how long it is inflated is known at its end. */
Test(dissect_inflate, inflates_long_frames)
{
	static uint8_t noise[20000], packed[30000];
	static struct bytes b;
	struct ws_frame f = { .fin = true,
		.rsv = 4,
		.opcode = WS_TEXT,
		.masked = true,
		.key = { 1, 2, 3, 4 } };
	uint32_t state = 1;

	for (size_t i = 0; i < sizeof(noise); i++) {
		state = state * 1664525 + 1013904223;
		noise[i] = (uint8_t)('a' + (state >> 24) % 16);
	}
	f.len = compress_all(noise, sizeof(noise), packed, sizeof(packed));
	cr_assert_gt(f.len, 5000);
	add_frame(&b, &f, packed, (size_t)f.len);
	for (size_t cut = 9; cut < b.len; cut += 501) {
		struct ws_dissect d;
		struct ws_sighting s = { 0 };
		size_t at = 0, to = cut;

		cr_assert(ws_dissect_init(&d, true, &kept, 5000));
		while (s.type != WS_SIGHTING_FRAME) {
			at += ws_dissect_next(&d, b.p + at, to - at, &s);
			to = at == cut ? b.len : to;
		}
		cr_assert(at == 5008 && s.came == 5000);
		cr_assert(s.payload_len == 5000 && s.plain_len == 5000);
		cr_assert_arr_eq(s.payload, packed, 5000);
		cr_assert_arr_eq(s.plain, noise, 5000);
		while (s.type != WS_SIGHTING_END) {
			at += ws_dissect_next(&d, b.p + at, to - at, &s);
			to = at == cut ? b.len : to;
		}
		cr_assert(at == b.len && s.inflated == sizeof(noise));
		cr_assert_arr_eq(s.plain, noise, 5000);
		ws_dissect_release(&d);
	}
}

/* What fills the memory for inflating to its last byte, or goes on just behind
 * it, is all told of in the frame whose bytes it came from. */
Test(dissect_inflate, inflates_to_the_frame_s_edge)
{
	static const size_t lengths[] = { WS_SCRATCH - 1, WS_SCRATCH,
		WS_SCRATCH + 1, WS_SCRATCH + 100, (size_t)2 * WS_SCRATCH };
	static const struct setup setup = { false, &kept, 4 };
	static uint8_t zeros[2 * WS_SCRATCH], packed[1000];
	static struct told whole, bytes;
	static struct bytes b;

	for (size_t i = 0; i < N(lengths); i++) {
		size_t n =
			compress_all(zeros, lengths[i], packed, sizeof(packed));

		for (size_t split = 1; split <= n; split++) {
			const struct ws_frame first = {
				.rsv = 4, .opcode = WS_BINARY, .len = split
			};
			const struct ws_frame last = { .fin = true,
				.len = n - split };

			b.len = 0;
			add_frame(&b, &first, packed, split);
			add_frame(&b, &last, packed + split, n - split);
			run(&setup, &b, b.len, &whole);
			run(&setup, &b, 0, &bytes);
			cr_assert_str_eq(whole.text, bytes.text);
			cr_assert_null(strstr(whole.text, "broken"));
		}
	}
}

/* Compresses a piece, and reads it back as its peer does. */
static size_t pass_on(struct ws_deflate *writer, struct ws_deflate *reader,
	const uint8_t *p, size_t len, uint8_t *out, size_t cap)
{
	size_t taken, at = 0, n;
	bool done;

	n = ws_deflate(writer, p, len, true, out, cap, &taken, &done);
	cr_assert(done);
	do {
		cr_assert(ws_inflate(reader, out + at, n - at, true, &taken));
		at += taken;
	} while (!reader->done);
	return n;
}

/* Who joins between two messages knows what they build on, from either end,
 * wherever zlib's window has got to. */
Test(dissect_inflate, joins_those_who_know)
{
	enum { TEXT = 30000 };
	static uint8_t text[2 * TEXT], packed[2 * TEXT];
	static struct ws_deflate writer, reader;
	uint32_t state = 1;

	for (size_t i = 0; i < TEXT; i++) {
		state = state * 1664525 + 1013904223;
		text[i] = text[TEXT + i] = (uint8_t)('a' + (state >> 24) % 16);
	}
	ws_deflate_init(&writer, &kept, false);
	ws_deflate_init(&reader, &kept, true);
	for (size_t i = 0; i < 60; i++) {
		static struct bytes b;
		static struct told t[2];
		struct ws_dissect d[2];
		struct ws_frame f = {
			.fin = true, .rsv = 4, .opcode = WS_TEXT
		};
		char want[64];

		for (int end = 0; end < 2; end++) {
			cr_assert(ws_dissect_init(&d[end], true, &kept, 16));
			ws_dissect_join(
				&d[end], end ? &reader : &writer, end == 0);
		}
		f.len = pass_on(&writer, &reader, text + 499 * i,
			TEXT - 401 * i, packed, sizeof(packed));
		b.len = 0;
		add_frame(&b, &f, packed, (size_t)f.len);
		snprintf(want, sizeof(want), "inflated %zu =%.16s",
			TEXT - 401 * i, (const char *)text + 499 * i);
		for (int end = 0; end < 2; end++) {
			t[end].len = 0;
			feed(&d[end], b.p, b.len, &t[end]);
			cr_assert(strstr(t[end].text, want), "%zu: %s in %s", i,
				want, t[end].text);
			ws_dissect_release(&d[end]);
		}
	}
	ws_deflate_release(&writer);
	ws_deflate_release(&reader);
}

/* In the middle of a compressed message there is nothing to know. */
Test(dissect_inflate, joins_no_message_under_way)
{
	static struct ws_deflate writer, reader;
	static uint8_t zeros[70000], packed[1000];
	struct ws_dissect d;
	size_t taken, n;
	bool done;

	ws_deflate_init(&writer, &kept, false);
	ws_deflate_init(&reader, &kept, true);
	n = ws_deflate(&writer, zeros, sizeof(zeros), true, packed,
		sizeof(packed), &taken, &done);
	cr_assert(ws_inflate(&reader, packed, n, true, &taken));
	cr_assert_not(reader.done);
	cr_assert(ws_dissect_init(&d, true, &kept, 16));
	ws_dissect_join(&d, &reader, false);
	cr_assert(d.broken);
	ws_deflate(&writer, zeros, 1, false, packed, sizeof(packed), &taken,
		&done);
	ws_dissect_release(&d);
	cr_assert(ws_dissect_init(&d, true, &kept, 16));
	ws_dissect_join(&d, &writer, true);
	cr_assert(d.broken);
	ws_dissect_release(&d);
	ws_deflate_release(&writer);
	ws_deflate_release(&reader);
}

/* A bomb costs time alone: 16 MiB of one byte. */
Test(dissect_inflate, bomb)
{
	static struct ws_deflate z;
	static uint8_t zeros[1 << 16], packed[1 << 17];
	static struct bytes b;
	static struct told t;
	struct ws_frame f = { .fin = true, .rsv = 4, .opcode = WS_BINARY };
	const struct setup setup = { false, &kept, 4 };
	size_t len = 0, taken;
	bool done;

	ws_deflate_init(&z, &kept, true);
	for (int i = 0; i < 256; i++)
		len += ws_deflate(&z, zeros, sizeof(zeros), i == 255,
			packed + len, sizeof(packed) - len, &taken, &done);
	cr_assert(done);
	f.len = len;
	add_frame(&b, &f, packed, len);
	run(&setup, &b, 1000, &t);
	cr_assert(strstr(t.text, "inflated 16777216 =\\00\\00\\00\\00"), "%s",
		t.text);
	ws_deflate_release(&z);
}

/* Told to stop in the middle of a frame, at its end, and between two: what was
 * inflated is what there is, and nothing more is. */
Test(dissect_inflate, stops)
{
	static const uint8_t text[] = "to be inflated, as far as is wanted";
	static struct bytes b;
	static uint8_t packed[4096];
	struct ws_frame f = { .fin = true, .rsv = 4, .opcode = WS_TEXT };
	size_t one;

	f.len = compress_all(text, sizeof(text) - 1, packed, sizeof(packed));
	add_frame(&b, &f, packed, (size_t)f.len);
	one = b.len;
	add_frame(&b, &f, packed, (size_t)f.len);
	for (size_t cut = 0; cut <= one; cut++) {
		struct ws_dissect d;
		struct ws_sighting s = { 0 };
		size_t at = 0, frames = 0;

		cr_assert(ws_dissect_init(&d, false, &kept, 64));
		while (at < cut) {
			at += ws_dissect_next(&d, b.p + at, cut - at, &s);
			frames += s.type == WS_SIGHTING_FRAME;
		}
		ws_dissect_stop_inflating(&d);
		while (at < b.len) {
			at += ws_dissect_next(&d, b.p + at, b.len - at, &s);
			if (s.type != WS_SIGHTING_FRAME)
				continue;
			frames++;
			cr_assert_eq(s.how, WS_INFLATED_LOST, "cut %zu", cut);
			cr_assert_eq(s.payload_len, f.len);
		}
		cr_assert_eq(frames, 2, "cut %zu", cut);
		ws_dissect_release(&d);
	}
}
