#define _GNU_SOURCE /* strndup */
#include "session/command_line.h"

#include "base/wipe.h"
#include "session/away.h"
#include "session/life.h"
#include "session/session.h"
#include "ui/prompt.h"

#include <stdlib.h>
#include <string.h>

void command_edit(struct session *s, const char *args)
{
	away_edit(s, args);
}

static void show_entry(void *arg, size_t number, const char *line)
{
	session_say(arg, STYLE_PLAIN, "%6zu  %s", number, line);
}

void command_history(struct session *s, const char *args)
{
	enum { ENTRIES = 20, ENTRIES_MAX = 10000 };
	char *end;
	unsigned long n = strtoul(args, &end, 10);

	end += strspn(end, " ");
	if (!args[0])
		n = ENTRIES;
	else if (args[0] < '0' || args[0] > '9' || *end || n > ENTRIES_MAX) {
		session_say(s, STYLE_ERROR,
			"/history %s: not a number up to %d", args,
			ENTRIES_MAX);
		return;
	}
	prompt_history(n, show_entry, s);
}

void command_connect(struct session *s, const char *args)
{
	size_t len = strcspn(args, " ");
	char *url;

	if (args[len + strspn(args + len, " ")]) {
		session_say(s, STYLE_ERROR,
			"/connect: a URL, without blanks (as in /connect "
			"ws://localhost:8080/chat)");
		return;
	}
	url = len ? strndup(args, len) : NULL;
	if (len && !url)
		abort();
	life_connect(s, url);
	if (url)
		wipe(url, len);
	free(url);
}

void command_reconnect(struct session *s, const char *args)
{
	(void)args;
	life_connect(s, NULL);
}
