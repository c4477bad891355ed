#ifndef WSTAP_SESSION_RECONNECT_H
#define WSTAP_SESSION_RECONNECT_H

#include <stdbool.h>

struct session;

/* A client's connection ended, or none came about. With --reconnect, and where
 * the end is one that another attempt may cure: keeps what was not sent, says
 * what may be lost, waits, and makes the session ready for a new connection.
 * False where it is over; s->err says how it ended then. */
bool reconnect_again(struct session *s);

#endif
