#define _GNU_SOURCE /* unit/guard.h */
#include "unit/cookie_case.h"

static bool read_jar(
	struct cookie_jar *jar, const char *text, size_t len, struct err *err)
{
	return cookie_jar_read(
		jar, (char *)guard_copy(text, len), len, NOW, err);
}

/* A file, and what requests get then. */
Test(cookie_file, reads)
{
	static const struct {
		const char *text, *to, *want;
	} cases[] = {
		{ "", "ws://h.test/", NULL },
		{ "\n\r\n \t\n# h.test\tFALSE\t/\tFALSE\t0\ta\tb\n",
			"ws://h.test/", NULL },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\tb", "ws://h.test/", "a=b" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\tb\r\n", "ws://h.test/",
			"a=b" },
		{ "H.Test\tfalse\t/\tfalse\t0\ta\tb\n", "ws://h.test/", "a=b" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\tb\n", "ws://x.h.test/",
			NULL },
		{ ".h.test\tFALSE\t/\tFALSE\t0\ta\tb\n", "ws://x.h.test/",
			NULL },
		{ ".h.test\tTRUE\t/\tFALSE\t0\ta\tb\n", "ws://x.h.test/",
			"a=b" },
		{ "h.test\tTRUE\t/\tFALSE\t0\ta\tb\n", "ws://x.h.test/",
			"a=b" },
		{ "#HttpOnly_h.test\tFALSE\t/\tFALSE\t0\ta\tb\n",
			"ws://h.test/", "a=b" },
		{ "#HttpOnly_.h.test\tTRUE\t/\tTRUE\t0\ta\tb\n",
			"wss://x.h.test/", "a=b" },
		{ "h.test\tFALSE\t/\tTRUE\t0\ta\tb\n", "ws://h.test/", NULL },
		{ "h.test\tFALSE\t/x\tFALSE\t0\ta\tb\n", "ws://h.test/", NULL },
		{ "h.test\tFALSE\t/\tFALSE\t1699999999\ta\tb\n", "ws://h.test/",
			NULL },
		{ "h.test\tFALSE\t/\tFALSE\t1700000001\ta\tb\n", "ws://h.test/",
			"a=b" },
		{ "h.test\tFALSE\t/\tFALSE\t18446744073709551617\ta\tb\n",
			"ws://h.test/", "a=b" },
		{ "h.test\tFALSE\t/\tFALSE\t\ta\tb\n", "ws://h.test/", "a=b" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\t\n", "ws://h.test/", "a=" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\n", "ws://h.test/", "a=" },
		{ "h.test\tFALSE\t/\tFALSE\t0\t\tb\n", "ws://h.test/", "b" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\t1\n"
		  "h.test\tFALSE\t/\tFALSE\t0\ta\t2\n",
			"ws://h.test/", "a=2" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\t1\n"
		  "h.test\tFALSE\t/\tFALSE\t1\ta\t2\n",
			"ws://h.test/", NULL },
		{ "h.test\tFALSE\tx\tFALSE\t0\ta\tb\n", "ws://h.test/", "a=b" },
		{ "h.test\tFALSE\t\tFALSE\t0\ta\tb\n", "ws://h.test/", "a=b" },
		{ "::1\tFALSE\t/\tFALSE\t0\ta\tb\n", "ws://[::1]/", "a=b" },
		{ "0.0.1\tTRUE\t/\tFALSE\t0\ta\tb\n", "ws://10.0.0.1/", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i].text;
		struct cookie_jar jar = { 0 };
		struct err err = { 0 };

		cr_expect(read_jar(&jar, text, strlen(text), &err), "%s: %s",
			text, err.line);
		expect_header(&jar, cases[i].to, cases[i].want);
		cr_expect_not(jar.changed);
		cookie_jar_release(&jar);
		for (size_t n = 0; n < strlen(text); n++) {
			read_jar(&jar, text, n, &err);
			cookie_jar_release(&jar);
		}
	}
}

