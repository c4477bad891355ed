#define _GNU_SOURCE

#include "unit/conn_case.h"

/* Messages that are too long, and what a bomb costs: RFC 6455 7.4.1's 1009,
 * RFC 7692 6.2. */

#define HELLO "f248cdc9c90700"
#define HELLO_AGAIN "f200110000"
#define STORED "000500faff48656c6c6f00"

Test(conn_limits, messages)
{
	static const struct conn_case cases[] = {
		{ "7692-6.2-limit", "just the limit",
			"[deflate max=5] text rsv1 " HELLO,
			"text[first last] \"Hello\"", "" },
		{ "7692-6.2-limit 6455-7.1.7-code", "one byte more",
			"[deflate max=4] text rsv1 " HELLO,
			"text[first] \"Hell\"; fail 1009 7.4.1", "" },
		{ "7692-6.2-limit", "far more",
			"[deflate max=1000] binary rsv1 zx*100000",
			"binary[first] x*1000; fail 1009 7.4.1", "" },
		{ "7692-6.2-limit", "more than the scratch",
			"[deflate max=70000] binary rsv1 zx*131072",
			"binary[first] x*70000; fail 1009 7.4.1", "" },
		{ "7692-6.2-limit", "each message is counted for itself",
			"[deflate max=5] text rsv1 " HELLO
			"; text rsv1 " HELLO_AGAIN "; text '12345'",
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"; "
			"text[first last] \"12345\"",
			"" },
		{ "7692-6.2-limit", "fragments are one message",
			"[deflate max=4] text+ rsv1 f248cd; ping; cont "
			"c9c90700",
			"text[first] \"He\"; ping \"\"; text[] \"ll\"; "
			"fail 1009 7.4.1",
			"pong \"\"" },
		{ "7692-6.2-limit", "the wire's bytes may be more",
			"[deflate max=5] text rsv1 " STORED,
			"text[first last] \"Hello\"", "" },
		{ "7692-6.2-limit", "the end is in the next fragment",
			"[deflate max=5] text+ rsv1 000500faff48656c6c6f; cont "
			"00",
			"text[first last] \"Hello\"", "" },
		{ "7692-6.2-limit", "without compression: the header tells",
			"[max=4] text 'Hello'", "fail 1009 7.4.1", "" },
		{ "7692-6.2-limit", "without compression: just the limit",
			"[max=5] text 'Hello'; text+ 'Hel'; cont 'lo'; text+ "
			"'Hello'; "
			"cont",
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-6.2-limit", "without compression: in fragments",
			"[max=4] text+ 'Hel'; ping; cont 'lo'",
			"text[first] \"Hel\"; ping \"\"; fail 1009 7.4.1",
			"pong \"\"" },
		{ "7692-6.2-limit", "the longest length there is",
			"[max=4] binary len=0x7fffffffffffffff 'a'",
			"fail 1009 7.4.1", "" },
		{ "7692-6.2-limit", "the sum of two lengths wraps",
			"[max=4] binary+ 'abc'; cont len=0x7fffffffffffffff "
			"'a'",
			"binary[first] \"abc\"; fail 1009 7.4.1", "" },
		{ "7692-6.2-limit", "control frames are not counted",
			"[deflate max=4] ping 'abcdefgh'; text 'abc'",
			"ping \"abcdefgh\"; text[first last] \"abc\"",
			"pong \"abcdefgh\"" },
	};

	CASES_RUN(cases);
}

/* A MiB of zeros, again and again: a block that needs nothing before it. */
static size_t zeros(uint8_t *out, size_t cap)
{
	static const uint8_t plain[1 << 20];
	z_stream z = { .next_in = (uint8_t *)plain,
		.avail_in = sizeof(plain),
		.next_out = out,
		.avail_out = (uInt)cap };

	cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
	cr_assert_eq(deflate(&z, Z_FULL_FLUSH), Z_OK);
	deflateEnd(&z);
	return z.total_out;
}

/* Feeds n MiB of zeros; gives back the bytes that came out. */
static uint64_t bomb(struct trial *t, size_t n, uint64_t limit)
{
	static uint8_t frame[4096];
	const size_t len = zeros(frame, sizeof(frame) - 4);
	uint8_t head[SCRIPT_MAX / 8];
	uint8_t in[8192];
	uint64_t total = 0;

	trial_begin_deflate(
		t, WS_CLIENT, &(const struct ws_deflate_params){ 0 });
	t->conn.max_message = limit;
	for (size_t i = 0; i <= n; i++) {
		const size_t h = script_bytes(head,
			i == 0   ? "binary+ rsv1"
			: i == n ? "cont 00"
				 : "cont+",
			WS_CLIENT);
		struct ws_event ev;

		memcpy(in, head, h);
		if (i < n) {
			in[1] = 126;
			store16(in + 2, (uint16_t)len);
			memcpy(in + 4, frame, len);
		}
		buf_init(&t->in, in, sizeof(in));
		t->in.end = i < n ? 4 + len : h;
		for (;;) {
			ws_conn_next(&t->conn, &t->in, &ev);
			if (ev.type != WS_EVENT_DATA)
				break;
			cr_assert_leq(ev.len, WS_SCRATCH);
			total += ev.len;
			if (ev.last)
				cr_assert_eq(i, n);
		}
		if (ev.type == WS_EVENT_FAIL) {
			t->end = ev;
			break;
		}
	}
	return total;
}

/* rule: 7692-6.2-streamed@client 7692-6.2-limit@client */
Test(conn_limits, a_bomb)
{
	static struct trial t;

	cr_assert_eq(bomb(&t, 64, 0), 64u << 20);
	cr_assert_eq(t.end.type, WS_EVENT_NONE);
	cr_assert_eq(bomb(&t, 64, 5000001), 5000001);
	cr_assert_eq(t.end.type, WS_EVENT_FAIL);
	cr_assert_eq(t.end.code, 1009);
}
