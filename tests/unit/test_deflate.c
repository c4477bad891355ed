#define _GNU_SOURCE /* MAP_ANONYMOUS in guard.h */
#include "unit/guard.h"
#include "ws/deflate.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { LEN = 300000, OUT = 400000 };

static struct ws_deflate d;
static uint8_t text[LEN], packed[OUT], unpacked[LEN + 100];
static unsigned seed = 1;

static unsigned any(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* Repeats at every distance up to 32 KiB, and noise. */
static void make_text(void)
{
	size_t n = 0;

	while (n < LEN) {
		size_t run = 3 + any(300), back = 1 + any(32768);

		if (any(3) == 0 || back > n) {
			for (size_t i = 0; i < run && n < LEN; i++)
				text[n++] = (uint8_t)any(256);
			continue;
		}
		for (size_t i = 0; i < run && n < LEN; i++, n++)
			text[n] = text[n - back];
	}
}

static void begin(bool server, struct ws_deflate_params params)
{
	ws_deflate_release(&d);
	ws_deflate_init(&d, &params, server);
}

/* Deflates the text as one message, in pieces and rooms of any size. */
static size_t pack(const uint8_t *p, size_t len)
{
	size_t at = 0, n = 0;
	bool done = false;

	while (!done) {
		size_t piece = 1 + any(20000);
		size_t room = WS_DEFLATE_ROOM + any(3000), taken;
		bool ended = piece >= len - at;

		if (ended)
			piece = len - at;
		do {
			n += ws_deflate(&d, p + at, piece, ended, packed + n,
				room, &taken, &done);
			at += taken;
			piece -= taken;
			cr_assert_leq(n, OUT - 4000);
		} while (piece > 0 || (ended && !done));
	}
	return n;
}

/* Inflates a message that ends, cut into pieces of at most `most`. -1 where
 * it is bad. */
static long unpack(const uint8_t *p, size_t len, size_t most)
{
	size_t at = 0, n = 0;

	do {
		size_t piece = len - at, taken;
		uint8_t *guarded;

		if (piece > most)
			piece = most;
		guarded = guard_copy(p + at, piece);
		bool good = ws_inflate(
			&d, guarded, piece, at + piece == len, &taken);

		cr_assert_leq(n + d.have, sizeof(unpacked));
		memcpy(unpacked + n, d.scratch, d.have);
		n += d.have;
		at += taken;
		if (!good)
			return -1;
	} while (!d.done);
	cr_assert_eq(at, len);
	return (long)n;
}

/* Whatever window was agreed on, a decoder that has no larger one can read
 * what we send: eight bits, too. */
Test(deflate, keeps_to_the_window)
{
	make_text();
	for (int bits = 8; bits <= 15; bits++) {
		for (int drops = 0; drops < 2; drops++) {
			struct ws_deflate_params params = {
				.client_max_window_bits = bits,
				.client_no_context_takeover = drops,
			};
			z_stream z = { 0 };

			begin(false, params);
			cr_assert_eq(inflateInit2(&z, -bits), Z_OK);
			for (size_t at = 0; at < LEN; at += LEN / 3) {
				size_t n = pack(text + at, LEN / 3);

				memcpy(packed + n, "\0\0\xff\xff", 4);
				/* A byte of output a call: nothing but its own
				 * window for zlib to look back at. */
				z.next_in = packed;
				z.avail_in = (uInt)n + 4;
				for (size_t i = 0; i < LEN / 3; i++) {
					uint8_t byte;

					z.next_out = &byte;
					z.avail_out = 1;
					int r = inflate(&z, Z_SYNC_FLUSH);

					cr_assert_eq(r, Z_OK, "%d bits: %s",
						bits, z.msg);
					cr_assert_eq(z.avail_out, 0);
					cr_assert_eq(byte, text[at + i]);
				}
				if (drops)
					inflateReset(&z);
			}
			inflateEnd(&z);
		}
	}
}

Test(deflate, there_and_back_at_any_cut)
{
	make_text();
	for (int drops = 0; drops < 2; drops++) {
		struct ws_deflate_params params = {
			.server_no_context_takeover = drops,
			.client_no_context_takeover = drops,
		};
		static const size_t lens[] = { 5, 0, 1, 70000, 0, 0, 30, LEN };

		begin(false, params);
		for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
			size_t n = pack(text, lens[i]);
			size_t most = lens[i] < 1000 ? 1 : 1 + any(9000);

			cr_assert_eq(unpack(packed, n, most), (long)lens[i]);
			cr_assert_eq(memcmp(unpacked, text, lens[i]), 0);
		}
	}
}

Test(deflate, an_empty_message_is_one_byte)
{
	begin(false, (struct ws_deflate_params){ 0 });
	cr_assert_eq(pack(text, 0), 1);
	cr_assert_eq(packed[0], 0);
}

