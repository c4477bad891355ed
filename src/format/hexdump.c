#include "format/hexdump.h"

static const char digits[] = "0123456789abcdef";

/* Columns that the bytes of a line take, with the blank before each and the
 * two between groups of eight, and before the first. */
static size_t hex_columns(size_t per_line)
{
	return 3 * per_line + (per_line + 7) / 8;
}

static size_t line_columns(size_t per_line)
{
	return 8 + hex_columns(per_line) + 2 + 1 + per_line + 1;
}

void hexdump_init(struct hexdump *h, size_t columns, uint64_t max)
{
	uint8_t per_line = 16;

	while (columns && per_line > 4 && line_columns(per_line) > columns)
		per_line /= 2;
	if (max && max < per_line)
		max = per_line;
	*h = (struct hexdump){ .per_line = per_line, .max = max };
}

/* Eight digits, more where they don't suffice. */
static uint8_t *put_offset(uint8_t *o, uint64_t offset)
{
	int n = 8;

	while (n < 16 && offset >> (4 * n))
		n++;
	while (n-- > 0)
		*o++ = (uint8_t)digits[offset >> (4 * n) & 15];
	return o;
}

/* Queues the line being filled. There is room for it. */
static void put_line(const struct hexdump *h, struct buf *out)
{
	uint8_t *start = buf_reserve(out, HEXDUMP_ROOM);

	assert(start);

	uint8_t *hex = put_offset(start, h->offset);
	size_t columns = hex_columns(h->per_line) + 2;
	uint8_t *text = hex + columns;

	memset(hex, ' ', columns);
	*text++ = '|';
	for (size_t i = 0; i < h->n; i++) {
		uint8_t b = h->line[i], *to = hex + 2 + 3 * i + i / 8;

		to[0] = (uint8_t)digits[b >> 4];
		to[1] = (uint8_t)digits[b & 15];
		*text++ = b >= 0x20 && b < 0x7f ? b : '.';
	}
	*text++ = '|';
	*text++ = '\n';
	buf_commit(out, (size_t)(text - start));
}

/* Queues the line that has become full, or its place in a fold. */
static void end_line(struct hexdump *h, struct buf *out)
{
	bool same =
		h->have_before && memcmp(h->line, h->before, h->per_line) == 0;

	if (!same) {
		put_line(h, out);
		memcpy(h->before, h->line, sizeof h->before);
	} else if (!h->folding) {
		buf_put(out, "*\n", 2);
	}
	h->folding = same;
	h->have_before = true;
	h->offset += h->per_line;
	h->n = 0;
}

/* There is more than max: the line being filled, which would have been the
 * last, goes with the rest. */
static void leave_out(struct hexdump *h, size_t len)
{
	h->left_out += h->n + len;
	h->offset += h->n + len;
	h->n = 0;
}

size_t hexdump_span(
	struct hexdump *h, const uint8_t *p, size_t len, struct buf *out)
{
	size_t taken = 0;

	while (taken < len) {
		size_t n = len - taken, left = (size_t)h->per_line - h->n;
		uint64_t end = h->offset + h->n;

		if (h->max && end >= h->max) {
			leave_out(h, n);
			return len;
		}
		if (buf_room(out) < HEXDUMP_ROOM)
			break;
		if (n > left)
			n = left;
		if (h->max && n > h->max - end)
			n = (size_t)(h->max - end);
		memcpy(h->line + h->n, p + taken, n);
		h->n = (uint8_t)(h->n + n);
		taken += n;
		if (h->n == h->per_line)
			end_line(h, out);
	}
	return taken;
}

/* "... 1,234,567 bytes left out" */
static void put_left_out(uint64_t n, struct buf *out)
{
	const char *unit = n == 1 ? " byte left out\n" : " bytes left out\n";
	char number[26]; /* the digits of 2^64 - 1, and their commas */
	size_t at = sizeof number;

	for (unsigned i = 0; i == 0 || n; i++, n /= 10) {
		if (i && i % 3 == 0)
			number[--at] = ',';
		number[--at] = digits[n % 10];
	}
	buf_put(out, "... ", 4);
	buf_put(out, number + at, sizeof number - at);
	buf_put(out, unit, strlen(unit));
}

bool hexdump_end(struct hexdump *h, struct buf *out)
{
	if (buf_room(out) < (size_t)2 * HEXDUMP_ROOM)
		return false;
	/* A line that is not full is never folded. */
	if (h->n > 0)
		put_line(h, out);
	h->offset += h->n;
	if (h->left_out)
		put_left_out(h->left_out, out);
	if (h->offset > 0) {
		uint8_t *start = buf_reserve(out, HEXDUMP_ROOM);

		assert(start);

		uint8_t *o = put_offset(start, h->offset);

		*o++ = '\n';
		buf_commit(out, (size_t)(o - start));
	}
	*h = (struct hexdump){ .per_line = h->per_line, .max = h->max };
	return true;
}
