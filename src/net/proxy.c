#include "net/proxy.h"

#include "http/auth.h"
#include "http/url.h"
#include "net/proxy_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scheme {
	const char *name;
	enum proxy_kind kind;
	uint16_t port;
} schemes[] = {
	/* The first of a kind is the one to show. */
	{ "http", PROXY_HTTP, 1080 },
	{ "https", PROXY_HTTPS, 443 },
	{ "socks4", PROXY_SOCKS4, 1080 },
	{ "socks", PROXY_SOCKS4, 1080 },
	{ "socks4a", PROXY_SOCKS4A, 1080 },
	{ "socks5", PROXY_SOCKS5, 1080 },
	{ "socks5h", PROXY_SOCKS5H, 1080 },
};

enum { SCHEMES = sizeof(schemes) / sizeof(*schemes) };

static const struct scheme *find_scheme(struct http_span name)
{
	for (size_t i = 0; i < SCHEMES; i++)
		if (http_span_is(name, schemes[i].name))
			return &schemes[i];
	return NULL;
}

static const char *scheme_name(enum proxy_kind kind)
{
	size_t i = 0;

	while (schemes[i].kind != kind)
		i++;
	return schemes[i].name;
}

/* The word before "://"; p is NULL where there is none. */
static struct http_span scheme_of(const char *text)
{
	size_t n = strcspn(text, ":/?#@[]");

	if (strncmp(text + n, "://", 3) != 0)
		return (struct http_span){ 0 };
	return (struct http_span){ text, n };
}

/* Whether the text, which url_parse() has found good, names a port: a port
 * of 80 looks like none in what it makes. */
static bool names_port(const char *text)
{
	const char *at = strrchr(text, '@');
	const char *host = at ? at + 1 : text;
	const char *colon = strrchr(host, ':');

	return colon && !strchr(colon, ']');
}

/* Everything behind the scheme has the form of a URL without one. */
static bool parse_rest(struct proxy *p, const char *what, const char *text,
	uint16_t usual, struct err *err)
{
	struct url url;
	struct err why = { 0 };

	if (!url_parse(&url, text, &why))
		return err_set(err, ERR_USAGE, "%s: %s", what, why.line);
	if (url.unix_path || strcmp(url.target, "/") != 0) {
		url_release(&url);
		return err_set(err, ERR_USAGE,
			"%s: a proxy is [SCHEME://][USER:PASSWORD@]HOST[:PORT],"
			" with no path",
			what);
	}
	p->port = names_port(text) ? url.port : usual;
	p->host = url.host;
	p->user = url.user;
	p->password = url.password;
	url.host = url.user = url.password = NULL;
	url_release(&url);
	return true;
}

bool proxy_parse(
	struct proxy *p, const char *what, const char *text, struct err *err)
{
	struct http_span name = scheme_of(text);
	const struct scheme *scheme = name.p ? find_scheme(name) : schemes;
	const char *rest = name.p ? text + name.len + strlen("://") : text;

	*p = (struct proxy){ 0 };
	if (!scheme)
		return err_set(err, ERR_USAGE,
			"%s: unknown scheme \"%.*s\" (use http, https, socks4, "
			"socks4a, socks5 or socks5h)",
			what, name.len < 32 ? (int)name.len : 32, name.p);
	if (scheme_of(rest).p)
		return err_set(err, ERR_USAGE,
			"%s: two schemes before the proxy's host", what);
	p->kind = scheme->kind;
	return parse_rest(p, what, rest, scheme->port, err);
}

void proxy_release(struct proxy *p)
{
	free(p->host);
	http_auth_free(p->user);
	http_auth_free(p->password);
	*p = (struct proxy){ 0 };
}

char *proxy_show(const struct proxy *p)
{
	bool v6 = strchr(p->host, ':') != NULL;
	size_t cap = strlen(p->host) + sizeof("socks5h://[]:65535");
	char *shown = malloc(cap);

	if (!shown)
		abort();
	snprintf(shown, cap, "%s://%s%s%s:%u", scheme_name(p->kind),
		v6 ? "[" : "", p->host, v6 ? "]" : "", (unsigned)p->port);
	return shown;
}

bool proxy_fail(
	const struct proxy_peer *p, enum err_kind kind, const char *format, ...)
{
	char why[sizeof(p->err->line)];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return err_set(
		p->err, kind, "proxy %s to %s: %s", p->name, p->target, why);
}

void proxy_tell(const struct proxy_peer *p, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!p->config->note)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	p->config->note(p->config->arg, '*', line, strlen(line));
}

bool proxy_send(const struct proxy_peer *p, const void *data, size_t len)
{
	struct err why = { 0 };

	if (transport_write_by(p->t, data, len, p->deadline, p->doing, &why))
		return true;
	if (why.kind != ERR_TIMEOUT)
		return proxy_fail(p, ERR_LOST, "%s", why.line);
	*p->err = why;
	return false;
}

bool proxy_take(const struct proxy_peer *p, void *data, size_t len)
{
	uint8_t *to = data;
	struct err why = { 0 };
	size_t n;

	while (len) {
		switch (transport_read_by(
			p->t, to, len, &n, p->deadline, p->doing, &why)) {
		case IO_OK:
			to += n;
			len -= n;
			continue;
		case IO_EOF:
			return proxy_fail(p, ERR_LOST,
				"it hung up before its answer was complete");
		case IO_ERROR:
		case IO_WANT_READ:
		case IO_WANT_WRITE:
			break;
		}
		if (why.kind != ERR_TIMEOUT)
			return proxy_fail(p, ERR_LOST, "%s", why.line);
		*p->err = why;
		return false;
	}
	return true;
}

static void name_both(struct proxy_peer *p, const struct proxy_config *config)
{
	char *shown = proxy_show(config->proxy);
	bool v6 = strchr(config->host, ':') != NULL;

	snprintf(p->name, sizeof(p->name), "%s", shown);
	free(shown);
	snprintf(p->target, sizeof(p->target), "%s%.80s%s:%u", v6 ? "[" : "",
		config->host, v6 ? "]" : "", (unsigned)config->port);
	snprintf(p->doing, sizeof(p->doing),
		"waiting for the answer of proxy %s", p->name);
}

static enum proxy_result ask(struct proxy_peer *p, struct proxy_talk *talk)
{
	switch (p->config->proxy->kind) {
	case PROXY_HTTP:
	case PROXY_HTTPS:
		return proxy_connect(p, talk);
	case PROXY_SOCKS4:
	case PROXY_SOCKS4A:
		return proxy_socks4(p, talk);
	case PROXY_SOCKS5:
	case PROXY_SOCKS5H:
		break;
	}
	return proxy_socks5(p, talk);
}

enum proxy_result proxy_open(struct transport *t,
	const struct proxy_config *config, struct proxy_talk *talk,
	struct deadline deadline, struct err *err)
{
	struct err why = { 0 };
	struct proxy_peer p = {
		.t = t,
		.config = config,
		.deadline = deadline,
		.err = &why,
	};
	enum proxy_result result;

	name_both(&p, config);
	result = ask(&p, talk);
	/* What made it ask again is not what it ends with. */
	if (result == PROXY_REFUSED)
		*err = why;
	return result;
}

void proxy_talk_release(struct proxy_talk *talk)
{
	challenge_release(&talk->challenge);
	*talk = (struct proxy_talk){ 0 };
}
