#include "base/nearest.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The edits between two words (optimal string alignment): each row of the
 * table needs the two above it. */
static size_t edits(const char *a, size_t na, const char *b, size_t nb)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= nb; j++)
		above[j] = j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t changed =
				above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
			size_t longer = least(above[j], row[j - 1]) + 1;

			row[j] = least(changed, longer);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}

		size_t *oldest = before;

		before = above;
		above = row;
		row = oldest;
	}
	return above[nb];
}

const char *nearest(const char *word, const char *const *candidates, size_t n)
{
	size_t len = strlen(word);
	size_t best = (len + 2) / 3 + 1;
	const char *found = NULL;

	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t clen = strlen(candidates[i]);

		if (clen > NEAREST_MAX)
			continue;

		size_t d = edits(word, len, candidates[i], clen);

		if (d > 1 && strncmp(candidates[i], word, len) == 0)
			d = 1;
		if (d < best) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
