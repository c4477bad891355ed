#ifndef WSTAP_SESSION_COMMAND_COMPLETE_H
#define WSTAP_SESSION_COMMAND_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

struct complete_how;

/* What the prompt is told of the commands (ui/prompt, ui/complete). */

/* The words that may stand at `start` of the line, as complete_words. */
const char *const *command_complete(
	const char *line, size_t start, size_t end, struct complete_how *how);

/* Whether a line may have a secret in it, which is not for the history: in a
 * command, a URL with an @ or an Authorization field. */
bool command_is_secret(const char *line);

#endif
