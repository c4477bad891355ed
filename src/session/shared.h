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

/* --- whom it goes to --- */

/* Makes the one that the input goes to the connection at hand; the empty one
 * where there is none. */
void shared_select(struct session *s);

/* Runs a command for each that the input goes to; once with the empty one where
 * there is none. */
void shared_each(struct session *s,
	void (*run)(struct session *s, const char *args), const char *args);

/* Sends the input to the client of that number; false where there is none. 0:
 * to all. */
bool shared_to(struct session *s, unsigned number);

#endif
