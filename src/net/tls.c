#define _GNU_SOURCE

#include "net/tls.h"

#include "net/tls_client.h"
#include "net/tls_fault.h"
#include "net/tls_keylog.h"
#include "net/tls_offer.h"
#include "net/tls_peer.h"
#include "net/tls_pin.h"
#include "net/tls_tell.h"
#include "net/tls_trust.h"
#include "net/tls_verdict.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SSL_OP_IGNORE_UNEXPECTED_EOF
#define SSL_OP_IGNORE_UNEXPECTED_EOF 0
#endif

enum {
	READ_AHEAD = 32 * 1024, /* several records at once */
	WHOM_MAX = TLS_PEER_MAX + 16,
};

/* What only the handshake needs. */
struct attempt {
	const struct tls_config *config;
	const char *host;          /* for people */
	char name[TLS_PEER_MAX];   /* asked for and verified */
	struct err *err;           /* for the verdict */
	uint8_t sent[TLS_OPENING]; /* the first bytes from the server */
	size_t sent_len;
};

struct tls {
	struct transport base;
	struct transport *lower;
	SSL_CTX *ctx;
	SSL *ssl;
	BIO_METHOD *method;
	struct attempt *attempt; /* NULL: the handshake is over */
	int keylog;              /* -1: none */
	bool broken;             /* OpenSSL wants no more calls */
	bool eof;                /* the lower one has ended */
	bool more;           /* OpenSSL may have read the start of a record */
	bool asked;          /* the server asked for our certificate ... */
	bool heard;          /* ... and has sent data after that */
	enum io_status want; /* what the lower one waits for */
	struct err cause;    /* what it said last */
};

/* Keeps the first bytes that come. */
static void note_opening(struct attempt *a, const char *data, size_t n)
{
	if (n > sizeof(a->sent) - a->sent_len)
		n = sizeof(a->sent) - a->sent_len;
	memcpy(a->sent + a->sent_len, data, n);
	a->sent_len += n;
}

