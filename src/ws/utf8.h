#ifndef WSTAP_WS_UTF8_H
#define WSTAP_WS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Incremental UTF-8 validation (RFC 3629): no overlong forms, no surrogates,
 * nothing above U+10FFFF. Spans may cut a sequence anywhere; the first byte
 * that no valid text could have there is found at once.
 */
struct utf8 {
	uint8_t need;   /* continuation bytes still to come */
	uint8_t lo, hi; /* what the next of them may be */
};

/* Before a text's first byte: all zero. */
#define UTF8_START ((struct utf8){ 0 })

/* Whether the text so far, these len bytes behind it, can be the start of
 * valid UTF-8. After false the state is spent. */
bool utf8_check(struct utf8 *u, const uint8_t *p, size_t len);

/* Whether these bytes are a whole valid text. */
bool utf8_valid(const uint8_t *p, size_t len);

/* Whether the text may end here. */
static inline bool utf8_complete(const struct utf8 *u)
{
	return u->need == 0;
}

/* How many of the len bytes at p, judged from the state u (which stays as it
 * is), are fine: len where all are, else the index of the first bad byte. */
size_t utf8_valid_prefix(const struct utf8 *u, const uint8_t *p, size_t len);

#endif
