#define _GNU_SOURCE /* unit/guard.h */

#include "format/json.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { OUT = 16384 };

static bool is_valid(const char *s, size_t len)
{
	return json_valid(guard_copy(s, len), len);
}

#define CH "\xe2\x80\xae" /* right-to-left override */

/* in -> out, as `jq --indent 2 .` prints it where that keeps the tokens; a
 * letter in < > is a colour's beginning, </> its end; {{ and }} are the marks
 * around an escape. */
static const struct {
	const char *in, *out, *colored;
} cases[] = {
	{ "null", "null", "<n>null</>" },
	{ " true ", "true", "<t>true</>" },
	{ "false", "false", "<f>false</>" },
	{ "-1.50E+02", "-1.50E+02", "<0>-1.50E+02</>" },
	{ "100000000000000000000000", "100000000000000000000000",
		"<0>100000000000000000000000</>" },
	{ "\"a \\u0041 \\/ b\"", "\"a \\u0041 \\/ b\"",
		"<s>\"a \\u0041 \\/ b\"</>" },
	{ "\"\\\"\\\\\"", "\"\\\"\\\\\"", "<s>\"\\\"\\\\\"</>" },
	{ "\"{ [ , : ] }\"", "\"{ [ , : ] }\"", "<s>\"{ [ , : ] }\"</>" },
	{ "[]", "[]", "<a>[]</>" },
	{ " [ \n ] ", "[]", "<a>[]</>" },
	{ "{\t}", "{}", "<o>{}</>" },
	{ "[1]", "[\n  1\n]", "<a>[</>\n  <0>1</>\n<a>]</>" },
	{ "[1,\"a\"]", "[\n  1,\n  \"a\"\n]",
		"<a>[</>\n  <0>1</><a>,</>\n  <s>\"a\"</>\n<a>]</>" },
	{ "[[],{}]", "[\n  [],\n  {}\n]",
		"<a>[</>\n  <a>[],</>\n  <o>{}</>\n<a>]</>" },
	{ "[[[]]]", "[\n  [\n    []\n  ]\n]",
		"<a>[</>\n  <a>[</>\n    <a>[]</>\n  <a>]</>\n<a>]</>" },
	{ "{\"a\":1}", "{\n  \"a\": 1\n}",
		"<o>{</>\n  <k>\"a\"</><o>: </><0>1</>\n<o>}</>" },
	{ "{\"b\":{},\"a\":[],\"b\":\"x\"}",
		"{\n  \"b\": {},\n  \"a\": [],\n  \"b\": \"x\"\n}",
		"<o>{</>\n  <k>\"b\"</><o>: {},</>\n  <k>\"a\"</><o>: </>"
		"<a>[]</><o>,</>\n  <k>\"b\"</><o>: </><s>\"x\"</>\n<o>}</>" },
	{ "{\"a\" :[ \"s\" , { \"k\":\"v\" } ], \"z\" : null }",
		"{\n  \"a\": [\n    \"s\",\n    {\n      \"k\": \"v\"\n"
		"    }\n  ],\n  \"z\": null\n}",
		"<o>{</>\n  <k>\"a\"</><o>: </><a>[</>\n    <s>\"s\"</><a>,</>"
		"\n    <o>{</>\n      <k>\"k\"</><o>: </><s>\"v\"</>\n    "
		"<o>}</>\n  <a>]</><o>,</>\n  <k>\"z\"</><o>: </><n>null</>\n"
		"<o>}</>" },
	{ "[{\"a\":true},false]", "[\n  {\n    \"a\": true\n  },\n  false\n]",
		"<a>[</>\n  <o>{</>\n    <k>\"a\"</><o>: </><t>true</>\n  "
		"<o>}</><a>,</>\n  <f>false</>\n<a>]</>" },
	/* what a terminal must not get */
	{ "\"\x7f\"", "\"\\x7f\"", "<s>\"{{\\x7f}}\"</>" },
	{ "{\"" CH "a\":\"b" CH "\"}", "{\n  \"\\u{202e}a\": \"b\\u{202e}\"\n}",
		"<o>{</>\n  <k>\"{{\\u{202e}}}a\"</><o>: </>"
		"<s>\"b{{\\u{202e}}}\"</>\n<o>}</>" },
	{ "[\"\xc2\x9b"
	  "31m\",\"\xc3\xa9\"]",
		"[\n  \"\\u{9b}31m\",\n  \"\xc3\xa9\"\n]",
		"<a>[</>\n  <s>\"{{\\u{9b}}}31m\"</><a>,</>\n  "
		"<s>\"\xc3\xa9\"</>\n<a>]</>" },
	{ "\"\\\\" CH "\\\"" CH "\"", "\"\\\\\\u{202e}\\\"\\u{202e}\"",
		"<s>\"\\\\{{\\u{202e}}}\\\"{{\\u{202e}}}\"</>" },
	/* a backslash that would read as the start of such an escape */
	{ "\"\\\\x41\"", "\"\\\\x5cx41\"", "<s>\"\\{{\\x5c}}x41\"</>" },
	{ "\"\\\\\\\\x1b\"", "\"\\\\\\\\x5cx1b\"",
		"<s>\"\\\\\\{{\\x5c}}x1b\"</>" },
	{ "[\"\\\\u{202e}\"]", "[\n  \"\\\\x5cu{202e}\"\n]",
		"<a>[</>\n  <s>\"\\{{\\x5c}}u{202e}\"</>\n<a>]</>" },
	{ "{\"\\\\x4\":\"\\\\x\"}", "{\n  \"\\\\x4\": \"\\\\x\"\n}",
		"<o>{</>\n  <k>\"\\\\x4\"</><o>: </><s>\"\\\\x\"</>\n<o>}</>" },
	{ "\"\\u00e9\\u0041\"", "\"\\u00e9\\u0041\"",
		"<s>\"\\u00e9\\u0041\"</>" },
};

