#ifndef WSTAP_NET_TLS_WORDS_H
#define WSTAP_NET_TLS_WORDS_H

#include <stddef.h>

/* What a certificate says, in words for a line of text. A peer's bytes are in
 * them. */
struct X509_name_st;
struct asn1_string_st;
struct x509_st;

enum { TLS_NAME_MAX = 120, TLS_DATE_MAX = 32, TLS_NAMES_MIN = 160 };

/* "CN=Example CA,O=Example", cut where it is too long. */
void tls_name_words(char out[TLS_NAME_MAX], const struct X509_name_st *name);

/* "2026-01-31 12:00:00 UTC". */
void tls_date_words(char out[TLS_DATE_MAX], const struct asn1_string_st *when);

/* Whom it is for: "a.example, b.example, 192.0.2.1", ending in ", ..." where
 * there are more; the subject where there are none. cap is TLS_NAMES_MIN
 * at least. */
void tls_names_words(char *out, size_t cap, const struct x509_st *cert);

#endif
