#ifndef WSTAP_UI_ASKPASS_H
#define WSTAP_UI_ASKPASS_H

#include "base/err.h"

#include <stddef.h>

/* Asks on the terminal (/dev/tty), without echo, whatever stdin is. The
 * answer is a NUL-terminated string in out, without its newline. Terminal
 * settings are put back on every way out, signals included. False with
 * ERR_USAGE where there is no terminal or the answer is too long or missing;
 * the line says what to do instead. */
bool askpass(const char *question, char *out, size_t cap, struct err *err);

#endif
