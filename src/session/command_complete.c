#define _GNU_SOURCE /* strcasestr */
#include "session/command_complete.h"

#include "format/rawframe.h"
#include "session/command.h"
#include "session/command_set.h"
#include "ui/complete.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 32 };

/* All commands, each behind `before`. */
static const char *const *command_names(const char *before)
{
	static char text[WORDS_MAX][24];
	static const char *words[WORDS_MAX + 1];

	for (size_t i = 0; i < commands_count; i++) {
		snprintf(text[i], sizeof(text[i]), "%s%s", before,
			commands[i].name);
		words[i] = text[i];
	}
	words[commands_count] = NULL;
	return words;
}

/* Which word of the line begins at `start`: 0 is the first. */
static size_t count_words(const char *line, size_t start)
{
	size_t n = 0;

	for (size_t i = 0; i < start; i++)
		n += line[i] != ' ' && (i + 1 == start || line[i + 1] == ' ');
	return n;
}

/* Behind /frame or /raw: args up to the cursor. */
static const char *const *frame_words(bool raw, const char *args, size_t len)
{
	static char text[RAWFRAME_OFFERS][RAWFRAME_OFFER];
	static const char *words[RAWFRAME_OFFERS + 1];
	size_t n = rawframe_offers(text, raw, args, len);

	for (size_t i = 0; i < n; i++)
		words[i] = text[i];
	words[n] = NULL;
	return words;
}

const char *const *command_complete(
	const char *line, size_t start, size_t end, struct complete_how *how)
{
	static const char *const off[] = { "off", NULL };
	static const char *const all[] = { "all", NULL };
	size_t name = strcspn(line, " ");
	const struct command *c;
	size_t word = count_words(line, start);

	if (line[0] != '/' || line[1] == '/')
		return NULL;
	if (start == 0)
		return command_names("/");
	c = command_find(line + 1, name - 1);
	if (!c)
		return NULL;
	switch (c->words) {
	case WORDS_NONE:
		break;
	case WORDS_FILES:
		how->files = true;
		break;
	/* These take what follows them as it is, a blank at its end, too. */
	case WORDS_RECORD:
		how->files = how->last = true;
		return word == 1 ? off : NULL;
	case WORDS_TO:
		how->last = true;
		return word == 1 ? all : NULL;
	case WORDS_FRAME:
	case WORDS_RAW:
		return frame_words(
			c->words == WORDS_RAW, line + name, end - name);
	case WORDS_COMMANDS:
		return word == 1 ? command_names("") : NULL;
	case WORDS_SETTINGS:
		return command_set_words(line, word);
	}
	return NULL;
}

/* Whether a URL may follow: also where the command's name is mistyped. */
static bool takes_url(const char *line)
{
	size_t len = strcspn(line + 1, " \t");
	const struct command *c = command_find(line + 1, len);

	return !c || strcmp(c->name, "connect") == 0 ||
	       strcmp(c->name, "reconnect") == 0;
}

bool command_is_secret(const char *line)
{
	if (line[0] != '/' || line[1] == '/')
		return false;
	return strcasestr(line, "authorization:") ||
	       (strchr(line, '@') && takes_url(line));
}
