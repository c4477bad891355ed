#define _GNU_SOURCE /* unit/guard.h */
#include "format/escape.h"
#include "fuzz/terminal.h"

/*
 * What comes out of format/escape is what a slow and plain escaping of the
 * whole text at once gives, however the text is cut and however little room
 * there is. It is valid UTF-8 without a control character but for line breaks
 * and the marks, and without a code point that hides. The text can be read
 * back from it, with marks and without them; between marks are escapes and
 * nothing else is.
 *
 *     input: mode and marks, seed of cuts and room, text
 */
static const char on[] = "\033[7m", off[] = "\033[27m";

static bool looks_escaped(const uint8_t *p, size_t len)
{
	uint32_t c;

	if (len >= 4 && p[1] == 'x')
		return terminal_hex(p + 2, 2, 2, &c) == 2;
	return len >= 3 && p[1] == 'u' && p[2] == '{';
}

/* What the start of the text becomes: an escape, or what *n bytes are. */
static bool plain_unit(const uint8_t *p, size_t len, enum escape_mode mode,
	char text[16], size_t *n)
{
	uint32_t c = 0;

	*n = terminal_decode(p, len, &c);
	if (*n && mode != ESCAPE_LINE && (c == '\n' || c == '\t'))
		return false;
	if (*n > 1 && terminal_hostile(c))
		snprintf(text, 16, "\\u{%x}", (unsigned)c);
	else if (!*n || terminal_hostile(c) ||
		 (c == '\\' && looks_escaped(p, len)))
		snprintf(text, 16, "\\x%02x", *p);
	else
		return false;
	*n = *n ? *n : 1;
	return true;
}

/* The text escaped at once, as far as it fits into cap. */
static void plain_escape(const uint8_t *p, size_t len, enum escape_mode mode,
	bool marks, size_t cap, struct gathered *out)
{
	bool marked = false;
	char text[16];

	out->len = 0;
	for (size_t i = 0, n; i < len; i += n) {
		bool escaped = plain_unit(p + i, len - i, mode, text, &n);
		size_t put = escaped ? strlen(text) : n;

		if (put > cap - out->len)
			return;
		if (marks && escaped != marked)
			gather(out, escaped ? on : off,
				strlen(escaped ? on : off));
		marked = escaped;
		gather(out, escaped ? text : (const char *)p + i, put);
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

/* What is shown without the marks, which are in pairs and around escapes. */
static void strip_marks(const struct gathered *all, struct gathered *out)
{
	size_t begun = 0;
	bool marked = false;

	out->len = 0;
	for (size_t i = 0; i < all->len; i++) {
		const char *mark = marked ? off : on;

		if (all->p[i] != '\033') {
			gather(out, all->p + i, 1);
			continue;
		}
		REQUIRE(all->len - i >= strlen(mark));
		REQUIRE(!memcmp(all->p + i, mark, strlen(mark)));
		REQUIRE(out->len > begun || !begun);
		REQUIRE(!marked || out->p[begun] == '\\');
		marked = !marked;
		begun = out->len;
		i += strlen(mark) - 1;
	}
	REQUIRE(!marked);
}

/* Safe, and what was meant. */
static void check_shown(const struct gathered *all, enum escape_mode mode,
	bool marks, const struct gathered *meant)
{
	static struct gathered bare, back;

	bare.len = 0;
	if (marks)
		strip_marks(all, &bare);
	else
		gather(&bare, all->p, all->len);
	terminal_check(&bare, mode == ESCAPE_LINE ? "" : "\n\t");
	terminal_read_back(&bare, mode == ESCAPE_INDENT, &back);
	REQUIRE(gathered_same(&back, meant));
}

/* escape_line() gives the same, cut so that no escape or character is, and
 * one more would be too much. */
static void check_line(const uint8_t *p, size_t len, struct dice dice)
{
	static struct gathered all;
	char out[300];
	size_t cap = 1 + dice_roll(&dice, sizeof(out));

	REQUIRE(escape_line(out, cap, guard_copy(p, len), len) == out);
	plain_escape(p, len, ESCAPE_LINE, false, cap - 1, &all);
	REQUIRE(strlen(out) == all.len);
	REQUIRE(!all.len || !memcmp(out, all.p, all.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gathered wanted, got;
	struct input in = { data, size };
	unsigned choice = input_byte(&in);
	enum escape_mode mode = (enum escape_mode)(choice % 3);
	bool marks = choice & 0x80;
	struct dice dice = dice_of(input_byte(&in));
	struct gathered meant = { (uint8_t *)in.p, in.len, in.len };

	if (in.len > GUARD_MAX)
		return 0;
	plain_escape(in.p, in.len, mode, marks, SIZE_MAX, &wanted);
	for (int how = 0; how < CUT_WAYS; how++) {
		real_escape(in.p, in.len, mode, marks,
			(struct cutter){ (enum cut)how, dice }, &got);
		check_shown(&got, mode, marks, &meant);
		REQUIRE(gathered_same(&wanted, &got));
	}
	check_line(in.p, in.len, dice);
	return 0;
}
