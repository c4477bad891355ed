#ifndef WSTAP_SESSION_DELIVERY_H
#define WSTAP_SESSION_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/*
 * From the session to standard output, by the cheapest way that there is:
 *
 *     in -> text -> write()     small messages, many at once
 *     in ---------> write()     a large piece as it is: no copy
 *     network ----> splice()    a large binary payload in the clear, to a pipe:
 *                               never seen by this process at all
 *
 * The short ways are taken only while text is empty, so that all stays in
 * order.
 */

/* Writes what of text is ready, as far as it goes. Gives back whether anything
 * moved. */
bool delivery_write(struct session *s);

/* Writes some of a large piece at data past text; gives back how many bytes, 0
 * where that is not the way. */
size_t delivery_direct(struct session *s, const uint8_t *data, size_t len);

/* Whether a large payload comes next that needs no look: text is to be written
 * first then. */
bool delivery_wants_splice(const struct session *s);

/* Moves some of it, once the network is readable. False where that is not the
 * way. */
bool delivery_splice(struct session *s);

/* Standard output can't be written to any more: error is errno. */
void delivery_break(struct session *s, int error);

#endif
