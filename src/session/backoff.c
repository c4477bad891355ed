#include "session/backoff.h"

#include <limits.h>

int64_t backoff_next_ms(struct backoff *b, uint32_t random)
{
	int64_t all = BACKOFF_FIRST_MS;

	for (unsigned n = 0; n < b->attempts && all < BACKOFF_MAX_MS; n++)
		all *= 2;
	if (all > BACKOFF_MAX_MS)
		all = BACKOFF_MAX_MS;
	if (b->attempts < UINT_MAX)
		b->attempts++;

	int64_t half = all / 2;

	return half + (((all - half + 1) * (int64_t)random) >> 32);
}

void backoff_reset(struct backoff *b)
{
	b->attempts = 0;
}
