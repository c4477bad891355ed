#ifndef WSTAP_BASE_NEAREST_H
#define WSTAP_BASE_NEAREST_H

#include <stddef.h>

/* Longer words are near nothing. */
enum { NEAREST_MAX = 40 };

/* What was probably meant: the candidate fewest edits away from word, or NULL
 * where none is near enough. An edit is a letter more, less or changed, or
 * two neighbours swapped; one is allowed for every three letters begun. A
 * candidate that word is the beginning of is one edit away. Among equals the
 * first one counts. */
const char *nearest(const char *word, const char *const *candidates, size_t n);

#endif
