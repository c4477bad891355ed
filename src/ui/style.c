#include "ui/style.h"

#include <stdlib.h>
#include <string.h>

bool style_wanted(enum when when, bool terminal)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	switch (when) {
	case WHEN_ALWAYS:
		return true;
	case WHEN_NEVER:
		return false;
	case WHEN_AUTO:
		break;
	}
	return terminal && term && *term && strcmp(term, "dumb") != 0 &&
	       !(no_color && *no_color);
}

const char *style_on(enum style style)
{
	switch (style) {
	case STYLE_PLAIN:
		break;
	case STYLE_INCOMING:
		return "\x1b[34m";
	case STYLE_CONTROL:
		return "\x1b[32m";
	case STYLE_ERROR:
		return "\x1b[33m";
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

const struct json_colors style_json = {
	.on = {
		[JSON_KIND_NULL] = "\x1b[1;30m",
		[JSON_KIND_FALSE] = "\x1b[0;39m",
		[JSON_KIND_TRUE] = "\x1b[0;39m",
		[JSON_KIND_NUMBER] = "\x1b[0;39m",
		[JSON_KIND_STRING] = "\x1b[0;32m",
		[JSON_KIND_ARRAY] = "\x1b[1;39m",
		[JSON_KIND_OBJECT] = "\x1b[1;39m",
		[JSON_KIND_KEY] = "\x1b[34;1m",
	},
	.off = "\x1b[0m",
	.escape_on = "\x1b[7m",
	.escape_off = "\x1b[27m",
};
