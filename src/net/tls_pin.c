#include "net/tls_pin.h"

#include "base/base64.h"
#include "net/tls.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

static const char prefix[] = "sha256//";

enum { DIGEST = 32, PREFIX = sizeof(prefix) - 1 };

_Static_assert(TLS_PIN_SIZE == PREFIX + BASE64_SIZE(DIGEST), "a pin's size");

bool tls_pin_words(char out[TLS_PIN_SIZE], const X509 *cert)
{
	unsigned char digest[EVP_MAX_MD_SIZE], *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	bool ok = n > 0 && EVP_Digest(der, (size_t)n, digest, NULL,
				   EVP_sha256(), NULL) == 1;

	OPENSSL_free(der);
	memcpy(out, prefix, PREFIX);
	out[PREFIX] = '\0';
	if (ok)
		base64_encode(out + PREFIX, digest, DIGEST);
	return ok;
}

bool tls_pin_fits(const struct strings *pins, const char *host,
	const X509 *cert, struct err *err)
{
	char pin[TLS_PIN_SIZE];

	if (pins->n == 0)
		return true;
	if (!cert || !tls_pin_words(pin, cert))
		return err_set(err, ERR_PIN,
			"cannot trust %s: its key cannot be read", host);
	for (size_t i = 0; i < pins->n; i++)
		if (strcmp(pins->v[i], pin) == 0)
			return true;
	return err_set(err, ERR_PIN,
		"cannot trust %s: its key is not %s (if it was changed, and "
		"you know by whom, try --pin %s)",
		host, pins->n == 1 ? "the pinned one" : "among the pinned ones",
		pin);
}

bool tls_check_pin(const char *what, const char *value, struct err *err)
{
	uint8_t digest[BASE64_DECODE_SIZE(BASE64_SIZE(DIGEST) - 1)];
	size_t n;

	if (strncmp(value, prefix, PREFIX) != 0)
		return err_set(err, ERR_USAGE,
			"%s: a pin is sha256//BASE64, not \"%.100s\" (-v shows "
			"a server's)",
			what, value);
	value += PREFIX;
	if (strlen(value) == BASE64_SIZE(DIGEST) - 1 &&
		base64_decode(digest, &n, value, BASE64_SIZE(DIGEST) - 1) &&
		n == DIGEST)
		return true;
	return err_set(err, ERR_USAGE,
		"%s: \"%.100s\" is not the base64 of a SHA-256 (44 "
		"characters)",
		what, value);
}
