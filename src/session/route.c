#define _GNU_SOURCE /* strdup */
#include "session/route.h"

#include "base/version.h"
#include "http/noproxy.h"
#include "net/dial.h"
#include "net/proxy.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "session/session.h"
#include "ui/askpass.h"
#include "ui/diag.h"

#include <stdlib.h>
#include <string.h>

static void note_resolved(void *arg)
{
	struct session *s = arg;

	s->link->stats.phases.resolved = clock_now_ns();
}

static void note_dial(void *arg, const char *line)
{
	(void)arg;
	diag_star("%s", line);
}

/* --- the proxy --- */

/* A variable's value, unless it is empty. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* The first of these that is set; its name in *what. */
static const char *first_variable(const char *const *names, const char **what)
{
	for (; *names; names++) {
		const char *value = variable(*names);

		*what = *names;
		if (value)
			return value;
	}
	return NULL;
}

/* What the command line or the environment says; NULL: no proxy. */
static const char *proxy_text(
	const struct config *c, const struct url *url, const char **what)
{
	static const char *const plain[] = { "ws_proxy", "WS_PROXY",
		"http_proxy", "all_proxy", "ALL_PROXY", NULL };
	static const char *const secure[] = { "wss_proxy", "WSS_PROXY",
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL };

	if (c->proxy) {
		*what = "--proxy";
		return *c->proxy ? c->proxy : NULL;
	}
	return first_variable(url->secure ? secure : plain, what);
}

static bool bypassed(const struct config *c, const struct url *url)
{
	static const char *const names[] = { "no_proxy", "NO_PROXY", NULL };
	const char *what;
	const char *list =
		c->noproxy ? c->noproxy : first_variable(names, &what);

	return list && noproxy_match(list, url->host, url->port);
}

/* The proxy for url: false where it can't be read; *used says whether there
 * is one. */
static bool choose_proxy(struct session *s, const struct url *url,
	struct proxy *proxy, bool *used)
{
	const struct config *c = s->config;
	const char *what, *text;

	*used = false;
	if (url->unix_path || c->unix_socket)
		return true;
	text = proxy_text(c, url, &what);
	if (!text || bypassed(c, url))
		return true;
	*used = true;
	return proxy_parse(proxy, what, text, &s->link->err);
}

static void note_proxy(void *arg, char mark, const void *text, size_t len)
{
	const struct session *s = arg;

	diag_head(mark, text, len, s->config->verbose > 1);
}

/* --- the way --- */

/* Connects, and puts a plain transport in s->link->net. */
static bool dial_to(struct session *s, const struct dial_target *target,
	struct deadline deadline)
{
	const struct dial_watch watch = {
		.note = s->config->verbose ? note_dial : NULL,
		.resolved = note_resolved,
		.arg = s,
	};
	int fd =
		dial(target, deadline, &watch, s->link->address, &s->link->err);

	if (fd < 0)
		return false;
	s->link->net = tcp_new(fd);
	if (!s->link->net)
		abort();
	return true;
}

/* TLS over s->link->net. */
static bool secure(struct session *s, const struct tls_config *config,
	const char *host, struct deadline deadline)
{
	s->link->net = tls_connect(
		s->link->net, config, host, deadline, &s->link->err);
	return s->link->net != NULL;
}

/* What of our TLS is for another server, too. */
static struct tls_config strangers_tls(const struct session *s)
{
	struct tls_config config = s->config->tls;

	config.cert = config.key = config.passphrase = NULL;
	config.sni = NULL;
	return config;
}

/* And for the proxy: the pins are those of servers. */
static struct tls_config proxys_tls(const struct session *s)
{
	struct tls_config config = strangers_tls(s);

	config.pins = (struct strings){ 0 };
	return config;
}

