#ifndef WSTAP_UI_PROMPT_H
#define WSTAP_UI_PROMPT_H

#include "ui/complete.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The line being typed: GNU readline's callback interface. readline's state
 * is global, so there is one prompt, and only this module and its parts,
 * ui/complete and ui/redraw, include it.
 *
 *     prompt_open -> { prompt_feed | prompt_hide, (output), prompt_show }*
 *                                                         -> prompt_close
 *
 * readline reads standard input and draws on standard output. It catches no
 * signals (rl_catch_signals and rl_catch_sigwinch are 0): the loop tells it.
 * Application name for ~/.inputrc: wstap. Bracketed paste is on: a paste of
 * several lines becomes part of the one line, newlines and all, and is
 * gathered without waiting for its end. Alt-Enter (insert-newline) puts a
 * newline in, Ctrl-X Ctrl-E (edit-line) asks for an editor.
 *
 * Output in between ends with a newline, so that the prompt starts at column
 * 0. A line that the screen is too low for is drawn in one row that scrolls
 * sideways, until it fits again.
 */
struct prompt_config {         /* its strings are used until prompt_close() */
	const char *prompt;    /* "> "; without colours */
	const char *history;   /* file, or NULL: none kept */
	complete_words *words; /* what may stand where; NULL: nothing */
	/* Whether a line is kept out of the history, for what it holds; NULL:
	 * none is. */
	bool (*secret)(const char *line);
};

enum prompt_status {
	PROMPT_MORE, /* nothing yet */
	PROMPT_LINE, /* a line was entered */
	PROMPT_EDIT, /* the line so far is to go to an editor */
	PROMPT_END,  /* Ctrl-D on an empty line, or the terminal went away */
};

/* Prepares the terminal, reads the history, shows the prompt. */
void prompt_open(const struct prompt_config *config);

/* Reads what was typed: call when standard input is readable. With
 * PROMPT_LINE and PROMPT_EDIT, *line is the caller's to free. With PROMPT_LINE
 * the next prompt is shown; with PROMPT_EDIT the line is still there, and
 * prompt_put_back() puts another in its place. A line that is not empty, does
 * not start with a space, is no secret and isn't the one before it again
 * enters the history, and its file (ui/histfile). Never waits. One call gives
 * one line at most, and what a terminal holds may be several: call again while
 * prompt_pending() or standard input is readable. */
enum prompt_status prompt_feed(char **line);

/* Whether readline has more typed input buffered. */
bool prompt_pending(void);

/* Whether something was typed that was not fed yet. */
bool prompt_waiting(void);

/* Makes this text the line being typed, the cursor at its end, as if it had
 * been typed: what was refused, or comes from an editor. */
void prompt_put_back(const char *text);

/* Calls show with each of the newest n entries of the history, oldest first;
 * number: counted from 1. */
void prompt_history(size_t n,
	void (*show)(void *arg, size_t number, const char *line), void *arg);

/* Takes the prompt and the line off the screen, and draws them again as they
 * were, cursor included. Each does nothing where it is so already, or where
 * the prompt is not open. */
void prompt_hide(void);
void prompt_show(void);

/* What was written last did not end its line: the prompt will not be in the
 * same row. Only where it is hidden. */
void prompt_new_row(void);

/* Ctrl-C: leaves what was typed on the screen, with "^C" behind it, and starts
 * a new line; ends a search; drops a paste that is still coming. False, and
 * nothing done, where nothing was typed. While suspended it is for the program
 * that has the terminal: true, and nothing done. */
bool prompt_interrupt(void);

/* The window's size changed. Nothing above the prompt is cleared; a terminal
 * of which it is not known whether it folds long lines anew may keep a row of
 * the old one. */
void prompt_resize(void);

/* Ctrl-Z, or another program needs the terminal: gives it back before; takes
 * it and redraws after going on (SIGCONT: also after a stop that could not be
 * caught). In between nothing is shown and nothing is fed. */
void prompt_suspend(void);
void prompt_resume(void);

/* Puts the terminal back as it was, the prompt off the screen. Harmless
 * where it is not open. */
void prompt_close(void);

/* "readline 8.2": for --version. */
const char *prompt_library(void);

#endif
