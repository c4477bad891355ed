#ifndef WSTAP_WS_FRAME_H
#define WSTAP_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Writes the header to p, which has WS_HEADER_MAX bytes; gives back its
 * length. */
size_t ws_frame_write(uint8_t *p, const struct ws_frame *frame);

#endif
