#ifndef WSTAP_NET_TLS_PIN_H
#define WSTAP_NET_TLS_PIN_H

#include "base/err.h"
#include "base/strings.h"

/* Pinned keys: the SHA-256 of a SubjectPublicKeyInfo, as in RFC 7469 2.4. */
struct x509_st;

enum { TLS_PIN_SIZE = 8 + 44 + 1 };

/* "sha256//BASE64" of cert's key; false: out of memory. */
bool tls_pin_words(char out[TLS_PIN_SIZE], const struct x509_st *cert);

/* Whether cert's key is one of the pins, which tls_check_pin() has seen; an
 * empty list has them all. false: ERR_PIN. */
bool tls_pin_fits(const struct strings *pins, const char *host,
	const struct x509_st *cert, struct err *err);

#endif
