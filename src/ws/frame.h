#ifndef WSTAP_WS_FRAME_H
#define WSTAP_WS_FRAME_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A frame's header (RFC 6455 section 5.2), to and from bytes. What a header
 * may say in which state is ws/conn's business; here only the form counts. */

enum ws_opcode {
	WS_CONTINUATION = 0x0,
	WS_TEXT = 0x1,
	WS_BINARY = 0x2,
	WS_CLOSE = 0x8,
	WS_PING = 0x9,
	WS_PONG = 0xa,
};

enum {
	WS_HEADER_MAX = 14,  /* 2 + 8 + 4 */
	WS_CONTROL_MAX = 125 /* a control frame's payload */
};

struct ws_frame {
	bool fin;
	uint8_t rsv;    /* RSV1 is 4, RSV2 2, RSV3 1 */
	uint8_t opcode; /* 0 to 15: any value can come */
	bool masked;
	uint8_t key[4]; /* the masking key, where masked */
	uint64_t len;   /* of the payload */
};

/* Whether an opcode is a control frame's. */
static inline bool ws_opcode_is_control(unsigned opcode)
{
	return opcode & 0x8;
}

/* "text", "binary", "continuation", "close", "ping", "pong", or
 * "reserved". */
const char *ws_opcode_name(unsigned opcode);

/* Reads the header at the start of len bytes. Gives back its length; 0 where
 * more is needed; -1 where the length is not minimal or has its top bit set
 * (*why says which). */
int ws_frame_read(
	struct ws_frame *frame, const uint8_t *p, size_t len, const char **why);

/* The same for those who judge nothing: the length as it is written, minimal
 * or not, whatever its top bit. Gives back the header's length; 0 where more
 * is needed. */
size_t ws_frame_read_loose(
	struct ws_frame *frame, const uint8_t *p, size_t len);

/* Writes the header to p, which has WS_HEADER_MAX bytes; gives back its
 * length. */
size_t ws_frame_write(uint8_t *p, const struct ws_frame *frame);

/* The common cases, without the way over a struct. */

/* Reads the header of an unmasked message in one frame: text or binary, below
 * 64 KiB, no reserved bit. Gives back its length (2 or 4), or 0 for any other
 * header, or one that is not all there. */
static inline size_t ws_frame_read_common(
	const uint8_t *p, size_t len, bool *text, size_t *payload)
{
	if (len < 4 || (p[0] != (0x80 | WS_TEXT) && p[0] != (0x80 | WS_BINARY)))
		return 0;
	*text = p[0] == (0x80 | WS_TEXT);
	*payload = p[1];
	if (p[1] <= 125)
		return 2;
	*payload = load16(p + 2);
	return p[1] == 126 && *payload > 125 ? 4 : 0;
}

/* Writes the header of a message of at most WS_FRAME_SHORT bytes in one frame,
 * unmasked where key is NULL; gives back its length. */
enum { WS_FRAME_SHORT = 125, WS_HEADER_SHORT = 6 };
static inline size_t ws_frame_write_short(uint8_t p[WS_HEADER_SHORT],
	uint8_t opcode, size_t len, const uint8_t *key)
{
	p[0] = (uint8_t)(0x80 | opcode);
	p[1] = (uint8_t)len;
	if (!key)
		return 2;
	p[1] |= 0x80;
	memcpy(p + 2, key, 4);
	return WS_HEADER_SHORT;
}

#endif
