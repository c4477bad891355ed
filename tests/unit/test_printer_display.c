#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "ui/stamp.h"
#include "unit/printer_case.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the time --- */

static void show_at(int64_t ns, const char *data)
{
	p.now_ns = ns;
	show(WS_TEXT, data, strlen(data), true, true);
}

Test(printer_display, delta_counts_from_the_message_before)
{
	begin(&(struct printer_config){
		.mode = PRINT_REPL, .stamp = true, .stamp_format = "delta" });
	p.before_ns = 1000000000;
	show_at(1250000000, "a");
	show_at(1250000000, "b");
	show_at(1000000000, "c");
	show_at(62000000000, "d");
	cr_assert_str_eq(
		shown(), "+0.250 < a\n+0.000 < b\n+0.000 < c\n+61.000 < d\n");
}

/* One a message, of its first piece. */
Test(printer_display, a_message_in_pieces_has_one_time)
{
	static const enum print_mode modes[] = { PRINT_BYTES, PRINT_TERMINAL,
		PRINT_REPL };

	for (size_t m = 0; m < 3; m++) {
		begin(&(struct printer_config){ .mode = modes[m],
			.stamp = true,
			.stamp_format = "unix" });
		p.now_ns = 1500000000;
		show(WS_TEXT, "a", 1, true, false);
		p.now_ns = 2500000000;
		show(WS_TEXT, "b", 1, false, false);
		show(WS_TEXT, "", 0, false, true);
		cr_assert_str_eq(shown(),
			modes[m] == PRINT_REPL ? "1.500 < ab\n" : "1.500 ab\n");
	}
}

/* The longest one that a format gives. */
Test(printer_display, a_long_time)
{
	char format[STAMP_MAX + 1], want[STAMP_MAX + 6];

	memset(format, 'x', STAMP_MAX);
	memcpy(format, "%%", 2);
	format[STAMP_MAX] = 0;
	begin(&(struct printer_config){
		.mode = PRINT_REPL, .stamp = true, .stamp_format = format });
	show(WS_TEXT, "a", 1, true, true);
	snprintf(want, sizeof(want), "%s < a\n", format + 1);
	cr_assert_str_eq(shown(), want);
}

/* --- dumps --- */

static const struct {
	unsigned columns;
	uint64_t hex_max;
	size_t len;
	const char *text;
} dumps[] = {
	{ 45, 0, 9,
		"00000000  30 31 32 33 34 35 36 37  |01234567|\n"
		"00000008  38                       |8|\n00000009\n" },
	{ 44, 0, 5,
		"00000000  30 31 32 33  |0123|\n"
		"00000004  34           |4|\n00000005\n" },
	{ 1, 0, 1, "00000000  30           |0|\n00000001\n" },
	{ 45, 8, 9,
		"00000000  30 31 32 33 34 35 36 37  |01234567|\n"
		"... 1 byte left out\n00000009\n" },
	{ 45, 8, 8,
		"00000000  30 31 32 33 34 35 36 37  |01234567|\n"
		"00000008\n" },
	{ 20, 1, 2000,
		"00000000  30 31 32 33  |0123|\n"
		"... 1,996 bytes left out\n000007d0\n" },
};

enum { DUMPS = sizeof(dumps) / sizeof(*dumps) };

/* In one piece or in two, in each mode. */
Test(printer_display, dumps_by_width_and_maximum)
{
	static const enum print_mode modes[] = { PRINT_BYTES, PRINT_TERMINAL,
		PRINT_REPL };
	static char data[2000];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)('0' + i % 10);
	for (size_t i = 0; i < DUMPS * 3; i++) {
		enum print_mode mode = modes[i % 3];
		size_t len = dumps[i / 3].len;
		const char *head = mode == PRINT_REPL ? "< binary:\n" : "";

		for (size_t cut = 0; cut < len; cut += cut < 20 ? 1 : 333) {
			begin(&(struct printer_config){ .mode = mode,
				.hex = true,
				.hex_max = dumps[i / 3].hex_max });
			p.columns = dumps[i / 3].columns;
			if (cut)
				show(WS_BINARY, data, cut, true, false);
			show(WS_BINARY, data + cut, len - cut, !cut, true);
			shown();
			cr_assert(strncmp(shown_text, head, strlen(head)) == 0);
			cr_assert_str_eq(shown_text + strlen(head),
				dumps[i / 3].text, "%zu, cut %zu", i, cut);
		}
	}
}

