#ifndef WSTAP_NET_TLS_FAULT_H
#define WSTAP_NET_TLS_FAULT_H

#include "net/tls_stream.h"

/* Why there is no session with the other end, for people: from OpenSSL's error
 * queue, the peer's alerts and the first bytes it sent. */
struct tls_fault {
	const char *name; /* that the server was asked for */
	const struct tls_config *config;
	const struct tls_stream *stream;
	bool asked; /* the server asked for our certificate */
};

/* The handshake with a server has failed: ERR_TLS or
 * ERR_CLIENT_CERTIFICATE. */
void tls_fault_tell(struct err *err, const struct tls_fault *f);

/* After a handshake in which it asked for our certificate, and before anything
 * else came from it (in TLS 1.3 it decides then): true with
 * ERR_CLIENT_CERTIFICATE where its alert says that it refuses ours. */
bool tls_fault_refused(struct err *err, SSL *ssl);

/* ... where it ended the connection without a word: ERR_LOST, because that is
 * only likely. */
void tls_fault_hung_up(struct err *err, SSL *ssl);

/* The handshake with a client has failed: ERR_TLS. */
void tls_fault_client(struct err *err, const struct tls_config *config,
	const struct tls_stream *stream);

/* Whether what the client said first is an HTTP request in the clear. */
bool tls_fault_is_http(const struct tls_stream *stream);

#endif
