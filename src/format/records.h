#ifndef WSTAP_FORMAT_RECORDS_H
#define WSTAP_FORMAT_RECORDS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A byte stream cut into records, which become messages: lines, without
 * their "\n" or "\r\n"; a last line without one counts.
 *
 * A record has no size limit: one that fits the buffer comes whole, as one
 * piece; one that doesn't comes in pieces, each as much as the full buffer
 * holds. Nothing is copied: a piece points into `in` and is good until bytes
 * are next put into it. `in` has a capacity of two bytes at least.
 */
struct record_piece {
	const uint8_t *data;
	size_t len;       /* 0 is an empty line's, or a last piece's */
	bool first, last; /* of its record */
};

struct records {
	size_t scanned;  /* bytes at in's head known to hold no line end */
	bool in_record;  /* a piece that was not the last was given out */
	uint64_t number; /* of the record that the latest piece belongs to;
	                  * from 1 */
};

/* Takes the next piece off `in`. False where there is none until `in` grows.
 * ended: nothing more will come. */
bool records_next(struct records *r, struct buf *in, bool ended,
	struct record_piece *piece);

/* How many records wait in `in`, the unfinished one included: for "3 lines
 * were not sent". */
uint64_t records_waiting(const struct records *r, const struct buf *in);

#endif
