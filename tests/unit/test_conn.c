#define _GNU_SOURCE

#include "unit/conn_case.h"

/* What comes in, by the rules of RFC 6455 section 5 and 8.1. Closing is in
 * test_conn_close.c, sending in test_conn_send.c. */

Test(conn, messages)
{
	static const struct conn_case cases[] = {
		{ "6455-5.6-text", "a text message", "text 'Hello'",
			"text[first last] \"Hello\"", "" },
		{ "6455-5.6-binary", "a binary message", "binary 00ff80",
			"binary[first last] \"<00><ff><80>\"", "" },
		{ "6455-5.6-text", "an empty text", "text",
			"text[first last] \"\"", "" },
		{ "6455-5.6-binary", "an empty binary", "binary",
			"binary[first last] \"\"", "" },
		{ "6455-5.6-text", "messages in a row",
			"text 'a'; binary 'b'; text 'c'",
			"text[first last] \"a\"; binary[first last] \"b\"; "
			"text[first last] \"c\"",
			"" },
		{ "6455-5.6-binary", "binary need not be UTF-8",
			"binary 'a' ffc080",
			"binary[first last] \"a<ff><c0><80>\"", "" },
		{ "6455-5.2-length", "a length in the first byte", "text x*125",
			"text[first last] x*125", "" },
		{ "6455-5.2-length", "126 bytes, length in two", "text x*126",
			"text[first last] x*126", "" },
		{ "6455-5.2-length", "65535 bytes, length in two",
			"binary x*65535", "binary[first last] x*65535", "" },
		{ "6455-5.2-length", "65536 bytes, length in eight",
			"text x*65536", "text[first last] x*65536", "" },
		{ "6455-5.2-length", "the longest length there is",
			"text len=0x7fffffffffffffff 'a'", "text[first] \"a\"",
			"" },
		{ "6455-5.2-length", "nothing until the header is there",
			"text len=0x7fffffff", "", "" },
	};

	CASES_RUN(cases);
}

Test(conn, fragments)
{
	static const struct conn_case cases[] = {
		{ "6455-5.4-fragments", "two fragments",
			"text+ 'Hel'; cont 'lo'", "text[first last] \"Hello\"",
			"" },
		{ "6455-5.4-fragments", "many fragments",
			"binary+ 'a'; cont+ 'b'; cont+ 'c'; cont 'd'",
			"binary[first last] \"abcd\"", "" },
		{ "6455-5.4-fragments", "an unfinished message",
			"text+ 'Hel'; cont+ 'l'", "text[first] \"Hell\"", "" },
		{ "6455-5.4-fragments", "empty fragments", "text+; cont+; cont",
			"text[first last] \"\"", "" },
		{ "6455-5.4-fragments", "empty, then bytes",
			"text+; cont+ 'a'; cont+; cont 'b'",
			"text[first last] \"ab\"", "" },
		{ "6455-5.4-fragments 6455-5.4-control-between",
			"an empty last fragment", "text+ 'ab'; ping; cont",
			"text[first] \"ab\"; ping \"\"; text[last] \"\"",
			"pong \"\"" },
		{ "6455-5.4-control-between", "a ping between fragments",
			"text+ 'Hel'; ping 'x'; cont 'lo'",
			"text[first] \"Hel\"; ping \"x\"; text[last] \"lo\"",
			"pong \"x\"" },
		{ "6455-5.4-control-between",
			"a ping before a message's first byte",
			"text+; ping 'x'; cont 'lo'",
			"ping \"x\"; text[first last] \"lo\"", "pong \"x\"" },
		{ "6455-5.4-control-between",
			"pings and pongs between all fragments",
			"binary+ 'a'; ping '1'; cont+ 'b'; pong '2'; cont+; "
			"ping '3'; cont 'c'",
			"binary[first] \"a\"; ping \"1\"; binary[] \"b\"; pong "
			"\"2\"; ping \"3\"; binary[last] \"c\"",
			"pong \"1\"; pong \"3\"" },
		{ "6455-6.2-type", "each message begins anew",
			"text+ 'a'; cont 'b'; binary+ 'c'; cont 'd'; text 'e'",
			"text[first last] \"ab\"; binary[first last] \"cd\"; "
			"text[first last] \"e\"",
			"" },
		{ "6455-5.4-fragments", "a long fragment and a short one",
			"binary+ x*65536; cont x*126",
			"binary[first last] x*65662", "" },
		{ "6455-5.4-nothing-to-continue", "nothing to continue",
			"cont 'a'", "fail 1002 5.4", "" },
		{ "6455-5.4-nothing-to-continue",
			"nothing to continue, not final", "cont+ 'a'",
			"fail 1002 5.4", "" },
		{ "6455-5.4-nothing-to-continue",
			"nothing to continue any more",
			"text+ 'a'; cont 'b'; cont 'c'",
			"text[first last] \"ab\"; fail 1002 5.4", "" },
		{ "6455-5.4-nothing-to-continue",
			"nothing to continue after a whole message",
			"text 'a'; cont 'c'",
			"text[first last] \"a\"; fail 1002 5.4", "" },
		{ "6455-5.4-message-in-message", "a text inside a message",
			"text+ 'a'; text 'b'",
			"text[first] \"a\"; fail 1002 5.4", "" },
		{ "6455-5.4-message-in-message", "a binary inside a message",
			"text+ 'a'; binary+ 'b'",
			"text[first] \"a\"; fail 1002 5.4", "" },
		{ "6455-5.4-message-in-message",
			"a text inside an empty beginning", "binary+; text 'b'",
			"fail 1002 5.4", "" },
	};

	CASES_RUN(cases);
}

