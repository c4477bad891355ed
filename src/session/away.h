#ifndef WSTAP_SESSION_AWAY_H
#define WSTAP_SESSION_AWAY_H

#include <stdbool.h>

struct session;

/*
 * Another program has the terminal: an editor (/edit) or a pager (--pager).
 * The connection goes on meanwhile: pings are answered, and what comes in
 * waits in text, as far as there is room; nothing is written, and no key is
 * read.
 */

/* Whether it has. */
bool away(const struct session *s);

/* The editor, on this text; what comes of it becomes the line being typed. */
void away_edit(struct session *s, const char *text);

/* The pager, on what is in this file. The file is the caller's. */
void away_page(struct session *s, int fd);

/* SIGCHLD: it may have ended. Then the terminal is ours again. */
void away_check(struct session *s);

/* Ends it; harmless where there is none. */
void away_end(struct session *s);

#endif
