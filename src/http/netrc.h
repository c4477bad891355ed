#ifndef WSTAP_HTTP_NETRC_H
#define WSTAP_HTTP_NETRC_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The netrc format, as ftp(1), curl and others have it: machine NAME login
 * USER password WORD [account WORD], default, macdef (skipped to its empty
 * line), # comments at a line's start or where a keyword could be; words in
 * double quotes with \", \\, \n, \r, \t in them. A machine may have several
 * logins, each with its password behind or before it. Keywords are known in
 * any case; words that are none are skipped. The text is the user's own file,
 * but is bounded and read with care all the same: to its end, whatever is
 * found before.
 */

/* The credentials for host: of the first machine of that name (case does not
 * count) that has a login (the given user, where that is not NULL), else of
 * default. True with *user and *password, which are the caller's to wipe and
 * free; the password is "" where there is none. False where there are none
 * (err->kind is ERR_NONE then) or the text is not in the format: ERR_INPUT
 * with its line's number. */
bool netrc_find(const char *text, size_t len, const char *host,
	const char *wanted, char **user, char **password, struct err *err);

#endif
