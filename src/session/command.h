#ifndef WSTAP_SESSION_COMMAND_H
#define WSTAP_SESSION_COMMAND_H

#include <stddef.h>

/*
 * The REPL's slash commands: one table, which is the parser, /help, the tab
 * completion and the manual's section.
 */
struct session;

struct command {
	const char *name; /* "ping", without the slash */
	const char *args; /* "[data]", "" where it takes none */
	const char *help; /* one line */
	void (*run)(struct session *s, const char *args);
};

extern const struct command commands[];
extern const size_t commands_count;

/* NULL-ended, with the slash: for the completion. */
const char *const *command_words(void);

/* Runs a line that starts with "/" (and not with "//"). An unknown command is
 * an error that names the nearest one; nothing is sent. */
void command_run(struct session *s, const char *line);

#endif
