#include "format/records.h"

/* Takes a piece of len bytes, and the line end behind it, off `in`. */
static bool give(struct records *r, struct buf *in, struct record_piece *piece,
	size_t len, size_t line_end, bool last)
{
	*piece = (struct record_piece){
		.data = buf_head(in),
		.len = len,
		.first = !r->in_record,
		.last = last,
	};
	if (piece->first)
		r->number++;
	r->in_record = !last;
	r->scanned = 0;
	buf_consume(in, len + line_end);
	return true;
}

bool records_next(struct records *r, struct buf *in, bool ended,
	struct record_piece *piece)
{
	const uint8_t *head = buf_head(in);
	size_t len = buf_len(in);

	assert(r->scanned <= len);

	const uint8_t *newline =
		r->scanned == len
			? NULL
			: memchr(head + r->scanned, '\n', len - r->scanned);

	if (newline) {
		size_t n = (size_t)(newline - head);
		size_t cr = n > 0 && head[n - 1] == '\r';

		return give(r, in, piece, n - cr, 1 + cr, true);
	}
	if (ended)
		return (len > 0 || r->in_record) &&
		       give(r, in, piece, len, 0, true);

	r->scanned = len;
	/* Room left: the rest of the line may still fit beside its start, so
	 * a slow writer's short lines stay whole. */
	if (buf_room(in) > 0)
		return false;

	/* This "\r" may be the line end's first half. */
	size_t held = head[len - 1] == '\r';

	assert(len > held);
	return give(r, in, piece, len - held, 0, false);
}

uint64_t records_waiting(const struct records *r, const struct buf *in)
{
	const uint8_t *p = buf_head(in), *end = p + buf_len(in);
	uint64_t n = 0;

	while (p < end) {
		const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));

		n++;
		if (!newline)
			return n;
		p = newline + 1;
	}
	return n > 0 ? n : r->in_record;
}
