#define _GNU_SOURCE

#include "base/buf.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <signal.h>

/* A buf whose memory ends at an unreadable page. */
static struct buf guarded(size_t cap)
{
	static const uint8_t zeros[256];
	struct buf b;

	cr_assert(cap <= sizeof(zeros));
	buf_init(&b, guard_copy(zeros, cap), cap);
	return b;
}

static void expect_queued(const struct buf *b, const char *want)
{
	cr_assert_eq(buf_len(b), strlen(want));
	cr_assert_arr_eq(buf_head(b), want, strlen(want));
}

Test(buf, starts_empty)
{
	struct buf b = guarded(8);

	cr_assert_eq(buf_len(&b), 0);
	cr_assert_eq(buf_room(&b), 8);
	cr_assert_eq(buf_head(&b), b.mem);
}

Test(buf, gives_back_what_was_put)
{
	struct buf b = guarded(8);

	cr_assert(buf_put(&b, "abc", 3));
	cr_assert(buf_put(&b, "de", 2));
	expect_queued(&b, "abcde");
	cr_assert_eq(buf_room(&b), 3);
	buf_consume(&b, 2);
	expect_queued(&b, "cde");
	cr_assert_eq(buf_room(&b), 5);
	buf_clear(&b);
	expect_queued(&b, "");
	cr_assert_eq(buf_room(&b), 8);
}

Test(buf, put_is_all_or_nothing)
{
	struct buf b = guarded(4);

	cr_assert_not(buf_put(&b, "abcde", 5));
	expect_queued(&b, "");
	cr_assert(buf_put(&b, "abcd", 4), "it takes as much as its capacity");
	cr_assert_not(buf_put(&b, "e", 1));
	expect_queued(&b, "abcd");
	cr_assert(buf_put(&b, "", 0), "nothing always fits");
	cr_assert(buf_put(&b, NULL, 0));
	buf_consume(&b, 1);
	cr_assert_not(buf_put(&b, "ef", 2));
	cr_assert(buf_put(&b, "e", 1));
	expect_queued(&b, "bcde");
}

Test(buf, reserve_refuses_absurd_sizes)
{
	struct buf b = guarded(8);

	cr_assert(buf_put(&b, "abc", 3));
	buf_consume(&b, 1);
	cr_assert_null(buf_reserve(&b, 7));
	cr_assert_null(buf_reserve(&b, SIZE_MAX));
	expect_queued(&b, "bc");
	cr_assert_not_null(buf_reserve(&b, 6));
}

Test(buf, reserve_without_commit_queues_nothing)
{
	struct buf b = guarded(8);
	uint8_t *p = buf_reserve(&b, 8);

	cr_assert_not_null(p);
	memset(p, 'x', 8);
	expect_queued(&b, "");
	buf_commit(&b, 3);
	expect_queued(&b, "xxx");
}

Test(buf, moves_only_when_it_must)
{
	struct buf b = guarded(8);

	cr_assert(buf_put(&b, "abcdef", 6));
	buf_consume(&b, 4);

	const uint8_t *head = buf_head(&b);

	cr_assert(buf_put(&b, "gh", 2), "room behind the end");
	cr_assert_eq(buf_head(&b), head, "nothing had to move");
	expect_queued(&b, "efgh");
	cr_assert(buf_put(&b, "i", 1));
	cr_assert_eq(buf_head(&b), b.mem);
	expect_queued(&b, "efghi");
}

Test(buf, moves_an_overlapping_queue)
{
	struct buf b = guarded(8);

	cr_assert(buf_put(&b, "abcdefgh", 8));
	buf_consume(&b, 1);
	cr_assert(buf_put(&b, "i", 1));
	expect_queued(&b, "bcdefghi");
}

Test(buf, consumed_bytes_stay_until_reserve)
{
	struct buf b = guarded(8);

	cr_assert(buf_put(&b, "abcd", 4));

	const uint8_t *span = buf_head(&b);

	buf_consume(&b, 4);
	cr_assert_arr_eq(span, "abcd", 4);
	cr_assert_eq(buf_reserve(&b, 1), b.mem, "empty: from the front again");
}

/* Against a model: bytes count up on the way in and on the way out. */
Test(buf, behaves_like_a_queue)
{
	struct buf b = guarded(61);
	uint32_t random = 1;
	uint8_t in = 0, out = 0, piece[64];
	size_t held = 0;

	for (int turn = 0; turn < 20000; turn++) {
		random = random * 1664525 + 1013904223;

		size_t n = random >> 26;

		if (random & 0x100) {
			for (size_t i = 0; i < n; i++)
				piece[i] = (uint8_t)(in + i);
			if (buf_put(&b, piece, n) != (n <= 61 - held))
				cr_assert_fail("turn %d: put %zu", turn, n);
			if (n <= 61 - held) {
				in = (uint8_t)(in + n);
				held += n;
			}
		} else {
			n = n < held ? n : held;
			for (size_t i = 0; i < n; i++, out++)
				if (buf_head(&b)[i] != out)
					cr_assert_fail(
						"turn %d: byte %zu", turn, i);
			buf_consume(&b, n);
			held -= n;
		}
		if (buf_len(&b) != held || buf_room(&b) != 61 - held)
			cr_assert_fail("turn %d: length", turn);
	}
}

Test(buf, consuming_more_than_there_is_aborts, .signal = SIGABRT)
{
	struct buf b = guarded(8);

	buf_put(&b, "abc", 3);
	buf_consume(&b, 4);
}

Test(buf, committing_more_than_the_room_aborts, .signal = SIGABRT)
{
	struct buf b = guarded(8);

	buf_commit(&b, 9);
}
