#include "format/records.h"

#include "base/bytes.h"

enum { LENGTH_SIZE = 4 }; /* what stands before a record in `length` */

static const char *const names[] = {
	[RECORD_LINES] = "lines",
	[RECORD_NUL] = "nul",
	[RECORD_RAW] = "raw",
	[RECORD_LENGTH] = "length",
	[RECORD_WHOLE] = "whole",
	[RECORD_JSONL] = "jsonl",
};

const char *record_format_name(enum record_format format)
{
	return names[format];
}

bool record_format_parse(enum record_format *format, const char *name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0) {
			*format = (enum record_format)i;
			return true;
		}
	return false;
}

/* Takes a piece of len bytes, and the end mark behind it, off `in`. */
static bool give(struct records *r, struct buf *in, struct record_piece *piece,
	size_t len, size_t mark, bool last)
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
	buf_consume(in, len + mark);
	return true;
}

/* Records that end with a mark: "\n", before which a "\r" belongs to it, or
 * NUL. */
static bool next_marked(struct records *r, struct buf *in, bool ended,
	struct record_piece *piece, char mark)
{
	const uint8_t *head = buf_head(in);
	size_t len = buf_len(in);

	assert(r->scanned <= len);

	const uint8_t *end = r->scanned == len ? NULL
					       : memchr(head + r->scanned, mark,
							 len - r->scanned);

	if (end) {
		size_t n = (size_t)(end - head);
		size_t cr = mark == '\n' && n > 0 && head[n - 1] == '\r';

		return give(r, in, piece, n - cr, 1 + cr, true);
	}
	if (ended)
		return (len > 0 || r->in_record) &&
		       give(r, in, piece, len, 0, true);

	r->scanned = len;
	/* Room left: the rest of the record may still fit beside its start,
	 * so a slow writer's short ones stay whole. */
	if (buf_room(in) > 0)
		return false;

	/* This "\r" may be the line end's first half. */
	size_t held = mark == '\n' && head[len - 1] == '\r';

	assert(len > held);
	return give(r, in, piece, len - held, 0, false);
}

static bool next_raw(
	struct records *r, struct buf *in, struct record_piece *piece)
{
	size_t len = buf_len(in);

	return len > 0 && give(r, in, piece, len, 0, true);
}

static bool next_length(
	struct records *r, struct buf *in, struct record_piece *piece)
{
	if (!r->in_record) {
		if (buf_len(in) < LENGTH_SIZE)
			return false;

		uint64_t promised = load32(buf_head(in));

		/* What may still fit stays behind its length till then. */
		if (buf_len(in) - LENGTH_SIZE < promised && buf_room(in) > 0)
			return false;
		buf_consume(in, LENGTH_SIZE);
		r->left = promised;
	}

	size_t len = buf_len(in);
	bool last = len >= r->left;

	if (last)
		len = (size_t)r->left;
	else if (r->in_record && buf_room(in) > 0)
		return false;
	r->left -= len;
	return give(r, in, piece, len, 0, last);
}

static bool next_whole(struct records *r, struct buf *in, bool ended,
	struct record_piece *piece)
{
	/* The one record was given: the stream has ended. */
	if (r->number > 0 && !r->in_record)
		return false;
	return (ended || buf_room(in) == 0) &&
	       give(r, in, piece, buf_len(in), 0, ended);
}

bool records_next(struct records *r, struct buf *in, bool ended,
	struct record_piece *piece)
{
	switch (r->format) {
	case RECORD_LINES:
	case RECORD_JSONL:
		return next_marked(r, in, ended, piece, '\n');
	case RECORD_NUL:
		return next_marked(r, in, ended, piece, '\0');
	case RECORD_RAW:
		return next_raw(r, in, piece);
	case RECORD_LENGTH:
		return next_length(r, in, piece);
	case RECORD_WHOLE:
		return next_whole(r, in, ended, piece);
	}
	return false;
}

/* How many bytes the record has that begins at p, its length's own included,
 * as far as that can be told from len bytes (not 0). */
static uint64_t length_extent(const uint8_t *p, size_t len)
{
	return len < LENGTH_SIZE ? LENGTH_SIZE
				 : (uint64_t)LENGTH_SIZE + load32(p);
}

uint64_t records_missing(const struct records *r, const struct buf *in)
{
	size_t len = buf_len(in);

	if (r->format != RECORD_LENGTH || (len == 0 && !r->in_record))
		return 0;

	uint64_t extent =
		r->in_record ? r->left : length_extent(buf_head(in), len);

	return extent > len ? extent - len : 0;
}

static uint64_t waiting_marked(
	const struct records *r, const struct buf *in, char mark)
{
	const uint8_t *p = buf_head(in), *end = p + buf_len(in);
	uint64_t n = 0;

	while (p < end) {
		const uint8_t *at = memchr(p, mark, (size_t)(end - p));

		n++;
		if (!at)
			return n;
		p = at + 1;
	}
	return n > 0 ? n : r->in_record;
}

static uint64_t waiting_length(const struct records *r, const struct buf *in)
{
	const uint8_t *p = buf_head(in);
	size_t len = buf_len(in);
	uint64_t n = r->in_record, extent = r->left;

	while (len > extent) {
		p += extent;
		len -= (size_t)extent;
		extent = length_extent(p, len);
		n++;
	}
	return n;
}

uint64_t records_waiting(const struct records *r, const struct buf *in)
{
	switch (r->format) {
	case RECORD_LINES:
	case RECORD_JSONL:
		return waiting_marked(r, in, '\n');
	case RECORD_NUL:
		return waiting_marked(r, in, '\0');
	case RECORD_LENGTH:
		return waiting_length(r, in);
	case RECORD_RAW:
	case RECORD_WHOLE:
		return buf_len(in) > 0 || r->in_record;
	}
	return 0;
}
