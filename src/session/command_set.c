#include "session/command_set.h"

#include "base/nearest.h"
#include "session/session.h"

#include <stdio.h>
#include <string.h>

/* What can be set. */
struct setting {
	const char *name;
	bool *(*place)(struct session *s);
};

static bool *hex(struct session *s)
{
	return &s->printer.hex;
}

static bool *json(struct session *s)
{
	return &s->printer.json;
}

static bool *stamp(struct session *s)
{
	return &s->printer.stamp;
}

static bool *raw(struct session *s)
{
	return &s->printer.raw;
}

static bool *ping_pong(struct session *s)
{
	return &s->show_ping_pong;
}

static const struct setting settings[] = {
	{ "hex", hex },
	{ "json", json },
	{ "time", stamp },
	{ "ping-pong", ping_pong },
	{ "raw", raw },
};
enum { COUNT = sizeof(settings) / sizeof(*settings) };

static void tell_all(struct session *s)
{
	char line[160];
	size_t n = 0;

	for (size_t i = 0; i < COUNT; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "  %s %s",
			settings[i].name, *settings[i].place(s) ? "on" : "off");
	session_say(s, STYLE_PLAIN, "%s", line);
}

static const struct setting *find(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strlen(settings[i].name) == len &&
			memcmp(settings[i].name, name, len) == 0)
			return &settings[i];
	return NULL;
}

static void say_unknown(struct session *s, const char *name, size_t len)
{
	const char *names[COUNT], *near;
	char word[32];

	for (size_t i = 0; i < COUNT; i++)
		names[i] = settings[i].name;
	snprintf(word, sizeof(word), "%.*s", (int)len, name);
	near = nearest(word, names, COUNT);
	session_say(s, STYLE_ERROR,
		"/set %.*s: no such setting%s%s%s (hex json time ping-pong "
		"raw)",
		(int)len, name, near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
}

/* Whether text is this word, with blanks behind it or not. */
static bool is_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) == 0 &&
	       text[len + strspn(text + len, " ")] == 0;
}

void command_set(struct session *s, const char *args)
{
	size_t len = strcspn(args, " ");
	const char *word = args + len + strspn(args + len, " ");
	const struct setting *setting = find(args, len);
	bool on = is_word(word, "on");

	if (!args[0]) {
		tell_all(s);
		return;
	}
	if (!setting) {
		say_unknown(s, args, len);
		return;
	}
	if (!on && !is_word(word, "off")) {
		session_say(s, STYLE_ERROR, "/set %s: on or off, not \"%s\"",
			setting->name, word);
		return;
	}
	*setting->place(s) = on;
	session_show_as_set(s);
}
