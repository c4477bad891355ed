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

/* Asks the person for the password where -u has none: *given is "user:password"
 * then, owned and to be wiped; else it stays. False with s->link->err. */
bool credentials_ask(struct session *s, char **given);

/* Finds them for url. given: of -u, its password filled in, or NULL. False
 * with s->err where a netrc file can't be read. */
bool credentials_find(struct session *s, const struct url *url,
	const char *given, struct credentials *c);

/* Wipes and frees. */
void credentials_release(struct credentials *c);

#endif
