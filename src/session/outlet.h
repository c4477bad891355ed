#ifndef WSTAP_SESSION_OUTLET_H
#define WSTAP_SESSION_OUTLET_H

#include "session/outgoing.h"

/*
 * Where an input's messages go: to one connection, or to some of several. A
 * message goes to those that were there when it began, and that were chosen or
 * are the one it names; the slowest of them sets the pace. Where all of them
 * have gone, its rest goes to nobody.
 */
enum { OUTLET_MAX = 256 };

struct outlet {
	struct outgoing *only; /* NULL: those of v */
	struct outlet_target {
		struct outgoing *o;
		unsigned number;
		bool chosen; /* what names none of them is for this one, too */
	} v[OUTLET_MAX];
	size_t n;
	bool inside;     /* the message at hand goes on after the piece */
	bool begun;      /* the piece at hand went to some */
	unsigned missed; /* a message named this one, who is not there */
};

static inline void outlet_init_only(struct outlet *t, struct outgoing *o)
{
	t->only = o;
	t->n = 0;
	t->inside = t->begun = false;
	t->missed = 0;
}

/* As outgoing_ready(), outgoing_put() and outgoing_control() for all of them.
 * number: whom the message names, 0 for nobody. first: it begins with the
 * piece. */
bool outlet_ready(const struct outlet *t, enum sender sender);
bool outlet_put(struct outlet *t, enum sender sender, unsigned number,
	enum ws_opcode opcode, const uint8_t *data, size_t len, bool first,
	bool last, size_t *at);
bool outlet_control(struct outlet *t, unsigned number, enum ws_opcode opcode,
	const void *payload, size_t len);

/* A raw frame, as raw_put(). */
bool outlet_raw(struct outlet *t, unsigned number, const struct rawframe *f,
	size_t *at);

/* Whether one could begin where messages may not go any more, as our close
 * went; and whether that was a raw frame, too. */
bool outlet_raw_ready(const struct outlet *t);
bool outlet_raw_closed(const struct outlet *t);

/* Whether the input is held up by this one. */
bool outlet_waits(const struct outlet *t, enum sender sender,
	const struct outlet_target *target);

/* The message at hand comes to no end. */
void outlet_forget(struct outlet *t);

/* Whether all that was put has left. */
bool outlet_written(const struct outlet *t);

#endif
