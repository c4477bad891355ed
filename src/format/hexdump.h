#ifndef WSTAP_FORMAT_HEXDUMP_H
#define WSTAP_FORMAT_HEXDUMP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A dump as `hexdump -C` writes it, streamed: a line a sixteen bytes, written
 * once it is full, whatever the cuts; full lines that repeat the one before
 * are folded into one "*"; the end's offset last. Offsets have eight digits,
 * more once they need them.
 *
 *     00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a 00 ff 7f  |Hello, world....|
 *     00000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
 *     *
 *     ... 1,048,576 bytes left out
 *     00100400
 *
 * Narrower, eight bytes are one group (45 columns) or four are (29):
 *
 *     00000000  48 65 6c 6c 6f 2c 20 77  |Hello, w|
 *     00000000  48 65 6c 6c  |Hell|
 */
struct hexdump {
	uint64_t offset;   /* of the line being filled */
	uint64_t max;      /* 0: none */
	uint64_t left_out; /* bytes before offset that are not shown */
	uint8_t line[16], before[16];
	uint8_t per_line; /* bytes: 16, 8 or 4 */
	uint8_t n;        /* bytes in line */
	bool have_before, folding;
};

enum { HEXDUMP_ROOM = 88 }; /* room that one line takes at most */

/* Before a dump's first byte. Lines are the widest that fit in `columns`, the
 * narrowest where none does, and the full ones for 0. Of a dump of more than
 * `max` bytes (0: as many as there are; less than a line: a line) only the
 * lines that end within them are shown, and how many bytes were left out. */
void hexdump_init(struct hexdump *h, size_t columns, uint64_t max);

/* Queues lines for as many of the bytes at p as out has room for; gives back
 * how many were taken. Progress is made whenever out has HEXDUMP_ROOM. */
size_t hexdump_span(
	struct hexdump *h, const uint8_t *p, size_t len, struct buf *out);

/* Queues the unfinished line or what was left out, and the end's offset
 * (nothing for no bytes at all). False (try again) where out has less than
 * 2 * HEXDUMP_ROOM. Ready for the next dump, of the same width and maximum,
 * then. */
bool hexdump_end(struct hexdump *h, struct buf *out);

#endif
