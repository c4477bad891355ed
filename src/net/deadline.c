#define _GNU_SOURCE

#include "net/deadline.h"

#include <limits.h>
#include <signal.h>
#include <time.h>

enum { NS_PER_MS = 1000000 };

static volatile sig_atomic_t hurry;

void deadline_hurry(bool on)
{
	hurry = on;
}

int64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

struct deadline deadline_in_ms(int64_t ms)
{
	int64_t now = clock_now_ns();

	if (ms < 0 || ms > (INT64_MAX - now) / NS_PER_MS)
		return DEADLINE_NEVER;
	return (struct deadline){ now + ms * NS_PER_MS };
}

struct deadline deadline_first(struct deadline a, struct deadline b)
{
	return a.at_ns < b.at_ns ? a : b;
}

int deadline_left_ms(struct deadline d)
{
	int64_t now, ms;

	if (hurry)
		return 0;
	if (d.at_ns == INT64_MAX)
		return -1;
	now = clock_now_ns();
	if (d.at_ns <= now)
		return 0;
	ms = (d.at_ns - now - 1) / NS_PER_MS + 1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}
