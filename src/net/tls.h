#ifndef WSTAP_NET_TLS_H
#define WSTAP_NET_TLS_H

#include "net/transport.h"

#include <stdbool.h>

/*
 * TLS 1.2 and up by OpenSSL, which is included in net/tls*.c alone: the
 * transport here, whom it trusts in tls_trust, why not in tls_verdict. The
 * server's certificate is verified against the system's trust store (or
 * ca_file and nothing else), and its names against host: a DNS name or an IP
 * address.
 */
struct tls_config {
	bool no_check;       /* verify nothing */
	const char *ca_file; /* PEM; NULL: the system's */
};

/* Does the TLS handshake over a connected, non-blocking socket, by the
 * deadline. Owns fd from here on, also on failure. SNI is host where it is a
 * name. NULL with ERR_TLS (the handshake: the peer may not speak TLS),
 * ERR_CERTIFICATE (which check failed: expired when, issued by whom, which
 * names it has instead; and what to try), ERR_CA_FILE, ERR_TIMEOUT. */
struct transport *tls_connect(int fd, const struct tls_config *config,
	const char *host, struct deadline deadline, struct err *err);

/* "OpenSSL 3.0.19 ...": for --version. */
const char *tls_library(void);

#endif
