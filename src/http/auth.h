#ifndef WSTAP_HTTP_AUTH_H
#define WSTAP_HTTP_AUTH_H

#include "http/head.h"

#include <stdbool.h>

/* The value of an Authorization field for Basic credentials (RFC 7617):
 * "Basic " and the base64 of user:password. The caller frees it, after wiping
 * it (http_auth_free). */
char *http_auth_basic(const char *user, const char *password);

/* The texts in one, separator between them. It may hold a secret: the caller
 * frees it with http_auth_free(). */
#define http_auth_join(separator, ...)                                         \
	http_auth_join_texts(                                                  \
		(separator), (const char *const[]){ __VA_ARGS__, NULL })

/* The same, of those up to a NULL. */
char *http_auth_join_texts(const char *separator, const char *const *texts);

/* Whether a request's Authorization says what is expected ("Basic ...",
 * "Bearer ..."); the case of the scheme does not count. The time it takes
 * depends on the lengths alone, not on how much of the secret is right. */
bool http_auth_is(struct http_span value, const char *expected);

/* The WWW-Authenticate that asks for what is expected: Bearer (RFC 6750 3), or
 * Basic, in UTF-8 (RFC 7617 2.1). */
const char *http_auth_challenge(const char *expected);

/* Wipes and frees; NULL is fine. */
void http_auth_free(char *value);

#endif
