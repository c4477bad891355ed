#define _GNU_SOURCE

#include "net/tls_stream.h"

#include "net/tls_keylog.h"
#include "net/tls_offer.h"
#include "net/tls_trust.h"
#include "net/tls_verdict.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>

#ifndef SSL_OP_IGNORE_UNEXPECTED_EOF
#define SSL_OP_IGNORE_UNEXPECTED_EOF 0
#endif

enum { READ_AHEAD = 32 * 1024 }; /* several records at once */

/* Keeps the first bytes that come. */
static void note_opening(struct tls_stream *t, const char *data, size_t n)
{
	if (n > sizeof(t->opening) - t->opening_len)
		n = sizeof(t->opening) - t->opening_len;
	memcpy(t->opening + t->opening_len, data, n);
	t->opening_len += n;
}

static int bio_read(BIO *b, char *out, int cap)
{
	struct tls_stream *t = BIO_get_data(b);
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
	if (t->err)
		note_opening(t, out, n);
	return (int)n;
}

static int bio_write(BIO *b, const char *data, int len)
{
	struct tls_stream *t = BIO_get_data(b);
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
	struct tls_stream *t = BIO_get_data(b);

	(void)number;
	(void)pointer;
	if (what == BIO_CTRL_EOF)
		return t->eof;
	return what == BIO_CTRL_FLUSH;
}

/* Before each call: SSL_get_error() looks at the whole error queue. */
static void forget_errors(struct tls_stream *t)
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
	struct tls_stream *t, int result, enum err_kind kind, struct err *err)
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

static struct tls_stream *of(struct transport *base)
{
	return (struct tls_stream *)base;
}

enum io_status tls_stream_read(struct transport *base, void *data, size_t cap,
	size_t *n, struct err *err)
{
	struct tls_stream *t = of(base);
	int result;

	forget_errors(t);
	result = SSL_read_ex(t->ssl, data, cap, n);
	t->more = result == 1 && SSL_has_pending(t->ssl);
	return result == 1 ? IO_OK : failure(t, result, ERR_LOST, err);
}

enum io_status tls_stream_write(struct transport *base, const void *data,
	size_t len, size_t *n, struct err *err)
{
	struct tls_stream *t = of(base);
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
 * this asks for gives nothing, and is not asked for again. The lower one may be
 * TLS, too, and hold what is to be read here. */
size_t tls_stream_pending(struct transport *base)
{
	struct tls_stream *t = of(base);

	return (size_t)SSL_pending(t->ssl) + t->more +
	       transport_pending(t->lower);
}

void tls_stream_shutdown(struct transport *base)
{
	struct tls_stream *t = of(base);

	if (!t->broken)
		SSL_shutdown(t->ssl);
	transport_shutdown(t->lower);
}

void tls_stream_release(struct tls_stream *t)
{
	SSL_free(t->ssl);
	BIO_meth_free(t->method);
	transport_free(t->lower);
}

struct tls_stream *tls_stream_of(struct transport *t)
{
	return t->ops->pending == tls_stream_pending ? of(t) : NULL;
}

static void note_secret(const SSL *ssl, const char *line)
{
	struct tls_stream *t = SSL_get_app_data(ssl);

	if (tls_keylog_write(t->keylog, line) || !t->keylog_name || !t->err ||
		t->err->kind)
		return;
	err_set(t->err, ERR_OUTPUT, "cannot write the key log %s: %s",
		t->keylog_name, strerror(errno));
}

int tls_stream_verdict(int ok, X509_STORE_CTX *ctx)
{
	const struct tls_stream *t =
		SSL_get_app_data((const SSL *)X509_STORE_CTX_get_ex_data(
			ctx, SSL_get_ex_data_X509_STORE_CTX_idx()));

	if (ok || tls_trust_overlooks(ctx))
		return 1;
	if (t->err)
		tls_verdict(t->err, t->whom, ctx);
	return 0;
}

SSL_CTX *tls_stream_context(const SSL_METHOD *method,
	const struct tls_config *config, int keylog, struct err *err)
{
	SSL_CTX *ctx;

	ERR_clear_error();
	ctx = SSL_CTX_new(method);
	if (!ctx) {
		err_set(err, ERR_TLS, "TLS: out of memory");
		return NULL;
	}
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_default_read_buffer_len(ctx, READ_AHEAD);
	SSL_CTX_set_options(
		ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	if (keylog >= 0)
		SSL_CTX_set_keylog_callback(ctx, note_secret);
	if (tls_offer(ctx, config, err))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static bool set_bio(struct tls_stream *t)
{
	BIO *b = NULL;

	t->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "transport");
	if (!t->method || BIO_meth_set_read(t->method, bio_read) != 1 ||
		BIO_meth_set_write(t->method, bio_write) != 1 ||
		BIO_meth_set_ctrl(t->method, bio_ctrl) != 1 ||
		!(b = BIO_new(t->method)))
		return false;
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	SSL_set_bio(t->ssl, b, b);
	return true;
}

bool tls_stream_open(struct tls_stream *t, SSL_CTX *ctx)
{
	t->base.fd = t->lower->fd;
	t->ssl = SSL_new(ctx);
	return t->ssl && SSL_set_app_data(t->ssl, t) == 1 && set_bio(t);
}

/* The handshake is over. */
static void settle(struct tls_stream *t)
{
	t->peer = t->whom = NULL;
	/* The first record may have come with the handshake's last. */
	t->more = SSL_has_pending(t->ssl);
	t->base.secure = SSL_get_version(t->ssl);
	t->base.cipher = SSL_get_cipher_name(t->ssl);
}

enum io_status tls_stream_shake(struct tls_stream *t, struct err *err)
{
	enum io_status s = IO_OK;
	int result;

	err->kind = ERR_NONE;
	forget_errors(t);
	t->err = err;
	result = SSL_do_handshake(t->ssl);
	t->err = NULL;
	if (result != 1) {
		int why = SSL_get_error(t->ssl, result);

		s = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE
			    ? t->want
			    : IO_ERROR;
	}
	if (err->kind)
		s = IO_ERROR;
	if (s == IO_ERROR)
		t->broken = true;
	if (s == IO_OK)
		settle(t);
	return s;
}

enum io_status tls_stream_shake_by(
	struct tls_stream *t, struct deadline deadline, struct err *err)
{
	enum io_status s;

	for (;;) {
		s = tls_stream_shake(t, err);
		if (s != IO_WANT_READ && s != IO_WANT_WRITE)
			return s;
		if (transport_wait(t->base.fd, s, deadline))
			continue;
		err_set(err, ERR_TIMEOUT,
			"TLS handshake with %s: no answer in time "
			"(--connect-timeout)",
			t->peer);
		return IO_ERROR;
	}
}
