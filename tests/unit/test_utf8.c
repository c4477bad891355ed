#define _GNU_SOURCE

#include "ws/utf8.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The oracle: RFC 3629 section 4's grammar as an automaton over bytes. TAILn
 * wants n continuation bytes; E0, ED, F0 and F4 are behind those first bytes,
 * which narrow the second.
 */
enum state { START, TAIL1, TAIL2, TAIL3, E0, ED, F0, F4, BAD };

static enum state oracle_next[BAD + 1][256];

static void oracle_init(void)
{
	static const struct {
		enum state from;
		unsigned lo, hi;
		enum state to;
	} rules[] = {
		{ START, 0x00, 0x7f, START },
		{ START, 0xc2, 0xdf, TAIL1 },
		{ START, 0xe0, 0xe0, E0 },
		{ START, 0xe1, 0xec, TAIL2 },
		{ START, 0xed, 0xed, ED },
		{ START, 0xee, 0xef, TAIL2 },
		{ START, 0xf0, 0xf0, F0 },
		{ START, 0xf1, 0xf3, TAIL3 },
		{ START, 0xf4, 0xf4, F4 },
		{ TAIL1, 0x80, 0xbf, START },
		{ TAIL2, 0x80, 0xbf, TAIL1 },
		{ TAIL3, 0x80, 0xbf, TAIL2 },
		{ E0, 0xa0, 0xbf, TAIL1 },
		{ ED, 0x80, 0x9f, TAIL1 },
		{ F0, 0x90, 0xbf, TAIL2 },
		{ F4, 0x80, 0x8f, TAIL2 },
	};

	for (unsigned s = START; s <= BAD; s++)
		for (unsigned byte = 0; byte < 256; byte++)
			oracle_next[s][byte] = BAD;
	for (size_t i = 0; i < N(rules); i++)
		for (unsigned byte = rules[i].lo; byte <= rules[i].hi; byte++)
			oracle_next[rules[i].from][byte] = rules[i].to;
}

/* The index of the first bad byte, or len; and the state there. */
static size_t oracle(const uint8_t *p, size_t len, enum state *state)
{
	*state = START;
	for (size_t i = 0; i < len; i++) {
		*state = oracle_next[*state][p[i]];
		if (*state == BAD)
			return i;
	}
	return len;
}

/* What the module says of a text in two spans must be the oracle's word. */
static bool agrees_cut(const uint8_t *text, size_t len, size_t cut, size_t good,
	enum state state)
{
	const uint8_t *first = guard_copy_slot(0, text, cut);
	const uint8_t *second = guard_copy_slot(1, text + cut, len - cut);
	struct utf8 u = UTF8_START;

	if (utf8_valid_prefix(&u, first, cut) != (good < cut ? good : cut))
		return false;
	if (utf8_check(&u, first, cut) != (good >= cut))
		return false;
	if (good < cut)
		return true;

	const struct utf8 before = u;

	if (utf8_valid_prefix(&u, second, len - cut) != good - cut ||
		memcmp(&before, &u, sizeof(u)) != 0)
		return false;
	if (utf8_check(&u, second, len - cut) != (good == len))
		return false;
	return state == BAD || utf8_complete(&u) == (state == START);
}

static bool agrees_bytewise(
	const uint8_t *text, size_t len, size_t good, enum state state)
{
	struct utf8 u = UTF8_START;

	for (size_t i = 0; i < len; i++)
		if (!utf8_check(&u, guard_copy(text + i, 1), 1))
			return i == good;
	return good == len && utf8_complete(&u) == (state == START);
}

/* Whole, at every cut into two, and byte by byte. */
static void expect_agreement(const uint8_t *text, size_t len)
{
	enum state state;
	size_t good = oracle(text, len, &state);

	for (size_t cut = 0; cut <= len; cut++)
		if (!agrees_cut(text, len, cut, good, state))
			cr_assert_fail("%02x %02x %02x ... (%zu bytes), good "
				       "%zu, cut at %zu",
				text[0], len > 1 ? text[1] : 0,
				len > 2 ? text[2] : 0, len, good, cut);
	if (!agrees_bytewise(text, len, good, state))
		cr_assert_fail(
			"%02x ... (%zu bytes) byte by byte", text[0], len);
}

