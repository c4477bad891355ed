#ifndef WSTAP_SESSION_PURSUE_H
#define WSTAP_SESSION_PURSUE_H

#include <stdbool.h>

struct session;

/*
 * From the URL to an open WebSocket, however many answers it takes: a redirect
 * is followed (-L), a 401 answered once with credentials, cookies kept and
 * sent. Each request has a connection of its own.
 *
 * What is for one origin stays with it: Authorization, cookies that were
 * typed, --host and our certificate go to no other than the first URL's.
 * credentials: USER:PASSWORD of -u, or NULL. False with s->err.
 */
bool pursue(struct session *s, const char *credentials);

#endif
