#ifndef WSTAP_HTTP_REDIRECT_H
#define WSTAP_HTTP_REDIRECT_H

#include "base/err.h"
#include "http/head.h"
#include "http/url.h"

#include <stdbool.h>

/* Where a 301, 302, 303, 307 or 308 leads. */

/* Whether a status is one of those. */
bool redirect_is(int status);

/* The URL of the Location field of the response to a request to `from`,
 * resolved against it (RFC 3986 5.2: absolute, //host/path, /path, path,
 * ?query; http taken as ws and https as wss; a fragment dropped, dot segments
 * removed, no userinfo); to be freed. What is relative to a ws+unix URL stays
 * on its socket; an absolute one leaves it.
 * NULL: ERR_REDIRECT where there is no Location or several, one that is no
 * URL, of another scheme (ws+unix too: a server names no local sockets), with
 * userinfo (a server gives nobody credentials), //host from a ws+unix URL, or
 * from wss to ws, with what was wrong in one line. */
char *redirect_target(
	const struct url *from, const struct http_head *head, struct err *err);

#endif
