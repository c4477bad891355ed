#include "http/url.h"

#include "http/auth.h"
#include "http/head.h"
#include "http/percent.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unix_scheme[] = "ws+unix";

static const struct scheme {
	const char *name;
	bool secure;
} schemes[] = {
	{ "ws", false },
	{ "wss", true },
	{ "http", false },
	{ "https", true },
};

/* The text being parsed, as the error lines need it. */
struct source {
	const char *text;
	const char *userinfo; /* where it would begin; NULL: nowhere */
	struct err *err;
};

/* Whatever stands before the last @ may be a password with a / or # in it
 * that should have been escaped, so all of it is hidden, and no part of the
 * text is quoted by itself. */
static bool refuse(const struct source *s, const char *why)
{
	enum { SHOWN = 200 };
	const char *at = s->userinfo ? strrchr(s->userinfo, '@') : NULL;
	const char *rest = at ? at : s->text;
	int before = at ? (int)(s->userinfo - s->text) : 0;

	return err_set(s->err, ERR_URL, "URL \"%.*s%s%.*s%s\": %s",
		before > SHOWN ? SHOWN : before, s->text, at ? "***" : "",
		SHOWN, rest, strlen(rest) > SHOWN ? "..." : "", why);
}

__attribute__((format(printf, 1, 2))) static char *text_of(
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);

	char *text = n < 0 ? NULL : malloc((size_t)n + 1);

	if (!text)
		abort();
	va_start(args, format);
	vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return text;
}

static struct http_span span_to(const char *p, const char *end)
{
	return (struct http_span){ p, (size_t)(end - p) };
}

