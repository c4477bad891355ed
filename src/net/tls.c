#define _GNU_SOURCE

#include "net/tls.h"

#include "net/tls_client.h"
#include "net/tls_fault.h"
#include "net/tls_keylog.h"
#include "net/tls_peer.h"
#include "net/tls_pin.h"
#include "net/tls_stream.h"
#include "net/tls_tell.h"
#include "net/tls_trust.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WHOM_MAX = TLS_PEER_MAX + 16 };

/* What only the handshake needs. */
struct attempt {
	const struct tls_config *config;
	const char *host;        /* for people */
	char name[TLS_PEER_MAX]; /* asked for and verified */
	char whom[WHOM_MAX];     /* the same for people */
	struct err *err;
};

struct tls {
	struct tls_stream stream;
	bool asked; /* the server asked for our certificate ... */
	bool heard; /* ... and has sent data after that */
};

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
	if (s == IO_EOF || t->stream.cause.kind)
		tls_fault_hung_up(err, t->stream.ssl);
	else
		tls_fault_refused(err, t->stream.ssl);
	return IO_ERROR;
}

static enum io_status tls_read(struct transport *base, void *data, size_t cap,
	size_t *n, struct err *err)
{
	struct tls *t = of(base);
	enum io_status s = tls_stream_read(base, data, cap, n, err);

	if (s == IO_OK)
		t->heard = true;
	return without_ours(t, s, err);
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
		tls_read(&t->stream.base, &c, 1, &n, &why) == IO_ERROR)
		*err = why;
}

static enum io_status tls_write(struct transport *base, const void *data,
	size_t len, size_t *n, struct err *err)
{
	enum io_status s = tls_stream_write(base, data, len, n, err);

	if (s == IO_ERROR)
		seek_refusal(of(base), err);
	return s;
}

static void tls_free(struct transport *base)
{
	struct tls *t = of(base);

	tls_stream_release(&t->stream);
	if (t->stream.keylog >= 0)
		close(t->stream.keylog);
	free(t);
}

static const struct transport_ops tls_ops = {
	.read = tls_read,
	.write = tls_write,
	.pending = tls_stream_pending,
	.shutdown = tls_stream_shutdown,
	.free = tls_free,
};

/* The server wants to see a certificate. */
static int note_asked(SSL *ssl, void *arg)
{
	(void)ssl;
	((struct tls *)arg)->asked = true;
	return 1;
}

/* Set-up has failed: why, unless that has been said. */
static bool failed(const struct tls *t, const struct attempt *a)
{
	const struct tls_fault fault = {
		.name = a->name,
		.config = a->config,
		.stream = &t->stream,
		.asked = t->asked,
	};

	if (!a->err->kind)
		tls_fault_tell(a->err, &fault);
	return false;
}

static bool set_trust(SSL_CTX *ctx, const struct attempt *a)
{
	const struct tls_config *config = a->config;

	if (config->no_check)
		return true;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, tls_stream_verdict);
	if (config->ca_file || config->ca_dir)
		return tls_trust_given(
			ctx, config->ca_file, config->ca_dir, a->err);
	tls_trust_system(ctx);
	return true;
}

static SSL_CTX *new_context(struct tls *t, const struct attempt *a)
{
	const struct tls_config *config = a->config;
	SSL_CTX *ctx = NULL;

	if (!tls_keylog_open(&t->stream.keylog, config->keylog, a->err))
		return NULL;
	ctx = tls_stream_context(
		TLS_client_method(), config, t->stream.keylog, a->err);
	if (!ctx)
		return NULL;
	SSL_CTX_set_cert_cb(ctx, note_asked, t);
	if (tls_client_load(ctx, config, a->err) && set_trust(ctx, a))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static bool set_up(struct tls *t, struct attempt *a)
{
	const struct tls_config *config = a->config;
	SSL_CTX *ctx = new_context(t, a);
	bool opened = ctx && tls_stream_open(&t->stream, ctx);

	SSL_CTX_free(ctx);
	if (!opened)
		return failed(t, a);
	SSL_set_connect_state(t->stream.ssl);
	if (!tls_expect(t->stream.ssl, a->name,
		    config->sni ? config->sni : a->host, !config->no_check,
		    a->err))
		return false;
	snprintf(a->whom, sizeof(a->whom), "%s%s", a->name,
		config->sni ? " (--sni)" : "");
	return true;
}

static bool check_pin(const struct tls *t, const struct attempt *a)
{
	X509 *cert;
	bool ok;

	if (a->config->pins.n == 0)
		return true;
	cert = SSL_get1_peer_certificate(t->stream.ssl);
	ok = tls_pin_fits(&a->config->pins, a->host, cert, a->err);
	X509_free(cert);
	return ok;
}

static bool connect_by(
	struct tls *t, struct attempt *a, struct deadline deadline)
{
	if (!set_up(t, a))
		return false;
	if (tls_stream_shake_by(&t->stream, deadline, a->err) != IO_OK)
		return failed(t, a);
	return check_pin(t, a);
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
	t->stream = (struct tls_stream){
		.base.ops = &tls_ops,
		.lower = lower,
		.peer = host,
		.whom = attempt.whom,
		.keylog_name = config->keylog,
		.keylog = -1,
	};
	if (connect_by(t, &attempt, deadline))
		return &t->stream.base;
	tls_free(&t->stream.base);
	return NULL;
}

bool tls_prepare(const struct tls_config *config, struct err *err)
{
	return tls_client_load(NULL, config, err);
}

void tls_tell(struct transport *t, void (*say)(void *arg, const char *line),
	void *arg)
{
	const struct tls_stream *stream = tls_stream_of(t);

	if (stream)
		tls_tell_session(stream->ssl, say, arg);
}

const char *tls_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
