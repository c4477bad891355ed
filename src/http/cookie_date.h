#ifndef WSTAP_HTTP_COOKIE_DATE_H
#define WSTAP_HTTP_COOKIE_DATE_H

#include "http/head.h"

#include <stdbool.h>
#include <stdint.h>

/* The date of an Expires attribute, seconds since 1970, by RFC 6265 5.1.1,
 * which takes the parts in any order and passes over what it does not know:
 * "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov
 * 6 08:49:37 1994". Always UTC; from the year 1601 on. False where a part is
 * missing or out of range, or the month has no such day. */
bool cookie_date(struct http_span text, int64_t *seconds);

#endif
