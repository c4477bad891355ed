#ifndef WSTAP_TESTS_UNIT_WIRE_H
#define WSTAP_TESTS_UNIT_WIRE_H

#include "ws/frame.h"
#include "ws/mask.h"

#include <criterion/criterion.h>

/* What a client wrote, as its peer sees it: takes the frame at the start of
 * the len bytes at p, its payload unmasked into `payload`. Gives back the
 * frame's length, 0 where it isn't whole. */
static inline size_t wire_frame(
	const uint8_t *p, size_t len, struct ws_frame *f, uint8_t *payload)
{
	const char *why = "";
	int header = ws_frame_read(f, p, len, &why);

	cr_assert_geq(header, 0, "%s", why);
	if (header == 0 || len - (size_t)header < f->len)
		return 0;
	cr_assert(f->masked);
	ws_mask(payload, p + header, (size_t)f->len, f->key, 0);
	return (size_t)header + (size_t)f->len;
}

#endif
