#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "unit/printer_case.h"

#include <stdlib.h>

/* Fills text but for so much room for messages; and takes that off again. */
static size_t filler(size_t room)
{
	return PRINTER_TEXT_MIN - PRINTER_RESERVE - room;
}

static void leave_room(size_t room)
{
	buf_reserve(&text, filler(room));
	buf_commit(&text, filler(room));
}

static void drop_filler(size_t room)
{
	buf_consume(&text, filler(room));
}

/* --- what each mode and format makes of a message --- */

/* The flags of a case. A stamp is in seconds, and it is 1.5 of them. */
enum { NONE = 0, HEX = 1, COLOR = 2, JSON = 4, RAW = 8, STAMP = 16 };

static const struct {
	enum print_mode mode;
	enum record_format format;
	unsigned flags;
	enum ws_opcode opcode;
	const char *data;
	size_t len;
	const char *text;
	size_t text_len;
} cases[] = {
#define CASE(mode, format, flags, opcode, data, text)                          \
	{                                                                      \
		PRINT_##mode, RECORD_##format, flags, WS_##opcode, data,       \
			sizeof(data) - 1, text, sizeof(text) - 1               \
	}
	CASE(BYTES, LINES, NONE, TEXT, "hi", "hi\n"),
	CASE(BYTES, LINES, NONE, TEXT, "", "\n"),
	CASE(BYTES, LINES, COLOR, BINARY, "\x1b\0\xff\n", "\x1b\0\xff\n\n"),
	CASE(BYTES, NUL, NONE, TEXT, "h\ni", "h\ni\0"),
	CASE(BYTES, NUL, NONE, BINARY, "", "\0"),
	CASE(BYTES, RAW, NONE, TEXT, "h\0i", "h\0i"),
	CASE(BYTES, RAW, NONE, BINARY, "", ""),
	CASE(BYTES, LENGTH, NONE, BINARY, "h\0i", "\0\0\0\3h\0i"),
	CASE(BYTES, LENGTH, NONE, TEXT, "", "\0\0\0\0"),
	CASE(BYTES, JSONL, NONE, TEXT, "a\n\"\x7f",
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"text\",\"size\":4,"
		"\"data\":\"a\\n\\\"\\u007f\"}\n"),
	CASE(BYTES, JSONL, HEX | COLOR, BINARY, "\0\xff",
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"binary\",\"size\":2,"
		"\"base64\":\"AP8=\"}\n"),
	CASE(BYTES, JSONL, NONE, TEXT, "",
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"text\",\"size\":0,"
		"\"data\":\"\"}\n"),
	CASE(BYTES, LINES, HEX, TEXT, "hi",
		"00000000  68 69                                             "
		"|hi|\n00000002\n"),
	CASE(TERMINAL, LINES, NONE, TEXT, "a\x1b[2J\nb\xff",
		"a\\x1b[2J\nb\\xff\n"),
	CASE(TERMINAL, NUL, COLOR, TEXT, "a\x1b", "a\x1b[7m\\x1b\x1b[27m\n"),
	CASE(TERMINAL, LINES, NONE, BINARY, "\x1b",
		"00000000  1b                                                "
		"|.|\n00000001\n"),
	CASE(TERMINAL, LINES, NONE, TEXT, "\xe2\x82\xac\xe2\x82",
		"\xe2\x82\xac\\xe2\\x82\n"),
	CASE(REPL, LINES, NONE, TEXT, "a\nDisconnected",
		"< a\n  Disconnected\n"),
	CASE(REPL, LINES, COLOR, TEXT, "a", "\x1b[34m< a\n\x1b[39m"),
	CASE(REPL, LINES, NONE, BINARY, "", "< binary:\n(empty)\n"),
	CASE(REPL, LINES, HEX, TEXT, "a",
		"< text:\n00000000  61                                         "
		"       |a|\n00000001\n"),
	CASE(BYTES, LINES, STAMP, TEXT, "hi", "1.500 hi\n"),
	CASE(BYTES, LINES, STAMP, BINARY, "\x1b\xff", "1.500 \x1b\xff\n"),
	CASE(BYTES, LINES, STAMP, TEXT, "", "1.500 \n"),
	CASE(BYTES, LINES, STAMP | HEX, TEXT, "hi",
		"1.500\n"
		"00000000  68 69                                             "
		"|hi|\n00000002\n"),
	CASE(BYTES, LINES, STAMP | HEX, TEXT, "", "1.500\n"),
	CASE(BYTES, LINES, JSON, TEXT, "{\"a\":[1,2e0]}",
		"{\n  \"a\": [\n    1,\n    2e0\n  ]\n}\n"),
	CASE(BYTES, LINES, JSON, TEXT, "{\"a\":", "{\"a\":\n"),
	CASE(BYTES, LINES, JSON, TEXT, "", "\n"),
	CASE(BYTES, LINES, JSON, BINARY, "[1]", "[1]\n"),
	CASE(BYTES, LINES, JSON, TEXT, "\"\xc2\x9b\x7f\"",
		"\"\xc2\x9b\x7f\"\n"),
	CASE(BYTES, LINES, JSON | COLOR, TEXT, "[1]",
		"\x1b[1;39m[\x1b[0m\n  \x1b[0;39m1\x1b[0m\n"
		"\x1b[1;39m]\x1b[0m\n"),
	CASE(BYTES, LINES, JSON | STAMP, TEXT, "[1]", "1.500 [\n  1\n]\n"),
	CASE(BYTES, LINES, JSON | HEX, TEXT, "[]",
		"00000000  5b 5d                                             "
		"|[]|\n00000002\n"),
	CASE(BYTES, LINES, RAW | COLOR, TEXT, "a\x1b[2J", "a\x1b[2J\n"),
	CASE(TERMINAL, LINES, JSON, TEXT, "[\"\xc2\x9b\x7f\"]",
		"[\n  \"\\u{9b}\\x7f\"\n]\n"),
	CASE(TERMINAL, LINES, JSON | RAW, TEXT, "[\"\xc2\x9b\x7f\"]",
		"[\n  \"\xc2\x9b\x7f\"\n]\n"),
	CASE(TERMINAL, LINES, JSON, TEXT, "[\x1b]", "[\\x1b]\n"),
	CASE(TERMINAL, LINES, JSON, BINARY, "[",
		"00000000  5b                                                "
		"|[|\n00000001\n"),
	CASE(TERMINAL, LINES, RAW, TEXT, "a\x1b[2J\xff", "a\x1b[2J\xff\n"),
	CASE(TERMINAL, LINES, RAW, BINARY, "\x1b\0\x9b", "\x1b\0\x9b\n"),
	CASE(TERMINAL, LINES, RAW | HEX, BINARY, "\x1b",
		"00000000  1b                                                "
		"|.|\n00000001\n"),
	CASE(TERMINAL, LINES, STAMP, BINARY, "\x1b",
		"1.500\n"
		"00000000  1b                                                "
		"|.|\n00000001\n"),
	CASE(TERMINAL, LINES, STAMP, TEXT, "\x1b", "1.500 \\x1b\n"),
	CASE(REPL, LINES, STAMP, TEXT, "a\nb", "1.500 < a\n  b\n"),
	CASE(REPL, LINES, STAMP, BINARY, "", "1.500 < binary:\n(empty)\n"),
	CASE(REPL, LINES, STAMP | COLOR, TEXT, "a",
		"1.500 \x1b[34m< a\n\x1b[39m"),
	CASE(REPL, LINES, JSON, TEXT, " [1,\n2] ", "< [\n  1,\n  2\n]\n"),
	CASE(REPL, LINES, JSON, TEXT, "[1,\n", "< [1,\n  \n"),
	CASE(REPL, LINES, JSON | COLOR, TEXT, "\"\x7f\"",
		"\x1b[34m< \x1b[39m\x1b[0;32m\"\x1b[7m\\x7f\x1b[27m\""
		"\x1b[0m\n\x1b[39m"),
	CASE(REPL, LINES, JSON | COLOR, TEXT, "[", "\x1b[34m< [\n\x1b[39m"),
	CASE(REPL, LINES, RAW, TEXT, "a\x1b[2J\nb", "< a\x1b[2J\nb\n"),
	CASE(REPL, LINES, RAW, BINARY, "\a\xff", "< \a\xff\n"),
#undef CASE
};

