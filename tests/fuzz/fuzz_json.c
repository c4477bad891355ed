#define _GNU_SOURCE /* unit/guard.h */
#include "format/json.h"
#include "fuzz/terminal.h"

#include <jansson.h>

/*
 * json_valid() says what jansson says of any UTF-8, but where jansson has
 * limits of its own. What json_span() makes of JSON differs from it only in
 * blanks between tokens, is JSON again and stays as it is when indented again.
 * It is the same at any cut and in any room; made safe, it is what
 * format/escape makes of it, and what was meant can be read back; without its
 * colours, it is the same as with none. Of any other bytes it makes something
 * safe. json_fault() names the byte with which a text stops being JSON, and
 * says so of whatever begins as that text does.
 *
 *     input: seed of the cuts and rooms, text
 */
static const struct json_colors colors = {
	.on = { "\033[1m", "\033[2m", "\033[3m", "\033[4m", "\033[5m",
		"\033[6m", "\033[8m", "\033[9m" },
	.off = "\033[m",
	.escape_on = "\033[7m",
	.escape_off = "\033[27m",
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* --- is it JSON --- */

/* How deep brackets outside of strings are nested. */
static size_t depth_of(const uint8_t *p, size_t len)
{
	size_t depth = 0, most = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (quoted && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			quoted = !quoted;
		else if (!quoted && (p[i] == '[' || p[i] == '{'))
			most = ++depth > most ? depth : most;
		else if (!quoted && depth && (p[i] == ']' || p[i] == '}'))
			depth--;
	}
	return most;
}

/* A copy with what jansson minds and RFC 8259's grammar does not changed: the
 * characters that \uXXXX says. */
static void for_jansson(const uint8_t *p, size_t len, struct gathered *copy)
{
	copy->len = 0;
	gather(copy, p, len);
	for (size_t i = 0; i + 1 < len; i++) {
		size_t digits = 0;

		if (p[i] != '\\')
			continue;
		i++;
		while (p[i] == 'u' && digits < 4 && i + digits + 1 < len &&
			p[i + digits + 1] &&
			strchr("0123456789abcdefABCDEF", p[i + digits + 1]))
			digits++;
		if (digits == 4)
			memcpy(copy->p + i + 1, "0041", 4);
	}
}

static void check_valid(const uint8_t *p, size_t len, bool ours)
{
	static struct gathered copy;
	json_error_t error;
	json_t *tree;
	bool theirs;

	/* jansson overlooks a NUL behind a number. */
	if (len && memchr(p, 0, len)) {
		REQUIRE(!ours);
		return;
	}
	for_jansson(p, len, &copy);
	/* What is too long for an integer is read as another kind; what is too
	 * large for that, 1e999 say, ends its reading. */
	tree = json_loadb((const char *)copy.p, len,
		JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
		&error);
	theirs = tree != NULL;
	json_decref(tree);
	if (!theirs && json_error_code(&error) == json_error_numeric_overflow)
		return;
	/* Both have a limit, theirs is above ours. */
	if (depth_of(p, len) > JSON_DEPTH_MAX)
		REQUIRE(!ours);
	else
		REQUIRE(ours == theirs);
}

/* What comes before the byte to blame has no fault but at its end. */
static void check_fault(const uint8_t *p, size_t len, bool ours)
{
	struct json_fault whole = json_fault(guard_copy(p, len), len), part;
	size_t at = whole.at;

	REQUIRE(ours == !whole.why);
	REQUIRE(at <= len && (!ours || at == len));
	if (ours)
		return;
	part = json_fault(guard_copy(p, at), at);
	REQUIRE(part.at == at);
	if (at == len)
		return;
	part = json_fault(guard_copy(p, at + 1), at + 1);
	REQUIRE(part.why && part.at == at);
}

/* --- how it is shown --- */

static void drain(struct buf *out, struct gathered *all)
{
	gather(all, buf_head(out), buf_len(out));
	buf_clear(out);
}

static void show(struct json *j, const uint8_t *p, size_t len,
	struct cutter cutter, struct gathered *all)
{
	uint8_t memory[2 * JSON_SPAN_MAX];
	struct buf out;

	all->len = 0;
	buf_init(&out, memory,
		JSON_ROOM + dice_roll(&cutter.dice,
				    dice_roll(&cutter.dice, 2)
					    ? 64
					    : sizeof(memory) - JSON_ROOM));
	for (size_t at = 0; at < len;) {
		size_t n = cutter_next(&cutter, len - at);
		const uint8_t *piece = guard_copy_slot(1, p + at, n);

		for (size_t i = 0, taken; i < n; i += taken) {
			size_t before = buf_len(&out);

			taken = json_span(j, piece + i, n - i, &out);
			REQUIRE(taken <= n - i);
			REQUIRE(buf_len(&out) - before <= JSON_SPAN_MAX);
			if (taken == n - i)
				continue;
			REQUIRE(taken || buf_len(&out) > before ||
				buf_room(&out) < JSON_ROOM);
			drain(&out, all);
		}
		at += n;
	}
	while (!json_end(j, &out)) {
		REQUIRE(buf_room(&out) < JSON_ROOM);
		drain(&out, all);
	}
	drain(&out, all);
}

static void show_whole(const struct json_colors *with, bool safe,
	const uint8_t *p, size_t len, struct gathered *all)
{
	struct cutter cutter = { CUT_WHOLE, dice_of(0) };
	struct json j;

	json_init(&j, with, safe);
	show(&j, p, len, cutter, all);
}

/* The same at any cut; the state is used again for the next text. */
static void check_cuts(const struct json_colors *with, bool safe,
	const uint8_t *p, size_t len, struct dice dice,
	const struct gathered *wanted)
{
	static struct gathered got;
	struct json j;

	json_init(&j, with, safe);
	for (int how = CUT_WHOLE; how < CUT_WAYS; how++) {
		show(&j, p, len, (struct cutter){ (enum cut)how, dice }, &got);
		REQUIRE(gathered_same(wanted, &got));
	}
}

static void strip_blanks(const uint8_t *p, size_t len, struct gathered *out)
{
	bool quoted = false;

	out->len = 0;
	for (size_t i = 0; i < len; i++) {
		if (!quoted && is_blank(p[i]))
			continue;
		gather(out, p + i, 1);
		if (quoted && p[i] == '\\')
			gather(out, p + ++i, 1);
		else if (p[i] == '"')
			quoted = !quoted;
	}
}

/* Without the sequences of colours, which end with m. */
static void strip_colors(const struct gathered *in, struct gathered *out)
{
	out->len = 0;
	for (size_t i = 0; i < in->len; i++) {
		if (in->p[i] != '\033') {
			gather(out, in->p + i, 1);
			continue;
		}
		while (in->p[i] != 'm')
			REQUIRE(++i < in->len);
	}
}

static void escape_whole(const struct gathered *in, struct gathered *out)
{
	struct escape e;
	struct buf b;
	size_t cap = 8 * in->len + ESCAPE_ROOM;

	out->len = 0;
	buf_init(&b, gather_room(out, cap), cap);
	escape_init(&e, ESCAPE_TEXT, NULL, NULL);
	REQUIRE(escape_span(&e, in->p, in->len, &b) == in->len);
	REQUIRE(escape_end(&e, &b));
	out->len = buf_len(&b);
}

static void check_json(const uint8_t *p, size_t len, struct dice dice)
{
	static struct gathered raw, again, safe, colored, a, b;

	show_whole(NULL, false, p, len, &raw);
	strip_blanks(p, len, &a);
	strip_blanks(raw.p, raw.len, &b);
	REQUIRE(gathered_same(&a, &b));
	REQUIRE(json_valid(guard_copy_slot(2, raw.p, raw.len), raw.len));
	show_whole(NULL, false, raw.p, raw.len, &again);
	REQUIRE(gathered_same(&raw, &again));
	check_cuts(NULL, false, p, len, dice, &raw);

	show_whole(NULL, true, p, len, &safe);
	escape_whole(&raw, &a);
	REQUIRE(gathered_same(&safe, &a));
	terminal_check(&safe, "\n");
	terminal_read_back(&safe, false, &b);
	REQUIRE(gathered_same(&raw, &b));

	show_whole(&colors, true, p, len, &colored);
	strip_colors(&colored, &a);
	REQUIRE(gathered_same(&safe, &a));
	check_cuts(&colors, true, p, len, dice, &colored);
}

/* Safe, whatever it is. */
static void check_other(const uint8_t *p, size_t len, struct dice dice)
{
	static struct gathered safe;

	show_whole(NULL, true, p, len, &safe);
	terminal_check(&safe, "\n");
	check_cuts(NULL, true, p, len, dice, &safe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct dice dice = dice_of(input_byte(&in));
	bool valid;

	/* Indented again it must fit in guarded memory. */
	if (in.len > GUARD_MAX / (JSON_COLUMN_MAX + 4))
		return 0;
	valid = json_valid(guard_copy(in.p, in.len), in.len);
	if (utf8_valid(in.p, in.len))
		check_valid(in.p, in.len, valid);
	check_fault(in.p, in.len, valid);
	if (valid)
		check_json(in.p, in.len, dice);
	else
		check_other(in.p, in.len, dice);
	return 0;
}
