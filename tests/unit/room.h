#ifndef WSTAP_TESTS_UNIT_ROOM_H
#define WSTAP_TESTS_UNIT_ROOM_H

#include "base/buf.h"
#include "unit/guard.h"

enum { ROOM_MOST = 1 << 16 };

/* An empty buffer with room for cap bytes, before an unreadable page. The next
 * call gives the same one. */
static inline struct buf *room(size_t cap)
{
	static const uint8_t zeros[ROOM_MOST];
	static struct buf b;

	if (cap > ROOM_MOST)
		abort();
	buf_init(&b, guard_copy_slot(3, zeros, cap), cap);
	return &b;
}

#endif
