#ifndef WSTAP_UI_COLUMNS_H
#define WSTAP_UI_COLUMNS_H

#include <stddef.h>

/* Where the cursor comes to stand: *row and *column move on as the n bytes at
 * s (in the locale's encoding, control characters shown as ^A) are written to
 * a screen so many columns wide. A character that takes two columns doesn't
 * straddle the edge; a row that is full ends. */
void columns_walk(
	const char *s, size_t n, int screen_width, int *row, int *column);

#endif
