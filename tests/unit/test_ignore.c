#define _GNU_SOURCE /* REG_STARTEND */
#include "session/ignore.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <regex.h>
#include <string.h>

#define SPAN(s) s, sizeof(s) - 1

static const struct {
	const char *regex, *other; /* or NULL */
	const char *in;
	size_t len;
	const char *out;
	size_t left;
} cases[] = {
	{ "[0-9]+", NULL, SPAN(""), SPAN("") },
	{ "[0-9]+", NULL, SPAN("none"), SPAN("none") },
	{ "[0-9]+", NULL, SPAN("1"), SPAN("") },
	{ "[0-9]+", NULL, SPAN("a1b22c333"), SPAN("abc") },
	{ "[0-9]", NULL, SPAN("111"), SPAN("") },
	{ "x*", NULL, SPAN("axxb"), SPAN("ab") },
	{ "^a", NULL, SPAN("aaa"), SPAN("aa") },
	{ "a$", NULL, SPAN("aaa"), SPAN("aa") },
	{ "\"(id|at)\":[0-9]+,?", NULL, SPAN("{\"id\":17,\"at\":3,\"b\":4}"),
		SPAN("{\"b\":4}") },
	{ ".*", NULL, SPAN("all\nof it"), SPAN("") },
#ifdef REG_STARTEND
	{ "b", NULL, SPAN("a\0b\0c"), SPAN("a\0\0c") },
#endif
	/* of two, both */
	{ "[0-9]+", "[a-f]+", SPAN("1a-x-2b"), SPAN("-x-") },
	{ "a", "b+c", SPAN("abbcb"), SPAN("b") },
	{ "ab", "abc", SPAN("abcd-ab"), SPAN("d-") },
	{ "abc", "ab", SPAN("abcd-ab"), SPAN("d-") },
	{ "x*", "b", SPAN("axxb"), SPAN("a") },
	/* no match across what the other took */
	{ "12", "ab", SPAN("1ab2"), SPAN("12") },
	{ "^a", "b", SPAN("baa"), SPAN("aa") },
};

static struct ignore *patterns_of(size_t i)
{
	struct err err = { 0 };
	struct ignore *ignore = NULL;

	cr_assert(ignore_add(&ignore, "-x", cases[i].regex, &err), "%s",
		err.line);
	cr_assert(!cases[i].other ||
		  ignore_add(&ignore, "-x", cases[i].other, &err));
	return ignore;
}

Test(ignore, matches_go)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ignore *ignore = patterns_of(i);
		/* The byte to spare is the last of the page. */
		uint8_t *p =
			(uint8_t *)guard_copy(cases[i].in, cases[i].len + 1);
		size_t left;

		left = ignore_strip(ignore, p, cases[i].len);
		cr_expect(left == cases[i].left &&
				  memcmp(p, cases[i].out, left) == 0,
			"%s in %s: %.*s", cases[i].regex, cases[i].in,
			(int)left, (const char *)p);
		ignore_free(ignore);
	}
}

/* Each byte that is left is found where it was; its end, too. */
Test(ignore, places)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ignore *ignore = patterns_of(i);
		uint8_t *p =
			(uint8_t *)guard_copy(cases[i].in, cases[i].len + 1);
		size_t before = 0;

		for (size_t left = 0; left <= cases[i].left; left++) {
			size_t at = ignore_place(ignore, p, cases[i].len, left);

			cr_assert(left == 0 || at > before);
			before = at;
			cr_assert_leq(at, cases[i].len);
			if (left < cases[i].left)
				cr_assert_eq(p[at], cases[i].out[left]);
		}
		cr_assert_eq(memcmp(p, cases[i].in, cases[i].len), 0);
		ignore_free(ignore);
	}
}

Test(ignore, what_is_none)
{
	struct err err = { 0 };
	struct ignore *ignore = NULL;

	cr_expect_not(ignore_add(&ignore, "--replay-ignore", "(", &err));
	cr_expect_null(ignore);
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect(strstr(err.line, "--replay-ignore (: not a regular"));
	ignore_free(NULL);
}