/* A dump that has begun stays as wide as it was. */
Test(printer_display, the_width_is_the_next_dump_s)
{
	begin(&(struct printer_config){ .mode = PRINT_REPL });
	p.columns = 45;
	show(WS_BINARY, "0123", 4, true, false);
	p.columns = 20;
	show(WS_BINARY, "4567", 4, false, true);
	show(WS_BINARY, "0123", 4, true, true);
	cr_assert_str_eq(shown(),
		"< binary:\n"
		"00000000  30 31 32 33 34 35 36 37  |01234567|\n00000008\n"
		"< binary:\n00000000  30 31 32 33  |0123|\n00000004\n");
}

/* --- settings that change while a message comes in --- */

Test(printer_display, hex_and_json_are_the_next_message_s)
{
	begin(&(struct printer_config){ .mode = PRINT_REPL });
	show(WS_TEXT, "[1", 2, true, false);
	p.hex = true;
	show(WS_TEXT, "]", 1, false, true);
	show(WS_TEXT, "[", 1, true, false);
	p.hex = false;
	p.json = true;
	show(WS_TEXT, "1]", 2, false, true);
	/* Its end alone is JSON: it is none. */
	show(WS_TEXT, "a", 1, true, false);
	show(WS_TEXT, "[1]", 3, false, true);
	show(WS_TEXT, "[1]", 3, true, true);
	cr_assert_str_eq(shown(),
		"< [1]\n< text:\n"
		"00000000  5b 31 5d                                          "
		"|[1]|\n00000003\n"
		"< a[1]\n< [\n  1\n]\n");
}

/* No byte is lost where it changes, not even of a character cut in two. */
Test(printer_display, raw_holds_at_once)
{
	begin(&(struct printer_config){ .mode = PRINT_REPL });
	show(WS_TEXT, "\x1b\xe2\x82", 3, true, false);
	p.raw = true;
	show(WS_TEXT, "\xac\x1b", 2, false, false);
	p.raw = false;
	show(WS_TEXT, "\x1b", 1, false, true);
	show(WS_TEXT, "\xe2", 1, true, false);
	p.raw = true;
	show(WS_TEXT, "", 0, false, true);
	cr_assert_str_eq(shown(), "< \\x1b\\xe2\\x82\xac\x1b\\x1b\n< \\xe2\n");
}

/* --- JSON --- */

/* Long strings, deep levels, colours and escapes: bounded, nothing lost. */
Test(printer_display, long_json_through_a_little_room)
{
	enum { LEN = 1 << 18, DEEP = 1000 };
	char *data = malloc(LEN);
	struct ws_event ev;
	size_t at = 0, letters = 0;
	bool done;

	memset(data, '[', DEEP);
	memset(data + LEN - DEEP, ']', DEEP);
	for (size_t i = DEEP; i < LEN - DEEP; i++)
		data[i] = i % 2 ? 'a' : '\x7f';
	data[DEEP] = data[LEN - DEEP - 1] = '"';
	begin(&(struct printer_config){
		.mode = PRINT_REPL, .json = true, .color = true });
	ev = (struct ws_event){
		.type = WS_EVENT_DATA,
		.opcode = WS_TEXT,
		.first = true,
		.last = true,
		.data = (const uint8_t *)data,
		.len = LEN,
	};
	do {
		done = printer_data(&p, &ev, &at);
		cr_assert_geq(buf_room(&text), PRINTER_RESERVE / 2);

		size_t ready = printer_ready(&p);

		cr_assert_gt(ready, 0);
		for (size_t i = 0; i < ready; i++)
			letters += buf_head(&text)[i] == 'a';
		buf_consume(&text, ready);
		printer_wrote(&p);
	} while (!done);
	cr_assert_eq(letters, (LEN - 2 * DEEP - 2) / 2);
	free(data);
}

