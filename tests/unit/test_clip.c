#define _GNU_SOURCE /* wcwidth */

#include "ui/clip.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define WIDE "\xe5\xae\xbd" /* two columns */
#define MARK "\xcc\x81"     /* none: combining */
#define TEN_MARKS MARK MARK MARK MARK MARK MARK MARK MARK MARK MARK
#define BLUE "\x1b[34m"
#define OFF "\x1b[0m"
#define TEN_BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE BLUE

static const struct {
	unsigned columns, at;
	const char *text, *want;
} cases[] = {
	{ 10, 0, "", "" },
	{ 10, 0, "\n\n", "\n\n" },
	{ 10, 0, "0123456789", "0123456789" }, /* fits exactly */
	{ 10, 0, "0123456789\n0123456789\n", "0123456789\n0123456789\n" },
	{ 10, 0, "0123456789a", "0123456..." },
	{ 10, 0, "0123456789a\nb\n0123456789ab", "0123456...\nb\n0123456..." },
	{ 10, 0, "01234567", "01234567" },
	{ 4, 0, "abcd\nabcde\n", "abcd\na...\n" },
	{ 4, 0, WIDE WIDE "\n" WIDE WIDE "a\n", WIDE WIDE "\n ...\n" },
	{ 4, 0, "a" WIDE WIDE "\n", "a...\n" },
	/* Columns that are taken already, of the first line only. */
	{ 10, 2, "01234567\n0123456789", "01234567\n0123456789" },
	{ 10, 2, "012345678\n0123456789", "01234...\n0123456789" },
	{ 10, 7, "abc\n", "abc\n" },
	{ 10, 7, "abcd\n", "...\n" },
	{ 10, 8, "ab\n", "ab\n" },
	{ 10, 8, "abc\n", "..\n" },
	{ 10, 9, "ab\n", ".\n" },
	{ 10, 10, "\nab\n", "\nab\n" },
	{ 10, 10, "a\nb\n", "\nb\n" },
	{ 10, 4294967295U, BLUE "a" OFF "\nb\n", BLUE OFF "\nb\n" },
	{ 4, 2, "abc\nabc\n", "..\nabc\n" },
	/* Wide characters at the edge: neither half of one is shown. */
	{ 10, 0, "01234567" WIDE, "01234567" WIDE },
	{ 10, 0, "012345678" WIDE, "0123456..." },
	{ 10, 0, "012345" WIDE "ab", "012345" WIDE "ab" },
	{ 10, 0, "012345" WIDE "abc", "012345 ..." },
	{ 10, 0, "01234" WIDE "abcd", "01234" WIDE "..." },
	{ 10, 0, WIDE WIDE WIDE WIDE WIDE, WIDE WIDE WIDE WIDE WIDE },
	{ 10, 0, WIDE WIDE WIDE WIDE WIDE WIDE, WIDE WIDE WIDE " ..." },
	{ 10, 9, WIDE "\n", ".\n" },
	/* Combining marks belong to what is before them. */
	{ 10, 0, "012345678e" MARK "\n", "012345678e" MARK "\n" },
	{ 10, 0, "012345e" MARK MARK "abc", "012345e" MARK MARK "abc" },
	{ 10, 0, "012345e" MARK "abcd", "012345e" MARK "..." },
	{ 10, 0, "0123456e" MARK "abc" MARK "d", "0123456..." },
	{ 10, 0, "012345678e" MARK "f" MARK "\n", "0123456...\n" },
	/* Sequences pass, wherever they are. */
	{ 10, 0, BLUE "0123456789" OFF "\n", BLUE "0123456789" OFF "\n" },
	{ 10, 0, "01234567" BLUE "89" OFF, "01234567" BLUE "89" OFF },
	{ 10, 0, "01234567" BLUE "89" OFF "a", "0123456..." BLUE OFF },
	{ 10, 0, BLUE "0123456789ab" OFF "\n", BLUE "0123456..." OFF "\n" },
	{ 10, 0, "0123456" BLUE "789ab" OFF "\n",
		"0123456" BLUE "..." OFF "\n" },
	{ 4, 0, "\x1b[m\x1b[1;38;5;200mab\x1b[38:2::1:2:3mcde" OFF,
		"\x1b[m\x1b[1;38;5;200ma...\x1b[38:2::1:2:3m" OFF },
	/* What is no such sequence takes the columns of its bytes. */
	{ 4, 0, "\x1b[3q", "\x1b[3q" },
	{ 4, 0, "\x1b[34q", "\x1b..." },
	{ 4, 0, "\x1b\x1b" BLUE "ab", "\x1b\x1b" BLUE "ab" },
	{ 4, 0, "\x1bm\x1b[", "\x1bm\x1b[" },
	{ 4, 0, "\x1bmabc", "\x1b..." },
	{ 4, 0,
		"\xc2\x85"
		"abc",
		"\xc2\x85"
		"abc" },
	{ 9, 0, "\x1b[00000000000000000000000000000000000m",
		"\x1b[00000000000000000000000000000000000m" },
	{ 9, 0, "\x1b[0000000000000000000000000000000000000m",
		"\x1b[0000000000000000000000000000000000000m" },
	{ 9, 0, "\x1b[00000000000000000000000000000000000000m",
		"\x1b[0000..." },
	/* Nor does a byte that no character begins with. */
	{ 4, 0, "\xea\xe9\xff\xc3", "\xea\xe9\xff\xc3" },
	{ 4, 0, "\xea\xe9\xff\xc3z", "\xea..." },
	{ 4, 0, "\xf0\x9f\n\xe5\xae", "\xf0\x9f\n\xe5\xae" },
	/* Tabs. */
	{ 20, 0, "a\tb\tc\n", "a\tb\tc\n" },
	{ 20, 0, "a\tb\tcdef\n", "a\tb\tcdef\n" },
	{ 20, 0, "a\tb\tcdefg\n", "a\tb\tc...\n" },
	{ 10, 0, "abc\tde\n", "abc\tde\n" },
	{ 10, 0, "abc\tdef\n", "abc...\n" },
	{ 10, 3, "\tde\n\tdef\n", "\tde\n...\n" },
	{ 8, 0, "\tx\n", "\tx\n" }, /* no stop behind the last column */
	{ 8, 0, "\txy\n", "...\n" },
	{ 8, 0, "\t\t\t\tx\n", "\t\t\t\tx\n" },
	{ 8, 0, "01234567\t\n01234567\tx\n", "01234567\t\n01234...\n" },
	{ 4, 0, "\txy\n\txy\n\txy\n\txy\n", "...\n...\n...\n...\n" },
	{ 4, 3, "\tx\n", "\tx\n" },
	{ 4, 3, "\txy\n", "\t.\n" },
	{ 8, 4, "\txy\n", "...\n" },
	/* Bytes without columns are held as far as there is room. */
	{ 4, 0, "ab" TEN_MARKS TEN_MARKS "cd\n",
		"ab" TEN_MARKS TEN_MARKS "cd\n" },
	{ 4, 0,
		"ab" TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS
			TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS "\nc\n",
		"a...\nc\n" },
	{ 4, 0,
		"a" TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS
			TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS "bcd\n",
		"a" TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS
			TEN_MARKS TEN_MARKS TEN_MARKS TEN_MARKS "bcd\n" },
	{ 4, 0, "ab" TEN_BLUE TEN_BLUE TEN_BLUE TEN_BLUE "c\n",
		"a." TEN_BLUE TEN_BLUE TEN_BLUE TEN_BLUE "\n" },
	{ 10, 0, "012345" WIDE TEN_BLUE TEN_BLUE TEN_BLUE TEN_BLUE "\n",
		"012345..." TEN_BLUE TEN_BLUE TEN_BLUE TEN_BLUE "\n" },
};

