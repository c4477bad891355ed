#define _GNU_SOURCE

#include "unit/dissect_case.h"

/* Frames: where each begins and ends, and what is told of it. Long compressed
 * ones: test_dissect_inflate.c. */

static struct bytes of_hex(const char *hex)
{
	struct bytes b = { .len = 0 };
	unsigned byte;

	for (; *hex; hex += *hex == ' ' ? 1 : 2)
		if (*hex != ' ') {
			cr_assert_eq(sscanf(hex, "%2x", &byte), 1);
			b.p[b.len++] = (uint8_t)byte;
		}
	return b;
}

static void check(
	const struct setup *setup, const struct bytes *b, const char *want)
{
	static struct told t;

	for (size_t cut = 0; cut <= b->len; cut++) {
		run(setup, b, cut, &t);
		cr_assert_str_eq(t.text, want, "cut at %zu: %s", cut, t.text);
		if (b->len > 2000 && cut > 20 && cut < b->len - 20)
			cut += b->len / 50;
	}
}

static const struct ws_deflate_params server_drops = {
	.server_no_context_takeover = true
};
static const struct ws_deflate_params client_drops = {
	.client_no_context_takeover = true
};

#define HELLO "f248cdc9c90700"   /* RFC 7692 7.2.3.1 */
#define HELLO_AGAIN "f200110000" /* 7.2.3.2, behind HELLO */