static int bio_read(BIO *b, char *out, int cap)
{
	struct tls *t = BIO_get_data(b);
	size_t n = 0;
	enum io_status s;

	BIO_clear_retry_flags(b);
	if (cap <= 0)
		return 0;
	s = transport_read(t->lower, out, (size_t)cap, &n, &t->cause);
	/* Whichever it waits for, to OpenSSL it is a read that has to be
	 * tried again. */
	if (s == IO_WANT_READ || s == IO_WANT_WRITE)
		BIO_set_retry_read(b);
	t->want = s;
	if (s == IO_EOF)
		t->eof = true;
	if (s != IO_OK)
		return s == IO_EOF ? 0 : -1;
	if (t->attempt)
		note_opening(t->attempt, out, n);
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
	if (s == IO_WANT_READ || s == IO_WANT_WRITE)
		BIO_set_retry_write(b);
	t->want = s;
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
	case SSL_ERROR_WANT_WRITE:
		return t->want;
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

/* The end of a connection on which a certificate of ours was asked for, and
 * nothing else was ever said. */
static enum io_status without_ours(
	struct tls *t, enum io_status s, struct err *err)
{
	if (!t->asked || t->heard || (s != IO_EOF && s != IO_ERROR))
		return s;
	if (s == IO_EOF || t->cause.kind)
		tls_fault_hung_up(err, t->ssl);
	else
		tls_fault_refused(err, t->ssl);
	return IO_ERROR;
}

static enum io_status tls_read(struct transport *base, void *data, size_t cap,
	size_t *n, struct err *err)
{
	struct tls *t = of(base);
	int result;

	forget_errors(t);
	result = SSL_read_ex(t->ssl, data, cap, n);
	t->more = result == 1 && SSL_has_pending(t->ssl);
	if (result == 1) {
		t->heard = true;
		return IO_OK;
	}
	return without_ours(t, failure(t, result, ERR_LOST, err), err);
}

/* A server that does not like our certificate resets the connection behind its
 * alert, and a write may meet that first: what is still to be read says more.
 */
static void seek_refusal(struct tls *t, struct err *err)
{
	struct err why = { 0 };
	size_t n;
	char c;

	if (t->asked && !t->heard &&
		tls_read(&t->base, &c, 1, &n, &why) == IO_ERROR)
		*err = why;
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
	if (s != IO_EOF && s != IO_ERROR)
		return s;
	if (s == IO_EOF)
		err_set(err, ERR_SEND,
			"cannot send: the peer has ended the session");
	seek_refusal(t, err);
	return IO_ERROR;
}

/* What OpenSSL has read ahead may be less than a record; then the read that
 * this asks for gives nothing, and is not asked for again. The lower one may be
 * TLS, too, and hold what is to be read here. */
static size_t tls_pending(struct transport *base)
{
	struct tls *t = of(base);

	return (size_t)SSL_pending(t->ssl) + t->more +
	       transport_pending(t->lower);
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
	if (t->keylog >= 0)
		close(t->keylog);
	free(t);
}

static const struct transport_ops tls_ops = {
	.read = tls_read,
	.write = tls_write,
	.pending = tls_pending,
	.shutdown = tls_shutdown,
	.free = tls_free,
};

static struct tls *of_ssl(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

/* "a.example", "a.example (--sni)": whose name the certificate is to have. */
static const char *whom(const struct attempt *a, char text[WHOM_MAX])
{
	snprintf(text, WHOM_MAX, "%s%s", a->name,
		a->config->sni ? " (--sni)" : "");
	return text;
}

/* Sees each fault that verification finds; the first one ends it. */
static int note_verdict(int ok, X509_STORE_CTX *ctx)
{
	struct tls *t = of_ssl(X509_STORE_CTX_get_ex_data(
		ctx, SSL_get_ex_data_X509_STORE_CTX_idx()));
	char text[WHOM_MAX];

	if (ok || tls_trust_overlooks(ctx))
		return 1;
	if (t->attempt)
		tls_verdict(t->attempt->err, whom(t->attempt, text), ctx);
	return 0;
}

/* The server wants to see a certificate. */
static int note_asked(SSL *ssl, void *arg)
{
	(void)ssl;
	((struct tls *)arg)->asked = true;
	return 1;
}

static void note_secret(const SSL *ssl, const char *line)
{
	struct tls *t = of_ssl(ssl);

	if (tls_keylog_write(t->keylog, line) || !t->attempt ||
		!t->attempt->config->keylog || t->attempt->err->kind)
		return;
	err_set(t->attempt->err, ERR_OUTPUT, "cannot write the key log %s: %s",
		t->attempt->config->keylog, strerror(errno));
}

/* Set-up has failed: why, unless the verdict has said so. */
static bool failed(struct tls *t)
{
	const struct attempt *a = t->attempt;
	const struct tls_fault fault = {
		.host = a->host,
		.name = a->name,
		.config = a->config,
		.ssl = t->ssl,
		.sent = a->sent,
		.sent_len = a->sent_len,
		.asked = t->asked,
		.ended = t->eof,
		.lower = t->cause.kind ? t->cause.line : NULL,
	};

	t->broken = true;
	if (!a->err->kind)
		tls_fault_tell(a->err, &fault);
	return false;
}

static bool set_trust(struct tls *t)
{
	const struct tls_config *config = t->attempt->config;

	if (config->no_check)
		return true;
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, note_verdict);
	if (config->ca_file || config->ca_dir)
		return tls_trust_given(t->ctx, config->ca_file, config->ca_dir,
			t->attempt->err);
	tls_trust_system(t->ctx);
	return true;
}

static bool set_context(struct tls *t)
{
	const struct tls_config *config = t->attempt->config;

	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx)
		return failed(t);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(t->ctx, 1);
	SSL_CTX_set_default_read_buffer_len(t->ctx, READ_AHEAD);
	SSL_CTX_set_options(
		t->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_cert_cb(t->ctx, note_asked, t);
	if (!tls_keylog_open(&t->keylog, config->keylog, t->attempt->err))
		return false;
	if (t->keylog >= 0)
		SSL_CTX_set_keylog_callback(t->ctx, note_secret);
	return tls_offer(t->ctx, config, t->attempt->err) &&
	       tls_client_load(t->ctx, config, t->attempt->err) && set_trust(t);
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

static bool set_up(struct tls *t)
{
	const struct tls_config *config = t->attempt->config;

	ERR_clear_error();
	if (!set_context(t))
		return false;
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl || SSL_set_app_data(t->ssl, t) != 1)
		return failed(t);
	return set_bio(t) &&
	       tls_expect(t->ssl, t->attempt->name,
		       config->sni ? config->sni : t->attempt->host,
		       !config->no_check, t->attempt->err);
}

static bool shake_hands(struct tls *t, struct deadline deadline)
{
	int result;

	for (;;) {
		forget_errors(t);
		result = SSL_connect(t->ssl);
		if (result == 1)
			return true;
		switch (SSL_get_error(t->ssl, result)) {
		case SSL_ERROR_WANT_READ:
		case SSL_ERROR_WANT_WRITE:
			break;
		default:
			return failed(t);
		}
		if (!transport_wait(t->base.fd, t->want, deadline))
			return err_set(t->attempt->err, ERR_TIMEOUT,
				"TLS handshake with %s: no answer in time "
				"(--connect-timeout)",
				t->attempt->host);
	}
}

static bool check_pin(struct tls *t)
{
	const struct attempt *a = t->attempt;
	X509 *cert;
	bool ok;

	if (a->config->pins.n == 0)
		return true;
	cert = SSL_get1_peer_certificate(t->ssl);
	ok = tls_pin_fits(&a->config->pins, a->host, cert, a->err);
	X509_free(cert);
	return ok;
}

struct transport *tls_connect(struct transport *lower,
	const struct tls_config *config, const char *host,
	struct deadline deadline, struct err *err)
{
	struct tls *t = calloc(1, sizeof(*t));
	struct attempt attempt = { .config = config, .host = host, .err = err };

	if (!t) {
		transport_free(lower);
		err_set(err, ERR_TLS, "TLS: out of memory");
		return NULL;
	}
	err->kind = ERR_NONE;
	t->base.ops = &tls_ops;
	t->base.fd = lower->fd;
	t->lower = lower;
	t->keylog = -1;
	t->attempt = &attempt;
	if (!set_up(t) || !shake_hands(t, deadline) || !check_pin(t) ||
		err->kind) {
		tls_free(&t->base);
		return NULL;
	}
	t->attempt = NULL;
	/* Its first record may have come with the handshake's last. */
	t->more = SSL_has_pending(t->ssl);
	t->base.secure = SSL_get_version(t->ssl);
	t->base.cipher = SSL_get_cipher_name(t->ssl);
	return &t->base;
}

bool tls_prepare(const struct tls_config *config, struct err *err)
{
	return tls_client_load(NULL, config, err);
}

void tls_tell(struct transport *t, void (*say)(void *arg, const char *line),
	void *arg)
{
	if (t->ops == &tls_ops)
		tls_tell_session(of(t)->ssl, say, arg);
}

const char *tls_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
