#define _GNU_SOURCE /* REG_STARTEND */

#include "session/until.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define E_ACUTE "\u00e9"
#define KANJI "\u6f22"

#define TEXT(s) s, sizeof s - 1

static const struct {
	const char *regex, *data;
	size_t len;
	bool found;
} cases[] = {
	{ "done", TEXT("done"), true },
	{ "done", TEXT("all done."), true },
	{ "done", TEXT("don"), false },
	{ "done", TEXT(""), false },
	{ "", TEXT(""), true },
	{ "", TEXT("x"), true },
	{ "()", TEXT("x"), true },
	{ "^$", TEXT(""), true },
	{ "^$", TEXT("x"), false },
	{ "^$", TEXT("\n"), false },

	/* Extended. */
	{ "a|b", TEXT("xb"), true },
	{ "a|b", TEXT("x"), false },
	{ "^a|b$", TEXT("ax"), true },
	{ "^a|b$", TEXT("xb"), true },
	{ "^a|b$", TEXT("xabx"), false },
	{ "^(a|b)+$", TEXT("abba"), true },
	{ "^(a|b)+$", TEXT("abcba"), false },
	{ "a{3}", TEXT("aa"), false },
	{ "a{3}", TEXT("baaa"), true },
	{ "^x?a{2,}$", TEXT("aaa"), true },
	{ "^x?a{2,}$", TEXT("xa"), false },
	{ "a\\+", TEXT("aa"), false },
	{ "a\\+", TEXT("a+"), true },
	{ "a\\.*b", TEXT("a..b"), true },
	{ "a\\.*b", TEXT("axb"), false },
	{ "\\\\.*b", TEXT("\\xb"), true },
	{ "\\\\.*b", TEXT("xb"), false },
	{ "\"type\": *\"done\"", TEXT("{\"type\":  \"done\"}"), true },
	{ "[]x]*y", TEXT("]y"), true },
	{ "^[^]x]+$", TEXT("ab"), true },
	{ "^[^]x]+$", TEXT("a]"), false },
	{ "^[[:digit:]]+$", TEXT("0123456789"), true },
	{ "^[[:digit:]]+$", TEXT("012345678a"), false },
	{ "^[a-z]+$", TEXT("azB"), false },

	/* One string, whatever its lines. */
	{ "^b", TEXT("a\nb"), false },
	{ "a$", TEXT("a\nb"), false },
	{ "a.b", TEXT("a\nb"), true },
	{ "a.*b", TEXT("a\n\nb"), true },
	{ "a[^x]b", TEXT("a\nb"), true },
	{ "(^b)+", TEXT("a\nb"), false },
	{ "(^b|c)+", TEXT("b\na"), true },
	{ "(a$)+", TEXT("a\nb"), false },
	{ "b+$", TEXT("b\nb"), true },
	{ "b+$", TEXT("b\n"), false },

	/* Characters. */
	{ "^.$", TEXT(E_ACUTE), true },
	{ "^..$", TEXT(E_ACUTE), false },
	{ "^.$", TEXT(KANJI), true },
	{ "^.*$", TEXT(KANJI), true },
	{ "^.+$", TEXT(KANJI), true },
	{ "^.+.$", TEXT(KANJI), false },
	{ "^[^a]$", TEXT(KANJI), true },
	{ "^[" E_ACUTE "]$", TEXT(E_ACUTE), true },
	{ "[" E_ACUTE "]", TEXT("\xc3\xa8"), false },
	{ "^" E_ACUTE "?$", TEXT(E_ACUTE), true },
	{ "^" E_ACUTE "{2}$", TEXT(E_ACUTE E_ACUTE), true },
	{ "a.*" KANJI, TEXT("xa" E_ACUTE KANJI), true },
	{ "a.*b", TEXT("a" KANJI "b"), true },
	{ "^[[:alpha:]]+$", TEXT("gr\xc3\xbc\xc3\x9f"), true },

	/* Bytes. */
	{ "b", TEXT("\377b"), true },
	{ "a.b", TEXT("a\377b"), true },
	{ "a.*b", TEXT("a\377\303b"), true },
	{ "^...$", TEXT("\xff" E_ACUTE), true },
	{ "^.$", TEXT("\xc3"), true },
	{ E_ACUTE ".", TEXT("\xff" E_ACUTE "\xc3"), true },
	{ "a[^x]b", TEXT("a\377b"), true },
	{ "\xff", TEXT("a\xff"), true },
#ifdef REG_STARTEND
	{ "b$", TEXT("a\0b"), true },
	{ "^a$", TEXT("a\0b"), false },
	{ "a[^x]b", TEXT("a\0b"), true },
	{ "x.*b", TEXT("\0\0x\0xb"), true },
	{ "^[^x]{3}$", TEXT("\0" E_ACUTE), true },
	{ "^b", TEXT("\0b"), false },
#endif

	/* Not to be tried from the start: groups that are told of by their
	 * number, a parenthesis that is none. */
	{ "(a|b)\\1", TEXT("xabb"), true },
	{ "(a|b)\\1", TEXT("xaba"), false },
	{ "(a+)-\\1c", TEXT("xaa-aac"), true },
	{ "(a+)-\\1c", TEXT("xaa-xac"), false },
	{ "(a+)(b+)-\\2c", TEXT("xaab-bc"), true },
	{ "(a+)(b+)-\\2c", TEXT("xaab-ac"), false },
	{ "^(.+)-\\1$", TEXT("ab-ab"), true },
	{ "^(.+)-\\1$", TEXT("ab-ac"), false },
};

