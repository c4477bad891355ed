#ifndef WSTAP_WS_DISSECT_H
#define WSTAP_WS_DISSECT_H

#include "ws/deflate.h"
#include "ws/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The frames of one direction of a connection, as they are on the wire, for
 * people to look at. It follows and judges nothing: reserved opcodes and bits,
 * masks where none belong, lengths that are not minimal are told as they
 * stand. It is no part of the connection (ws/conn), which it neither needs nor
 * touches.
 *
 *     bytes on the wire -> ws_dissect_next() -> sightings
 *
 * - What it is told is the same however the bytes are cut.
 * - It never changes them: it unmasks into its own memory, of which it has a
 *   fixed amount whatever comes. A frame of up to WS_DISSECT_WHOLE bytes (or
 *   as many as are to be shown, where that is more) is told once, when it is
 *   whole. Of a longer one two things are told: that it has begun, with its
 *   first bytes, and that it is over.
 * - Where permessage-deflate was agreed on it inflates too, in fixed memory:
 *   what inflates to gigabytes costs the time that takes. Once a stream is no
 *   DEFLATE data, that frame says so and the later ones have no inflated
 *   length.
 */

enum {
	WS_DISSECT_SHOW_MAX = 1 << 20,
	WS_DISSECT_WHOLE = 4096,
	WS_DISSECT_EARLY = 128, /* of a longer frame, kept at least: a close
	                         * frame's reason */
};

enum ws_sighting_type {
	WS_SIGHTING_NONE,  /* nothing until more bytes come */
	WS_SIGHTING_FRAME, /* a frame: whole where came is its length */
	WS_SIGHTING_END,   /* of a frame that was told before it was whole */
	WS_SIGHTING_PART,  /* a header that is not whole: header, and fin, rsv
	                    * and opcode in frame, are all there is of it */
};

enum ws_inflated {
	WS_INFLATED_NOT,    /* not compressed, or nothing was agreed on */
	WS_INFLATED_GOOD,   /* inflated bytes came out of it so far */
	WS_INFLATED_BROKEN, /* the same, and then it was no DEFLATE data */
	WS_INFLATED_LOST,   /* unknown: an earlier frame was broken, or nobody
	                     * wanted to know any more */
};

struct ws_sighting {
	enum ws_sighting_type type;
	const uint8_t *header; /* as it is on the wire */
	size_t header_len;
	struct ws_frame frame;
	bool cut;               /* the rest never came */
	uint64_t came;          /* bytes of the payload so far */
	const uint8_t *payload; /* its first bytes, unmasked */
	size_t payload_len;
	size_t payload_told;  /* bytes of it that were told before (END) */
	uint64_t message;     /* of those of this direction, from 1; 0: the
	                       * frame belongs to none */
	uint64_t in_message;  /* which of the message's frames, from 1 */
	enum ws_inflated how; /* as to the two below */
	uint64_t inflated;
	const uint8_t *plain; /* the first bytes inflated */
	size_t plain_len;
};

struct ws_dissect {
	size_t show, capture;       /* bytes shown; bytes that are kept */
	uint8_t *memory;            /* owned: capture bytes, then show */
	struct ws_deflate *deflate; /* owned; NULL: not agreed on */
	bool broken;                /* no DEFLATE data came */

	/* the latest message */
	uint64_t messages, frames;
	bool in_message, compressed;

	/* the frame being read */
	uint8_t header[WS_HEADER_MAX];
	uint8_t header_have, header_told;
	bool begun, told; /* its header is whole; someone was told */
	struct ws_sighting now;
};

/* For what a client (from_client) or a server sends, where params (NULL: none)
 * were agreed on for permessage-deflate. show: how many bytes of a payload are
 * wanted, WS_DISSECT_SHOW_MAX at most. False where there is no memory; then
 * releasing it is fine too. */
bool ws_dissect_init(struct ws_dissect *d, bool from_client,
	const struct ws_deflate_params *params, size_t show);

/* The bytes begin in the middle of a connection, with a frame, and compressed
 * ones went before. Who has read them (or written them) shares what it knows:
 * `other`, which is borrowed for the call. NULL, or inside a compressed message:
 * what comes can be inflated only where each message stands on its own. */
void ws_dissect_join(
	struct ws_dissect *d, struct ws_deflate *other, bool written);

/* Nothing more is inflated: that is lost, also of the frame that has begun. */
void ws_dissect_stop_inflating(struct ws_dissect *d);
void ws_dissect_release(struct ws_dissect *d);

/* Reads up to n bytes at p, as far as there is something to tell: gives back
 * how many, all of them for WS_SIGHTING_NONE. The pointers in *s are good
 * until the next call. */
size_t ws_dissect_next(struct ws_dissect *d, const uint8_t *p, size_t n,
	struct ws_sighting *s);

/* Whether a frame or header has begun of which there is more than was told. */
bool ws_dissect_owes(const struct ws_dissect *d);

/* Tells of a frame or header that has begun and is not whole. Over: nothing
 * more comes. Else it has stalled: what nobody was told yet is told, once, and
 * where the rest comes, the frame's end will be too. False: there is nothing
 * of that kind. */
bool ws_dissect_flush(struct ws_dissect *d, bool over, struct ws_sighting *s);

#endif
