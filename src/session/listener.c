#define _GNU_SOURCE /* asprintf */
#include "session/listener.h"

#include "base/hostport.h"
#include "base/wipe.h"
#include "http/auth.h"
#include "net/dial.h"
#include "net/tls_server.h"
#include "session/credentials.h"
#include "session/session.h"
#include "session/signals.h"
#include "ui/askpass.h"
#include "ui/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a client's Authorization has to say; NULL: nothing. */
static char *expected(const char *user, const char *bearer)
{
	const char *colon = user ? strchr(user, ':') : NULL;
	char *name, *value;

	if (bearer)
		return http_auth_join(" ", "Bearer", bearer);
	if (!colon)
		return NULL;
	name = strndup(user, (size_t)(colon - user));
	if (!name)
		abort();
	value = http_auth_basic(name, colon + 1);
	wipe_free(name);
	return value;
}

static bool prepare_credentials(struct session *s)
{
	struct gate *g = &s->clients.gate;
	char *asked = NULL;

	if (!credentials_ask(s, &asked))
		return false;
	g->authorization =
		expected(asked ? asked : s->config->user, s->config->bearer);
	wipe_free(asked);
	g->handshake = s->config->handshake;
	g->handshake.admission.authorization = g->authorization;
	return true;
}

static bool prepare_tls(struct session *s)
{
	struct gate *g = &s->clients.gate;

	if (!s->config->tls.cert)
		return true;
	g->tls_config = s->config->tls;
	g->tls_config.ask = askpass;
	g->tls = tls_server_new(&g->tls_config, &s->link->err);
	return g->tls != NULL;
}

static bool open_tcp(struct session *s, char where[DIAL_ADDRESS_MAX])
{
	const char *value = s->config->listen;
	struct hostport at;
	char host[256];

	if (!hostport_parse(&at, value) || at.host_len >= sizeof(host))
		return err_set(&s->link->err, ERR_USAGE,
			"-l %.300s: not [HOST:]PORT", value);
	memcpy(host, at.host, at.host_len);
	host[at.host_len] = 0;
	s->listener = dial_listen(
		at.host_len ? host : NULL, at.port, where, &s->link->err);
	return s->listener >= 0;
}

static bool open_unix(
	struct session *s, const char *path, char where[DIAL_ADDRESS_MAX])
{
	/* From here on a signal ends it in order: the socket's file goes. */
	signals_hold(s->repl);
	s->listener = dial_listen_unix(
		path, &s->clients.gate.file, where, &s->link->err);
	return s->listener >= 0;
}

/* What a client would give as URL. */
static void note_url(struct session *s, bool is_unix, const char *where)
{
	const char *secure = s->clients.gate.tls ? "s" : "";

	if ((is_unix ? asprintf(&s->url, "ws%s+%s", secure, where)
		     : asprintf(&s->url, "ws%s://%s/", secure, where)) < 0)
		abort();
}

bool listener_open(struct session *s)
{
	const char *path = dial_listen_path(s->config->listen);
	char where[DIAL_ADDRESS_MAX];

	if (!prepare_tls(s) || !prepare_credentials(s))
		return false;
	if (!(path ? open_unix(s, path, where) : open_tcp(s, where)))
		return false;
	diag("listening on %s", where);
	note_url(s, path != NULL, where);
	return true;
}

void listener_close(struct session *s)
{
	struct gate *g = &s->clients.gate;

	if (s->listener >= 0)
		dial_unlisten(s->listener, &g->file);
	s->listener = -1;
	tls_server_free(g->tls);
	http_auth_free(g->authorization);
	*g = (struct gate){ 0 };
	signals_release();
}
