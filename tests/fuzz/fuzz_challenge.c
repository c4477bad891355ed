#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/auth.h"
#include "http/challenge.h"

/*
 * challenge_read() on any fields, and its answer: nothing of the peer's comes
 * out that could end a header line or a quoted string, lengths are bounded,
 * and an answer, read as if it were a challenge, says the same as what it
 * answers.
 *
 *     input: a user name, an LF, and the fields' values, an LF between them
 */
static const char field[] = "Proxy-Authenticate";

static bool is_line(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') ||
			*text == 0x7f)
			return false;
	return true;
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void add_field(struct http_head *head, const char *p, size_t n)
{
	struct http_field *f = &head->fields[head->nfields++];

	f->name = http_span_of(field);
	f->value = (struct http_span){ p, n };
}

static void check_asked(const struct challenge *c)
{
	REQUIRE(memchr(c->asked, 0, sizeof(c->asked)));
	for (const char *p = c->asked; *p; p++)
		REQUIRE(*p >= ' ' && *p < 0x7f);
	REQUIRE(c->scheme == CHALLENGE_NONE || *c->asked);
}

static void check_text(const char *text)
{
	REQUIRE(!text || strlen(text) <= CHALLENGE_VALUE_MAX);
	REQUIRE(!text || is_line(text));
}

static void check_digest(
	const struct challenge *c, const char *user, const char *value)
{
	static struct http_head head;
	struct challenge again;

	REQUIRE(!strncmp(value, "Digest username", 15));
	head.nfields = 0;
	add_field(&head, (char *)guard_copy_slot(2, value, strlen(value)),
		strlen(value));
	challenge_read(&again, &head, field);
	REQUIRE(again.scheme == CHALLENGE_DIGEST);
	REQUIRE(same(c->realm, again.realm) && same(c->nonce, again.nonce));
	REQUIRE(same(c->opaque, again.opaque));
	REQUIRE(same(c->algorithm, again.algorithm));
	REQUIRE(c->qop_auth == again.qop_auth);
	REQUIRE(c->userhash == again.userhash);
	REQUIRE(same(again.asked, "Digest"));
	REQUIRE(strlen(value) <=
		6 * CHALLENGE_VALUE_MAX + 3 * strlen(user) + 1024);
	challenge_release(&again);
}

static void check(const struct challenge *c, const char *user)
{
	char *value = challenge_answer(
		c, user, "p", "GET", "/\"\\", "0123456789abcdef");

	check_asked(c);
	REQUIRE((c->scheme == CHALLENGE_NONE) == !value);
	REQUIRE(!value || is_line(value));
	check_text(c->realm);
	check_text(c->nonce);
	check_text(c->opaque);
	REQUIRE((c->scheme == CHALLENGE_DIGEST) == (c->realm && c->nonce));
	if (c->scheme == CHALLENGE_DIGEST)
		check_digest(c, user, value);
	http_auth_free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_head head;
	static struct gathered user;
	struct challenge c;
	const uint8_t *eol = size ? memchr(data, '\n', size) : NULL;
	size_t n = eol ? (size_t)(eol - data) : 0;

	if (size > HTTP_HEAD_MAX)
		return 0;
	user.len = 0;
	gather(&user, data, n);
	gather(&user, "", 1);
	n += eol != NULL;

	const char *p = (char *)guard_copy(data + n, size - n);
	const char *end = p + size - n;

	head.nfields = 0;
	while (p < end && head.nfields < HTTP_FIELDS_MAX) {
		eol = memchr(p, '\n', (size_t)(end - p));
		n = eol ? (size_t)((const char *)eol - p) : (size_t)(end - p);
		add_field(&head, p, n);
		p += n + 1;
	}
	challenge_read(&c, &head, field);
	check(&c, (char *)user.p);
	challenge_release(&c);
	return 0;
}
