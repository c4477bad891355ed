#define _GNU_SOURCE

#include "http/netrc.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

struct answer {
	bool found;
	char *user, *password;
	struct err err;
};

/* The text ends at an unreadable page, without a NUL. */
static struct answer find(
	const char *text, size_t len, const char *host, const char *wanted)
{
	struct answer a = { .err = { ERR_USAGE, "old" } };
	const char *p = (char *)guard_copy(text, len);

	a.found =
		netrc_find(p, len, host, wanted, &a.user, &a.password, &a.err);
	return a;
}

static void release(struct answer *a)
{
	free(a->user);
	free(a->password);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* user is NULL where nothing is to be found. */
struct item {
	const char *text, *host, *wanted;
	const char *user, *password;
};

#define H "machine h login u password p"

static const struct item items[] = {
	{ "", "h", NULL, NULL, NULL },
	{ " \r\n\t\n", "h", NULL, NULL, NULL },
	{ H, "h", NULL, "u", "p" },
	{ H "\n", "h", NULL, "u", "p" },
	{ H, "g", NULL, NULL, NULL },
	{ H, "h.", NULL, NULL, NULL },
	{ H, "x.h", NULL, NULL, NULL },
	{ "machine\nh\nlogin\nu\npassword\np\n", "h", NULL, "u", "p" },
	{ "\tmachine\th\r\n\tlogin u\r\n\tpassword p\r\n", "h", NULL, "u",
		"p" },
	{ "MACHINE h Login u pAssword p", "h", NULL, "u", "p" },
	{ "machine H.Example login u password p", "h.eXample", NULL, "u", "p" },
	{ "machine ::1 login u password p", "::1", NULL, "u", "p" },
	{ "machine h login u account a password p", "h", NULL, "u", "p" },
	{ "machine h account login login u", "h", NULL, "u", "" },
	{ "machine h password p login u", "h", NULL, "u", "p" },
	{ "machine h login U password P", "h", NULL, "U", "P" },
	{ "machine h login login password password", "h", NULL, "login",
		"password" },
	{ "machine h login machine password default", "h", NULL, "machine",
		"default" },
	{ "machine machine login u password p", "machine", NULL, "u", "p" },
	{ "machine default login u password p", "h", NULL, NULL, NULL },
	{ "machine h login \xc3\xa9 password \xff\x01", "h", NULL, "\xc3\xa9",
		"\xff\x01" },
	{ "machine h login u:v password a\\nb\"c\"", "h", NULL, "u:v",
		"a\\nb\"c\"" },
	/* no password, no login, neither */
	{ "machine h login u", "h", NULL, "u", "" },
	{ "machine h login u machine g password p", "h", NULL, "u", "" },
	{ "machine h", "h", NULL, NULL, NULL },
	{ "machine h password p", "h", NULL, NULL, NULL },
	{ "machine h password p", "h", "u", NULL, NULL },
	{ "machine h password p\nmachine h login u", "h", NULL, "u", "" },
	{ "machine h password p\n" H, "h", NULL, "u", "p" },
	{ "machine h machine g login u password p", "h", NULL, NULL, NULL },
	{ "login u password p", "h", NULL, NULL, NULL },
	{ "login u password p machine h", "h", NULL, NULL, NULL },
	/* several machines */
	{ "machine g login a password b\n" H, "h", NULL, "u", "p" },
	{ H "\nmachine g login a password b", "h", NULL, "u", "p" },
	{ H "\nmachine h login a password b", "h", NULL, "u", "p" },
	{ H "\nmachine h login a password b", "h", "a", "a", "b" },
	{ H "\nmachine h login u password b", "h", "u", "u", "p" },
	{ H "\nmachine h login a password b", "h", "x", NULL, NULL },
	{ H "\nmachine g login x password b", "h", "x", NULL, NULL },
	{ H, "h", "u", "u", "p" },
	{ H, "h", "U", NULL, NULL },
	{ H, "h", "uu", NULL, NULL },
	{ H, "h", "", NULL, NULL },
	{ "machine h login uu password p", "h", "u", NULL, NULL },
	/* several logins */
	{ H " login a password b", "h", NULL, "u", "p" },
	{ H " login a password b", "h", "a", "a", "b" },
	{ H " login a password b", "h", "u", "u", "p" },
	{ H " login a", "h", "a", "a", "" },
	{ "machine h password p login u password b login a", "h", NULL, "u",
		"p" },
	{ "machine h password p login u password b login a", "h", "a", "a",
		"b" },
	{ "machine h login a login u password p", "h", NULL, "u", "p" },
	{ "machine h password a password p login u", "h", NULL, "u", "p" },
	/* default */
	{ "default login u password p", "h", NULL, "u", "p" },
	{ "DEFAULT login u password p", "h", NULL, "u", "p" },
	{ "default login u password p", "h", "u", "u", "p" },
	{ "default login u password p", "h", "x", NULL, NULL },
	{ "default password p", "h", NULL, NULL, NULL },
	{ "default login u", "h", NULL, "u", "" },
	{ "machine g login a password b default login u password p", "h", NULL,
		"u", "p" },
	{ H "\ndefault login a password b", "h", NULL, "u", "p" },
	{ "default login a password b\n" H, "h", NULL, "u", "p" },
	{ H "\ndefault login a password b", "h", "a", "a", "b" },
	{ "machine h\ndefault login a password b", "h", NULL, "a", "b" },
	{ "machine h password p\ndefault login a", "h", NULL, "a", "" },
	{ "default login a password b\ndefault login u password p", "h", NULL,
		"a", "b" },
	{ "default login a password b\ndefault login u password p", "h", "u",
		"u", "p" },
	/* quotes */
	{ "machine \"h\" login \"u\" password \"p\"", "h", NULL, "u", "p" },
	{ "\"machine\" h \"login\" u \"password\" p", "h", NULL, "u", "p" },
	{ "machine h login \"a b\" password \"\tc d \"", "h", NULL, "a b",
		"\tc d " },
	{ "machine h login \"\" password \"\"", "h", NULL, "", "" },
	{ "machine h login \"\"", "h", "", "", "" },
	{ "machine h login u password \"\\\"\\\\\\n\\r\\t\"", "h", NULL, "u",
		"\"\\\n\r\t" },
	{ "machine h login u password \"\\a\\N\\0\\ \"", "h", NULL, "u",
		"aN0 " },
	{ "machine h login u password \"\\\\\"", "h", NULL, "u", "\\" },
	{ "machine h login u password \"\\\\\\\"\"", "h", NULL, "u", "\\\"" },
	{ "machine h login u password \"#p\"", "h", NULL, "u", "#p" },
	{ "machine \"\\h\" login \"a\\\"b\"", "h", "a\"b", "a\"b", "" },
	{ "machine h login \"u\"\npassword \"p\"\r\n", "h", NULL, "u", "p" },
	{ "machine h login u\\ password \\", "h", NULL, "u\\", "\\" },
	/* comments */
	{ "# machine h login a password b\n" H, "h", NULL, "u", "p" },
	{ " \t#\"\n" H, "h", NULL, "u", "p" },
	{ "#\n#\r\n#", "h", NULL, NULL, NULL },
	{ "machine h\n#login a\nlogin u\n #password b\npassword p\n#", "h",
		NULL, "u", "p" },
	{ "machine h login\n# a\nu password p", "h", NULL, "u", "p" },
	{ "machine h login u password #p", "h", NULL, "u", "#p" },
	{ "machine h login #u password p#", "h", NULL, "#u", "p#" },
	{ "machine h # login a\nlogin u password p # \"", "h", NULL, "u", "p" },
	/* macros */
	{ "macdef m\nmachine h login a password b\n\n" H, "h", NULL, "u", "p" },
	{ "macdef m\n\"\n" H "\n \t\r\n" H, "h", NULL, "u", "p" },
	{ "macdef m\n\n" H, "h", NULL, "u", "p" },
	{ "macdef m\n" H, "h", NULL, NULL, NULL },
	{ "macdef m\n" H "\n", "h", NULL, NULL, NULL },
	{ "macdef\n\n" H, "h", NULL, "u", "p" },
	{ "macdef", "h", NULL, NULL, NULL },
	{ "MACDEF m", "h", NULL, NULL, NULL },
	{ H "\nmacdef m\nput a\n\nmachine g login x password y", "h", NULL, "u",
		"p" },
	{ "machine h login u\nmacdef m\nput a\n\npassword p", "h", NULL, "u",
		"p" },
	{ "machine h login macdef password macdef\n\n", "h", NULL, "macdef",
		"macdef" },
	/* words that are no keywords */
	{ "foo bar " H, "h", NULL, "u", "p" },
	{ "machine h port 80 login u x password p", "h", NULL, "u", "p" },
	{ "machines h login u password p", "h", NULL, NULL, NULL },
	{ "machine h logi u passwords p", "h", NULL, NULL, NULL },
};

Test(netrc, finds)
{
	for (size_t i = 0; i < N(items); i++) {
		const struct item *c = &items[i];
		struct answer a =
			find(c->text, strlen(c->text), c->host, c->wanted);

		cr_expect_eq(a.found, c->user != NULL, "%s: %s", c->text,
			a.err.line);
		cr_expect_eq(
			a.err.kind, ERR_NONE, "%s: %s", c->text, a.err.line);
		cr_expect(same(a.user, c->user), "%s: user %s", c->text,
			a.user ? a.user : "(none)");
		cr_expect(same(a.password, c->password), "%s: password %s",
			c->text, a.password ? a.password : "(none)");
		release(&a);
	}
}

#define WHERE "reading netrc, line "
#define OPEN                                                                   \
	": a word in quotes has no closing quote (write \\\" for a quote "     \
	"inside)"
#define BEHIND                                                                 \
	": no blank after a closing quote (write \\\" for a quote inside)"
#define VALUE ": the last keyword has no value"
#define NUL ": a NUL byte"
#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *text;
	size_t len;
	const char *line;
} faults[] = {
	{ TEXT("\""), WHERE "1" OPEN },
	{ TEXT("machine h login u password \"p"), WHERE "1" OPEN },
	{ TEXT("machine h login u password \"p\\"), WHERE "1" OPEN },
	{ TEXT("machine h login u password \"p\\\""), WHERE "1" OPEN },
	{ TEXT("machine h login u\npassword \"p\n\""), WHERE "2" OPEN },
	{ TEXT("machine h login u\npassword \"p\\\n\""), WHERE "2" OPEN },
	{ TEXT(H "\n\n#\"\nmachine \"g"), WHERE "4" OPEN },
	{ TEXT("macdef m\na\nb\n\nmachine \"g"), WHERE "5" OPEN },
	{ TEXT("machine h login\n\n#\n\"p"), WHERE "4" OPEN },
	{ TEXT("machine h login u password \"p\"q"), WHERE "1" BEHIND },
	{ TEXT("machine h login u password \"p\"\"q\""), WHERE "1" BEHIND },
	{ TEXT("machine h login u password \"p\"#"), WHERE "1" BEHIND },
	{ TEXT("machine"), WHERE "1" VALUE },
	{ TEXT(H "\nmachine\n"), WHERE "2" VALUE },
	{ TEXT("machine h login"), WHERE "1" VALUE },
	{ TEXT("machine h\nlogin u\npassword\n\n# p\n"), WHERE "3" VALUE },
	{ TEXT("machine h login u account "), WHERE "1" VALUE },
	{ TEXT("machine g login"), WHERE "1" VALUE },
	{ TEXT("\0"), WHERE "1" NUL },
	{ TEXT(H "\n\n\0"), WHERE "3" NUL },
	{ TEXT("machine h login u password p\0q"), WHERE "1" NUL },
	{ TEXT("machine h login u password \"p\0\""), WHERE "1" NUL },
	{ TEXT("machine h login u password \"p\\\0\""), WHERE "1" NUL },
	{ TEXT("m\0a\0c\0h\0i\0n\0e\0"), WHERE "1" NUL },
};

