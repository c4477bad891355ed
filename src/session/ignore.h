#ifndef WSTAP_SESSION_IGNORE_H
#define WSTAP_SESSION_IGNORE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The patterns of --replay-ignore: POSIX extended regular expressions for what
 * differs from run to run, times and numbers, say. A message is bytes to them.
 */
struct ignore;

/* Adds one to the list (NULL: there is none yet). False, with ERR_USAGE and a
 * line that begins with `what` (the option as typed), where it is no such
 * expression. */
bool ignore_add(struct ignore **list, const char *what, const char *regex,
	struct err *err);
void ignore_free(struct ignore *list);

/* Takes all that any of them matches out of a message, the first and longest
 * match first; gives back the length of what is left. data[len] must be a byte
 * that may be written. Where the system can't look behind a NUL
 * (REG_STARTEND), nothing behind one is taken out. */
size_t ignore_strip(struct ignore *list, uint8_t *data, size_t len);

/* Where in the message the byte was that is at `left` in what is left of it;
 * data as above, but unchanged apart from that byte. */
size_t ignore_place(
	struct ignore *list, uint8_t *data, size_t len, size_t left);

#endif
