#include "ws/mask.h"

#include <string.h>

void ws_mask(uint8_t *dst, const uint8_t *src, size_t len, const uint8_t key[4],
	uint64_t at)
{
	uint8_t turned[8]; /* the key from payload[at] on, twice */
	uint64_t mask, w[4];
	size_t i = 0;

	memcpy(turned, key, 4);
	if (at & 3)
		for (unsigned j = 0; j < 4; j++)
			turned[j] = key[(at + j) & 3];
	memcpy(turned + 4, turned, 4);
	memcpy(&mask, turned, sizeof(mask));

	/* A memcpy of a fixed size is loads and stores, at any alignment; four
	 * words a step let the compiler use its widest registers. */
	for (; len - i >= sizeof(w); i += sizeof(w)) {
		memcpy(w, src + i, sizeof(w));
		for (unsigned j = 0; j < 4; j++)
			w[j] ^= mask;
		memcpy(dst + i, w, sizeof(w));
	}
	for (; len - i >= sizeof(*w); i += sizeof(*w)) {
		memcpy(w, src + i, sizeof(*w));
		*w ^= mask;
		memcpy(dst + i, w, sizeof(*w));
	}
	for (; i < len; i++)
		dst[i] = src[i] ^ turned[i & 7];
}
