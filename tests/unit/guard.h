#ifndef WSTAP_TESTS_UNIT_GUARD_H
#define WSTAP_TESTS_UNIT_GUARD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Memory that ends at an unreadable page: a parser that looks one byte
 * further dies of it.
 */
enum { GUARD_PAGE = 4096, GUARD_MAX = 1 << 20 };

/* A copy of the len bytes at data (at most GUARD_MAX) that ends at the
 * unreadable page. One piece of memory, used again by the next call with the
 * same slot (0 to 3). */
static inline uint8_t *guard_copy_slot(int slot, const void *data, size_t len)
{
	static uint8_t *memory[4];

	if (!memory[slot]) {
		uint8_t *m = mmap(NULL, GUARD_MAX + GUARD_PAGE,
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
		if (m == MAP_FAILED ||
			mprotect(m + GUARD_MAX, GUARD_PAGE, PROT_NONE) != 0)
			abort();
		memory[slot] = m;
	}
	if (len > GUARD_MAX)
		abort();

	uint8_t *p = memory[slot] + GUARD_MAX - len;

	if (len)
		memcpy(p, data, len);
	return p;
}

static inline uint8_t *guard_copy(const void *data, size_t len)
{
	return guard_copy_slot(0, data, len);
}

#endif
