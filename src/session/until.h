#ifndef WSTAP_SESSION_UNTIL_H
#define WSTAP_SESSION_UNTIL_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The pattern of --until: a POSIX extended regular expression, over messages.
 * A message is UTF-8 whatever the locale is, and one string: "^" and "$" are
 * its ends, "." is any character, a newline too. One that is not UTF-8, or has
 * a NUL byte, is looked at as bytes; where the system can't look behind a NUL
 * (REG_STARTEND), that is the message's end, and in glibc "." is any byte but
 * NUL. An empty expression matches everything. Behind its first 2 GiB a message
 * is not looked at.
 *
 * The time grows with the message's length, not with its square, whatever a
 * peer sends; but not so for expressions with back-references, with a "^" in
 * another place than at the start, and with both "*" or "+" and a long count,
 * as in "a.*b.{20}c".
 */
struct until;

/* NULL, with ERR_USAGE and a line that begins with `what` (the option as
 * typed), where it is no such expression. */
struct until *until_new(const char *what, const char *regex, struct err *err);
void until_free(struct until *u);

/* Whether it matches somewhere in the message. data[len] must be a byte of
 * the caller's that may be written (and is put back); of an empty message data
 * may be NULL. */
bool until_matches(struct until *u, uint8_t *data, size_t len);

#endif