static const char *span_end(struct http_span span)
{
	return span.p + span.len;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A copy with the percent escapes undone; `what` names it in the line. */
static bool decode(const struct source *s, const char *what,
	struct http_span in, char **out)
{
	const char *fault;
	char why[160];

	*out = http_percent_decode(in, &fault);
	if (*out)
		return true;
	snprintf(why, sizeof(why), "in the %s, %s", what, fault);
	return refuse(s, why);
}

static bool escapes_target(char c)
{
	return (unsigned char)c >= 0x80;
}

static bool escapes_path(char c)
{
	return http_is_control(c) || strchr(" %#?:", c);
}

/* The origin-form target of a path and query. Escapes stay as they were
 * typed; what is not ASCII is escaped, as browsers and curl do. */
static char *target_of(const char *rest)
{
	return http_percent_encode(
		*rest == '/' ? "" : "/", http_span_of(rest), escapes_target);
}

static const struct scheme *find_scheme(struct http_span name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (http_span_is(name, schemes[i].name))
			return &schemes[i];
	return NULL;
}

/* Takes "user:password@" off an authority. The last @ ends it, as browsers
 * have it: a password may have others in it. */
static bool parse_userinfo(
	struct url *url, const struct source *s, struct http_span *authority)
{
	size_t n = authority->len;

	while (n && authority->p[n - 1] != '@')
		n--;
	if (!n)
		return true;

	struct http_span user = { authority->p, n - 1 };
	const char *colon = memchr(user.p, ':', user.len);

	authority->p += n;
	authority->len -= n;
	if (!user.len)
		return true;
	if (colon && !decode(s, "password", span_to(colon + 1, span_end(user)),
			     &url->password))
		return false;
	if (colon)
		user = span_to(user.p, colon);
	return decode(s, "user name", user, &url->user);
}

static bool all_host_chars(const char *host)
{
	for (; *host; host++)
		if (*host == ' ' || http_is_control(*host) ||
			(unsigned char)*host >= 0x80 ||
			strchr("\"#%/:<>?@[\\]^`{|}", *host))
			return false;
	return true;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* To ASCII by IDNA2008. What comes out is checked by the caller: the mapping
 * can yield a slash or an @ (from their full-width forms), or nothing. */
static bool convert_idn(const struct source *s, char **host)
{
	char *ascii = NULL, why[160];
	int r = idn2_to_ascii_8z(
		*host, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);

	if (r != IDN2_OK) {
		snprintf(why, sizeof(why), "the host is no domain name: %s",
			idn2_strerror(r));
		return refuse(s, why);
	}
	free(*host);
	*host = text_of("%s", ascii);
	idn2_free(ascii);
	return true;
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text | 0x20);
}

/* A name or an IPv4 address. */
static bool parse_name(
	struct url *url, const struct source *s, struct http_span name)
{
	if (!decode(s, "host", name, &url->host))
		return false;
	if (!is_ascii(url->host) && !convert_idn(s, &url->host))
		return false;
	if (!*url->host)
		return refuse(s, "the host is missing");
	if (!all_host_chars(url->host))
		return refuse(s, "a character that no host has in it");
	/* Resolvers take it for an empty name. */
	if (strcmp(url->host, "*") == 0)
		return refuse(s, "* is no host");
	lower(url->host);
	url->authority = text_of("%s", url->host);
	return true;
}

/* The zone behind an IPv6 address: "%25" and the zone with escapes (RFC
 * 6874), or "%" and the zone as it is, as people type it. "%25" with nothing
 * behind can only mean interface 25. */
static bool parse_zone(
	const struct source *s, struct http_span text, char **zone)
{
	bool escaped = text.len > 3 && !memcmp(text.p, "%25", 3);
	size_t skip = escaped ? 3 : 1;
	struct http_span name = { text.p + skip, text.len - skip };

	if (!escaped)
		*zone = text_of("%.*s", (int)name.len, name.p);
	else if (!decode(s, "zone", name, zone))
		return false;
	if (**zone && all_host_chars(*zone))
		return true;
	return refuse(s, "no zone of an IPv6 address after the %");
}

/* What stands between brackets. */
static bool parse_ip6(
	struct url *url, const struct source *s, struct http_span text)
{
	const char *percent = memchr(text.p, '%', text.len);
	size_t n = percent ? (size_t)(percent - text.p) : text.len;
	char address[INET6_ADDRSTRLEN], *zone = NULL;
	struct in6_addr bytes;

	if (n < sizeof(address)) {
		memcpy(address, text.p, n);
		address[n] = '\0';
	}
	if (n >= sizeof(address) || inet_pton(AF_INET6, address, &bytes) != 1)
		return refuse(s, "no IPv6 address between the brackets");
	lower(address);
	if (percent &&
		!parse_zone(s, span_to(percent, span_end(text)), &zone)) {
		free(zone);
		return false;
	}
	url->host =
		text_of("%s%s%s", address, zone ? "%" : "", zone ? zone : "");
	url->authority = text_of("[%s]", address);
	free(zone);
	return true;
}

static bool parse_port(
	const struct source *s, struct http_span text, uint16_t *port)
{
	unsigned value = 0;
	size_t i = 0;

	for (; i < text.len && is_digit(text.p[i]) && value <= 65535; i++)
		value = value * 10 + (unsigned)(text.p[i] - '0');
	if (i < text.len || value == 0 || value > 65535)
		return refuse(s, "the port must be a number from 1 to 65535");
	*port = (uint16_t)value;
	return true;
}

/* Cuts host[:port] in two; port.p is NULL where there is no colon. */
static bool split_port(
	const struct source *s, struct http_span *host, struct http_span *port)
{
	const char *end = span_end(*host), *colon;

	*port = (struct http_span){ 0 };
	if (host->len && *host->p == '[') {
		const char *bracket = memchr(host->p, ']', host->len);

		if (!bracket)
			return refuse(s, "the ] after the IPv6 address is "
					 "missing");
		colon = bracket + 1;
		if (colon != end && *colon != ':')
			return refuse(s, "only :PORT can follow the ]");
	} else {
		colon = host->len ? memchr(host->p, ':', host->len) : NULL;
		if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			return refuse(s, "more than one colon: an IPv6 "
					 "address goes in brackets, [::1]");
	}
	if (!colon || colon == end)
		return true;
	*host = span_to(host->p, colon);
	*port = span_to(colon + 1, end);
	return true;
}

/* A form without "scheme://", where a word and a colon may be a host before
 * its port or a scheme with something missing. */
static bool check_bare(
	const struct source *s, struct http_span *host, struct http_span port)
{
	if (host->len && port.p && !(port.len && is_digit(*port.p))) {
		if (find_scheme(*host))
			return refuse(s, "two slashes are missing after the "
					 "scheme");
		if (!port.len)
			return refuse(s, "no port after the colon (or a "
					 "scheme that is none of ws, wss, "
					 "http, https and ws+unix)");
	}
	if (!host->len && port.len)
		*host = http_span_of("localhost");
	return true;
}

static bool parse_network(struct url *url, const struct source *s,
	const char *rest, const struct scheme *scheme)
{
	size_t n = strcspn(rest, "/?");
	struct http_span host = { rest, n }, port;

	url->secure = scheme && scheme->secure;
	if (!parse_userinfo(url, s, &host) || !split_port(s, &host, &port))
		return false;
	if (!scheme && !check_bare(s, &host, port))
		return false;
	if (host.len && *host.p == '[') {
		struct http_span inside = { host.p + 1, host.len - 2 };

		if (!parse_ip6(url, s, inside))
			return false;
	} else if (!parse_name(url, s, host)) {
		return false;
	}

	uint16_t usual = url->secure ? 443 : 80;

	url->port = usual;
	if (port.len && !parse_port(s, port, &url->port))
		return false;
	if (url->port != usual) {
		char *name = url->authority;

		url->authority = text_of("%s:%u", name, (unsigned)url->port);
		free(name);
	}
	url->target = target_of(rest + n);
	return true;
}

/* Where the socket's path ends: at the query, or at a colon with a resource
 * behind it. Other colons are the path's. */
static const char *path_end(const char *p)
{
	for (; *p && *p != '?'; p++)
		if (*p == ':' && (!p[1] || p[1] == '/' || p[1] == '?'))
			break;
	return p;
}

/* "/path[:/resource]", "@abstract[:/resource]" or "//[userinfo@]/path...",
 * what follows "ws+unix:". */
static bool parse_unix(
	struct url *url, const struct source *s, const char *rest)
{
	if (rest[0] == '/' && rest[1] == '/') {
		size_t n = strcspn(rest + 2, "/?");
		struct http_span host = { rest + 2, n };

		if (!parse_userinfo(url, s, &host))
			return false;
		if (host.len)
			return refuse(s, "ws+unix has no host: write "
					 "ws+unix:/path/to/socket");
		rest += 2 + n;
	}

	const char *end = path_end(rest);

	if (!decode(s, "path", span_to(rest, end), &url->unix_path))
		return false;
	if (!*url->unix_path || !strcmp(url->unix_path, "@"))
		return refuse(s, "the path of the socket is missing");
	url->port = 80;
	url->authority = text_of("localhost");
	url->target = target_of(*end == ':' ? end + 1 : end);
	return true;
}

/* The word before "://", empty too; p is NULL where there is none. Any word
 * counts, so that a scheme with a slip in it is not taken for a host. */
static struct http_span scheme_of(const char *text)
{
	size_t n = strcspn(text, ":/?#@[]");

	if (!strncmp(text + n, "://", 3))
		return (struct http_span){ text, n };
	return (struct http_span){ 0 };
}

static bool check_bytes(const struct source *s)
{
	for (const char *p = s->text; *p; p++) {
		if (*p == ' ')
			return refuse(s, "a blank in it (write %20)");
		if (http_is_control(*p))
			return refuse(s, "a control character in it");
		if (*p == '#')
			return refuse(s, "a WebSocket URL has no fragment "
					 "(write %23 for a literal #)");
	}
	return true;
}

static bool parse(struct url *url, const char *text, struct err *err)
{
	struct http_span name = scheme_of(text);
	struct http_span word = { text, strcspn(text, ":") };
	bool is_unix = text[word.len] && http_span_is(word, unix_scheme);
	struct source s = { text, text, err };

	if (name.p)
		s.userinfo = text + name.len + strlen("://");
	else if (is_unix)
		s.userinfo = NULL;
	if (!*text)
		return refuse(&s, "it is empty");
	if (!check_bytes(&s))
		return false;
	if (is_unix)
		return parse_unix(url, &s, text + word.len + 1);
	if (!name.p)
		return parse_network(url, &s, text, NULL);

	const struct scheme *scheme = find_scheme(name);

	if (!scheme)
		return refuse(&s, "unknown scheme (use ws, wss, http, https "
				  "or ws+unix)");
	return parse_network(url, &s, s.userinfo, scheme);
}

bool url_parse(struct url *url, const char *text, struct err *err)
{
	*url = (struct url){ 0 };
	if (parse(url, text, err))
		return true;
	url_release(url);
	return false;
}

void url_release(struct url *url)
{
	free(url->host);
	free(url->authority);
	free(url->target);
	http_auth_free(url->user);
	http_auth_free(url->password);
	free(url->unix_path);
	*url = (struct url){ 0 };
}

static char *show_unix(const struct url *url)
{
	/* A path that starts with two slashes needs an empty host before it,
	 * or its first part would be one. */
	bool slashes = !strncmp(url->unix_path, "//", 2);
	bool root = !strcmp(url->target, "/");
	char *path = http_percent_encode(
		"", http_span_of(url->unix_path), escapes_path);
	char *shown = text_of("%s:%s%s%s%s", unix_scheme, slashes ? "//" : "",
		path, root ? "" : ":", root ? "" : url->target);

	free(path);
	return shown;
}

char *url_show(const struct url *url)
{
	const char *scheme = url->secure ? "wss" : "ws";
	const char *zone = url->host ? strchr(url->host, '%') : NULL;

	if (url->unix_path)
		return show_unix(url);
	if (!zone)
		return text_of(
			"%s://%s%s", scheme, url->authority, url->target);

	const char *bracket = strchr(url->authority, ']');

	return text_of("%s://%.*s%%25%s%s%s", scheme,
		(int)(bracket - url->authority), url->authority, zone + 1,
		bracket, url->target);
}

const char *url_library(void)
{
	static char text[48];

	snprintf(text, sizeof(text), "libidn2 %s", idn2_check_version(NULL));
	return text;
}