static const struct json_colors colors = {
	.on = { "<n>", "<f>", "<t>", "<0>", "<s>", "<a>", "<o>", "<k>" },
	.off = "</>",
	.escape_on = "{{",
	.escape_off = "}}",
};

/* All of a text through json_span(), a piece of at most `piece` bytes at a
 * time and with `room` bytes of room, into all. */
static void run(struct json *j, const char *in, size_t len, size_t piece,
	size_t room, struct buf *all)
{
	static uint8_t zeros[OUT];
	struct buf out;

	buf_clear(all);
	buf_init(&out, guard_copy_slot(1, zeros, room), room);
	for (size_t at = 0; at < len;) {
		size_t n = len - at < piece ? len - at : piece, got;

		got = json_span(j, guard_copy(in + at, n), n, &out);
		cr_assert(got <= n);
		cr_assert(got > 0 || buf_len(&out) > 0, "stuck at %zu", at);
		at += got;
		if (got < n) {
			cr_assert(buf_put(all, out.mem, buf_len(&out)));
			buf_clear(&out);
		}
	}
	while (!json_end(j, &out)) {
		cr_assert(buf_room(&out) < JSON_ROOM);
		cr_assert(buf_put(all, out.mem, buf_len(&out)));
		buf_clear(&out);
	}
	cr_assert(buf_put(all, out.mem, buf_len(&out)));
}

static void expect(const struct buf *got, const char *want, const char *how)
{
	cr_expect(buf_len(got) == strlen(want) &&
			  memcmp(buf_head(got), want, strlen(want)) == 0,
		"%s: wanted\n%s\ngot\n%.*s", how, want, (int)buf_len(got),
		(const char *)buf_head(got));
}

Test(json, cases_in_pieces)
{
	uint8_t mem[OUT];
	struct buf all;
	struct json j;

	buf_init(&all, mem, sizeof mem);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *in = cases[i].in;
		size_t len = strlen(in);

		cr_expect(is_valid(in, len), "%s", in);
		for (size_t piece = 1; piece <= len; piece++) {
			json_init(&j, NULL, true);
			run(&j, in, len, piece, JSON_ROOM + piece, &all);
			expect(&all, cases[i].out, in);
			json_init(&j, &colors, true);
			run(&j, in, len, piece, JSON_ROOM, &all);
			expect(&all, cases[i].colored, in);
		}
	}
}

Test(json, cases_at_every_cut)
{
	uint8_t mem[OUT];
	struct buf out;
	struct json j;

	json_init(&j, &colors, true);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *in = cases[i].in;
		size_t len = strlen(in);

		for (size_t cut = 0; cut <= len; cut++) {
			buf_init(&out, mem, sizeof mem);
			cr_assert_eq(
				json_span(&j, guard_copy(in, cut), cut, &out),
				cut);
			cr_assert_eq(
				json_span(&j, guard_copy(in + cut, len - cut),
					len - cut, &out),
				len - cut);
			cr_assert(json_end(&j, &out));
			expect(&out, cases[i].colored, in);
		}
	}
}

/* To a pipe strings go as they came. */
Test(json, unsafe_strings_are_copied)
{
	const char *in = "{\"" CH "\":[\"\xc2\x9b\x7f\\u001b\"]}";
	const char *want =
		"{\n  \"" CH "\": [\n    \"\xc2\x9b\x7f\\u001b\"\n  ]\n}";
	uint8_t mem[OUT];
	struct buf all;
	struct json j;

	buf_init(&all, mem, sizeof mem);
	json_init(&j, NULL, false);
	for (size_t piece = 1; piece <= strlen(in); piece++) {
		run(&j, in, strlen(in), piece, JSON_ROOM, &all);
		expect(&all, want, "raw");
	}
}