Test(conn, headers)
{
	static const struct conn_case cases[] = {
		{ "6455-5.2-rsv 7692-6-rsv1-not-agreed", "RSV1",
			"text rsv1 'a'", "fail 1002 5.2", "" },
		{ "6455-5.2-rsv", "RSV2", "text rsv2 'a'", "fail 1002 5.2",
			"" },
		{ "6455-5.2-rsv", "RSV3", "text rsv3 'a'", "fail 1002 5.2",
			"" },
		{ "6455-5.2-rsv", "all reserved bits", "binary rsv1 rsv2 rsv3",
			"fail 1002 5.2", "" },
		{ "6455-5.2-rsv 7692-6-rsv1-not-agreed",
			"RSV1 in a continuation", "text+ 'a'; cont rsv1 'b'",
			"text[first] \"a\"; fail 1002 5.2", "" },
		{ "6455-5.2-rsv 7692-6-rsv1-not-agreed", "RSV1 in a ping",
			"ping rsv1 'b'", "fail 1002 5.2", "" },
		{ "6455-5.2-rsv", "RSV3 in a close", "close rsv3 03e8",
			"fail 1002 5.2", "" },
		{ "6455-5.2-length-minimal", "125 in two bytes",
			"text len16 x*125", "fail 1002 5.2", "" },
		{ "6455-5.2-length-minimal", "0 in two bytes", "binary len16",
			"fail 1002 5.2", "" },
		{ "6455-5.2-length-minimal", "0 in eight bytes", "binary len64",
			"fail 1002 5.2", "" },
		{ "6455-5.2-length-minimal", "125 in eight bytes",
			"text len64 x*125", "fail 1002 5.2", "" },
		{ "6455-5.2-length-minimal", "65535 in eight bytes",
			"text len64 x*65535", "fail 1002 5.2", "" },
		{ "6455-5.2-length-top-bit", "a length with its top bit set",
			"binary len=0x8000000000000000 'a'", "fail 1002 5.2",
			"" },
		{ "6455-5.2-length-top-bit", "all bits of the length set",
			"binary len=0xffffffffffffffff 'a'", "fail 1002 5.2",
			"" },
		{ "6455-5.1-masked-from-server@client "
		  "6455-5.1-unmasked-from-client@server",
			"the wrong masking: text", "text wrongmask 'a'",
			"fail 1002 5.1", "" },
		{ "6455-5.1-masked-from-server@client "
		  "6455-5.1-unmasked-from-client@server",
			"the wrong masking: an empty text", "text wrongmask",
			"fail 1002 5.1", "" },
		{ "6455-5.1-masked-from-server@client "
		  "6455-5.1-unmasked-from-client@server",
			"the wrong masking: ping", "ping wrongmask 'a'",
			"fail 1002 5.1", "" },
		{ "6455-5.1-masked-from-server@client "
		  "6455-5.1-unmasked-from-client@server",
			"the wrong masking: close", "close wrongmask 03e8",
			"fail 1002 5.1", "" },
		{ "6455-5.1-masked-from-server@client "
		  "6455-5.1-unmasked-from-client@server",
			"the wrong masking: a continuation",
			"text+ 'a'; cont wrongmask 'b'",
			"text[first] \"a\"; fail 1002 5.1", "" },
	};

	CASES_RUN(cases);
}