Test(netrc, faults)
{
	for (size_t i = 0; i < N(faults); i++) {
		struct answer a =
			find(faults[i].text, faults[i].len, "h", NULL);

		cr_expect_not(a.found, "%s", faults[i].text);
		cr_expect_eq(a.err.kind, ERR_INPUT, "%s", faults[i].text);
		cr_expect_str_eq(a.err.line, faults[i].line);
		cr_expect(!a.user && !a.password, "%s", faults[i].text);
		release(&a);
	}
}

/* A text cut short is an error or gives all of an answer, for that user. */
Test(netrc, cuts)
{
	for (size_t i = 0; i < N(items); i++)
		for (size_t n = 0; n < strlen(items[i].text); n++) {
			const struct item *c = &items[i];
			struct answer a = find(c->text, n, c->host, c->wanted);

			cr_expect(a.err.kind == ERR_NONE ||
				  (a.err.kind == ERR_INPUT && !a.found));
			cr_expect_eq(a.found, a.user && a.password);
			if (a.user && c->wanted)
				cr_expect_str_eq(a.user, c->wanted);
			release(&a);
		}
	for (size_t i = 0; i < N(faults); i++)
		for (size_t n = 0; n < faults[i].len; n++) {
			struct answer a = find(faults[i].text, n, "h", "x");

			cr_expect_not(a.found);
			release(&a);
		}
}

