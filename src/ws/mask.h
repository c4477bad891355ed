#ifndef WSTAP_WS_MASK_H
#define WSTAP_WS_MASK_H

#include <stddef.h>
#include <stdint.h>

/* Masks or unmasks (RFC 6455 section 5.3): XORs len bytes from src into dst,
 * which may be the same memory but may not overlap otherwise. `at` is the
 * offset in the payload of the first byte, so that a payload can be done in
 * pieces. */
void ws_mask(uint8_t *dst, const uint8_t *src, size_t len, const uint8_t key[4],
	uint64_t at);

#endif
