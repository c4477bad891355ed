#include "http/percent.h"

#include "http/auth.h"

#include <stdlib.h>
#include <string.h>

static char *allocate(size_t n)
{
	char *p = malloc(n);

	if (!p)
		abort();
	return p;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that the three characters at p stand for, or -1. */
static int unescape(const char *p, size_t len)
{
	int hi = len > 2 ? hex_value(p[1]) : -1;
	int lo = hi < 0 ? -1 : hex_value(p[2]);

	return lo < 0 ? -1 : hi << 4 | lo;
}

char *http_percent_decode(struct http_span text, const char **why)
{
	char *out = allocate(text.len + 1), *p = out;

	*why = NULL;
	for (size_t i = 0; i < text.len && !*why; i++) {
		int c = (unsigned char)text.p[i];

		if (c == '%') {
			c = unescape(text.p + i, text.len - i);
			i += 2;
			if (c < 0)
				*why = "a % that is not followed by two "
				       "hexadecimal digits (write %25 for a "
				       "literal %)";
			else if (http_is_control((char)c))
				*why = "an escaped control character";
		}
		*p++ = (char)c;
	}
	*p = '\0';
	if (!*why)
		return out;
	/* It may have been a password. */
	http_auth_free(out);
	return NULL;
}

char *http_percent_encode(
	const char *prefix, struct http_span text, bool (*must)(char))
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = strlen(prefix);
	char *out = allocate(n + 3 * text.len + 1), *p = out + n;

	memcpy(out, prefix, n);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (must(text.p[i])) {
			*p++ = '%';
			*p++ = digits[c >> 4];
			*p++ = digits[c & 15];
		} else {
			*p++ = text.p[i];
		}
	}
	*p = '\0';
	return out;
}
