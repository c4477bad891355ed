#ifndef WSTAP_HTTP_AUTH_H
#define WSTAP_HTTP_AUTH_H

/* The value of an Authorization field for Basic credentials (RFC 7617):
 * "Basic " and the base64 of user:password. The caller frees it, after wiping
 * it (http_auth_free). */
char *http_auth_basic(const char *user, const char *password);

/* Wipes and frees; NULL is fine. */
void http_auth_free(char *value);

#endif
