#include "session/away.h"

#include "session/repl.h"
#include "session/session.h"
#include "ui/prompt.h"

#include <stdlib.h>
#include <sys/wait.h>

bool away(const struct session *s)
{
	return s->child.pid != 0;
}

/* The prompt is back, whatever became of it. */
static void come_back(struct session *s)
{
	prompt_resume();
	s->printer.columns = output_columns(1);
	s->output.waiting = true;
}

static void begin(struct session *s, bool started, const struct err *err)
{
	if (started)
		return;
	come_back(s);
	session_say(s, STYLE_ERROR, "%s", err->line);
}

void away_edit(struct session *s, const char *text)
{
	struct err err = { 0 };

	prompt_suspend();
	begin(s, child_edit(&s->child, text, &err), &err);
}

void away_page(struct session *s, int fd)
{
	struct err err = { 0 };

	prompt_suspend();
	begin(s, child_page(&s->child, fd, &err), &err);
}

static void tell_failure(struct session *s, const char *what, int status)
{
	if (WIFSIGNALED(status))
		session_say(s, STYLE_ERROR, "%s was ended by signal %d", what,
			WTERMSIG(status));
	else if (WEXITSTATUS(status) == 127)
		session_say(s, STYLE_ERROR, "%s was not found", what);
	else
		session_say(s, STYLE_ERROR, "%s ended with status %d", what,
			WEXITSTATUS(status));
}

static void take_edited(struct session *s, bool wanted)
{
	struct err err = { 0 };
	char *text = child_text(&s->child, &err);

	if (text && wanted)
		prompt_put_back(text);
	else if (wanted)
		session_say(s, STYLE_ERROR, "%s", err.line);
	free(text);
}

void away_check(struct session *s)
{
	bool editing = s->child.path != NULL;
	bool well;
	int status;

	if (!away(s) || !child_ended(&s->child, &status))
		return;
	well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	come_back(s);
	if (!well && editing)
		tell_failure(s, "the editor ($VISUAL)", status);
	if (editing)
		take_edited(s, well);
}

void away_end(struct session *s)
{
	child_release(&s->child);
}