enum { CASES = sizeof(cases) / sizeof(*cases) };

static void begin_case(size_t i)
{
	unsigned flags = cases[i].flags;

	begin(&(struct printer_config){
		.mode = cases[i].mode,
		.format = cases[i].format,
		.hex = flags & HEX,
		.color = flags & COLOR,
		.json = flags & JSON,
		.raw = flags & RAW,
		.stamp = flags & STAMP,
		.stamp_format = "unix",
	});
	p.now_ns = 1500000000;
}

static void expect(size_t i, const char *how, size_t n)
{
	cr_assert(shown_len == cases[i].text_len &&
			  memcmp(shown_text, cases[i].text, shown_len) == 0,
		"case %zu, %s %zu: %s", i, how, n, shown_text);
}

/* Each whole and, where they may be, in two pieces cut at every place. */
Test(printer, modes_and_formats)
{
	for (size_t i = 0; i < CASES; i++) {
		size_t len = cases[i].len;

		begin_case(i);
		for (size_t cut = 0; cut <= len; cut++) {
			if (cut && printer_wants_whole(&p))
				break;
			if (cut)
				show(cases[i].opcode, cases[i].data, cut, true,
					false);
			show(cases[i].opcode, cases[i].data + cut, len - cut,
				cut == 0, true);
			shown();
			expect(i, "cut", cut);
		}
	}
}

