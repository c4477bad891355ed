#include "session/command_clients.h"

#include "session/command.h"
#include "session/session.h"
#include "session/shared.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *mark_of(const struct clients *c, const struct link *l)
{
	return c->to_all || l == c->to ? "*" : " ";
}

static void tell_client(struct session *s, const struct link *l)
{
	int64_t open_s = (s->now_ns - l->opened_ns) / 1000000000;

	session_say(s, STYLE_PLAIN,
		"%s %3u  %-24s %4" PRId64 ":%02d  in %" PRIu64 ", out %" PRIu64
		"%s%s",
		mark_of(&s->clients, l), l->number, l->address, open_s / 60,
		(int)(open_s % 60), l->messages, l->outgoing.messages,
		l->subprotocol[0] ? "  " : "", l->subprotocol);
}

void command_clients(struct session *s, const char *args)
{
	const struct clients *c = &s->clients;
	unsigned told = 0;

	(void)args;
	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i]->opened)
			continue;
		tell_client(s, c->v[i]);
		told++;
	}
	if (!told)
		session_say(s, STYLE_PLAIN, "no client is connected");
}

bool command_is_each(const struct command *c)
{
	static const char *const names[] = { "ping", "pong", "close", "info",
		"stats" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(c->name, names[i]) == 0)
			return true;
	return false;
}

void command_to(struct session *s, const char *args)
{
	char *end;
	unsigned long number = strtoul(args, &end, 10);

	if (strcmp(args, "all") == 0)
		number = 0;
	else if (end == args || *end || number == 0 || number > UINT32_MAX)
		number = ULONG_MAX;
	if (number == ULONG_MAX || !shared_to(s, (unsigned)number))
		session_say(s, STYLE_ERROR,
			"/to %s: no such client (/clients lists them; /to all)",
			args);
	else if (!s->repl)
		return;
	else if (number == 0)
		session_say(s, STYLE_PLAIN,
			"What is typed goes to all clients from now on.");
	else
		session_say(s, STYLE_PLAIN,
			"What is typed goes to client %lu from now on.",
			number);
}
