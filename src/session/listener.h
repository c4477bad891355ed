#ifndef WSTAP_SESSION_LISTENER_H
#define WSTAP_SESSION_LISTENER_H

#include <stdbool.h>

struct session;

/*
 * Where clients come to (-l): the socket, the certificate it shows them, and
 * what it demands of them.
 */

/* Opens it and says where it is: s->listener, s->url, s->clients.gate. What
 * has to be asked is asked before. False: s->link->err. */
bool listener_open(struct session *s);

/* Closes it, after its clients' connections; harmless where none is open. */
void listener_close(struct session *s);

#endif
