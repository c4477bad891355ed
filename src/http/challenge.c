#include "http/challenge.h"

#include "http/auth.h"
#include "http/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parameters that matter; others are read and forgotten. */
enum param {
	REALM,
	NONCE,
	OPAQUE,
	ALGORITHM,
	QOP,
	USERHASH,
	CHARSET,
	STALE,
	PARAMS
};

static const char *const param_names[PARAMS] = { "realm", "nonce", "opaque",
	"algorithm", "qop", "userhash", "charset", "stale" };

/* A challenge while it is read. */
struct offer {
	struct http_span scheme; /* p is NULL: none has begun */
	char *value[PARAMS];     /* unquoted */
	const char *fault;       /* why it is passed over */
};

/* The one to answer is the one of the highest rank; 0 is none. */
struct reader {
	struct challenge *best;
	int rank;
	struct offer offer;
};

static const char malformed[] = "malformed";

/* The value of a token or a quoted string; NULL where it is neither. A value
 * that should have been quoted is taken where its end is beyond doubt. */
static char *unquote(struct http_span text)
{
	bool quoted = text.len > 0 && *text.p == '"';
	size_t end = quoted ? text.len - 1 : text.len, n = 0;
	char *out;

	if (!text.len || (quoted && (!end || text.p[end] != '"')))
		return NULL;
	out = malloc(text.len + 1);
	if (!out)
		abort();
	for (size_t i = quoted; i < end; i++) {
		char c = text.p[i];

		if (quoted && c == '\\')
			c = ++i < end ? text.p[i] : '\0';
		else if (c == '"' || (!quoted && strchr(" \t\\", c)))
			c = '\0';
		if (!digest_is_text(c)) {
			free(out);
			return NULL;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return out;
}

static void take_value(
	struct offer *offer, struct http_span name, struct http_span text)
{
	size_t i = 0;
	char *value = unquote(text);

	while (i < PARAMS && !http_span_is(name, param_names[i]))
		i++;
	if (!value || (i < PARAMS && offer->value[i])) {
		offer->fault = malformed;
		free(value);
	} else if (i < PARAMS) {
		offer->value[i] = value;
	} else {
		free(value);
	}
}

/* The token at the start of text, and what follows it without blanks. */
static struct http_span split_token(
	struct http_span text, struct http_span *rest)
{
	size_t n = 0;

	while (n < text.len &&
		http_is_token((struct http_span){ text.p + n, 1 }))
		n++;
	*rest = http_span_trim((struct http_span){ text.p + n, text.len - n });
	return (struct http_span){ text.p, n };
}

/* name=value with blanks around the sign or not; false where it is none. */
static bool take_param(struct offer *offer, struct http_span text)
{
	struct http_span rest, name = split_token(text, &rest);

	if (!name.len || !rest.len || *rest.p != '=')
		return false;
	rest.p++;
	rest.len--;
	take_value(offer, name, http_span_trim(rest));
	return true;
}

static bool is_too_long(const struct offer *offer)
{
	for (size_t i = 0; i < PARAMS; i++)
		if (offer->value[i] &&
			strlen(offer->value[i]) > CHALLENGE_VALUE_MAX)
			return true;
	return false;
}

static bool has_word(const char *value, const char *word)
{
	return value && http_span_is(http_span_of(value), word);
}

/* Whether qop lists auth. An empty list is none: RFC 2069's way. */
static bool offers_auth(const char *qop, bool *any)
{
	struct http_span list = http_span_of(qop ? qop : ""), element;

	*any = false;
	while (http_list_next(&list, &element)) {
		*any = true;
		if (http_span_is(element, "auth"))
			return true;
	}
	return false;
}

/* The rank of a Digest challenge; 0, and why in its fault, where it is not to
 * be answered. */
static int weigh_digest(struct offer *offer)
{
	const char *name = offer->value[ALGORITHM];
	const struct digest_algorithm *algorithm =
		digest_find(name ? name : "");
	bool any, auth = offers_auth(offer->value[QOP], &any);

	if (offer->fault)
		return 0;
	if (!offer->value[REALM])
		offer->fault = "no realm";
	else if (!offer->value[NONCE])
		offer->fault = "no nonce";
	else if (is_too_long(offer))
		offer->fault = "too long";
	else if (!algorithm)
		offer->fault = "unknown algorithm";
	else if (any && !auth)
		offer->fault = "qop is not auth";
	else if (!digest_available(algorithm))
		offer->fault = "algorithm not available";
	else
		return 2 + 2 * algorithm->strong + auth;
	return 0;
}

static char *take(char **value)
{
	char *taken = *value;

	*value = NULL;
	return taken;
}

static void free_texts(struct challenge *c)
{
	free(c->realm);
	free(c->nonce);
	free(c->opaque);
}

static void adopt(
	struct challenge *c, enum challenge_scheme scheme, struct offer *offer)
{
	const char *algorithm = offer->value[ALGORITHM];
	bool any;

	c->scheme = scheme;
	c->utf8 = has_word(offer->value[CHARSET], "UTF-8");
	if (scheme != CHALLENGE_DIGEST)
		return;
	free_texts(c);
	c->realm = take(&offer->value[REALM]);
	c->nonce = take(&offer->value[NONCE]);
	c->opaque = take(&offer->value[OPAQUE]);
	snprintf(c->algorithm, sizeof(c->algorithm), "%s",
		algorithm ? algorithm : "");
	c->qop_auth = offers_auth(offer->value[QOP], &any);
	c->userhash = has_word(offer->value[USERHASH], "true");
	c->stale = has_word(offer->value[STALE], "true");
}

/* Adds the scheme to what was asked for, once. */
static void note_asked(char *asked, size_t size, const struct offer *offer)
{
	enum { SHOWN = 20 };
	static const char more[] = ", ...";
	struct http_span list = http_span_of(asked), element;
	int shown = offer->scheme.len > SHOWN ? SHOWN : (int)offer->scheme.len;
	size_t n = strlen(asked);
	char name[48]; /* no more than fits with `more` behind it */

	snprintf(name, sizeof(name), "%.*s%s%s%s", shown, offer->scheme.p,
		offer->fault ? " (" : "", offer->fault ? offer->fault : "",
		offer->fault ? ")" : "");
	while (http_list_next(&list, &element))
		if (http_span_is(element, name) || http_span_is(element, "..."))
			return;
	if (n + strlen(", ") + strlen(name) + sizeof(more) > size)
		memcpy(asked + n, more, sizeof(more));
	else
		snprintf(asked + n, size - n, "%s%s", n ? ", " : "", name);
}

/* Ends the challenge that was being read. */
static void finish(struct reader *r)
{
	struct offer *offer = &r->offer;
	enum challenge_scheme scheme = CHALLENGE_NONE;
	int rank = 0;

	if (http_span_is(offer->scheme, "Basic")) {
		scheme = CHALLENGE_BASIC;
		rank = 1;
		offer->fault = NULL;
	} else if (http_span_is(offer->scheme, "Digest")) {
		scheme = CHALLENGE_DIGEST;
		rank = weigh_digest(offer);
	} else {
		offer->fault = NULL;
	}
	if (offer->scheme.p)
		note_asked(r->best->asked, sizeof(r->best->asked), offer);
	if (rank > r->rank) {
		adopt(r->best, scheme, offer);
		r->rank = rank;
	}
	for (size_t i = 0; i < PARAMS; i++)
		free(offer->value[i]);
	*offer = (struct offer){ 0 };
}

/* One element of the list: a challenge's start, or another parameter of the
 * one before (RFC 9110 11.6.1). */
static void read_element(struct reader *r, struct http_span element)
{
	struct http_span rest, scheme;

	if (take_param(&r->offer, element))
		return;
	scheme = split_token(element, &rest);
	if (!scheme.len || (rest.len && scheme.len + rest.len == element.len)) {
		r->offer.fault = malformed;
		return;
	}
	finish(r);
	r->offer.scheme = scheme;
	if (rest.len && !take_param(&r->offer, rest))
		r->offer.fault = malformed; /* or a token68: not for Digest */
}

void challenge_read(
	struct challenge *c, const struct http_head *head, const char *field)
{
	struct reader r = { .best = c };
	const struct http_field *line;
	size_t at = 0;

	*c = (struct challenge){ 0 };
	while ((line = http_head_find(head, field, &at))) {
		struct http_span list = line->value, element;

		while (http_list_next(&list, &element))
			read_element(&r, element);
		finish(&r);
	}
}

void challenge_release(struct challenge *c)
{
	free_texts(c);
	*c = (struct challenge){ 0 };
}

char *challenge_answer(const struct challenge *c, const char *user,
	const char *password, const char *method, const char *target,
	const char *cnonce)
{
	switch (c->scheme) {
	case CHALLENGE_NONE:
		break;
	case CHALLENGE_BASIC:
		return http_auth_basic(user, password);
	case CHALLENGE_DIGEST:
		return digest_answer(c, user, password, method, target, cnonce);
	}
	return NULL;
}
