#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

/* A blocking byte stream, in the clear or over TLS. ssl is NULL in the
 * clear. */
struct wire {
	int fd;
	SSL *ssl;
};

/* Takes over fd; the TLS handshake where tls is not NULL. False where that
 * fails; close all the same. */
bool wire_open(struct wire *w, int fd, SSL_CTX *tls, bool server);

/* As much as there is, up to n; 0 at the end or after a failure. */
size_t wire_read(struct wire *w, void *bytes, size_t n);

/* All n bytes; false where the peer has gone. */
bool wire_write(struct wire *w, const void *bytes, size_t n);

/* No more will be written: the close_notify, and the FIN. */
void wire_finish(struct wire *w);

void wire_close(struct wire *w);

#endif
