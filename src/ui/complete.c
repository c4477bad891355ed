#define _GNU_SOURCE /* strdup */
#include "ui/complete.h"

#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>
#include <readline/tilde.h>

static complete_words *words_at;
static const char *const *words; /* of the word being completed */

static const char blanks[] = " \t\n";

static bool is_blank(char c)
{
	return c != '\0' && strchr(blanks, c);
}

static char *next_word(const char *text, int state)
{
	static size_t i;
	size_t len = strlen(text);

	for (i = state ? i + 1 : 0; words[i]; i++)
		if (strncmp(words[i], text, len) == 0)
			return strdup(words[i]);
	return NULL;
}

/* The words, and behind them the files. */
static char *next_word_or_file(const char *text, int state)
{
	static bool in_files;
	char *word = NULL;

	if (state && in_files)
		return rl_filename_completion_function(text, state);
	if (words)
		word = next_word(text, state);
	in_files = !word;
	return word ? word : rl_filename_completion_function(text, 0);
}

/* Whether a value is to follow. */
static bool goes_on(const char *word)
{
	size_t len = strlen(word);

	return len > 0 && strchr("=:", word[len - 1]);
}

static char **complete(const char *text, int start, int end)
{
	struct complete_how how = { false, false };
	char **found = NULL;

	/* File names have no place in a message. */
	rl_attempted_completion_over = 1;
	words = words_at ? words_at(rl_line_buffer, (size_t)start, (size_t)end,
				   &how)
			 : NULL;
	if (how.files)
		found = rl_completion_matches(text, next_word_or_file);
	else if (words)
		found = rl_completion_matches(text, next_word);
	if (how.last || (found && !how.files && goes_on(found[0])))
		rl_completion_suppress_append = 1;
	return found;
}

/* Whether the character at this place has a backslash before it that counts. */
static int is_quoted(char *line, int at)
{
	int n = 0;

	while (n < at && line[at - n - 1] == '\\')
		n++;
	return n % 2;
}

/* To be freed; NULL where memory is out. */
static char *without_backslashes(const char *text)
{
	char *out = malloc(strlen(text) + 1), *to = out;

	if (!out)
		return NULL;
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		*to++ = *text;
	}
	*to = '\0';
	return out;
}

static char *with_backslashes(char *name, int type, char *quote)
{
	char *out = malloc(2 * strlen(name) + 1), *to = out;

	(void)type;
	(void)quote;
	if (!out)
		return NULL;
	for (; *name; name++) {
		if (is_blank(*name) || *name == '\\')
			*to++ = '\\';
		*to++ = *name;
	}
	*to = '\0';
	return out;
}

static char *unquote(char *text, int quote)
{
	(void)quote;
	return without_backslashes(text);
}

/* Of a directory that begins with ~, readline leaves the backslashes in. */
static int unquote_directory(char **name)
{
	char *plain = without_backslashes(*name);

	if (!plain)
		return 0;
	free(*name);
	*name = plain;
	return 1;
}

void complete_set_up(complete_words *callback)
{
	words_at = callback;
	rl_attempted_completion_function = complete;
	rl_completer_word_break_characters = (char *)blanks;
	rl_basic_quote_characters = "";
	/* Not NULL, so that readline looks for backslashes. */
	rl_completer_quote_characters = "";
	rl_filename_quote_characters = " \t\n\\";
	rl_char_is_quoted_p = is_quoted;
	rl_filename_quoting_function = with_backslashes;
	rl_filename_dequoting_function = unquote;
	rl_directory_rewrite_hook = unquote_directory;
	/* Neither may ask questions and wait for the answer: the connection
	 * would wait, too. */
	rl_completion_query_items = -1;
	rl_variable_bind("page-completions", "off");
}

char *complete_file_name(const char *typed)
{
	size_t end = 0;
	char *text, *name;

	for (size_t i = 0; typed[i]; i++) {
		if (typed[i] == '\\' && typed[i + 1])
			i++;
		else if (is_blank(typed[i]))
			continue;
		end = i + 1;
	}
	text = strndup(typed, end);
	if (!text)
		return NULL;
	name = without_backslashes(text);
	if (name && *text == '~') {
		char *expanded = tilde_expand_word(name);

		free(name);
		name = expanded;
	}
	free(text);
	return name;
}
