#include "format/json_levels.h"

/* A mark's bytes, the most. */
enum { MARK = 31 };

/* A comma's colour, its end, a new line: the most that one step puts besides
 * what format/escape makes sure of itself. */
_Static_assert(JSON_ROOM >= 3 * MARK + 2 + JSON_COLUMN_MAX + ESCAPE_ROOM,
	"a step fits");
_Static_assert(JSON_SPAN_MAX >= JSON_ROOM, "a call makes progress");

static void put(struct buf *out, const void *data, size_t n)
{
	bool fits = buf_put(out, data, n);

	assert(fits);
	(void)fits;
}

static void put_mark(struct buf *out, const char *mark)
{
	if (mark)
		put(out, mark, strlen(mark));
}

static void unpaint(struct json *j, struct buf *out)
{
	if (j->painted)
		put_mark(out, j->colors->off);
	j->painted = false;
}

static void paint(struct json *j, enum json_kind kind, struct buf *out)
{
	if (!j->colors || (j->painted && j->paint == kind))
		return;
	unpaint(j, out);
	put_mark(out, j->colors->on[kind]);
	j->painted = true;
	j->paint = kind;
}

static void put_line(struct json *j, struct buf *out)
{
	size_t columns = 2 * (size_t)j->levels.depth;
	uint8_t *line;

	if (columns > JSON_COLUMN_MAX)
		columns = JSON_COLUMN_MAX;
	unpaint(j, out);
	line = buf_reserve(out, 1 + columns);
	assert(line);
	line[0] = '\n';
	memset(line + 1, ' ', columns);
	buf_commit(out, 1 + columns);
}

/* Before a value or a key. */
static void begin_item(struct json *j, struct buf *out)
{
	if (j->fresh)
		put_line(j, out);
	j->fresh = false;
}

static enum json_kind bracket_kind(bool object)
{
	return object ? JSON_KIND_OBJECT : JSON_KIND_ARRAY;
}

static void put_open(struct json *j, uint8_t c, struct buf *out)
{
	bool object = c == '{';

	begin_item(j, out);
	paint(j, bracket_kind(object), out);
	put(out, &c, 1);
	json_enter(&j->levels, object);
	j->fresh = true;
	j->key = object;
}

static void put_close(struct json *j, uint8_t c, struct buf *out)
{
	json_leave(&j->levels);
	if (!j->fresh)
		put_line(j, out);
	j->fresh = false;
	paint(j, bracket_kind(c == '}'), out);
	put(out, &c, 1);
}

static void put_comma(struct json *j, struct buf *out)
{
	j->key = json_in_object(&j->levels);
	paint(j, bracket_kind(j->key), out);
	put(out, ",", 1);
	put_line(j, out);
}

static enum json_kind scalar_kind(uint8_t first)
{
	switch (first) {
	case 'n':
		return JSON_KIND_NULL;
	case 'f':
		return JSON_KIND_FALSE;
	case 't':
		return JSON_KIND_TRUE;
	default:
		return JSON_KIND_NUMBER;
	}
}

/* Outside of strings and scalars; gives back whether the byte was taken. */
static bool put_between(struct json *j, uint8_t c, struct buf *out)
{
	switch (c) {
	case ' ':
	case '\n':
	case '\r':
	case '\t':
		return true;
	case '{':
	case '[':
		put_open(j, c, out);
		return true;
	case '}':
	case ']':
		put_close(j, c, out);
		return true;
	case ',':
		put_comma(j, out);
		return true;
	case ':':
		paint(j, JSON_KIND_OBJECT, out);
		put(out, ": ", 2);
		j->key = false;
		return true;
	case '"':
		begin_item(j, out);
		paint(j, j->key ? JSON_KIND_KEY : JSON_KIND_STRING, out);
		put(out, "\"", 1);
		j->state = JSON_IN_STRING;
		j->backslash = false;
		return true;
	default:
		begin_item(j, out);
		paint(j, scalar_kind(c), out);
		j->state = JSON_IN_SCALAR;
		return false;
	}
}

/* Of a string or a scalar: how many of the n bytes at p went out. */
static size_t put_text(
	struct json *j, const uint8_t *p, size_t n, struct buf *out)
{
	if (j->safe)
		return escape_span(&j->escape, p, n, out);
	if (n > buf_room(out))
		n = buf_room(out);
	put(out, p, n);
	return n;
}

/* How many bytes come before the quotation mark that ends the string; whether
 * a backslash is open is kept up to there. */
static size_t string_run(const uint8_t *p, size_t len, bool *backslash)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (*backslash)
			*backslash = false;
		else if (p[i] == '\\')
			*backslash = true;
		else if (p[i] == '"')
			break;
	return i;
}

static size_t put_string(
	struct json *j, const uint8_t *p, size_t len, struct buf *out)
{
	bool backslash = j->backslash;
	size_t n, taken;

	/* No more can go out: what cannot need not be looked through. */
	if (len > buf_room(out))
		len = buf_room(out);
	n = string_run(p, len, &backslash);
	if (n == 0) {
		escape_end(&j->escape, out);
		put(out, "\"", 1);
		unpaint(j, out);
		j->state = JSON_BETWEEN;
		return 1;
	}
	taken = put_text(j, p, n, out);
	if (taken == n)
		j->backslash = backslash;
	else
		string_run(p, taken, &j->backslash);
	return taken;
}

static size_t put_scalar(
	struct json *j, const uint8_t *p, size_t len, struct buf *out)
{
	size_t n = 0;

	while (n < len && !json_is_blank(p[n]) && !memchr(",]}", p[n], 3))
		n++;
	if (n > 0)
		return put_text(j, p, n, out);
	escape_end(&j->escape, out);
	unpaint(j, out);
	j->state = JSON_BETWEEN;
	return 0;
}

static size_t step(
	struct json *j, const uint8_t *p, size_t len, struct buf *out)
{
	switch (j->state) {
	case JSON_BETWEEN:
		return put_between(j, p[0], out);
	case JSON_IN_STRING:
		return put_string(j, p, len, out);
	case JSON_IN_SCALAR:
		break;
	}
	return put_scalar(j, p, len, out);
}

void json_init(struct json *j, const struct json_colors *colors, bool safe)
{
	*j = (struct json){ .colors = colors, .safe = safe };
	for (int i = 0; colors && i < JSON_KINDS; i++)
		assert(!colors->on[i] || strlen(colors->on[i]) <= MARK);
	assert(!colors || !colors->off || strlen(colors->off) <= MARK);
	escape_init(&j->escape, ESCAPE_LINE, colors ? colors->escape_on : NULL,
		colors ? colors->escape_off : NULL);
}

size_t json_span(struct json *j, const uint8_t *p, size_t len, struct buf *out)
{
	size_t most = buf_room(out), i = 0;
	struct buf part;

	if (most > JSON_SPAN_MAX)
		most = JSON_SPAN_MAX;
	if (most < JSON_ROOM)
		return 0;
	buf_init(&part, buf_reserve(out, most), most);
	while (i < len && buf_room(&part) >= JSON_ROOM)
		i += step(j, p + i, len - i, &part);
	buf_commit(out, buf_len(&part));
	return i;
}

bool json_end(struct json *j, struct buf *out)
{
	if (buf_room(out) < JSON_ROOM)
		return false;
	escape_end(&j->escape, out);
	unpaint(j, out);
	json_init(j, j->colors, j->safe);
	return true;
}
