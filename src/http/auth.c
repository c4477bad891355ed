#include "http/auth.h"

#include "base/base64.h"
#include "base/wipe.h"

#include <stdlib.h>
#include <string.h>

char *http_auth_basic(const char *user, const char *password)
{
	static const char scheme[] = "Basic ";
	size_t nuser = strlen(user),
	       npassword = password ? strlen(password) : 0;
	size_t n = nuser + 1 + npassword;
	char *pair = malloc(n);
	char *value = malloc(sizeof(scheme) - 1 + BASE64_SIZE(n));

	if (!pair || !value)
		abort();
	memcpy(pair, user, nuser);
	pair[nuser] = ':';
	if (npassword)
		memcpy(pair + nuser + 1, password, npassword);
	memcpy(value, scheme, sizeof(scheme) - 1);
	base64_encode(value + sizeof(scheme) - 1, pair, n);
	wipe(pair, n);
	free(pair);
	return value;
}

/* Writes the texts to out, where there is one; gives back their length. */
static size_t join(char *out, const char *separator, const char *const *texts)
{
	const char *between = "";
	size_t len = 0;

	for (; *texts; texts++, between = separator) {
		size_t gap = strlen(between), n = strlen(*texts);

		if (out) {
			memcpy(out + len, between, gap);
			memcpy(out + len + gap, *texts, n);
		}
		len += gap + n;
	}
	return len;
}

char *http_auth_join_texts(const char *separator, const char *const *texts)
{
	size_t len = join(NULL, separator, texts);
	char *joined = malloc(len + 1);

	if (!joined)
		abort();
	join(joined, separator, texts);
	joined[len] = '\0';
	return joined;
}

/* The scheme; the rest becomes what is behind it. */
static struct http_span take_scheme(struct http_span *rest)
{
	struct http_span scheme = { rest->p, 0 };

	while (scheme.len < rest->len && rest->p[scheme.len] != ' ')
		scheme.len++;
	*rest = http_span_trim((struct http_span){
		rest->p + scheme.len, rest->len - scheme.len });
	return scheme;
}

/* Looks at all of it, whatever differs; volatile, so that no compiler finds a
 * way to stop early. */
static bool same_secret(struct http_span a, struct http_span b)
{
	volatile unsigned char differs = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		differs |= (unsigned char)(a.p[i] ^ b.p[i]);
	return !differs;
}

/* Of the two schemes that are demanded, the one of expected, whose rest becomes
 * what is behind it. */
static const char *demanded_scheme(struct http_span *expected)
{
	return http_span_is(take_scheme(expected), "Bearer") ? "Bearer"
							     : "Basic";
}

bool http_auth_is(struct http_span value, const char *expected)
{
	struct http_span wanted = http_span_of(expected);
	const char *scheme = demanded_scheme(&wanted);

	return http_span_is(take_scheme(&value), scheme) &&
	       same_secret(value, wanted);
}

const char *http_auth_challenge(const char *expected)
{
	struct http_span wanted = http_span_of(expected);

	return strcmp(demanded_scheme(&wanted), "Bearer") == 0
		       ? "Bearer realm=\"wstap\""
		       : "Basic realm=\"wstap\", charset=\"UTF-8\"";
}

void http_auth_free(char *value)
{
	wipe_free(value);
}