enum { COUNT = sizeof(cases) / sizeof(cases[0]), TEXT_MAX = 8192 };

struct result {
	uint8_t text[TEXT_MAX];
	size_t len;
};

/* Clips the text in two spans, or (cut: SIZE_MAX) byte by byte; each gets the
 * room that the header asks for, and no more. */
static void clip(struct result *r, unsigned columns, unsigned at,
	const uint8_t *text, size_t len, size_t cut)
{
	size_t step = cut == SIZE_MAX ? 1 : cut ? cut : len, n;
	struct clip c;
	struct buf out;

	clip_init(&c, columns, at);
	r->len = 0;
	for (size_t from = 0; from < len; from += n) {
		n = len - from < step ? len - from : step;
		buf_init(&out, r->text + r->len, n + CLIP_ROOM);
		cr_assert(r->len + n + CLIP_ROOM <= sizeof(r->text));
		clip_span(&c, guard_copy(text + from, n), n, &out);
		r->len += buf_len(&out);
		if (cut != SIZE_MAX)
			step = len;
	}
	buf_init(&out, r->text + r->len, CLIP_ROOM);
	clip_end(&c, &out);
	r->len += buf_len(&out);
	cr_assert(r->len <= len);
}

static void check(unsigned columns, unsigned at, const uint8_t *text,
	size_t len, const char *want, size_t want_len, size_t number)
{
	static struct result r;

	for (size_t cut = 0; cut <= len; cut++) {
		clip(&r, columns, at, text, len, cut == len ? SIZE_MAX : cut);
		cr_assert(r.len == want_len &&
				  memcmp(r.text, want, want_len) == 0,
			"case %zu cut at %zu: \"%.*s\", not \"%.*s\"", number,
			cut, (int)r.len, (const char *)r.text, (int)want_len,
			want);
	}
}