/* The short way is taken only where it leads to the same, and at once. */
Test(printer, short_way)
{
	for (size_t i = 0; i < CASES; i++)
		for (size_t room = 0; room < cases[i].len + 3; room++) {
			struct ws_event ev = data_event(cases[i].opcode,
				cases[i].data, cases[i].len, true, true);
			bool done;

			begin_case(i);
			leave_room(room);
			done = printer_message(&p, &ev);
			drop_filler(room);
			shown();
			cr_assert_eq(done, printer_adds_nothing(&p) &&
						   room > cases[i].len);
			if (done)
				expect(i, "short way, room", room);
			else
				cr_assert_eq(shown_len, 0);
			ev.first = false;
			cr_assert_not(printer_message(&p, &ev));
			ev.first = true;
			ev.last = false;
			cr_assert_not(printer_message(&p, &ev));
		}
}

/* In bytes the end of a message may come in an event of its own. */
Test(printer, ends_alone)
{
	for (size_t i = 0; i < CASES; i++) {
		begin_case(i);
		if (printer_wants_whole(&p) || cases[i].len == 0)
			continue;
		show(cases[i].opcode, cases[i].data, cases[i].len, true, false);
		show(cases[i].opcode, "", 0, false, true);
		shown();
		expect(i, "end alone", 0);
	}
}

/* Shows a message from a text that has `room` left for messages. */
static void show_in(
	size_t room, enum ws_opcode opcode, const char *data, size_t len)
{
	struct ws_event ev = data_event(opcode, data, len, true, true);
	size_t at = 0;
	bool done;

	leave_room(room);
	done = printer_data(&p, &ev, &at);
	drop_filler(room);
	shown();
	while (!done) {
		size_t before = at;

		done = printer_data(&p, &ev, &at);
		cr_assert(done || at > before, "no progress");
		take();
	}
	cr_assert_eq(at, len);
}

/* Where the room ends inside a message, it goes on once there is more. */
Test(printer, room_that_runs_out)
{
	for (size_t i = 0; i < CASES; i++)
		for (size_t room = 0; room < JSONL_HEAD_ROOM + 64; room++) {
			begin_case(i);
			show_in(room, cases[i].opcode, cases[i].data,
				cases[i].len);
			expect(i, "room", room);
		}
}

/* Long ones through any room are as they are through much. */
Test(printer, long_messages_go_on_where_they_stopped)
{
	enum { LEN = 70000 };
	char *data = malloc(LEN), *want = malloc(SHOWN);

	for (size_t i = 0; i < LEN; i++)
		data[i] = i % 8 == 7 ? (char)('a' + i / 8 % 26)
				     : "ab\"\xc3\xa9\n\x1b"[i % 8];
	for (size_t i = 0; i < CASES; i++) {
		size_t len;

		begin_case(i);
		show_in(0, cases[i].opcode, data, LEN);
		len = shown_len;
		memcpy(want, shown_text, len);
		for (size_t room = 1; room < 20000; room = room * 3 + 1) {
			begin_case(i);
			show_in(room, cases[i].opcode, data, LEN);
			cr_assert_eq(shown_len, len, "case %zu", i);
			cr_assert_eq(memcmp(want, shown_text, len), 0);
		}
		cr_assert_geq(len, LEN);
	}
	free(data);
	free(want);
}

/* --- events --- */

