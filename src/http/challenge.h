#ifndef WSTAP_HTTP_CHALLENGE_H
#define WSTAP_HTTP_CHALLENGE_H

#include "http/head.h"

#include <stdbool.h>

/*
 * What a 401 or 407 asks for, and its answer: Basic (RFC 7617) and Digest (RFC
 * 7616: SHA-256, SHA-512-256, MD5 and their -sess forms; qop auth or none;
 * userhash; UTF-8). Of several the strongest that we know is chosen, of equals
 * the first: SHA-2 before MD5 before Basic, with qop before without. The peer
 * chooses every byte of a challenge: they are bounded, and quoted again with
 * care.
 *
 * Passed over is a Digest that is malformed, names a parameter twice, has no
 * realm or nonce, one longer than CHALLENGE_VALUE_MAX, another algorithm (or
 * one that this OpenSSL lacks), or a qop that is not auth. A Basic one is
 * taken whatever its parameters are: nothing of them is sent back.
 */
enum { CHALLENGE_VALUE_MAX = 4096 };

enum challenge_scheme {
	CHALLENGE_NONE, /* nothing that we know: what was asked is in `asked` */
	CHALLENGE_BASIC,
	CHALLENGE_DIGEST,
};

struct challenge {
	enum challenge_scheme scheme;
	char *realm, *nonce, *opaque; /* of Digest; unquoted; opaque or NULL */
	char algorithm[20]; /* as it is to be sent back; "" for none */
	bool qop_auth, userhash, utf8;
	bool stale;     /* the nonce was too old, the password may be right */
	char asked[64]; /* the schemes' names, for people: "Negotiate, NTLM",
	                 * "Digest (unknown algorithm)"; ASCII */
};

/* Reads all fields of that name ("WWW-Authenticate", "Proxy-Authenticate") of
 * the response, several challenges a field or not. Whatever c held is lost, not
 * freed; afterwards it is to be released, whatever was read. */
void challenge_read(
	struct challenge *c, const struct http_head *head, const char *field);

/* The Authorization (or Proxy-Authorization) field's value for a request with
 * this method and target, to be freed with http_auth_free(). cnonce: at least
 * 16 random characters of [0-9a-zA-Z]. A user name with control characters, or
 * one that is not ASCII where utf8, goes as username* (RFC 8187); method and
 * target have none. A nonce is answered once: nc is 00000001. NULL where the
 * scheme is NONE. */
char *challenge_answer(const struct challenge *c, const char *user,
	const char *password, const char *method, const char *target,
	const char *cnonce);

/* All zero is fine, and what it leaves. */
void challenge_release(struct challenge *c);

#endif
