#ifndef WSTAP_UI_PROMPT_H
#define WSTAP_UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The line being typed: GNU readline's callback interface. readline's state
 * is global, so there is one prompt and this module is the only one that
 * includes it.
 *
 *     prompt_open -> { prompt_feed | prompt_hide, (output), prompt_show }*
 *                                                         -> prompt_close
 *
 * readline reads standard input and draws on standard output. It catches no
 * signals (rl_catch_signals and rl_catch_sigwinch are 0): the loop tells it.
 * Application name for ~/.inputrc: wstap. Bracketed paste is on.
 */
struct prompt_config {
	const char *prompt;       /* "> " */
	const char *history;      /* file, or NULL: none kept */
	const char *const *words; /* completed after a leading "/": a
	                           * NULL-ended list, "/ping" ...; or NULL */
};

enum prompt_status {
	PROMPT_MORE, /* nothing yet */
	PROMPT_LINE, /* a line was entered */
	PROMPT_END,  /* Ctrl-D on an empty line, or the terminal went away */
};

/* The history file's path, $XDG_STATE_HOME/wstap/history or
 * ~/.local/state/wstap/history, in out; its directories are made (0700). NULL
 * where there is no home. */
const char *prompt_history_path(char *out, size_t cap);

/* Prepares the terminal, reads the history, shows the prompt. */
void prompt_open(const struct prompt_config *config);

/* Reads what was typed: call when standard input is readable. With
 * PROMPT_LINE, *line is the caller's to free. A line that is not empty and
 * does not start with a blank enters the history, and its file (mode 0600,
 * appended). One call may hold several lines of typing: call
 * prompt_pending() again until false. */
enum prompt_status prompt_feed(char **line);

/* Whether readline has more typed input buffered. */
bool prompt_pending(void);

/* Takes the prompt and the line off the screen, and draws them again as they
 * were, cursor included. Each does nothing where it is so already, or where
 * the prompt is not open. */
void prompt_hide(void);
void prompt_show(void);

/* Ctrl-C: clears the line. Gives back whether there was one. */
bool prompt_interrupt(void);

/* The window's size changed. */
void prompt_resize(void);

/* Ctrl-Z: gives the terminal back before stopping; takes it and redraws after
 * going on. */
void prompt_suspend(void);
void prompt_resume(void);

/* Puts the terminal back as it was, the prompt off the screen. Harmless
 * where it is not open. */
void prompt_close(void);

/* "readline 8.2": for --version. */
const char *prompt_library(void);

#endif
