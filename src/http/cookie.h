#ifndef WSTAP_HTTP_COOKIE_H
#define WSTAP_HTTP_COOKIE_H

#include "base/err.h"
#include "http/url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Cookies, RFC 6265: which a server may set, which go to which server, and the
 * file that keeps them (the Netscape format, as curl and wget write it). Pure:
 * the time is told, files are the caller's.
 *
 * - A jar holds COOKIE_JAR_MAX cookies and COOKIE_JAR_BYTES at most: the one
 *   that ends first goes, those of the session before those with a date. A
 *   domain that has COOKIE_DOMAIN_MAX loses one of its own for each new one,
 *   so that one server does not push out what others set. A cookie's name and
 *   value are COOKIE_MAX bytes at most, and so are its domain and path.
 * - Only wss is secure; ws to the own machine is not.
 * - A url's host counts without a dot at its end; a unix socket's is
 *   "localhost". An address, or a name that a resolver may take for one (its
 *   last label is a number), has no names below it.
 * - There is no list of public suffixes: a server below co.uk may set a cookie
 *   for all of co.uk.
 */
enum {
	COOKIE_JAR_MAX = 3000,
	COOKIE_JAR_BYTES = 4 << 20,
	COOKIE_DOMAIN_MAX = 150,
	COOKIE_MAX = 4096,
	COOKIE_HEADER_MAX = 8190, /* of a request: curl's, and Apache's line */
};

struct cookie {
	char *name, *value;
	char *domain;   /* lower case, without a leading dot */
	char *path;     /* begins with / */
	bool host_only; /* for this host alone, not for those below it */
	bool secure, http_only;
	int64_t expires; /* seconds since 1970; 0: the session's */
	int64_t created; /* order, of those of equal path length */
	bool changed;    /* set or removed since it was read */
};

/* Starts all zero. A cookie that was removed stays, without its value and long
 * expired, until cookie_jar_settle(): cookie_jar_merge() needs to know. */
struct cookie_jar {
	struct cookie *v; /* older ones first */
	size_t n;
	size_t bytes; /* of their strings */
	bool changed; /* since it was read */
};

/* Adds what is in a file. A line that is no cookie is an error (ERR_INPUT with
 * its number); the jar has then what stood before it. #HttpOnly_ is known,
 * other # lines are comments. What ended before now is left out. */
bool cookie_jar_read(struct cookie_jar *jar, const char *text, size_t len,
	int64_t now, struct err *err);

/* The file's text, to be wiped and freed; *len is its length (there is a NUL
 * behind). Session cookies are in it too, with 0, as curl has it; what has
 * ended is not. Reading it gives the same cookies. */
char *cookie_jar_write(const struct cookie_jar *jar, int64_t now, size_t *len);

/* Takes a Set-Cookie field's value of a response from url (RFC 6265 5.2, 5.3;
 * of RFC 6265bis: __Host- and __Secure- prefixes; ws neither sets nor replaces
 * a secure cookie; control characters). Ignored is a cookie without a name or
 * a =, too long, or for a domain that url's host is not in, or of one label
 * (com) unless it is the host itself. Max-Age goes before Expires; one in the
 * past removes. */
void cookie_jar_set(struct cookie_jar *jar, const char *value, size_t len,
	const struct url *url, int64_t now);

/* The Cookie field's value for a request to url, "a=b; c=d" (longer paths
 * first, then older ones), behind `first` ("x=y", of --cookie; NULL or empty:
 * nothing), which is there whole; the jar's end where COOKIE_HEADER_MAX would
 * be passed. To be wiped and freed. NULL: there is none. */
char *cookie_jar_header(const struct cookie_jar *jar, const struct url *url,
	const char *first, int64_t now);

/* Does to jar what was done to `later` since it was read: its changed cookies
 * are set and removed. For a file that another process has written
 * meanwhile. */
void cookie_jar_merge(
	struct cookie_jar *jar, const struct cookie_jar *later, int64_t now);

/* From here on nothing has changed: what there is is in the file. */
void cookie_jar_settle(struct cookie_jar *jar, int64_t now);

/* Wipes and frees; the jar is all zero then. */
void cookie_jar_release(struct cookie_jar *jar);

#endif
