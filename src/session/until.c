#define _GNU_SOURCE /* REG_STARTEND */
#include "session/until.h"

#include "ws/utf8.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* An expression under a locale. */
struct pattern {
	bool ready;
	locale_t locale;
	regex_t regex;
};

struct until {
	struct pattern text;  /* characters; not ready: bytes will do */
	struct pattern bytes; /* for what is no UTF-8 */
};

enum { FLAGS = REG_EXTENDED | REG_NOSUB };

/* Any text, up to a match: characters, where NUL is not asked about, and
 * bytes. */
#define ANY_TEXT "^.*"
#define ANY_BYTES "^([^a]|a)*"

static bool is_special(char c)
{
	return c && strchr("\\.[]()*+?{}|^$/\"-", c);
}

/* Whether bytes give the same answer as characters for every valid text: no
 * part of the expression stands for exactly one character. That is so for
 * most that are used, and bytes are several times as fast in glibc and take no
 * memory. */
static bool same_in_bytes(const char *p)
{
	for (; *p; p++) {
		if (*p == '\\' && is_special(p[1]))
			p++;
		else if (*p == '\\' || *p == '[' || (unsigned char)*p >= 0x80)
			return false;
		else if (*p == '.' && p[1] != '*')
			return false;
	}
	return true;
}

static bool has_back_reference(const char *p)
{
	for (; *p; p++)
		if (*p == '\\' && *++p >= '1' && *p <= '9')
			return true;
	return false;
}

/* Compiles before + expression + after: 0, or regcomp()'s error. */
static int compile_inside(regex_t *r, const char *before,
	const char *expression, const char *after)
{
	size_t n = strlen(before) + strlen(expression) + strlen(after) + 1;
	char *all = malloc(n);

	if (!all)
		abort();
	snprintf(all, n, "%s%s%s", before, expression, after);

	int rc = regcomp(r, all, FLAGS);

	free(all);
	return rc;
}

/* Whether a match may be of any length. It may say so of one that may not. */
static bool is_unbounded(const char *p)
{
	return strpbrk(p, "*+") || strstr(p, ",}");
}

/* Whether there may be a "^" that is not the one of "[^". */
static bool has_caret(const char *p)
{
	const char *at = p;

	while ((at = strchr(at, '^')) && at > p && at[-1] == '[')
		at++;
	return at;
}

/*
 * Puts an expression that finds its match from the text's start in place of
 * one that is tried at every place, each time up to the text's end: with
 * "a.*b" a peer that sends a million times "a" would keep glibc busy for
 * hours. Left as they are:
 *
 * - Those whose matches are short. There is no need, and it would do harm: the
 *   matches of "a.{20}b" that are under way at once are many, and glibc makes
 *   a state of each set of them.
 * - Those with "^", which behind other parts matches after a newline in glibc.
 *   Most of them begin with it, and are tried once.
 * - Those with back-references: groups are counted anew. And those in which a
 *   ")" has no "(" and is a plain character.
 */
static void anchor(regex_t *r, const char *expression, const char *any)
{
	char before[sizeof(ANY_BYTES) + 1];
	regex_t other;

	if (!is_unbounded(expression) || has_caret(expression) ||
		has_back_reference(expression))
		return;
	if (compile_inside(&other, "(", expression, "") == 0) {
		regfree(&other);
		return;
	}
	snprintf(before, sizeof(before), "%s(", any);
	if (compile_inside(&other, before, expression, ")") == 0) {
		regfree(r);
		*r = other;
	}
}

/* Under the locale that is in use. */
static int compile(regex_t *r, const char *expression, const char *any)
{
	/* Some systems take no empty expression. */
	int rc = regcomp(r, *expression ? expression : "^", FLAGS);

	if (rc == 0)
		anchor(r, *expression ? expression : "^", any);
	return rc;
}

