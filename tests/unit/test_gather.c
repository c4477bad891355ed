#include "session/gather.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MIB = 1 << 20 };

static uint8_t block[MIB];

Test(gather, puts_pieces_together)
{
	struct gather g = { 0 };

	cr_assert(gather_add(&g, NULL, 0));
	cr_assert_eq(g.len, 0);
	cr_assert(gather_add(&g, "ab", 2));
	cr_assert(gather_add(&g, "", 0));
	cr_assert(gather_add(&g, "cde", 3));
	cr_assert_eq(g.len, 5);
	cr_assert_eq(memcmp(g.mem, "abcde", 5), 0);
	gather_clear(&g);
	cr_assert_eq(g.len, 0);
	cr_assert(gather_add(&g, "f", 1));
	cr_assert(g.len == 1 && g.mem[0] == 'f');
	gather_release(&g);
	cr_assert(!g.mem && g.len == 0 && g.cap == 0);
	gather_release(&g);
}

/* However it grows: its bytes stay, and a NUL fits behind them. */
Test(gather, has_room_for_a_nul)
{
	struct gather g = { 0 };
	size_t total = 0;

	for (size_t i = 0; i < MIB; i++)
		block[i] = (uint8_t)(i * 31 + i / 257);
	for (size_t n = 1; total < 2 * MIB; n = n * 3 + 1) {
		if (n > MIB)
			n = MIB;
		cr_assert(gather_add(&g, block, n));
		cr_assert_geq(g.cap, g.len);
		g.mem[g.cap] = 0;
		cr_assert_eq(memcmp(g.mem + total, block, n), 0);
		total += n;
		cr_assert_eq(g.len, total);
	}
	cr_assert_eq(g.mem[0], block[0]);
	/* As much as a power of two. */
	gather_release(&g);
	cr_assert(gather_add(&g, block, MIB));
	g.mem[g.len] = 0;
	gather_release(&g);
}

/* The memory of a usual message is kept, that of a huge one is not. */
Test(gather, keeps_some_memory)
{
	struct gather g = { 0 };

	for (size_t n = 1; n <= 5; n++) {
		cr_assert(gather_add(&g, block, MIB));
		cr_assert_eq(g.len, n * MIB);
	}
	gather_clear(&g);
	cr_assert_eq(g.cap, 0);
	cr_assert(gather_add(&g, block, MIB));
	gather_clear(&g);
	cr_assert_geq(g.cap, MIB);
	gather_release(&g);
}

/* What can't be had changes nothing. */
Test(gather, refuses_what_memory_cannot_hold)
{
	struct gather g = { 0 };

	cr_assert(gather_add(&g, "ab", 2));
	cr_assert_not(gather_add(&g, block, SIZE_MAX));
	cr_assert_not(gather_add(&g, block, SIZE_MAX / 4 - 1));
	cr_assert_not(gather_add(&g, block, SIZE_MAX - 1));
	cr_assert_eq(g.len, 2);
	cr_assert_eq(memcmp(g.mem, "ab", 2), 0);
	cr_assert(gather_add(&g, "c", 1));
	cr_assert_eq(memcmp(g.mem, "abc", 3), 0);
	gather_release(&g);
}
