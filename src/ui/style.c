#include "ui/style.h"

#include "format/trace.h"

#include <stdlib.h>
#include <string.h>

static enum style_palette palette = STYLE_BASIC;

/* What an environment variable says; NULL where that is nothing. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static bool is_one_of(const char *s, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(s, *list) == 0)
			return true;
	return false;
}

enum style_palette style_palette_of(const char *term, const char *colorterm)
{
	/* Those whose names do not tell. */
	static const char *const terms[] = { "xterm-kitty", "xterm-ghostty",
		"alacritty", "foot", "foot-extra", "wezterm", "contour", "rio",
		NULL };
	static const char *const colorterms[] = { "truecolor", "24bit", NULL };

	if (colorterm && is_one_of(colorterm, colorterms))
		return STYLE_256;
	if (term && (strstr(term, "256color") || strstr(term, "direct") ||
			    is_one_of(term, terms)))
		return STYLE_256;
	return STYLE_BASIC;
}

void style_use(enum style_palette chosen)
{
	palette = chosen;
}

bool style_wanted(enum when when, bool terminal)
{
	const char *term = variable("TERM");
	const char *force = variable("CLICOLOR_FORCE");

	style_use(style_palette_of(term, variable("COLORTERM")));
	switch (when) {
	case WHEN_ALWAYS:
		return true;
	case WHEN_NEVER:
		return false;
	case WHEN_AUTO:
		break;
	}
	if (variable("NO_COLOR"))
		return false;
	if (force && strcmp(force, "0") != 0)
		return true;
	return terminal && term && strcmp(term, "dumb") != 0;
}

const char *style_on(enum style style)
{
	bool many = palette == STYLE_256;

	switch (style) {
	case STYLE_PLAIN:
		break;
	case STYLE_INCOMING:
		return many ? "\x1b[38;5;27m" : "\x1b[34m";
	case STYLE_CONTROL:
		return many ? "\x1b[38;5;28m" : "\x1b[32m";
	case STYLE_ERROR:
		return many ? "\x1b[38;5;130m" : "\x1b[33m";
	case STYLE_ESCAPE:
		return "\x1b[7m";
	}
	return "";
}

const char *style_off(enum style style)
{
	switch (style) {
	case STYLE_PLAIN:
		break;
	case STYLE_INCOMING:
	case STYLE_CONTROL:
	case STYLE_ERROR:
		return "\x1b[39m";
	case STYLE_ESCAPE:
		return "\x1b[27m";
	}
	return "";
}

const struct json_colors *style_json(void)
{
	static struct json_colors colors = {
		.on = {
			[JSON_KIND_FALSE] = "\x1b[0;39m",
			[JSON_KIND_TRUE] = "\x1b[0;39m",
			[JSON_KIND_NUMBER] = "\x1b[0;39m",
			[JSON_KIND_ARRAY] = "\x1b[1;39m",
			[JSON_KIND_OBJECT] = "\x1b[1;39m",
		},
		.off = "\x1b[0m",
		.escape_on = "\x1b[7m",
		.escape_off = "\x1b[27m",
	};
	const bool many = palette == STYLE_256;

	colors.on[JSON_KIND_NULL] = many ? "\x1b[0;38;5;243m" : "\x1b[0;90m";
	colors.on[JSON_KIND_STRING] = many ? "\x1b[0;38;5;28m" : "\x1b[0;32m";
	colors.on[JSON_KIND_KEY] = many ? "\x1b[1;38;5;27m" : "\x1b[1;34m";
	return &colors;
}

const struct trace_colors *style_trace(void)
{
	static struct trace_colors colors = { .out = "\x1b[1m",
		.off = "\x1b[0m" };

	colors.in = style_on(STYLE_INCOMING);
	colors.control = style_on(STYLE_CONTROL);
	colors.fault = style_on(STYLE_ERROR);
	colors.faint = palette == STYLE_256 ? "\x1b[38;5;243m" : "\x1b[90m";
	return &colors;
}
