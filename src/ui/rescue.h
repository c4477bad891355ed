#ifndef WSTAP_UI_RESCUE_H
#define WSTAP_UI_RESCUE_H

#include <stdbool.h>

/*
 * A terminal is never left raw: while armed, a signal that ends the process
 * (a crash, SIGQUIT, SIGALRM ...) first gives standard input's terminal back
 * the modes it had when it was armed and turns bracketed paste off, and then
 * ends the process as it would have, core dump and all. Signals that somebody
 * else catches or ignores are left to them; but for those of a crash, whose
 * handler, a sanitizer's say, has its turn after ours. A process in the
 * background leaves the terminal alone, as it is another's then.
 */

/* pasting: bracketed paste is on while armed. Armed again: takes the modes
 * anew. */
void rescue_arm(bool pasting);

/* Everything as before. Harmless where it is not armed. */
void rescue_disarm(void);

#endif
