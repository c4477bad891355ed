#ifndef WSTAP_UI_CLIP_H
#define WSTAP_UI_CLIP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines cut at the screen's edge instead of folded, span by span: of each line
 * what fits the columns goes through, the rest is left out, and "..." stands in
 * the line's last three columns where something was. The text is safe already
 * (format/escape) UTF-8, perhaps with SGR sequences ("\x1b[34m"): those take
 * no column and always pass, so that colours end where they should. A wide
 * character takes two columns, a combining one none; a tab goes to the next
 * multiple of eight, or to the last column, as on a terminal. Where a tab
 * would reach into the last three columns and something is left out behind it,
 * it is left out, too, and the dots stand where it began.
 *
 * How the text is cut into spans makes no difference. A line that has more
 * than CLIP_HELD_MAX bytes from its last three columns on counts as one that
 * does not fit.
 */
enum { CLIP_COLUMNS_MIN = 4, CLIP_HELD_MAX = 192, CLIP_SEQUENCE_MAX = 40 };

struct clip {
	unsigned columns;
	unsigned at; /* columns of this line that were passed on */
	/* What fits only where the line ends soon enough, and the columns up
	 * to behind it. */
	uint8_t held[CLIP_HELD_MAX];
	size_t nheld;
	unsigned ahead;
	/* A character or sequence that a span's end cut. */
	uint8_t part[CLIP_SEQUENCE_MAX];
	size_t npart;
	bool cut; /* the rest of this line is left out */
};

/* columns: of the screen, 4 or more; at: those of the first line that are
 * taken already: where they leave fewer than three, there are fewer dots. */
void clip_init(struct clip *c, unsigned columns, unsigned at);

/* Queues what passes of the n bytes at p; out has room for n + CLIP_ROOM. */
enum { CLIP_ROOM = 256 };
void clip_span(struct clip *c, const uint8_t *p, size_t n, struct buf *out);

/* The text ended: what is held goes out, for which out has CLIP_ROOM. */
void clip_end(struct clip *c, struct buf *out);

#endif
