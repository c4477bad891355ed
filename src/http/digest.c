#include "http/digest.h"

#include "base/wipe.h"
#include "http/auth.h"
#include "http/percent.h"

#include <openssl/evp.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct digest_algorithm algorithms[] = {
	{ "MD5", "MD5", false, false },
	{ "MD5-sess", "MD5", false, true },
	{ "SHA-256", "SHA2-256", true, false },
	{ "SHA-256-sess", "SHA2-256", true, true },
	{ "SHA-512-256", "SHA2-512/256", true, false },
	{ "SHA-512-256-sess", "SHA2-512/256", true, true },
};

const struct digest_algorithm *digest_find(const char *name)
{
	if (!*name)
		name = "MD5";
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (http_span_is(http_span_of(name), algorithms[i].name))
			return &algorithms[i];
	return NULL;
}

bool digest_available(const struct digest_algorithm *algorithm)
{
	EVP_MD *md = EVP_MD_fetch(NULL, algorithm->hash, NULL);

	EVP_MD_free(md);
	return md != NULL;
}

enum { HEX_SIZE = 2 * EVP_MAX_MD_SIZE + 1 };

/* The hash of a text that http_auth_join() made, which is freed. */
static void hash(const EVP_MD *md, char hex[HEX_SIZE], char *text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (!EVP_Digest(text, strlen(text), sum, &n, md, NULL))
		abort();
	http_auth_free(text);
	for (unsigned i = 0; i < n; i++) {
		*hex++ = digits[sum[i] >> 4];
		*hex++ = digits[sum[i] & 15];
	}
	*hex = '\0';
	wipe(sum, sizeof(sum));
}

static char *quote(const char *text)
{
	char *quoted = malloc(2 * strlen(text) + 3), *p = quoted;

	if (!quoted)
		abort();
	*p++ = '"';
	for (; *text; text++) {
		assert(digest_is_text(*text));
		if (*text == '"' || *text == '\\')
			*p++ = '\\';
		*p++ = *text;
	}
	*p++ = '"';
	*p = '\0';
	return quoted;
}

/* Whether a user name can go between quotes: who speaks of UTF-8 knows RFC
 * 7616 and wants other names in the extended notation (3.9.2). */
static bool is_quotable(const char *user, bool utf8)
{
	for (; *user; user++)
		if (!digest_is_text(*user) ||
			(utf8 && (unsigned char)*user >= 0x80))
			return false;
	return true;
}

/* Whether the extended notation escapes it (RFC 8187's attr-char). */
static bool escapes_name(char c)
{
	return c == '*' || c == '\'' || c == '%' ||
	       !http_is_token((struct http_span){ &c, 1 });
}

/* "username=..." in the form that fits. */
static char *user_param(
	const struct challenge *c, const EVP_MD *md, const char *user)
{
	char hex[HEX_SIZE], *value, *param;
	const char *name = "username=";

	if (c->userhash) {
		hash(md, hex, http_auth_join(":", user, c->realm));
		value = quote(hex);
	} else if (is_quotable(user, c->utf8)) {
		value = quote(user);
	} else {
		name = "username*=";
		value = http_percent_encode(
			"UTF-8''", http_span_of(user), escapes_name);
	}
	param = http_auth_join("", name, value);
	http_auth_free(value);
	return param;
}

/* One request is sent with a nonce. */
static const char nc[] = "00000001";

/* RFC 7616 3.4.1; without a qop RFC 2617 3.2.2.1. */
static void respond(const struct challenge *c, const EVP_MD *md, bool session,
	const char *const credentials[2], const char *const request[2],
	const char *cnonce, char response[HEX_SIZE])
{
	char ha1[HEX_SIZE], ha2[HEX_SIZE];

	hash(md, ha1,
		http_auth_join(":", credentials[0], c->realm, credentials[1]));
	if (session)
		hash(md, ha1, http_auth_join(":", ha1, c->nonce, cnonce));
	hash(md, ha2, http_auth_join(":", request[0], request[1]));
	if (c->qop_auth)
		hash(md, response,
			http_auth_join(
				":", ha1, c->nonce, nc, cnonce, "auth", ha2));
	else
		hash(md, response, http_auth_join(":", ha1, c->nonce, ha2));
	wipe(ha1, sizeof(ha1));
}

static char *digest_value(const struct challenge *c,
	const struct digest_algorithm *algorithm, const char *user_field,
	const char *target, const char *cnonce, const char *response)
{
	char *realm = quote(c->realm), *nonce = quote(c->nonce);
	char *opaque = quote(c->opaque ? c->opaque : "");
	char *uri = quote(target), *own = quote(cnonce);
	/* RFC 2617 has no cnonce without a qop, but nobody can check a -sess
	 * form without it. */
	bool sends_cnonce = c->qop_auth || algorithm->session;
	char *value = http_auth_join("", "Digest ", user_field,
		", realm=", realm, ", nonce=", nonce, ", uri=", uri,
		*c->algorithm ? ", algorithm=" : "", c->algorithm,
		", response=\"", response, "\"",
		c->qop_auth ? ", qop=auth, nc=" : "", c->qop_auth ? nc : "",
		sends_cnonce ? ", cnonce=" : "", sends_cnonce ? own : "",
		c->opaque ? ", opaque=" : "", c->opaque ? opaque : "",
		c->userhash ? ", userhash=true" : "");

	free(realm);
	free(nonce);
	free(opaque);
	free(uri);
	free(own);
	return value;
}

char *digest_answer(const struct challenge *c, const char *user,
	const char *password, const char *method, const char *target,
	const char *cnonce)
{
	const struct digest_algorithm *algorithm = digest_find(c->algorithm);
	EVP_MD *md = EVP_MD_fetch(NULL, algorithm->hash, NULL);
	char response[HEX_SIZE];

	if (!md) /* it was there when the challenge was read */
		abort();

	char *user_field = user_param(c, md, user);

	respond(c, md, algorithm->session,
		(const char *[]){ user, password ? password : "" },
		(const char *[]){ method, target }, cnonce, response);

	char *value = digest_value(
		c, algorithm, user_field, target, cnonce, response);

	http_auth_free(user_field);
	EVP_MD_free(md);
	return value;
}
