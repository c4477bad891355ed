#include "format/escape.h"

/*
 * What passes as valid UTF-8 and yet is not seen, or makes something else be
 * seen: sorted, both ends included. The last two of every plane are
 * noncharacters too. Variation selectors U+FE00 to U+FE0F pass: they only
 * choose between a character's two looks, and are common.
 */
static const struct range {
	uint32_t first, last;
} hidden[] = {
	{ 0x80, 0x9f },       /* C1 */
	{ 0xad, 0xad },       /* soft hyphen */
	{ 0x34f, 0x34f },     /* combining grapheme joiner */
	{ 0x61c, 0x61c },     /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian selectors and separator */
	{ 0x200b, 0x200f },   /* zero-width; left-to-right, right-to-left */
	{ 0x2028, 0x202e },   /* separators; bidi embeddings, overrides */
	{ 0x2060, 0x206f },   /* joiners, isolates, invisible operators */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfdd0, 0xfdef },   /* noncharacters */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* halfwidth Hangul filler */
	{ 0xfff0, 0xfffb },   /* interlinear annotation */
	{ 0x13430, 0x1343f }, /* hieroglyph format controls */
	{ 0x1bca0, 0x1bca3 }, /* shorthand format controls */
	{ 0x1d173, 0x1d17a }, /* musical format controls */
	{ 0xe0000, 0xe0fff }, /* tags, further variation selectors */
};

