#define _GNU_SOURCE

#include "format/trace.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { TEXT_MAX = 1 << 17 };

struct text {
	char p[TEXT_MAX];
	size_t len;
};

/* What a sighting becomes, through so much room at a time. */
static void trace(const struct trace_config *config,
	const struct trace_when *when, const struct ws_sighting *s, size_t room,
	struct text *text)
{
	static uint8_t memory[4 * TRACE_ROOM];
	struct trace t;
	struct buf out;
	bool done;

	buf_init(&out, memory, room);
	trace_begin(&t, config, when, s);
	do {
		done = trace_next(&t, &out);
		cr_assert(done || buf_len(&out), "nothing moves");
		cr_assert_lt(text->len + buf_len(&out), TEXT_MAX);
		memcpy(text->p + text->len, buf_head(&out), buf_len(&out));
		text->len += buf_len(&out);
		buf_clear(&out);
	} while (!done);
	text->p[text->len] = '\0';
}

static const struct ws_deflate_params kept = { 0 };

/* All that is sighted in the bytes, and at their end. */
static void trace_bytes(const struct trace_config *config,
	const struct trace_when *when, const char *bytes, size_t n, size_t room,
	struct text *text)
{
	const uint8_t *p = guard_copy(bytes, n);
	struct ws_dissect d;
	struct ws_sighting s;

	text->len = 0;
	text->p[0] = '\0';
	cr_assert(ws_dissect_init(&d, when->out, &kept, config->bytes));
	do {
		size_t taken = ws_dissect_next(&d, p, n, &s);

		p += taken;
		n -= taken;
		if (s.type != WS_SIGHTING_NONE)
			trace(config, when, &s, room, text);
	} while (s.type != WS_SIGHTING_NONE);
	if (ws_dissect_flush(&d, true, &s))
		trace(config, when, &s, room, text);
	ws_dissect_release(&d);
}

static const struct trace_when in = { "12:00:00.000456", 333000, false, 0 };
static const struct trace_when out = { "12:00:00.000123", 45678, true, 0 };

/* Bytes in a literal, its NUL left off. */
#define BYTES(s) s, sizeof(s) - 1
#define IN "12:00:00.000456  +0.000333 in  "
#define OUT "12:00:00.000123  +0.000045 out "
#define MASK "mask=-        "

static const struct {
	const struct trace_when *when;
	const char *bytes;
	size_t len;
	const char *lines;
} lines[] = {
	{ &out, BYTES("\x81\x85\x1a\x2b\x3c\x4d\x52\x4e\x50\x21\x75"),
		OUT "text   fin=1 rsv=0 mask=1a2b3c4d len=5 msg=1\n" },
	{ &in,
		BYTES("\x88\5\3\xe8"
		      "bye"),
		IN "close  fin=1 rsv=0 " MASK
		   "len=5 code=1000 (normal closure) reason=\"bye\"\n" },
	{ &in, BYTES("\x88\2\x0f\xa0"),
		IN "close  fin=1 rsv=0 " MASK
		   "len=2 code=4000 (private use)\n" },
	{ &in, BYTES("\x88\0"),
		IN "close  fin=1 rsv=0 " MASK "len=0 code=-\n" },
	{ &in, BYTES("\x88\1\3"),
		IN "close  fin=1 rsv=0 " MASK "len=1 code=-\n" },
	/* fragments, with a ping between them */
	{ &in, BYTES("\1\1a\x89\0\x80\1b\x82\0"),
		IN "text   fin=0 rsv=0 " MASK "len=1 msg=1 frame=1\n" IN
		   "ping   fin=1 rsv=0 " MASK "len=0\n" IN
		   "cont   fin=1 rsv=0 " MASK "len=1 msg=1 frame=2\n" IN
		   "binary fin=1 rsv=0 " MASK "len=0 msg=2\n" },
	/* what is wrong is told as it stands */
	{ &in, BYTES("\x80\0\x73\0\xff\x80\1\2\3\4"),
		IN "cont   fin=1 rsv=0 " MASK "len=0\n" IN
		   "op3    fin=0 rsv=7 " MASK "len=0\n" IN
		   "op15   fin=1 rsv=7 mask=01020304 len=0\n" },
	{ &in, BYTES("\x8a\x7e\0\1x"),
		IN "pong   fin=1 rsv=0 " MASK
		   "len=1 (length not in its shortest form)\n" },
	/* compressed, and then broken */
	{ &in, BYTES("\xc1\7\xf2\x48\xcd\xc9\xc9\7\0"),
		IN "text   fin=1 rsv=4 " MASK "len=7 inflated=5 msg=1\n" },
	{ &in, BYTES("\x41\1\7\x80\1\0"),
		IN "text   fin=0 rsv=4 " MASK
		   "len=1 inflated=0 (no DEFLATE data) msg=1 frame=1\n" IN
		   "cont   fin=1 rsv=0 " MASK
		   "len=1 inflated=? msg=1 frame=2\n" },
	/* cut off */
	{ &in, BYTES("\xc9"), IN "ping   fin=1 rsv=4 header=1 (cut off)\n" },
	{ &out, BYTES("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0abc"),
		OUT "binary fin=1 rsv=0 mask=00000000 "
		    "len=18446744073709551615 came=3 (cut off) msg=1\n" },
	/* a peer's words */
	{ &in,
		BYTES("\x88\x1a\3\xea\x1b[31m\n\" code=1 "
		      "\\x22\xe2\x80\xae\xff\\"),
		IN "close  fin=1 rsv=0 " MASK
		   "len=26 code=1002 (protocol error) "
		   "reason=\"\\x1b[31m\\x0a\\x22 code=1 \\x5cx22\\u{202e}\\xff"
		   "\\\"\n" },
	{ &in, BYTES("\x88\5\3"),
		IN "close  fin=1 rsv=0 " MASK "len=5 came=1 (cut off)\n" },
};

