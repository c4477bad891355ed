#define _GNU_SOURCE

#include "format/words.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

static const char *word_at_edge(const char *word)
{
	return (const char *)guard_copy(word, strlen(word));
}

enum { NUMBER, SIZE, TIME };

static const struct {
	int kind;
	const char *word;
	uint64_t max;
	bool good;
	uint64_t value;
} cases[] = {
	{ NUMBER, "0", 0, true, 0 },
	{ NUMBER, "007", 7, true, 7 },
	{ NUMBER, "1", 0, false, 0 },
	{ NUMBER, "8", 7, false, 0 },
	{ NUMBER, "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
	{ NUMBER, "18446744073709551616", UINT64_MAX, false, 0 },
	{ NUMBER, "99999999999999999999999", UINT64_MAX, false, 0 },
	{ NUMBER, "", 9, false, 0 },
	{ NUMBER, "+1", 9, false, 0 },
	{ NUMBER, "-1", 9, false, 0 },
	{ NUMBER, " 1", 9, false, 0 },
	{ NUMBER, "1 ", 9, false, 0 },
	{ NUMBER, "0x1", 99, false, 0 },
	{ SIZE, "5", 5, true, 5 },
	{ SIZE, "5", 4, false, 0 },
	{ SIZE, "1k", 1024, true, 1024 },
	{ SIZE, "1K", 1023, false, 0 },
	{ SIZE, "2m", UINT64_MAX, true, 2 << 20 },
	{ SIZE, "3G", UINT64_MAX, true, (uint64_t)3 << 30 },
	{ SIZE, "3g", UINT64_MAX, true, (uint64_t)3 << 30 },
	{ SIZE, "17179869183G", UINT64_MAX, true, 17179869183u << 30 },
	{ SIZE, "17179869184G", UINT64_MAX, false, 0 },
	{ SIZE, "k", UINT64_MAX, false, 0 },
	{ SIZE, "1kk", UINT64_MAX, false, 0 },
	{ SIZE, "1T", UINT64_MAX, false, 0 },
	{ SIZE, "", UINT64_MAX, false, 0 },
	{ TIME, "0ms", 1000, true, 0 },
	{ TIME, "0s", 1000, true, 0 },
	{ TIME, "200ms", 1000, true, 200 },
	{ TIME, "1000ms", 1000, true, 1000 },
	{ TIME, "1001ms", 1000, false, 0 },
	{ TIME, "1s", 1000, true, 1000 },
	{ TIME, "1.001s", 1000, false, 0 },
	{ TIME, "1.0009s", 1000, true, 1000 },
	{ TIME, "1.25s", 2000, true, 1250 },
	{ TIME, "0.05s", 2000, true, 50 },
	{ TIME, "0.1234567890123456789012345s", 2000, true, 123 },
	{ TIME, "9223372036854775807ms", INT64_MAX, true, INT64_MAX },
	{ TIME, "9223372036854775.807s", INT64_MAX, true, INT64_MAX },
	{ TIME, "9223372036854775.808s", INT64_MAX, false, 0 },
	{ TIME, "0.5s", 100, false, 0 },
	{ TIME, "1.s", 2000, false, 0 },
	{ TIME, ".5s", 2000, false, 0 },
	{ TIME, "1.5ms", 2000, false, 0 },
	{ TIME, "1", 2000, false, 0 },
	{ TIME, "1m", 2000, false, 0 },
	{ TIME, "1mss", 2000, false, 0 },
	{ TIME, "s", 2000, false, 0 },
	{ TIME, "", 2000, false, 0 },
};

static bool read_word(
	int kind, const char *word, size_t n, uint64_t max, uint64_t *value)
{
	int64_t ms = (int64_t)*value;
	bool good;

	if (kind == NUMBER)
		return words_number(value, word, n, max);
	if (kind == SIZE)
		return words_size(value, word, n, max);
	good = words_time(&ms, word, n, (int64_t)max);
	*value = (uint64_t)ms;
	return good;
}

Test(words, become_values)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *word = cases[i].word;
		uint64_t value = 77;
		bool good = read_word(cases[i].kind, word_at_edge(word),
			strlen(word), cases[i].max, &value);

		cr_assert_eq(good, cases[i].good, "%s", word);
		cr_assert_eq(value, good ? cases[i].value : 77, "%s", word);
		/* At every cut: no look behind the word's end. */
		for (size_t n = 0; n < strlen(word); n++)
			read_word(cases[i].kind, (char *)guard_copy(word, n), n,
				cases[i].max, &value);
	}
}

Test(words, hex_becomes_bytes)
{
	static const struct {
		const char *text;
		int len; /* -1: something else is at bad */
		size_t bad;
		const char *bytes;
	} hex[] = {
		{ "", 0, 0, "" },
		{ " \t ", 0, 0, "" },
		{ "00", 1, 0, "\0" },
		{ "aAfF09", 3, 0, "\xaa\xff\x09" },
		{ " 48\t65 6c6c ", 4, 0, "Hell" },
		{ "4", -1, 0, "" },
		{ "48 6", -1, 3, "" },
		{ "48 6 5", -1, 3, "" },
		{ "48\n65", -1, 2, "" },
		{ "g0", -1, 0, "" },
		{ "0g", -1, 0, "" },
		{ "@0", -1, 0, "" },
		{ "`0", -1, 0, "" },
		{ "0:", -1, 0, "" },
		{ "0/", -1, 0, "" },
	};

	for (size_t i = 0; i < sizeof(hex) / sizeof(*hex); i++) {
		const char *text = hex[i].text;
		size_t n = strlen(text), len = 99, bad = 99;
		uint8_t *out = guard_copy_slot(1, text, n / 2);
		bool good = words_hex(out, &len, word_at_edge(text), n, &bad);

		cr_assert_eq(good, hex[i].len >= 0, "%s", text);
		if (good)
			cr_assert(len == (size_t)hex[i].len &&
					  !memcmp(out, hex[i].bytes, len),
				"%s", text);
		else
			cr_assert_eq(bad, hex[i].bad, "%s", text);
	}
}

Test(words, are_quoted_in_whole_characters)
{
	static const struct {
		const char *word;
		size_t n;
		int quotable;
	} quoted[] = {
		{ "", 0, 0 },
		{ "abc", 3, 3 },
		{ "ab\0c", 4, 2 },
		{ "01234567890123456789012345678901", 32, 32 },
		{ "012345678901234567890123456789012", 33, 32 },
		{ "0123456789012345678901234567890\xc3\xbc", 33, 31 },
		{ "012345678901234567890123456789\xc3\xbcz", 33, 32 },
	};

	for (size_t i = 0; i < sizeof(quoted) / sizeof(*quoted); i++)
		cr_assert_eq(words_quotable((char *)guard_copy(quoted[i].word,
						    quoted[i].n),
				     quoted[i].n),
			quoted[i].quotable, "%s", quoted[i].word);
}