Test(cookie_file, refuses)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "a=b\n", "line 1 is no cookie in the Netscape format: not "
			   "seven fields with tabs between them" },
		{ "# x\n\nSet-Cookie: a=b", "line 3 is" },
		{ "h.test FALSE / FALSE 0 a b\n", "seven fields" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\tb\tc\n", "a control" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\tb\rc\n", "a control" },
		{ "h.test\tFALSE\t/\tFALSE\t0\ta\tb\x7f\n", "a control" },
		{ "h.t\x1b\tFALSE\t/\tFALSE\t0\ta\tb\n", "a control" },
		{ "\tFALSE\t/\tFALSE\t0\ta\tb\n", "no domain" },
		{ ".\tFALSE\t/\tFALSE\t0\ta\tb\n", "no domain" },
		{ "#HttpOnly_\tFALSE\t/\tFALSE\t0\ta\tb\n", "no domain" },
		{ "h.test\t1\t/\tFALSE\t0\ta\tb\n", "the second" },
		{ "h.test\t\t/\tFALSE\t0\ta\tb\n", "the second" },
		{ "h.test\tFALSE\t/\tyes\t0\ta\tb\n", "the fourth" },
		{ "h.test\tFALSE\t/\tFALSE\t-1\ta\tb\n", "the fifth" },
		{ "h.test\tFALSE\t/\tFALSE\t1.5\ta\tb\n", "the fifth" },
		{ "h.test\tFALSE\t/\tFALSE\t0\t\t\n", "no name" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = cases[i].text;
		struct cookie_jar jar = { 0 };
		struct err err = { 0 };

		cr_expect_not(
			read_jar(&jar, text, strlen(text), &err), "%s", text);
		cr_expect_eq(err.kind, ERR_INPUT);
		cr_expect(strstr(err.line, cases[i].why), "%s: %s", text,
			err.line);
		cr_expect_eq(jar.n, 0);
		cookie_jar_release(&jar);
	}
}

Test(cookie_file, nul_is_a_control_character)
{
	static const char text[] = "h.test\tFALSE\t/\tFALSE\t0\ta\tb\0c\n";
	struct cookie_jar jar = { 0 };
	struct err err = { 0 };

	cr_expect_not(read_jar(&jar, text, sizeof(text) - 1, &err));
	cr_expect(strstr(err.line, "a control"), "%s", err.line);
	cookie_jar_release(&jar);
}

Test(cookie_file, writes)
{
	static const char want[] =
		"h.test\tFALSE\t/\tFALSE\t0\ta\tb\n"
		".h.test\tTRUE\t/x\tFALSE\t1700000009\tc\t\n"
		"#HttpOnly_h.test\tFALSE\t/\tTRUE\t253402300799\td\te f\n";
	struct cookie_jar jar = { 0 }, again = { 0 };
	char *text, *twice;
	struct err err;
	size_t len;

	set_all(&jar, "wss://h.test/y",
		"gone=1; Max-Age=1\n"
		"a=b\nc=; Path=/x; Domain=H.test; Max-Age=9\n"
		"gone=1; Max-Age=0\n"
		"d=e f; Secure; HttpOnly; Max-Age=999999999999999");
	text = cookie_jar_write(&jar, NOW, &len);
	cr_assert_eq(strlen(text), len);
	cr_assert_eq(strncmp(text, "# Netscape HTTP Cookie File\n", 28), 0);
	cr_assert(strstr(text, "\n\n"));
	cr_assert_str_eq(strstr(text, "\n\n") + 2, want);

	cr_assert(read_jar(&again, text, len, &err), "%s", err.line);
	twice = cookie_jar_write(&again, NOW, &len);
	cr_assert_str_eq(twice, text);
	free(twice);
	twice = cookie_jar_write(&again, NOW + 9, &len);
	cr_assert_not(strstr(twice, ".h.test"));
	free(twice);
	free(text);
	cookie_jar_release(&again);
	cookie_jar_release(&jar);
}
