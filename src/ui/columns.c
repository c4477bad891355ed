#define _GNU_SOURCE /* wcwidth */
#include "ui/columns.h"

#include <wchar.h>

/* The columns that the character at s takes where it is shown at `column`;
 * its bytes in *len. */
static int columns_of(const char *s, size_t n, int column, size_t *len)
{
	wchar_t wide;
	mbstate_t state = { 0 };

	*len = mbrtowc(&wide, s, n, &state);
	if (*len == 0 || *len > n) {
		*len = 1;
		return 1;
	}
	if (wide == L'\t')
		return 8 - column % 8;
	if (wide < ' ' || wide == 0x7f)
		return 2; /* ^A */

	int width = wcwidth(wide);

	return width < 0 ? 1 : width;
}

void columns_walk(
	const char *s, size_t n, int screen_width, int *row, int *column)
{
	while (n > 0) {
		size_t len = 1;

		if (*s == '\n') {
			++*row;
			*column = 0;
		} else {
			int width = columns_of(s, n, *column, &len);

			/* A wide character doesn't straddle the edge. */
			if (*column + width > screen_width) {
				++*row;
				*column = 0;
			}
			*column += width;
			if (*column == screen_width) {
				++*row;
				*column = 0;
			}
		}
		s += len;
		n -= len;
	}
}
