#include "session/typed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct typed_item item(unsigned n)
{
	char *data = malloc(16);

	cr_assert_not_null(data);
	return (struct typed_item){
		.data = data,
		.len = (size_t)snprintf(data, 16, "item %u", n),
		.binary = n % 2,
		.file = n % 3 == 0,
	};
}

static void expect_next(const struct typed *t, unsigned n)
{
	const struct typed_item *got = typed_next(t);
	char wanted[16];

	cr_assert_not_null(got, "item %u", n);
	snprintf(wanted, sizeof(wanted), "item %u", n);
	cr_expect_str_eq(got->data, wanted);
	cr_expect_eq(got->len, strlen(wanted));
	cr_expect_eq(got->binary, n % 2 == 1, "binary of %u", n);
	cr_expect_eq(got->file, n % 3 == 0, "file of %u", n);
}

Test(typed, has_nothing_at_first)
{
	struct typed t = { 0 };

	cr_expect_null(typed_next(&t));
	cr_expect_not(typed_full(&t));
	typed_clear(&t);
	cr_expect_null(typed_next(&t));
}

Test(typed, looking_takes_nothing)
{
	struct typed t = { 0 };

	typed_add(&t, item(1));
	expect_next(&t, 1);
	expect_next(&t, 1);
	cr_expect_eq(t.n, 1);
	typed_clear(&t);
}

Test(typed, takes_bytes_and_nothing_at_all)
{
	struct typed t = { 0 };
	struct typed_item bytes = item(0), nothing = item(0);

	memcpy(bytes.data, "a\0b", 3);
	bytes.len = 3;
	nothing.len = 0;
	typed_add(&t, bytes);
	typed_add(&t, nothing);
	cr_expect_eq(typed_next(&t)->len, 3);
	cr_expect_arr_eq(typed_next(&t)->data, "a\0b", 3);
	typed_drop(&t);
	cr_expect_eq(typed_next(&t)->len, 0);
	typed_clear(&t);
}

/* With any number waiting, and from any place in the ring. */
Test(typed, keeps_the_order_wherever_it_stands)
{
	for (unsigned waiting = 1; waiting <= TYPED_MAX; waiting++) {
		struct typed t = { 0 };
		unsigned in = 0, out = 0;

		while (in < waiting)
			typed_add(&t, item(in++));
		while (out < 3 * TYPED_MAX) {
			expect_next(&t, out++);
			typed_drop(&t);
			typed_add(&t, item(in++));
			cr_assert_eq(t.n, waiting);
		}
		while (out < in) {
			expect_next(&t, out++);
			typed_drop(&t);
		}
		cr_expect_null(typed_next(&t));
	}
}

Test(typed, is_full_at_its_most)
{
	struct typed t = { 0 };

	for (unsigned i = 0; i < TYPED_MAX; i++) {
		cr_expect_not(typed_full(&t), "with %u", i);
		typed_add(&t, item(i));
	}
	cr_expect(typed_full(&t));
	typed_drop(&t);
	cr_expect_not(typed_full(&t));
	typed_add(&t, item(TYPED_MAX));
	cr_expect(typed_full(&t));
	expect_next(&t, 1);
	typed_clear(&t);
}

Test(typed, is_used_again_after_it_was_cleared)
{
	struct typed t = { 0 };

	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < 7 * round; i++)
			typed_add(&t, item(i));
		typed_clear(&t);
		cr_expect_eq(t.n, 0);
		cr_expect_null(typed_next(&t));
		typed_add(&t, item(round));
		expect_next(&t, round);
		typed_drop(&t);
	}
}
