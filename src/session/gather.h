#ifndef WSTAP_SESSION_GATHER_H
#define WSTAP_SESSION_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Pieces put together, for what needs a whole: a message that is matched or
 * written with its length before it, a long line of jsonl. Zeros at first.
 */
struct gather {
	uint8_t *mem;
	size_t len, cap; /* a byte more than cap is there, for a NUL */
};

/* Appends a piece; false where there is no memory for it: then nothing is
 * changed. */
bool gather_add(struct gather *g, const void *data, size_t n);

/* Empties it, keeping memory for a message of the common size. */
void gather_clear(struct gather *g);

void gather_release(struct gather *g);

#endif
