#ifndef WSTAP_UI_STYLE_H
#define WSTAP_UI_STYLE_H

#include "format/json.h"

#include <stdbool.h>

/*
 * Colours, as wscat has them. Where the terminal has 256 of them they are such
 * that each stands out from black and from white alike (a contrast of 4:1 or
 * more); else they are of the eight that each terminal's owner chooses.
 */

enum style {
	STYLE_PLAIN,
	STYLE_INCOMING, /* what the peer sent: blue */
	STYLE_CONTROL,  /* Connected, Disconnected, pongs: green */
	STYLE_ERROR,    /* yellow; of 256 colours, orange */
	STYLE_ESCAPE,   /* an escaped byte: reverse video */
};

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

enum style_palette { STYLE_BASIC, STYLE_256 };

/* Whether to colour. ALWAYS and NEVER are the user's word; AUTO is decided by
 * the first of these that says something, as bixense.com/clicolors and
 * no-color.org have it (a variable that is empty is as if it were unset):
 *
 *     NO_COLOR         set: no
 *     CLICOLOR_FORCE   set, and not to "0": yes, terminal or not, and also
 *                      where TERM is "dumb"
 *     TERM             unset or "dumb": no
 *     the stream       a terminal: yes, else no
 *
 * The palette of what follows is chosen here too, by TERM and COLORTERM;
 * before, it is STYLE_BASIC. */
bool style_wanted(enum when when, bool terminal);

/* How many colours the terminal has that TERM and COLORTERM (NULL: unset) tell
 * of; and from then on these. */
enum style_palette style_palette_of(const char *term, const char *colorterm);
void style_use(enum style_palette palette);

/* The escape sequences that begin and end a style: "" where it has none. The
 * end of STYLE_ESCAPE leaves the colour around it as it was. */
const char *style_on(enum style style);
const char *style_off(enum style style);

/* JSON's colours, those of jq. */
const struct json_colors *style_json(void);

/* A trace's: what comes in and control frames as elsewhere. */
struct trace_colors;
const struct trace_colors *style_trace(void);

#endif
