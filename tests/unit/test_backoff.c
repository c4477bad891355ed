#include "session/backoff.h"

#include <criterion/criterion.h>
#include <limits.h>

/* All of the wait before each attempt in a row. */
static const struct {
	unsigned attempts;
	int64_t all;
} cases[] = {
	{ 0, 500 },
	{ 1, 1000 },
	{ 2, 2000 },
	{ 3, 4000 },
	{ 4, 8000 },
	{ 5, 16000 },
	{ 6, 30000 },
	{ 7, 30000 },
	{ 31, 30000 },
	{ 32, 30000 },
	{ 63, 30000 },
	{ 64, 30000 },
	{ INT_MAX, 30000 },
	{ UINT_MAX - 1, 30000 },
	{ UINT_MAX, 30000 },
};

static int64_t wait_after(unsigned attempts, uint32_t random)
{
	struct backoff b = { .attempts = attempts };

	return backoff_next_ms(&b, random);
}

Test(backoff, a_half_to_all)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned n = cases[i].attempts;
		int64_t all = cases[i].all;

		cr_assert_eq(wait_after(n, 0), all / 2, "attempt %u", n);
		cr_assert_eq(wait_after(n, UINT32_MAX), all, "attempt %u", n);
		/* A random part of the other half, evenly. */
		for (uint32_t quarter = 1; quarter < 4; quarter++) {
			int64_t want = all / 2 + all * quarter / 8;
			int64_t got = wait_after(n, quarter << 30);

			cr_assert(got >= want && got <= want + 1,
				"attempt %u: %lld", n, (long long)got);
		}
	}
}

Test(backoff, attempts_are_counted)
{
	struct backoff b = { 0 };

	for (size_t i = 0; i < 8; i++) {
		cr_assert_eq(b.attempts, i);
		cr_assert_eq(backoff_next_ms(&b, UINT32_MAX), cases[i].all);
	}
	backoff_reset(&b);
	cr_assert_eq(b.attempts, 0);
	cr_assert_eq(backoff_next_ms(&b, UINT32_MAX), BACKOFF_FIRST_MS);

	b.attempts = UINT_MAX;
	cr_assert_eq(backoff_next_ms(&b, UINT32_MAX), BACKOFF_MAX_MS);
	cr_assert_eq(b.attempts, UINT_MAX, "it does not begin anew");
}
