#define _GNU_SOURCE

#include "format/escape.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ON "\x1b[7m"
#define OFF "\x1b[27m"

enum { OUT = 8192 };

/* in -> out; with "<" and ">" for the marks. */
static const struct {
	enum escape_mode mode;
	const char *in, *out;
} cases[] = {
	{ ESCAPE_LINE, "", "" },
	{ ESCAPE_LINE, "plain text, printable: ~!\\", NULL },
	{ ESCAPE_LINE, "\x1b[31mred", "<\\x1b>[31mred" },
	{ ESCAPE_LINE, "\x1b\x07\x7f", "<\\x1b\\x07\\x7f>" },
	{ ESCAPE_LINE, "a\r\n\tb", "a<\\x0d\\x0a\\x09>b" },
	{ ESCAPE_TEXT, "a\r\n\tb", "a<\\x0d>\n\tb" },
	{ ESCAPE_INDENT, "a\n\nb\tc\n", "a\n  \n  b\tc\n  " },
	{ ESCAPE_INDENT, "\x01\n\x02", "<\\x01>\n  <\\x02>" },
	{ ESCAPE_LINE,
		"12345678\x1f"
		"12345678\x7f"
		"12345678 ",
		"12345678<\\x1f>12345678<\\x7f>12345678 " },
	/* UTF-8: what passes */
	{ ESCAPE_LINE, "gr\xc3\xbc\xc3\x9f", NULL },
	{ ESCAPE_LINE, "\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80", NULL },
	{ ESCAPE_LINE, "\xe2\x9d\xa4\xef\xb8\x8f", NULL },
	{ ESCAPE_LINE, "\xc2\xa0 \xef\xbf\xbd \xef\xbf\xbc", NULL },
	/* what hides or moves */
	{ ESCAPE_LINE,
		"\xc2\x9b"
		"31m",
		"<\\u{9b}>31m" },
	{ ESCAPE_LINE,
		"a\xe2\x80\xae"
		"b",
		"a<\\u{202e}>b" },
	{ ESCAPE_LINE, "\xe2\x80\xa8\xe2\x80\x8b", "<\\u{2028}\\u{200b}>" },
	{ ESCAPE_LINE, "\xef\xbb\xbf{", "<\\u{feff}>{" },
	{ ESCAPE_LINE, "\xf3\xa0\x81\x81", "<\\u{e0041}>" },
	{ ESCAPE_LINE, "\xf4\x8f\xbf\xbf", "<\\u{10ffff}>" },
	{ ESCAPE_LINE, "\xef\xbf\xbe\xef\xb7\x90", "<\\u{fffe}\\u{fdd0}>" },
	{ ESCAPE_LINE, "\xc2\xad\xcd\x8f", "<\\u{ad}\\u{34f}>" },
	/* what is not UTF-8: stray, cut, overlong, surrogate, too large */
	{ ESCAPE_LINE, "\x80\xff\xfe", "<\\x80\\xff\\xfe>" },
	{ ESCAPE_LINE, "\xc3(", "<\\xc3>(" },
	{ ESCAPE_LINE, "\xe2\x82", "<\\xe2\\x82>" },
	{ ESCAPE_LINE, "\xe2\x82\xe2\x82\xac", "<\\xe2\\x82>\xe2\x82\xac" },
	{ ESCAPE_LINE, "\xf0\x9f\x98z", "<\\xf0\\x9f\\x98>z" },
	{ ESCAPE_LINE, "\xf0\x9f\x98", "<\\xf0\\x9f\\x98>" },
	{ ESCAPE_LINE, "\xc0\xaf\xc1\xbf", "<\\xc0\\xaf\\xc1\\xbf>" },
	{ ESCAPE_LINE, "\xe0\x9f\xbf", "<\\xe0\\x9f\\xbf>" },
	{ ESCAPE_LINE, "\xed\xa0\x80", "<\\xed\\xa0\\x80>" },
	{ ESCAPE_LINE, "\xf0\x8f\xbf\xbf", "<\\xf0\\x8f\\xbf\\xbf>" },
	{ ESCAPE_LINE, "\xf4\x90\x80\x80", "<\\xf4\\x90\\x80\\x80>" },
	{ ESCAPE_LINE, "\xf8\x88\x80\x80\x80", "<\\xf8\\x88\\x80\\x80\\x80>" },
	{ ESCAPE_LINE, "\xe2\x1b[", "<\\xe2\\x1b>[" },
	/* backslashes that need nothing ... */
	{ ESCAPE_LINE, "\\", NULL },
	{ ESCAPE_LINE, "\\\\\\ \\n\\t\\0\\\"\\'", NULL },
	{ ESCAPE_LINE, "C:\\Users\\xavier\\unit\\x4", NULL },
	{ ESCAPE_LINE, "\\x", NULL },
	{ ESCAPE_LINE, "\\x1", NULL },
	{ ESCAPE_LINE, "\\x1g\\xg1\\x 41\\X41\\x+1", NULL },
	{ ESCAPE_LINE, "\\u", NULL },
	{ ESCAPE_LINE, "\\u00e9\\u}\\u \\U{41}", NULL },
	{ ESCAPE_LINE, "{\\\"a\\\":\\\"b\\\",\\\"cd\\\":[1,2],\\\"\\\"}",
		NULL },
	/* ... and those that do */
	{ ESCAPE_LINE, "\\x1b", "<\\x5c>x1b" },
	{ ESCAPE_LINE, "a\\xfFb", "a<\\x5c>xfFb" },
	{ ESCAPE_LINE, "\\x5c", "<\\x5c>x5c" },
	{ ESCAPE_LINE, "\\u{", "<\\x5c>u{" },
	{ ESCAPE_LINE, "\\u{202e}", "<\\x5c>u{202e}" },
	{ ESCAPE_LINE, "\\\\x41\\\\\\x41", "\\<\\x5c>x41\\\\<\\x5c>x41" },
	{ ESCAPE_LINE, "\\x41\\x42", "<\\x5c>x41<\\x5c>x42" },
	{ ESCAPE_LINE, "\x1b\\x1b\x1b", "<\\x1b\\x5c>x1b<\\x1b>" },
	{ ESCAPE_LINE, "1234567\\x411234567\\u{",
		"1234567<\\x5c>x411234567<\\x5c>u{" },
	{ ESCAPE_LINE, "123456\\\\x41", "123456\\<\\x5c>x41" },
	/* nothing that is escaped makes one of it */
	{ ESCAPE_LINE, "\\\x1b", "\\<\\x1b>" },
	{ ESCAPE_LINE, "\\x\x1b", "\\x<\\x1b>" },
	{ ESCAPE_LINE, "\\x4\xff", "\\x4<\\xff>" },
	{ ESCAPE_LINE, "\\u\xe2\x80\xae{", "\\u<\\u{202e}>{" },
	{ ESCAPE_LINE, "\\x\xc3\xbc\\\xc3\xbc", NULL },
	{ ESCAPE_LINE, "\xc3\\x41", "<\\xc3\\x5c>x41" },
	{ ESCAPE_LINE, "\\\xe2\x82", "\\<\\xe2\\x82>" },
	{ ESCAPE_INDENT, "\\\nx41\\x4\n1", "\\\n  x41\\x4\n  1" },
};

