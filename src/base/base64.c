#include "base/base64.h"

#include <openssl/evp.h>

void base64_encode(char *out, const void *data, size_t n)
{
	EVP_EncodeBlock((unsigned char *)out, data, (int)n);
}