/* Says whose the failure is: a user may not know of the environment's proxy. */
static bool blame_proxy(struct session *s, const struct proxy *proxy)
{
	const struct err why = s->link->err;
	char *shown = proxy_show(proxy);

	err_set(&s->link->err,
		why.kind == ERR_RESOLVE ? ERR_PROXY_NAME : why.kind,
		"proxy %.200s: %s", shown, why.line);
	free(shown);
	return false;
}

static bool dial_proxy(
	struct session *s, const struct proxy *proxy, struct deadline deadline)
{
	const struct tls_config tls = proxys_tls(s);
	const struct dial_target target = {
		.host = proxy->host,
		.port = proxy->port,
		.config = &s->config->dial,
	};

	if (!dial_to(s, &target, deadline))
		return blame_proxy(s, proxy);
	return proxy->kind != PROXY_HTTPS ||
	       secure(s, &tls, proxy->host, deadline);
}

static void random_word(char *out, size_t n)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCD"
				      "EFGHIJKLMNOPQRSTUVWXYZ";

	random_bytes(out, n);
	for (size_t i = 0; i < n; i++)
		out[i] = letters[(unsigned char)out[i] % (sizeof(letters) - 1)];
}

void route_cnonce(char out[ROUTE_CNONCE])
{
	random_word(out, ROUTE_CNONCE - 1);
	out[ROUTE_CNONCE - 1] = 0;
}

static bool through_proxy(struct session *s, const struct proxy *proxy,
	const char *host, uint16_t port, struct deadline deadline)
{
	const char *agent = s->config->handshake.user_agent;
	char cnonce[ROUTE_CNONCE];
	const struct proxy_config config = {
		.proxy = proxy,
		.host = host,
		.port = port,
		.dial = &s->config->dial,
		.user_agent = agent ? agent : "wstap/" WSTAP_VERSION,
		.cnonce = cnonce,
		.note = s->config->verbose ? note_proxy : NULL,
		.arg = s,
	};
	struct proxy_talk talk = { 0 };
	enum proxy_result result = PROXY_REFUSED;

	do {
		transport_free(s->link->net);
		s->link->net = NULL;
		if (!dial_proxy(s, proxy, deadline))
			break;
		route_cnonce(cnonce);
		result = proxy_open(
			s->link->net, &config, &talk, deadline, &s->link->err);
	} while (result == PROXY_AGAIN);
	proxy_talk_release(&talk);
	return result == PROXY_OPEN;
}

/* As far as the server's own first byte, of TLS or not. */
static bool reach(
	struct session *s, const struct url *url, struct deadline deadline)
{
	const struct config *c = s->config;
	struct dial_target target = {
		.host = url->host,
		.port = url->port,
		.unix_path = url->unix_path ? url->unix_path : c->unix_socket,
		.config = &c->dial,
	};
	struct proxy proxy = { 0 };
	char *host = NULL;
	bool proxied, ok;

	if (!choose_proxy(s, url, &proxy, &proxied))
		return false;
	if (!target.unix_path && dial_connect_to(&c->connect_to, url->host,
					 url->port, &host, &target.port))
		target.host = host;
	ok = proxied ? through_proxy(
			       s, &proxy, target.host, target.port, deadline)
		     : dial_to(s, &target, deadline);
	proxy_release(&proxy);
	free(host);
	return ok;
}

static void tell_tls(void *arg, const char *line)
{
	(void)arg;
	diag_star("%s", line);
}

bool route_open(struct session *s, const struct url *url, bool home,
	struct deadline deadline)
{
	struct tls_config tls = home ? s->config->tls : strangers_tls(s);

	if (!reach(s, url, deadline))
		return false;
	s->link->stats.phases.connected = clock_now_ns();
	if (!url->secure)
		return true;
	tls.ask = askpass;
	/* A unix socket's server is called as its URL's Host field has it. */
	if (!secure(s, &tls, url->host ? url->host : "localhost", deadline))
		return false;
	s->link->stats.phases.secured = clock_now_ns();
	if (s->config->verbose)
		tls_tell(s->link->net, tell_tls, NULL);
	return true;
}
