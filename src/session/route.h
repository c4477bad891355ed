#ifndef WSTAP_SESSION_ROUTE_H
#define WSTAP_SESSION_ROUTE_H

#include "http/url.h"
#include "net/deadline.h"

#include <stdbool.h>

struct session;

/*
 * The way to a URL's server: straight, through a unix socket or a proxy, to
 * another address (--connect-to, --resolve); and TLS behind all that.
 *
 *     dial -> (TLS to the proxy) -> (proxy_open) -> (TLS to the server)
 *
 * The proxy is --proxy's; else, as curl has it, of the environment: ws_proxy
 * or wss_proxy, http_proxy or https_proxy, all_proxy, the lower case before
 * the upper (but never HTTP_PROXY, which a web server's request can set);
 * --noproxy's or no_proxy's hosts need none.
 */

/* Leads s->net to the server, or gives false with s->err. home: the server is
 * one that our own certificate is for. */
bool route_open(struct session *s, const struct url *url, bool home,
	struct deadline deadline);

/* A random word for a Digest. */
enum { ROUTE_CNONCE = 33 };
void route_cnonce(char out[ROUTE_CNONCE]);

#endif
