#define _GNU_SOURCE

#include "unit/conn_case.h"

/* What comes in with permessage-deflate: RFC 7692 sections 6 and 7.2. What
 * goes out is in test_conn_deflate_send.c. */

#define HELLO "f248cdc9c90700"          /* 7.2.3.1 */
#define HELLO_AGAIN "f200110000"        /* 7.2.3.2, behind HELLO */
#define STORED "000500faff48656c6c6f00" /* 7.2.3.3 */
#define FINAL "f348cdc9c90700"          /* 7.2.3.4, without its extra 00 */
#define TWO_BLOCKS                                                             \
	"f248050000"                                                           \
	"00ffffcac9c90700" /* 7.2.3.5 */

static const struct ws_deflate_params kept = { 0 };
Test(conn_deflate, the_rfc_s_examples)
{
	static const struct conn_case cases[] = {
		{ "7692-7.2.3.1-one-block 7692-7.2.2-tail", "one block",
			"[deflate] text rsv1 " HELLO,
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.1-one-block", "one block in two fragments",
			"[deflate] text+ rsv1 f248cd; cont c9c90700",
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.2-shared-window", "the second message refers",
			"[deflate] text rsv1 " HELLO "; text rsv1 " HELLO_AGAIN,
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-7.2.3.3-stored", "a stored block",
			"[deflate] text rsv1 " STORED,
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.4-final", "a final block",
			"[deflate] text rsv1 " FINAL "00",
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.5-two-blocks", "two blocks",
			"[deflate] text rsv1 " TWO_BLOCKS,
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.6-empty", "nothing", "[deflate] text rsv1 00",
			"text[first last] \"\"", "" },
	};

	CASES_RUN(cases);
}

Test(conn_deflate, blocks)
{
	static const struct conn_case cases[] = {
		{ "7692-7.2.3.4-final", "without the extra 00",
			"[deflate] text rsv1 " FINAL,
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.4-final", "the context is kept behind it",
			"[deflate] text rsv1 " FINAL
			"00; text rsv1 " HELLO_AGAIN,
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-7.2.3.4-final",
			"the context is kept, without the extra 00",
			"[deflate] text rsv1 " FINAL "; text rsv1 " HELLO_AGAIN,
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-7.2.3.4-final", "in the middle of a message",
			"[deflate] text rsv1 " FINAL HELLO_AGAIN,
			"text[first last] \"HelloHello\"", "" },
		{ "7692-7.2.3.4-final", "twice in a message, in fragments",
			"[deflate] text+ rsv1 " FINAL "; ping; cont " FINAL
			"00",
			"text[first] \"Hello\"; ping \"\"; "
			"text[last] \"Hello\"",
			"pong \"\"" },
		{ "7692-7.2.3.4-final", "a final stored block",
			"[deflate] binary rsv1 010500faff48656c6c6f00",
			"binary[first last] \"Hello\"", "" },
		{ "7692-7.2.3.4-final 7692-7.2.3.6-empty",
			"a final block of nothing",
			"[deflate] text rsv1 030000", "text[first last] \"\"",
			"" },
		{ "7692-7.2.3.4-final", "where contexts are dropped",
			"[deflate drops] text rsv1 " FINAL "; text rsv1 " HELLO,
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-7.2.3.5-two-blocks", "of several kinds",
			"[deflate] text rsv1 000500faff48656c6c6f" TWO_BLOCKS,
			"text[first last] \"HelloHello\"", "" },
		{ "7692-7.2.3.5-two-blocks", "empty ones between",
			"[deflate] text rsv1 000000ffff000000ffff" HELLO,
			"text[first last] \"Hello\"", "" },
		{ "7692-7.2.3.6-empty", "empty messages and others",
			"[deflate] text rsv1 00; binary rsv1 00; text "
			"rsv1 " HELLO "; text rsv1 00; text rsv1 " HELLO_AGAIN,
			"text[first last] \"\"; binary[first last] \"\"; "
			"text[first last] \"Hello\"; text[first last] \"\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-7.2.3.6-empty", "an empty block and the tail's start",
			"[deflate] text rsv1 0200", "text[first last] \"\"",
			"" },
		{ "7692-6.2-streamed", "more than the scratch holds",
			"[deflate] text rsv1 zx*100000",
			"text[first last] x*100000", "" },
		{ "7692-6.2-streamed", "just what it holds",
			"[deflate drops] binary rsv1 zx*65536; text rsv1 "
			"zx*131072",
			"binary[first last] x*65536; "
			"text[first last] x*131072",
			"" },
		{ "7692-6.2-streamed", "before the message's end",
			"[deflate] binary+ rsv1 000500faff48656c",
			"binary[first] \"Hel\"", "" },
	};

	CASES_RUN(cases);
}

