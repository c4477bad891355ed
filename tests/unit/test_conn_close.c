#define _GNU_SOURCE

#include "unit/conn_case.h"

#include <signal.h>

/* The closing handshake: RFC 6455 5.5.1, 7.1 and 7.4. */

static struct trial t;

static const enum ws_role roles[] = { WS_CLIENT, WS_SERVER };

#define EACH_ROLE(role)                                                        \
	for (const enum ws_role *role = roles; role < roles + 2; role++)

/* What our side owes goes out. */
static void answer(void)
{
	ws_conn_answer(
		&t.conn, &t.out, t.conn.role == WS_CLIENT ? trial_key : NULL);
}

Test(conn_close, frames)
{
	static const struct conn_case cases[] = {
		{ "6455-5.5.1-answered 6455-5.5.1-echo 6455-7.1.5-code",
			"no body: an empty one goes back", "close",
			"close 1005 \"\"", "close" },
		{ "6455-5.5.1-one-byte", "one byte", "close 03",
			"fail 1002 5.5.1", "" },
		{ "6455-5.5.1-answered 6455-5.5.1-echo 6455-7.1.5-code",
			"a code: it goes back", "close 03e8", "close 1000 \"\"",
			"close 1000 \"\"" },
		{ "6455-7.1.6-reason 6455-5.5.1-echo", "a reason goes back",
			"close 03e9 'bye'", "close 1001 \"bye\"",
			"close 1001 \"bye\"" },
		{ "6455-5.5-control-max-125 6455-7.1.6-reason", "125 bytes",
			"close 0fa0 r*123", "close 4000 r*123",
			"close 4000 r*123" },
		{ "6455-7.1.6-reason", "a reason of all widths",
			"close 03e8 c3a9e282acf09f9880",
			"close 1000 \"<c3><a9><e2><82><ac><f0><9f><98><80>\"",
			"close 1000 \"<c3><a9><e2><82><ac><f0><9f><98><80>\"" },
		{ "6455-5.5.1-reason-utf8", "a bad byte in the reason",
			"close 03e8 'a' ff 'bc'", "fail 1007 5.5.1", "" },
		{ "6455-5.5.1-reason-utf8", "a reason that is cut",
			"close 03e8 'a' e282", "fail 1007 5.5.1", "" },
		{ "6455-5.5.1-reason-utf8", "an overlong form in the reason",
			"close 03e8 c080", "fail 1007 5.5.1", "" },
		{ "6455-7.4-unassigned", "an illegal code before a bad reason",
			"close 0000 ff", "fail 1002 7.4", "" },
		{ "6455-5.5.1-answered", "after a message",
			"text 'a'; close 03e8",
			"text[first last] \"a\"; close 1000 \"\"",
			"close 1000 \"\"" },
		{ "6455-5.4-control-between", "inside a fragmented message",
			"text+ 'a'; close 03e8",
			"text[first] \"a\"; close 1000 \"\"",
			"close 1000 \"\"" },
		{ "6455-5.4-control-between", "inside a cut sequence",
			"text+ 'a' e2; close 03e8",
			"text[first] \"a<e2>\"; close 1000 \"\"",
			"close 1000 \"\"" },
		{ "6455-5.5.2-pong", "the pong first", "ping 'x'; close 03e8",
			"ping \"x\"; close 1000 \"\"",
			"pong \"x\"; close 1000 \"\"" },
	};

	CASES_RUN(cases);
}

Test(conn_close, codes)
{
	static const unsigned illegal[] = { 0, 1, 999, 1004, 1005, 1006, 1015,
		1016, 1100, 2000, 2999, 5000, 65535 };
	static const unsigned legal[] = { 1000, 1001, 1002, 1003, 1007, 1008,
		1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999 };
	char in[32], events[32];
	const struct conn_case bad = {
		"6455-7.4-not-on-the-wire 6455-7.4-unassigned",
		"a code not for the wire", in, "fail 1002 7.4", ""
	};
	const struct conn_case good = { "6455-7.4-assigned",
		"a code for the wire", in, events, events };

	for (size_t i = 0; i < sizeof(illegal) / sizeof(illegal[0]); i++) {
		snprintf(in, sizeof(in), "close %04x", illegal[i]);
		cases_run(&bad, 1);
	}
	for (size_t i = 0; i < sizeof(legal) / sizeof(legal[0]); i++) {
		snprintf(in, sizeof(in), "close %04x", legal[i]);
		snprintf(events, sizeof(events), "close %u \"\"", legal[i]);
		cases_run(&good, 1);
	}
}

