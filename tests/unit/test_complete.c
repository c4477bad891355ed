#define _GNU_SOURCE /* setenv */
#include "ui/complete.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *typed, *name;
} cases[] = {
	{ "", "" },
	{ "plain.json", "plain.json" },
	{ "two words.txt", "two words.txt" },
	{ "two\\ words.txt", "two words.txt" },
	{ "back\\\\slash", "back\\slash" },
	{ "\\\\", "\\" },
	{ "at the end\\", "at the end\\" },
	{ "\\a\\b", "ab" },
	{ "completed ", "completed" },
	{ "blanks \t\n ", "blanks" },
	{ "kept\\ ", "kept " },
	{ "kept\\  \t", "kept " },
	{ "kept\\\\ ", "kept\\" },
	{ " \\ ", "  " },
	{ "   ", "" },
	{ " before", " before" },
	{ "~", "/home/of mine" },
	{ "~ ", "/home/of mine" },
	{ "~/a\\ b", "/home/of mine/a b" },
	{ "~/~", "/home/of mine/~" },
	{ "\\~/a", "~/a" },
	{ "a/~/b", "a/~/b" },
	{ "~no such user/a", "~no such user/a" },
	{ "/\xe5\xae\xbd\\ \xff", "/\xe5\xae\xbd \xff" },
};

enum { CASES = sizeof(cases) / sizeof(*cases) };

Test(complete, a_file_s_name)
{
	setenv("HOME", "/home/of mine", 1);
	for (size_t i = 0; i < CASES; i++) {
		char *name = complete_file_name(cases[i].typed);

		cr_assert(name);
		cr_assert_str_eq(name, cases[i].name, "case %zu: \"%s\"", i,
			cases[i].typed);
		free(name);
	}
}

/* Whatever is cut off, a name comes out: never longer than what was typed
 * where there is no home in it, and nothing before or behind is read. */
Test(complete, at_every_cut)
{
	for (size_t i = 0; i < CASES; i++) {
		size_t len = strlen(cases[i].typed);

		for (size_t cut = 0; cut <= len; cut++) {
			char *typed =
				(char *)guard_copy(cases[i].typed, len + 1);

			/* The string ends where readable memory does. */
			typed += len - cut;
			memcpy(typed, cases[i].typed, cut);
			typed[cut] = '\0';

			char *name = complete_file_name(typed);

			cr_assert(name);
			if (typed[0] != '~')
				cr_assert_leq(strlen(name), cut);
			free(name);
		}
	}
}

/* What is quoted by hand, as the Tab key does, comes back. */
Test(complete, names_come_back)
{
	static const char *const names[] = { "a b", " ", "\\", "a\\ b", "\t",
		"ends with one ", "\\\\  \\", "~", "~/x", "a\nb" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char typed[64], *to = typed, *name;

		for (const char *s = names[i]; *s; s++) {
			if (strchr(" \t\n\\~", *s))
				*to++ = '\\';
			*to++ = *s;
		}
		*to++ = ' ';
		*to = '\0';
		name = complete_file_name(typed);
		cr_assert(name);
		cr_assert_str_eq(name, names[i]);
		free(name);
	}
}
