#include "unit/input_bench.h"

#include <stdlib.h>

/* Lines that are commands (--slash): what is sent, and "!LINE|" for a command
 * that is to be run, in their order. */
static char log_[4096];

static void take(void)
{
	const char *fault;
	char *command;

	do {
		input_pump(&in, &to);
		strcat(log_, sent());
		command = input_take_command(&in, &fault);
		if (!command)
			break;
		strcat(log_, "!");
		strcat(log_, fault ? fault : command);
		strcat(log_, "|");
		free(command);
	} while (true);
}

static void start(enum record_format format)
{
	log_[0] = 0;
	begin((struct input_config){
		.fd = PIPED, .format = format, .slash = true });
}

static void put(const char *text, size_t len)
{
	if (len == 0)
		return;
	cr_assert_eq(write(pipe_end, text, len), (ssize_t)len);
	cr_assert_geq(input_fd(&in, &to), 0);
	input_read(&in);
	take();
}

static void finish(void)
{
	close(pipe_end);
	while (input_fd(&in, &to) >= 0)
		input_read(&in);
	take();
}

static const struct {
	enum record_format format;
	const char *in;
	size_t len;
	const char *out;
} cases[] = {
#define CASE(format, in, out)                                                  \
	{                                                                      \
		RECORD_##format, in, sizeof(in) - 1, out                       \
	}
	CASE(LINES, "/ping", "!/ping|"),
	CASE(LINES, "a\n/ping x\r\n b\n", "text a|!/ping x|text  b|"),
	CASE(LINES, "//\n///\n//a/b\n/\n\n",
		"text /|text //|text /a/b|!/|text |"),
	CASE(LINES, " /a\na/b\n", "text  /a|text a/b|"),
	CASE(LINES, "/a\n/b\n/c", "!/a|!/b|!/c|"),
	CASE(LINES, "/a\0b\nc\n", "!it has a NUL byte in it|text c|"),
	CASE(LINES, "/\xff\nc\n", "!/\xff|text c|"),
	CASE(NUL, "/a\nb\0//c\n\0", "!/a\nb|text /c\n|"),
#undef CASE
};

Test(input_slash, at_every_cut)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t cut = 0; cut <= cases[i].len; cut++) {
			start(cases[i].format);
			put(cases[i].in, cut);
			put(cases[i].in + cut, cases[i].len - cut);
			finish();
			cr_assert_str_eq(log_, cases[i].out,
				"case %zu, cut %zu", i, cut);
			cr_assert(input_ended(&in));
			cr_assert_eq(in.err.kind, ERR_NONE);
			input_release(&in);
		}
}

/* What stands behind a command waits until it was run. */
Test(input_slash, in_its_turn)
{
	const char *fault;
	char *command;

	start(RECORD_LINES);
	feed("a\n/b\nc\n", 7);
	cr_assert_str_eq(sent(), "text a|");
	cr_assert_not(input_pump(&in, &to));
	cr_assert_str_eq(sent(), "");
	cr_assert_eq(input_held(&in), 1);
	command = input_take_command(&in, &fault);
	cr_assert_str_eq(command, "/b");
	cr_assert_null(fault);
	free(command);
	input_send_as(&in, WS_BINARY);
	input_type(
		&in, (struct typed_item){
			     .data = calloc(1, 2), .len = 1, .binary = true });
	cr_assert(input_pump(&in, &to));
	cr_assert_eq(buf_len(&out), 7 + 7);
	cr_assert_null(input_take_command(&in, &fault));
	input_release(&in);
}

/* One that does not fit is passed over as a whole. */
Test(input_slash, too_long)
{
	static char text[sizeof(line_memory) * 3];

	memset(text, 'x', sizeof(text));
	text[0] = '/';
	start(RECORD_LINES);
	for (size_t at = 0; at < sizeof(text); at += sizeof(text) / 6)
		put(text + at, sizeof(text) / 6);
	put("\n/y\nz\n", 6);
	finish();
	cr_assert_str_eq(
		log_, "!it is longer than a command can be|!/y|text z|");
	input_release(&in);
}

/* The next client gets what the one before it was not sent, and no command is
 * run twice. */
Test(input_slash, goes_on_elsewhere)
{
	static const struct {
		const char *before, *again;
		size_t taken;
	} rows[] = {
		{ "a\n/b\nc\n", "text c|", 1 },
		{ "/a\n/b\nc\n", "!/b|text c|", 1 },
		{ "/a\n/b\nc\n", "text c|", 2 },
		{ "/a\nb\n/c\nd\n", "text d|", 2 },
		{ "/a\nb\n/c\n/d\n", "!/d|", 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *fault;

		start(RECORD_LINES);
		feed(rows[i].before, strlen(rows[i].before));
		for (size_t k = 0; k < rows[i].taken; k++) {
			free(input_take_command(&in, &fault));
			if (k + 1 < rows[i].taken)
				input_pump(&in, &to);
		}
		sent();
		cr_assert_eq(input_restart(&in, false, 0), 0);
		take();
		cr_assert_str_eq(log_, rows[i].again, "row %zu", i);
		input_release(&in);
	}
}

/* After a command that asked for the end nothing more is sent. */
Test(input_slash, stopped)
{
	const char *fault;

	start(RECORD_LINES);
	feed("/close\nb\nc", 10);
	free(input_take_command(&in, &fault));
	input_stop(&in);
	cr_assert_not(input_pump(&in, &to));
	cr_assert_eq(input_held(&in), 0);
	cr_assert(input_ended(&in));
	input_release(&in);
}

/* What a command gave to be sent, and what is behind it, until it went. */
Test(input_slash, held)
{
	const char *fault;

	start(RECORD_LINES);
	feed("/hex 41\nb\n", 10);
	free(input_take_command(&in, &fault));
	cr_assert_eq(input_held(&in), 1);
	input_type(&in, (struct typed_item){ .data = calloc(1, 2), .len = 1 });
	cr_assert_eq(input_held(&in), 2);
	take();
	cr_assert_eq(input_held(&in), 0);
	input_release(&in);
}