/* Code points that must not come out, as wide ranges, however they are
 * looked up in the code under test. */
static bool forbidden(uint32_t c)
{
	static const uint32_t ranges[][2] = { { 0, 0x1f }, { 0x7f, 0x9f },
		{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
		{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0x3164, 0x3164 }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x13430, 0x1343f },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff } };

	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return c % 0x10000 >= 0xfffe;
}

static size_t encode(uint32_t c, uint8_t *p)
{
	if (c < 0x80) {
		p[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (uint8_t)(0xc0 + c / 64);
		p[1] = (uint8_t)(0x80 + c % 64);
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (uint8_t)(0xe0 + c / 4096);
		p[1] = (uint8_t)(0x80 + c / 64 % 64);
		p[2] = (uint8_t)(0x80 + c % 64);
		return 3;
	}
	p[0] = (uint8_t)(0xf0 + c / 262144);
	p[1] = (uint8_t)(0x80 + c / 4096 % 64);
	p[2] = (uint8_t)(0x80 + c / 64 % 64);
	p[3] = (uint8_t)(0x80 + c % 64);
	return 4;
}

/* Whether the text is UTF-8 that a terminal may get: decodes by trying what
 * each code point would be encoded as. */
static bool safe(const uint8_t *p, size_t len, const char *allowed)
{
	while (len > 0) {
		uint8_t again[4];
		uint32_t c = p[0];
		size_t n = 1;

		if (c >= 0xc0) {
			n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
			if (n > len)
				return false;
			c &= 0xffu >> (n + 1);
			for (size_t i = 1; i < n; i++)
				c = c * 64 + (p[i] & 0x3f);
		}
		if (c >= 0xd800 && c <= 0xdfff)
			return false;
		if (c > 0x10ffff || encode(c, again) != n ||
			memcmp(again, p, n) != 0)
			return false;
		if (forbidden(c) && !(c && c < 0x80 && strchr(allowed, (int)c)))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static void give(
	struct escape *e, const uint8_t *p, size_t len, struct buf *out)
{
	cr_assert_eq(escape_span(e, guard_copy(p, len), len, out), len);
}

static void put_wanted(struct buf *b, const char *s)
{
	for (; *s; s++)
		if (*s == '<')
			buf_put(b, ON, strlen(ON));
		else if (*s == '>')
			buf_put(b, OFF, strlen(OFF));
		else
			buf_put(b, s, 1);
}

static bool same(const struct buf *a, const struct buf *b)
{
	return buf_len(a) == buf_len(b) &&
	       memcmp(buf_head(a), buf_head(b), buf_len(a)) == 0;
}

Test(escape, cases_at_every_cut)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const uint8_t *in = (const uint8_t *)cases[i].in;
		size_t len = strlen(cases[i].in);
		uint8_t mem[2][OUT];
		struct buf want, got;
		struct escape e;

		buf_init(&want, mem[0], OUT);
		put_wanted(&want, cases[i].out ? cases[i].out : cases[i].in);
		escape_init(&e, cases[i].mode, ON, OFF);
		for (size_t cut = 0; cut <= len; cut++) {
			buf_init(&got, mem[1], OUT);
			give(&e, in, cut, &got);
			give(&e, in + cut, len - cut, &got);
			cr_assert(escape_end(&e, &got));
			cr_assert(same(&want, &got),
				"case %zu cut at %zu: %.*s", i, cut,
				(int)buf_len(&got),
				(const char *)buf_head(&got));
		}
		buf_init(&got, mem[1], OUT);
		for (size_t k = 0; k < len; k++)
			give(&e, in + k, 1, &got);
		cr_assert(escape_end(&e, &got));
		cr_assert(same(&want, &got), "case %zu byte by byte", i);
	}
}

/* Each code point is let through or shown by its number. */
Test(escape, every_code_point)
{
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		uint8_t in[4], mem[2 * ESCAPE_ROOM];
		char want[16];
		size_t len = encode(c, in);
		struct buf out;
		struct escape e;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		buf_init(&out, mem, sizeof mem);
		escape_init(&e, ESCAPE_LINE, NULL, NULL);
		cr_assert_eq(escape_span(&e, in, len, &out), len);
		cr_assert(escape_end(&e, &out));
		if (!forbidden(c)) {
			memcpy(want, in, len);
			want[len] = '\0';
		} else {
			snprintf(want, sizeof want,
				c < 0x80 ? "\\x%02x" : "\\u{%x}", c);
		}
		if (buf_len(&out) != strlen(want) ||
			memcmp(mem, want, strlen(want)) != 0)
			cr_assert(false, "U+%04X", c);
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Bytes of which many make sequences, whole and broken. */
static size_t random_text(uint32_t *seed, uint8_t *p, size_t cap)
{
	size_t n = 0;

	while (n + 4 <= cap) {
		uint32_t r = next_random(seed);

		switch (r % 8) {
		case 0:
			p[n++] = (uint8_t)(r >> 8);
			break;
		case 1:
			n += encode(0x20 + (r >> 3) % 0x5f, p + n);
			break;
		case 2:
			n += encode((r >> 3) % 0x3000, p + n);
			break;
		case 3:
			n += encode((r >> 3) % 0x110000, p + n);
			break;
		case 4:
			p[n++] = (uint8_t) "\xe2\x80\xf0\x9f\xed\xf3\xa0\x1b"
				[r >> 3 & 7];
			break;
		case 5:
			memcpy(p + n, "abcd", 4);
			n += 4;
			break;
		case 6:
			memcpy(p + n, r & 8 ? "\\x41" : "\\u{4", 4);
			n += 1 + (r >> 4) % 4;
			break;
		case 7:
			p[n++] = (uint8_t) "\\xu{4}F\x1b"[r >> 3 & 7];
			break;
		}
	}
	return n;
}

/* Cut at random, into as little room as there may be. */
static void in_pieces(struct escape *e, const uint8_t *in, size_t len,
	uint32_t *seed, struct buf *all)
{
	uint8_t mem[ESCAPE_ROOM];
	struct buf out;
	size_t taken = 0;

	buf_init(&out, mem, sizeof mem);
	while (taken < len) {
		size_t n = 1 + next_random(seed) % 9, got;

		n = n < len - taken ? n : len - taken;
		got = escape_span(e, in + taken, n, &out);
		cr_assert(got > 0 || buf_len(&out) > 0, "stuck");
		taken += got;
		if (got < n) {
			buf_put(all, mem, buf_len(&out));
			buf_clear(&out);
		}
	}
	while (!escape_end(e, &out)) {
		buf_put(all, buf_head(&out), buf_len(&out));
		buf_clear(&out);
	}
	buf_put(all, buf_head(&out), buf_len(&out));
}

/* What is shown, without marks, read as the header says. */
static void read_back(const struct buf *shown, bool indented, struct buf *text)
{
	char *p = (char *)buf_head(shown), *end = p + buf_len(shown);
	unsigned c;
	int n;

	*end = '\0';
	for (; p < end; p += n) {
		uint8_t bytes[4] = { (uint8_t)*p };
		size_t len = 1;

		n = -1;
		if (sscanf(p, "\\x%2[0-9a-f]%n", (char[3]){ "" }, &n) == 1 &&
			n == 4) {
			sscanf(p, "\\x%2x", &c);
			bytes[0] = (uint8_t)c;
		} else if (strncmp(p, "\\u{", 3) == 0) {
			cr_assert_eq(sscanf(p, "\\u{%x}%n", &c, &n), 1);
			cr_assert(n >= 6);
			len = encode(c, bytes);
		} else {
			n = *p == '\n' && indented ? 3 : 1;
		}
		cr_assert(buf_put(text, bytes, len));
	}
}

Test(escape, random_bytes_are_read_back)
{
	uint32_t seed = 11;

	for (int round = 0; round < 3000; round++) {
		enum escape_mode mode = (enum escape_mode)(round % 3);
		uint8_t in[200], mem[2][OUT];
		size_t len = random_text(&seed, in, sizeof in);
		struct buf shown, back;
		struct escape e;

		escape_init(&e, mode, NULL, NULL);
		buf_init(&shown, mem[0], OUT - 1);
		buf_init(&back, mem[1], OUT);
		give(&e, in, len, &shown);
		cr_assert(escape_end(&e, &shown));
		read_back(&shown, mode == ESCAPE_INDENT, &back);
		cr_assert(buf_len(&back) == len && memcmp(mem[1], in, len) == 0,
			"round %d: %s", round, (char *)mem[0]);
	}
}

Test(escape, random_bytes_come_out_safe)
{
	static const char *allowed[] = { "", "\n\t", "\n\t" };
	uint32_t seed = 7;

	for (int round = 0; round < 3000; round++) {
		enum escape_mode mode = (enum escape_mode)(round % 3);
		uint8_t in[200], mem[2][OUT];
		size_t len = random_text(&seed, in, sizeof in);
		struct buf whole, cut;
		struct escape e;

		/* Marks that may be seen anywhere in the output. */
		escape_init(&e, mode, "<<", ">>");
		buf_init(&whole, mem[0], OUT);
		give(&e, in, len, &whole);
		cr_assert(escape_end(&e, &whole));
		cr_assert(
			safe(buf_head(&whole), buf_len(&whole), allowed[mode]));
		buf_init(&cut, mem[1], OUT);
		in_pieces(&e, in, len, &seed, &cut);
		cr_assert(same(&whole, &cut), "round %d", round);
	}
}

Test(escape, takes_nothing_without_room)
{
	uint8_t mem[ESCAPE_ROOM - 1];
	struct buf out;
	struct escape e;

	buf_init(&out, mem, sizeof mem);
	escape_init(&e, ESCAPE_LINE, ON, OFF);
	cr_assert_eq(escape_span(&e, (const uint8_t *)"abc", 3, &out), 0);
	cr_assert_not(escape_end(&e, &out));
	cr_assert_eq(buf_len(&out), 0);
}

/* The longest marks, at the end of the least room. */
Test(escape, longest_marks_fit)
{
	const char *mark31 = "0123456789012345678901234567890";
	uint8_t zeros[ESCAPE_ROOM] = { 0 };
	struct buf out;
	struct escape e;

	for (size_t text = 0; text < 40; text++) {
		uint8_t in[64];

		memset(in, 'a', text);
		memcpy(in + text, "\x01\\x41\xf0\x9f\x98z", 10);
		escape_init(&e, ESCAPE_INDENT, mark31, mark31);
		buf_init(&out, guard_copy(zeros, ESCAPE_ROOM), ESCAPE_ROOM);
		for (size_t n = 0; n < text + 9;) {
			n += escape_span(&e, in + n, 1, &out);
			buf_clear(&out);
		}
		cr_assert(escape_end(&e, &out));
		cr_assert_not(e.marked);
	}
}

/* A run as long as the room, with a mark to end before it. */
Test(escape, long_runs_after_a_mark)
{
	const char *mark31 = "0123456789012345678901234567890";

	for (size_t cap = ESCAPE_ROOM; cap < ESCAPE_ROOM + 80; cap++) {
		uint8_t in[300], mem[2][OUT];
		struct buf all, out;
		struct escape e;

		memset(in, 'a', sizeof in);
		in[0] = '\x01';
		escape_init(&e, ESCAPE_LINE, mark31, mark31);
		buf_init(&all, mem[0], OUT);
		buf_init(&out, mem[1], cap);
		for (size_t n = 0; n < sizeof in;) {
			n += escape_span(&e, in + n, sizeof in - n, &out);
			buf_put(&all, buf_head(&out), buf_len(&out));
			buf_clear(&out);
		}
		cr_assert_eq(buf_len(&all), 31 + 4 + 31 + sizeof in - 1,
			"room for %zu", cap);
	}
}

/* Texts in the pieces of which each is shown whole or not at all. */
static const struct {
	const char *in;
	const char *pieces[10];
} lines[] = {
	{ "", { "" } },
	{ "a\x1b"
	  "b\xc3\xbc\xe2\x80\xae\xff",
		{ "a", "\\x1b", "b", "\xc3\xbc", "\\u{202e}", "\\xff" } },
	{ "\xe2\x82", { "\\xe2", "\\x82" } },
	{ "a\\x41", { "a", "\\x5c", "x", "4", "1" } },
	{ "\\u{1\\", { "\\x5c", "u", "{", "1", "\\" } },
	{ "\\x4", { "\\", "x", "4" } },
	{ "\\\\x4g", { "\\", "\\", "x", "4", "g" } },
	{ "\\u\xf0\x9f\x98", { "\\", "u", "\\xf0", "\\x9f", "\\x98" } },
};

/* A line cut to any capacity ends at an escape's or a character's edge. */
Test(escape, line_is_cut_between_escapes)
{
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		size_t len = strlen(lines[i].in);

		for (size_t cap = 1; cap < 300; cap++) {
			char *out = (char *)guard_copy((char[300]){ 0 }, cap);
			char want[300] = "";

			for (int k = 0; lines[i].pieces[k]; k++) {
				if (strlen(want) + strlen(lines[i].pieces[k]) >=
					cap)
					break;
				strcat(want, lines[i].pieces[k]);
			}
			cr_assert_eq(
				escape_line(out, cap,
					guard_copy_slot(1, lines[i].in, len),
					len),
				out);
			cr_assert_str_eq(out, want, "%s, capacity %zu",
				lines[i].in, cap);
		}
	}
	cr_assert_str_eq(escape_line((char[8]){ "x" }, 8, NULL, 0), "");
}

Test(escape, long_line)
{
	char in[1000], out[1000];

	memset(in, 'x', sizeof in);
	escape_line(out, sizeof out, in, sizeof in);
	cr_assert_eq(strlen(out), sizeof out - 1);
	in[500] = '\n';
	escape_line(out, sizeof out, in, 600);
	cr_assert_eq(strlen(out), 603);
	cr_assert_eq(memcmp(out + 500, "\\x0ax", 5), 0);
}