Test(conn_deflate, fragments)
{
	static const struct conn_case cases[] = {
		{ "7692-6.2-fragments", "control frames between",
			"[deflate] text+ rsv1 f2; ping 'x'; cont+ 48cd; cont+; "
			"pong 'y'; "
			"cont c9c90700",
			"ping \"x\"; text[first] \"He\"; pong \"y\"; "
			"text[last] \"llo\"",
			"pong \"x\"" },
		{ "7692-6.2-fragments", "an empty first one",
			"[deflate] text+ rsv1; ping; cont " HELLO,
			"ping \"\"; text[first last] \"Hello\"", "pong \"\"" },
		{ "7692-6.2-fragments", "an empty last one",
			"[deflate] text+ rsv1 " HELLO "; cont",
			"text[first last] \"Hello\"", "" },
		{ "7692-6.2-fragments 7692-7.2.3.6-empty", "of nothing",
			"[deflate] text+ rsv1; cont+; cont 00",
			"text[first last] \"\"", "" },
		{ "7692-6.2-fragments", "a close inside",
			"[deflate] text+ rsv1 f248cd; close 03e8",
			"text[first] \"He\"; close 1000 \"\"",
			"close 1000 \"\"" },
		{ "7692-6-uncompressed", "between compressed messages",
			"[deflate] text 'plain'; text rsv1 " HELLO
			"; binary ff; text rsv1 " HELLO_AGAIN,
			"text[first last] \"plain\"; "
			"text[first last] \"Hello\"; "
			"binary[first last] \"<ff>\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-6-uncompressed", "in fragments",
			"[deflate] text+ 'He'; ping; cont 'llo'; text "
			"rsv1 " HELLO,
			"text[first] \"He\"; ping \"\"; text[last] \"llo\"; "
			"text[first last] \"Hello\"",
			"pong \"\"" },
		{ "7692-6-uncompressed", "compressed bytes without RSV1",
			"[deflate] binary " HELLO,
			"binary[first last] \"<f2>H<cd><c9><c9><07><00>\"",
			"" },
		{ "6455-5.4-message-in-message", "compressed ones",
			"[deflate] text+ rsv1 f248cd; text rsv1 00",
			"text[first] \"He\"; fail 1002 5.4", "" },
		{ "6455-5.4-nothing-to-continue", "behind a compressed one",
			"[deflate] text rsv1 " HELLO "; cont 00",
			"text[first last] \"Hello\"; fail 1002 5.4", "" },
	};

	CASES_RUN(cases);
}

Test(conn_deflate, reserved_bits)
{
	static const struct conn_case cases[] = {
		{ "7692-6-rsv1-continuation", "of a compressed message",
			"[deflate] text+ rsv1 f248cd; cont rsv1 c9c90700",
			"text[first] \"He\"; fail 1002 7692 6", "" },
		{ "7692-6-rsv1-continuation", "of one that is not",
			"[deflate] text+ 'a'; cont rsv1 'b'",
			"text[first] \"a\"; fail 1002 7692 6", "" },
		{ "7692-6-rsv1-continuation", "not the last one",
			"[deflate] binary+ rsv1; cont+ rsv1",
			"fail 1002 7692 6", "" },
		{ "7692-6-rsv1-control", "a ping", "[deflate] ping rsv1 'a'",
			"fail 1002 7692 6", "" },
		{ "7692-6-rsv1-control", "an empty pong", "[deflate] pong rsv1",
			"fail 1002 7692 6", "" },
		{ "7692-6-rsv1-control", "a close", "[deflate] close rsv1 03e8",
			"fail 1002 7692 6", "" },
		{ "7692-6-rsv1-control", "inside a compressed message",
			"[deflate] text+ rsv1 f248cd; ping rsv1 00",
			"text[first] \"He\"; fail 1002 7692 6", "" },
		{ "7692-6-rsv23", "RSV2", "[deflate] text rsv2 'a'",
			"fail 1002 5.2", "" },
		{ "7692-6-rsv23", "RSV3", "[deflate] text rsv3 'a'",
			"fail 1002 5.2", "" },
		{ "7692-6-rsv23", "RSV2 with RSV1",
			"[deflate] text rsv1 rsv2 " HELLO, "fail 1002 5.2",
			"" },
		{ "7692-6-rsv23", "RSV3 with RSV1",
			"[deflate] binary rsv1 rsv3 " HELLO, "fail 1002 5.2",
			"" },
		{ "7692-6-rsv23", "RSV3 on a ping", "[deflate] ping rsv3",
			"fail 1002 5.2", "" },
		{ "7692-6-rsv1-not-agreed", "a compressed message",
			"text rsv1 " HELLO, "fail 1002 5.2", "" },
	};

	CASES_RUN(cases);
}

