#define _GNU_SOURCE /* strdup */
#include "unit/input_bench.h"

/* --- standard input --- */

Test(input, lines_become_messages)
{
	begin_lines();
	feed("one\ntwo\r\n\nthr", 13);
	cr_assert_str_eq(sent(), "text one|text two|text |");
	cr_assert_not(input_ended(&in));
	feed("ee", 2);
	cr_assert_str_eq(sent(), "");
	cr_assert_eq(input_held(&in), 1);
	cr_assert_str_eq(end(), "text three|");
	cr_assert(input_ended(&in));
	cr_assert_eq(input_held(&in), 0);
	cr_assert_eq(in.taken, 15);
}

static const struct {
	enum record_format format;
	const char *in;
	size_t len;
	const char *out;
	const char *error; /* part of the line; NULL: none */
} formats[] = {
#define CASE(format, in, out, error)                                           \
	{                                                                      \
		RECORD_##format, in, sizeof(in) - 1, out, error                \
	}
	CASE(LINES, "", "", NULL),
	CASE(LINES, "a\r\n\nb", "text a|text |text b|", NULL),
	CASE(LINES, "\xc3\xa9\nb\n", "text \xc3\xa9|text b|", NULL),
	CASE(NUL, "", "", NULL),
	CASE(NUL, "a\n\0\0b", "text a\n|text |text b|", NULL),
	CASE(RAW, "", "", NULL),
	CASE(LENGTH, "", "", NULL),
	CASE(LENGTH, "\0\0\0\2a\n\0\0\0\0\0\0\0\1b", "text a\n|text |text b|",
		NULL),
	CASE(LENGTH, "\0\0\0\1a\0\0", "text a|",
		"standard input ended inside record 2: 2 bytes are missing"),
	CASE(LENGTH, "\0\0\0\1a\0\0\0\3bc", "text a|",
		"standard input ended inside record 2: 1 byte is missing"),
	CASE(WHOLE, "", "text |", NULL),
	CASE(WHOLE, "a\nb\n", "text a\nb\n|", NULL),
	CASE(JSONL, "", "", NULL),
	CASE(JSONL, "\n{\"type\":\"text\",\"data\":\"a\"}\n", "text a|", NULL),
	CASE(JSONL,
		"{\"type\":\"ping\",\"data\":\"p\"}\n"
		"{\"type\":\"binary\",\"base64\":\"YQ==\"}",
		"ping p|binary a|", NULL),
	CASE(JSONL,
		"{\"type\":\"pong\"}\n{\"type\":\"text\"}\n"
		"{\"type\":\"text\",\"data\":\"never\"}\n",
		"pong |", "record 2 of standard input was not sent: "),
	/* Bad text stops it at its record; what came before was sent. */
	CASE(LINES, "\xff\n", "", "record 1 of standard input is not UTF-8"),
	CASE(LINES, "a\nb\n\xc3(\nd\n", "text a|text b|", "record 3 "),
	CASE(LINES, "a\nb\n\xe2\x82\nd\n", "text a|text b|", "record 3 "),
	CASE(LINES, "a\nb\n\xed\xa0\x80", "text a|text b|", "record 3 "),
	CASE(NUL, "a\0\xe2\x82", "text a|", "record 2 "),
	CASE(LENGTH, "\0\0\0\1\x80\0\0\0\1a", "", "record 1 "),
	CASE(WHOLE, "a\n\xe2", "", "record 1 "),
#undef CASE
};

/* Each in two reads, cut everywhere. */
Test(input, every_format_at_every_cut)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		for (size_t cut = 0; cut <= formats[i].len; cut++) {
			char log[256];

			begin((struct input_config){
				.fd = PIPED, .format = formats[i].format });
			if (cut > 0)
				feed(formats[i].in, cut);
			cr_assert_eq(write(pipe_end, formats[i].in + cut,
					     formats[i].len - cut),
				(ssize_t)(formats[i].len - cut));
			strcpy(log, sent());
			strcat(log, end());
			cr_assert_str_eq(log, formats[i].out,
				"case %zu, cut %zu", i, cut);
			cr_assert(input_ended(&in));
			cr_assert_eq(in.err.kind,
				formats[i].error ? ERR_INPUT : ERR_NONE);
			if (formats[i].error)
				cr_assert(strstr(in.err.line, formats[i].error),
					"%s", in.err.line);
			else
				cr_assert_eq(input_held(&in), 0);
			close(in.config.fd);
			input_release(&in);
		}
}

/* Without a standard input there is not even an empty message. */
Test(input, none_at_all)
{
	for (int f = RECORD_LINES; f <= RECORD_JSONL; f++) {
		begin((struct input_config){
			.fd = -1, .format = (enum record_format)f });
		cr_assert_eq(input_fd(&in, &to), -1);
		cr_assert_str_eq(run(), "");
		cr_assert(input_ended(&in));
	}
	begin((struct input_config){ .fd = -1, .open_ended = true });
	cr_assert_not(input_ended(&in));
}