static bool is_hidden(uint32_t c)
{
	/* Most text that is not ASCII is here: nothing to look up. */
	if ((c > 0xad && c < 0x34f) || (c > 0x3164 && c < 0xfdd0))
		return false;
	if ((c & 0xfffe) == 0xfffe)
		return true;

	size_t lo = 0, hi = sizeof hidden / sizeof *hidden;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (c > hidden[mid].last)
			lo = mid + 1;
		else if (c < hidden[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

int escape_decode(const uint8_t *p, size_t len, uint32_t *c)
{
	uint8_t b = p[0], lo = 0x80, hi = 0xbf;
	size_t need;

	if (b < 0x80) {
		*c = b;
		return 1;
	}
	if (b < 0xc2 || b > 0xf4)
		return -1;
	if (b < 0xe0) {
		need = 2;
		*c = b & 0x1f;
	} else if (b < 0xf0) {
		need = 3;
		*c = b & 0x0f;
		if (b == 0xe0)
			lo = 0xa0; /* else overlong */
		else if (b == 0xed)
			hi = 0x9f; /* else a surrogate */
	} else {
		need = 4;
		*c = b & 0x07;
		if (b == 0xf0)
			lo = 0x90; /* else overlong */
		else if (b == 0xf4)
			hi = 0x8f; /* else over U+10FFFF */
	}
	for (size_t i = 1; i < need; i++) {
		if (i == len)
			return 0;
		if (p[i] < lo || p[i] > hi)
			return -1;
		*c = *c << 6 | (p[i] & 0x3f);
		lo = 0x80;
		hi = 0xbf;
	}
	return (int)need;
}

/* What a backslash and what follows it look like. */
enum looks { LOOKS_PLAIN, LOOKS_ESCAPE, LOOKS_OPEN /* more must be seen */ };

static bool is_hex(uint8_t b)
{
	return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') ||
	       (b >= 'A' && b <= 'F');
}

static enum looks judge_backslash(const uint8_t *p, size_t len)
{
	if (len < 2)
		return LOOKS_OPEN;
	if (p[1] == 'u' && len > 2)
		return p[2] == '{' ? LOOKS_ESCAPE : LOOKS_PLAIN;
	if (p[1] == 'x')
		for (size_t i = 2; i < 4 && i < len; i++)
			if (!is_hex(p[i]))
				return LOOKS_PLAIN;
	if (p[1] == 'x' && len > 3)
		return LOOKS_ESCAPE;
	return p[1] == 'u' || p[1] == 'x' ? LOOKS_OPEN : LOOKS_PLAIN;
}

/* What else ends a run than what is never shown as it is. */
enum stops {
	STOP_ESCAPES, /* a backslash that could look like an escape's */
	STOP_QUOTED   /* any backslash, and a quotation mark */
};

static const uint64_t ones = UINT64_MAX / 0xff, highs = UINT64_MAX / 0xff << 7;

/* The high bit of a byte is set where the word's byte is c, and perhaps where
 * one behind it is. */
static uint64_t word_equal(uint64_t w, uint8_t c)
{
	return (w ^ ones * c) - ones;
}

/* Whether a byte of the word at p may be one to stop at: a control, DEL, not
 * ASCII, or one of stops. The byte behind the word is read, too. */
__attribute__((always_inline)) static inline bool word_special(
	const uint8_t *p, enum stops stops)
{
	uint64_t w, next, special, slashes;

	memcpy(&w, p, sizeof w);
	special = w | (w - ones * 0x20) | word_equal(w, 0x7f);
	slashes = word_equal(w, '\\');
	if (stops == STOP_QUOTED)
		special |= word_equal(w, '"') | slashes;
	if (special & highs)
		return true;
	if (stops == STOP_QUOTED || !(slashes & highs))
		return false;
	memcpy(&next, p + 1, sizeof next);
	return (slashes & (word_equal(next, 'x') | word_equal(next, 'u')) &
		       highs) != 0;
}

__attribute__((always_inline)) static inline bool passes(
	const uint8_t *p, size_t n, enum stops stops)
{
	if (*p < 0x20 || *p >= 0x7f)
		return false;
	if (stops == STOP_QUOTED)
		return *p != '"' && *p != '\\';
	return *p != '\\' || judge_backslash(p, n) == LOOKS_PLAIN;
}

/* How many of the n bytes at p pass as they are, in whole sequences. Inlined,
 * so that each kind of stops has a loop of its own. */
__attribute__((always_inline)) static inline size_t run(
	const uint8_t *p, size_t n, enum stops stops)
{
	size_t i = 0;
	uint32_t c;

	for (;;) {
		while (n - i > sizeof(uint64_t) && !word_special(p + i, stops))
			i += sizeof(uint64_t);

		/* To what stops, or past a word that only seemed to. */
		size_t end =
			n - i > sizeof(uint64_t) ? i + sizeof(uint64_t) : n;

		while (i < end && passes(p + i, n - i, stops))
			i++;
		if (i == n)
			return i;
		if (i == end)
			continue;
		if (p[i] < 0x80)
			return i;
		while (i < n && p[i] >= 0x80) {
			int len = escape_decode(p + i, n - i, &c);

			if (len <= 0 || is_hidden(c))
				return i;
			i += (size_t)len;
		}
	}
}

static size_t plain(const uint8_t *p, size_t n)
{
	return run(p, n, STOP_ESCAPES);
}

size_t escape_plain_quoted(const uint8_t *p, size_t len)
{
	return run(p, len, STOP_QUOTED);
}

static void put_string(struct buf *out, const char *s)
{
	if (s)
		buf_put(out, s, strlen(s));
}

static void unmark(struct escape *e, struct buf *out)
{
	if (e->marked)
		put_string(out, e->off);
	e->marked = false;
}

static void mark(struct escape *e, struct buf *out)
{
	if (!e->marked)
		put_string(out, e->on);
	e->marked = true;
}

static void put_byte(struct escape *e, uint8_t b, struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	const char hex[4] = { '\\', 'x', digits[b >> 4], digits[b & 15] };

	mark(e, out);
	buf_put(out, hex, sizeof hex);
}

static void put_hidden(struct escape *e, uint32_t c, struct buf *out)
{
	char hex[12] = "\\u{";
	size_t n = 3;
	int shift = 20;

	while (shift > 0 && c >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		hex[n++] = "0123456789abcdef"[c >> shift & 15];
	hex[n++] = '}';
	mark(e, out);
	buf_put(out, hex, n);
}

/* A whole sequence: the n bytes at p, which are the code point c. */
static void put_sequence(struct escape *e, const uint8_t *p, size_t n,
	uint32_t c, struct buf *out)
{
	bool breaks = (c == '\n' || c == '\t') && e->mode != ESCAPE_LINE;

	if ((c < 0x20 || c == 0x7f) && !breaks) {
		put_byte(e, p[0], out);
	} else if (c >= 0x80 && is_hidden(c)) {
		put_hidden(e, c, out);
	} else {
		unmark(e, out);
		buf_put(out, p, n);
		if (c == '\n' && e->mode == ESCAPE_INDENT)
			buf_put(out, "  ", 2);
	}
}

static void put_plain(
	struct escape *e, const uint8_t *p, size_t n, struct buf *out)
{
	unmark(e, out);
	buf_put(out, p, n);
}

/* What is held cannot become a sequence; a backslash and what follows it may
 * have turned out to look like an escape. */
static void put_held(struct escape *e, bool slash_escapes, struct buf *out)
{
	uint8_t n = e->nheld, i = 0;

	e->nheld = 0;
	if (n > 0 && e->held[0] == '\\') {
		if (slash_escapes)
			put_byte(e, e->held[i++], out);
		put_plain(e, e->held + i, n - i, out);
		return;
	}
	while (i < n)
		put_byte(e, e->held[i++], out);
}

/* Goes on with what the last span's end cut; gives back whether the byte b
 * belongs to it. */
static bool resume(struct escape *e, uint8_t b, struct buf *out)
{
	uint32_t c;

	e->held[e->nheld] = b;
	if (e->held[0] == '\\') {
		enum looks looks = judge_backslash(e->held, e->nheld + 1u);

		if (looks == LOOKS_OPEN)
			e->nheld++;
		else
			put_held(e, looks == LOOKS_ESCAPE, out);
		return looks == LOOKS_OPEN;
	}

	int n = escape_decode(e->held, e->nheld + 1u, &c);

	if (n < 0) {
		put_held(e, false, out);
		return false;
	}
	e->nheld++;
	if (n > 0) {
		put_sequence(e, e->held, (size_t)n, c, out);
		e->nheld = 0;
	}
	return true;
}

/* One step behind a plain run: a sequence, a backslash, or a byte that is
 * none. What the text's last bytes leave open is settled a byte at a time. */
static size_t step(struct escape *e, const uint8_t *p, size_t len, bool last,
	struct buf *out)
{
	bool slash = p[0] == '\\', open, escaped;
	uint32_t c = 0;
	int n = 1;

	if (slash) {
		enum looks looks = judge_backslash(p, len);

		open = looks == LOOKS_OPEN;
		escaped = looks == LOOKS_ESCAPE;
	} else {
		n = escape_decode(p, len, &c);
		open = n == 0;
		escaped = n < 0 || (open && last);
	}
	if (open && !last) {
		memcpy(e->held, p, len);
		e->nheld = (uint8_t)len;
		return len;
	}
	if (escaped)
		put_byte(e, p[0], out);
	else if (slash)
		put_plain(e, p, 1, out);
	else
		put_sequence(e, p, (size_t)n, c, out);
	return n > 0 ? (size_t)n : 1;
}

void escape_init(struct escape *e, enum escape_mode mode, const char *on,
	const char *off)
{
	assert(!on || strlen(on) < ESCAPE_ROOM / 4);
	assert(!off || strlen(off) < ESCAPE_ROOM / 4);
	*e = (struct escape){ .mode = mode, .on = on, .off = off };
}

size_t escape_span(
	struct escape *e, const uint8_t *p, size_t len, struct buf *out)
{
	size_t i = 0;

	while (i < len && buf_room(out) >= ESCAPE_ROOM) {
		if (e->nheld > 0) {
			i += resume(e, p[i], out);
			continue;
		}

		/* Half the room is kept for the marks' end. */
		size_t most = buf_room(out) - ESCAPE_ROOM / 2;
		size_t n = plain(p + i, len - i < most ? len - i : most);

		if (n > 0) {
			put_plain(e, p + i, n, out);
			i += n;
		} else {
			i += step(e, p + i, len - i, false, out);
		}
	}
	return i;
}

bool escape_end(struct escape *e, struct buf *out)
{
	if (buf_room(out) < ESCAPE_ROOM)
		return false;
	put_held(e, false, out);
	unmark(e, out);
	return true;
}

char *escape_line(char *out, size_t cap, const void *text, size_t len)
{
	const uint8_t *p = text;
	uint8_t mem[ESCAPE_ROOM * 2];
	struct buf safe, one;
	struct escape e;
	size_t n;

	assert(cap > 0);
	buf_init(&safe, out, cap - 1);
	escape_init(&e, ESCAPE_LINE, NULL, NULL);
	n = escape_span(&e, p, len, &safe);

	/* The room's last bytes are filled one whole escape at a time, and so is
	 * what the text's end left open. */
	n -= e.nheld;
	e.nheld = 0;
	while (n < len) {
		buf_init(&one, mem, sizeof mem);
		n += step(&e, p + n, len - n, true, &one);
		if (!buf_put(&safe, mem, buf_len(&one)))
			break;
	}
	out[buf_len(&safe)] = '\0';
	return out;
}
