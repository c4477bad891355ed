#ifndef WSTAP_HTTP_ORIGIN_H
#define WSTAP_HTTP_ORIGIN_H

#include "base/strings.h"
#include "http/url.h"

#include <stdbool.h>

/* Whose credentials are whose: RFC 6454's origin, a scheme, host and port. */

/* Whether both URLs have one origin; a unix socket is its path. */
bool origin_same(const struct url *a, const struct url *b);

/* Adds to out the fields of `headers` ("Name: value", "Name:" or "Name;") that
 * another origin may have, too: not Authorization, Cookie,
 * Proxy-Authorization and Host, in any case. The strings stay the caller's. */
void origin_public_headers(struct strings *out, const struct strings *headers);

#endif