static const struct {
	const char *hex;
	const char *told;
	const struct ws_deflate_params *params;
	bool from_client;
} cases[] = {
	{ "", "", NULL, false },
	/* RFC 6455 5.7 */
	{ "810548656c6c6f", "1 h2 5 m1.1 =Hello", NULL, false },
	{ "818537fa213d7f9f4d5158", "1 mask 37fa213d h6 5 m1.1 =Hello", NULL,
		true },
	{ "010348656c 80026c6f", "1+ h2 3 m1.1 =Hel; 0 h2 2 m1.2 =lo", NULL,
		false },
	{ "890548656c6c6f 8a0548656c6c6f 8800",
		"9 h2 5 =Hello; 10 h2 5 =Hello; 8 h2 0", NULL, false },
	/* numbers: of messages, and of frames in them */
	{ "010161 8900 000162 800163 820164 8100 8100",
		"1+ h2 1 m1.1 =a; 9 h2 0; 0+ h2 1 m1.2 =b; 0 h2 1 m1.3 =c; "
		"2 h2 1 m2.1 =d; 1 h2 0 m3.1; 1 h2 0 m4.1",
		NULL, false },
	/* what no connection would take */
	{ "8000 000161 8100 000162",
		"0 h2 0; 0+ h2 1 =a; 1 h2 0 m1.1; 0+ h2 1 =b", NULL, false },
	{ "010161 010162 800163",
		"1+ h2 1 m1.1 =a; 1+ h2 1 m2.1 =b; 0 h2 1 m2.2 =c", NULL,
		false },
	{ "010161 830178 8b00 800162",
		"1+ h2 1 m1.1 =a; 3 h2 1 =x; 11 h2 0; 0 h2 1 m1.2 =b", NULL,
		false },
	{ "ff80 01020304 f100", "15 rsv7 mask 01020304 h6 0; 1 rsv7 h2 0 m1.1",
		NULL, false },
	{ "817e000161 827f000000000000000162",
		"1 h4 1 m1.1 =a; 2 h10 1 m2.1 =b", NULL, false },
	{ "8880 00000000 8803 03e8 61",
		"8 mask 00000000 h6 0; 8 h2 3 =\\03\\e8a", NULL, true },
	/* the end comes too early */
	{ "81", "part 1 cut h1", NULL, false },
	{ "81fe00", "part 1 cut h3", NULL, false },
	{ "8100 21ff0000000000", "1 h2 0 m1.1; part 1+ cut rsv2 h7", NULL,
		false },
	{ "8105", "1 cut h2 5 came 0 m1.1", NULL, false },
	{ "8105 4865", "1 cut h2 5 came 2 m1.1 =He", NULL, false },
	{ "82ffffffffffffffffff 00000000 616263",
		"2 cut mask 00000000 h14 18446744073709551615 came 3 m1.1 "
		"=abc",
		NULL, false },
	/* compressed */
	{ "c107" HELLO, "1 rsv4 h2 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00", NULL,
		false },
	{ "c107" HELLO,
		"1 rsv4 h2 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated 5 "
		"=Hello",
		&kept, false },
	{ "c187 00000000" HELLO,
		"1 rsv4 mask 00000000 h6 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 "
		"inflated 5 =Hello",
		&kept, true },
	{ "4103f248cd 8900 0000 8004c9c90700",
		"1+ rsv4 h2 3 m1.1 =\\f2H\\cd inflated 2 =He; 9 h2 0; "
		"0+ h2 0 m1.2 inflated 0 =; "
		"0 h2 4 m1.3 =\\c9\\c9\\07\\00 inflated 3 =llo",
		&kept, false },
	/* the tail is put behind the last frame, even an empty one */
	{ "4107" HELLO " 8000 8100 c10100",
		"1+ rsv4 h2 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated 5 "
		"=Hello; 0 h2 0 m1.2 inflated 0 =; 1 h2 0 m2.1; "
		"1 rsv4 h2 1 m3.1 =\\00 inflated 0 =",
		&kept, false },
	/* context: who may look back, and who may not */
	{ "c107" HELLO " 810161 c105" HELLO_AGAIN,
		"1 rsv4 h2 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated 5 "
		"=Hello; 1 h2 1 m2.1 =a; "
		"1 rsv4 h2 5 m3.1 =\\f2\\00\\11\\00\\00 inflated 5 =Hello",
		&client_drops, false },
	{ "c187 00000000" HELLO " c185 00000000" HELLO_AGAIN,
		"1 rsv4 mask 00000000 h6 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 "
		"inflated 5 =Hello; 1 rsv4 mask 00000000 h6 5 m2.1 "
		"=\\f2\\00\\11\\00\\00 inflated 5 =Hello",
		&server_drops, true },
	{ "c107" HELLO " c105" HELLO_AGAIN " 820161 c107" HELLO,
		"1 rsv4 h2 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated 5 "
		"=Hello; 1 rsv4 h2 5 m2.1 =\\f2\\00\\11\\00\\00 inflated "
		"broken 1 =H; 2 h2 1 m3.1 =a; "
		"1 rsv4 h2 7 m4.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated lost",
		&server_drops, false },
	{ "c187 00000000" HELLO " c185 00000000" HELLO_AGAIN,
		"1 rsv4 mask 00000000 h6 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 "
		"inflated 5 =Hello; 1 rsv4 mask 00000000 h6 5 m2.1 "
		"=\\f2\\00\\11\\00\\00 inflated broken 1 =H",
		&client_drops, true },
	/* no DEFLATE data; an end inside a block */
	{ "c10107", "1 rsv4 h2 1 m1.1 =\\07 inflated broken 0 =", &kept,
		false },
	{ "4105000500faff 80024865",
		"1+ rsv4 h2 5 m1.1 =\\00\\05\\00\\fa\\ff inflated 0 =; "
		"0 h2 2 m1.2 =He inflated broken 5 =He\\00\\00\\ff",
		&kept, false },
	/* a message that another begins inside of */
	{ "4107" HELLO " c105" HELLO_AGAIN,
		"1+ rsv4 h2 7 m1.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated 5 "
		"=Hello; 1 rsv4 h2 5 m2.1 =\\f2\\00\\11\\00\\00 inflated 5 "
		"=Hello",
		&kept, false },
	{ "4103f248cd c107" HELLO,
		"1+ rsv4 h2 3 m1.1 =\\f2H\\cd inflated 2 =He; "
		"1 rsv4 h2 7 m2.1 =\\f2H\\cd\\c9\\c9\\07\\00 inflated lost",
		&kept, false },
	/* RSV1 says something where a message begins only */
	{ "010161 c00162 c90163",
		"1+ h2 1 m1.1 =a; 0 rsv4 h2 1 m1.2 =b; 9 rsv4 h2 1 =c", &kept,
		false },
};

