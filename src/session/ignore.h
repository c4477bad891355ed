#ifndef WSTAP_SESSION_IGNORE_H
#define WSTAP_SESSION_IGNORE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The pattern of --replay-ignore: a POSIX extended regular expression for what
 * differs from run to run, times and numbers, say. A message is bytes to it.
 */
struct ignore;

/* NULL, with ERR_USAGE and a line that begins with `what` (the option as
 * typed), where it is no such expression. */
struct ignore *ignore_new(const char *what, const char *regex, struct err *err);
void ignore_free(struct ignore *i);

/* Takes all that matches out of a message; gives back the length of what is
 * left. data[len] must be a byte that may be written. Where the system can't
 * look behind a NUL (REG_STARTEND), nothing behind one is taken out. */
size_t ignore_strip(const struct ignore *i, uint8_t *data, size_t len);

#endif
