#ifndef WSTAP_TESTS_UNIT_TLS_SERVER_H
#define WSTAP_TESTS_UNIT_TLS_SERVER_H

#include "net/dial.h"

#include <criterion/criterion.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Certificates made on the spot, a trust store's directory for them, and a
 * TLS server in a thread that plays one of a few parts, once.
 */
enum { DAY = 24 * 60 * 60, RECORD = 16384, PIECE = 4096 };

/* A certificate and its key, made for the test. */
struct identity {
	X509 *cert;
	EVP_PKEY *key;
};

struct wish {
	const char *name;
	const char *san;               /* NULL: none */
	const struct identity *issuer; /* NULL: itself */
	bool ca;
	int from_days, to_days; /* from today */
};

static char dir[] = "/tmp/wstap-tls-XXXXXX";

static inline void make_dir(void)
{
	cr_assert(mkdtemp(dir));
	setenv("SSL_CERT_DIR", dir, 1);
	setenv("SSL_CERT_FILE", "/nonexistent/bundle", 1);
	/* The client must not need this: writing to a closed socket. */
	signal(SIGPIPE, SIG_DFL);
}

static inline void remove_dir(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert(system(command) == 0);
}

static inline struct deadline soon(void)
{
	return deadline_in_ms(5000);
}

static inline EVP_PKEY *new_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	cr_assert(ctx && EVP_PKEY_keygen_init(ctx) == 1);
	cr_assert(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(
			  ctx, NID_X9_62_prime256v1) == 1);
	cr_assert(EVP_PKEY_keygen(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static inline void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	cr_assert(e && X509_add_ext(cert, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static inline struct identity make(const struct wish *w)
{
	static long serial = 1;
	struct identity new = { X509_new(), new_key() };
	const struct identity *issuer = w->issuer ? w->issuer : &new;
	X509_NAME *name = X509_get_subject_name(new.cert);

	X509_set_version(new.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(new.cert), serial++);
	X509_gmtime_adj(
		X509_getm_notBefore(new.cert), (long)w->from_days * DAY);
	X509_gmtime_adj(X509_getm_notAfter(new.cert), (long)w->to_days * DAY);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)w->name, -1, -1, 0);
	X509_set_issuer_name(new.cert, X509_get_subject_name(issuer->cert));
	X509_set_pubkey(new.cert, new.key);
	add_extension(new.cert, NID_basic_constraints,
		w->ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (w->san)
		add_extension(new.cert, NID_subject_alt_name, w->san);
	cr_assert(X509_sign(new.cert, issuer->key, EVP_sha256()) > 0);
	return new;
}

static inline struct identity make_ca(
	const char *name, const struct identity *issuer)
{
	return make(&(struct wish){ name, NULL, issuer, true, -1, 30 });
}

static inline struct identity make_leaf(
	const char *san, const struct identity *issuer)
{
	return make(&(struct wish){ "leaf", san, issuer, false, -1, 30 });
}

static inline void free_identity(struct identity *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
}

/* Writes a certificate to dir/name, whose path it gives back (one of
 * eight buffers in turn). */
static inline const char *save(const char *name, const struct identity *who)
{
	static char path[8][128];
	static int turn;
	FILE *f;

	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", dir, name);
	f = fopen(path[turn], "w");
	cr_assert(f);
	if (who)
		cr_assert(PEM_write_X509(f, who->cert) == 1);
	fclose(f);
	return path[turn];
}

static inline const char *save_key(
	const char *name, EVP_PKEY *key, const char *passphrase)
{
	const char *path = save(name, NULL);
	FILE *f = fopen(path, "w");

	cr_assert(f);
	cr_assert(PEM_write_PKCS8PrivateKey(f, key,
			  passphrase ? EVP_aes_256_cbc() : NULL, passphrase,
			  passphrase ? (int)strlen(passphrase) : 0, NULL,
			  NULL) == 1);
	fclose(f);
	return path;
}

/* As c_rehash would name it in the trust store's directory. */
static inline void save_hashed(const struct identity *who)
{
	char name[32];

	snprintf(name, sizeof(name), "%08lx.0",
		X509_subject_name_hash(who->cert));
	save(name, who);
}

enum act {
	ECHO_ONCE,  /* reads once, writes that, says goodbye */
	RECORD_OUT, /* writes one full record, then waits for EOF */
	SMALL_OUT,  /* writes a hundred small records, then waits for EOF */
	JUST_CLOSE, /* closes without close_notify */
	RESET,      /* reads once, then resets the connection */
	HTTP,       /* plain text, no TLS */
	HANG_UP,    /* closes before the handshake */
	SILENT,     /* says nothing until EOF */
	OLD,        /* speaks TLS 1.1 at most, and gives in at once */
	ALERT,      /* refuses with an alert of its choice */
	OLD_HELLO,  /* chooses TLS 1.1, whatever is offered */
	READ_ALL,   /* reads until the end and counts */
	NESTED,     /* TLS within TLS, then as RECORD_OUT */
};

struct server {
	enum act act;
	const struct identity *who;
	const struct identity *chain; /* sent along; NULL: nothing */
	int listener;
	uint16_t port;
	pthread_t thread;
	size_t total; /* READ_ALL: bytes that came */
	bool clean;   /* ... and that a close_notify did */
	char sni[64];
	char alpn[16];
	unsigned char alert; /* ALERT's */
	size_t cut;          /* OLD_HELLO: so much of it is missing */
	int min, max;        /* versions; 0: any */
	const char *ciphers; /* of TLS 1.2; NULL: any */
	/* Whose client certificates it asks for; NULL: it doesn't. */
	const struct identity *asks;
	bool insists;    /* on having one */
	char client[64]; /* the common name in the one that came */
};

static inline void wait_for_eof(int fd)
{
	char data[256];

	while (recv(fd, data, sizeof(data), 0) > 0)
		continue;
}

static inline int choose_alpn(SSL *ssl, const unsigned char **out,
	unsigned char *n, const unsigned char *in, unsigned len, void *arg)
{
	struct server *s = arg;

	(void)ssl;
	if (len < 1 || in[0] >= sizeof(s->alpn))
		return SSL_TLSEXT_ERR_NOACK;
	*n = in[0];
	*out = in + 1;
	memcpy(s->alpn, in + 1, in[0]);
	return SSL_TLSEXT_ERR_OK;
}

static inline SSL_CTX *server_context(struct server *s)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	SSL_CTX_use_certificate(ctx, s->who->cert);
	SSL_CTX_use_PrivateKey(ctx, s->who->key);
	if (s->chain)
		SSL_CTX_add1_chain_cert(ctx, s->chain->cert);
	if (s->act == OLD) {
		s->min = TLS1_VERSION;
		s->max = TLS1_1_VERSION;
		SSL_CTX_set_security_level(ctx, 0);
	}
	SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, s);
	SSL_CTX_set_min_proto_version(ctx, s->min);
	SSL_CTX_set_max_proto_version(ctx, s->max);
	if (s->ciphers)
		SSL_CTX_set_cipher_list(ctx, s->ciphers);
	if (s->asks) {
		X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), s->asks->cert);
		SSL_CTX_set_verify(ctx,
			SSL_VERIFY_PEER |
				(s->insists ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT
					    : 0),
			NULL);
	}
	return ctx;
}

