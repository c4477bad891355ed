#define _GNU_SOURCE /* unit/guard.h */
#include "format/escape.h"
#include "fuzz/fuzz.h"
#include "ws/utf8.h"

/*
 * What comes out of format/escape is what a slow and plain escaping of the
 * whole text at once gives, however the text is cut and however little room
 * there is. It is valid UTF-8 without a control character but for line breaks
 * and the marks, and without a code point that hides. With marks the text can
 * be read back from it. Without them it cannot: a backslash passes as it is,
 * so that the four characters \x1b and the one byte look the same.
 *
 *     input: mode and marks, seed of cuts and room, text
 */
static const char on[] = "\033[7m", off[] = "\033[27m";

/* Unicode's Default_Ignorable_Code_Point without the variation selectors of
 * the basic plane, the other format characters that show nothing, C1, and the
 * line and paragraph separators. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x80, 0x9f },
	{ 0xad, 0xad },
	{ 0x34f, 0x34f },
	{ 0x61c, 0x61c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

static bool hides(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	/* noncharacters */
	return (c & 0xffff) >= 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

/* The character at the start of the text: its length, 0 where there is none.
 * Its code point is *c. */
static size_t decode(const uint8_t *p, size_t len, uint32_t *c)
{
	for (size_t n = 1; n <= 4 && n <= len; n++) {
		struct utf8 utf8 = UTF8_START;

		if (!utf8_check(&utf8, p, n))
			return 0;
		if (!utf8_complete(&utf8))
			continue;
		*c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
		for (size_t i = 1; i < n; i++)
			*c = *c << 6 | (p[i] & 0x3f);
		return n;
	}
	return 0;
}

/* The text escaped at once. */
static void plain_escape(const uint8_t *p, size_t len, enum escape_mode mode,
	bool marks, struct gathered *out)
{
	bool marked = false, escaped;
	char text[16];
	uint32_t c = 0;

	out->len = 0;
	for (size_t i = 0, n; i < len; i += n) {
		n = decode(p + i, len - i, &c);
		escaped = true;
		if (n > 1 && hides(c))
			snprintf(text, sizeof(text), "\\u{%x}", (unsigned)c);
		else if (n == 0 || p[i] < 0x20 || p[i] == 0x7f)
			snprintf(text, sizeof(text), "\\x%02x", p[i]);
		else
			escaped = false;
		if (mode != ESCAPE_LINE && (p[i] == '\n' || p[i] == '\t'))
			escaped = false;
		n = n ? n : 1;
		if (marks && escaped != marked)
			gather(out, escaped ? on : off,
				strlen(escaped ? on : off));
		marked = escaped;
		gather(out, escaped ? text : (const char *)p + i,
			escaped ? strlen(text) : n);
		if (p[i] == '\n' && mode == ESCAPE_INDENT)
			gather(out, "  ", 2);
	}
	if (marks && marked)
		gather(out, off, strlen(off));
}

static void drain(struct buf *out, struct gathered *all)
{
	gather(all, buf_head(out), buf_len(out));
	buf_consume(out, buf_len(out));
}

static void real_escape(const uint8_t *p, size_t len, enum escape_mode mode,
	bool marks, struct cutter cutter, struct gathered *all)
{
	uint8_t memory[4 * ESCAPE_ROOM];
	struct escape e;
	struct buf out;

	all->len = 0;
	buf_init(&out, memory,
		ESCAPE_ROOM + dice_roll(&cutter.dice, 3 * ESCAPE_ROOM + 1));
	escape_init(&e, mode, marks ? on : NULL, marks ? off : NULL);
	for (size_t at = 0; at < len;) {
		size_t n = cutter_next(&cutter, len - at);
		const uint8_t *piece = guard_copy(p + at, n);

		for (size_t i = 0, taken; i < n; i += taken) {
			if (buf_room(&out) < ESCAPE_ROOM)
				drain(&out, all);
			size_t before = buf_len(&out);

			taken = escape_span(&e, piece + i, n - i, &out);
			REQUIRE(taken <= n - i);
			REQUIRE(taken > 0 || buf_len(&out) > before);
		}
		at += n;
	}
	while (!escape_end(&e, &out)) {
		REQUIRE(buf_room(&out) < ESCAPE_ROOM);
		drain(&out, all);
	}
	drain(&out, all);
	REQUIRE(e.nheld == 0 && !e.marked);
}

