#ifndef WSTAP_TESTS_FUZZ_TERMINAL_H
#define WSTAP_TESTS_FUZZ_TERMINAL_H

#include "fuzz/fuzz.h"
#include "ws/utf8.h"

/*
 * What a terminal may be shown of a peer's text, and what a reader makes of
 * what is shown. Nothing here comes from format/escape: what is hostile is
 * said by Unicode's properties, one list each, and the reader knows no more
 * than that \xHH is a byte and \u{H...} a code point.
 */
struct terminal_range {
	uint32_t first, last;
};

/* General_Category=Control */
static const struct terminal_range terminal_controls[] = {
	{ 0, 0x1f },
	{ 0x7f, 0x9f },
	{ 0, 0 },
};

/* General_Category=Format, without Prepended_Concatenation_Mark: those are
 * signs that are seen. All of Bidi_Control and Join_Control is here. */
static const struct terminal_range terminal_formats[] = {
	{ 0xad, 0xad },
	{ 0x61c, 0x61c },
	{ 0x180e, 0x180e },
	{ 0x200b, 0x200f },
	{ 0x202a, 0x202e },
	{ 0x2060, 0x2064 },
	{ 0x2066, 0x206f },
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0001, 0xe0001 },
	{ 0xe0020, 0xe007f },
	{ 0, 0 },
};

/* General_Category=Line_Separator and Paragraph_Separator */
static const struct terminal_range terminal_separators[] = {
	{ 0x2028, 0x2029 },
	{ 0, 0 },
};

/* Default_Ignorable_Code_Point, without U+FE00 to U+FE0F (Variation_Selector),
 * which choose between two looks of the character before them. */
static const struct terminal_range terminal_ignorable[] = {
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x61c, 0x61c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x202a, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfff8 },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
	{ 0, 0 },
};

static inline bool terminal_in(const struct terminal_range *r, uint32_t c)
{
	for (; r->last; r++)
		if (c >= r->first && c <= r->last)
			return true;
	return false;
}

static inline bool terminal_hostile(uint32_t c)
{
	/* Noncharacter_Code_Point */
	if (c % 0x10000 >= 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
		return true;
	return terminal_in(terminal_controls, c) ||
	       terminal_in(terminal_formats, c) ||
	       terminal_in(terminal_separators, c) ||
	       terminal_in(terminal_ignorable, c);
}

/* The character at the start of the text: its length, 0 where there is none.
 * Its code point is *c. */
static inline size_t terminal_decode(const uint8_t *p, size_t len, uint32_t *c)
{
	if (len && *p < 0x80) {
		*c = *p;
		return 1;
	}
	for (size_t n = 2; n <= 4 && n <= len; n++) {
		struct utf8 utf8 = UTF8_START;

		if (!utf8_check(&utf8, p, n))
			return 0;
		if (!utf8_complete(&utf8))
			continue;
		*c = p[0] & (0x7fu >> n);
		for (size_t i = 1; i < n; i++)
			*c = *c << 6 | (p[i] & 0x3f);
		return n;
	}
	return 0;
}

/* Nothing that a terminal could take for an order, nothing that hides, but for
 * the characters of `allowed`. */
static inline void terminal_check(
	const struct gathered *shown, const char *allowed)
{
	uint32_t c = 0;

	for (size_t i = 0, n; i < shown->len; i += n) {
		n = terminal_decode(shown->p + i, shown->len - i, &c);
		REQUIRE(n > 0);
		REQUIRE(!terminal_hostile(c) ||
			(c && c < 0x80 && strchr(allowed, (int)c)));
	}
}

static inline void terminal_put_code_point(struct gathered *out, uint32_t c)
{
	uint8_t text[4];
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		text[i] = (uint8_t)(0x80 | (c & 0x3f));
	text[0] = (uint8_t)((0xf00u >> n & 0xff) | c);
	gather(out, text, n);
}

/* How many hexadecimal digits the text starts with, of at most `most`. */
static inline size_t terminal_hex(
	const uint8_t *p, size_t len, size_t most, uint32_t *value)
{
	size_t n = 0;

	*value = 0;
	for (; n < len && n < most; n++) {
		const char *digits = "00112233445566778899aAbBcCdDeEfF";
		const char *digit = p[n] ? strchr(digits, p[n]) : NULL;

		if (!digit)
			break;
		*value = *value * 16 + (uint32_t)(digit - digits) / 2;
	}
	return n;
}

/* What was meant by what is shown: \xHH is that byte, \u{H...} that code
 * point, all else is itself; of indented text, without the two blanks behind
 * each newline. */
static inline void terminal_read_back(
	const struct gathered *shown, bool indented, struct gathered *text)
{
	text->len = 0;
	for (size_t i = 0, n; i < shown->len; i += n) {
		const uint8_t *p = shown->p + i;
		size_t left = shown->len - i, digits;
		uint32_t c;
		uint8_t b;

		n = 1;
		if (left >= 4 && !memcmp(p, "\\x", 2) &&
			terminal_hex(p + 2, 2, 2, &c) == 2) {
			b = (uint8_t)c;
			gather(text, &b, 1);
			n = 4;
		} else if (left >= 3 && !memcmp(p, "\\u{", 3)) {
			digits = terminal_hex(p + 3, left - 3, 6, &c);
			n = 4 + digits;
			REQUIRE(digits >= 2 && left >= n && p[n - 1] == '}');
			terminal_put_code_point(text, c);
		} else {
			gather(text, p, 1);
			if (*p == '\n' && indented) {
				n = 3;
				REQUIRE(left >= n && !memcmp(p, "\n  ", n));
			}
		}
	}
}

#endif
