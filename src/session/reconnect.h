#ifndef WSTAP_SESSION_RECONNECT_H
#define WSTAP_SESSION_RECONNECT_H

#include <stdbool.h>

struct session;

/* A client's connection ended, or none came about: whether --reconnect makes
 * another attempt, because it is one that another attempt may cure. */
bool reconnect_wanted(const struct session *s);

/* Then: keeps what was not sent, says what may be lost, waits, and makes the
 * session ready for a new connection. False where it is over all the same;
 * s->err says how then. */
bool reconnect_again(struct session *s);

/* Ends with what there was of a connection. again: what it did not send is the
 * next one's (session/input). */
void reconnect_leave(struct session *s, bool again);

#endif