#ifdef __GLIBC__
/* What POSIX leaves open. */
static const struct {
	const char *regex, *data;
	bool found;
} glibc_cases[] = {
	{ "a+)|b", "xb", true },
	{ "a+)|b", "xa", false },
	{ "a+)|b", "xaa)", true },
	{ "\\<on+\\>", "once on time", true },
	{ "\\<on+\\>", "once upon", false },
	{ "\\bo.*\\b", "xo", false },
};
#endif

static bool matches(const char *regex, const void *data, size_t len)
{
	struct err err = { 0 };
	struct until *u = until_new("--until", regex, &err);

	cr_assert(u, "%s", err.line);

	uint8_t *copy = guard_copy(data, len + 1);
	copy[len] = 'z';
	bool found = until_matches(u, copy, len);

	cr_assert_eq(until_matches(u, copy, len), found, "and again");
	cr_assert_eq(copy[len], 'z', "put back");
	cr_assert_eq(memcmp(copy, data, len), 0);
	if (len == 0)
		cr_assert_eq(until_matches(u, NULL, 0), found);
	until_free(u);
	return found;
}

static void check_cases(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_assert_eq(
			matches(cases[i].regex, cases[i].data, cases[i].len),
			cases[i].found, "case %zu: %s", i, cases[i].regex);
#ifdef __GLIBC__
	for (size_t i = 0; i < sizeof glibc_cases / sizeof *glibc_cases; i++)
		cr_assert_eq(matches(glibc_cases[i].regex, glibc_cases[i].data,
				     strlen(glibc_cases[i].data)),
			glibc_cases[i].found, "%s", glibc_cases[i].regex);
#endif
}

Test(until, finds)
{
	check_cases();
}

Test(until, whatever_the_locale_is)
{
	cr_assert(setlocale(LC_ALL, "C"));
	check_cases();
	cr_assert_str_eq(setlocale(LC_ALL, NULL), "C");
	if (setlocale(LC_ALL, "C.UTF-8"))
		check_cases();

	/* A thread's own locale comes back too. */
	locale_t own = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	uselocale(own);
	check_cases();
	cr_assert_eq(uselocale((locale_t)0), own);
	uselocale(LC_GLOBAL_LOCALE);
	freelocale(own);
}

/* Each start of the message, cut within its characters too, against the
 * system's plain search. */
