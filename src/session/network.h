#ifndef WSTAP_SESSION_NETWORK_H
#define WSTAP_SESSION_NETWORK_H

#include <stdbool.h>

struct session;

/*
 * Between the transport and the connection's two buffers: s->link. Nothing
 * here waits.
 */

/* Writes what `out` holds, as far as the network takes it; gives back whether
 * anything went. */
bool network_write(struct session *s);

/* Whether bytes are wanted: there is room for them, and for what they may
 * become. */
bool network_wanted(const struct session *s);

/* Reads what is there, or lets it pass (session/delivery). Gives back whether
 * the loop got anywhere. */
bool network_read(struct session *s);

/* Whether it pays to read on before anything is written: more is there, and
 * one large write costs less than many. */
bool network_reads_on(const struct session *s);

#endif