/* No byte that a terminal could take for an order, nothing that hides. */
static void check_safe(
	const struct gathered *all, enum escape_mode mode, bool marks)
{
	uint32_t c = 0;

	for (size_t i = 0, n; i < all->len; i += n) {
		size_t left = all->len - i;

		if (marks && all->p[i] == '\033') {
			bool begins = left >= strlen(on) &&
				      !memcmp(all->p + i, on, strlen(on));

			n = begins ? strlen(on) : strlen(off);
			REQUIRE(begins ||
				(left >= n && !memcmp(all->p + i, off, n)));
			continue;
		}
		n = decode(all->p + i, left, &c);
		REQUIRE(n > 0 && !(n > 1 && hides(c)));
		REQUIRE((c >= 0x20 && c != 0x7f) ||
			(mode != ESCAPE_LINE && (c == '\n' || c == '\t')));
	}
}

static void put_code_point(struct gathered *out, uint32_t c)
{
	uint8_t text[4];
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		text[i] = (uint8_t)(0x80 | (c & 0x3f));
	text[0] = (uint8_t)((0xf00u >> n & 0xff) | c);
	gather(out, text, n);
}

/* What stands between marks is escapes, and nothing else is. */
static void read_back(
	struct gathered *all, enum escape_mode mode, struct gathered *text)
{
	bool marked = false;

	text->len = 0;
	gather(all, "", 1);
	for (char *p = (char *)all->p, *end = p + all->len - 1; p < end;) {
		if (*p == '\033') {
			marked = !marked;
			p += strlen(marked ? on : off);
		} else if (marked) {
			bool byte = p[1] == 'x';
			uint32_t c =
				(uint32_t)strtoul(p + (byte ? 2 : 3), &p, 16);
			uint8_t b = (uint8_t)c;

			if (byte)
				gather(text, &b, 1);
			else
				put_code_point(text, c);
			p += !byte;
		} else {
			gather(text, p, 1);
			p += *p == '\n' && mode == ESCAPE_INDENT ? 3 : 1;
		}
	}
	all->len--;
}

/* escape_line() gives the same, cut so that no escape or character is. */
static void check_line(const uint8_t *p, size_t len, struct dice dice)
{
	static struct gathered all, start;
	char out[300];
	size_t cap = 1 + dice_roll(&dice, sizeof(out)), n, used = 0;

	REQUIRE(escape_line(out, cap, guard_copy(p, len), len) == out);
	n = strlen(out);
	plain_escape(p, len, ESCAPE_LINE, false, &all);
	REQUIRE(n < cap && n <= all.len);
	REQUIRE(!n || !memcmp(out, all.p, n));
	if (n == all.len)
		return;
	/* How far the text got, and that one character more is too much. */
	for (start.len = 0; start.len < n;) {
		uint32_t c = 0;
		size_t one = decode(p + used, len - used, &c);

		used += one ? one : 1;
		plain_escape(p, used, ESCAPE_LINE, false, &start);
		if (used > 300)
			return;
	}
	REQUIRE(start.len == n);
	REQUIRE(used < len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gathered wanted, got, back;
	struct input in = { data, size };
	unsigned choice = input_byte(&in);
	enum escape_mode mode = (enum escape_mode)(choice % 3);
	bool marks = choice & 0x80;
	struct dice dice = dice_of(input_byte(&in));

	if (in.len > GUARD_MAX)
		return 0;
	plain_escape(in.p, in.len, mode, marks, &wanted);
	check_safe(&wanted, mode, marks);
	for (int how = 0; how < CUT_WAYS; how++) {
		real_escape(in.p, in.len, mode, marks,
			(struct cutter){ (enum cut)how, dice }, &got);
		REQUIRE(gathered_same(&wanted, &got));
	}
	if (marks) {
		struct gathered text = { (uint8_t *)in.p, in.len, in.len };

		read_back(&got, mode, &back);
		REQUIRE(gathered_same(&back, &text));
	}
	check_line(in.p, in.len, dice);
	return 0;
}
