#include "session/command_record.h"

#include "session/session.h"

#include <string.h>

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
		if (record_switch(s, args) && s->repl)
			session_say(s, STYLE_PLAIN, "recording to %s", args);
		return;
	}
	record_switch(s, NULL);
	if (s->repl)
		session_say(s, STYLE_PLAIN,
			was ? "no more recording"
			    : "nothing was being recorded");
}