Test(clip, each_case_at_each_cut)
{
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < COUNT; i++)
		check(cases[i].columns, cases[i].at,
			(const uint8_t *)cases[i].text, strlen(cases[i].text),
			cases[i].want, strlen(cases[i].want), i);
}

/* What a text is made of, for the model: pieces that are taken as one. */
static const struct piece {
	const char *text;
	int columns; /* -1: a tab; -2: a newline; -3: a sequence */
} pieces[] = {
	{ "a", 1 },
	{ "b", 1 },
	{ "~", 1 },
	{ "\xc3\xa9", 1 },
	{ "\xf0\x9d\x84\x9e", 1 },
	{ WIDE, 2 },
	{ "\xf0\x9f\x98\x80", 2 },
	{ MARK, 0 },
	{ "\t", -1 },
	{ "\n", -2 },
	{ BLUE, -3 },
	{ "\x1b[m", -3 },
	{ "\xff", 1 },
	{ "\xea", 1 },
};
enum { PIECES = sizeof(pieces) / sizeof(pieces[0]), LINE_MAX = 48 };

struct text {
	char s[TEXT_MAX];
	size_t len;
};

static void add(struct text *t, const char *s)
{
	size_t len = strlen(s);

	cr_assert(t->len + len < sizeof(t->s));
	memcpy(t->s + t->len, s, len);
	t->len += len;
}

static unsigned behind(const struct piece *p, unsigned column, unsigned columns)
{
	unsigned to = column;

	if (p->columns > 0)
		return column + (unsigned)p->columns;
	if (p->columns != -1)
		return column;
	do
		to++;
	while (to % 8);
	if (to > columns - 1)
		to = columns - 1;
	return to > column ? to : column;
}

/* The slow way: sees the whole line before it begins. */
static void model(struct text *want, const struct piece *const *line, size_t n,
	unsigned columns, unsigned at)
{
	unsigned column = at;
	size_t fit = 0, i;

	for (i = 0; i < n; i++)
		column = behind(line[i], column, columns);
	if (column <= columns || column == at) {
		for (i = 0; i < n; i++)
			add(want, line[i]->text);
		return;
	}
	for (column = at; fit < n; fit++) {
		unsigned next = behind(line[fit], column, columns);

		if (next > column && next + 3 > columns)
			break;
		column = next;
		add(want, line[fit]->text);
	}
	if (column + 3 < columns && line[fit]->columns == 2)
		add(want, " ");
	for (i = 0; i < 3 && at + i < columns; i++)
		add(want, ".");
	for (i = fit; i < n; i++)
		if (line[i]->columns == -3)
			add(want, line[i]->text);
}

