#ifndef WSTAP_NET_TLS_SERVER_H
#define WSTAP_NET_TLS_SERVER_H

#include "net/tls.h"

/*
 * TLS at the listening end. What all clients have in common is read and
 * checked once; then a handshake with each, by steps, so that one client's
 * slowness is not another's:
 *
 *     tls_server_new -> tls_accept_start -> tls_accept_step ... -> read, write
 *
 * Our certificate is config's cert, with its chain, and its key; where a CA is
 * given, each client has to show a certificate of it (unless no_check).
 * Versions, ciphers and key log are config's; host, SNI and pins mean nothing
 * here. ALPN is http/1.1.
 */
struct tls_server;

/* Asks for a pass phrase where one is needed. config is good as long as the
 * server. NULL: ERR_CLIENT_CERTIFICATE (ours: there is none, a file of it, the
 * pass phrase), ERR_CA_FILE, ERR_OUTPUT (the key log), ERR_USAGE (versions,
 * ciphers), ERR_TLS. */
struct tls_server *tls_server_new(
	const struct tls_config *config, struct err *err);

/* No transport of its may be left; NULL is fine. */
void tls_server_free(struct tls_server *server);

/* A transport that has yet to shake hands: nothing is read or written until
 * tls_accept_step() has given IO_OK. Owns lower from here on, also on failure.
 * client is whom error lines name ("127.0.0.1:50000"), copied. NULL: ERR_TLS,
 * memory is out. */
struct transport *tls_accept_start(struct tls_server *server,
	struct transport *lower, const char *client, struct err *err);

/* Goes on with it, without waiting. IO_OK: it is done. IO_WANT_*: to be called
 * again when the descriptor is ready. IO_ERROR: t is only good to be freed;
 * ERR_TLS (the client does not speak TLS, does not trust us, has no version or
 * cipher in common, shows no certificate), ERR_CERTIFICATE (the one it shows),
 * ERR_OUTPUT (the key log). A client that speaks plain HTTP is told so with a
 * 400. */
enum io_status tls_accept_step(struct transport *t, struct err *err);

/* All of it, waiting until the deadline: also ERR_TIMEOUT. */
struct transport *tls_accept(struct tls_server *server, struct transport *lower,
	const char *client, struct deadline deadline, struct err *err);

#endif
