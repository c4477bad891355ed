#define _GNU_SOURCE

#include "net/tls.h"

#include "net/tcp.h"
#include "net/tls_trust.h"
#include "net/tls_verdict.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SSL_OP_IGNORE_UNEXPECTED_EOF
#define SSL_OP_IGNORE_UNEXPECTED_EOF 0
#endif

enum {
	READ_AHEAD = 32 * 1024, /* several records at once */
	DNS_NAME_MAX = 256,
};

struct tls {
	struct transport base;
	struct transport *lower;
	SSL_CTX *ctx;
	SSL *ssl;
	BIO_METHOD *method;
	bool broken;      /* OpenSSL wants no more calls */
	bool eof;         /* the lower one has ended */
	bool heard;       /* a byte has come in ... */
	uint8_t first;    /* ... the first was this */
	struct err cause; /* what the lower one said last */
	const char *host; /* during the handshake ... */
	struct err *err;  /* ... for the verdict */
	bool more;        /* OpenSSL may have read the start of a record */
};

static int bio_read(BIO *b, char *out, int cap)
{
	struct tls *t = BIO_get_data(b);
	size_t n = 0;
	enum io_status s;

	BIO_clear_retry_flags(b);
	if (cap <= 0)
		return 0;
	s = transport_read(t->lower, out, (size_t)cap, &n, &t->cause);
	if (s == IO_WANT_READ)
		BIO_set_retry_read(b);
	if (s == IO_EOF)
		t->eof = true;
	if (s != IO_OK)
		return s == IO_EOF ? 0 : -1;
	if (!t->heard) {
		t->heard = true;
		t->first = (uint8_t)out[0];
	}
	return (int)n;
}

static int bio_write(BIO *b, const char *data, int len)
{
	struct tls *t = BIO_get_data(b);
	enum io_status s;
	size_t n = 0;

	BIO_clear_retry_flags(b);
	if (len <= 0)
		return 0;
	s = transport_write(t->lower, data, (size_t)len, &n, &t->cause);
	if (s == IO_WANT_WRITE)
		BIO_set_retry_write(b);
	return s == IO_OK ? (int)n : -1;
}

static long bio_ctrl(BIO *b, int what, long number, void *pointer)
{
	struct tls *t = BIO_get_data(b);

	(void)number;
	(void)pointer;
	if (what == BIO_CTRL_EOF)
		return t->eof;
	return what == BIO_CTRL_FLUSH;
}

/* Before each call: SSL_get_error() looks at the whole error queue. */
static void forget_errors(struct tls *t)
{
	ERR_clear_error();
	t->cause.kind = ERR_NONE;
}

/* The first error in OpenSSL's queue; NULL where it is empty. */
static const char *reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *why = code ? ERR_reason_error_string(code) : NULL;

	return code && !why ? "unknown error" : why;
}

/* What a call's failure means. With IO_ERROR, err has `kind`. */
static enum io_status failure(
	struct tls *t, int result, enum err_kind kind, struct err *err)
{
	const char *why = reason();

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return IO_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return IO_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return IO_EOF;
	default:
		break;
	}
	t->broken = true;
	if (t->cause.kind) {
		*err = t->cause;
		err->kind = kind;
	} else if (!why && t->eof) {
		return IO_EOF;
	} else {
		err_set(err, kind, "%s: TLS: %s",
			kind == ERR_SEND ? "cannot send" : "connection lost",
			why ? why : "unknown error");
	}
	return IO_ERROR;
}

static struct tls *of(struct transport *base)
{
	return (struct tls *)base;
}

static enum io_status tls_read(struct transport *base, void *data, size_t cap,
	size_t *n, struct err *err)
{
	struct tls *t = of(base);
	int result;

	forget_errors(t);
	result = SSL_read_ex(t->ssl, data, cap, n);
	t->more = result == 1 && SSL_has_pending(t->ssl);
	return result == 1 ? IO_OK : failure(t, result, ERR_LOST, err);
}

static enum io_status tls_write(struct transport *base, const void *data,
	size_t len, size_t *n, struct err *err)
{
	struct tls *t = of(base);
	enum io_status s;
	int result;

	forget_errors(t);
	result = SSL_write_ex(t->ssl, data, len, n);
	if (result == 1)
		return IO_OK;
	s = failure(t, result, ERR_SEND, err);
	if (s != IO_EOF)
		return s;
	err_set(err, ERR_SEND, "cannot send: the peer has ended the session");
	return IO_ERROR;
}

/* What OpenSSL has read ahead may be less than a record; then the read that
 * this asks for gives nothing, and is not asked for again. */
static size_t tls_pending(struct transport *base)
{
	struct tls *t = of(base);

	return (size_t)SSL_pending(t->ssl) + t->more;
}

static void tls_shutdown(struct transport *base)
{
	struct tls *t = of(base);

	if (!t->broken)
		SSL_shutdown(t->ssl);
	transport_shutdown(t->lower);
}

static void tls_free(struct transport *base)
{
	struct tls *t = of(base);

	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->method);
	transport_free(t->lower);
	free(t);
}

static const struct transport_ops tls_ops = {
	.read = tls_read,
	.write = tls_write,
	.pending = tls_pending,
	.shutdown = tls_shutdown,
	.free = tls_free,
};

/* Sees each fault that verification finds; the first one ends it. */
static int note_verdict(int ok, X509_STORE_CTX *ctx)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		ctx, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	if (!ok && t->err)
		tls_verdict(t->err, t->host, ctx);
	return ok;
}

