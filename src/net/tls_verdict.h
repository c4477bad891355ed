#ifndef WSTAP_NET_TLS_VERDICT_H
#define WSTAP_NET_TLS_VERDICT_H

#include "base/err.h"

/* Why a server's certificate was refused, for people. */
struct x509_store_ctx_st;

/* Sets ERR_CERTIFICATE from a verification that has failed: what is wrong
 * (expired when, issued by whom, which names there are instead of host), and
 * what to try. */
void tls_verdict(
	struct err *err, const char *host, struct x509_store_ctx_st *ctx);

#endif
