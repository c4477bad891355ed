#ifndef WSTAP_CLI_RC_H
#define WSTAP_CLI_RC_H

#include "base/err.h"
#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The configuration file, $XDG_CONFIG_HOME/wstap/config or
 * ~/.config/wstap/config: options as on the command line, one a line, read
 * before those of the command line, so that those have the last word.
 *
 *     # a comment
 *     --ping-interval 30
 *     -H 'X-Team: blue'
 *     --no-compress
 *
 *     [staging]
 *     --ca ~/staging.pem
 *     -u alice
 *     wss://staging.example.com/chat
 *
 * A line is an option and its value, words as sh splits them (blanks, '...',
 * "..." with \" and \\ and no more, a backslash before one character; a # at a
 * word's start begins a comment; ~/ at a word's start, or behind an @ there,
 * is the home directory), but nothing is expanded; or a URL. What stands
 * before the first [name] is for every run; a section is a profile, used as
 * `wstap @name`, and several may be: `wstap @one @two`.
 */
struct rc_line {
	unsigned number; /* in the file, from 1 */
	size_t profile;  /* 0: for every run; else as rc_profile() counts */
	size_t first, n; /* its words in rc.words: one at least */
};

struct rc {
	struct rc_line *lines; /* owned: the whole file's, in its order */
	size_t lines_n;
	struct strings words;    /* theirs */
	struct strings profiles; /* the names, in the file's order */
	char *text;              /* owned: what they point into */
	size_t text_size;
	char *path;   /* owned: for people, ~/ for the home directory; NULL
	               * where no file was read */
	bool exposed; /* others may read the file */
};

/* What of the command line is for this: --config FILE (the last),
 * --no-config, @name. */
struct rc_choice {
	const char *file; /* NULL: the usual place, where a missing file is
	                   * none */
	bool none;
	struct strings profiles;
};

/* Reads and splits the file. ERR_USAGE: a file that was named is not there, one
 * that can't be read or is larger than 64 KiB, a line that can't be split (the
 * line's number is told), a profile that there is none of (the nearest is
 * told), a section named twice. Either way rc_release() follows. */
bool rc_read(struct rc *rc, const struct rc_choice *choice, struct err *err);

/* Which profile has this name, from 1; 0: none. */
size_t rc_profile(const struct rc *rc, const char *name);

/* Says on standard error that the file, which holds a secret, can be read by
 * others, where that is so. */
void rc_warn(const struct rc *rc);

/* Wipes the text and frees all. */
void rc_release(struct rc *rc);

#endif
