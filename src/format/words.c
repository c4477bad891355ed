#include "format/words.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits that a word starts with: how many there are; 0 also where they
 * are more than max. */
static size_t read_digits(
	uint64_t *value, const char *word, size_t n, uint64_t max)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n && is_digit(word[i]); i++) {
		uint64_t digit = (uint64_t)(word[i] - '0');

		if (digit > max || v > (max - digit) / 10)
			return 0;
		v = v * 10 + digit;
	}
	*value = v;
	return i;
}

bool words_number(uint64_t *value, const char *word, size_t n, uint64_t max)
{
	uint64_t v;

	if (n == 0 || read_digits(&v, word, n, max) != n)
		return false;
	*value = v;
	return true;
}

bool words_size(uint64_t *value, const char *word, size_t n, uint64_t max)
{
	static const char units[] = "kKmMgG";
	const char *unit = n > 0 ? memchr(units, word[n - 1], 6) : NULL;
	unsigned shift = 0;

	if (unit) {
		shift = (unsigned)((unit - units) / 2 + 1) * 10;
		n--;
	}
	if (!words_number(value, word, n, max >> shift))
		return false;
	*value <<= shift;
	return true;
}

bool words_time(int64_t *ms, const char *word, size_t n, int64_t max)
{
	uint64_t whole, fraction = 0, most = (uint64_t)max, unit = 100;
	size_t at = read_digits(&whole, word, n, most);

	if (at == 0)
		return false;
	if (n - at == 2 && memcmp(word + at, "ms", 2) == 0) {
		*ms = (int64_t)whole;
		return true;
	}
	if (at < n && word[at] == '.') {
		size_t point = at++;

		for (; at < n && is_digit(word[at]); at++, unit /= 10)
			fraction += unit * (uint64_t)(word[at] - '0');
		if (at == point + 1)
			return false;
	}
	if (n - at != 1 || word[at] != 's' || fraction > most ||
		whole > (most - fraction) / 1000)
		return false;
	*ms = (int64_t)(whole * 1000 + fraction);
	return true;
}

/* -1 where c is no digit. */
static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

bool words_hex(
	uint8_t *out, size_t *len, const char *text, size_t n, size_t *bad)
{
	size_t at = 0, count = 0;

	for (;; at += 2) {
		int high, low;

		while (at < n && (text[at] == ' ' || text[at] == '\t'))
			at++;
		if (at == n)
			break;
		high = hex_digit(text[at]);
		low = n - at > 1 ? hex_digit(text[at + 1]) : -1;
		if (high < 0 || low < 0) {
			*bad = at;
			return false;
		}
		out[count++] = (uint8_t)(high << 4 | low);
	}
	*len = count;
	return true;
}

int words_quotable(const char *word, size_t n)
{
	enum { MOST = 32 };
	const char *nul = memchr(word, 0, n);

	if (nul)
		n = (size_t)(nul - word);
	if (n <= MOST)
		return (int)n;
	for (n = MOST; n > 0 && ((uint8_t)word[n] & 0xc0) == 0x80;)
		n--;
	return (int)n;
}