/* 5.2: RSV1 is compression's; who sees it should know that it is that. */
Test(conn, rsv1_is_named)
{
	static struct trial t;

	trial_begin(&t, WS_CLIENT);
	trial_script(&t, "text rsv1 'a'");
	cr_assert_not_null(strstr(t.end.why, "RSV1"), "%s", t.end.why);
	trial_begin(&t, WS_CLIENT);
	trial_script(&t, "text rsv2 'a'");
	cr_assert_null(strstr(t.end.why, "RSV1"), "%s", t.end.why);
}

Test(conn, reserved_opcodes)
{
	static const char *const behind[] = { "", " 'a'", "+ 'a'" };

	for (const char *digit = "34567bcdef"; *digit; digit++)
		for (size_t i = 0; i < 3; i++) {
			char in[16];
			const struct conn_case c = {
				"6455-5.2-opcode-data 6455-5.2-opcode-control",
				"a reserved opcode", in, "fail 1002 5.2", ""
			};

			snprintf(in, sizeof(in), "op%c%s", *digit, behind[i]);
			cases_run(&c, 1);
		}
}

Test(conn, control_frames)
{
	static const struct conn_case cases[] = {
		{ "6455-5.5.2-pong 6455-5.5.3-same-data",
			"a ping is answered with its bytes", "ping 'abc'",
			"ping \"abc\"", "pong \"abc\"" },
		{ "6455-5.5.3-same-data", "an empty ping", "ping", "ping \"\"",
			"pong \"\"" },
		{ "6455-5.5.3-same-data", "a ping's bytes need not be text",
			"ping 00ff", "ping \"<00><ff>\"", "pong \"<00><ff>\"" },
		{ "6455-5.5.3-same-data", "125 bytes", "ping p*125",
			"ping p*125", "pong p*125" },
		{ "6455-5.5.2-pong", "pings in a row",
			"ping '1'; ping '2'; ping '3'",
			"ping \"1\"; ping \"2\"; ping \"3\"",
			"pong \"1\"; pong \"2\"; pong \"3\"" },
		{ "6455-5.5.3-unasked", "an unasked pong is no matter",
			"pong 'x'; text 'a'",
			"pong \"x\"; text[first last] \"a\"", "" },
		{ "6455-5.5.3-unasked", "a pong of 125 bytes", "pong p*125",
			"pong p*125", "" },
		{ "6455-5.5-control-max-125", "126 bytes: ping", "ping p*126",
			"fail 1002 5.5", "" },
		{ "6455-5.5-control-max-125", "126 bytes: pong", "pong p*126",
			"fail 1002 5.5", "" },
		{ "6455-5.5-control-max-125", "126 bytes: close",
			"close 03e8 p*124", "fail 1002 5.5", "" },
		{ "6455-5.5-control-max-125", "a huge ping",
			"ping len=0x7fffffffffffffff 'a'", "fail 1002 5.5",
			"" },
		{ "6455-5.5-control-fragmented", "a fragmented ping",
			"ping+ 'a'; cont 'b'", "fail 1002 5.5", "" },
		{ "6455-5.5-control-fragmented", "a fragmented pong",
			"pong+ 'a'", "fail 1002 5.5", "" },
		{ "6455-5.5-control-fragmented", "a fragmented close",
			"close+ 03e8", "fail 1002 5.5", "" },
		{ "6455-5.5-control-fragmented",
			"a fragmented ping in a message",
			"text+ 'a'; ping+ 'a'",
			"text[first] \"a\"; fail 1002 5.5", "" },
		{ "6455-5.5.2-pong", "answered before a failure is",
			"ping 'x'; cont 'a'", "ping \"x\"; fail 1002 5.4",
			"pong \"x\"" },
	};

	CASES_RUN(cases);
}

