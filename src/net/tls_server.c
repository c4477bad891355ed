#define _GNU_SOURCE

#include "net/tls_server.h"

#include "net/tls_client.h"
#include "net/tls_fault.h"
#include "net/tls_keylog.h"
#include "net/tls_offer.h"
#include "net/tls_stream.h"
#include "net/tls_trust.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIENT_MAX = 160, WASTE_MAX = 64 * 1024 };

#define THE_CLIENT "the client "

struct tls_server {
	const struct tls_config *config;
	SSL_CTX *ctx;
	int keylog; /* -1: none */
};

struct guest {
	struct tls_stream stream;
	const struct tls_server *server;
	char name[sizeof(THE_CLIENT) - 1 + CLIENT_MAX];
};

/* The names of the CAs whose certificates a client may show: those of the
 * file, as a directory is only looked into when one is wanted. */
static bool name_issuers(SSL_CTX *ctx, struct err *err)
{
	STACK_OF(X509_OBJECT) *all =
		X509_STORE_get0_objects(SSL_CTX_get_cert_store(ctx));

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509 *cert =
			X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));

		if (cert && SSL_CTX_add_client_CA(ctx, cert) != 1)
			return err_set(err, ERR_TLS, "TLS: out of memory");
	}
	return true;
}

static bool set_trust(
	SSL_CTX *ctx, const struct tls_config *config, struct err *err)
{
	if (config->no_check || (!config->ca_file && !config->ca_dir))
		return true;
	SSL_CTX_set_verify(ctx,
		SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
		tls_stream_verdict);
	return tls_trust_given(ctx, config->ca_file, config->ca_dir, err) &&
	       name_issuers(ctx, err);
}

static bool set_context(struct tls_server *server, struct err *err)
{
	static const unsigned char sessions[] = "wstap";
	const struct tls_config *config = server->config;

	if (!config->cert && !config->key)
		return err_set(err, ERR_CLIENT_CERTIFICATE,
			"a TLS listener needs a certificate (try --cert FILE "
			"--key FILE)");
	if (!tls_keylog_open(&server->keylog, config->keylog, err))
		return false;
	server->ctx = tls_stream_context(
		TLS_server_method(), config, server->keylog, err);
	if (!server->ctx)
		return false;
	tls_choose(server->ctx);
	/* Without it no session with a client's certificate is resumed. */
	SSL_CTX_set_session_id_context(
		server->ctx, sessions, sizeof(sessions) - 1);
	return tls_client_load(server->ctx, config, err) &&
	       set_trust(server->ctx, config, err);
}

struct tls_server *tls_server_new(
	const struct tls_config *config, struct err *err)
{
	struct tls_server *server = calloc(1, sizeof(*server));

	if (!server) {
		err_set(err, ERR_TLS, "TLS: out of memory");
		return NULL;
	}
	server->config = config;
	server->keylog = -1;
	if (set_context(server, err))
		return server;
	tls_server_free(server);
	return NULL;
}

void tls_server_free(struct tls_server *server)
{
	if (!server)
		return;
	SSL_CTX_free(server->ctx);
	if (server->keylog >= 0)
		close(server->keylog);
	free(server);
}

static void guest_free(struct transport *base)
{
	struct guest *g = (struct guest *)base;

	tls_stream_release(&g->stream);
	free(g);
}

static const struct transport_ops guest_ops = {
	.read = tls_stream_read,
	.write = tls_stream_write,
	.pending = tls_stream_pending,
	.shutdown = tls_stream_shutdown,
	.free = guest_free,
};

struct transport *tls_accept_start(struct tls_server *server,
	struct transport *lower, const char *client, struct err *err)
{
	struct guest *g = calloc(1, sizeof(*g));

	if (!g) {
		transport_free(lower);
		err_set(err, ERR_TLS, "TLS: out of memory");
		return NULL;
	}
	snprintf(g->name, sizeof(g->name), THE_CLIENT "%s", client);
	g->server = server;
	g->stream = (struct tls_stream){
		.base.ops = &guest_ops,
		.lower = lower,
		.peer = g->name + sizeof(THE_CLIENT) - 1,
		.whom = g->name,
		.keylog_name = server->config->keylog,
		.keylog = server->keylog,
	};
	if (tls_stream_open(&g->stream, server->ctx)) {
		SSL_set_accept_state(g->stream.ssl);
		return &g->stream.base;
	}
	ERR_clear_error();
	err_set(err, ERR_TLS, "TLS handshake with %s: out of memory",
		g->stream.peer);
	guest_free(&g->stream.base);
	return NULL;
}

/* The answer to plain HTTP. What else has come is read, because closing with
 * that unread would make the system take the answer back. */
static void answer_http(struct transport *lower)
{
	static const char answer[] =
		"HTTP/1.1 400 Bad Request\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Length: 54\r\n"
		"Connection: close\r\n"
		"\r\n"
		"this listener speaks TLS: use wss:// or https:// here\n";
	struct err ignored;
	char waste[4096];
	size_t n;

	if (transport_write(lower, answer, sizeof(answer) - 1, &n, &ignored) !=
		IO_OK)
		return;
	transport_shutdown(lower);
	for (size_t all = 0; all < WASTE_MAX; all += n)
		if (transport_read(lower, waste, sizeof(waste), &n, &ignored) !=
			IO_OK)
			break;
}

/* The handshake has failed: why, unless that has been said. */
static void failed(struct guest *g, struct err *err)
{
	if (!err->kind)
		tls_fault_client(err, g->server->config, &g->stream);
	if (tls_fault_is_http(&g->stream))
		answer_http(g->stream.lower);
	ERR_clear_error();
}

enum io_status tls_accept_step(struct transport *t, struct err *err)
{
	enum io_status s = tls_stream_shake(tls_stream_of(t), err);

	if (s == IO_ERROR)
		failed((struct guest *)t, err);
	return s;
}

struct transport *tls_accept(struct tls_server *server, struct transport *lower,
	const char *client, struct deadline deadline, struct err *err)
{
	struct transport *t = tls_accept_start(server, lower, client, err);

	if (!t)
		return NULL;
	if (tls_stream_shake_by(tls_stream_of(t), deadline, err) == IO_OK)
		return t;
	failed((struct guest *)t, err);
	transport_free(t);
	return NULL;
}