Test(trace, lines)
{
	const struct trace_config config = { 0, 80, NULL };
	static struct text text;

	for (size_t i = 0; i < N(lines); i++) {
		trace_bytes(&config, lines[i].when, lines[i].bytes,
			lines[i].len, TRACE_ROOM, &text);
		cr_assert_str_eq(text.p, lines[i].lines, "%zu: %s", i, text.p);
	}
}

#define LINE                                                                   \
	"00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  "         \
	"|aaaaaaaaaaaaaaaa|\n"

/* Dumps: of the header, the payload, and what that was inflated. */
static const struct {
	size_t bytes, columns;
	const char *in;
	size_t len;
	const char *text;
} dumps[] = {
	{ 64, 0, BYTES("\x81\5Hello\x8a\0"),
		IN "text   fin=1 rsv=0 " MASK "len=5 msg=1\n"
		   "  header   00000000  81 05\n"
		   "  payload  00000000  48 65 6c 6c 6f"
		   "                                    |Hello|\n" IN
		   "pong   fin=1 rsv=0 " MASK "len=0\n"
		   "  header   00000000  8a 00\n" },
	/* as many bytes as asked for; a terminal's width; a bar in the text */
	{ 3, 60, BYTES("\x82\xff\0\0\0\0\0\0\0\5\0\0\0\0|\x1b\xffxy"),
		IN "binary fin=1 rsv=0 mask=00000000 len=5 "
		   "(length not in its shortest form) msg=1\n"
		   "  header   00000000  82 ff 00 00 00 00 00 00\n"
		   "  header   00000008  00 05 00 00 00 00\n"
		   "  payload  00000000  7c 1b ff                 ||..|\n"
		   "  payload  ... 2 bytes left out\n" },
	{ 4, 5, BYTES("\x82\5abcde"),
		IN "binary fin=1 rsv=0 " MASK "len=5 msg=1\n"
		   "  header   00000000  82 05\n"
		   "  payload  00000000  61 62 63 64  |abcd|\n"
		   "  payload  ... 1 byte left out\n" },
	/* what is folded has an end */
	{ 64, 0,
		BYTES("\x82\x20"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		IN "binary fin=1 rsv=0 " MASK "len=32 msg=1\n"
		   "  header   00000000  82 20\n"
		   "  payload  " LINE "  payload  *\n"
		   "  payload  00000020\n" },
	{ 64, 0,
		BYTES("\x82\x21"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
		IN "binary fin=1 rsv=0 " MASK "len=33 msg=1\n"
		   "  header   00000000  82 21\n"
		   "  payload  " LINE "  payload  *\n"
		   "  payload  00000020  62"
		   "                                                |b|\n" },
	{ 4, 45, BYTES("\xc1\7\xf2\x48\xcd\xc9\xc9\7\0"),
		IN "text   fin=1 rsv=4 " MASK "len=7 inflated=5 msg=1\n"
		   "  header   00000000  c1 07\n"
		   "  payload  00000000  f2 48 cd c9  |.H..|\n"
		   "  payload  ... 3 bytes left out\n"
		   "  inflated 00000000  48 65 6c 6c  |Hell|\n"
		   "  inflated ... 1 byte left out\n" },
	{ 32, 0,
		BYTES("\x82\x21"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
		IN "binary fin=1 rsv=0 " MASK "len=33 msg=1\n"
		   "  header   00000000  82 21\n"
		   "  payload  " LINE "  payload  *\n"
		   "  payload  ... 1 byte left out\n"
		   "  payload  00000021\n" },
	/* cut off */
	{ 8, 45, BYTES("\x81\xfe\0"),
		IN "text   fin=1 rsv=0 header=3 (cut off)\n"
		   "  header   00000000  81 fe 00\n" },
	{ 4, 45, BYTES("\xc1\7\xf2\x48\xcd\xc9\xc9"),
		IN "text   fin=1 rsv=4 " MASK
		   "len=7 came=5 inflated=4 (cut off) msg=1\n"
		   "  header   00000000  c1 07\n"
		   "  payload  00000000  f2 48 cd c9  |.H..|\n"
		   "  payload  ... 1 byte left out\n"
		   "  inflated 00000000  48 65 6c 6c  |Hell|\n" },
};

Test(trace, dumps)
{
	static struct text text;

	for (size_t i = 0; i < N(dumps); i++) {
		const struct trace_config config = { dumps[i].bytes,
			dumps[i].columns, NULL };

		for (size_t room = TRACE_ROOM; room < 2 * TRACE_ROOM;
			room += 61) {
			trace_bytes(&config, &in, dumps[i].in, dumps[i].len,
				room, &text);
			cr_assert_str_eq(
				text.p, dumps[i].text, "%zu: %s", i, text.p);
		}
	}
}

/* A long frame: its first bytes when it begins, the rest counted at its end;
 * one that stalled goes on where it was. */
Test(trace, two_parts)
{
	const struct trace_config config = { 4, 45, NULL };
	static char bytes[5004] = "\x82\x7e\x13\x88";
	static struct text text;
	struct ws_dissect d;
	struct ws_sighting s;

	memset(bytes + 4, 'a', 5000);
	trace_bytes(&config, &in, bytes, sizeof(bytes), TRACE_ROOM, &text);
	cr_assert_str_eq(text.p,
		IN "binary fin=1 rsv=0 " MASK "len=5000 came=128 msg=1\n"
		   "  header   00000000  82 7e 13 88\n"
		   "  payload  00000000  61 61 61 61  |aaaa|\n" IN
		   "binary fin=1 rsv=0 " MASK "len=5000 end=1 msg=1\n"
		   "  payload  ... 4,996 bytes left out\n");

	/* a stored block of as many: inflated, it is shown at the end */
	static char packed[4 + 5006] = "\xc2\x7e\x13\x8e\0\x88\x13\x77\xec";

	memset(packed + 9, 'a', 5000);
	trace_bytes(&config, &in, packed, sizeof(packed), TRACE_ROOM, &text);
	cr_assert_str_eq(text.p,
		IN "binary fin=1 rsv=4 " MASK
		   "len=5006 came=128 inflated=123 msg=1\n"
		   "  header   00000000  c2 7e 13 8e\n"
		   "  payload  00000000  00 88 13 77  |...w|\n" IN
		   "binary fin=1 rsv=4 " MASK
		   "len=5006 end=1 inflated=5000 msg=1\n"
		   "  payload  ... 5,002 bytes left out\n"
		   "  inflated 00000000  61 61 61 61  |aaaa|\n"
		   "  inflated ... 4,996 bytes left out\n",
		"%s", text.p);

	text.len = 0;
	cr_assert(ws_dissect_init(&d, false, NULL, 4));
	ws_dissect_next(&d, (const uint8_t *)"\x81\5ab", 4, &s);
	cr_assert(ws_dissect_flush(&d, false, &s));
	trace(&config, &in, &s, TRACE_ROOM, &text);
	ws_dissect_next(&d, (const uint8_t *)"cde", 3, &s);
	trace(&config, &in, &s, TRACE_ROOM, &text);
	ws_dissect_release(&d);
	cr_assert_str_eq(text.p,
		IN "text   fin=1 rsv=0 " MASK "len=5 came=2 msg=1\n"
		   "  header   00000000  81 05\n"
		   "  payload  00000000  61 62        |ab|\n" IN
		   "text   fin=1 rsv=0 " MASK "len=5 end=1 msg=1\n"
		   "  payload  00000002  63 64        |cd|\n"
		   "  payload  ... 1 byte left out\n",
		"%s", text.p);
}

static const struct trace_colors colors = { .out = "{o",
	.in = "{i",
	.control = "{c",
	.fault = "{f",
	.faint = "{d",
	.off = "}" };

/* No colour goes on past its line, none begins inside of another. */
Test(trace, colours)
{
	const struct trace_config config = { 16, 45, &colors };
	const struct trace_when other = { "T", -1, false, 12 };
	static struct text text;

	trace_bytes(&config, &other, BYTES("\x81\1a\x89\x7e\0\0\x82"),
		TRACE_ROOM, &text);
	cr_assert_str_eq(text.p,
		"{dT  +0.000000} {iin  client=12 text  } fin=1 rsv=0 " MASK
		"len=1 msg=1\n"
		"{d  header   00000000  81 01}\n"
		"{d  payload  00000000  61           |a|}\n"
		"{dT  +0.000000} {iin  client=12 }{cping  } fin=1 rsv=0 " MASK
		"len=0 {f(length not in its shortest form)}\n"
		"{d  header   00000000  89 7e 00 00}\n"
		"{dT  +0.000000} {iin  client=12 binary} fin=1 rsv=0 "
		"header=1 {f(cut off)}\n"
		"{d  header   00000000  82}\n",
		"%s", text.p);
}

/* Times: seconds in front, right-aligned; never backwards. */
Test(trace, times)
{
	static const struct {
		int64_t ns;
		const char *since;
	} times[] = {
		{ 0, " +0.000000 " },
		{ 999, " +0.000000 " },
		{ INT64_MIN, " +0.000000 " },
		{ 12345678901, "+12.345678 " },
		{ INT64_MAX, "+9223372036.854775 " },
	};
	const struct trace_config config = { 0, 0, NULL };
	static struct text text;

	for (size_t i = 0; i < N(times); i++) {
		const struct trace_when when = { "T", times[i].ns, true, 0 };

		trace_bytes(&config, &when, BYTES("\x81\0"), TRACE_ROOM, &text);
		cr_assert(strncmp(text.p + 2, times[i].since,
				  strlen(times[i].since)) == 0,
			"%s", text.p);
	}
}

/* The longest line there can be has the room that is promised: a reason of
 * what is longest to escape, colours and a time of the greatest length. */
Test(trace, longest_line)
{
	static const char color[] = "0123456789012345678901234567890";
	const struct trace_colors longest = { color, color, color, color, color,
		color };
	const struct trace_config config = { 16, 0, &longest };
	static char time[TRACE_TIME_MAX];
	static char bytes[14 + 5000] =
		"\x08\xff\0\0\0\0\0\0\x0f\xff\0\0\0\0\3\xff";
	struct trace_when when = { time, INT64_MAX, true, UINT64_MAX };
	static const char bad[] = { '"', '\x1b', '\xff', '\n' };
	static struct text text;

	memset(time, 'T', sizeof(time) - 1);
	for (size_t i = 0; i < N(bad); i++) {
		memset(bytes + 16, bad[i], sizeof(bytes) - 16);
		trace_bytes(&config, &when, bytes, sizeof(bytes), TRACE_ROOM,
			&text);
		cr_assert(strstr(text.p, "\" ...\n"), "%s", text.p);
	}
	/* invisible characters of three bytes become eight */
	for (size_t i = 16; i + 3 <= sizeof(bytes); i += 3)
		memcpy(bytes + i, "\xe2\x80\x8b", 3);
	trace_bytes(&config, &when, bytes, sizeof(bytes), TRACE_ROOM, &text);
	cr_assert(strstr(text.p, "\\u{200b}\" ...\n"), "%s", text.p);
}

/* Whatever the room, the same text; of the largest dump too. */
Test(trace, a_large_dump)
{
	const struct trace_config config = { 20000, 0, NULL };
	static char bytes[20004] = "\x82\x7e\x4e\x20";
	static struct text whole, pieces;

	for (size_t i = 4; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * i >> 5);
	trace_bytes(&config, &in, bytes, sizeof(bytes), 4 * TRACE_ROOM, &whole);
	trace_bytes(&config, &in, bytes, sizeof(bytes), TRACE_ROOM, &pieces);
	cr_assert_str_eq(whole.p, pieces.p);
	cr_assert(strstr(whole.p, "  payload  00004e10  "));
	cr_assert_null(strstr(whole.p, "left out"));
}
