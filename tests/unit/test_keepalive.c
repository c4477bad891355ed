#include "session/keepalive.h"

#include "base/bytes.h"
#include "session/config.h"

#include <criterion/criterion.h>

/* Times are in ms here. */

enum { INF = TIME_INFINITE, UNSET = TIME_UNSET, NEVER = -1 };

static const uint64_t base = UINT64_C(0xfffffffffffffffe); /* wraps */
static struct keepalive k;

static int64_t ns(int64_t ms)
{
	return ms * 1000000;
}

static int64_t deadline(void)
{
	int64_t at = keepalive_deadline(&k).at_ns;

	return at == DEADLINE_NEVER.at_ns ? NEVER : at / ns(1);
}

static bool pong(uint64_t number)
{
	uint8_t payload[KEEPALIVE_PAYLOAD];

	store64(payload, base + number);
	return keepalive_pong(&k, payload, sizeof(payload));
}

/* Sends the ping that is due. */
static void ping(uint64_t number, int64_t now)
{
	uint8_t payload[KEEPALIVE_PAYLOAD];

	cr_assert(keepalive_due(&k, ns(now), payload), "at %d", (int)now);
	cr_assert_eq(load64(payload), base + number);
	keepalive_sent(&k, ns(now));
	cr_assert_not(keepalive_due(&k, ns(now), payload));
}

static bool late(int64_t now)
{
	return keepalive_late(&k, ns(now));
}

Test(keepalive, intervals_and_timeouts)
{
	static const struct {
		int64_t interval, timeout;
		int64_t first;   /* ping, after the start; NEVER */
		int64_t overdue; /* after the ping; NEVER */
	} cases[] = {
		{ UNSET, UNSET, NEVER, NEVER },
		{ 100, UNSET, 100, 100 },
		{ UNSET, 100, 100, 100 },
		{ 100, 30, 100, 30 },
		{ 30, 100, 30, 100 },
		{ 100, INF, 100, NEVER },
		{ UNSET, INF, NEVER, NEVER },
		{ INF, UNSET, NEVER, NEVER },
		{ INF, 100, NEVER, NEVER },
		{ INF, INF, NEVER, NEVER },
		{ INT64_MAX, 100, NEVER, NEVER },
		{ 100, INT64_MAX, 100, NEVER },
		{ 1, 1, 1, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const int64_t start = 5000, far = 1000000000;
		uint8_t payload[KEEPALIVE_PAYLOAD];
		int64_t at = start + cases[i].first;

		keepalive_init(&k, cases[i].interval, cases[i].timeout, base,
			ns(start));
		cr_assert_not(keepalive_due(&k, ns(start), payload));
		cr_assert_not(late(start));
		if (cases[i].first == NEVER) {
			cr_assert_eq(deadline(), NEVER, "case %zu", i);
			cr_assert_not(keepalive_due(&k, ns(far), payload));
			cr_assert_not(late(far));
			continue;
		}
		cr_assert_eq(deadline(), at, "case %zu", i);
		cr_assert_not(keepalive_due(&k, ns(at) - 1, payload));
		ping(1, at);
		cr_assert_not(keepalive_due(&k, ns(at), payload));
		if (cases[i].overdue == NEVER) {
			cr_assert_not(late(far));
			continue;
		}
		at += cases[i].overdue;
		cr_assert_not(keepalive_late(&k, ns(at) - 1), "case %zu", i);
		cr_assert(late(at), "case %zu", i);
		cr_assert_leq(deadline(), at, "nobody would wake up for it");
	}
}

Test(keepalive, pongs_keep_it_alive)
{
	keepalive_init(&k, 100, 50, base, 0);
	for (uint64_t n = 1; n <= 20; n++) {
		int64_t at = (int64_t)n * 100;

		ping(n, at);
		cr_assert_eq(deadline(), at + 50);
		cr_assert(pong(n));
		cr_assert_not(late(at + 99));
		cr_assert_eq(deadline(), at + 100);
	}
	ping(21, 2100);
	cr_assert_not(late(2149));
	cr_assert(late(2150));
}

/* A pong for a later ping answers the earlier ones; one for an earlier ping
 * does not answer the later ones. */
Test(keepalive, several_under_way)
{
	keepalive_init(&k, 100, 350, base, 0);
	for (uint64_t n = 1; n <= 4; n++)
		ping(n, (int64_t)n * 100);
	cr_assert_not(late(449));
	cr_assert(late(450));
	cr_assert(pong(2));
	cr_assert_not(late(649), "the third was sent at 300");
	cr_assert(late(650));
	cr_assert(pong(1), "late, but ours");
	cr_assert(pong(2), "twice, but ours");
	cr_assert(late(650));
	cr_assert(pong(4));
	cr_assert_not(late(1000000));
	cr_assert(pong(3));
	cr_assert_not(late(1000000));
	ping(5, 500);
	cr_assert_not(late(849));
	cr_assert(late(850));
}

/* A ping may be sent late, where there was no room for it. */
Test(keepalive, uneven_pings)
{
	keepalive_init(&k, 100, 350, base, 0);
	ping(1, 100);
	ping(2, 400);
	cr_assert(pong(1));
	cr_assert_not(late(749), "the second was sent at 400");
	cr_assert(late(750));
	ping(3, 500);
	cr_assert(pong(3));
	cr_assert_not(late(1000000));
}

Test(keepalive, pongs_that_are_not_ours)
{
	static const uint64_t numbers[] = { 0, 3, 4, 1000, UINT64_C(0) - 1,
		UINT64_C(1) << 63 };
	uint8_t payload[KEEPALIVE_PAYLOAD + 1] = { 0 };

	keepalive_init(&k, 100, 50, base, 0);
	cr_assert_not(pong(0));
	cr_assert_not(pong(1), "before it was sent");
	ping(1, 100);
	ping(2, 200);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		cr_assert_not(pong(numbers[i]));
	store64(payload, base + 1);
	for (size_t len = 0; len <= sizeof(payload); len++)
		if (len != KEEPALIVE_PAYLOAD)
			cr_assert_not(keepalive_pong(&k, payload, len));
	cr_assert(late(150), "nobody answered");
	cr_assert(keepalive_pong(&k, payload, KEEPALIVE_PAYLOAD));
	cr_assert_not(late(249));
}

/* While what comes in can't be read, no pong is missing. */
Test(keepalive, excuse)
{
	keepalive_init(&k, 100, 150, base, 0);
	ping(1, 100);
	ping(2, 200);
	keepalive_excuse(&k, ns(240));
	cr_assert_not(late(389));
	cr_assert(late(390));
	cr_assert(pong(1));
	cr_assert_not(late(389), "it could not have come before 240");
	cr_assert(late(390));
	cr_assert(pong(2));
	keepalive_excuse(&k, ns(300));
	cr_assert_not(late(1000000), "nothing is awaited");
	ping(3, 340);
	cr_assert_not(late(489));
	cr_assert(late(490));
}

/* The pongs of a long excuse come all at once; a ping that gets none is
 * missed no later than any. */
Test(keepalive, excuse_of_many)
{
	keepalive_init(&k, 100, 150, base, 0);
	for (uint64_t n = 1; n <= 50; n++) {
		ping(n, (int64_t)n * 100);
		keepalive_excuse(&k, ns((int64_t)n * 100));
	}
	for (uint64_t n = 1; n <= 49; n++)
		cr_assert(pong(n));
	cr_assert_not(late(5149));
	cr_assert(late(5150));
	cr_assert_leq(deadline(), 5150);
}
