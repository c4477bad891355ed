#define _GNU_SOURCE /* strndup */
/* A line of words, for format/rawframe.h. */
#include "format/rawframe.h"

#include "format/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No key is longer. */
enum { KEY_MOST = 40 };

struct word {
	char key[KEY_MOST + 1];
	const char *value;
	size_t len;
};

static const char blanks[] = " \t";

static size_t to_blank(const char *p)
{
	return strcspn(p, blanks);
}

static bool is_key(const struct word *w, const char *key)
{
	return strcmp(w->key, key) == 0;
}

/* Reads the key at *p, and moves to its value. */
static bool read_key(
	struct rawframe *f, struct word *w, const char **p, char *why)
{
	size_t len = strcspn(*p, "=: \t");
	size_t kept = len < KEY_MOST ? len : KEY_MOST;
	const char *rest = *p + len;

	memcpy(w->key, *p, kept);
	w->key[kept] = '\0';
	if (!rawframe_knows(w->key))
		return rawframe_set(f, w->key, "", 0, why);
	if (*rest != '=' && *rest != ':') {
		snprintf(why, RAWFRAME_WHY,
			"%s: \"=\" and a value are expected behind it, "
			"without a blank",
			w->key);
		return false;
	}
	*p = rest + 1;
	return true;
}

/* Up to the blanks before the next word that has a key. */
static size_t to_next_word(const char *p)
{
	size_t end = 0, at = strspn(p, blanks);

	while (p[at]) {
		size_t len = to_blank(p + at);

		if (strcspn(p + at, "=:") < len)
			break;
		end = at + len;
		at = end + strspn(p + end, blanks);
	}
	return end;
}

/* A value in quotation marks: *p, which stands on the first, moves behind
 * the second. */
static bool read_quoted(struct word *w, const char **p, char *why)
{
	const char *end = strchr(*p + 1, '"');

	if (!end || to_blank(end + 1) > 0) {
		snprintf(why, RAWFRAME_WHY,
			"%s=%.*s: the quotation mark at the value's end is "
			"expected, and a blank behind it",
			w->key, words_quotable(*p, strlen(*p)), *p);
		return false;
	}
	w->value = *p + 1;
	w->len = (size_t)(end - w->value);
	*p = end + 1;
	return true;
}

static bool is_rest(const struct word *w)
{
	return is_key(w, "text") || is_key(w, "data");
}

static bool read_value(struct word *w, const char **p, char *why)
{
	bool hex = is_key(w, "hex");

	if (is_rest(w)) {
		w->value = *p;
		w->len = strlen(*p);
	} else {
		if (hex || is_key(w, "base64") || is_key(w, "fill"))
			*p += strspn(*p, blanks);
		if (**p == '"')
			return read_quoted(w, p, why);
		w->value = *p;
		w->len = hex ? to_next_word(*p) : to_blank(*p);
	}
	*p += w->len;
	return true;
}

bool rawframe_parse(
	struct rawframe *f, const char *text, char why[RAWFRAME_WHY])
{
	const char *p = text + strspn(text, blanks);

	for (; *p; p += strspn(p, blanks)) {
		struct word w;

		if (!read_key(f, &w, &p, why) || !read_value(&w, &p, why) ||
			!rawframe_set(f, w.key, w.value, w.len, why))
			return false;
	}
	return rawframe_finish(f, why);
}

/* --- what Tab offers --- */

/* Takes all of the line; false where it is wrong, or goes on in a text. */
static bool read_words(struct rawframe *f, const char *p)
{
	char why[RAWFRAME_WHY];

	for (p += strspn(p, blanks); *p; p += strspn(p, blanks)) {
		struct word w;

		if (!read_key(f, &w, &p, why) || is_rest(&w) ||
			!read_value(&w, &p, why) ||
			!rawframe_set(f, w.key, w.value, w.len, why))
			return false;
	}
	return true;
}

static size_t offer(char offers[RAWFRAME_OFFERS][RAWFRAME_OFFER],
	const struct rawframe *f, const char *word)
{
	struct rawframe_key keys[RAWFRAME_OFFERS];
	size_t nkeys = rawframe_keys(f, keys), n = 0, len;
	const char *value;

	len = strcspn(word, "=:");
	for (size_t i = 0; i < nkeys; i++)
		if (!word[len])
			snprintf(offers[n++], RAWFRAME_OFFER, "%s%c",
				keys[i].name, keys[i].sign);
		else if (keys[i].value && len == strlen(keys[i].name) &&
			 memcmp(word, keys[i].name, len) == 0)
			while ((value = keys[i].value(n)))
				snprintf(offers[n++], RAWFRAME_OFFER, "%s%c%s",
					keys[i].name, word[len], value);
	return n;
}

size_t rawframe_offers(char offers[RAWFRAME_OFFERS][RAWFRAME_OFFER], bool raw,
	const char *text, size_t len)
{
	char *line = strndup(text, len), *word;
	struct rawframe f;
	size_t n = 0;

	if (!line)
		abort();
	rawframe_init(&f, raw);
	for (word = line + strlen(line);
		word > line && !strchr(blanks, word[-1]);)
		word--;
	if (word > line)
		word[-1] = '\0';
	if (word == line || read_words(&f, line))
		n = offer(offers, &f, word);
	rawframe_release(&f);
	free(line);
	return n;
}
