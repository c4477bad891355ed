#include "http/secret.h"

#include "http/head.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "authorization", "cookie", "set-cookie",
	"proxy-authorization", "proxy-authenticate" };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The length of "Name:" where that is a secret's, else 0. */
static size_t secret_name(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	if (!colon)
		return 0;

	size_t n = (size_t)(colon - line);

	while (n > 0 && is_blank(line[n - 1]))
		n--;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (http_span_is((struct http_span){ line, n }, names[i]))
			return (size_t)(colon - line) + 1;
	return 0;
}

size_t http_secret_shown(bool *folds, const char *line, size_t len)
{
	if (*folds && len > 0 && is_blank(line[0]))
		return 0;

	size_t name = secret_name(line, len);

	*folds = name > 0;
	return *folds ? name : len;
}

char *http_secret_blank(const char *head, size_t len)
{
	static const char blank[] = " ***";
	/* No line grows by more than it has: each has a name. */
	char *out = malloc(2 * len + 1), *p = out;
	bool folds = false;

	if (!out)
		abort();
	while (len > 0) {
		const char *newline = memchr(head, '\n', len);
		size_t whole = newline ? (size_t)(newline - head) + 1 : len;
		size_t n = newline ? whole - 1 : whole, shown;

		if (n > 0 && head[n - 1] == '\r')
			n--;
		shown = http_secret_shown(&folds, head, n);
		memcpy(p, head, shown);
		p += shown;
		if (folds && shown > 0) {
			memcpy(p, blank, sizeof(blank) - 1);
			p += sizeof(blank) - 1;
		}
		if (!folds || shown > 0) {
			memcpy(p, head + n, whole - n);
			p += whole - n;
		}
		head += whole;
		len -= whole;
	}
	*p = 0;
	return out;
}
