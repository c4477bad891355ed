#ifndef WSTAP_HTTP_COOKIE_STORE_H
#define WSTAP_HTTP_COOKIE_STORE_H

#include "http/cookie.h"
#include "http/head.h"

/* What http/cookie (Set-Cookie, Cookie) and http/cookie_file (the file) share:
 * the jar's inside, RFC 6265 5.3 from step 11 on. */

/* A cookie in somebody else's text. */
struct cookie_parts {
	struct http_span name, value, domain, path;
	bool host_only, secure, http_only;
	int64_t expires; /* as in struct cookie */
};

/* Whether a cookie's or its parts' time is over. */
static inline bool cookie_ended(int64_t expires, int64_t now)
{
	return expires != 0 && expires <= now;
}

static inline char cookie_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool cookie_has(struct http_span text, char c)
{
	return text.len && memchr(text.p, c, text.len);
}

/* Whether there is no control character in it but tabs. */
bool cookie_is_text(struct http_span text);

/* Whether the parts are within COOKIE_MAX. */
bool cookie_fits(const struct cookie_parts *parts);

/* Puts a copy in, which takes the place of the cookie of the same name, domain
 * and path; one that has ended only removes that. `news`: it counts as a
 * change. The parts fit, and have no control characters. */
void cookie_jar_put(struct cookie_jar *jar, const struct cookie_parts *parts,
	int64_t now, bool news);

#endif
