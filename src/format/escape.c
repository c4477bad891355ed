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

/* Two more characters that stop a run; NUL, which stops it anyway. */
struct stops {
	uint8_t a, b;
};

/* The high bit of a byte is set where the word's byte is c, and perhaps where
 * one behind it is. */
static uint64_t word_equal(uint64_t w, uint8_t c)
{
	const uint64_t ones = UINT64_MAX / 0xff;

	return (w ^ ones * c) - ones;
}

/* Whether a byte of the word is a control, DEL, a stop, or not ASCII. */
static bool word_special(uint64_t w, struct stops stop)
{
	const uint64_t ones = UINT64_MAX / 0xff, high = ones << 7;
	uint64_t special = w | (w - ones * 0x20) | word_equal(w, 0x7f);

	if (stop.a)
		special |= word_equal(w, stop.a);
	if (stop.b)
		special |= word_equal(w, stop.b);
	return (special & high) != 0;
}

static bool passes(uint8_t b, struct stops stop)
{
	return b >= 0x20 && b < 0x7f && b != stop.a && b != stop.b;
}

/* How many of the n bytes at p pass as they are, in whole sequences. Inlined,
 * so that who has no stops does not look for them. */
__attribute__((always_inline)) static inline size_t run(
	const uint8_t *p, size_t n, struct stops stop)
{
	size_t i = 0;
	uint64_t w;
	uint32_t c;

	for (;;) {
		for (; n - i >= sizeof w; i += sizeof w) {
			memcpy(&w, p + i, sizeof w);
			if (word_special(w, stop))
				break;
		}
		while (i < n && passes(p[i], stop))
			i++;
		if (i == n || p[i] < 0x80)
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
	return run(p, n, (struct stops){ 0, 0 });
}

size_t escape_plain_quoted(const uint8_t *p, size_t len)
{
	return run(p, len, (struct stops){ '"', '\\' });
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

/* What is held cannot become a sequence. */
static void put_held(struct escape *e, struct buf *out)
{
	for (uint8_t i = 0; i < e->nheld; i++)
		put_byte(e, e->held[i], out);
	e->nheld = 0;
}

/* Goes on with the sequence that the last span's end cut; gives back whether
 * the byte b belongs to it. */
static bool resume(struct escape *e, uint8_t b, struct buf *out)
{
	uint32_t c;

	e->held[e->nheld] = b;

	int n = escape_decode(e->held, e->nheld + 1u, &c);

	if (n < 0) {
		put_held(e, out);
		return false;
	}
	e->nheld++;
	if (n > 0) {
		put_sequence(e, e->held, (size_t)n, c, out);
		e->nheld = 0;
	}
	return true;
}

/* One step behind a plain run: a sequence or a byte that is none. */
static size_t step(
	struct escape *e, const uint8_t *p, size_t len, struct buf *out)
{
	uint32_t c;
	int n = escape_decode(p, len, &c);

	if (n > 0) {
		put_sequence(e, p, (size_t)n, c, out);
		return (size_t)n;
	}
	if (n < 0) {
		put_byte(e, p[0], out);
		return 1;
	}
	memcpy(e->held, p, len);
	e->nheld = (uint8_t)len;
	return len;
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
			unmark(e, out);
			buf_put(out, p + i, n);
			i += n;
		} else {
			i += step(e, p + i, len - i, out);
		}
	}
	return i;
}

bool escape_end(struct escape *e, struct buf *out)
{
	if (buf_room(out) < ESCAPE_ROOM)
		return false;
	put_held(e, out);
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

	/* The room's last bytes are filled one whole escape at a time. */
	for (bool ended = false; !ended;) {
		buf_init(&one, mem, sizeof mem);
		ended = n == len;
		if (ended)
			escape_end(&e, &one);
		else
			n += escape_span(&e, p + n, 1, &one);
		if (!buf_put(&safe, mem, buf_len(&one)))
			break;
	}
	out[buf_len(&safe)] = '\0';
	return out;
}