/* 5.5.3: only the latest ping needs its pong; 5.5.1: it goes before the
 * close.
 * rule: 6455-5.5.3-latest */
Test(conn_close, late_answers)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		t.lazy = true;
		trial_script(&t, "ping 'a'; ping 'bb'; text 'c'; ping 'c'");
		cr_assert(ws_conn_owes(&t.conn));
		answer();
		cr_assert_not(ws_conn_owes(&t.conn));
		answer();
		trial_script(&t, "ping 'd'; close 03e8; ping 'e'");
		cr_assert_not(ws_conn_closed(&t.conn), "not sent yet");
		cr_assert_not(ws_conn_may_send(&t.conn));
		answer();
		cr_assert(ws_conn_closed(&t.conn));
		answer();
		trial_expect(&t,
			"ping \"a\"; ping \"bb\"; text[first last] \"c\"; "
			"ping \"c\"; ping \"d\"; close 1000 \"\"",
			"pong \"c\"; pong \"d\"; close 1000 \"\"");
	}
}

/* Answers wait for room, in their order. */
Test(conn_close, answers_without_room)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		t.lazy = true;
		trial_script(&t, "ping '0123456789'; close 03e8");

		t.out.cap = WS_HEADER_MAX + 2;
		answer();
		cr_assert_eq(buf_len(&t.out), 0, "the close overtakes nothing");
		cr_assert(ws_conn_owes(&t.conn));

		t.out.cap = WS_HEADER_MAX + 10;
		answer();
		cr_assert(ws_conn_owes(&t.conn), "the close has no room");
		cr_assert_not(ws_conn_closed(&t.conn));
		trial_send(&t);
		cr_assert_str_eq(t.sent.text, "pong \"0123456789\"");

		answer();
		cr_assert_not(ws_conn_owes(&t.conn));
		cr_assert(ws_conn_closed(&t.conn));
		trial_send(&t);
		cr_assert_str_eq(
			t.sent.text, "pong \"0123456789\"; close 1000 \"\"");
	}
}

/* rule: 6455-7.1.2-start 6455-5.5.1-still-read 6455-5.5.1-dropped */
Test(conn_close, we_begin)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		ws_conn_close(&t.conn, 1001, "bye");
		cr_assert(ws_conn_owes(&t.conn));
		cr_assert_not(ws_conn_may_send(&t.conn));
		answer();
		cr_assert_not(ws_conn_owes(&t.conn));
		cr_assert_not(ws_conn_may_send(&t.conn));
		cr_assert_not(ws_conn_closed(&t.conn), "theirs is to come");
		trial_script(&t, "text+ 'still '; cont 'there'");
		cr_assert_not(ws_conn_closed(&t.conn));
		trial_script(&t, "close 03e9" CONN_AFTER);
		cr_assert(ws_conn_closed(&t.conn));
		cr_assert_eq(buf_len(&t.in), 0);
		trial_expect(&t,
			"text[first last] \"still there\"; close 1001 \"\"",
			"close 1001 \"bye\"");
	}
}

/* 5.5.1: nothing is sent after a close, so a ping is left unanswered.
 * rule: 6455-5.5.1-nothing-after */
Test(conn_close, no_pong_after_our_close)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		ws_conn_close(&t.conn, 1000, NULL);
		answer();
		trial_script(&t, "ping 'x'; close 03e8");
		cr_assert(ws_conn_closed(&t.conn));
		cr_assert_not(ws_conn_owes(&t.conn));
		trial_expect(
			&t, "ping \"x\"; close 1000 \"\"", "close 1000 \"\"");
	}
}

/* 7.1.1: both sides at once; each has sent one, no second goes back.
 * rule: 6455-7.1.4-simultaneous 6455-5.5.1-answered */
