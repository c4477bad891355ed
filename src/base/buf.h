#ifndef WSTAP_BASE_BUF_H
#define WSTAP_BASE_BUF_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A bounded byte queue over memory that the caller owns and keeps.
 *
 *     mem                start             end              cap
 *      |  consumed        |  what is queued |  room          |
 *
 * Bytes go in at the end and come out at the start; what is queued is always
 * contiguous. "Full" is a normal answer, never an error. Moving happens only
 * in buf_reserve(), when the room behind the end is too small: until then
 * pointers into the queue stay good, also to bytes just consumed.
 */
struct buf {
	uint8_t *mem;
	size_t cap, start, end;
};

static inline void buf_init(struct buf *b, void *mem, size_t cap)
{
	*b = (struct buf){ .mem = mem, .cap = cap };
}

/* Bytes queued, and the first of them. */
static inline size_t buf_len(const struct buf *b)
{
	return b->end - b->start;
}

static inline uint8_t *buf_head(const struct buf *b)
{
	return b->mem + b->start;
}

/* How much more it can take (after moving, if need be). */
static inline size_t buf_room(const struct buf *b)
{
	return b->cap - buf_len(b);
}

/* Drops n bytes from the start. They stay readable until buf_reserve(). */
static inline void buf_consume(struct buf *b, size_t n)
{
	assert(n <= buf_len(b));
	b->start += n;
}

/* Takes the last n bytes away again. */
static inline void buf_drop(struct buf *b, size_t n)
{
	assert(n <= buf_len(b));
	b->end -= n;
}

static inline void buf_clear(struct buf *b)
{
	b->start = b->end = 0;
}

/* A place for n more bytes behind the end, or NULL where there is no room for
 * n. Moves what is queued to the front when it must. Follow with
 * buf_commit(). */
static inline uint8_t *buf_reserve(struct buf *b, size_t n)
{
	if (b->start == b->end)
		buf_clear(b);
	if (b->cap - b->end < n) {
		if (buf_room(b) < n)
			return NULL;
		memmove(b->mem, buf_head(b), buf_len(b));
		b->end -= b->start;
		b->start = 0;
	}
	return b->mem + b->end;
}

/* Queues the first n bytes written to where buf_reserve() pointed. */
static inline void buf_commit(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->end);
	b->end += n;
}

/* Queues a copy of n bytes, all or nothing: false where there is no room. */
static inline bool buf_put(struct buf *b, const void *data, size_t n)
{
	uint8_t *p = buf_reserve(b, n);

	if (!p)
		return false;
	if (n)
		memcpy(p, data, n);
	buf_commit(b, n);
	return true;
}

#endif
