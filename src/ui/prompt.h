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
 * Application name for ~/.inputrc: wstap. Bracketed paste is on: a paste of
 * several lines becomes part of the one line, newlines and all, and is
 * gathered without waiting for its end. Alt-Enter (insert-newline) puts a
 * newline in.
 *
 * Output in between ends with a newline, so that the prompt starts at column
 * 0. A line that is taller than the screen is drawn as far as readline can.
 */
struct prompt_config {       /* its strings are used until prompt_close() */
	const char *prompt;  /* "> "; without colours */
	const char *history; /* file, or NULL: none kept */
	const char *const *words; /* completed after a leading "/": a
	                           * NULL-ended list, "/ping" ...; or NULL */
};

enum prompt_status {
	PROMPT_MORE, /* nothing yet */
	PROMPT_LINE, /* a line was entered */
	PROMPT_END,  /* Ctrl-D on an empty line, or the terminal went away */
};

/* Prepares the terminal, reads the history, shows the prompt. */
void prompt_open(const struct prompt_config *config);

/* Reads what was typed: call when standard input is readable. With
 * PROMPT_LINE, *line is the caller's to free, and the next prompt is shown. A
 * line that is not empty, does not start with a space and isn't the one before
 * it again enters the history, and its file (ui/histfile). Never waits. One
 * call gives one line at most, and what a terminal holds may be several: call
 * again while prompt_pending() or standard input is readable. */
enum prompt_status prompt_feed(char **line);

/* Whether readline has more typed input buffered. */
bool prompt_pending(void);

/* Takes the prompt and the line off the screen, and draws them again as they
 * were, cursor included. Each does nothing where it is so already, or where
 * the prompt is not open. */
void prompt_hide(void);
void prompt_show(void);

/* Ctrl-C: leaves what was typed on the screen, with "^C" behind it, and starts
 * a new line; ends a search; drops a paste that is still coming. False, and
 * nothing done, where nothing was typed. */
bool prompt_interrupt(void);

/* The window's size changed. Nothing above the prompt is cleared; a terminal
 * that folds long lines anew may keep a row of the old one. */
void prompt_resize(void);

/* Ctrl-Z: gives the terminal back before stopping; takes it and redraws after
 * going on (SIGCONT: also after a stop that could not be caught). */
void prompt_suspend(void);
void prompt_resume(void);

/* Puts the terminal back as it was, the prompt off the screen. Harmless
 * where it is not open. */
void prompt_close(void);

/* "readline 8.2": for --version. */
const char *prompt_library(void);

#endif
