#ifndef WSTAP_SESSION_LISTEN_H
#define WSTAP_SESSION_LISTEN_H

#include <stdbool.h>
#include <sys/select.h>

struct session;

/*
 * The server's end (-l): one client at a time, one after another until a
 * signal (or one, with --once); who comes while one is served gets a 503.
 */

/* Listens and serves; s->err says how it ended. */
void listen_serve(struct session *s);

/* For the loop: clients that come in between. listen_refuse() gives back
 * whether there was one to see to. */
int listen_interests(const struct session *s, fd_set *reads, int top);
bool listen_refuse(struct session *s, const fd_set *reads);

#endif