/* The first byte of each record: change_cipher_spec to application_data
 * (RFC 8446 5.1). */
static bool is_record(uint8_t type)
{
	return type >= 20 && type <= 23;
}

/* Set-up has failed: ERR_TLS, unless the verdict has said why. */
static bool failed(struct tls *t)
{
	const char *why = reason();

	t->broken = true;
	if (t->err->kind)
		return false;
	if (t->heard && !is_record(t->first))
		why = "the server does not speak TLS there (try ws://)";
	else if (t->cause.kind)
		why = t->cause.line;
	else if (!why && t->eof)
		why = "the server closed the connection (if it does not speak "
		      "TLS there, try ws://)";
	else if (!why)
		why = "unknown error";
	return err_set(
		t->err, ERR_TLS, "TLS handshake with %s: %s", t->host, why);
}

static bool set_context(struct tls *t, const struct tls_config *config)
{
	static const unsigned char alpn[] = "\x08http/1.1";

	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx ||
		SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1 ||
		SSL_CTX_set_alpn_protos(t->ctx, alpn, sizeof(alpn) - 1) != 0)
		return failed(t);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(t->ctx, 1);
	SSL_CTX_set_default_read_buffer_len(t->ctx, READ_AHEAD);
	SSL_CTX_set_options(
		t->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	if (config->no_check)
		return true;
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, note_verdict);
	if (config->ca_file)
		return tls_trust_file(t->ctx, config->ca_file, t->err);
	tls_trust_system(t->ctx);
	return true;
}

/* Copies host as certificates have it: no dot at the end of a name, no zone
 * on an address. */
static bool plain_host(
	char out[DNS_NAME_MAX], bool *is_address, const char *host)
{
	struct in6_addr any;
	size_t n = strlen(host), before_zone = strcspn(host, "%");

	*is_address = false;
	if (n == 0 || n >= DNS_NAME_MAX)
		return false;
	memcpy(out, host, before_zone);
	out[before_zone] = '\0';
	*is_address = inet_pton(AF_INET6, out, &any) == 1;
	if (*is_address)
		return true;
	memcpy(out, host, n + 1);
	*is_address = inet_pton(AF_INET, out, &any) == 1;
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
	return true;
}

/* Whom we expect to find. */
static bool set_peer(struct tls *t, bool check)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	char name[DNS_NAME_MAX];
	bool is_address;

	if (!plain_host(name, &is_address, t->host))
		return err_set(t->err, ERR_TLS,
			"TLS handshake with %.100s: that is no host name",
			t->host);
	if (!is_address && SSL_set_tlsext_host_name(t->ssl, name) != 1)
		return failed(t);
	if (!check)
		return true;
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_address ? X509_VERIFY_PARAM_set1_ip_asc(param, name)
		       : X509_VERIFY_PARAM_set1_host(param, name, 0))
		return true;
	return failed(t);
}

static bool set_bio(struct tls *t)
{
	BIO *b = NULL;

	t->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "transport");
	if (!t->method || BIO_meth_set_read(t->method, bio_read) != 1 ||
		BIO_meth_set_write(t->method, bio_write) != 1 ||
		BIO_meth_set_ctrl(t->method, bio_ctrl) != 1 ||
		!(b = BIO_new(t->method)))
		return failed(t);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	SSL_set_bio(t->ssl, b, b);
	return true;
}

static bool set_up(struct tls *t, const struct tls_config *config)
{
	ERR_clear_error();
	if (!set_context(t, config))
		return false;
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl || SSL_set_app_data(t->ssl, t) != 1)
		return failed(t);
	return set_bio(t) && set_peer(t, !config->no_check);
}

static bool shake_hands(struct tls *t, struct deadline deadline)
{
	enum io_status want;
	int result;

	for (;;) {
		forget_errors(t);
		result = SSL_connect(t->ssl);
		if (result == 1)
			return true;
		switch (SSL_get_error(t->ssl, result)) {
		case SSL_ERROR_WANT_READ:
			want = IO_WANT_READ;
			break;
		case SSL_ERROR_WANT_WRITE:
			want = IO_WANT_WRITE;
			break;
		default:
			return failed(t);
		}
		if (!transport_wait(t->base.fd, want, deadline))
			return err_set(t->err, ERR_TIMEOUT,
				"TLS handshake with %s: no answer in time "
				"(--connect-timeout)",
				t->host);
	}
}

struct transport *tls_connect(int fd, const struct tls_config *config,
	const char *host, struct deadline deadline, struct err *err)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (!t) {
		close(fd);
		err_set(err, ERR_TLS, "TLS: out of memory");
		return NULL;
	}
	err->kind = ERR_NONE;
	t->base.ops = &tls_ops;
	t->base.fd = fd;
	t->host = host;
	t->err = err;
	t->lower = tcp_new(fd);
	if (!t->lower)
		err_set(err, ERR_TLS, "TLS: out of memory");
	else if (set_up(t, config) && shake_hands(t, deadline))
		goto done;
	tls_free(&t->base);
	return NULL;
done:
	t->host = NULL;
	t->err = NULL;
	/* Its first record may have come with the handshake's last. */
	t->more = SSL_has_pending(t->ssl);
	t->base.secure = SSL_get_version(t->ssl);
	t->base.cipher = SSL_get_cipher_name(t->ssl);
	return &t->base;
}

const char *tls_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
