#define _GNU_SOURCE /* wcwidth */
#include "ui/clip.h"

#include "format/escape.h"

#include <string.h>
#include <wchar.h>

enum { DOTS = 3, TAB = 8 };

void clip_init(struct clip *c, unsigned columns, unsigned at)
{
	assert(columns >= CLIP_COLUMNS_MIN);
	if (at > columns)
		at = columns;
	*c = (struct clip){ .columns = columns, .at = at, .ahead = at };
}

/* An SGR sequence at the start of the n bytes at p, which are ESC and what
 * follows: its length, 0 where more bytes are needed, -1 where none is. */
static int sgr(const uint8_t *p, size_t n)
{
	if (n > CLIP_SEQUENCE_MAX)
		n = CLIP_SEQUENCE_MAX;
	for (size_t i = 1; i < n; i++) {
		if (i == 1 ? p[i] == '[' : p[i] >= '0' && p[i] <= ';')
			continue;
		return i > 1 && p[i] == 'm' ? (int)i + 1 : -1;
	}
	return n < CLIP_SEQUENCE_MAX ? 0 : -1;
}

/* What is taken as one: a character, an SGR sequence, or a byte that begins
 * neither. */
struct token {
	const uint8_t *p;
	size_t len;
	uint32_t c;
	bool sgr;
};

/* The token at the start of the n > 0 bytes at p; false where more are needed
 * to tell: it is the byte then, should none come. */
static bool next(struct token *t, const uint8_t *p, size_t n)
{
	uint32_t c = *p;
	int len = c == '\x1b' ? sgr(p, n) : escape_decode(p, n, &c);

	if (len > 0)
		*t = (struct token){ p, (size_t)len, c, c == '\x1b' };
	else
		*t = (struct token){ p, 1, *p, false };
	return len != 0;
}

/* The columns that a token takes behind this many. A terminal has no tab stop
 * behind its last column: a tab goes there, and no further. */
static unsigned width(const struct clip *c, const struct token *t)
{
	int columns;

	if (t->sgr)
		return 0;
	if (t->c == '\t') {
		unsigned stop = (c->ahead / TAB + 1) * TAB;

		if (stop >= c->columns)
			stop = c->columns - 1;
		return stop > c->ahead ? stop - c->ahead : 0;
	}
	columns = t->len > 1 ? wcwidth((wchar_t)t->c) : 1;
	return columns < 0 ? 1 : (unsigned)columns;
}

static void flush(struct clip *c, struct buf *out)
{
	buf_put(out, c->held, c->nheld);
	c->nheld = 0;
	c->at = c->ahead;
}

/* The line does not fit: dots stand for what is held and for this token; held
 * sequences pass. There are never more bytes put than left out, for which the
 * caller made room. */
static void cut(struct clip *c, const struct token *over, struct buf *out)
{
	uint8_t kept[sizeof(c->held)];
	size_t nkept = 0, left_out = over->sgr ? 0 : over->len, dots = DOTS;
	struct token t;

	for (size_t i = 0; i < c->nheld; i += t.len) {
		if (!next(&t, c->held + i, c->nheld - i) || !t.sgr) {
			left_out += t.len;
			continue;
		}
		memcpy(kept + nkept, t.p, t.len);
		nkept += t.len;
	}
	if (c->at >= c->columns)
		dots = 0;
	else if (c->columns - c->at < dots)
		dots = c->columns - c->at;
	if (dots > left_out)
		dots = left_out;
	/* A wide character came to stand across where the dots begin. */
	if (c->at + DOTS + 1 == c->columns && c->held[0] != '\t' &&
		left_out > dots)
		buf_put(out, " ", 1);
	buf_put(out, "...", dots);
	buf_put(out, kept, nkept);
	c->nheld = 0;
	c->cut = true;
}

static void take(struct clip *c, const struct token *t, struct buf *out)
{
	unsigned ahead = c->ahead + width(c, t);

	if (t->c == '\n') {
		flush(c, out);
		buf_put(out, t->p, t->len);
		c->at = c->ahead = 0;
		c->cut = false;
		return;
	}
	if (!c->cut && !c->nheld &&
		(ahead == c->ahead || ahead + DOTS <= c->columns)) {
		buf_put(out, t->p, t->len);
		c->at = c->ahead = ahead;
		return;
	}
	if (!c->cut && ahead <= c->columns &&
		c->nheld + t->len <= sizeof(c->held)) {
		memcpy(c->held + c->nheld, t->p, t->len);
		c->nheld += t->len;
		c->ahead = ahead;
		return;
	}
	if (!c->cut)
		cut(c, t, out);
	if (t->sgr)
		buf_put(out, t->p, t->len);
}

/* Takes the bytes at the start of the n at p that need no closer look: how
 * many. */
static size_t take_plain(
	struct clip *c, const uint8_t *p, size_t n, struct buf *out)
{
	size_t i = 0;

	if (c->cut) {
		while (i < n && p[i] != '\n' && p[i] != '\x1b')
			i++;
		return i;
	}
	if (c->nheld || c->at + DOTS >= c->columns)
		return 0;
	if (n > c->columns - DOTS - c->at)
		n = c->columns - DOTS - c->at;
	while (i < n && p[i] >= ' ' && p[i] <= '~')
		i++;
	buf_put(out, p, i);
	c->at += (unsigned)i;
	c->ahead = c->at;
	return i;
}

static void take_part(struct clip *c, const struct token *t, struct buf *out)
{
	take(c, t, out);
	c->npart -= t->len;
	memmove(c->part, c->part + t->len, c->npart);
}

void clip_span(struct clip *c, const uint8_t *p, size_t n, struct buf *out)
{
	struct token t;
	size_t len;

	while (c->npart) {
		if (next(&t, c->part, c->npart)) {
			take_part(c, &t, out);
		} else {
			if (n == 0)
				return;
			c->part[c->npart++] = *p++;
			n--;
		}
	}
	while (n) {
		len = take_plain(c, p, n, out);
		if (len == 0) {
			if (!next(&t, p, n))
				break;
			take(c, &t, out);
			len = t.len;
		}
		p += len;
		n -= len;
	}
	if (n)
		memcpy(c->part, p, n);
	c->npart = n;
}

void clip_end(struct clip *c, struct buf *out)
{
	struct token t;

	while (c->npart) {
		(void)next(&t, c->part, c->npart);
		take_part(c, &t, out);
	}
	flush(c, out);
}
