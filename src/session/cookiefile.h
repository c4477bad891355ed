#ifndef WSTAP_SESSION_COOKIEFILE_H
#define WSTAP_SESSION_COOKIEFILE_H

#include "base/err.h"
#include "http/cookie.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The file of a cookie jar (--cookie-jar). It is replaced in one step, with
 * mode 0600, so that whoever reads it sees the old cookies or the new ones,
 * also where the machine stops meanwhile. A symbolic link stays one: what it
 * leads to is replaced. What is no regular file (/dev/null, a pipe) is read,
 * and never written.
 *
 * Several processes may use one file. Each writes under a lock of its
 * directory, and adds what it changed to what the file has by then: where two
 * change the same cookie, the later one stays. A lock that is held for more
 * than two seconds, or can't be had, is passed over.
 */
enum { COOKIEFILE_MAX = 8 << 20 };

/* Adds what is in the file to the jar; a file that is not there is an empty
 * one. False: ERR_INPUT where it can't be read, has more than COOKIEFILE_MAX
 * bytes or a line that is no cookie. */
bool cookiefile_read(
	struct cookie_jar *jar, const char *path, int64_t now, struct err *err);

/* Writes the jar where it has changed since it was read or written. The jar
 * has then also what others wrote meanwhile. False: ERR_OUTPUT, or ERR_INPUT
 * where what is in the file by now can't be read; file and jar stay. */
bool cookiefile_write(
	struct cookie_jar *jar, const char *path, int64_t now, struct err *err);

#endif