static void random_case(size_t number, unsigned *seed)
{
	static struct text given, want;
	static struct result r;
	const struct piece *line[LINE_MAX];
	unsigned columns = 4 + (unsigned)rand_r(seed) % 17;
	unsigned at = rand_r(seed) % 2 ? 0 : (unsigned)rand_r(seed) % columns;
	unsigned first = at;
	size_t n = 0, step;

	given.len = want.len = 0;
	for (int left = rand_r(seed) % 40; left >= 0; left--) {
		/* Half of them letters: else no line would be long. */
		const struct piece *p =
			&pieces[rand_r(seed) % 2 ? 0 : rand_r(seed) % PIECES];

		add(&given, p->text);
		if (p->columns != -2)
			line[n++] = p;
		if (p->columns != -2 && left > 0)
			continue;
		model(&want, line, n, columns, at);
		n = 0;
		at = 0;
		if (p->columns == -2)
			add(&want, "\n");
	}
	step = (size_t)rand_r(seed) % given.len;
	for (int i = 0; i < 3; i++) {
		clip(&r, columns, first, (const uint8_t *)given.s, given.len,
			i == 0   ? 0
			: i == 1 ? step
				 : SIZE_MAX);
		cr_assert(r.len == want.len &&
				  memcmp(r.text, want.s, want.len) == 0,
			"case %zu (%u columns, %u taken): \"%.*s\" became "
			"\"%.*s\", not \"%.*s\"",
			number, columns, first, (int)given.len, given.s,
			(int)r.len, (const char *)r.text, (int)want.len,
			want.s);
	}
}

Test(clip, as_the_slow_way)
{
	unsigned seed = 20260131;

	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	/* The model knows what the C library knows. */
	for (size_t i = 0; i < PIECES; i++) {
		wchar_t wide;
		mbstate_t state = { 0 };
		size_t len = strlen(pieces[i].text);

		if (pieces[i].columns >= 0 &&
			mbrtowc(&wide, pieces[i].text, len, &state) == len)
			cr_assert_eq(wcwidth(wide), pieces[i].columns);
	}
	for (size_t i = 0; i < 20000; i++)
		random_case(i, &seed);
}

/* Any bytes: nothing is read or written past its end, and the cut makes no
 * difference. */
Test(clip, any_bytes)
{
	static const char few[] = "\x1b[;m0123\t\n\xea\x85\xb0\xcc\x81\xff ab";
	static struct result whole, r;
	uint8_t text[300];
	unsigned seed = 5;

	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	for (int i = 0; i < 3000; i++) {
		size_t len = (size_t)rand_r(&seed) % sizeof(text);
		unsigned columns = 4 + (unsigned)rand_r(&seed) % 30;

		for (size_t j = 0; j < len; j++)
			text[j] = i % 2 ? (uint8_t)rand_r(&seed)
					: (uint8_t)few[(size_t)rand_r(&seed) %
						       (sizeof(few) - 1)];
		clip(&whole, columns, 1, text, len, 0);
		for (int j = 0; j < 4; j++) {
			clip(&r, columns, 1, text, len,
				j ? (size_t)rand_r(&seed) % (len + 1)
				  : SIZE_MAX);
			cr_assert(r.len == whole.len &&
				  memcmp(r.text, whole.text, r.len) == 0);
		}
	}
}

/* Text that goes on after clip_end() stands behind what came out. */
Test(clip, goes_on_after_an_end)
{
	uint8_t mem[CLIP_ROOM + 8];
	struct buf out;
	struct clip c;

	buf_init(&out, mem, sizeof(mem));
	clip_init(&c, 10, 0);
	clip_span(&c, (const uint8_t *)"01234567", 8, &out);
	cr_assert_eq(buf_len(&out), 7);
	clip_end(&c, &out);
	cr_assert_eq(buf_len(&out), 8);
	cr_assert_eq(c.at, 8);
	clip_span(&c, (const uint8_t *)"89", 2, &out);
	clip_end(&c, &out);
	cr_assert_eq(buf_len(&out), 10);
	cr_assert(memcmp(mem, "0123456789", 10) == 0);
	clip_span(&c, (const uint8_t *)"x\ny", 3, &out);
	clip_end(&c, &out);
	cr_assert(buf_len(&out) == 12 && memcmp(mem + 10, "\ny", 2) == 0);
}
