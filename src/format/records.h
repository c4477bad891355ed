#ifndef WSTAP_FORMAT_RECORDS_H
#define WSTAP_FORMAT_RECORDS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A byte stream cut into records, which become messages, and back: what marks
 * a message's edges where messages become a byte stream.
 *
 *     lines    a line, without its "\n" or "\r\n"; a last one without counts
 *     nul      up to a NUL byte; the same
 *     raw      what is there when one asks: whatever one read gave
 *     length   a 4-byte big-endian length, then the bytes
 *     whole    all of the stream, also where that is nothing
 *     jsonl    lines, each an object (format/jsonl)
 *
 * A record has no size limit: one that fits the buffer comes whole, as one
 * piece; one that doesn't comes in pieces, each as much as the full buffer
 * holds. Nothing is copied: a piece points into `in` and is good until bytes
 * are next put into it. `in` has a capacity of RECORDS_ROOM bytes at least.
 */
enum record_format {
	RECORD_LINES,
	RECORD_NUL,
	RECORD_RAW,
	RECORD_LENGTH,
	RECORD_WHOLE,
	RECORD_JSONL,
};

enum { RECORDS_ROOM = 8 };

/* "lines"; and back: false for a name that is none. */
const char *record_format_name(enum record_format format);
bool record_format_parse(enum record_format *format, const char *name);

struct record_piece {
	const uint8_t *data;
	size_t len;       /* 0 is an empty record's, or a last piece's */
	bool first, last; /* of its record */
};

/* All zeros but the format is the start of a stream. */
struct records {
	enum record_format format;
	size_t scanned;  /* bytes at in's head known to hold no end mark */
	bool in_record;  /* a piece that was not the last was given out */
	uint64_t left;   /* length: bytes of the record to come */
	uint64_t number; /* of the record that the latest piece belongs to;
	                  * from 1 */
};

/* Takes the next piece off `in`. False where there is none until `in` grows.
 * ended: nothing more will come. */
bool records_next(struct records *r, struct buf *in, bool ended,
	struct record_piece *piece);

/* The same where a whole record of `lines` or `nul`, of at most `max` bytes,
 * is there, and none was begun: the short way of the many. False: nothing was
 * done. */
static inline bool records_next_short(struct records *r, struct buf *in,
	size_t max, struct record_piece *piece)
{
	const uint8_t *p = buf_head(in), *end;
	size_t len = buf_len(in), n, cr;
	char mark = r->format == RECORD_LINES ? '\n' : '\0';

	if (r->format > RECORD_NUL || r->in_record || len <= r->scanned)
		return false;
	end = memchr(p, mark, len < max + 2 ? len : max + 2);
	if (!end)
		return false;
	n = (size_t)(end - p);
	cr = mark == '\n' && n > 0 && p[n - 1] == '\r';
	if (n - cr > max)
		return false;
	*piece = (struct record_piece){ p, n - cr, true, true };
	r->number++;
	r->scanned = 0;
	buf_consume(in, n + 1);
	return true;
}

/* Once `in` has ended and records_next() gives nothing more: how many bytes
 * of a `length` record were promised and did not come (of its length, too); 0
 * where all did. */
uint64_t records_missing(const struct records *r, const struct buf *in);

/* How many records wait in `in`, the unfinished one included: for "3 lines
 * were not sent". */
uint64_t records_waiting(const struct records *r, const struct buf *in);

#endif
