#include "base/base64.h"

#include <string.h>

#include <openssl/evp.h>

/* What the library, which counts in int, is given at once. */
enum { BYTES_MOST = 3 << 20, CHARACTERS_MOST = BYTES_MOST / 3 * 4 };

void base64_encode(char *out, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (; n > BYTES_MOST; n -= BYTES_MOST) {
		EVP_EncodeBlock((uint8_t *)out, p, BYTES_MOST);
		p += BYTES_MOST;
		out += CHARACTERS_MOST;
	}
	EVP_EncodeBlock((uint8_t *)out, p, (int)n);
}

bool base64_decode(uint8_t *out, size_t *len, const char *text, size_t n)
{
	size_t padding = 0;

	*len = 0;
	if (n % 4 != 0)
		return false;
	while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
		padding++;
	/* The library takes a "=" for a zero wherever it stands. */
	if (n == 0 || memchr(text, '=', n - padding))
		return n == 0;
	for (size_t at = 0, some; at < n; at += some) {
		some = n - at < CHARACTERS_MOST ? n - at : CHARACTERS_MOST;

		int whole = (int)(some / 4 * 3);

		/* Fewer come out where it trimmed blanks off the ends. */
		if (EVP_DecodeBlock(out + *len, (const uint8_t *)text + at,
			    (int)some) != whole)
			return false;
		*len += (size_t)whole;
	}
	/* What came of the padding are the last character's unused bits. */
	for (; padding > 0; padding--)
		if (out[--*len] != 0)
			return false;
	return true;
}
