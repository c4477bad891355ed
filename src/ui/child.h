#ifndef WSTAP_UI_CHILD_H
#define WSTAP_UI_CHILD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A program that has the terminal for a while: an editor or a pager. It is in
 * our process group, as a shell's would be in its own; its signals are as we
 * found ours when we were started (nothing blocked, caught or ignored that was
 * not then). What it edits is a file of mode 0600 in $TMPDIR, or /tmp.
 *
 * The user's commands may have arguments and go through sh: $VISUAL, $EDITOR
 * or vi; $PAGER or less, which gets LESS=FRX where LESS is unset, or else
 * more. A variable that is blank counts as unset. The caller's terminal is in
 * its usual modes while the program runs.
 *
 * A program that is not there does not fail here: sh says so on standard
 * error, and the status is an exit status of 127 (126: it can't be executed);
 * what was for a pager is written as it is then.
 */
struct child {
	pid_t pid;  /* 0: none */
	char *path; /* the edited file; owned; NULL: none */
};

/* Starts the editor on a file with this text, which ends with a newline there
 * (one is added where there is none). Its name ends with .json where the text
 * begins with { or [, else with .txt. False: ERR_INPUT, and c holds nothing;
 * what it held before is not looked at. */
bool child_edit(struct child *c, const char *text, struct err *err);

/* Starts the pager on what is in the file fd, from its beginning: it is the
 * pager's standard input. The caller may close fd at once. False: ERR_OUTPUT,
 * and c holds nothing. */
bool child_page(struct child *c, int fd, struct err *err);

/* Whether it has ended: then *status is as waitpid() gives it, pid is 0. Does
 * not wait; call on SIGCHLD. A program that was only stopped has not ended.
 * Where SIGCHLD is ignored no status is left, and *status is 0. */
bool child_ended(struct child *c, int *status);

/* After child_edit(): the edited text, without the newline at its end and with
 * a NUL; to be freed. The file is removed in any case. NULL with ERR_INPUT
 * where it can't be read, has a NUL byte, or is larger than CHILD_TEXT_MAX. */
enum { CHILD_TEXT_MAX = 64 << 20 };
char *child_text(struct child *c, struct err *err);

/* Ends with it: where it still runs, tells it to end (SIGTERM), kills it where
 * it has not after half a second; removes the file. Harmless where c holds
 * nothing. */
void child_release(struct child *c);

#endif
