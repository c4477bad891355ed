#define _GNU_SOURCE

#include "http/percent.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct http_span guarded(const char *text, size_t len)
{
	return (struct http_span){ (char *)guard_copy(text, len), len };
}

Test(percent, decode)
{
	static const struct {
		const char *text, *decoded; /* NULL: why says */
		const char *why;
	} cases[] = {
		{ "", "", NULL },
		{ "abc", "abc", NULL },
		{ "%41%7e%7E%c3%A9", "A~~\xc3\xa9", NULL },
		{ "%25%2541", "%%41", NULL },
		{ "\xc3\xa9", "\xc3\xa9", NULL },
		{ "a%20b", "a b", NULL },
		{ "%", NULL, "hexadecimal" },
		{ "a%4", NULL, "hexadecimal" },
		{ "%%41", NULL, "hexadecimal" },
		{ "%g1", NULL, "hexadecimal" },
		{ "%1g", NULL, "hexadecimal" },
		{ "%1\xff", NULL, "hexadecimal" },
		{ "%@1", NULL, "hexadecimal" },
		{ "% 1", NULL, "hexadecimal" },
		{ "%00", NULL, "control" },
		{ "a%1fb", NULL, "control" },
		{ "%7f", NULL, "control" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *why;
		size_t len = strlen(cases[i].text);
		char *out =
			http_percent_decode(guarded(cases[i].text, len), &why);

		if (cases[i].decoded) {
			cr_assert_not_null(out, "%s", cases[i].text);
			cr_expect_str_eq(out, cases[i].decoded);
		} else {
			cr_assert_null(out, "%s", cases[i].text);
			cr_expect(strstr(why, cases[i].why), "%s", why);
		}
		free(out);
		for (size_t n = 0; n < len; n++) {
			out = http_percent_decode(
				guarded(cases[i].text, n), &why);
			cr_expect_eq(!out, !!why);
			free(out);
		}
	}
}

static bool all(char c)
{
	(void)c;
	return true;
}

static bool blanks(char c)
{
	return c == ' ';
}

/* Every byte there and back, but for the control characters. */
Test(percent, encode)
{
	char *out = http_percent_encode("/", guarded("a b\xff ", 5), blanks);

	cr_expect_str_eq(out, "/a%20b\xff%20");
	free(out);
	for (int i = 0; i < 256; i++) {
		char c = (char)i, expected[8];
		const char *why;

		out = http_percent_encode("", guarded(&c, 1), all);
		snprintf(expected, sizeof(expected), "%%%02X", (unsigned)i);
		cr_expect_str_eq(out, expected);

		char *back = http_percent_decode(http_span_of(out), &why);

		cr_expect_eq(!back, http_is_control(c));
		cr_expect(!back || (back[0] == c && back[1] == '\0'));
		free(back);
		free(out);
	}
}
