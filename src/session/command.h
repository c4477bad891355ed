#ifndef WSTAP_SESSION_COMMAND_H
#define WSTAP_SESSION_COMMAND_H

#include <stddef.h>

/*
 * The slash commands, typed at the prompt or, with --slash, lines of standard
 * input: one table, which is the parser, /help, the tab completion and the
 * manual's section.
 */
struct input;
struct session;

/* What Tab completes behind its name. */
enum command_words {
	WORDS_NONE,
	WORDS_FILES,
	WORDS_RECORD, /* files, and "off" */
	WORDS_TO,     /* "all" */
	WORDS_FRAME,  /* format/rawframe */
	WORDS_RAW,    /* the same, of bytes without a header */
	WORDS_COMMANDS,
	WORDS_SETTINGS, /* session/command_set */
};

struct command {
	const char *name; /* "ping", without the slash */
	const char *args; /* "[data]", "" where it takes none */
	const char *help; /* one line */
	void (*run)(struct session *s, const char *args);
	enum command_words words;
};

extern const struct command commands[];
extern const size_t commands_count;

/* Of that name, without the slash; NULL: there is none. */
const struct command *command_find(const char *name, size_t len);

/* Runs a line that starts with "/" (and not with "//"). An unknown command is
 * an error that names the nearest one; nothing is sent. */
void command_run(struct session *s, const char *line);

/* Runs the command that stands in an input that is not typed, if one does. */
void command_run_input(struct session *s, struct input *i);

#endif