/* No byte of a password is in a line that says what is wrong. */
Test(netrc, line_has_no_secret)
{
	static const char text[] =
		"machine h login u password S3CR3T password \"S3CR3T\nS3CR3T";

	for (size_t n = 0; n < sizeof(text); n++) {
		struct answer a = find(text, n, "h", NULL);

		cr_expect_null(strstr(a.err.line, "S3"), "%s", a.err.line);
		release(&a);
	}
}

Test(netrc, long_texts)
{
	enum { SIZE = 1 << 18, BEFORE = 27 };
	static char text[SIZE];

	for (const char *c = "a\\\n \t\r#"; *c; c++) {
		memset(text, *c, SIZE);
		memcpy(text, "machine h login u password ", BEFORE);
		text[SIZE - 2] = ' ';
		text[SIZE - 1] = 'p';

		struct answer a = find(text, SIZE, "h", NULL);
		bool is_word = strchr("a\\#", *c) != NULL;

		cr_assert(a.found, "%s", a.err.line);
		cr_expect_eq(strlen(a.password),
			is_word ? (size_t)SIZE - BEFORE - 2 : 1);
		release(&a);
	}
	for (size_t i = 0; i + 8 <= SIZE; i += 8)
		memcpy(text + i, "default ", 8);

	struct answer a = find(text, SIZE, "h", NULL);

	cr_expect(!a.found && a.err.kind == ERR_NONE);
	memset(text, '"', SIZE);
	a = find(text, SIZE, "h", NULL);
	cr_expect(!a.found && a.err.kind == ERR_INPUT);
}
