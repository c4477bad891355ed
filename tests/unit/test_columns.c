#include "ui/columns.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

static const struct {
	const char *text;
	int width, row, column;
} cases[] = {
	{ "", 10, 0, 0 }, { "abc", 10, 0, 3 }, { "abcdefghij", 10, 1, 0 },
	{ "abcdefghijk", 10, 1, 1 }, { "ab\ncd", 10, 1, 2 },
	{ "\n\n", 10, 2, 0 }, { "a\tb", 10, 0, 9 }, { "\x01", 10, 0, 2 },
	{ "\xe5\xae\xbd", 10, 0, 2 },   /* wide */
	{ "abc\xe5\xae\xbd", 4, 1, 2 }, /* does not straddle */
	{ "e\xcc\x81", 10, 0, 1 },      /* combining */
	{ "\xff", 10, 0, 1 },           /* no character at all */
};

Test(columns, where_the_cursor_stands)
{
	cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].text);
		int row = 0, column = 0;

		columns_walk(cases[i].text, len, cases[i].width, &row, &column);
		cr_assert_eq(row, cases[i].row, "case %zu: row %d", i, row);
		cr_assert_eq(column, cases[i].column, "case %zu: column %d", i,
			column);
	}
}
