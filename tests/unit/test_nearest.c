#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "base/nearest.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = { "ping", "pong", "close", "help", "quit",
	"wait", "verbose", "show-ping-pong", "connect-timeout", "set" };
enum { WORDS = sizeof(words) / sizeof(words[0]) };

static const struct {
	const char *word, *found; /* found NULL: none is near */
} cases[] = {
	{ "ping", "ping" },
	{ "pign", "ping" },  /* swapped */
	{ "pin", "ping" },   /* one less, and a beginning */
	{ "pingg", "ping" }, /* one more */
	{ "bing", "ping" },  /* changed */
	{ "pung", "ping" },  /* as near to pong: the first counts */
	{ "gong", "pong" },
	{ "wiat", "wait" },
	{ "v", "verbose" }, /* a beginning */
	{ "connect", "connect-timeout" },
	{ "conect-timeout", "connect-timeout" },
	{ "show-pingpong", "show-ping-pong" },
	{ "verbsoe", "verbose" },
	{ "velrboes", "verbose" }, /* two edits of eight letters */
	{ "est", "set" },          /* swapped: one edit, not two */
	{ "tse", NULL },
	{ "x", NULL },
	{ "", NULL },
	{ "clxxe", "close" }, /* two of five */
	{ "cxxxe", NULL },    /* three of five */
	{ "PING", NULL },
	{ "a-word-that-is-longer-than-forty-letters-is", NULL },
};

Test(nearest, finds_what_was_meant)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *word = cases[i].word;
		const char *found = nearest(
			(const char *)guard_copy(word, strlen(word) + 1), words,
			WORDS);

		if (!cases[i].found) {
			cr_expect_null(found, "%s: found %s", word, found);
			continue;
		}
		cr_expect_not_null(found, "%s: found nothing", word);
		if (found)
			cr_expect_str_eq(found, cases[i].found, "%s: found %s",
				word, found);
	}
}

Test(nearest, finds_nothing_in_nothing)
{
	cr_expect_null(nearest("ping", NULL, 0));
}

/* The longest words it looks at fill its rows to the brim. */
Test(nearest, words_of_every_length)
{
	char word[2 * NEAREST_MAX + 1];

	for (size_t len = 0; len < sizeof(word); len++) {
		memset(word, 'a', len);
		word[len] = '\0';

		const char *one[] = { (const char *)guard_copy_slot(
			1, word, len + 1) };
		const char *found = nearest(
			(const char *)guard_copy(word, len + 1), one, 1);

		cr_expect((found != NULL) == (len > 0 && len <= NEAREST_MAX),
			"%zu letters", len);
	}
}

/* Each word of the list with a letter taken out, put in, changed or swapped
 * is found again. */
Test(nearest, one_edit_anywhere)
{
	char typed[64];

	for (size_t w = 0; w < WORDS; w++) {
		size_t len = strlen(words[w]);

		for (size_t i = 0; i < len; i++) {
			snprintf(typed, sizeof(typed), "%.*s%s", (int)i,
				words[w], words[w] + i + 1);
			cr_expect_not_null(nearest(typed, words, WORDS));
			snprintf(typed, sizeof(typed), "%.*sz%s", (int)i,
				words[w], words[w] + i);
			cr_expect_str_eq(
				nearest(typed, words, WORDS), words[w]);
			snprintf(typed, sizeof(typed), "%s", words[w]);
			typed[i] = 'Z';
			cr_expect_not_null(nearest(typed, words, WORDS));
		}
	}
}
