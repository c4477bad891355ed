#ifndef WSTAP_NET_TLS_OFFER_H
#define WSTAP_NET_TLS_OFFER_H

#include "net/tls.h"

/* What we offer a server, or take from a client: versions, ciphers, ALPN. */
struct ssl_ctx_st;

/* false: ERR_USAGE (the versions exclude each other, an unknown cipher) or
 * ERR_TLS. */
bool tls_offer(struct ssl_ctx_st *ctx, const struct tls_config *config,
	struct err *err);

/* Has a server's context choose by ALPN: http/1.1. A client that offers only
 * others gets the alert for it, one without ALPN is taken (RFC 7301 3.2). */
void tls_choose(struct ssl_ctx_st *ctx);

/* "1.2". version is not TLS_ANY. */
const char *tls_version_words(enum tls_version version);

/* The lowest version that config lets us take. */
enum tls_version tls_lowest(const struct tls_config *config);

#endif
