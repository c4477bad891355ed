#include "base/wipe.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void wipe(void *secret, size_t n)
{
	OPENSSL_cleanse(secret, n);
}

void wipe_free(char *s)
{
	if (s)
		wipe(s, strlen(s));
	free(s);
}