/* Whole messages are asked for only where that changes something. */
Test(printer_display, what_is_wanted)
{
	for (unsigned i = 0; i < 16; i++) {
		bool json = i & 1, hex = i & 2, stamp = i & 4, raw = i & 8;

		begin(&(struct printer_config){ .mode = PRINT_BYTES,
			.hex = hex,
			.json = json,
			.stamp = stamp,
			.raw = raw });
		cr_assert_eq(printer_wants_whole(&p), json);
		cr_assert_eq(printer_adds_nothing(&p), !json && !hex && !stamp);
		cr_assert_not(printer_wants_events(&p));
	}
}

/* --- long lines --- */

Test(printer_display, long_lines_are_cut_where_that_is_wanted)
{
	static const struct {
		const char *data, *wrapped, *cut;
	} cases[] = {
		{ "short", "< short\n", "< short\n" },
		{ "01234567", "< 01234567\n", "< 01234567\n" },
		{ "012345678", "< 012345678\n", "< 01234...\n" },
		{ "0123456789ab\n0123456789ab\nc",
			"< 0123456789ab\n  0123456789ab\n  c\n",
			"< 01234...\n  01234...\n  c\n" },
		{ "\x1b\x1b\x1b", "< \\x1b\\x1b\\x1b\n", "< \\x1b\\...\n" },
		{ "[1,\"0123456789\"]",
			"< [\n    1,\n    \"0123456789\"\n  ]\n",
			"< [\n    1,\n    \"01...\n  ]\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool json = cases[i].data[0] == '[';

		begin(&(struct printer_config){
			.mode = PRINT_REPL, .json = json });
		p.columns = 10;
		show(WS_TEXT, cases[i].data, strlen(cases[i].data), true, true);
		if (!json)
			cr_assert_str_eq(shown(), cases[i].wrapped, "%zu", i);
		else
			shown();
		p.wrap = false;
		show(WS_TEXT, cases[i].data, strlen(cases[i].data), true, true);
		if (!json)
			cr_assert_str_eq(shown(), cases[i].cut, "%zu", i);
		else
			cr_assert_not_null(strstr(shown(), "..."));
	}
}

Test(printer_display, the_time_takes_columns_too)
{
	begin(&(struct printer_config){
		.mode = PRINT_REPL, .stamp = true, .stamp_format = "unix" });
	p.columns = 16;
	p.wrap = false;
	p.now_ns = 1500000000;
	show(WS_TEXT, "0123456789ab", 12, true, true);
	cr_assert_str_eq(shown(), "1.500 < 01234...\n");
}

/* --- a terminal that takes a part --- */

Test(printer_display, the_rest_goes_to_the_end_of_a_message)
{
	for (int color = 0; color < 2; color++) {
		size_t all;

		begin(&(struct printer_config){
			.mode = PRINT_REPL, .color = color });
		show(WS_TEXT, "first", 5, true, true);
		all = printer_ready(&p);
		show(WS_TEXT, "second", 6, true, true);
		/* Behind the line's end there is only its colour's. */
		for (size_t n = 1; n < all - (color ? 5 : 0); n++) {
			buf_consume(&text, 1);
			printer_wrote(&p);
			cr_assert_eq(printer_rest(&p), all - n, "%zu", n);
		}
	}
}

Test(printer_display, what_went_elsewhere_is_taken_back)
{
	size_t before;

	begin_mode(PRINT_REPL);
	show(WS_TEXT, "stays", 5, true, true);
	before = buf_len(&text);
	show(WS_TEXT, "goes", 4, true, false);
	printer_take_back(&p, buf_len(&text) - before);
	show(WS_TEXT, "on", 2, false, true);
	cr_assert_str_eq(shown(), "< stays\non\n");
}

/* A message that text has no room for is shown in part; a notice doesn't get
 * into its row. */
Test(printer_display, a_notice_has_a_row_of_its_own)
{
	static char data[2 * PRINTER_TEXT_MIN];
	struct ws_event ev;
	size_t at = 0;

	memset(data, 'a', sizeof(data));
	begin_mode(PRINT_REPL);
	ev = data_event(WS_TEXT, data, sizeof(data), true, true);
	cr_assert_not(printer_data(&p, &ev, &at));
	cr_assert_not(p.split);
	shown();
	cr_assert(p.split);
	printer_notice(&p, STYLE_PLAIN, "notice");
	cr_assert_str_eq(shown(), "\nnotice\n");
	while (!printer_data(&p, &ev, &at))
		shown();
	cr_assert_not(p.split);
}
