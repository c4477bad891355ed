#include "session/gather.h"

#include <stdlib.h>
#include <string.h>

enum { CAP_MIN = 256 * 1024, CAP_KEPT = 4 * 1024 * 1024 };

bool gather_add(struct gather *g, const void *data, size_t n)
{
	if (n > SIZE_MAX / 4 - g->len)
		return false;
	if (g->len + n > g->cap) {
		size_t cap = g->cap ? g->cap : CAP_MIN;
		uint8_t *mem;

		while (cap < g->len + n)
			cap *= 2;
		mem = realloc(g->mem, cap + 1);
		if (!mem)
			return false;
		g->mem = mem;
		g->cap = cap;
	}
	if (n)
		memcpy(g->mem + g->len, data, n);
	g->len += n;
	return true;
}

void gather_clear(struct gather *g)
{
	if (g->cap > CAP_KEPT)
		gather_release(g);
	g->len = 0;
}

void gather_release(struct gather *g)
{
	free(g->mem);
	*g = (struct gather){ 0 };
}
