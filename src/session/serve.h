#ifndef WSTAP_SESSION_SERVE_H
#define WSTAP_SESSION_SERVE_H

#include <stdbool.h>

struct session;

/*
 * From a client's TCP connection to its WebSocket, without waiting: TLS where
 * the listener has a certificate, its request, our answer. s->link is the
 * client.
 *
 *     LINK_TLS -> LINK_REQUEST -> LINK_ANSWER -> LINK_OPEN
 *                   \    ^                \--> LINK_LEAVING (refused)
 *               LINK_WAITING
 *
 * Whether there is a place for it (session/listen) is asked when its request
 * is there.
 */
enum { SERVE_NO_PLACE = 503 }; /* link.refusal: all places are taken */

/* A client was accepted: fd is its socket. */
void serve_begin(struct session *s, int fd);

/* Goes on with what is there. Gives back whether anything moved; s->link->net
 * is NULL where it ended, s->link->err says how. */
bool serve_step(struct session *s);

/* Ends its connection, before it is a WebSocket. */
void serve_drop(struct session *s);

#endif
