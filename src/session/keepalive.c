#include "session/keepalive.h"

#include "base/bytes.h"
#include "session/config.h"

enum { NS_PER_MS = 1000000 };

/* 0 where it is TIME_INFINITE or more than can be counted. */
static int64_t to_ns(int64_t ms)
{
	return ms < 0 || ms > INT64_MAX / 4 / NS_PER_MS ? 0 : ms * NS_PER_MS;
}

void keepalive_init(struct keepalive *k, int64_t interval_ms,
	int64_t timeout_ms, uint64_t base, int64_t now_ns)
{
	*k = (struct keepalive){ .base = base };
	if (interval_ms == TIME_UNSET)
		interval_ms = timeout_ms;
	if (timeout_ms == TIME_UNSET)
		timeout_ms = interval_ms;
	k->interval_ns = to_ns(interval_ms);
	k->timeout_ns = to_ns(timeout_ms);
	k->next_ns = now_ns + k->interval_ns;
}

static bool awaiting(const struct keepalive *k)
{
	return k->timeout_ns > 0 && k->answered < k->sent;
}

struct deadline keepalive_deadline(const struct keepalive *k)
{
	struct deadline late = { k->oldest_ns + k->timeout_ns };

	if (k->interval_ns == 0)
		return DEADLINE_NEVER;
	return deadline_first((struct deadline){ k->next_ns },
		awaiting(k) ? late : DEADLINE_NEVER);
}

bool keepalive_due(const struct keepalive *k, int64_t now_ns,
	uint8_t payload[KEEPALIVE_PAYLOAD])
{
	if (k->interval_ns == 0 || now_ns < k->next_ns)
		return false;
	store64(payload, k->base + k->sent + 1);
	return true;
}

void keepalive_sent(struct keepalive *k, int64_t now_ns)
{
	k->sent_ns = now_ns;
	if (k->answered == k->sent)
		k->oldest_ns = now_ns;
	k->sent++;
	k->next_ns = now_ns + k->interval_ns;
}

bool keepalive_late(const struct keepalive *k, int64_t now_ns)
{
	return awaiting(k) && now_ns - k->oldest_ns >= k->timeout_ns;
}

bool keepalive_pong(struct keepalive *k, const uint8_t *data, size_t len)
{
	uint64_t number;

	if (len != KEEPALIVE_PAYLOAD)
		return false;
	number = load64(data) - k->base;
	if (number == 0 || number > k->sent)
		return false;
	if (number > k->answered) {
		int64_t latest = k->next_ns - k->interval_ns;
		int64_t next = k->oldest_ns +
			       (int64_t)(number - k->answered) * k->interval_ns;

		/* Sent at even distances, as near as makes no difference, but
		 * the latest when it was. */
		if (next > latest || number + 1 == k->sent)
			next = latest;
		if (next > k->oldest_ns)
			k->oldest_ns = next;
		k->answered = number;
	}
	return true;
}

void keepalive_excuse(struct keepalive *k, int64_t now_ns)
{
	k->oldest_ns = now_ns;
}
