#ifndef WSTAP_HTTP_URL_H
#define WSTAP_HTTP_URL_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Where to connect, from any form a user may type (RFC 3986, RFC 6455
 * section 3):
 *
 *     ws://host  wss://host  http://host (ws)  https://host (wss)
 *     host[:port][/path]     :port[/path] (localhost)
 *     ws+unix:/path/to/socket[:/resource]
 *
 * each with [userinfo@] (ws+unix: only as ws+unix://user@/path) and a query. A
 * host is a name (percent escapes undone, IDNs converted to ASCII by IDNA2008,
 * in lower case), an IPv4 address or [IPv6 with %25zone or %zone].
 *
 * - The last @ before the path ends the userinfo, as in browsers, and its first
 *   colon the user name.
 * - The target keeps the escapes it was typed with; what is not ASCII in it is
 *   escaped.
 * - The path of a unix socket ends at the query, or at a colon that a slash,
 *   the query or nothing follows; other colons are its own. Escapes in it are
 *   undone, and @name is an abstract socket.
 */
struct url {
	bool secure;     /* wss: TLS */
	char *host;      /* ASCII, without brackets, zone included; NULL for a
	                    * unix socket */
	uint16_t port;   /* 80 or 443 where the URL has none */
	char *authority; /* for the Host field: host[:port], brackets kept, no
	                    * zone, port left out where it is the default;
	                    * "localhost" for a unix socket */
	char *target;    /* origin-form: path and query, never empty */
	char *user;      /* percent-decoded; NULL where there is no userinfo */
	char *password;  /* percent-decoded; NULL where there is none */
	char *unix_path; /* NULL unless ws+unix; "@name" is abstract */
};

/* Parses text. On failure err has ERR_URL and a line that names what is wrong
 * in which URL, and there is nothing to release. Whatever stands before the
 * last @ is shown there as ***. Refused: a fragment, another scheme, a bad
 * port, an empty host or *, control characters or spaces, a bad percent escape in
 * the userinfo, host or socket path. */
bool url_parse(struct url *url, const char *text, struct err *err);

/* Frees what url_parse() made; credentials are wiped first. All zero is
 * fine. */
void url_release(struct url *url);

/* "ws://host:port/path?query", without userinfo: for people. Parsing it gives
 * the same URL again. The result is the caller's to free. */
char *url_show(const struct url *url);

/* "libidn2 2.3.3": for --version. */
const char *url_library(void);

#endif