/* Bytes at the edges of the grammar's ranges. */
static const uint8_t edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
	0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0,
	0xf1, 0xf3, 0xf4, 0xf5, 0xff };

/* RFC 3629 by name; `good` is the index of the first bad byte. */
Test(utf8, known_cases)
{
	static const struct {
		const char *what, *text;
		size_t good;
		bool complete;
	} cases[] = {
		{ "nothing", "", 0, true },
		{ "ASCII", "Hello", 5, true },
		{ "two bytes, first and last", "\xc2\x80\xdf\xbf", 4, true },
		{ "three bytes, first and last", "\xe0\xa0\x80\xef\xbf\xbf", 6,
			true },
		{ "around the surrogates", "\xed\x9f\xbf\xee\x80\x80", 6,
			true },
		{ "four bytes, first and last",
			"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8, true },
		{ "a byte order mark is text", "\xef\xbb\xbf", 3, true },
		{ "a noncharacter is text", "\xef\xbf\xbe", 3, true },
		{ "a lone continuation", "a\x80", 1, false },
		{ "overlong '/' in two", "\xc0\xaf", 0, false },
		{ "overlong '/' in three", "\xe0\x80\xaf", 1, false },
		{ "overlong '/' in four", "\xf0\x80\x80\xaf", 1, false },
		{ "overlong U+007F", "\xc1\xbf", 0, false },
		{ "overlong U+07FF", "\xe0\x9f\xbf", 1, false },
		{ "overlong U+FFFF", "\xf0\x8f\xbf\xbf", 1, false },
		{ "first surrogate", "\xed\xa0\x80", 1, false },
		{ "last surrogate", "\xed\xbf\xbf", 1, false },
		{ "above U+10FFFF", "\xf4\x90\x80\x80", 1, false },
		{ "a five-byte form", "\xf8\x88\x80\x80\x80", 0, false },
		{ "ff", "abc\xff", 3, false },
		{ "cut in two", "a\xc3", 2, false },
		{ "cut in three", "a\xe2\x82", 3, false },
		{ "cut in four", "a\xf0\x9f\x98", 4, false },
		{ "cut short by ASCII",
			"\xe2\x82"
			"a",
			2, false },
		{ "cut short by a first byte", "\xe2\x82\xe2", 2, false },
	};

	oracle_init();
	for (size_t i = 0; i < N(cases); i++) {
		const size_t len = strlen(cases[i].text);
		const uint8_t *p = guard_copy(cases[i].text, len);
		struct utf8 u = UTF8_START;

		cr_assert_eq(utf8_valid_prefix(&u, p, len), cases[i].good, "%s",
			cases[i].what);
		if (utf8_check(&u, p, len))
			cr_assert_eq(utf8_complete(&u), cases[i].complete, "%s",
				cases[i].what);
		else
			cr_assert_lt(cases[i].good, len, "%s", cases[i].what);
		expect_agreement((const uint8_t *)cases[i].text, len);
	}
}

Test(utf8, every_string_of_one_and_two_bytes)
{
	oracle_init();
	for (unsigned a = 0; a < 256; a++)
		expect_agreement((const uint8_t[]){ (uint8_t)a }, 1);
	for (unsigned ab = 0; ab < 65536; ab++)
		expect_agreement(
			(const uint8_t[]){ (uint8_t)(ab >> 8), (uint8_t)ab },
			2);
}

/* Alone, and with ASCII behind it, where whole characters are judged at once.
 * Of the ASCII first bytes only the two at the ends: behind them it is the
 * case of two bytes. */
Test(utf8, every_string_of_three_bytes)
{
	uint8_t *alone = guard_copy_slot(0, "abc", 3);
	uint8_t *led = guard_copy_slot(1, "abcdefg", 7);

	oracle_init();
	for (unsigned abc = 0; abc < 1 << 24; abc++) {
		if (abc == 0x010000)
			abc = 0x7f0000;

		const uint8_t text[] = { (uint8_t)(abc >> 16),
			(uint8_t)(abc >> 8), (uint8_t)abc };
		struct utf8 u = UTF8_START, v = UTF8_START;
		enum state state, end;
		size_t good = oracle(text, 3, &state);

		memcpy(alone, text, 3);
		memcpy(led, text, 3);
		end = good < 3 ? BAD : oracle_next[state]['d'];
		if (utf8_check(&u, alone, 3) != (good == 3) ||
			(good == 3 && utf8_complete(&u) != (state == START)) ||
			utf8_check(&v, led, 7) != (end != BAD))
			cr_assert_fail("%06x", abc);
	}
}

Test(utf8, every_string_of_four_bytes_at_the_edges)
{
	oracle_init();
	for (size_t a = 0; a < N(edges); a++)
		for (size_t b = 0; b < N(edges); b++)
			for (size_t c = 0; c < N(edges); c++)
				for (size_t d = 0; d < N(edges); d++)
					expect_agreement(
						(const uint8_t[]){ edges[a],
							edges[b], edges[c],
							edges[d] },
						4);
}

/* All that four bytes could say, in range or not. */
Test(utf8, every_four_byte_form)
{
	uint8_t *p = guard_copy("abcd", 4);

	oracle_init();
	for (unsigned n = 0; n < 6u << 18; n++) {
		enum state state;
		struct utf8 u = UTF8_START;

		p[0] = (uint8_t)(0xf0 + (n >> 18));
		for (int i = 1; i < 4; i++)
			p[i] = (uint8_t)(0x80 | (n >> (18 - 6 * i) & 0x3f));
		if (utf8_check(&u, p, 4) != (oracle(p, 4, &state) == 4))
			cr_assert_fail("U+%X in four bytes", n);
	}
}

/* A long text of all widths, each byte of it spoilt in turn: the blocks that
 * are skipped hide nothing, wherever the text is cut. */
Test(utf8, a_bad_byte_anywhere)
{
	static const char pattern[] =
		"The quick brown fox jumps over the lazy dog, twice and again."
		"\xc3\xa9\xe6\xbc\xa2\xe5\xad\x97 and \xf0\x9f\x98\x80\xf0\x9f"
		"\x98\x81 then \xd0\xbf\xd1\x80 0123456789012345678901234567";
	const size_t len = sizeof(pattern) - 1;
	uint8_t text[sizeof(pattern)];

	oracle_init();
	memcpy(text, pattern, len);
	expect_agreement(text, len);
	for (size_t at = 0; at < len; at++)
		for (size_t e = 0; e < N(edges); e += 4) {
			text[at] = edges[e];
			expect_agreement(text, len);
			text[at] = (uint8_t)pattern[at];
		}
}

/* Random strings of the edges' bytes, long enough for every path. */
Test(utf8, random_mixtures)
{
	static const char *const pieces[] = { "a", "0123456789abcdef",
		"\xc3\xa9", "\xe6\xbc\xa2", "\xed\x9f\xbf", "\xf0\x9f\x98\x80",
		"\xf4\x8f\xbf\xbf", "\xe2\x82" };
	uint32_t random = 7;

	oracle_init();
	for (int turn = 0; turn < 2000; turn++) {
		uint8_t text[128];
		size_t len = 0;

		while (len + 16 <= sizeof(text)) {
			random = random * 1664525 + 1013904223;

			/* The broken piece is the rarest. */
			size_t i = (random >> 24) % (N(pieces) * 8 - 7) / 8;

			memcpy(text + len, pieces[i], strlen(pieces[i]));
			len += strlen(pieces[i]);
		}
		expect_agreement(text, len);
	}
}
