#define _GNU_SOURCE /* strdup */
#include "session/input.h"
#include "ws/mask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t line_memory[65536], out_memory[131072];
static struct buf line, out;
static struct ws_conn conn;
static struct outgoing o;
static struct input in;
static struct strings none;
static int pipe_end;

static void begin(const struct strings *execute, bool binary)
{
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	pipe_end = fds[1];
	buf_init(&line, line_memory, sizeof(line_memory));
	buf_init(&out, out_memory, sizeof(out_memory));
	ws_conn_init(&conn, WS_CLIENT, NULL);
	outgoing_init(&o, &conn, &out, 0);
	input_init(
		&in, execute, execute->n ? -1 : fds[0], false, binary, &line);
	input_restart(&in);
}

static void feed(const char *text, size_t len)
{
	cr_assert_eq(write(pipe_end, text, len), (ssize_t)len);
	cr_assert(input_wants_read(&in));
	input_read(&in);
	input_pump(&in, &o);
}

static void end(void)
{
	close(pipe_end);
	while (in.fd >= 0)
		input_read(&in);
	input_pump(&in, &o);
}

/* What was sent, one message after another: "text a|text b|". */
static const char *sent(void)
{
	static char log[4096];
	size_t n = 0;

	while (buf_len(&out) > 0) {
		struct ws_frame f;
		const char *why;
		int header =
			ws_frame_read(&f, buf_head(&out), buf_len(&out), &why);

		if (f.opcode != WS_CONTINUATION)
			n += (size_t)sprintf(
				log + n, "%s ", ws_opcode_name(f.opcode));
		ws_mask((uint8_t *)log + n, buf_head(&out) + header,
			(size_t)f.len, f.key, 0);
		n += f.len;
		if (f.fin)
			log[n++] = '|';
		buf_consume(&out, (size_t)header + (size_t)f.len);
	}
	log[n] = 0;
	return log;
}

Test(input, lines_become_messages)
{
	begin(&none, false);
	feed("one\ntwo\r\n\nthr", 13);
	cr_assert_str_eq(sent(), "text one|text two|text |");
	cr_assert_not(input_ended(&in));
	feed("ee", 2);
	cr_assert_str_eq(sent(), "");
	cr_assert_eq(input_held(&in), 1);
	end();
	cr_assert_str_eq(sent(), "text three|");
	cr_assert(input_ended(&in));
	cr_assert_eq(input_held(&in), 0);
}

Test(input, execute_replaces_it)
{
	struct strings list = { 0 };

	strings_add(&list, "a");
	strings_add(&list, "");
	strings_add(&list, "c");
	begin(&list, true);
	cr_assert_eq(input_held(&in), 3);
	input_pump(&in, &o);
	cr_assert_str_eq(sent(), "binary a|binary |binary c|");
	cr_assert(input_ended(&in));
	/* each connection gets them */
	input_restart(&in);
	cr_assert_not(input_ended(&in));
	strings_release(&list);
}

/* Bad text stops the input at its record; what came before was sent. */
Test(input, text_is_utf8_or_not_sent)
{
	static const struct {
		const char *text;
		const char *record;
	} cases[] = {
		{ "\xff\n", "record 1 " },
		{ "a\nb\n\xc3(\nd\n", "record 3 " },
		{ "a\nb\n\xe2\x82\n", "record 3 " },
		{ "a\nb\n\xed\xa0\x80\n", "record 3 " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin(&none, false);
		feed(cases[i].text, strlen(cases[i].text));
		end();
		cr_assert_str_eq(sent(), i ? "text a|text b|" : "");
		cr_assert(input_ended(&in));
		cr_assert_eq(in.err.kind, ERR_INPUT);
		cr_assert(strstr(in.err.line, cases[i].record), "%s",
			in.err.line);
	}
}

Test(input, binary_is_any_bytes)
{
	begin(&none, true);
	feed("\xff\xfe\n", 3);
	cr_assert_str_eq(sent(), "binary \xff\xfe|");
}

/* A record longer than the buffer streams, its characters cut anywhere. */
Test(input, long_records_stream)
{
	enum { COPIES = 60000 };
	size_t total = 0, frames = 0;
	bool fin = false;

	begin(&none, false);
	for (size_t i = 0; i < COPIES; i += 1000) {
		char block[3000];

		for (size_t j = 0; j < 3000; j += 3)
			memcpy(block + j, "\xe2\x82\xac", 3);
		feed(block, sizeof(block));
		while (buf_len(&out) > 0) {
			struct ws_frame f;
			const char *why;
			int h = ws_frame_read(
				&f, buf_head(&out), buf_len(&out), &why);

			cr_assert_eq(
				f.opcode, frames++ ? WS_CONTINUATION : WS_TEXT);
			cr_assert_not(f.fin);
			total += f.len;
			buf_consume(&out, (size_t)h + (size_t)f.len);
		}
	}
	cr_assert_gt(frames, 1);
	end();
	while (buf_len(&out) > 0) {
		struct ws_frame f;
		const char *why;
		int h = ws_frame_read(&f, buf_head(&out), buf_len(&out), &why);

		cr_assert_not(fin);
		fin = f.fin;
		total += f.len;
		buf_consume(&out, (size_t)h + (size_t)f.len);
	}
	cr_assert(fin);
	cr_assert_eq(total, 3 * COPIES);
	cr_assert_eq(in.err.kind, ERR_NONE);
}

Test(input, a_listener_s_next_client_gets_whole_records)
{
	begin(&none, false);
	/* The first client's network takes nothing: the record waits. */
	out.end = out.cap - 100;
	feed("kept\nand more\n", 14);
	buf_clear(&out);
	input_restart(&in);
	input_pump(&in, &o);
	cr_assert_str_eq(sent(), "text kept|text and more|");
}

Test(input, typed_lines)
{
	begin(&none, false);
	input_type(&in, strdup("hello"), false);
	cr_assert(input_busy(&in));
	input_pump(&in, &o);
	cr_assert_not(input_busy(&in));
	cr_assert_str_eq(sent(), "text hello|");
	input_type(&in, strdup("\xff"), false);
	input_pump(&in, &o);
	cr_assert_eq(in.err.kind, ERR_INPUT);
	cr_assert_not(input_busy(&in));
}