Test(conn, text_is_utf8)
{
	static const struct conn_case cases[] = {
		{ "6455-5.6-text", "all widths",
			"text 'a' c3a9 e282ac f09f9880 'z'",
			"text[first last] "
			"\"a<c3><a9><e2><82><ac><f0><9f><98><80>z\"",
			"" },
		{ "6455-5.6-text", "a NUL is a character", "text 00",
			"text[first last] \"<00>\"", "" },
		{ "6455-8.1-invalid 6455-7.1.7-code",
			"no character starts with ff", "text 'ab' ff 'cd'",
			"text[first] \"ab\"; fail 1007 8.1", "" },
		{ "6455-8.1-invalid", "at the first byte", "text ff",
			"fail 1007 8.1", "" },
		{ "6455-8.1-invalid", "a lone continuation byte", "text 'a' 80",
			"text[first] \"a\"; fail 1007 8.1", "" },
		{ "6455-8.1-overlong", "an overlong form", "text 'a' c0af",
			"text[first] \"a\"; fail 1007 8.1", "" },
		{ "6455-8.1-surrogate", "a surrogate", "text 'a' eda080",
			"text[first] \"a<ed>\"; fail 1007 8.1", "" },
		{ "6455-8.1-range", "above U+10FFFF", "text 'a' f4908080",
			"text[first] \"a<f4>\"; fail 1007 8.1", "" },
		{ "6455-8.1-invalid", "cut short in the message",
			"text 'a' e282 'b'",
			"text[first] \"a<e2><82>\"; fail 1007 8.1", "" },
		{ "6455-8.1-invalid", "in the second fragment",
			"text+ 'ab'; cont 'c' ff",
			"text[first] \"abc\"; fail 1007 8.1", "" },
		{ "6455-8.1-across-frames",
			"a cut sequence, then no continuation",
			"text+ 'a' e2; cont 'b'",
			"text[first] \"a<e2>\"; fail 1007 8.1", "" },
		{ "6455-8.1-across-frames",
			"a cut sequence, then a wrong continuation",
			"text+ 'a' e0; cont 80",
			"text[first] \"a<e0>\"; fail 1007 8.1", "" },
		{ "6455-8.1-at-once", "before the frame is complete",
			"text len=1000 'ab' ff",
			"text[first] \"ab\"; fail 1007 8.1", "" },
		{ "6455-8.1-at-once", "before the sequence is complete",
			"text len=1000 'ab' f5",
			"text[first] \"ab\"; fail 1007 8.1", "" },
		{ "6455-8.1-anew", "in a message after a good one",
			"text 'ok'; text ff",
			"text[first last] \"ok\"; fail 1007 8.1", "" },
		{ "6455-8.1-anew", "each message starts anew",
			"binary 'a' e2; text 82",
			"binary[first last] \"a<e2>\"; fail 1007 8.1", "" },
		{ "6455-8.1-across-frames", "after a ping between",
			"text+ 'a' e282; ping 'x'; "
			"cont 28",
			"text[first] \"a<e2><82>\"; ping \"x\"; fail 1007 8.1",
			"pong \"x\"" },
		{ "6455-5.6-binary", "binary fragments are not looked at",
			"binary+ 'a' ff; cont 80",
			"binary[first last] \"a<ff><80>\"", "" },
	};

	CASES_RUN(cases);
}

/* A sequence that the message's end cuts: all bytes could begin a text, the
 * end could not. */