Test(dissect, frames)
{
	for (size_t i = 0; i < N(cases); i++) {
		const struct setup setup = { cases[i].from_client,
			cases[i].params, 64 };
		struct bytes b = of_hex(cases[i].hex);

		check(&setup, &b, cases[i].told);
	}
}

/* A payload of n bytes, of which each can be told from its neighbours. */
static const uint8_t *payload_of(size_t n)
{
	static uint8_t p[BYTES_MAX];

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)('a' + i % 26);
	return p;
}

/* A frame that is kept whole is told once; a longer one twice, first when the
 * bytes to be shown are there. */
Test(dissect, long_frames)
{
	static const struct {
		size_t show, len;
		const char *told;
	} lengths[] = {
		{ 0, 4096,
			"2 mask 01020304 h8 4096 m1.1 "
			"=abcdefghijklmnop...4096" },
		{ 0, 4097,
			"2 mask 01020304 h8 4097 came 128 m1.1 "
			"=abcdefghijklmnop...128; "
			"end 2 mask 01020304 h8 4097 m1.1" },
		{ 64, 70000,
			"2 mask 01020304 h14 70000 came 128 m1.1 "
			"=abcdefghijklmnop...128; "
			"end 2 mask 01020304 h14 70000 m1.1" },
		{ 1000, 4097,
			"2 mask 01020304 h8 4097 came 1000 m1.1 "
			"=abcdefghijklmnop...1000; "
			"end 2 mask 01020304 h8 4097 m1.1" },
		{ 5000, 5000,
			"2 mask 01020304 h8 5000 m1.1 "
			"=abcdefghijklmnop...5000" },
		{ 5000, 5001,
			"2 mask 01020304 h8 5001 came 5000 m1.1 "
			"=abcdefghijklmnop...5000; "
			"end 2 mask 01020304 h8 5001 m1.1" },
	};

	for (size_t i = 0; i < N(lengths); i++) {
		const struct ws_frame f = { .fin = true,
			.opcode = WS_BINARY,
			.masked = true,
			.key = { 1, 2, 3, 4 },
			.len = lengths[i].len };
		const struct setup setup = { true, NULL, lengths[i].show };
		static struct bytes b;

		b.len = 0;
		add_frame(&b, &f, payload_of(lengths[i].len), lengths[i].len);
		check(&setup, &b, lengths[i].told);
	}
}

/* The first bytes are unmasked as they were before the mask. */
Test(dissect, unmasked_to_the_last_byte)
{
	const struct ws_frame f = { .fin = true,
		.opcode = WS_TEXT,
		.masked = true,
		.key = { 9, 8, 7, 6 },
		.len = 1003 };
	static struct bytes b;
	struct ws_dissect d;
	struct ws_sighting s;
	size_t taken;

	add_frame(&b, &f, payload_of(1003), 1003);
	for (size_t cut = 1; cut < b.len; cut += 7) {
		cr_assert(ws_dissect_init(&d, true, NULL, 0));
		taken = ws_dissect_next(&d, guard_copy(b.p, cut), cut, &s);
		cr_assert(taken == cut && s.type == WS_SIGHTING_NONE);
		taken = ws_dissect_next(&d, guard_copy(b.p + cut, b.len - cut),
			b.len - cut, &s);
		cr_assert(taken == b.len - cut && s.type == WS_SIGHTING_FRAME);
		cr_assert_eq(s.payload_len, 1003);
		cr_assert_arr_eq(s.payload, payload_of(1003), 1003);
		cr_assert_arr_eq(s.header, b.p, 8);
		ws_dissect_release(&d);
	}
}

