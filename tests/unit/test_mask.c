#define _GNU_SOURCE

#include "ws/mask.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

enum { SIZE = 100, ALIGN = 9 };

static const uint8_t key[4] = { 0x37, 0xfa, 0x21, 0x3d };
static const uint64_t offsets[] = { 0, 1, 2, 3, 4, 5, 6, 7, 1000003,
	0x100000001, UINT64_MAX - 2 };

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* RFC 6455 5.3, word by word. */
static void by_the_book(
	uint8_t *dst, const uint8_t *src, size_t len, uint64_t at)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = src[i] ^ key[(at + i) % 4];
}

static void fill(uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(i * 7 + 1);
}

/* RFC 6455 5.7, "a single-frame masked text message". */
Test(mask, the_example_of_the_rfc)
{
	static const uint8_t want[] = { 0x7f, 0x9f, 0x4d, 0x51, 0x58 };
	uint8_t got[5];

	ws_mask(got, (const uint8_t *)"Hello", 5, key, 0);
	cr_assert_arr_eq(got, want, 5);
	ws_mask(got, got, 5, key, 0);
	cr_assert_arr_eq(got, "Hello", 5);
}

Test(mask, nothing_to_mask)
{
	uint8_t byte = 'x';

	ws_mask(&byte, &byte, 0, key, 3);
	ws_mask(NULL, NULL, 0, key, 0);
	cr_assert_eq(byte, 'x');
}

/* Every length and offset, source and target at every alignment; each ends
 * at an unreadable page when it is the longest. */
Test(mask, every_length_offset_and_alignment)
{
	uint8_t plain[SIZE + ALIGN], want[SIZE];

	fill(plain, sizeof(plain));
	for (size_t len = 0; len <= SIZE; len++)
		for (size_t o = 0; o < N(offsets); o++)
			for (size_t shift = 0; shift < ALIGN; shift++) {
				uint8_t *src =
					guard_copy_slot(0, plain, len + shift);
				uint8_t *dst = guard_copy_slot(
					1, plain, len + ALIGN - 1 - shift);

				src += shift;
				dst += ALIGN - 1 - shift;
				by_the_book(want, src, len, offsets[o]);
				ws_mask(dst, src, len, key, offsets[o]);
				if (memcmp(dst, want, len) != 0)
					cr_assert_fail("%zu bytes at %llu", len,
						(unsigned long long)offsets[o]);
			}
}

Test(mask, in_place_and_no_further)
{
	uint8_t want[SIZE + 2], plain[SIZE + 2];

	fill(plain, sizeof(plain));
	for (size_t len = 0; len <= SIZE; len++)
		for (size_t o = 0; o < N(offsets); o++) {
			uint8_t *p = guard_copy(plain, len + 2);

			memcpy(want, plain, len + 2);
			by_the_book(want + 1, plain + 1, len, offsets[o]);
			ws_mask(p + 1, p + 1, len, key, offsets[o]);
			if (memcmp(p, want, len + 2) != 0)
				cr_assert_fail("%zu bytes in place", len);
		}
}

Test(mask, pieces_equal_the_whole)
{
	uint8_t plain[SIZE], want[SIZE];

	fill(plain, SIZE);
	by_the_book(want, plain, SIZE, 0);
	for (size_t a = 0; a <= SIZE; a++)
		for (size_t b = a; b <= SIZE; b++) {
			uint8_t *p = guard_copy(plain, SIZE);

			ws_mask(p, p, a, key, 0);
			ws_mask(p + a, p + a, b - a, key, a);
			ws_mask(p + b, p + b, SIZE - b, key, b);
			if (memcmp(p, want, SIZE) != 0)
				cr_assert_fail("cut at %zu and %zu", a, b);
		}
}
