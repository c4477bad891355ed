#include "session/command_record.h"

#include "session/session.h"
#include "ui/complete.h"

#include <stdlib.h>
#include <string.h>

static void begin(struct session *s, const char *typed)
{
	char *path = complete_file_name(typed);

	if (!path)
		abort();
	if (record_switch(s, path) && s->repl)
		session_say(s, STYLE_PLAIN, "recording to %s", path);
	free(path);
}

void command_record(struct session *s, const char *args)
{
	bool was = s->recorder != NULL;

	if (!args[0]) {
		if (was)
			session_say(s, STYLE_PLAIN, "recording to %s",
				record_path(s));
		else
			session_say(s, STYLE_PLAIN,
				"not recording; /record FILE begins");
		return;
	}
	if (strcmp(args, "off") != 0) {
		begin(s, args);
		return;
	}
	record_switch(s, NULL);
	if (s->repl)
		session_say(s, STYLE_PLAIN,
			was ? "no more recording"
			    : "nothing was being recorded");
}
