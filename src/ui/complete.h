#ifndef WSTAP_UI_COMPLETE_H
#define WSTAP_UI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The Tab key: completion of the word at the cursor, with GNU readline. It is
 * a part of ui/prompt, which calls complete_set_up(). Words end at blanks; a
 * blank or backslash in a file's name is typed, and completed, behind a
 * backslash, as in a shell; a leading ~ is the home directory.
 */

/* What else there is to say of the words; all false before. */
struct complete_how {
	bool files; /* files' names are offered, too */
	bool last;  /* the word is the line's last: no blank follows it */
};

/* What may stand where the word that starts at `start` of the line is, of
 * which what is before `end` was typed: a NULL-ended list, good until the next
 * call; NULL: nothing. No blank follows a word that ends with "=" or ":". */
typedef const char *const *complete_words(
	const char *line, size_t start, size_t end, struct complete_how *how);

/* Makes readline complete with this; NULL: nothing is completed. */
void complete_set_up(complete_words *words);

/* A file's name as it was typed or completed: backslashes taken away, ~ put
 * in. Blanks at the end that no backslash is before are dropped. To be
 * freed. */
char *complete_file_name(const char *typed);

#endif
