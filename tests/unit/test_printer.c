#include "ui/printer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static uint8_t memory[256 * 1024];
static struct buf text;
static struct printer p;

static void begin(enum print_mode mode, bool hex, bool color)
{
	buf_init(&text, memory, sizeof(memory));
	printer_init(&p, mode, hex, color, &text);
}

static void show(enum ws_opcode opcode, const char *data, size_t len,
	bool first, bool last)
{
	struct ws_event ev = {
		.type = WS_EVENT_DATA,
		.opcode = opcode,
		.first = first,
		.last = last,
		.data = (const uint8_t *)data,
		.len = len,
	};
	size_t at = 0;

	cr_assert(printer_data(&p, &ev, &at));
	cr_assert_eq(at, len);
}

static const char *shown(void)
{
	static char copy[65536];
	size_t n = printer_ready(&p);

	memcpy(copy, buf_head(&text), n);
	copy[n] = 0;
	buf_consume(&text, n);
	printer_wrote(&p);
	return copy;
}

static const struct {
	enum print_mode mode;
	bool hex, color;
	enum ws_opcode opcode;
	const char *data, *text;
} cases[] = {
	{ PRINT_BYTES, false, false, WS_TEXT, "hi", "hi\n" },
	{ PRINT_BYTES, false, false, WS_TEXT, "", "\n" },
	{ PRINT_BYTES, false, false, WS_BINARY, "\x1b\xff", "\x1b\xff\n" },
	{ PRINT_BYTES, true, false, WS_TEXT, "hi",
		"00000000  68 69                                             "
		"|hi|\n00000002\n" },
	{ PRINT_TERMINAL, false, false, WS_TEXT, "a\x1b[2J\nb\xff",
		"a\\x1b[2J\nb\\xff\n" },
	{ PRINT_TERMINAL, false, true, WS_TEXT, "a\x1b",
		"a\x1b[7m\\x1b\x1b[27m\n" },
	{ PRINT_TERMINAL, false, false, WS_BINARY, "\x1b",
		"00000000  1b                                                "
		"|.|\n00000001\n" },
	{ PRINT_REPL, false, false, WS_TEXT, "a\nDisconnected",
		"< a\n  Disconnected\n" },
	{ PRINT_REPL, false, true, WS_TEXT, "a", "\x1b[34m< a\n\x1b[39m" },
	{ PRINT_REPL, false, false, WS_BINARY, "", "< binary:\n(empty)\n" },
};

/* Each whole and in two pieces cut at every place. */
Test(printer, modes)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].data);

		begin(cases[i].mode, cases[i].hex, cases[i].color);
		for (size_t cut = 0; cut <= len; cut++) {
			if (cut)
				show(cases[i].opcode, cases[i].data, cut, true,
					false);
			show(cases[i].opcode, cases[i].data + cut, len - cut,
				cut == 0, true);
			cr_assert_str_eq(shown(), cases[i].text,
				"case %zu cut %zu", i, cut);
		}
	}
}

Test(printer, the_repl_waits_for_a_message_s_end)
{
	begin(PRINT_REPL, false, false);
	show(WS_TEXT, "one", 3, true, true);
	show(WS_TEXT, "tw", 2, true, false);
	cr_assert_str_eq(shown(), "< one\n");
	printer_notice(&p, STYLE_CONTROL, "pong %s", "\x1b[2J");
	cr_assert_str_eq(shown(), "pong \\x1b[2J\n");
	show(WS_TEXT, "o", 1, false, true);
	cr_assert_str_eq(shown(), "< two\n");
}

Test(printer, an_abandoned_message_has_no_end_mark_in_a_pipe)
{
	begin(PRINT_BYTES, false, false);
	show(WS_TEXT, "half", 4, true, false);
	printer_abandon(&p);
	cr_assert_str_eq(shown(), "half");
	begin(PRINT_REPL, false, false);
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

		begin(modes[m], false, true);
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
