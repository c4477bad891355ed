#ifndef WSTAP_SESSION_MISBEHAVE_H
#define WSTAP_SESSION_MISBEHAVE_H

#include "base/err.h"
#include "net/deadline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * --misbehave: a listener that breaks the rules on purpose, for who tests a
 * client. A list of names, in which there are
 *
 * - faults of the handshake: all of them are in its answer;
 * - manners: how all is written, and what is never answered;
 * - deeds: one after another, the next when a message of the client's comes,
 *   or when a second has passed.
 *
 * Each client gets all of them. Its answer is told as any client's.
 */
struct session;
struct misbehave; /* of a client: struct link */

enum { MISBEHAVE_MAX = 64 };

struct misbehave_config {
	size_t n;
	uint8_t v[MISBEHAVE_MAX]; /* indices of the table */
};

/* --- for the command line --- */

/* Adds a comma list of names; `what` is the option as typed. *wrong gets the
 * handshake's faults (enum ws_wrong). False: ERR_USAGE, with all the names. */
bool misbehave_parse(struct misbehave_config *config, unsigned *wrong,
	const char *what, const char *list, struct err *err);

/* The i-th name, and what it does, on one line; NULL behind the last. */
const char *misbehave_name(size_t i);
const char *misbehave_help(size_t i);

/* --- for a listener's client: s->link. Nothing without --misbehave --- */

/* Its request is to be answered. False: it never is, and what it sends is
 * dropped. */
bool misbehave_begin(struct session *s);

/* How many of len bytes may be written now. */
size_t misbehave_share(struct session *s, size_t len);

/* Whether what is to be written waits for the clock. */
bool misbehave_waits(const struct session *s);

/* Takes back what is owed and is not to be given. */
void misbehave_withhold(struct session *s);

/* Does what is due. Gives back whether anything moved. */
bool misbehave_run(struct session *s);
struct deadline misbehave_deadline(const struct session *s);

void misbehave_free(struct misbehave *m);

#endif
