#ifndef WSTAP_TESTS_FUZZ_FUZZ_H
#define WSTAP_TESTS_FUZZ_FUZZ_H

#include "unit/guard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What the fuzz targets share. A target is a fuzz_NAME.c with libFuzzer's one
 * function, which aborts where a property does not hold; its head says which.
 *
 *     scripts/fuzz                    every target for a minute (clang)
 *     scripts/fuzz conn url 600       these two for ten minutes each
 *     build/fuzz/fuzz_conn FILE       one input again: a finding, say
 *     build/release/fuzz/replay_conn tests/fuzz/corpus/conn
 *
 * The last is what `make check` runs: every input of the committed corpus
 * once, in whatever mode the build is. Keep the corpus small, and put the
 * input of each bug that was found into it.
 *
 * The first bytes of an input are choices (roles, sizes, where to cut), the
 * rest is what a peer or a user would give. Whatever is parsed lies before an
 * unreadable page.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(property)                                                      \
	((property) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #property))

__attribute__((noreturn)) static inline void fuzz_broken(
	const char *file, int line, const char *property)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
	abort();
}

/* An input, taken off from its start. At its end there are only zeros. */
struct input {
	const uint8_t *p;
	size_t len;
};

static inline uint8_t input_byte(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->p++;
}

static inline unsigned input_u16(struct input *in)
{
	unsigned high = input_byte(in);

	return high << 8 | input_byte(in);
}

/* Up to n bytes, *got of them. */
static inline const uint8_t *input_bytes(
	struct input *in, size_t n, size_t *got)
{
	const uint8_t *p = in->p;

	*got = n < in->len ? n : in->len;
	in->p += *got;
	in->len -= *got;
	return p;
}

/* Numbers that look random and are the same in every run (xorshift). */
struct dice {
	uint32_t state;
};

static inline struct dice dice_of(unsigned seed)
{
	return (struct dice){ seed * 2654435761u | 1 };
}

static inline uint32_t dice_roll(struct dice *d, uint32_t sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 17;
	d->state ^= d->state << 5;
	return d->state % sides;
}

/* How a stream of bytes is cut into the pieces that a parser is given. */
enum cut { CUT_WHOLE, CUT_BYTES, CUT_RANDOM, CUT_WAYS };

struct cutter {
	enum cut how;
	struct dice dice;
};

/* The next piece's length, where left bytes (not 0) are left. */
static inline size_t cutter_next(struct cutter *c, size_t left)
{
	size_t most = left;

	switch (c->how) {
	case CUT_WHOLE:
		return left;
	case CUT_BYTES:
		return 1;
	case CUT_RANDOM:
		if (dice_roll(&c->dice, 4))
			most = dice_roll(&c->dice, 2) ? 8 : 300;
		break;
	case CUT_WAYS:
		break;
	}
	return 1 + dice_roll(&c->dice, (uint32_t)(most < left ? most : left));
}

/* Bytes that came out, gathered. Starts all zero; kept for the next input. */
struct gathered {
	uint8_t *p;
	size_t len, cap;
};

/* A place for len more bytes, which are counted. */
static inline uint8_t *gather_room(struct gathered *g, size_t len)
{
	if (!g->p || g->cap - g->len < len) {
		g->cap = 2 * g->cap + len + 64;
		g->p = realloc(g->p, g->cap);
		if (!g->p)
			abort();
	}
	g->len += len;
	return g->p + g->len - len;
}

static inline void gather(struct gathered *g, const void *data, size_t len)
{
	uint8_t *room = gather_room(g, len);

	if (len)
		memcpy(room, data, len);
}

static inline bool gathered_same(
	const struct gathered *a, const struct gathered *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->p, b->p, a->len));
}

#endif