Test(conn_deflate, faults)
{
	static const struct conn_case cases[] = {
		{ "7692-7.2.2-bad-data 6455-7.1.7-code", "a kind of block",
			"[deflate] text rsv1 06", "fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-bad-data", "behind a good one",
			"[deflate] text rsv1 000500faff48656c6c6f06",
			"text[first] \"Hello\"; fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-bad-data", "a stored block's length",
			"[deflate] binary rsv1 000500faf048656c6c6f00",
			"fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-bad-data", "too many codes",
			"[deflate] binary rsv1 04ffffff",
			"fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-bad-data", "before the message's end",
			"[deflate] binary+ rsv1 len=1000 06",
			"fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-bad-data", "in the last fragment",
			"[deflate] text+ rsv1 000500faff48656c6c6f; ping; cont "
			"06",
			"text[first] \"Hello\"; ping \"\"; "
			"fail 1007 7692 7.2.2",
			"pong \"\"" },
		{ "7692-7.2.2-bad-data", "plain text with RSV1",
			"[deflate] text rsv1 'Hello'", "fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-cut-data", "no byte at all",
			"[deflate] binary rsv1", "fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-cut-data", "no byte in fragments",
			"[deflate] binary+ rsv1; cont", "fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-cut-data", "in a stored block's header",
			"[deflate] binary rsv1 000500fa",
			"fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-cut-data", "in a long stored block",
			"[deflate] binary rsv1 00ff0000ff4865",
			"binary[first] \"He<00><00><ff><ff>\"; "
			"fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-cut-data", "in a block's codes",
			"[deflate] binary rsv1 04c0", "fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-cut-data", "the tail was left on",
			"[deflate] text rsv1 " HELLO "0000ffff",
			"text[first] \"Hello\"; fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-cut-data", "no block of no bytes at the end",
			"[deflate] text rsv1 000500faff48656c6c6f",
			"text[first] \"Hello\"; fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-cut-data", "the tail ends a final block",
			"[deflate] binary rsv1 010400fbff",
			"binary[first] \"<00><00><ff><ff>\"; "
			"fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-too-far", "in the first message",
			"[deflate] text rsv1 " HELLO_AGAIN,
			"text[first] \"H\"; fail 1007 7692 7.2.2", "" },
		{ "7692-7.2.2-too-far", "behind one without compression",
			"[deflate] text 'Hello'; text rsv1 " HELLO_AGAIN,
			"text[first last] \"Hello\"; text[first] \"H\"; "
			"fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-too-far 7692-7.1.1.1-read@client "
		  "7692-7.1.1.2-read@server",
			"where contexts are dropped",
			"[deflate drops] text rsv1 " HELLO
			"; text rsv1 " HELLO_AGAIN,
			"text[first last] \"Hello\"; text[first] \"H\"; "
			"fail 1007 7692 7.2.2",
			"" },
		{ "7692-7.2.2-too-far", "dropped behind a final block",
			"[deflate drops] text rsv1 " FINAL
			"; text rsv1 " HELLO_AGAIN,
			"text[first last] \"Hello\"; text[first] \"H\"; "
			"fail 1007 7692 7.2.2",
			"" },
	};

	CASES_RUN(cases);
}

Test(conn_deflate, text)
{
	static const struct conn_case cases[] = {
		{ "7692-6.2-utf8", "a bad byte in a stored block",
			"[deflate] text rsv1 000300fcff61ff6200",
			"text[first] \"a\"; fail 1007 8.1", "" },
		{ "7692-6.2-utf8", "at once",
			"[deflate] text+ rsv1 len=1000 00ff0000ff61ff",
			"text[first] \"a\"; fail 1007 8.1", "" },
		{ "7692-6.2-utf8", "a character cut by blocks",
			"[deflate] text rsv1 000200fdffe282000100feffac00",
			"text[first last] \"<e2><82><ac>\"", "" },
		{ "7692-6.2-utf8", "a character cut by fragments",
			"[deflate] text+ rsv1 000300fcffe282; ping; cont ac00",
			"text[first] \"<e2><82>\"; ping \"\"; "
			"text[last] \"<ac>\"",
			"pong \"\"" },
		{ "7692-6.2-utf8", "a message that ends inside a character",
			"[deflate] text rsv1 000200fdffe28200",
			"text[first] \"<e2><82>\"; fail 1007 8.1", "" },
		{ "7692-6.2-utf8", "a surrogate",
			"[deflate] text rsv1 000300fcffeda08000",
			"text[first] \"<ed>\"; fail 1007 8.1", "" },
		{ "7692-6.2-utf8", "before bad data behind it",
			"[deflate] text rsv1 000200fdff61ff06",
			"text[first] \"a\"; fail 1007 8.1", "" },
		{ "7692-6.2-utf8", "binary may be anything",
			"[deflate] binary rsv1 000200fdff61ff00",
			"binary[first last] \"a<ff>\"", "" },
		{ "7692-6.2-utf8 6455-8.1-anew", "each message is new",
			"[deflate] binary rsv1 000100feffe200; text "
			"rsv1 " HELLO,
			"binary[first last] \"<e2>\"; "
			"text[first last] \"Hello\"",
			"" },
		{ "7692-6.2-utf8", "without RSV1 it is the bytes",
			"[deflate] text " HELLO,
			"text[first] \"<f2>\"; fail 1007 8.1", "" },
	};

	CASES_RUN(cases);
}

