#include "ws/mask.h"

#include <string.h>

/* A memcpy of a fixed size is a load and a store, at any alignment. */
static inline void mask_word(uint8_t *dst, const uint8_t *src, uint64_t mask)
{
	uint64_t w;

	memcpy(&w, src, sizeof(w));
	w ^= mask;
	memcpy(dst, &w, sizeof(w));
}

/* The key from payload[at] on, twice. It doesn't go through memory in the
 * common case: reading back at once what was written in halves stalls. */
static inline uint64_t turned(const uint8_t key[4], uint64_t at)
{
	uint8_t bytes[4];
	uint32_t half;

	memcpy(&half, key, sizeof(half));
	if (at & 3) {
		for (unsigned j = 0; j < sizeof(bytes); j++)
			bytes[j] = key[(at + j) & 3];
		memcpy(&half, bytes, sizeof(half));
	}
	return (uint64_t)half << 32 | half;
}

void ws_mask(uint8_t *dst, const uint8_t *src, size_t len, const uint8_t key[4],
	uint64_t at)
{
	const uint64_t mask = turned(key, at);
	size_t i = 0;

	for (; len - i >= 32; i += 32) {
		mask_word(dst + i, src + i, mask);
		mask_word(dst + i + 8, src + i + 8, mask);
		mask_word(dst + i + 16, src + i + 16, mask);
		mask_word(dst + i + 24, src + i + 24, mask);
	}
	for (; len - i >= 8; i += 8)
		mask_word(dst + i, src + i, mask);
	for (; i < len; i++)
		dst[i] = src[i] ^ key[(at + i) & 3];
}
