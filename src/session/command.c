#include "session/command.h"

#include "base/nearest.h"
#include "session/command_clients.h"
#include "session/command_info.h"
#include "session/command_line.h"
#include "session/command_record.h"
#include "session/command_raw.h"
#include "session/command_send.h"
#include "session/command_set.h"
#include "session/life.h"
#include "session/session.h"
#include "session/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void send_control(
	struct session *s, enum ws_opcode opcode, const char *args)
{
	const char *why = life_refusal(s);
	size_t len = strlen(args);

	if (len > WS_CONTROL_MAX) {
		session_say(s, STYLE_ERROR,
			"%zu bytes: a %s carries %d at most (RFC 6455 5.5)",
			len, ws_opcode_name(opcode), WS_CONTROL_MAX);
		return;
	}
	if (why || !outgoing_control(&s->link->outgoing, opcode, args, len)) {
		session_say(s, STYLE_ERROR, "not sent: %s",
			why ? why
			: s->link->outgoing.busy == SENDER_RAW
				? "a raw frame is not through yet"
				: "the network takes nothing just now");
		return;
	}
	if (opcode == WS_PING) {
		s->link->ping_sent_ns = clock_now_ns();
		s->link->ping_len = len;
		memcpy(s->link->ping, args, len);
	}
}

static void run_ping(struct session *s, const char *args)
{
	send_control(s, WS_PING, args);
}

static void run_pong(struct session *s, const char *args)
{
	send_control(s, WS_PONG, args);
}

static void run_close(struct session *s, const char *args)
{
	char *end;
	unsigned long code = strtoul(args, &end, 10);
	size_t len;

	if (!s->link->net) {
		session_say(s, STYLE_ERROR, "%s", s->why_not);
		return;
	}
	if (!args[0]) {
		session_finish(s, ASKED_END);
		return;
	}
	if (end == args || (*end && *end != ' ') || code > UINT16_MAX ||
		!ws_close_may_send((unsigned)code)) {
		session_say(s, STYLE_ERROR,
			"/close %s: a close code is 1000 to 1003, 1007 to "
			"1014, or 3000 to 4999 (RFC 6455 7.4)",
			args);
		return;
	}
	end += strspn(end, " ");
	len = strlen(end);
	if (len > WS_CONTROL_MAX - 2) {
		session_say(s, STYLE_ERROR,
			"a close reason of %zu bytes: 123 at most "
			"(RFC 6455 5.5)",
			len);
		return;
	}
	session_close(s, ASKED_END, (uint16_t)code, end);
}

static void show_help(struct session *s, const struct command *c)
{
	char usage[64];

	snprintf(usage, sizeof(usage), "/%s %s", c->name, c->args);
	session_say(s, STYLE_PLAIN, "  %-24s %s", usage, c->help);
}

const struct command *command_find(const char *name, size_t len)
{
	for (size_t i = 0; i < commands_count; i++)
		if (strlen(commands[i].name) == len &&
			memcmp(commands[i].name, name, len) == 0)
			return &commands[i];
	return NULL;
}

