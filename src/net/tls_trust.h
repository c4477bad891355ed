#ifndef WSTAP_NET_TLS_TRUST_H
#define WSTAP_NET_TLS_TRUST_H

#include "base/err.h"

#include <stdbool.h>

/* Whom tls believes: what a server's certificate is verified against. */
struct ssl_ctx_st;
struct x509_store_ctx_st;

/* The certificates in this PEM file, those in this hashed directory (`openssl
 * rehash`), and nothing else; one of the two may be NULL. Any of them may be
 * the end of the chain, also an intermediate one. The CRLs in either are
 * heeded; of whom there is none, none is demanded (tls_trust_overlooks).
 * false: ERR_CA_FILE. */
bool tls_trust_given(struct ssl_ctx_st *ctx, const char *file, const char *dir,
	struct err *err);

/* Whether what verification has just found is only that there is no CRL. */
bool tls_trust_overlooks(struct x509_store_ctx_st *ctx);

/* The system's: its hashed directory (SSL_CERT_DIR or OpenSSL's own), and its
 * bundle file (SSL_CERT_FILE or OpenSSL's own), which is read only where the
 * directory isn't enough: parsing it takes several times as long as all the
 * rest of a handshake. */
void tls_trust_system(struct ssl_ctx_st *ctx);

#endif
