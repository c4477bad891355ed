#ifndef WSTAP_SESSION_SIGNALS_H
#define WSTAP_SESSION_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Signals as values. While held they are blocked everywhere but inside
 * pselect(), so that none is missed and none comes between two lines.
 */

/* Begins to hold SIGINT, SIGTERM, SIGHUP, SIGWINCH, and (terminal: the REPL)
 * SIGTSTP and SIGCHLD. What is ignored already (nohup) stays ignored, but for
 * SIGCHLD. Nothing where they are held. */
void signals_hold(bool terminal);

/* Puts everything back; one that came meanwhile acts then. */
void signals_release(void);

/* While on, one that ends things cuts all waiting for the network short (net/
 * deadline); it is still to be taken. Nothing where none are held. */
void signals_hurry(bool on);

/* The mask to give to pselect(). */
const sigset_t *signals_open(void);

/* Takes one that came: its number, or 0 where there is none. */
int signals_take(void);

/* Stops the process as SIGTSTP does; comes back when it goes on. */
void signals_stop(void);

/* Ends the process as if the signal had not been caught. */
_Noreturn void signals_die(int number);

#endif