Test(printer, what_is_wanted)
{
	for (int mode = PRINT_BYTES; mode <= PRINT_REPL; mode++)
		for (int format = RECORD_LINES; format <= RECORD_JSONL;
			format++) {
			bool bytes = mode == PRINT_BYTES;
			bool whole = format == RECORD_JSONL ||
				     format == RECORD_LENGTH;

			begin(&(struct printer_config){
				.mode = (enum print_mode)mode,
				.format = (enum record_format)format });
			cr_assert_eq(printer_wants_events(&p),
				bytes && format == RECORD_JSONL);
			cr_assert_eq(printer_wants_whole(&p), bytes && whole);
			cr_assert_eq(printer_adds_nothing(&p), bytes && !whole);
		}
}

static void show_events(void)
{
	static const char *const extensions[] = { "permessage-deflate" };
	const struct jsonl_open open = {
		.url = "ws://a/",
		.address = "::1",
		.status = 101,
		.extensions = extensions,
		.extensions_n = 1,
	};
	struct ws_event ev = { .data = (const uint8_t *)"\xc3\xa9", .len = 2 };

	printer_open(&p, &open);
	ev.type = WS_EVENT_PING;
	printer_control(&p, &ev);
	ev.type = WS_EVENT_PONG;
	ev.len = 1;
	printer_control(&p, &ev);
	ev = (struct ws_event){ .type = WS_EVENT_CLOSE,
		.code = 1000,
		.data = (const uint8_t *)"bye",
		.len = 3 };
	printer_control(&p, &ev);
	ev.code = WS_CLOSE_NO_CODE;
	ev.len = 0;
	printer_control(&p, &ev);
	printer_error(&p, 56, "lost");
}

Test(printer, events)
{
	begin_format(RECORD_JSONL);
	show_events();
	cr_assert_str_eq(shown(),
		"{\"time\":\"T\",\"type\":\"open\",\"url\":\"ws://a/\","
		"\"status\":101,\"address\":\"::1\",\"tls\":null,"
		"\"cipher\":null,\"subprotocol\":null,"
		"\"extensions\":[\"permessage-deflate\"]}\n"
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"ping\",\"size\":2,"
		"\"data\":\"\xc3\xa9\"}\n"
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"pong\",\"size\":1,"
		"\"base64\":\"ww==\"}\n"
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"close\","
		"\"code\":1000,\"reason\":\"bye\"}\n"
		"{\"time\":\"T\",\"dir\":\"in\",\"type\":\"close\","
		"\"code\":null,\"reason\":\"\"}\n"
		"{\"time\":\"T\",\"type\":\"error\",\"exit\":56,"
		"\"message\":\"lost\"}\n");
	for (int format = RECORD_LINES; format < RECORD_JSONL; format++) {
		begin_format((enum record_format)format);
		show_events();
		cr_assert_eq(printer_ready(&p), 0);
	}
	begin_mode(PRINT_REPL);
	show_events();
	cr_assert_eq(printer_ready(&p), 0);
}

/* What messages leave is room enough for a hundred. */
Test(printer, events_fit_the_reserve)
{
	static char big[PRINTER_TEXT_MIN];
	struct ws_event ev;
	size_t at = 0;

	memset(big, '\x1b', sizeof(big));
	begin_format(RECORD_JSONL);
	ev = data_event(WS_BINARY, big, sizeof(big), true, true);
	cr_assert_not(printer_data(&p, &ev, &at));
	cr_assert_geq(buf_room(&text), PRINTER_RESERVE);
	at = buf_len(&text);
	ev.type = WS_EVENT_PING;
	ev.len = WS_CONTROL_MAX;
	printer_control(&p, &ev);
	cr_assert_gt(buf_len(&text), at + 6 * WS_CONTROL_MAX);
}

/* --- unfinished messages and notices --- */

Test(printer, the_repl_waits_for_a_message_s_end)
{
	begin_mode(PRINT_REPL);
	show(WS_TEXT, "one", 3, true, true);
	show(WS_TEXT, "tw", 2, true, false);
	cr_assert_str_eq(shown(), "< one\n");
	printer_notice(&p, STYLE_CONTROL, "pong %s", "\x1b[2J");
	cr_assert_str_eq(shown(), "pong \\x1b[2J\n");
	show(WS_TEXT, "o", 1, false, true);
	cr_assert_str_eq(shown(), "< two\n");
}