Test(conn, text_that_ends_in_a_sequence)
{
	static const struct conn_case cases[] = {
		{ "6455-8.1-cut-end", "two bytes", "text 'a' c3",
			"text[first] \"a<c3>\"; fail 1007 8.1", "" },
		{ "6455-8.1-cut-end", "three bytes", "text 'a' e282",
			"text[first] \"a<e2><82>\"; fail 1007 8.1", "" },
		{ "6455-8.1-cut-end", "four bytes", "text 'a' f09f98",
			"text[first] \"a<f0><9f><98>\"; fail 1007 8.1", "" },
		{ "6455-8.1-cut-end", "nothing else in the message", "text e2",
			"text[first] \"<e2>\"; fail 1007 8.1", "" },
		{ "6455-8.1-cut-end", "in the last fragment",
			"text+ 'a'; cont e282",
			"text[first] \"a<e2><82>\"; fail 1007 8.1", "" },
		{ "6455-8.1-cut-end", "before an empty last fragment",
			"text+ 'a' e282; cont",
			"text[first] \"a<e2><82>\"; fail 1007 8.1", "" },
		{ "6455-8.1-cut-end",
			"before a ping and an empty last fragment",
			"text+ 'a' e282; ping 'x'; cont",
			"text[first] \"a<e2><82>\"; ping \"x\"; fail 1007 8.1",
			"pong \"x\"" },
		{ "6455-8.1-across-frames", "a frame's end may cut one",
			"text+ 'a' e282; cont+; cont ac",
			"text[first last] \"a<e2><82><ac>\"", "" },
	};

	CASES_RUN(cases);
}

/* 5.4, 8.1: fragments may cut characters anywhere, pings between them. */
Test(conn, text_in_fragments_cut_anywhere)
{
	static const char hex[] = "61c3a9e282acf09f98807a";
	static const char whole[] =
		"text[first last] \"a<c3><a9><e2><82><ac><f0><9f><98><80>z\"";

	for (int a = 0; a <= 22; a += 2)
		for (int b = a; b <= 22; b += 2) {
			char in[128];
			const struct conn_case c = { "6455-8.1-across-frames",
				"a text in three fragments", in, whole, "" };

			snprintf(in, sizeof(in),
				"text+ %.*s; cont+ %.*s; "
				"cont %s",
				a, hex, b - a, hex + a, hex + b);
			cases_run(&c, 1);
		}
}

/* Random frames, some of them broken: the events and the answers are the same
 * however the bytes are cut. */
Test(conn, random_frames_at_random_cuts)
{
	static const char *const frames[] = { "text 'Hello'", "text+ 'Hel'",
		"cont+ c3", "cont a9", "cont", "binary 00ff", "ping 'x'",
		"pong", "close 03e8 'bye'", "text c3a9", "binary+ x*130" };
	const size_t n_frames = sizeof(frames) / sizeof(frames[0]);
	static struct trial whole, cut;
	uint32_t random = 3;

	for (int turn = 0; turn < 1500; turn++) {
		const enum ws_role role = turn % 2 ? WS_SERVER : WS_CLIENT;
		uint8_t bytes[2048];
		size_t len = 0;

		for (int i = 0; i < 8; i++) {
			random = random * 1664525 + 1013904223;
			len += script_bytes(bytes + len,
				frames[(random >> 16) % n_frames], role);
		}
		if (turn % 3 == 0)
			bytes[(random >> 8) % len] ^=
				(uint8_t)(1 << (random >> 29));

		trial_begin(&whole, role);
		trial_feed(&whole, bytes, len);
		trial_begin(&cut, role);
		for (size_t at = 0, n; at < len; at += n) {
			random = random * 1664525 + 1013904223;
			n = 1 + (random >> 16) % 23;
			n = n < len - at ? n : len - at;
			trial_feed(&cut, bytes + at, n);
		}
		log_flush(&whole.log);
		log_flush(&cut.log);
		if (strcmp(whole.log.text, cut.log.text) != 0 ||
			buf_len(&whole.out) != buf_len(&cut.out) ||
			memcmp(whole.out_memory, cut.out_memory,
				buf_len(&cut.out)) != 0)
			cr_assert_fail("turn %d\n  whole %s\n  cut   %s", turn,
				whole.log.text, cut.log.text);
	}
}
