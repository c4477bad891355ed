#ifndef WSTAP_NET_TLS_CLIENT_FILE_H
#define WSTAP_NET_TLS_CLIENT_FILE_H

#include "net/tls.h"

#include <openssl/x509.h>

/* Reads tls_client's files. */
struct tls_identity {
	X509 *cert;
	EVP_PKEY *key;
	STACK_OF(X509) * chain; /* the issuers'; NULL: none came along */
	bool only_once;         /* read from a pipe, or with a typed secret */
};

/* who starts all zero; what is in it after a failure has to be freed, too.
 * False: ERR_CLIENT_CERTIFICATE. */
bool tls_identity_read(struct tls_identity *who,
	const struct tls_config *config, struct err *err);

#endif
