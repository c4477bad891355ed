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
 *                                           \--> LINK_LEAVING (refused)
 */

/* A client was accepted: fd is its socket. refusal: the status it is to be
 * told, 0 for none. */
void serve_begin(struct session *s, int fd, int refusal);

/* Goes on with what is there. Gives back whether anything moved; s->link->net
 * is NULL where it ended, s->link->err says how. */
bool serve_step(struct session *s);

#endif
