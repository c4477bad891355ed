#define _GNU_SOURCE /* strdup */
#include "session/command_set.h"

#include "base/nearest.h"
#include "session/session.h"
#include "ui/stamp.h"

#include <stdio.h>
#include <stdlib.h>
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

static bool *wrap(struct session *s)
{
	return &s->printer.wrap;
}

static bool *trace(struct session *s)
{
	return &s->tracing.on;
}

static const struct setting settings[] = {
	{ "hex", hex },
	{ "json", json },
	{ "time", stamp },
	{ "ping-pong", ping_pong },
	{ "raw", raw },
	{ "wrap", wrap },
	{ "trace", trace },
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
	if (near)
		session_say(s, STYLE_ERROR,
			"/set %.*s: no such setting; did you mean %s?",
			(int)len, name, near);
	else
		session_say(s, STYLE_ERROR,
			"/set %.*s: no such setting (" COMMAND_SETTINGS ")",
			(int)len, name);
}

/* Whether text is this word, with blanks behind it or not. */
static bool is_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) == 0 &&
	       text[len + strspn(text + len, " ")] == 0;
}

/* "/set time FORMAT" */
static void set_stamp(struct session *s, const char *format)
{
	struct err err;
	char *copy = strdup(format);
	size_t len;

	if (!copy)
		abort();
	/* Tab puts a blank behind a word. */
	for (len = strlen(copy); len > 0 && copy[len - 1] == ' '; len--)
		copy[len - 1] = 0;
	if (!stamp_check("/set time", copy, &err)) {
		session_say(s, STYLE_ERROR, "%s", err.line);
		free(copy);
		return;
	}
	free(s->stamp_format);
	s->printer.stamp_format = s->stamp_format = copy;
	s->printer.stamp = true;
	session_show_as_set(s);
}

const char *const *command_set_words(const char *line, size_t word)
{
	static const char *names[COUNT + 1];
	static const char *const values[] = { "on", "off", NULL };
	static const char *const times[] = { "on", "off", "iso", "unix",
		"delta", NULL };
	const char *name = line + strcspn(line, " ");
	const struct setting *setting;

	name += strspn(name, " ");
	if (word == 2) {
		setting = find(name, strcspn(name, " "));
		if (!setting)
			return NULL;
		return setting->place == stamp ? times : values;
	}
	if (word != 1)
		return NULL;
	for (size_t i = 0; i < COUNT; i++)
		names[i] = settings[i].name;
	return names;
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
	if (setting->place == stamp && !on && word[0] &&
		!is_word(word, "off")) {
		set_stamp(s, word);
		return;
	}
	if (!on && !is_word(word, "off")) {
		session_say(s, STYLE_ERROR, "/set %s: on or off, not \"%s\"",
			setting->name, word);
		return;
	}
	*setting->place(s) = on;
	session_show_as_set(s);
	tracing_switch(s);
}
