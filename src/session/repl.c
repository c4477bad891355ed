#define _GNU_SOURCE /* SIGWINCH */
#include "session/repl.h"

#include "session/command.h"
#include "session/session.h"
#include "session/signals.h"
#include "ui/histfile.h"
#include "ui/prompt.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void repl_open(struct session *s)
{
	static char history[4096];

	if (!s->repl)
		return;
	/* A terminal is asked before it is written to: one that is stopped
	 * (Ctrl-S) must not stop the connection. */
	s->output.waiting = true;
	prompt_open(&(struct prompt_config){
		.prompt = s->config->quiet ? "" : "> ",
		.history = histfile_path(history, sizeof(history)),
		.words = command_words(),
	});
}

void repl_close(struct session *s)
{
	if (s->repl)
		prompt_close();
}

void repl_hide(struct session *s)
{
	if (s->repl)
		prompt_hide();
}

void repl_show(struct session *s)
{
	if (!s->repl)
		return;
	s->output.waiting = true;
	if (printer_ready(&s->printer) == 0)
		prompt_show();
}

bool repl_wants_read(const struct session *s)
{
	return s->repl && !s->input_over && !input_busy(&s->input);
}

bool repl_pending(const struct session *s)
{
	return repl_wants_read(s) && prompt_pending();
}

/* Sends what was typed: takes line. */
static void send_line(struct session *s, char *line)
{
	if (!ws_conn_may_send(&s->conn)) {
		session_say(
			s, STYLE_ERROR, "not sent: the connection is closing");
		free(line);
		return;
	}
	input_type(&s->input, line, strlen(line), s->send_binary);
}

static void take_line(struct session *s, char *line)
{
	s->interrupts = 0;
	if (line[0] == '/' && line[1] != '/') {
		command_run(s, line);
		free(line);
		return;
	}
	if (line[0] == '/')
		memmove(line, line + 1, strlen(line));
	send_line(s, line);
}

void repl_read(struct session *s)
{
	do {
		char *line = NULL;

		switch (prompt_feed(&line)) {
		case PROMPT_MORE:
			break;
		case PROMPT_LINE:
			take_line(s, line);
			break;
		case PROMPT_END:
			s->input_over = s->quit = true;
			session_finish(s, ASKED_END);
			break;
		}
	} while (repl_pending(s));
}

void repl_signal(struct session *s, int number)
{
	if (!s->repl)
		return;
	switch (number) {
	case SIGWINCH:
		prompt_resize();
		s->printer.columns = output_columns(1);
		break;
	case SIGTSTP:
		prompt_suspend();
		signals_stop();
		prompt_resume();
		break;
	case SIGINT:
		if (prompt_interrupt()) {
			s->interrupts = 0;
			break;
		}
		s->quit = true;
		session_finish(s, ASKED_END);
		break;
	default:
		break;
	}
}
