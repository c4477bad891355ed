#ifndef WSTAP_NET_TLS_CLIENT_H
#define WSTAP_NET_TLS_CLIENT_H

#include "net/tls.h"

/*
 * Our certificate and its key, shown to a server that asks for one, or to the
 * clients of a listener.
 *
 * config->cert is PEM (the certificate, then those of its issuers, and the key
 * where config->key is NULL) or PKCS#12: what is in the file decides, not its
 * name. config->key is PEM.
 *
 * A pass phrase is config->passphrase, or asked for, three times at most. What
 * needed one that was typed, or came from a file that can't be read again (a
 * pipe), is kept in memory for the next time it is wanted; all else is read
 * anew, as it may have been renewed.
 */
struct ssl_ctx_st;

/* Loads it and, with ctx, puts it there. Does nothing where config->cert is
 * NULL and so is config->key. false: ERR_CLIENT_CERTIFICATE. */
bool tls_client_load(struct ssl_ctx_st *ctx, const struct tls_config *config,
	struct err *err);

#endif
