#include "ws/frame.h"
#include "base/bytes.h"

#include <string.h>

/* The second byte's length: itself up to LEN_SMALL, or how it is followed. */
enum { LEN_SMALL = 125, LEN_16 = 126, LEN_64 = 127 };
enum { FIN = 0x80, MASKED = 0x80, RSV_SHIFT = 4 };

const char *ws_opcode_name(unsigned opcode)
{
	switch (opcode) {
	case WS_CONTINUATION:
		return "continuation";
	case WS_TEXT:
		return "text";
	case WS_BINARY:
		return "binary";
	case WS_CLOSE:
		return "close";
	case WS_PING:
		return "ping";
	case WS_PONG:
		return "pong";
	}
	return "reserved";
}

/* Where the payload's length is one that may be written so: NULL. */
static const char *length_fault(unsigned form, uint64_t len)
{
	if (len >> 63)
		return "a frame's length has its top bit set (RFC 6455 5.2)";
	if ((form == LEN_16 && len <= LEN_SMALL) ||
		(form == LEN_64 && len <= UINT16_MAX))
		return "a frame's length is not in its shortest form "
		       "(RFC 6455 5.2)";
	return NULL;
}

/* Reads up to the length, which has the given form; gives back how many bytes
 * that took, 0 where more are needed. */
static size_t read_start(
	struct ws_frame *f, unsigned *form, const uint8_t *p, size_t len)
{
	const size_t at = 2;

	if (len < at)
		return 0;
	*f = (struct ws_frame){
		.fin = p[0] & FIN,
		.rsv = p[0] >> RSV_SHIFT & 7,
		.opcode = p[0] & 0xf,
		.masked = p[1] & MASKED,
	};
	*form = p[1] & 0x7f;

	const size_t more = *form == LEN_64 ? 8 : *form == LEN_16 ? 2 : 0;

	if (len - at < more)
		return 0;
	f->len = more == 8   ? load64(p + at)
		 : more == 2 ? load16(p + at)
			     : *form;
	return at + more;
}

/* Reads the key, where there is one, behind the first `at` bytes; gives back
 * the header's length, 0 where more bytes are needed. */
static size_t read_key(
	struct ws_frame *f, const uint8_t *p, size_t len, size_t at)
{
	if (!f->masked)
		return at;
	if (len - at < sizeof(f->key))
		return 0;
	memcpy(f->key, p + at, sizeof(f->key));
	return at + sizeof(f->key);
}

int ws_frame_read(
	struct ws_frame *frame, const uint8_t *p, size_t len, const char **why)
{
	struct ws_frame f;
	unsigned form;
	size_t at = read_start(&f, &form, p, len);

	if (at == 0)
		return 0;

	const char *fault = length_fault(form, f.len);

	if (fault) {
		*why = fault;
		return -1;
	}
	at = read_key(&f, p, len, at);
	if (at > 0)
		*frame = f;
	return (int)at;
}

size_t ws_frame_read_loose(struct ws_frame *frame, const uint8_t *p, size_t len)
{
	struct ws_frame f;
	unsigned form;
	size_t at = read_start(&f, &form, p, len);

	if (at > 0)
		at = read_key(&f, p, len, at);
	if (at > 0)
		*frame = f;
	return at;
}

size_t ws_frame_write(uint8_t *p, const struct ws_frame *frame)
{
	size_t at = 2;
	uint8_t form = (uint8_t)frame->len;

	if (frame->len > UINT16_MAX) {
		form = LEN_64;
		store64(p + at, frame->len);
		at += 8;
	} else if (frame->len > LEN_SMALL) {
		form = LEN_16;
		store16(p + at, (uint16_t)frame->len);
		at += 2;
	}
	p[0] = (uint8_t)((frame->fin ? FIN : 0) |
			 (frame->rsv & 7) << RSV_SHIFT | (frame->opcode & 0xf));
	p[1] = (uint8_t)((frame->masked ? MASKED : 0) | form);
	if (frame->masked) {
		memcpy(p + at, frame->key, sizeof(frame->key));
		at += sizeof(frame->key);
	}
	return at;
}
