#include "format/hexdump.h"

static const char digits[] = "0123456789abcdef";

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

	uint8_t *o = put_offset(start, h->offset);

	for (unsigned i = 0; i < sizeof h->line; i++) {
		*o++ = ' ';
		if (i % 8 == 0)
			*o++ = ' ';
		*o++ = i < h->n ? (uint8_t)digits[h->line[i] >> 4] : ' ';
		*o++ = i < h->n ? (uint8_t)digits[h->line[i] & 15] : ' ';
	}
	*o++ = ' ';
	*o++ = ' ';
	*o++ = '|';
	for (unsigned i = 0; i < h->n; i++) {
		uint8_t b = h->line[i];

		*o++ = b >= 0x20 && b < 0x7f ? b : '.';
	}
	*o++ = '|';
	*o++ = '\n';
	buf_commit(out, (size_t)(o - start));
}

/* Queues the line that has become full, or its place in a fold. */
static void end_line(struct hexdump *h, struct buf *out)
{
	bool same = h->have_before &&
		    memcmp(h->line, h->before, sizeof h->line) == 0;

	if (!same)
		put_line(h, out);
	else if (!h->folding)
		buf_put(out, "*\n", 2);
	h->folding = same;
	memcpy(h->before, h->line, sizeof h->before);
	h->have_before = true;
	h->offset += sizeof h->line;
	h->n = 0;
}

size_t hexdump_span(
	struct hexdump *h, const uint8_t *p, size_t len, struct buf *out)
{
	size_t taken = 0;

	while (taken < len && buf_room(out) >= HEXDUMP_ROOM) {
		size_t n = sizeof h->line - h->n;

		if (n > len - taken)
			n = len - taken;
		memcpy(h->line + h->n, p + taken, n);
		h->n = (uint8_t)(h->n + n);
		taken += n;
		if (h->n == sizeof h->line)
			end_line(h, out);
	}
	return taken;
}

bool hexdump_end(struct hexdump *h, struct buf *out)
{
	if (buf_room(out) < (size_t)2 * HEXDUMP_ROOM)
		return false;
	/* A line that is not full is never folded. */
	if (h->n > 0)
		put_line(h, out);
	h->offset += h->n;
	if (h->offset > 0) {
		uint8_t *start = buf_reserve(out, HEXDUMP_ROOM);

		assert(start);

		uint8_t *o = put_offset(start, h->offset);

		*o++ = '\n';
		buf_commit(out, (size_t)(o - start));
	}
	*h = HEXDUMP_START;
	return true;
}
