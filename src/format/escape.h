#ifndef WSTAP_FORMAT_ESCAPE_H
#define WSTAP_FORMAT_ESCAPE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes a peer's text safe for a terminal, span by span. What could move the
 * cursor, set the title, ring, change colours or hide text becomes visible:
 *
 *     C0 and DEL         \x1b          (tab and newline: see below)
 *     invalid UTF-8      \xff          byte by byte
 *     C1, bidi controls, zero-width, tag and other invisible format
 *     characters, line and paragraph separators, noncharacters
 *                        \u{202e}
 *     a backslash that would look like the start of one of these, because
 *     xHH or u{ follows it
 *                        \x5c
 *
 * all the rest of Unicode, any other backslash included, passes untouched. So
 * what was meant can be read back: \xHH is that byte, \u{H...} that code
 * point, all else is itself (and in ESCAPE_INDENT the two blanks behind a
 * newline are nothing). Escaped twice it could not: who shows a text escapes
 * it, and nobody before. A sequence cut by a span's end, or a backslash that
 * cannot be judged there yet, is held (three bytes at most) until the next
 * span or escape_end().
 */
enum escape_mode {
	ESCAPE_LINE, /* newline is \x0a, tab is \x09: the text stays one line */
	ESCAPE_TEXT, /* newline and tab pass */
	ESCAPE_INDENT, /* the same, and two blanks follow each newline, so that
	                * no line of a message looks like one of ours */
};

struct escape {
	enum escape_mode mode;
	/* Put around each run of escapes ("\x1b[7m", "\x1b[27m"); NULL: none */
	const char *on, *off;
	bool marked;
	uint8_t held[4];
	uint8_t nheld;
};

void escape_init(struct escape *e, enum escape_mode mode, const char *on,
	const char *off);

/* Queues the safe form of as much of the len bytes at p as out has room for;
 * gives back how many bytes were taken. Progress is made whenever out has
 * ESCAPE_ROOM bytes of room. */
enum { ESCAPE_ROOM = 128 };
size_t escape_span(
	struct escape *e, const uint8_t *p, size_t len, struct buf *out);

/* The text ended: what is held comes out, a cut sequence as escaped bytes.
 * False (try again) where out has less than ESCAPE_ROOM. Ready for the next
 * text then. */
bool escape_end(struct escape *e, struct buf *out);

/* A whole text at once, as ESCAPE_LINE without marks, into out (cut to cap,
 * NUL included, at an escape's edge); gives back out. */
char *escape_line(char *out, size_t cap, const void *text, size_t len);

/* For those who write escapes of their own kind (format/jsonl): how many of
 * the len bytes at p would pass as ESCAPE_LINE, in whole sequences, before the
 * first quotation mark or backslash. */
size_t escape_plain_quoted(const uint8_t *p, size_t len);

/* The UTF-8 sequence at the start of the len > 0 bytes at p: its length, and
 * its code point in *c; 0 where more bytes are needed to tell; -1 where no
 * valid sequence starts so. */
int escape_decode(const uint8_t *p, size_t len, uint32_t *c);

#endif
