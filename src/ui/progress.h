#ifndef WSTAP_UI_PROGRESS_H
#define WSTAP_UI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The meter of a long transfer: one line on a terminal at standard error,
 * drawn over and over at the same place, and gone at the end.
 *
 *     in 12345 (1.2 MiB)  out 1000 (64 KiB)  3.4 MiB/s  45%, 0:12 left
 *
 * It never waits: where the terminal takes nothing (Ctrl-S), nothing is drawn,
 * and neither is by a job in the background.
 * ui/diag takes it off the screen before each of its lines.
 */

/* What is to be told. */
struct progress {
	uint64_t messages_in, bytes_in;
	uint64_t messages_out, bytes_out;
	uint64_t done, total; /* bytes of the input; total 0: not known */
	int64_t elapsed_ms;
};

/* The rate of the last seconds, from one drawing to the next. Zeros at
 * first. */
struct progress_rate {
	int64_t at_ms;
	uint64_t bytes; /* both ways, then */
	double per_second;
};

/* The line's text, at most `columns` wide, without control characters; gives
 * back its length. ASCII. What does not fit is left out from the end, by
 * whole parts. The time left is told once the rate is known. */
size_t progress_text(char *out, size_t cap, unsigned columns,
	const struct progress *p, struct progress_rate *rate);

/* Draws it on standard error, in the terminal's width. */
void progress_draw(const struct progress *p, struct progress_rate *rate);

/* Takes it off the screen; nothing where none is shown. */
void progress_erase(void);

#endif
