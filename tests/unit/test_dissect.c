#define _GNU_SOURCE

#include "ws/dissect.h"
#include "ws/mask.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { BYTES_MAX = 1 << 18, LOG_MAX = 8192 };

/* --- what was told, as text --- */

struct told {
	char text[LOG_MAX];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void say(
	struct told *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->text + t->len, LOG_MAX - t->len, format, args);
	va_end(args);
	cr_assert(n >= 0 && (size_t)n < LOG_MAX - t->len);
	t->len += (size_t)n;
}

/* At most 16 of the bytes: as text where they are. */
static void say_bytes(
	struct told *t, const char *what, const uint8_t *p, size_t n)
{
	say(t, " %s", what);
	for (size_t i = 0; i < n && i < 16; i++)
		if (p[i] > 0x20 && p[i] < 0x7f)
			say(t, "%c", p[i]);
		else
			say(t, "\\%02x", p[i]);
	if (n > 16)
		say(t, "...%zu", n);
}

static void say_sighting(struct told *t, const struct ws_sighting *s)
{
	static const char *const types[] = { "none", "", "end ", "part " };
	static const char *const hows[] = { "", "", " broken", " lost" };

	say(t, "%s%s%u%s%s", t->len ? "; " : "", types[s->type],
		s->frame.opcode, s->frame.fin ? "" : "+", s->cut ? " cut" : "");
	if (s->frame.rsv)
		say(t, " rsv%u", s->frame.rsv);
	if (s->frame.masked)
		say(t, " mask %02x%02x%02x%02x", s->frame.key[0],
			s->frame.key[1], s->frame.key[2], s->frame.key[3]);
	say(t, " h%zu", s->header_len);
	if (s->type == WS_SIGHTING_PART)
		return;
	say(t, " %llu", (unsigned long long)s->frame.len);
	if (s->came != s->frame.len)
		say(t, " came %llu", (unsigned long long)s->came);
	if (s->message)
		say(t, " m%u.%u", (unsigned)s->message,
			(unsigned)s->in_message);
	if (s->payload_len > s->payload_told)
		say_bytes(t, "=", s->payload + s->payload_told,
			s->payload_len - s->payload_told);
	if (s->how == WS_INFLATED_NOT)
		return;
	say(t, " inflated%s", hows[s->how]);
	if (s->how == WS_INFLATED_LOST)
		return;
	say(t, " %llu", (unsigned long long)s->inflated);
	say_bytes(t, "=", s->plain, s->plain_len);
}

/* --- bytes --- */

struct bytes {
	uint8_t p[BYTES_MAX];
	size_t len;
};

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

static void add_frame(struct bytes *b, const struct ws_frame *f,
	const uint8_t *payload, size_t n)
{
	b->len += ws_frame_write(b->p + b->len, f);
	cr_assert(b->len + n <= BYTES_MAX);
	memcpy(b->p + b->len, payload, n);
	if (f->masked)
		ws_mask(b->p + b->len, payload, n, f->key, 0);
	b->len += n;
}

/* --- running --- */

static void feed(
	struct ws_dissect *d, const uint8_t *p, size_t n, struct told *t)
{
	const uint8_t *copy = guard_copy(p, n);
	struct ws_sighting s;

	do {
		size_t taken = ws_dissect_next(d, copy, n, &s);

		cr_assert_leq(taken, n);
		copy += taken;
		n -= taken;
		if (s.type != WS_SIGHTING_NONE)
			say_sighting(t, &s);
		else
			cr_assert_eq(n, 0, "nothing told, and bytes left");
	} while (s.type != WS_SIGHTING_NONE);
}

static void flush(struct ws_dissect *d, bool over, struct told *t)
{
	struct ws_sighting s;

	while (ws_dissect_flush(d, over, &s))
		say_sighting(t, &s);
	cr_assert_eq(s.type, WS_SIGHTING_NONE);
}

struct setup {
	bool from_client;
	const struct ws_deflate_params *params;
	size_t show;
};

/* Of the bytes in two pieces, or each by itself (cut 0). */
static void run(const struct setup *setup, const struct bytes *b, size_t cut,
	struct told *t)
{
	struct ws_dissect d;

	t->len = 0;
	t->text[0] = '\0';
	cr_assert(ws_dissect_init(
		&d, setup->from_client, setup->params, setup->show));
	if (cut == 0) {
		for (size_t i = 0; i < b->len; i++)
			feed(&d, b->p + i, 1, t);
	} else {
		feed(&d, b->p, cut, t);
		feed(&d, b->p + cut, b->len - cut, t);
	}
	flush(&d, true, t);
	ws_dissect_release(&d);
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

static const struct ws_deflate_params kept = { 0 };
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
		ws_dissect_join(&d);
		feed(&d, bytes, sizeof(bytes), &t);
		cr_assert_str_eq(t.text, joined[i].want);
		ws_dissect_release(&d);
	}
}

/* A long compressed frame: its first bytes as they came and inflated, each in
 * their place; how long it is inflated is known at its end. */
Test(dissect, inflates_long_frames)
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
Test(dissect, inflates_to_the_frame_s_edge)
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

/* A bomb costs time alone: 16 MiB of one byte. */
Test(dissect, bomb)
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

/* Releasing is fine at any time. */
Test(dissect, release)
{
	struct ws_dissect d = { 0 };

	ws_dissect_release(&d);
	cr_assert(ws_dissect_init(&d, true, &kept, WS_DISSECT_SHOW_MAX));
	ws_dissect_release(&d);
	ws_dissect_release(&d);
}
