#ifndef WSTAP_HTTP_DIGEST_H
#define WSTAP_HTTP_DIGEST_H

#include "http/challenge.h"
#include "http/percent.h"

#include <stdbool.h>

/* Digest (RFC 7616) for http/challenge: its algorithms and its answer. */

struct digest_algorithm {
	const char *name; /* on the wire */
	const char *hash; /* OpenSSL's name of it */
	bool strong;      /* SHA-2 */
	bool session;     /* a -sess form */
};

/* The one of that name, case not counting; "" is MD5. NULL: unknown. */
const struct digest_algorithm *digest_find(const char *name);

/* Whether this OpenSSL has it: one in FIPS mode has no MD5. */
bool digest_available(const struct digest_algorithm *algorithm);

/* What a value may have in it, so that it can be quoted and sent (RFC 9110
 * 5.6.4): neither CR nor LF, and of the other control characters only tab. */
static inline bool digest_is_text(char c)
{
	return c == '\t' || !http_is_control(c);
}

/* challenge_answer() for a Digest challenge. */
char *digest_answer(const struct challenge *c, const char *user,
	const char *password, const char *method, const char *target,
	const char *cnonce);

#endif