Test(conn_close, simultaneous)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		ws_conn_close(&t.conn, 1000, "ours");
		answer();
		trial_script(&t, "close 0bb8 'theirs'");
		cr_assert(ws_conn_closed(&t.conn));
		trial_expect(
			&t, "close 3000 \"theirs\"", "close 1000 \"ours\"");

		/* Theirs comes while ours waits for room: one goes out. */
		trial_begin(&t, *role);
		t.lazy = true;
		ws_conn_close(&t.conn, 1000, "ours");
		trial_script(&t, "close 0bb8 'theirs'");
		answer();
		answer();
		cr_assert(ws_conn_closed(&t.conn));
		trial_expect(
			&t, "close 3000 \"theirs\"", "close 1000 \"ours\"");
	}
}

/* rule: 6455-5.5.1-answered */
Test(conn_close, the_first_close_counts)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		ws_conn_close(&t.conn, 1000, "first");
		ws_conn_close(&t.conn, 1001, "second");
		answer();
		ws_conn_close(&t.conn, 1001, "third");
		cr_assert_not(ws_conn_owes(&t.conn));
		answer();
		trial_expect(&t, "", "close 1000 \"first\"");

		trial_begin(&t, *role);
		trial_script(&t, "close 0bb8");
		ws_conn_close(&t.conn, 1000, "late");
		answer();
		trial_expect(&t, "close 3000 \"\"", "close 3000 \"\"");
	}
}

/* 7.1.7: a fault ends it, also when our close is on its way.
 * rule: 6455-7.1.7-deaf */
Test(conn_close, a_fault_after_our_close)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		ws_conn_close(&t.conn, 1000, NULL);
		answer();
		trial_script(&t, "text ff" CONN_AFTER);
		cr_assert(ws_conn_closed(&t.conn));
		cr_assert_eq(buf_len(&t.in), 0);
		trial_expect(&t, "fail 1007 8.1", "close 1000 \"\"");
	}
}

/* rule: 6455-5.5.1-dropped 6455-7.1.7-deaf */
Test(conn_close, nothing_is_read_after_an_end)
{
	static const char *const ends[] = { "close 03e8", "cont" };

	for (size_t i = 0; i < 2; i++)
		EACH_ROLE(role)
		{
			trial_begin(&t, *role);
			trial_script(&t, ends[i]);
			log_flush(&t.log);

			const size_t len = t.log.len;

			for (int more = 0; more < 3; more++) {
				trial_script(&t, "text 'x'; ping 'y'; cont");
				cr_assert_eq(buf_len(&t.in), 0, "dropped");
			}
			cr_assert_eq(t.log.len, len, "%s", t.log.text);
			cr_assert_not(ws_conn_owes(&t.conn));
		}
}

/* The reason is cut to 123 bytes at a character's edge.
 * rule: 6455-5.5-control-max-sent 6455-5.5.1-reason-utf8 */
Test(conn_close, long_reasons)
{
	static const char *const characters[] = { "a", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80" };

	for (size_t w = 0; w < 4; w++)
		for (size_t at = 115; at <= 130; at++) {
			const size_t width = w + 1;
			const size_t want = at + width <= 123 ? at + width
					    : at < 123        ? at
							      : 123;
			char reason[160] = { 0 };

			/* ASCII, one wide character, and where that is the
			 * end, one more that does not fit. */
			memset(reason, 'x', at);
			memcpy(reason + at, characters[w], width);
			if (want == at + width && want > 119)
				strcat(reason, "\xf0\x9f\x98\x80");
			trial_begin(&t, WS_SERVER);
			ws_conn_close(&t.conn, 1000, reason);
			answer();

			const uint8_t *p = buf_head(&t.out);
			const size_t len = strlen(reason);

			cr_assert_eq(p[1], 2 + (len <= 123 ? len : want),
				"%zu and %zu", at, width);
			cr_assert_arr_eq(p + 4, reason, p[1] - 2u);
		}
}

/* rule: 6455-5.5.1-echo */
Test(conn_close, without_a_code)
{
	EACH_ROLE(role)
	{
		trial_begin(&t, *role);
		ws_conn_close(&t.conn, WS_CLOSE_NO_CODE, NULL);
		answer();
		trial_script(&t, "close");
		cr_assert(ws_conn_closed(&t.conn));
		trial_expect(&t, "close 1005 \"\"", "close");
	}
}

/* rule: 6455-7.4-own */
Test(conn_close, a_code_not_for_the_wire_aborts, .signal = SIGABRT)
{
	trial_begin(&t, WS_CLIENT);
	ws_conn_close(&t.conn, WS_CLOSE_ABNORMAL, NULL);
}