Test(input, binary_is_any_bytes)
{
	begin((struct input_config){ .fd = PIPED, .binary = true });
	feed("\xff\xfe\n", 3);
	cr_assert_str_eq(sent(), "binary \xff\xfe|");
	begin((struct input_config){ .fd = PIPED, .format = RECORD_RAW });
	feed("\xff\n", 2);
	feed("b", 1);
	cr_assert_str_eq(sent(), "binary \xff\n|binary b|");
}

/* A record longer than the buffer streams, its characters cut anywhere. */
Test(input, long_records_stream)
{
	enum { COPIES = 60000 };
	size_t total = 0, frames = 0;
	const char *rest;

	begin_lines();
	for (size_t i = 0; i < COPIES; i += 1000) {
		char block[3000];

		for (size_t j = 0; j < 3000; j += 3)
			memcpy(block + j, "\xe2\x82\xac", 3);
		feed(block, sizeof(block));
		rest = sent();
		frames += *rest != 0;
		cr_assert_eq(strncmp(rest, "text ", 5) == 0,
			frames == 1 && *rest != 0);
		cr_assert_null(strchr(rest, '|'));
		total += strlen(rest);
	}
	cr_assert_gt(frames, 1);
	rest = end();
	cr_assert_eq(rest[strlen(rest) - 1], '|');
	cr_assert_eq(total + strlen(rest), 3 * COPIES + strlen("text |"));
	cr_assert_eq(in.err.kind, ERR_NONE);
}

Test(input, close_is_asked_for)
{
	static const char bye[] =
		"{\"type\":\"text\",\"data\":\"a\"}\n"
		"{\"type\":\"close\",\"code\":4000,\"reason\":\"b\xc3\xa9\"}\n"
		"{\"type\":\"text\",\"data\":\"never\"}\n";

	begin((struct input_config){ .fd = PIPED, .format = RECORD_JSONL });
	feed(bye, sizeof(bye) - 1);
	cr_assert_str_eq(sent(), "text a|");
	cr_assert(in.close_asked);
	cr_assert_eq(in.close_code, 4000);
	cr_assert_str_eq(in.close_reason, "b\xc3\xa9");
	cr_assert_eq(input_fd(&in, &to), -1);
	cr_assert_not(input_pump(&in, &to));
	cr_assert(input_ended(&in));
	cr_assert_eq(input_held(&in), 0);
	connect_again(false);
	cr_assert_not(in.close_asked);
	cr_assert_str_eq(run(), "");
	input_release(&in);

	begin((struct input_config){ .fd = PIPED, .format = RECORD_JSONL });
	feed("{\"type\":\"close\",\"code\":null}\n", 29);
	cr_assert(in.close_asked);
	cr_assert_eq(in.close_code, WS_CLOSE_NO_CODE);
	cr_assert_str_eq(in.close_reason, "");
	input_release(&in);
}

/* --- lockstep --- */

Test(input, lockstep_waits_for_answers)
{
	begin((struct input_config){ .fd = PIPED, .lockstep = 2 });
	input_heard(&in); /* nothing was asked */
	feed("a\nb\n", 4);
	cr_assert_str_eq(sent(), "text a|");
	cr_assert_eq(input_held(&in), 1);
	input_heard(&in);
	cr_assert_not(input_pump(&in, &to));
	input_heard(&in);
	cr_assert(input_pump(&in, &to));
	cr_assert_str_eq(sent(), "text b|");
	cr_assert_str_eq(end(), "");
	cr_assert_not(input_ended(&in), "the last answer is waited for, too");
	input_heard(&in);
	cr_assert_not(input_ended(&in));
	input_heard(&in);
	cr_assert(input_ended(&in));
}

/* Pings have no answer that counts; what a connection owes, the next one does
 * not. */
Test(input, lockstep_counts_messages)
{
	static const char lines[] = "{\"type\":\"ping\"}\n{\"type\":\"pong\"}\n"
				    "{\"type\":\"text\",\"data\":\"a\"}\n"
				    "{\"type\":\"ping\"}\n"
				    "{\"type\":\"text\",\"data\":\"b\"}\n";

	begin((struct input_config){ .fd = PIPED,
		.format = RECORD_JSONL,
		.keep = true,
		.lockstep = 1 });
	feed(lines, sizeof(lines) - 1);
	cr_assert_str_eq(sent(), "ping |pong |text a|");
	connect_again(true);
	cr_assert(input_pump(&in, &to));
	cr_assert_str_eq(sent(), "ping |text b|");
	input_heard(&in);
	cr_assert_str_eq(end(), "");
	cr_assert(input_ended(&in));
	input_release(&in);
}

Test(input, lockstep_of_sends)
{
	struct sends list = { 0 };

	sends_add(&list, false, "a");
	sends_add(&list, false, "b");
	begin((struct input_config){ .sends = &list, .fd = -1, .lockstep = 1 });
	cr_assert_str_eq(run(), "text a|");
	cr_assert_eq(input_held(&in), 1);
	input_heard(&in);
	cr_assert_str_eq(run(), "text b|");
	cr_assert_not(input_ended(&in));
	input_heard(&in);
	cr_assert(input_ended(&in));
	sends_release(&list);
}

