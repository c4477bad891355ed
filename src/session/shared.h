#ifndef WSTAP_SESSION_SHARED_H
#define WSTAP_SESSION_SHARED_H

#include <stdbool.h>

struct link;
struct session;

/*
 * The input that a listener's clients share, where there may be several:
 * standard input, or what is typed. It goes to one of them, to all, or to the
 * one that a message names (jsonl). Who takes nothing while it waits is let go
 * after a while.
 */

/* Sends what there is. Gives back whether anything moved. */
bool shared_pump(struct session *s);

/* The descriptor that is to be read for it; -1 for none. */
int shared_fd(const struct session *s);

/* What was typed for a client that goes is not for another. */
void shared_leave(struct session *s, const struct link *l);

#endif
