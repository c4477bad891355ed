#ifndef WSTAP_HTTP_PERCENT_H
#define WSTAP_HTTP_PERCENT_H

#include "http/head.h"

#include <stdbool.h>

/* Percent escapes (RFC 3986 section 2.1). What is given back is a string, the
 * caller's to free. */

/* A copy with the escapes undone, or NULL and *why, a static phrase: a % that
 * is no escape, or an escaped control character. */
char *http_percent_decode(struct http_span text, const char **why);

/* A copy of text behind prefix, with escapes for the bytes of text that must
 * have them. */
char *http_percent_encode(
	const char *prefix, struct http_span text, bool (*must)(char));

/* Whether a byte is a control character of ASCII. */
static inline bool http_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

#endif