/* Each party drops its own context: as the agreement says of the peer. */
Test(conn_deflate, whose_context)
{
	static const struct conn_case ours = {
		"7692-7.1.1.1-read@client 7692-7.1.1.2-read@server",
		"only our own context is dropped",
		"[deflate client-drops] text rsv1 " HELLO
		"; text rsv1 " HELLO_AGAIN,
		"text[first last] \"Hello\"; text[first last] \"Hello\"", ""
	};
	static const struct conn_case theirs = {
		"7692-7.1.1.1-read@client 7692-7.1.1.2-read@server",
		"only the peer's is",
		"[deflate server-drops] text rsv1 " HELLO
		"; text rsv1 " HELLO_AGAIN,
		"text[first last] \"Hello\"; text[first] \"H\"; "
		"fail 1007 7692 7.2.2",
		""
	};
	struct conn_case c = ours;

	case_run(&ours, WS_CLIENT);
	case_run(&theirs, WS_CLIENT);
	c.events = theirs.events;
	case_run(&c, WS_SERVER);
	c = theirs;
	c.events = ours.events;
	case_run(&c, WS_SERVER);
}

/* 6.2: a fragment may end anywhere, three of them, a ping between. */
Test(conn_deflate, fragments_cut_anywhere)
{
	static const char hex[] = "f248050000"
				  "00ffffcac9c90700";
	const int len = sizeof(hex) - 1;

	for (int a = 0; a <= len; a += 2)
		for (int b = a; b <= len; b += 2) {
			char in[128];
			const struct conn_case c = { "7692-6.2-fragments "
						     "7692-7.2.3.5-two-blocks",
				"cut anywhere", in,
				"text[first last] \"Hello\"", "" };

			snprintf(in, sizeof(in),
				"[deflate] text+ rsv1 %.*s; cont+ %.*s; cont "
				"%s",
				a, hex, b - a, hex + a, hex + b);
			cases_run(&c, 1);
		}
}

/* A message that is cut at any byte but the last is none. */
Test(conn_deflate, messages_cut_anywhere)
{
	static const char *const whole[] = { HELLO, FINAL };
	static struct trial t;

	for (size_t i = 0; i < 2; i++)
		for (int n = 0; n < (int)sizeof(HELLO) - 3; n += 2)
			for (int server = 0; server < 2; server++) {
				char in[128];

				/* rule: 7692-7.2.2-cut-data */
				snprintf(in, sizeof(in), "binary rsv1 %.*s", n,
					whole[i]);
				trial_begin_deflate(&t,
					server ? WS_SERVER : WS_CLIENT, &kept);
				trial_script(&t, in);
				cr_assert_eq(
					t.end.type, WS_EVENT_FAIL, "%s", in);
				cr_assert_eq(t.end.code, 1007, "%s", in);
			}
}

/* What was compressed in a window as small as can be agreed on. */
Test(conn_deflate, small_windows)
{
	static const char *const windows[] = { "8", "9", "14", "15" };

	for (size_t i = 0; i < 4; i++) {
		char in[128];
		const struct conn_case c = { "7692-7.1.2.1-read@client "
					     "7692-7.1.2.2-read@server",
			"a small window", in,
			"text[first last] \"Hello\"; "
			"text[first last] \"Hello\"; "
			"binary[first last] x*1000",
			"" };

		snprintf(in, sizeof(in),
			"[deflate window=%s] text rsv1 " HELLO
			"; text rsv1 " HELLO_AGAIN "; binary rsv1 zx*1000",
			windows[i]);
		cases_run(&c, 1);
	}
}
