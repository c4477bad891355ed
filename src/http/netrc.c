#include "http/netrc.h"

#include "http/head.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct http_span rest;
	size_t line;
	bool fresh; /* nothing of this line was taken but blanks */
	struct err *err;
};

/* A word as it stands in the text, without its quotes. Nothing is copied
 * until it is known to be wanted: so there is nothing to wipe. */
struct word {
	struct http_span raw;
	bool quoted;
};

/* raw.p is NULL where there is none. */
struct pair {
	struct word login, password;
};

enum owner { OF_HOST, OF_ALL, OF_OTHERS };

struct search {
	const char *host, *wanted;
	enum owner owner; /* of what is being read */
	struct pair pair; /* as far as it was read */
	struct pair found[OF_OTHERS];
};

static bool refuse(const struct reader *r, const char *cause)
{
	return err_set(r->err, ERR_INPUT, "reading netrc, line %zu: %s",
		r->line, cause);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n';
}

static void skip(struct reader *r, size_t n)
{
	r->rest.p += n;
	r->rest.len -= n;
}

static void skip_blanks(struct reader *r)
{
	while (r->rest.len && is_blank(*r->rest.p))
		skip(r, 1);
}

static void skip_line(struct reader *r)
{
	const char *end = memchr(r->rest.p, '\n', r->rest.len);

	skip(r, end ? (size_t)(end - r->rest.p) + 1 : r->rest.len);
	r->line++;
	r->fresh = true;
}

/* A macro's body, up to and with its empty line. */
static void skip_macro(struct reader *r)
{
	bool empty = false;

	skip_line(r);
	while (r->rest.len && !empty) {
		skip_blanks(r);
		empty = !r->rest.len || *r->rest.p == '\n';
		skip_line(r);
	}
}

/* To the next word; false at the text's end. A value may begin with a #,
 * unless it is a line's first. */
static bool find_word(struct reader *r, bool value)
{
	for (;;) {
		skip_blanks(r);
		if (!r->rest.len)
			return false;
		if (*r->rest.p == '\n' ||
			(*r->rest.p == '#' && (r->fresh || !value)))
			skip_line(r);
		else
			return true;
	}
}

static bool take_quoted(struct reader *r, struct word *word)
{
	size_t n = 0;

	skip(r, 1);
	*word = (struct word){ { r->rest.p, 0 }, true };
	for (; n < r->rest.len && r->rest.p[n] != '"'; n++) {
		if (r->rest.p[n] == '\\')
			n++;
		if (n == r->rest.len || r->rest.p[n] == '\n')
			break;
		if (!r->rest.p[n])
			return refuse(r, "a NUL byte");
	}
	if (n >= r->rest.len || r->rest.p[n] != '"')
		return refuse(r, "a word in quotes has no closing quote "
				 "(write \\\" for a quote inside)");
	word->raw.len = n;
	skip(r, n + 1);
	if (r->rest.len && !is_space(*r->rest.p))
		return refuse(r, "no blank after a closing quote (write \\\" "
				 "for a quote inside)");
	return true;
}

static bool take_plain(struct reader *r, struct word *word)
{
	size_t n = 0;

	for (; n < r->rest.len && !is_space(r->rest.p[n]); n++)
		if (!r->rest.p[n])
			return refuse(r, "a NUL byte");
	*word = (struct word){ { r->rest.p, n }, false };
	skip(r, n);
	return true;
}

static bool take_word(struct reader *r, struct word *word)
{
	r->fresh = false;
	return *r->rest.p == '"' ? take_quoted(r, word) : take_plain(r, word);
}

/* The word behind a keyword, which may be on a later line. */
static bool take_value(struct reader *r, struct word *value)
{
	size_t line = r->line;

	if (find_word(r, true))
		return take_word(r, value);
	r->line = line;
	return refuse(r, "the last keyword has no value");
}

/* Takes a character off, its escape undone; false at the word's end. */
static bool take_char(struct word *word, char *c)
{
	static const char letters[] = "nrt", meant[] = "\n\r\t";
	size_t n = word->quoted && word->raw.len && *word->raw.p == '\\';

	if (!word->raw.len)
		return false;
	*c = word->raw.p[n];
	if (n) {
		const char *letter = strchr(letters, *c);

		*c = letter ? meant[letter - letters] : *c;
	}
	word->raw.p += n + 1;
	word->raw.len -= n + 1;
	return true;
}

static char *copy_word(struct word word)
{
	char *copy = malloc(word.raw.len + 1), *end = copy;

	if (!copy)
		abort();
	while (take_char(&word, end))
		end++;
	*end = '\0';
	return copy;
}

static bool word_equals(struct word word, const char *text)
{
	char c;

	while (take_char(&word, &c))
		if (!*text || c != *text++)
			return false;
	return !*text;
}

static bool is_host(struct word word, const char *host)
{
	char *name = copy_word(word);
	bool same = http_span_is(http_span_of(name), host);

	free(name);
	return same;
}

/* Keeps the pair that was read, where it is the first that will do. */
static void end_pair(struct search *s)
{
	const struct pair *pair = &s->pair;

	if (s->owner != OF_OTHERS && pair->login.raw.p &&
		!s->found[s->owner].login.raw.p &&
		(!s->wanted || word_equals(pair->login, s->wanted)))
		s->found[s->owner] = *pair;
	s->pair = (struct pair){ 0 };
}

static void begin_entry(struct search *s, enum owner owner)
{
	end_pair(s);
	s->owner = owner;
}

/* A machine may have several pairs, as curl lets it. */
static void begin_half(struct search *s)
{
	if (s->pair.login.raw.p && s->pair.password.raw.p)
		end_pair(s);
}

static bool read_keyword(
	struct reader *r, struct search *s, struct http_span keyword)
{
	struct word value = { 0 };

	if (http_span_is(keyword, "default")) {
		begin_entry(s, OF_ALL);
		return true;
	}
	if (http_span_is(keyword, "macdef")) {
		skip_macro(r);
		return true;
	}
	if (http_span_is(keyword, "account"))
		return take_value(r, &value);
	if (http_span_is(keyword, "machine")) {
		if (!take_value(r, &value))
			return false;
		begin_entry(s, is_host(value, s->host) ? OF_HOST : OF_OTHERS);
		return true;
	}
	if (http_span_is(keyword, "login")) {
		begin_half(s);
		return take_value(r, &s->pair.login);
	}
	if (http_span_is(keyword, "password")) {
		begin_half(s);
		return take_value(r, &s->pair.password);
	}
	/* Others know more of them. */
	return true;
}

bool netrc_find(const char *text, size_t len, const char *host,
	const char *wanted, char **user, char **password, struct err *err)
{
	struct reader r = { { text, len }, 1, true, err };
	struct search s = { host, wanted, .owner = OF_OTHERS };
	struct word word = { 0 };

	*err = (struct err){ 0 };
	while (find_word(&r, false))
		if (!take_word(&r, &word) || !read_keyword(&r, &s, word.raw))
			return false;
	end_pair(&s);

	const struct pair *pair =
		&s.found[s.found[OF_HOST].login.raw.p ? OF_HOST : OF_ALL];

	if (!pair->login.raw.p)
		return false;
	*user = copy_word(pair->login);
	*password = copy_word(pair->password);
	return true;
}