/* What is shown of what is no JSON is unspecified, but safe. */
Test(json, other_bytes_come_out_safe)
{
	uint8_t mem[OUT], bytes[256 * 3];
	struct buf all;
	struct json j;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 % 256);
	buf_init(&all, mem, sizeof mem);
	json_init(&j, NULL, true);
	run(&j, (const char *)bytes, sizeof bytes, 50, JSON_ROOM, &all);
	for (size_t i = 0; i < buf_len(&all); i++)
		cr_expect(mem[i] == '\n' || (mem[i] >= 0x20 && mem[i] < 0x7f));
	/* More levels than there are, and fewer than none. */
	memset(bytes, ']', sizeof bytes);
	run(&j, (const char *)bytes, sizeof bytes, 50, OUT, &all);
	for (size_t i = 0; i < 2 * JSON_DEPTH_MAX; i++) {
		struct buf out;

		buf_init(&out, mem, sizeof mem);
		cr_assert_eq(json_span(&j, (const uint8_t *)"[{", 2, &out), 2);
	}
}

static size_t longest_line(const struct buf *b)
{
	size_t longest = 0, n = 0;

	for (size_t i = 0; i < buf_len(b); i++) {
		n = buf_head(b)[i] == '\n' ? 0 : n + 1;
		longest = n > longest ? n : longest;
	}
	return longest;
}

/* As deep as may be, into the least room, with the longest marks. */
Test(json, deepest_fits)
{
	enum { SIZE = 1 << 20 };
	const char *mark31 = "0123456789012345678901234567890";
	const struct json_colors longest = {
		.on = { mark31, mark31, mark31, mark31, mark31, mark31, mark31,
			mark31 },
		.off = mark31,
		.escape_on = mark31,
		.escape_off = mark31,
	};
	const char *inner = "[0,\"" CH "\xc2\x9b\",{\"" CH "\":[]},1,{}]";
	static char text[4 * JSON_DEPTH_MAX];
	static uint8_t mem[SIZE];
	struct buf all;
	struct json j;
	size_t n = JSON_DEPTH_MAX - 3;

	memset(text, '[', n);
	memcpy(text + n, inner, strlen(inner));
	memset(text + n + strlen(inner), ']', n);
	cr_assert(is_valid(text, strlen(text)));
	buf_init(&all, mem, sizeof mem);
	json_init(&j, &longest, true);
	run(&j, text, strlen(text), sizeof text, JSON_ROOM, &all);
	json_init(&j, NULL, true);
	run(&j, text, strlen(text), sizeof text, JSON_ROOM, &all);
	cr_expect_eq(longest_line(&all), JSON_COLUMN_MAX + 17);
}

/* Room that ends anywhere among backslashes and what grows. */
Test(json, room_ends_behind_a_backslash)
{
	char text[2000] = "\"";
	uint8_t mem[2][OUT];
	struct buf want, all;
	struct json j;

	for (int i = 0; i < 780; i++)
		strcat(text, i % 260 < 10 ? CH : "\\\"");
	strcat(text, "\"");
	buf_init(&want, mem[0], OUT - 1);
	buf_init(&all, mem[1], OUT);
	json_init(&j, &colors, true);
	run(&j, text, strlen(text), 1, JSON_ROOM, &want);
	mem[0][buf_len(&want)] = '\0';
	for (size_t room = JSON_ROOM; room < JSON_ROOM + 20; room++) {
		run(&j, text, strlen(text), sizeof text, room, &all);
		expect(&all, (const char *)mem[0], "whole");
	}
}

Test(json, takes_nothing_without_room)
{
	uint8_t mem[JSON_ROOM - 1];
	struct buf out;
	struct json j;

	buf_init(&out, mem, sizeof mem);
	json_init(&j, &colors, true);
	cr_expect_eq(json_span(&j, (const uint8_t *)"[]", 2, &out), 0);
	cr_expect_not(json_end(&j, &out));
	cr_expect_eq(buf_len(&out), 0);
}

/* One call queues a bounded piece, whatever room there is. */
Test(json, a_call_is_bounded)
{
	static uint8_t text[3 * JSON_SPAN_MAX], mem[64 * JSON_SPAN_MAX];
	struct buf out;
	struct json j;

	/* Brackets, a string, and what is none, each safe and not. */
	for (int round = 0; round < 6; round++) {
		memset(text, round < 2 ? '[' : 'a', sizeof text);
		if (round == 2 || round == 3)
			text[0] = '"';
		json_init(&j, &colors, round % 2);
		buf_init(&out, mem, sizeof mem);
		for (size_t at = 0, before = 0; at < sizeof text / 8;) {
			at += json_span(&j, text + at, sizeof text - at, &out);
			cr_assert(buf_len(&out) > before);
			cr_assert(buf_len(&out) - before <= JSON_SPAN_MAX);
			before = buf_len(&out);
			if (before > sizeof mem - JSON_SPAN_MAX)
				break;
		}
	}
}

/* What is queued already stays, also where it has to be moved. */
Test(json, behind_what_is_queued)
{
	uint8_t mem[JSON_ROOM + 100] = { 0 };
	struct buf out;
	struct json j;

	buf_init(&out, mem, sizeof mem);
	memset(mem, 'x', sizeof mem);
	buf_commit(&out, sizeof mem);
	buf_consume(&out, sizeof mem - 3);
	json_init(&j, NULL, false);
	cr_expect_eq(json_span(&j, (const uint8_t *)"[1]", 3, &out), 3);
	cr_expect(json_end(&j, &out));
	expect(&out, "xxx[\n  1\n]", "queued");
}