static inline void serve_nested(struct server *s, SSL *outer, int fd)
{
	static const char record[RECORD];
	SSL_CTX *ctx = server_context(s);
	SSL *ssl = SSL_new(ctx);
	BIO *b = BIO_new(BIO_f_ssl());

	BIO_set_ssl(b, outer, BIO_NOCLOSE);
	SSL_set_bio(ssl, b, b);
	if (SSL_accept(ssl) == 1)
		SSL_write(ssl, record, sizeof(record));
	wait_for_eof(fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static inline void act_tls(struct server *s, SSL *ssl, int fd)
{
	static const char record[RECORD];
	struct linger now = { 1, 0 };
	char data[512];
	int n;

	switch (s->act) {
	case ECHO_ONCE:
		n = SSL_read(ssl, data, sizeof(data));
		if (n > 0)
			SSL_write(ssl, data, n);
		SSL_shutdown(ssl);
		wait_for_eof(fd);
		break;
	case RECORD_OUT:
		SSL_write(ssl, record, sizeof(record));
		wait_for_eof(fd);
		break;
	case SMALL_OUT:
		for (int i = 0; i < 100; i++)
			SSL_write(ssl, record, 10);
		wait_for_eof(fd);
		break;
	case RESET:
		SSL_read(ssl, data, sizeof(data));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		break;
	case READ_ALL:
		usleep(50000); /* so that the client fills the socket */
		while ((n = SSL_read(ssl, data, sizeof(data))) > 0)
			s->total += (size_t)n;
		s->clean = SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN;
		/* Our direction is still open. */
		SSL_write(ssl, "late", 4);
		break;
	case NESTED:
		serve_nested(s, ssl, fd);
		break;
	case JUST_CLOSE:
	case HTTP:
	case HANG_UP:
	case SILENT:
	case OLD:
	case ALERT:
	case OLD_HELLO:
		break;
	}
}

static inline void note_client(struct server *s, SSL *ssl)
{
	X509 *cert = SSL_get1_peer_certificate(ssl);

	if (cert)
		X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
			NID_commonName, s->client, sizeof(s->client));
	X509_free(cert);
}

static inline void serve_tls(struct server *s, int fd)
{
	SSL_CTX *ctx = server_context(s);
	SSL *ssl = SSL_new(ctx);
	const char *name;

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
		snprintf(s->sni, sizeof(s->sni), "%s", name ? name : "");
		note_client(s, ssl);
		act_tls(s, ssl, fd);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
}

/* A ServerHello of TLS 1.1. */
static const char old_hello[5 + 4 + 38] = "\x16\3\2\0\x2a\2\0\0\x26\3\2";

static inline void *serve(void *arg)
{
	static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct server *s = arg;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = accept(s->listener, NULL, NULL);
	if (s->act == HTTP) {
		send(fd, http, sizeof(http) - 1, 0);
		shutdown(fd, SHUT_WR);
		wait_for_eof(fd);
	} else if (s->act == OLD_HELLO) {
		send(fd, old_hello, sizeof(old_hello) - s->cut, 0);
		shutdown(fd, SHUT_WR);
		wait_for_eof(fd);
	} else if (s->act == ALERT) {
		send(fd, (char[]){ 0x15, 3, 3, 0, 2, 2, (char)s->alert }, 7, 0);
		wait_for_eof(fd);
	} else if (s->act == HANG_UP) {
		recv(fd, (char[1024]){ 0 }, 1024, 0);
	} else if (s->act == SILENT) {
		wait_for_eof(fd);
	} else {
		serve_tls(s, fd);
	}
	close(fd);
	return NULL;
}

static inline void start(struct server *s)
{
	char where[DIAL_ADDRESS_MAX];
	struct err err;
	int flags;

	s->listener = dial_listen(NULL, 0, where, &err);
	cr_assert(s->listener >= 0, "%s", err.line);
	flags = fcntl(s->listener, F_GETFL);
	fcntl(s->listener, F_SETFL, flags & ~O_NONBLOCK);
	s->port = (uint16_t)strtoul(strchr(where, ':') + 1, NULL, 10);
	cr_assert(pthread_create(&s->thread, NULL, serve, s) == 0);
}

static inline void stop(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->listener);
}

#endif
