#ifndef WSTAP_SESSION_UPGRADE_H
#define WSTAP_SESSION_UPGRADE_H

#include "net/deadline.h"

#include <stdbool.h>

struct http_head;
struct session;

/* From a URL, or an accepted socket, to an open WebSocket connection: blocking
 * and simple, by one deadline. */

/* Client: dials, does TLS and the opening handshake with credentials
 * ("user:password" or NULL). s->net is open then, and frames that came behind
 * the answer are in s->in. False: s->err. */
bool upgrade_dial(struct session *s, const char *credentials);

/* Server: reads the request of the client in s->net and answers it. False:
 * s->err. */
bool upgrade_accept(struct session *s);

#endif
