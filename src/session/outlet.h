#ifndef WSTAP_SESSION_OUTLET_H
#define WSTAP_SESSION_OUTLET_H

#include "session/outgoing.h"

/*
 * Where an input's messages go: to one connection, or to each of several. A
 * message goes to those that were there when it began; the slowest of them
 * sets the pace.
 */
enum { OUTLET_MAX = 256 };

struct outlet {
	struct outgoing *only; /* NULL: those of v */
	struct outgoing *v[OUTLET_MAX];
	size_t n;
	bool begun; /* the piece at hand went to some */
};

static inline void outlet_init_only(struct outlet *t, struct outgoing *o)
{
	t->only = o;
	t->n = 0;
	t->begun = false;
}

/* As outgoing_ready(), outgoing_put() and outgoing_control() for all of them.
 * first: the message begins with the piece. */
bool outlet_ready(const struct outlet *t, enum sender sender);
bool outlet_put(struct outlet *t, enum sender sender, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool first, bool last, size_t *at);
bool outlet_control(struct outlet *t, enum ws_opcode opcode,
	const void *payload, size_t len);

/* Whether all that was put has left. */
bool outlet_written(const struct outlet *t);

#endif
