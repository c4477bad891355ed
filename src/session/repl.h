#ifndef WSTAP_SESSION_REPL_H
#define WSTAP_SESSION_REPL_H

#include <stdbool.h>

struct session;

/* The terminal's part of the loop: what is typed becomes messages and
 * commands. Everything here does nothing where there is no REPL. */
void repl_open(struct session *s);
void repl_close(struct session *s);

/* The prompt off the screen before output, and back behind it. */
void repl_hide(struct session *s);
void repl_show(struct session *s);

/* Whether the keyboard is to be read, whether there is typing that select()
 * doesn't know of, and reading it. */
bool repl_wants_read(const struct session *s);
bool repl_pending(const struct session *s);
void repl_read(struct session *s);

/* SIGINT (clears the line, or closes), SIGWINCH, SIGTSTP, SIGCHLD. */
void repl_signal(struct session *s, int number);

#endif