static const struct {
	const char *name, *bytes;
	size_t len;
	const char *text; /* NULL: refused */
} messages[] = {
	/* RFC 7692 7.2.3.1 to 7.2.3.6 */
	{ "one block", "\xf2\x48\xcd\xc9\xc9\x07\x00", 7, "Hello" },
	{ "stored", "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11,
		"Hello" },
	{ "final block", "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8, "Hello" },
	{ "final block, no more", "\xf3\x48\xcd\xc9\xc9\x07\x00", 7, "Hello" },
	{ "two blocks", "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
		13, "Hello" },
	{ "two final blocks",
		"\xf3\x48\xcd\xc9\xc9\x07\x00\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
		15, "HelloHello" },
	{ "empty", "\x00", 1, "" },
	{ "no byte at all", "", 0, NULL },
	{ "reserved block type", "\x06", 1, NULL },
	{ "cut inside a block", "\xf2\x48\xcd", 3, NULL },
	{ "cut inside a stored block", "\x00\x09\x00\xf6\xff\x48", 6, NULL },
	{ "a stored block's lengths differ", "\x00\x05\x00\xfb\xff", 5, NULL },
	{ "nothing to look back at", "\x02\x03\x00", 3, NULL },
};

Test(deflate, messages)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++) {
		for (size_t most = 1; most <= messages[i].len + 1; most++) {
			begin(false, (struct ws_deflate_params){ 0 });

			long n = unpack((const uint8_t *)messages[i].bytes,
				messages[i].len, most);

			if (!messages[i].text) {
				cr_assert_eq(n, -1, "%s", messages[i].name);
				continue;
			}
			cr_assert_eq(n, (long)strlen(messages[i].text), "%s",
				messages[i].name);
			cr_assert_eq(
				memcmp(unpacked, messages[i].text, (size_t)n),
				0, "%s", messages[i].name);
		}
	}
}

/* The four bytes that a message leaves off can be symbols of a block that it
 * did not end, too many for the scratch: more is to come, then the refusal. */
Test(deflate, symbols_in_the_tail)
{
	static uint8_t same[LEN];
	bool refused = false;
	size_t n, taken;

	/* A block of a single letter has codes of one bit, 0 for the letter. */
	memset(same, 'a', sizeof(same));
	z_stream z = { 0 };
	cr_assert_eq(
		deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_HUFFMAN_ONLY), Z_OK);
	z.next_in = same;
	z.avail_in = 10000;
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	n = sizeof(packed) - z.avail_out;
	deflateEnd(&z);
	/* Its last zeros, then the bit that ends it. */
	while (packed[n - 1] != 0)
		n--;
	memset(packed + n, 0, sizeof(packed) - n);

	for (size_t more = 0; more <= WS_SCRATCH / 4; more++) {
		bool held = false;

		begin(false, (struct ws_deflate_params){ 0 });
		taken = 0;
		refused = false;
		for (size_t at = 0; !d.done; at += taken) {
			if (!ws_inflate(&d, packed + at, n + more - at, true,
				    &taken)) {
				refused = true;
				break;
			}
			for (size_t i = 0; i < d.have; i++)
				cr_assert_eq(d.scratch[i], 'a');
			held |= d.tail_at > 0 && d.more;
		}
		cr_assert(refused);
		if (held)
			return;
	}
	cr_assert_fail("the tail never filled the scratch");
}

/* RFC 7692 7.2.3.2: the second Hello refers to the first. */
Test(deflate, context)
{
	static const uint8_t first[] = { 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07,
		0x00 };
	static const uint8_t final[] = { 0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07,
		0x00 };
	static const uint8_t second[] = { 0xf2, 0x00, 0x11, 0x00, 0x00 };

	for (int drops = 0; drops < 2; drops++) {
		for (int ends = 0; ends < 2; ends++) {
			begin(false,
				(struct ws_deflate_params){
					.server_no_context_takeover = drops });
			cr_assert_eq(unpack(ends ? final : first, 7, 7), 5);
			cr_assert_eq(unpack(second, 5, 5), drops ? -1 : 5);
			if (!drops)
				cr_assert_eq(memcmp(unpacked, "Hello", 5), 0);
		}
	}
}

/* The server's parameters are the server's. */
Test(deflate, either_role)
{
	const struct ws_deflate_params params = {
		.server_no_context_takeover = true,
		.server_max_window_bits = 10,
		.client_max_window_bits = 12,
	};

	begin(true, params);
	cr_assert(d.deflate_resets);
	cr_assert_not(d.inflate_resets);
	cr_assert_eq(d.window_bits, 10);
	begin(false, params);
	cr_assert_not(d.deflate_resets);
	cr_assert(d.inflate_resets);
	cr_assert_eq(d.window_bits, 12);
}
