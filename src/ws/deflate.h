#ifndef WSTAP_WS_DEFLATE_H
#define WSTAP_WS_DEFLATE_H

#include "ws/extension.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

/*
 * permessage-deflate's two streams (RFC 7692 section 7.2), each in fixed
 * memory whatever the messages' size. ws/conn decides which frames pass
 * through here; here are only bytes.
 *
 * What comes in is inflated into `scratch`, a full scratch at a time: a
 * message of a gigabyte that came as a megabyte costs 64 KiB. It is always
 * read with a window of 32 KiB: a smaller one that was agreed on is a promise
 * of the peer's, whose keeping makes no difference to the result.
 *
 * What goes out keeps to the window that was agreed on. zlib's raw deflate
 * knows no window of 256 bytes (8 bits), but with 512 it never looks back
 * further than 512 - 262 = 250 bytes, which is why 9 serves for 8.
 */
enum {
	WS_SCRATCH = 65536,
	WS_DEFLATE_ROOM = 512, /* room that ws_deflate() makes progress with */
};

struct ws_deflate {
	/* reading */
	z_stream inflate;
	bool inflating;      /* inflate is set up */
	bool inflate_resets; /* the peer drops its context */
	bool boundary;       /* behind a final block, nothing read since */
	bool in_message;
	size_t tail_at; /* bytes of the message's tail read */
	size_t have;    /* bytes in scratch */
	bool more;      /* there is more to inflate without input */
	bool done;      /* the message is complete */

	/* writing */
	z_stream deflate;
	bool deflating;
	bool deflate_resets;
	int window_bits; /* ours */
	bool any;        /* a byte of the message was taken */
	uint8_t held[4]; /* the flush's end, which may be the tail */
	size_t nheld;

	uint8_t scratch[WS_SCRATCH + 1]; /* a byte for a reader's NUL */
};

/* For a connection whose peer agreed to params. Allocates nothing yet. */
void ws_deflate_init(struct ws_deflate *d,
	const struct ws_deflate_params *params, bool server);
void ws_deflate_release(struct ws_deflate *d);

/* Inflates some of the n bytes at p into scratch, from its start; *taken is
 * how many were used, d->have how many came out. `ended`: the message ends
 * behind them. d->more asks for another call, even without input; d->done
 * says that the message is complete, and the next call begins a new one.
 * False where they are no DEFLATE data (what came out before is in
 * scratch), or where the message ends inside a block. */
bool ws_inflate(struct ws_deflate *d, const uint8_t *p, size_t n, bool ended,
	size_t *taken);

/* Lets d, which is as ws_deflate_init() left it, read on where `other` is
 * between two messages: what that reads, or (written) what it writes. False
 * where it is inside a message. */
bool ws_deflate_follow(
	struct ws_deflate *d, struct ws_deflate *other, bool written);

/* Deflates some of the n bytes at p into out, which has cap (at least
 * WS_DEFLATE_ROOM) bytes; *taken is how many were used; gives back how many
 * came out. `ended`: the message ends behind them; *done says that all of it
 * is out, without the tail. Not ended: what comes out may be nothing. */
size_t ws_deflate(struct ws_deflate *d, const uint8_t *p, size_t n, bool ended,
	uint8_t *out, size_t cap, size_t *taken, bool *done);

/* "zlib 1.2.13": for --version. */
const char *ws_deflate_library(void);

#endif
