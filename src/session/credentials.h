#ifndef WSTAP_SESSION_CREDENTIALS_H
#define WSTAP_SESSION_CREDENTIALS_H

#include "http/url.h"

#include <stdbool.h>

struct session;

/*
 * Who we are to a server, in this order: --bearer's token, -u's user and
 * password, those in the URL, those of netrc.
 */
struct credentials {
	char *user, *password; /* owned; user NULL: none */
};

/* Finds them for url. given: of -u, its password filled in, or NULL. False
 * with s->err where a netrc file can't be read. */
bool credentials_find(struct session *s, const struct url *url,
	const char *given, struct credentials *c);

/* Wipes and frees. */
void credentials_release(struct credentials *c);

#endif
