#ifndef WSTAP_HTTP_SECRET_H
#define WSTAP_HTTP_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The fields of a head whose values are secrets: Authorization, Cookie,
 * Set-Cookie, Proxy-Authorization and Proxy-Authenticate. Who shows or keeps a
 * head leaves them out, unless they are asked for.
 */

/* How much of a line (without its line end) may be shown: all of it; as far as
 * a field's colon, where the value is a secret; or nothing, where such a value
 * goes on in it. *folds is false at the head's start, and kept from line to
 * line. */
size_t http_secret_shown(bool *folds, const char *line, size_t len);

/* A copy of a head, or of any text, with *** for those values; the caller's to
 * free. */
char *http_secret_blank(const char *head, size_t len);

#endif
