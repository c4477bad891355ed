#ifndef WSTAP_SESSION_FILES_H
#define WSTAP_SESSION_FILES_H

#include "base/err.h"

#include <stdbool.h>

/*
 * The files that a run writes, and the record that it replays: no two of them
 * may be one, by whatever name and link, for what the one has would be lost to
 * the other.
 */
struct config;

/* Asked before any of them is opened; record is --record's, or that of a
 * command (`what`), NULL for none. False: err has ERR_USAGE, and names the
 * two. */
bool files_apart(const struct config *config, const char *what,
	const char *record, struct err *err);

#endif