/* Whether there is such a locale, and for characters it is one of UTF-8; then
 * *rc is 0 and p is ready, or regcomp()'s error, in words at why. */
static bool try_locale(struct pattern *p, const char *name,
	const char *expression, bool characters, int *rc, char *why, size_t cap)
{
	locale_t locale = newlocale(LC_ALL_MASK, name, (locale_t)0);

	if (!locale)
		return false;
	if (characters &&
		strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0) {
		freelocale(locale);
		return false;
	}

	locale_t before = uselocale(locale);

	*rc = compile(&p->regex, expression, characters ? ANY_TEXT : ANY_BYTES);
	if (*rc != 0)
		regerror(*rc, NULL, why, cap);
	uselocale(before);
	p->ready = *rc == 0;
	if (p->ready)
		p->locale = locale;
	else
		freelocale(locale);
	return true;
}

/* False where the expression is none, with why. True, and p not ready, where
 * no locale has UTF-8. */
static bool compile_text(
	struct pattern *p, const char *expression, char *why, size_t cap)
{
	/* C.UTF-8 can't do ranges such as [α-ω] in glibc: the others may. */
	static const char *const names[] = { "C.UTF-8", "en_US.UTF-8", "" };
	bool fits = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int rc;

		if (!try_locale(p, names[i], expression, true, &rc, why, cap))
			continue;
		fits = rc == 0;
		if (rc != REG_ECOLLATE)
			break;
	}
	return fits;
}

struct until *until_new(const char *what, const char *regex, struct err *err)
{
	struct until *u = calloc(1, sizeof(*u));
	char why[160] = "out of memory", ignored[160];
	int rc;

	if (!u)
		abort();
	if (!same_in_bytes(regex) &&
		!compile_text(&u->text, regex, why, sizeof(why)))
		goto fail;
	/* An expression of characters may be none of bytes: then what is no
	 * UTF-8 is looked at as text, too. */
	try_locale(&u->bytes, "C", regex, false, &rc,
		u->text.ready ? ignored : why, sizeof(why));
	if (u->text.ready || u->bytes.ready)
		return u;
fail:
	until_free(u);
	err_set(err, ERR_USAGE,
		"%s %.200s: not a regular expression: %s "
		"(POSIX extended, as in grep -E)",
		what, regex, why);
	return NULL;
}

static void pattern_release(struct pattern *p)
{
	if (!p->ready)
		return;
	regfree(&p->regex);
	freelocale(p->locale);
}

void until_free(struct until *u)
{
	if (!u)
		return;
	pattern_release(&u->text);
	pattern_release(&u->bytes);
	free(u);
}

static bool is_text(const uint8_t *data, size_t len)
{
	struct utf8 state = UTF8_START;

	return !memchr(data, '\0', len) && utf8_check(&state, data, len) &&
	       utf8_complete(&state);
}

static bool pattern_matches(
	struct pattern *p, char *text, size_t len, int flags)
{
	locale_t before = uselocale(p->locale);
	char last = text[len];

	text[len] = '\0';
#ifdef REG_STARTEND
	regmatch_t whole = { .rm_so = 0, .rm_eo = (regoff_t)len };
	int rc = regexec(&p->regex, text, 0, &whole, flags | REG_STARTEND);
#else
	int rc = regexec(&p->regex, text, 0, NULL, flags);
#endif
	text[len] = last;
	uselocale(before);
	return rc == 0;
}

bool until_matches(struct until *u, uint8_t *data, size_t len)
{
	struct pattern *p = &u->bytes;
	uint8_t nothing = 0;
	int flags = 0;

	if (len == 0)
		data = &nothing;
	/* An offset is an int in many systems. */
	if (len > INT_MAX) {
		len = INT_MAX;
		flags = REG_NOTEOL;
	}
	if (u->text.ready && (!p->ready || is_text(data, len)))
		p = &u->text;
	return pattern_matches(p, (char *)data, len, flags);
}
