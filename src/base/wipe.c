#include "base/wipe.h"

#include <openssl/crypto.h>

void wipe(void *secret, size_t n)
{
	OPENSSL_cleanse(secret, n);
}
