#define _GNU_SOURCE /* REG_STARTEND */
#include "session/ignore.h"

#include <limits.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct ignore {
	regex_t regex;
};

struct ignore *ignore_new(const char *what, const char *regex, struct err *err)
{
	struct ignore *i = calloc(1, sizeof(*i));
	char why[160];
	int rc;

	if (!i)
		abort();
	rc = regcomp(&i->regex, regex, REG_EXTENDED);
	if (rc == 0)
		return i;
	regerror(rc, &i->regex, why, sizeof(why));
	free(i);
	err_set(err, ERR_USAGE,
		"%s %.200s: not a regular expression: %s "
		"(POSIX extended, as in grep -E)",
		what, regex, why);
	return NULL;
}

void ignore_free(struct ignore *i)
{
	if (!i)
		return;
	regfree(&i->regex);
	free(i);
}

/* The first match from `at` on. */
static bool find(const struct ignore *i, const char *text, size_t at,
	size_t len, size_t *from, size_t *to)
{
	regmatch_t m = { .rm_so = (regoff_t)at, .rm_eo = (regoff_t)len };
	int flags = at > 0 ? REG_NOTBOL : 0;

#ifdef REG_STARTEND
	if (regexec(&i->regex, text, 1, &m, flags | REG_STARTEND) != 0)
		return false;
#else
	if (regexec(&i->regex, text + at, 1, &m, flags) != 0)
		return false;
	m.rm_so += (regoff_t)at;
	m.rm_eo += (regoff_t)at;
#endif
	*from = (size_t)m.rm_so;
	*to = (size_t)m.rm_eo;
	return true;
}

size_t ignore_strip(const struct ignore *i, uint8_t *data, size_t len)
{
	size_t at = 0, kept = 0, from, to;

	/* An offset is an int in many systems. */
	if (len > INT_MAX)
		return len;
	data[len] = 0;
	while (at < len && find(i, (const char *)data, at, len, &from, &to)) {
		/* One that matches nothing moves on by a byte. */
		if (to == from)
			to = from = from < len ? from + 1 : len;
		/* What is kept never reaches what is still looked at. */
		memmove(data + kept, data + at, from - at);
		kept += from - at;
		at = to;
	}
	memmove(data + kept, data + at, len - at);
	return kept + len - at;
}