/* A message too long to wait for is shown as it comes. */
Test(printer, the_repl_does_not_wait_for_ever)
{
	static char big[PRINTER_TEXT_MIN];
	struct ws_event ev;
	size_t at = 0;

	memset(big, 'a', sizeof(big));
	begin_mode(PRINT_REPL);
	ev = data_event(WS_TEXT, big, sizeof(big), true, false);
	cr_assert_not(printer_data(&p, &ev, &at));
	cr_assert_eq(printer_ready(&p), buf_len(&text));
	/* The terminal takes a part of it. */
	buf_consume(&text, 1000);
	printer_wrote(&p);
	cr_assert_eq(printer_ready(&p), 0);
	printer_notice(&p, STYLE_PLAIN, "in between");
	cr_assert_str_eq(shown(), "\nin between\n");
	while (!printer_data(&p, &ev, &at))
		take();
	printer_abandon(&p);
	shown_len = 0;
	take();
	cr_assert_eq(shown_text[shown_len - 1], '\n');
	cr_assert_eq(printer_ready(&p), 0);
}

Test(printer, notices_are_coloured_and_cut_to_a_line)
{
	static char big[5000];

	memset(big, '\x1b', sizeof(big) - 1);
	begin(&(struct printer_config){ .mode = PRINT_REPL, .color = true });
	printer_notice(&p, STYLE_ERROR, "a\nb");
	cr_assert_str_eq(shown(), "\x1b[33ma\x1b[7m\\x0a\x1b[27mb\x1b[39m\n");
	begin_mode(PRINT_REPL);
	printer_notice(&p, STYLE_PLAIN, "%s", big);
	shown();
	cr_assert_gt(shown_len, 4000);
	cr_assert_eq(shown_text[shown_len - 1], '\n');
	cr_assert_null(strchr(shown_text, '\x1b'));
	/* A terminal that takes nothing gets no more of them. */
	for (unsigned i = 0; i < 1000; i++)
		printer_notice(&p, STYLE_PLAIN, "%s", big);
	cr_assert_leq(buf_len(&text), PRINTER_TEXT_MIN);
}

/* Whatever is abandoned: the next one begins anew. */
Test(printer, abandoned_in_every_format)
{
	for (size_t i = 0; i < CASES; i++) {
		begin_case(i);
		if (!printer_wants_whole(&p))
			show(WS_TEXT, "half\xe2", 5, true, false);
		printer_abandon(&p);
		buf_clear(&text);
		show(cases[i].opcode, cases[i].data, cases[i].len, true, true);
		shown();
		expect(i, "abandoned", 0);
	}
}

Test(printer, an_abandoned_message_has_no_end_mark_in_a_pipe)
{
	begin_mode(PRINT_BYTES);
	show(WS_TEXT, "half", 4, true, false);
	printer_abandon(&p);
	cr_assert_str_eq(shown(), "half");
	begin(&(struct printer_config){ .mode = PRINT_BYTES, .hex = true });
	show(WS_TEXT, "half", 4, true, false);
	printer_abandon(&p);
	cr_assert_str_eq(shown(), "");
	begin_mode(PRINT_REPL);
	show(WS_TEXT, "half", 4, true, false);
	printer_abandon(&p);
	cr_assert_str_eq(shown(), "< half\n");
}

/* However much comes, text stays in its bounds, and nothing is lost. */
Test(printer, bounded_for_the_worst_bytes)
{
	static const enum print_mode modes[] = { PRINT_BYTES, PRINT_TERMINAL,
		PRINT_REPL };
	enum { LEN = 1 << 20 };
	char *data = malloc(LEN);

	for (size_t i = 0; i < LEN; i++)
		data[i] = i % 2 ? 'a' : '\x1b';
	for (size_t m = 0; m < 3; m++) {
		struct ws_event ev = {
			.type = WS_EVENT_DATA,
			.opcode = WS_TEXT,
			.first = true,
			.last = true,
			.data = (const uint8_t *)data,
			.len = LEN,
		};
		size_t at = 0, letters = 0;
		bool done;

		begin(&(struct printer_config){
			.mode = modes[m], .color = true });
		do {
			done = printer_data(&p, &ev, &at);

			size_t ready = printer_ready(&p);

			cr_assert_gt(ready, 0);
			for (size_t i = 0; i < ready; i++)
				letters += buf_head(&text)[i] == 'a';
			buf_consume(&text, ready);
			printer_wrote(&p);
		} while (!done);
		cr_assert_eq(letters, LEN / 2);
	}
	free(data);
}