/* --- where it is --- */

Test(input, held_is_what_was_read_and_did_not_go)
{
	static char record[50000];
	size_t full = sizeof(out_memory) - 20000;

	memset(record, 'a', sizeof(record) - 1);
	record[sizeof(record) - 1] = '\n';
	begin((struct input_config){ .fd = PIPED, .keep = true });
	cr_assert_eq(input_held(&in), 0);
	/* Room for a part of the record. */
	cr_assert_not_null(buf_reserve(&out, full));
	buf_commit(&out, full);
	cr_assert_eq(input_fd(&in, &to), -1, "what it gave was not written");
	in.config.keep = false;
	feed(record, sizeof(record));
	cr_assert_eq(input_held(&in), 1);
	cr_assert(input_busy(&in));
	cr_assert_eq(input_fd(&in, &to), -1, "a record is under way");
	buf_clear(&out);
	cr_assert(input_pump(&in, &to));
	cr_assert_not(input_busy(&in));
	cr_assert_eq(input_held(&in), 0);
	in.config.keep = true;
	cr_assert_eq(input_fd(&in, &to), -1);
	buf_clear(&out);
	feed("b\nc", 3);
	cr_assert_eq(input_held(&in), 1);
	buf_clear(&out);
	conn.owes_close = true;
	cr_assert_eq(write(pipe_end, "\nd\ne", 4), 4);
	input_read(&in);
	cr_assert_not(input_pump(&in, &to));
	cr_assert_eq(input_held(&in), 3);
}

/* A full buffer is not read into, nor is anything behind an error. */
Test(input, read_only_where_it_leads_on)
{
	static char block[4096];

	begin_lines();
	memset(block, '\n', sizeof(block));
	conn.owes_close = true;
	for (size_t n = 0; n < sizeof(line_memory); n += sizeof(block))
		feed(block, sizeof(block));
	cr_assert_eq(input_fd(&in, &to), -1);
	cr_assert_eq(input_held(&in), sizeof(line_memory));
	begin_lines();
	feed("\xff\n", 2);
	cr_assert_eq(in.err.kind, ERR_INPUT);
	cr_assert_eq(input_fd(&in, &to), -1);
}

/* --- the next connection --- */

Test(input, a_listener_s_next_client_gets_whole_records)
{
	begin_lines();
	/* The first client's network takes nothing: the record waits. */
	out.end = out.cap - 100;
	feed("kept\nand more\n", 14);
	buf_clear(&out);
	connect_again(false);
	input_pump(&in, &to);
	cr_assert_str_eq(sent(), "text kept|text and more|");
}

static void type(const char *text, bool binary)
{
	input_type(&in, (struct typed_item){
				.data = strdup(text),
				.len = strlen(text),
				.binary = binary,
			});
}

Test(input, typed_lines)
{
	begin((struct input_config){ .fd = -1, .open_ended = true });
	type("hello", false);
	cr_assert(input_busy(&in));
	input_pump(&in, &to);
	cr_assert_not(input_busy(&in));
	cr_assert_str_eq(sent(), "text hello|");
	type("\xff", true);
	cr_assert_str_eq(run(), "binary \xff|");
	type("kept", false);
	connect_again(true);
	cr_assert_str_eq(run(), "text kept|");
	type("not for the next client", false);
	connect_again(false);
	cr_assert_not(input_busy(&in));
	type("\xff", false);
	input_pump(&in, &to);
	cr_assert_eq(in.err.kind, ERR_INPUT);
	cr_assert_not(input_busy(&in));
	cr_assert_eq(input_held(&in), 0);
}

Test(input, what_is_typed_waits_its_turn)
{
	char expected[TYPED_MAX * 16] = "";

	begin((struct input_config){ .fd = -1, .open_ended = true });
	for (int i = 0; i < TYPED_MAX; i++) {
		char text[8];

		cr_assert(input_may_type(&in), "%d", i);
		snprintf(text, sizeof(text), "%d", i);
		type(text, i % 2);
		sprintf(expected + strlen(expected), "%s %d|",
			i % 2 ? "binary" : "text", i);
	}
	cr_assert_not(input_may_type(&in));
	cr_assert_str_eq(run(), expected);
	cr_assert(input_may_type(&in));
	cr_assert_not(input_busy(&in));
}

Test(input, behind_a_fault_what_is_typed_goes_on)
{
	begin((struct input_config){ .fd = -1, .open_ended = true });
	type("\xff", false);
	type("fine", false);
	input_pump(&in, &to);
	cr_assert_eq(in.err.kind, ERR_INPUT);
	input_forgive(&in);
	cr_assert_eq(in.err.kind, ERR_NONE);
	cr_assert_str_eq(run(), "text fine|");
}
