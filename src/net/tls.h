#ifndef WSTAP_NET_TLS_H
#define WSTAP_NET_TLS_H

#include "base/strings.h"
#include "net/transport.h"

#include <stdbool.h>

/*
 * TLS 1.2 and up by OpenSSL, which is included in net/tls* alone: the client
 * here, the server in tls_server, the transport of both in tls_stream, what it
 * offers in tls_offer, whom it trusts in tls_trust, why not in tls_verdict, our
 * own certificate in tls_client, why the other end would not have us in
 * tls_fault. The server's certificate is verified against the system's trust
 * store (or ca_file and ca_dir and nothing else), and its names against host: a
 * DNS name or an IP address.
 */
enum tls_version { TLS_ANY, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };

struct tls_config {
	bool no_check;          /* verify nothing */
	const char *ca_file;    /* PEM; NULL with ca_dir NULL: the system's */
	const char *ca_dir;     /* hashed (openssl rehash); NULL: none */
	const char *cert;       /* ours: PEM with its chain, or PKCS#12 */
	const char *key;        /* PEM; NULL: in cert */
	const char *passphrase; /* of key or PKCS#12; NULL: asked for */
	const char *sni;        /* the name to ask for; NULL: host */
	enum tls_version min, max; /* TLS_ANY: 1.2; the newest */
	const char *ciphers;       /* of TLS 1.2 and, by their TLS_ names, 1.3;
	                      * NULL: OpenSSL's */
	struct strings pins; /* "sha256//BASE64" of a SubjectPublicKeyInfo: the
	                      * server's is one of these; none: any */
	const char *keylog;  /* a file; NULL: SSLKEYLOGFILE's, if any */
	/* Asks the person for a pass phrase, without echo: writes it to out and
	 * gives true, or false with err. NULL: nobody is there. */
	bool (*ask)(
		const char *question, char *out, size_t cap, struct err *err);
};

/* Does the TLS handshake over a connected transport (a socket's, or a proxy's
 * TLS), by the deadline. Owns lower from here on, also on failure. SNI is sni,
 * or host where it is a name; the certificate is verified against sni where it
 * is given, else against host. CRLs that are in ca_file or ca_dir are heeded;
 * none is demanded. ALPN is http/1.1. NULL with ERR_TLS (the handshake: the
 * peer may not speak TLS; no version or cipher in common), ERR_CERTIFICATE
 * (which check failed: expired when, issued by whom, revoked, which names it
 * has instead; and what to try), ERR_CA_FILE, ERR_CLIENT_CERTIFICATE (ours or
 * its key: the file, the pass phrase, or the server refused it), ERR_PIN (with
 * the pin that would match; checked also with no_check), ERR_OUTPUT (keylog;
 * a file of SSLKEYLOGFILE's that can't be written is passed over), ERR_USAGE
 * (min above max, an unknown cipher), ERR_TIMEOUT.
 *
 * In TLS 1.3 a server judges our certificate after the handshake: then the
 * first read, or a write before it, fails with ERR_CLIENT_CERTIFICATE. */
struct transport *tls_connect(struct transport *lower,
	const struct tls_config *config, const char *host,
	struct deadline deadline, struct err *err);

/* Reads what config.cert and config.key name, asking for the pass phrase: to
 * be called before a connection is made, so that the time a person takes is
 * not the server's. tls_connect() does not ask again. True at once where there
 * are none. false: ERR_CLIENT_CERTIFICATE. */
bool tls_prepare(const struct tls_config *config, struct err *err);

/* For -v and /info: calls say with lines about the session, of either end:
 * version, cipher, key exchange, ALPN; the name that a client asked for; and
 * each certificate of the peer's chain: subject, issuer, names, validity, and
 * the pin of its key. Peer's bytes are in them. Does nothing where t is no
 * TLS. */
void tls_tell(struct transport *t, void (*say)(void *arg, const char *line),
	void *arg);

/* Checks a pin, or a list of ciphers, as the command line has it: ERR_USAGE. */
bool tls_check_pin(const char *what, const char *value, struct err *err);
bool tls_check_ciphers(const char *what, const char *value, struct err *err);

/* "OpenSSL 3.0.19 ...": for --version. */
const char *tls_library(void);

#endif
