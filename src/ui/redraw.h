#ifndef WSTAP_UI_REDRAW_H
#define WSTAP_UI_REDRAW_H

/*
 * The prompt and the line being typed, on the screen: a part of ui/prompt.
 *
 *     redraw_set_up -> { redraw_begin, (readline draws)
 *                        | redraw_hide, (output), redraw_show
 *                        | redraw_whole, (a newline) }*
 *
 * readline draws a line that folds into fewer rows than the screen has. Where
 * it has more, or the terminal can't go up, or ~/.inputrc says
 * horizontal-scroll-mode, there is one row that scrolls sideways, drawn here:
 *
 *     <what is left of the cursor and what is ri>
 *
 * In that row a newline is shown as ^J. It takes no more of a terminal than a
 * carriage return; "clear to the end of the row" is used where there is such a
 * thing.
 */

#include <stdbool.h>

/* Makes readline draw with this: after rl_initialize(). */
void redraw_set_up(void);

/* A new line begins at column 0, where nothing is drawn so far. */
void redraw_begin(void);

/* Takes what is drawn off the screen; draws it at column 0, where output
 * ended. Each does nothing where it is so already. */
void redraw_hide(void);
void redraw_show(void);

/* Whether it is on the screen. */
bool redraw_shown(void);

/* Another program wrote to the screen since: what was drawn is not looked
 * for. */
void redraw_forget(void);

/* Draws the line with all that one row left out, to stay on the screen; the
 * cursor comes to stand behind it. */
void redraw_whole(void);

/* The same, and a newline, where this line was entered. readline ends no row
 * that it has not drawn; where it should, the one row stays above. */
void redraw_entered(const char *line);

/* The window has another size: draws anew for it, where it is shown. */
void redraw_resize(void);

/* Whether the terminal understands more than a typewriter does. */
bool redraw_capable(void);

#endif
