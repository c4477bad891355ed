#define _GNU_SOURCE /* REG_STARTEND */
#include "session/ignore.h"

#include <limits.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct ignore {
	regex_t regex;
	struct ignore *next;

	/* its next match in the message at hand; from SIZE_MAX: none */
	size_t from, to;
};

bool ignore_add(struct ignore **list, const char *what, const char *regex,
	struct err *err)
{
	struct ignore *i = calloc(1, sizeof(*i));
	char why[160];
	int rc;

	if (!i)
		abort();
	rc = regcomp(&i->regex, regex, REG_EXTENDED);
	if (rc == 0) {
		i->next = *list;
		*list = i;
		return true;
	}
	regerror(rc, &i->regex, why, sizeof(why));
	free(i);
	return err_set(err, ERR_USAGE,
		"%s %.200s: not a regular expression: %s "
		"(POSIX extended, as in grep -E)",
		what, regex, why);
}

void ignore_free(struct ignore *list)
{
	while (list) {
		struct ignore *next = list->next;

		regfree(&list->regex);
		free(list);
		list = next;
	}
}

/* Its first match from `at` on. */
static void find(struct ignore *i, const char *text, size_t at, size_t len)
{
	regmatch_t m = { .rm_so = (regoff_t)at, .rm_eo = (regoff_t)len };
	int flags = at > 0 ? REG_NOTBOL : 0;

	i->from = i->to = SIZE_MAX;
#ifdef REG_STARTEND
	if (regexec(&i->regex, text, 1, &m, flags | REG_STARTEND) != 0)
		return;
#else
	if (regexec(&i->regex, text + at, 1, &m, flags) != 0)
		return;
	m.rm_so += (regoff_t)at;
	m.rm_eo += (regoff_t)at;
#endif
	i->from = (size_t)m.rm_so;
	i->to = (size_t)m.rm_eo;
}

/* The first match of any from `at` on, of several there the longest. What was
 * found further on is still the first of its pattern. */
static bool find_any(struct ignore *list, const char *text, size_t at,
	size_t len, size_t *from, size_t *to)
{
	*from = *to = SIZE_MAX;
	for (struct ignore *i = list; i; i = i->next) {
		if (at == 0 || i->from < at)
			find(i, text, at, len);
		if (i->from < *from || (i->from == *from && i->to > *to)) {
			*from = i->from;
			*to = i->to;
		}
	}
	if (*from == SIZE_MAX)
		return false;
	/* One that matches nothing moves on by a byte. */
	if (*to == *from)
		*to = *from = *from < len ? *from + 1 : len;
	return true;
}

size_t ignore_strip(struct ignore *list, uint8_t *data, size_t len)
{
	size_t at = 0, kept = 0, from, to;

	/* An offset is an int in many systems. */
	if (len > INT_MAX)
		return len;
	data[len] = 0;
	while (at < len &&
		find_any(list, (const char *)data, at, len, &from, &to)) {
		/* What is kept never reaches what is still looked at. */
		memmove(data + kept, data + at, from - at);
		kept += from - at;
		at = to;
	}
	memmove(data + kept, data + at, len - at);
	return kept + len - at;
}

size_t ignore_place(struct ignore *list, uint8_t *data, size_t len, size_t left)
{
	size_t at = 0, kept = 0, from, to;

	if (len > INT_MAX)
		return left;
	data[len] = 0;
	while (at < len &&
		find_any(list, (const char *)data, at, len, &from, &to) &&
		kept + (from - at) <= left) {
		kept += from - at;
		at = to;
	}
	return at + (left - kept);
}
