#include "ws/utf8.h"

#include <string.h>

/* What may follow a first byte; false where no character starts so. The
 * second byte's bounds keep out overlong forms, surrogates and what is above
 * U+10FFFF (RFC 3629 section 4). */
static bool begin(struct utf8 *u, uint8_t byte)
{
	*u = (struct utf8){ .lo = 0x80, .hi = 0xbf };
	if (byte < 0x80)
		return true;
	if (byte < 0xe0) {
		u->need = 1;
		return byte >= 0xc2;
	}
	if (byte < 0xf0) {
		u->need = 2;
		if (byte == 0xe0)
			u->lo = 0xa0;
		else if (byte == 0xed)
			u->hi = 0x9f;
		return true;
	}
	u->need = 3;
	if (byte == 0xf0)
		u->lo = 0x90;
	else if (byte == 0xf4)
		u->hi = 0x8f;
	return byte <= 0xf4;
}

/* One byte on: false where it is bad. */
static bool step(struct utf8 *u, uint8_t byte)
{
	if (u->need == 0)
		return begin(u, byte);
	if (byte < u->lo || byte > u->hi)
		return false;
	*u = (struct utf8){ .need = (uint8_t)(u->need - 1), 0x80, 0xbf };
	return true;
}

static inline uint64_t load_word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* How many bytes at p are ASCII. */
static inline size_t ascii_run(const uint8_t *p, size_t len)
{
	static const uint64_t high = 0x8080808080808080;
	size_t i = 0;

	while (len - i >= 32 &&
		((load_word(p + i) | load_word(p + i + 8) |
			 load_word(p + i + 16) | load_word(p + i + 24)) &
			high) == 0)
		i += 32;
	while (len - i >= 8 && (load_word(p + i) & high) == 0)
		i += 8;
	while (i < len && p[i] < 0x80)
		i++;
	return i;
}

/* The length of the character that these four bytes begin with, or 0 where it
 * is bad: step()'s rules, all bytes of a character at once. */
static inline size_t character(uint32_t w)
{
	uint32_t top;

	if ((w & 0xf0c0c000) == 0xe0808000) {
		/* 0 would be overlong, 0x0d20 a surrogate. */
		top = w & 0x0f200000;
		return top != 0 && top != 0x0d200000 ? 3 : 0;
	}
	if ((w & 0xe0c00000) == 0xc0800000)
		return w & 0x1e000000 ? 2 : 0;
	if ((w & 0xf8c0c0c0) == 0xf0808080) {
		top = w & 0x07300000;
		return top >= 0x00100000 && top <= 0x04000000 ? 4 : 0;
	}
	return 0;
}

/* How many bytes at p are good whole characters: all but a bad or the last
 * few. */
static size_t whole_characters(const uint8_t *p, size_t len)
{
	size_t i = 0;

	while (len - i >= 4) {
		if (p[i] < 0x80) {
			i += ascii_run(p + i, len - i);
			continue;
		}

		size_t n = character((uint32_t)p[i] << 24 |
				     (uint32_t)p[i + 1] << 16 |
				     (uint32_t)p[i + 2] << 8 | p[i + 3]);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

/* How many of the bytes are good, and the state behind them: byte by byte to
 * the end of a cut character, then whole characters, then byte by byte to the
 * end or to the bad byte. */
static size_t scan(struct utf8 *u, const uint8_t *p, size_t len)
{
	size_t i = 0;

	while (i < len && u->need && step(u, p[i]))
		i++;
	if (i < len && u->need == 0)
		i += whole_characters(p + i, len - i);
	while (i < len && step(u, p[i]))
		i++;
	return i;
}

bool utf8_check(struct utf8 *u, const uint8_t *p, size_t len)
{
	return scan(u, p, len) == len;
}

size_t utf8_valid_prefix(const struct utf8 *u, const uint8_t *p, size_t len)
{
	struct utf8 copy = *u;

	return scan(&copy, p, len);
}

/* Apart, so that plain ASCII has no stack to set up. */
static bool valid_from(const uint8_t *p, size_t len, size_t i)
{
	struct utf8 u = UTF8_START;

	return scan(&u, p + i, len - i) == len - i && utf8_complete(&u);
}

bool utf8_valid(const uint8_t *p, size_t len)
{
	size_t i = ascii_run(p, len);

	return i == len || valid_from(p, len, i);
}
