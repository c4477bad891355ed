#ifndef WSTAP_NET_TLS_STREAM_H
#define WSTAP_NET_TLS_STREAM_H

#include "net/tls.h"

#include <openssl/ssl.h>
#include <stdint.h>

/*
 * OpenSSL over a transport, for either end: net/tls.c shakes hands as the
 * client, net/tls_server.c as the server. Both have a struct tls_stream first
 * in their own struct, and it is what OpenSSL's callbacks find by the SSL.
 */

/* A record's header, a handshake message's, and the version in it. */
enum { TLS_OPENING = 11 };

struct tls_stream {
	struct transport base;
	struct transport *lower;
	SSL *ssl;
	BIO_METHOD *method;
	/* Of the handshake. */
	const char *peer;             /* for people; good while it lasts */
	const char *whom;             /* whose certificate it is, likewise */
	const char *keylog_name;      /* --keylog's; NULL: nobody asked */
	struct err *err;              /* NULL: no handshake is under way */
	uint8_t opening[TLS_OPENING]; /* the first bytes that came ... */
	size_t opening_len;           /* ... as far as they did */
	/* Of the stream. */
	int keylog;          /* borrowed; -1: none */
	bool broken;         /* OpenSSL wants no more calls */
	bool eof;            /* the lower one has ended */
	bool more;           /* OpenSSL may have read the start of a record */
	enum io_status want; /* what the lower one waits for */
	struct err cause;    /* what it said last; ERR_NONE: nothing */
};

/* A context with what both ends have in common: modes, versions, ciphers, and
 * the key log where keylog is a descriptor. NULL: ERR_USAGE, ERR_TLS. */
SSL_CTX *tls_stream_context(const SSL_METHOD *method,
	const struct tls_config *config, int keylog, struct err *err);

/* For SSL_CTX_set_verify(): the first fault ends it, and is told to t->err. */
int tls_stream_verdict(int ok, X509_STORE_CTX *ctx);

/* Puts an SSL of ctx over t->lower. t is all zero but for base.ops, lower,
 * keylog and what is of the handshake. False: out of memory; whatever has
 * become of t is to be released. */
bool tls_stream_open(struct tls_stream *t, SSL_CTX *ctx);

/* Goes on with the handshake: IO_OK where it is over (base.secure and cipher
 * are set), IO_WANT_*, or IO_ERROR: err is set where the peer's certificate or
 * the key log is why, else its kind is ERR_NONE, and OpenSSL's queue, t->cause
 * and t->eof tell. */
enum io_status tls_stream_shake(struct tls_stream *t, struct err *err);

/* The same to its end; ERR_TIMEOUT where the deadline came first. */
enum io_status tls_stream_shake_by(
	struct tls_stream *t, struct deadline deadline, struct err *err);

/* A transport's operations. A failed write is always IO_ERROR. */
enum io_status tls_stream_read(struct transport *base, void *data, size_t cap,
	size_t *n, struct err *err);
enum io_status tls_stream_write(struct transport *base, const void *data,
	size_t len, size_t *n, struct err *err);
size_t tls_stream_pending(struct transport *base);
void tls_stream_shutdown(struct transport *base);

/* Frees all but t itself, the lower transport too. */
void tls_stream_release(struct tls_stream *t);

/* t as a TLS stream; NULL where it is another transport. */
struct tls_stream *tls_stream_of(struct transport *t);

#endif
