#define _GNU_SOURCE /* SIGWINCH */
#include "session/repl.h"

#include "session/away.h"
#include "session/command.h"
#include "session/command_complete.h"
#include "session/delivery.h"
#include "session/life.h"
#include "session/session.h"
#include "session/shared.h"
#include "session/signals.h"
#include "ui/histfile.h"
#include "ui/prompt.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void repl_open(struct session *s)
{
	static char history[4096];

	if (!s->repl || s->prompted)
		return;
	s->prompted = true;
	/* A terminal is asked before it is written to: one that is stopped
	 * (Ctrl-S) must not stop the connection. */
	s->output.waiting = true;
	prompt_open(&(struct prompt_config){
		.prompt = s->config->quiet ? "" : "> ",
		.history = histfile_path(history, sizeof(history)),
		.words = s->slash ? command_complete : NULL,
		.secret = s->slash ? command_is_secret : NULL,
	});
}

void repl_close(struct session *s)
{
	away_end(s);
	if (s->prompted)
		prompt_close();
	s->prompted = false;
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
	s->in_message = s->printer.split;
	if (s->cut == 0 && !s->in_message && !away(s))
		prompt_show();
}

/* The prompt is wanted now, wherever the output is: what was begun is
 * finished, for as long as a person is ready to wait, and a message that goes
 * on for long goes on in a new row. */
static void make_place(struct session *s)
{
	struct pollfd p = { .fd = s->output.fd, .events = POLLOUT };
	enum { PATIENCE_MS = 200 };

	while (s->cut > 0 && !s->output_broken &&
		poll(&p, 1, PATIENCE_MS) > 0) {
		s->output.waiting = false;
		delivery_write(s);
	}
	if (s->cut > 0 || s->in_message)
		prompt_new_row();
	s->cut = 0;
	s->in_message = false;
}

bool repl_wants_read(const struct session *s)
{
	/* While the terminal is full, a key would wait for it anyway. */
	return s->repl && s->cut == 0 && !s->input_over && !away(s) &&
	       input_may_type(&s->input);
}

bool repl_pending(const struct session *s)
{
	return repl_wants_read(s) && prompt_pending();
}

/* Characters in the first n bytes. */
static size_t characters(const char *s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

/* Whether who typed this meant it to be JSON, and it is none; the second time
 * it is taken for what it is. */
static bool doubt(struct session *s, const char *line)
{
	const char *start = line + strspn(line, " \t\r\n");
	size_t len = strlen(line);
	bool again = s->doubted && strcmp(s->doubted, line) == 0;
	struct json_fault fault;

	free(s->doubted);
	s->doubted = NULL;
	if (!s->printer.json || s->send_binary || again ||
		(*start != '{' && *start != '[') ||
		json_valid((const uint8_t *)line, len))
		return false;
	fault = json_fault((const uint8_t *)line, len);
	s->doubted = strdup(line);
	session_say(s, STYLE_ERROR,
		"not sent: no JSON at character %zu: %s (Enter again sends it "
		"as it is)",
		characters(line, fault.at) + 1, fault.why);
	return true;
}

/* Sends what was typed: takes line. */
static void send_line(struct session *s, char *line)
{
	const char *why = life_refusal(s);

	if (why)
		session_say(s, STYLE_ERROR, "not sent: %s", why);
	/* What can't go is not lost: it is the line being typed again. */
	if (why || doubt(s, line)) {
		prompt_put_back(line);
		free(line);
		return;
	}
	/* // stands for one slash. */
	if (s->slash && line[0] == '/')
		memmove(line, line + 1, strlen(line));
	input_type(&s->input, (struct typed_item){
				      .data = line,
				      .len = strlen(line),
				      .binary = s->send_binary,
			      });
}

static void take_line(struct session *s, char *line)
{
	s->interrupts = 0;
	/* A listener's: the one before may have chosen another client. */
	shared_select(s);
	if (s->slash && line[0] == '/' && line[1] != '/') {
		command_run(s, line);
		free(line);
		return;
	}
	send_line(s, line);
}

void repl_read(struct session *s)
{
	make_place(s);
	do {
		char *line = NULL;

		switch (prompt_feed(&line)) {
		case PROMPT_MORE:
			break;
		case PROMPT_LINE:
			take_line(s, line);
			break;
		case PROMPT_EDIT:
			away_edit(s, line);
			free(line);
			break;
		case PROMPT_END:
			s->input_over = s->quit = true;
			session_finish_all(s, ASKED_END);
			break;
		}
	} while (repl_pending(s));
}

void repl_signal(struct session *s, int number)
{
	if (!s->repl)
		return;
	if (number != SIGWINCH && !away(s))
		make_place(s);
	switch (number) {
	case SIGWINCH:
		prompt_resize();
		s->printer.columns = output_columns(1);
		break;
	case SIGTSTP:
		if (!away(s))
			prompt_suspend();
		signals_stop();
		if (!away(s))
			prompt_resume();
		break;
	case SIGCHLD:
		away_check(s);
		break;
	case SIGINT:
		/* Who types and thinks better of it does not want the end. */
		if (prompt_waiting())
			repl_read(s);
		if (prompt_interrupt()) {
			s->interrupts = 0;
			break;
		}
		s->quit = true;
		session_finish_all(s, ASKED_END);
		break;
	default:
		break;
	}
}