/* What has begun is told at a stall, once; where more comes, the rest is at
 * its end. */
Test(dissect, stalls)
{
	static struct told t;
	struct ws_dissect d;

	cr_assert(ws_dissect_init(&d, false, NULL, 64));
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"\x81", 1, &t);
	flush(&d, false, &t);
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"\x7e", 1, &t);
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"\0\5", 2, &t);
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"ab", 2, &t);
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"cde\x82", 4, &t);
	cr_assert_str_eq(t.text, "part 1 h1; part 1 h2; 1 h4 5 came 0 m1.1; "
				 "end 1 h4 5 m1.1 =abcde");
	t.len = 0;
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"\3ab", 3, &t);
	flush(&d, false, &t);
	feed(&d, (const uint8_t *)"c\x88\0\x81\2z", 6, &t);
	flush(&d, false, &t);
	flush(&d, true, &t);
	flush(&d, true, &t);
	flush(&d, false, &t);
	cr_assert_str_eq(t.text,
		"part 2 h1; 2 h2 3 came 2 m2.1 =ab; end 2 h2 3 m2.1 =c; 8 h2 "
		"0; "
		"1 h2 2 came 1 m3.1 =z; end 1 cut h2 2 came 1 m3.1");
	ws_dissect_release(&d);
}

/* What is owed at a stall is what it tells then. */
Test(dissect, owes_what_a_stall_tells)
{
	static const uint8_t bytes[] = { 0x81, 0x82, 1, 2, 3, 4, 0x60, 0x60 };
	struct ws_dissect d;
	struct ws_sighting s;

	cr_assert(ws_dissect_init(&d, true, NULL, 64));
	cr_assert_not(ws_dissect_owes(&d));
	for (size_t i = 0; i < N(bytes); i++) {
		bool whole = i == N(bytes) - 1;

		ws_dissect_next(&d, bytes + i, 1, &s);
		cr_assert_eq(ws_dissect_owes(&d), !whole && i < 6, "%zu", i);
		cr_assert_eq(ws_dissect_flush(&d, false, &s), !whole && i < 6,
			"%zu", i);
		cr_assert_not(ws_dissect_owes(&d));
	}
	ws_dissect_release(&d);
}

/* In the middle of a connection: what builds on what was not seen is lost,
 * what stands on its own is not. */
Test(dissect, joins)
{
	static const struct {
		struct ws_deflate_params params;
		const char *want;
	} joined[] = {
		{ { .server_no_context_takeover = true },
			"0 h2 1 =x; 1 rsv4 h2 4 m1.1 =\\ca\\c8\\04\\00 "
			"inflated 2 =hi" },
		{ { .client_no_context_takeover = true },
			"0 h2 1 =x; 1 rsv4 h2 4 m1.1 =\\ca\\c8\\04\\00 "
			"inflated lost" },
	};
	/* The end of a message, and a compressed one. */
	static const uint8_t bytes[] = { 0x80, 1, 'x', 0xc1, 4, 0xca, 0xc8, 4,
		0 };

	for (size_t i = 0; i < N(joined); i++) {
		static struct told t;
		struct ws_dissect d;

		t.len = 0;
		cr_assert(ws_dissect_init(&d, false, &joined[i].params, 64));
		ws_dissect_join(&d, NULL, false);
		feed(&d, bytes, sizeof(bytes), &t);
		cr_assert_str_eq(t.text, joined[i].want);
		ws_dissect_release(&d);
	}
}

/* Releasing is fine at any time. */
Test(dissect, release)
{
	struct ws_dissect d = { 0 };

	ws_dissect_release(&d);
	cr_assert(ws_dissect_init(&d, true, &kept, WS_DISSECT_SHOW_MAX));
	ws_dissect_release(&d);
	ws_dissect_release(&d);
}
