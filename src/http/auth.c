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

void http_auth_free(char *value)
{
	if (value)
		wipe(value, strlen(value));
	free(value);
}
