#ifndef WSTAP_UI_STYLE_H
#define WSTAP_UI_STYLE_H

#include "format/json.h"

#include <stdbool.h>

/* Colours, as wscat has them: readable on light and on dark. */

enum style {
	STYLE_PLAIN,
	STYLE_INCOMING, /* what the peer sent: blue */
	STYLE_CONTROL,  /* Connected, Disconnected, pongs: green */
	STYLE_ERROR,    /* yellow */
	STYLE_ESCAPE,   /* an escaped byte: reverse video */
};

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* Whether to colour: AUTO is where the stream is a terminal, TERM is set and
 * not "dumb", and NO_COLOR is unset or empty. ALWAYS and NEVER are the user's
 * word. */
bool style_wanted(enum when when, bool terminal);

/* The escape sequences that begin and end a style: "" where it has none. The
 * end of STYLE_ESCAPE leaves the colour around it as it was. */
const char *style_on(enum style style);
const char *style_off(enum style style);

/* JSON's colours, those of jq. */
extern const struct json_colors style_json;

#endif
