#ifndef WSTAP_NET_TLS_FAULT_H
#define WSTAP_NET_TLS_FAULT_H

#include "net/tls.h"

#include <stddef.h>
#include <stdint.h>

/* Why a server would not have us, for people: from OpenSSL's error queue, the
 * server's alerts and the first bytes it sent. */
struct ssl_st;

/* A record's header, a handshake message's, and the version in it. */
enum { TLS_OPENING = 11 };

struct tls_fault {
	const char *host;
	const char *name; /* that was asked for */
	const struct tls_config *config;
	struct ssl_st *ssl;  /* NULL: it did not come to that */
	const uint8_t *sent; /* the first bytes from the server ... */
	size_t sent_len;     /* ... TLS_OPENING at most */
	bool asked;          /* it asked for our certificate */
	bool ended;          /* it has ended the connection */
	const char *lower;   /* what the connection below says; NULL: nothing */
};

/* The handshake has failed: ERR_TLS or ERR_CLIENT_CERTIFICATE. */
void tls_fault_tell(struct err *err, const struct tls_fault *f);

/* After a handshake in which it asked for our certificate, and before anything
 * else came from it (in TLS 1.3 it decides then): true with
 * ERR_CLIENT_CERTIFICATE where its alert says that it refuses ours. */
bool tls_fault_refused(struct err *err, struct ssl_st *ssl);

/* ... where it ended the connection without a word: ERR_LOST, because that is
 * only likely. */
void tls_fault_hung_up(struct err *err, struct ssl_st *ssl);

#endif
