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

void http_auth_free(char *value)
{
	wipe_free(value);
}