static void say_unknown(struct session *s, const char *name, size_t len)
{
	char word[64];
	const char *names[32];

	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	for (char *p = word; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	for (size_t i = 0; i < commands_count; i++)
		names[i] = commands[i].name;

	const char *near = nearest(word, names, commands_count);

	session_say(s, STYLE_ERROR,
		"/%.*s: no such command; %s%s%s (// sends a text that starts "
		"with /)",
		(int)len, name, near ? "did you mean /" : "see ",
		near ? near : "/help", near ? "?" : "");
}

static bool needs_prompt(const struct command *c)
{
	return c->run == command_edit || c->run == command_history ||
	       c->run == command_connect || c->run == command_reconnect;
}

/* Why it is of no use here; NULL: it is. */
static const char *no_use(const struct session *s, const struct command *c)
{
	bool clients = c->run == command_clients || c->run == command_to;
	bool connects =
		c->run == command_connect || c->run == command_reconnect;

	if (clients && !s->config->listen)
		return "there are clients only where wstap listens (-l)";
	if (connects && s->config->listen)
		return "wstap listens (-l), and connects to nothing";
	if (!s->repl && needs_prompt(c))
		return "is for the prompt, and not for standard input";
	return NULL;
}

static void run_help(struct session *s, const char *args)
{
	size_t len;

	if (args[0] == '/')
		args++;
	len = strcspn(args, " ");
	if (args[0]) {
		const struct command *c = command_find(args, len);

		if (c && no_use(s, c))
			session_say(s, STYLE_PLAIN, "/%s: %s", c->name,
				no_use(s, c));
		else if (c)
			show_help(s, c);
		else
			say_unknown(s, args, len);
		return;
	}
	/* All of them are more than a screen has lines. */
	for (size_t i = 0; i < commands_count; i++)
		if (!no_use(s, &commands[i]))
			show_help(s, &commands[i]);
	session_say(s, STYLE_PLAIN,
		"  //text                   send a text that starts with /");
	if (!s->repl)
		return;
	session_say(s, STYLE_PLAIN,
		"  Ctrl-C clears the line, then closes; Ctrl-R searches the "
		"history");
}

static void run_quit(struct session *s, const char *args)
{
	(void)args;
	s->quit = true;
	session_finish_all(s, ASKED_END);
}

const struct command commands[] = {
	{ "ping", "[data]", "send a ping; its pong shows the round trip",
		run_ping, WORDS_NONE },
	{ "pong", "[data]", "send a pong that nobody asked for", run_pong,
		WORDS_NONE },
	{ "text", "[message]", "send it as text; without one: from now on",
		command_text, WORDS_NONE },
	{ "binary", "[message]", "send it as binary; the same", command_binary,
		WORDS_NONE },
	{ "hex", "48 65 6c", "send these bytes", command_hex, WORDS_NONE },
	{ "base64", "SGVsbG8=", "send what this encodes", command_base64,
		WORDS_NONE },
	{ "frame", "WORDS", "send any frame, right or wrong: fin=0 text:Hel",
		command_frame, WORDS_FRAME },
	{ "raw", "WORDS", "send bytes without a header: hex:8100", command_raw,
		WORDS_RAW },
	{ "file", "PATH", "send the file's contents as a message", command_file,
		WORDS_FILES },
	{ "edit", "[text]", "write a message in $VISUAL (Ctrl-X Ctrl-E)",
		command_edit, WORDS_NONE },
	{ "set", "[what on|off]", "show " COMMAND_SETTINGS, command_set,
		WORDS_SETTINGS },
	{ "info", "", "what is connected, and how", command_info, WORDS_NONE },
	{ "stats", "", "times, messages, bytes and round trips", command_stats,
		WORDS_NONE },
	{ "history", "[N]", "the last N lines (20)", command_history,
		WORDS_NONE },
	{ "connect", "[URL]", "end this connection, make one to URL",
		command_connect, WORDS_NONE },
	{ "reconnect", "", "the same, to where it led", command_reconnect,
		WORDS_NONE },
	{ "clients", "", "who is connected (-l)", command_clients, WORDS_NONE },
	{ "to", "N|all", "whom what is typed goes to (-l)", command_to,
		WORDS_TO },
	{ "record", "FILE|off", "record all that goes both ways",
		command_record, WORDS_RECORD },
	{ "close", "[code [reason]]", "close the connection (1000)", run_close,
		WORDS_NONE },
	{ "help", "[command]", "list the commands, or explain one", run_help,
		WORDS_COMMANDS },
	{ "quit", "", "close and end", run_quit, WORDS_NONE },
};
const size_t commands_count = sizeof(commands) / sizeof(*commands);

/* Whether what it says is of all clients, and of none. */
static bool is_of_none(const struct command *c)
{
	return !c || c->run == command_set || c->run == command_record ||
	       c->run == command_clients || c->run == command_to ||
	       c->run == command_history || c->run == run_help;
}

void command_run(struct session *s, const char *line)
{
	const char *name = line + 1;
	size_t len = strcspn(name, " ");
	const struct command *c = command_find(name, len);
	const char *args = name + len;

	args += strspn(args, " ");
	if (is_of_none(c))
		s->link = &s->first;
	if (!c)
		say_unknown(s, name, len);
	else if (no_use(s, c))
		session_say(s, STYLE_ERROR, "/%s: %s", c->name, no_use(s, c));
	else if (args[0] && !c->args[0])
		session_say(s, STYLE_ERROR, "/%s takes no argument", c->name);
	else if (command_is_each(c))
		shared_each(s, c->run, args);
	else
		c->run(s, args);
}

void command_run_input(struct session *s, struct input *i)
{
	const char *fault;
	char *line = input_take_command(i, &fault);

	if (!line)
		return;
	if (fault)
		session_say(s, STYLE_ERROR,
			"%.20s...: %s (// sends a text that starts with /)",
			line, fault);
	else
		command_run(s, line);
	/* Several clients share it: there may be more for the others. */
	if (s->link->asked != ASKED_NOTHING && !s->clients.several)
		input_stop(i);
	free(line);
}
