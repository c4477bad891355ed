#ifndef WSTAP_UI_HISTFILE_H
#define WSTAP_UI_HISTFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The history's file: an entry a line, oldest first, in which "\n" stands for
 * a newline and "\\" for a backslash, so that an entry of several lines comes
 * back as it was. Several processes may use one file: each entry is appended
 * by one write, under a lock that nobody waits for long.
 *
 * The file has mode 0600, also where it was there before. What is no regular
 * file is left alone. It is cut to its newer half, at the next load, when it
 * has grown to twice HISTFILE_KEEP.
 */
enum {
	HISTFILE_KEEP = 4 << 20,      /* bytes of the newest entries */
	HISTFILE_ENTRY_MAX = 1 << 20, /* a longer entry is not kept */
};

/* Gives add() each entry, oldest first; the string is good until add()
 * returns. False where the file can't be read. */
bool histfile_load(const char *path, void (*add)(const char *entry));

/* Appends an entry. False where it can't be written, or is too long. */
bool histfile_append(const char *path, const char *entry);

/* The history file's path, $XDG_STATE_HOME/wstap/history or
 * ~/.local/state/wstap/history, in out; its directories are made (0700). NULL
 * where there is no home. */
const char *histfile_path(char *out, size_t cap);

#endif
