#ifndef WSTAP_TESTS_UNIT_INPUT_BENCH_H
#define WSTAP_TESTS_UNIT_INPUT_BENCH_H

#include "session/input.h"
#include "unit/wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * An input on a bench: a pipe before it, and behind it what it sends, as text.
 */
enum { PIPED = 1000 }; /* for a config's fd: what feed() writes */

static uint8_t line_memory[65536], file_memory[4096], out_memory[131072];
static struct buf line, file, out;
static struct ws_conn conn;
static struct outgoing o;
static struct outlet to;
static struct input in;
static struct sends none;
static int pipe_end = -1;

static inline void begin(struct input_config config)
{
	int fds[2];

	if (config.fd == PIPED) {
		cr_assert_eq(pipe(fds), 0);
		config.fd = fds[0];
		pipe_end = fds[1];
	}
	if (!config.sends)
		config.sends = &none;
	buf_init(&line, line_memory, sizeof(line_memory));
	buf_init(&file, file_memory, sizeof(file_memory));
	buf_init(&out, out_memory, sizeof(out_memory));
	ws_conn_init(&conn, WS_CLIENT, NULL);
	outgoing_init(&o, &conn, &out, &(struct outgoing_config){ 0 });
	outlet_init_only(&to, &o);
	config.sender = SENDER_INPUT;
	input_init(&in, &config, &line, &file);
}

static inline void begin_lines(void)
{
	begin((struct input_config){ .fd = PIPED });
}

static inline void feed(const char *text, size_t len)
{
	cr_assert_eq(write(pipe_end, text, len), (ssize_t)len);
	cr_assert_geq(input_fd(&in, &to), 0);
	input_read(&in);
	input_pump(&in, &to);
}

/* What was sent, one message after another: "text a|text b|"; and what the
 * network had of it is gone. */
static inline const char *sent(void)
{
	static char log[1 << 17];
	size_t n = 0;
	struct ws_frame f;

	while (buf_len(&out) > 0) {
		char *name = log + n;
		size_t len;

		if (*buf_head(&out) & 0xf)
			n += (size_t)sprintf(name, "%s ",
				ws_opcode_name(*buf_head(&out) & 0xf));
		len = wire_frame(
			buf_head(&out), buf_len(&out), &f, (uint8_t *)log + n);
		cr_assert_gt(len, 0);
		n += f.len;
		if (f.fin)
			log[n++] = '|';
		outgoing_wrote(&o, len);
	}
	log[n] = 0;
	return log;
}

/* All that comes of itself: of files, and of a pipe that has ended. */
static inline const char *run(void)
{
	static char log[1 << 17];
	size_t n = 0;

	do {
		input_pump(&in, &to);
		n += (size_t)snprintf(log + n, sizeof(log) - n, "%s", sent());
		if (input_fd(&in, &to) >= 0)
			input_read(&in);
	} while (input_fd(&in, &to) >= 0 || input_pump(&in, &to));
	return log;
}

static inline const char *end(void)
{
	close(pipe_end);
	return run();
}

static inline void connect_again(bool again)
{
	input_restart(&in, again, outgoing_unsent(&o));
	buf_clear(&out);
	ws_conn_init(&conn, WS_CLIENT, NULL);
	outgoing_init(&o, &conn, &out, &(struct outgoing_config){ 0 });
}

#endif
