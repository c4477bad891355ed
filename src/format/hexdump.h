#ifndef WSTAP_FORMAT_HEXDUMP_H
#define WSTAP_FORMAT_HEXDUMP_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A dump as `hexdump -C` writes it, streamed: a line a sixteen bytes, written
 * once it is full, whatever the cuts; lines that repeat are folded into one
 * "*"; the end's offset last.
 *
 *     00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a 00 ff 7f  |Hello, world....|
 */
struct hexdump {
	uint64_t offset; /* of the line being filled */
	uint8_t line[16], before[16];
	uint8_t n;
	bool have_before, folding;
};

enum { HEXDUMP_ROOM = 88 }; /* room that one line takes at most */

/* Before a dump's first byte: all zero. */
#define HEXDUMP_START ((struct hexdump){ 0 })

/* Queues lines for as many of the bytes at p as out has room for; gives back
 * how many were taken. Progress is made whenever out has HEXDUMP_ROOM. */
size_t hexdump_span(
	struct hexdump *h, const uint8_t *p, size_t len, struct buf *out);

/* Queues the unfinished line and the end's offset (nothing for no bytes at
 * all). False (try again) where out has less than 2 * HEXDUMP_ROOM. Ready for
 * the next dump then. */
bool hexdump_end(struct hexdump *h, struct buf *out);

#endif