Test(until, every_cut)
{
	static const char *const regexes[] = { "a.*b", "b", "^a", "a$", "a+b$",
		"(a|b)*$", "^.*$", "a(.*b|.*c)+$", "x*", "a\\.*$", "^(a.*)?$" };
	static const char text[] = "x" E_ACUTE "a." KANJI "\nab.c" KANJI "ab";

	cr_assert(setlocale(LC_ALL, "C.UTF-8"));
	for (size_t i = 0; i < sizeof regexes / sizeof *regexes; i++) {
		regex_t plain;

		cr_assert_eq(
			regcomp(&plain, regexes[i], REG_EXTENDED | REG_NOSUB),
			0);
		for (size_t len = 0; len < sizeof text; len++) {
			char cut[sizeof text];

			memcpy(cut, text, len);
			cut[len] = '\0';
			/* It takes the start of a character for nothing. */
			if (mbstowcs(NULL, cut, 0) == (size_t)-1)
				continue;
			cr_assert_eq(matches(regexes[i], text, len),
				regexec(&plain, cut, 0, NULL, 0) == 0, "%s: %s",
				regexes[i], cut);
		}
		regfree(&plain);
	}
}

static void check_long(const char *regex, uint8_t *data, size_t len, bool found)
{
	struct err err;
	struct until *u = until_new("--until", regex, &err);
	uint8_t last = data[len - 1];

	cr_assert_not(until_matches(u, data, len), "%s", regex);
	data[len - 1] = 'x';
	cr_assert_eq(until_matches(u, data, len), found, "%s", regex);
	data[len - 1] = last;
	until_free(u);
}

/* Hours, where the search is begun anew at every place, or with ever new
 * states. */
Test(until, long_messages, .timeout = 60)
{
	static const char *const regexes[] = { "a.*x", "a+x", "(aa)*x",
		"a[^y]*x", "a{2,}x", "a.{20}x" };
	size_t len = 256 * 1024;
	uint8_t *data = malloc(len + 1);
	uint32_t random = 1;

	memset(data, 'a', len + 1);
	for (size_t i = 0; i < sizeof regexes / sizeof *regexes; i++)
		check_long(regexes[i], data, len, true);
	check_long("a.*\u00e9", data, len, false);

	for (size_t i = 0; i < len; i++) {
		random = random * 1664525 + 1013904223;
		data[i] = random >> 31 ? 'a' : 'b';
	}
	data[len - 22] = 'a';
	check_long("a.{20}x", data, len, true);
	free(data);
}

Test(until, no_expression)
{
	static const char *const regexes[] = { "[a", "(a", "a{2", "*", "a\\",
		"[[:nothing:]]", ("[" E_ACUTE), "x{2,1}" };
	struct err err = { 0 };

	cr_assert_null(until_new("--until", "[a", &err));
	cr_assert_eq(err.kind, ERR_USAGE);
#ifdef __GLIBC__
	cr_assert_str_eq(err.line, "--until [a: not a regular expression: "
				   "Unmatched [, [^, [:, [., or [= "
				   "(POSIX extended, as in grep -E)");
#endif
	for (size_t i = 0; i < sizeof regexes / sizeof *regexes; i++) {
		char start[64];

		err = (struct err){ 0 };
		cr_assert_null(until_new("--until", regexes[i], &err), "%s",
			regexes[i]);
		cr_assert_eq(err.kind, ERR_USAGE);
		snprintf(start, sizeof start,
			"--until %s: not a regular expression: ", regexes[i]);
		cr_assert_eq(strncmp(err.line, start, strlen(start)), 0, "%s",
			err.line);
		cr_assert(strstr(err.line, "as in grep -E)"), "%s", err.line);
	}
	until_free(NULL);
}

/* Of an expression that is long enough to fill the line the end is left out,
 * and not the cause. */
Test(until, long_expressions)
{
	static char regex[5000];
	struct err err;

	memset(regex, 'x', sizeof regex - 1);
	cr_assert(matches(regex, regex, sizeof regex - 1));
	cr_assert_not(matches(regex, regex, sizeof regex - 2));
	regex[0] = '(';
	cr_assert_null(until_new("--until", regex, &err));
	cr_assert(strstr(err.line, "as in grep -E)"), "%s", err.line);
}
