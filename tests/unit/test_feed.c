#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "session/feed.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct buf buf;
static struct feed f;
static int pipe_end;
static char log_text[1024];
static size_t log_len;

static void begin(enum record_format format, size_t cap)
{
	static uint8_t zeros[4096];
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	pipe_end = fds[1];
	buf_init(&buf, guard_copy(zeros, cap), cap);
	feed_init(&f, fds[0], "a pipe", format, WS_TEXT, &buf);
	f.own = true;
	log_len = 0;
	log_text[0] = 0;
}

static void finish(void)
{
	feed_release(&f);
	close(pipe_end);
}

static void send(const void *data, size_t len)
{
	cr_assert_eq(write(pipe_end, data, len), (ssize_t)len);
}

/* Takes what there is: "text a|ping b|". */
static void drain(void)
{
	struct feed_piece p;

	while (feed_next(&f, &p)) {
		if (p.first)
			log_len += (size_t)sprintf(log_text + log_len, "%s ",
				ws_opcode_name(p.opcode));
		if (p.opcode == WS_CLOSE)
			log_len += (size_t)sprintf(
				log_text + log_len, "%u ", p.code);
		memcpy(log_text + log_len, p.data, p.len);
		log_len += p.len;
		if (p.last)
			log_text[log_len++] = '|';
		log_text[log_len] = 0;
	}
}

/* Reads, and takes what there is twice: the second time it is the same. */
static void read_twice(void)
{
	char before[sizeof(log_text)];
	size_t at = log_len;

	feed_read(&f);
	drain();
	if (f.err.kind != ERR_NONE)
		return;
	strcpy(before, log_text);
	log_len = at;
	log_text[at] = 0;
	feed_rewind(&f);
	drain();
	cr_assert_str_eq(log_text, before);
}

static const struct {
	enum record_format format;
	const char *in;
	size_t len;
	const char *out;
	size_t out_len;
	const char *error;
} cases[] = {
#define CASE(format, in, out, error)                                           \
	{                                                                      \
		RECORD_##format, in, sizeof(in) - 1, out, sizeof(out) - 1,     \
			error                                                  \
	}
	CASE(LINES, "", "", NULL),
	CASE(LINES, "\n", "text |", NULL),
	CASE(LINES, "a\r\na long line, and\rlonger\n\nb",
		"text a|text a long line, and\rlonger|text |text b|", NULL),
	CASE(NUL, "a long record\n\0\0b", "text a long record\n|text |text b|",
		NULL),
	CASE(LENGTH, "\0\0\0\15a long record\0\0\0\0\0\0\0\1b",
		"text a long record|text |text b|", NULL),
	CASE(LENGTH, "\0\0\0\1a\0\0\0", "text a|",
		"a pipe ended inside record 2: 1 byte is missing"),
	CASE(LENGTH, "\0\0\0\1a\0\0\0\20a long one", "text a|",
		"ended inside record 2: 6 bytes are missing"),
	CASE(WHOLE, "", "text |", NULL),
	CASE(WHOLE, "all\n of it\n", "text all\n of it\n|", NULL),
	CASE(JSONL, "", "", NULL),
	CASE(JSONL,
		"{\"type\":\"text\",\"data\":\"a\\u0000b\"}\r\n\n"
		"{\"type\":\"open\"}\n{\"type\":\"ping\",\"base64\":\"YQ==\"}\n"
		"{\"type\":\"binary\",\"data\":\"\"}",
		"text a\0b|ping a|binary |", NULL),
	CASE(JSONL, "{\"type\":\"close\",\"code\":1001,\"reason\":\"r\"}\n",
		"close 1001 r|", NULL),
	CASE(JSONL, "{\"type\":\"close\",\"code\":null}\n{\"type\":\"pong\"}",
		"close 1005 |pong |", NULL),
	CASE(JSONL, "\n{\"type\":\"pong\"}\n{}\n{\"type\":\"pong\"}\n",
		"pong |", "record 3 of a pipe was not sent: there is no "),
	CASE(JSONL, "{\"type\":\"pong\"}\n{\"type\"", "pong |",
		"record 2 of a pipe was not sent: not JSON"),
#undef CASE
};

/* What a record that is cut short leaves depends on the buffer. */
static void drop_unfinished(void)
{
	while (log_len > 0 && log_text[log_len - 1] != '|')
		log_text[--log_len] = 0;
}

/* Reads until so many bytes came, or, with none given, to the end. */
static void read_all(size_t len)
{
	while (f.fd >= 0 && f.err.kind == ERR_NONE && len > 0) {
		size_t room = buf_room(&buf);

		cr_assert_gt(room, 0, "no progress");
		read_twice();
		len -= room < len ? room : len;
	}
}

static void check(size_t i, size_t cap, size_t cut)
{
	begin(cases[i].format, cap);
	send(cases[i].in, cut);
	read_all(cut);
	send(cases[i].in + cut, cases[i].len - cut);
	close(pipe_end);
	read_all(SIZE_MAX);
	drop_unfinished();
	cr_assert(log_len == cases[i].out_len &&
			  memcmp(log_text, cases[i].out, log_len) == 0,
		"case %zu, buffer of %zu, cut %zu: %s", i, cap, cut, log_text);
	cr_assert_eq(f.err.kind, cases[i].error ? ERR_INPUT : ERR_NONE);
	if (cases[i].error)
		cr_assert(strstr(f.err.line, cases[i].error), "%s", f.err.line);
	else
		cr_assert(feed_ended(&f));
	feed_release(&f);
}

/* Through buffers of several sizes, in two writes, cut everywhere. */
Test(feed, every_format_at_every_cut)
{
	static const size_t caps[] = { RECORDS_ROOM, 9, 16, 17, 100 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t c = 0; c < sizeof(caps) / sizeof(*caps); c++)
			for (size_t cut = 0; cut <= cases[i].len; cut++)
				check(i, caps[c], cut);
}

Test(feed, raw_is_what_each_read_gave)
{
	begin(RECORD_RAW, 16);
	send("a\n", 2);
	read_twice();
	send("\0", 1);
	read_twice();
	cr_assert_eq(log_len, strlen("binary a\n|binary 0|"));
	cr_assert_eq(memcmp(log_text, "binary a\n|binary \0|", log_len), 0);
	finish();
}

/* A line that doesn't fit the buffer is put together, also where the latest
 * read is taken back again and again. */
Test(feed, long_json_line_is_gathered_again)
{
	static const char line[] = "{\"type\":\"text\",\"data\":\"some text\"}";

	begin(RECORD_JSONL, RECORDS_ROOM);
	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		send(line + i, 1);
		read_twice();
		feed_rewind(&f);
		feed_rewind(&f);
		drain();
		cr_assert_not(feed_ended(&f));
	}
	cr_assert_str_eq(log_text, "");
	send("\n{", 2);
	read_twice();
	cr_assert_str_eq(log_text, "text some text|");
	finish();
}

Test(feed, json_line_has_a_limit)
{
	static const char line[] = "{\"type\":\"ping\"}  \n";

	for (size_t len = 0; len <= 2; len++) {
		begin(RECORD_JSONL, RECORDS_ROOM);
		f.max_line = 16;
		send(line, 15 + len);
		send("\n", 1);
		close(pipe_end);
		read_all(SIZE_MAX);
		cr_assert_str_eq(log_text, len < 2 ? "ping |" : "");
		cr_assert_eq(f.err.kind, len < 2 ? ERR_NONE : ERR_INPUT);
		cr_assert(len < 2 ||
			  strstr(f.err.line, "record 1 of a pipe is longer "
					     "than --max-message allows"));
		feed_release(&f);
	}
}

/* --- descriptors --- */

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

Test(feed, closes_its_own)
{
	for (int own = 0; own < 2; own++)
		for (int early = 0; early < 2; early++) {
			int fd;

			begin(RECORD_LINES, 16);
			f.own = own;
			fd = f.fd;
			send("a\nb", 3);
			close(pipe_end);
			feed_read(&f);
			cr_assert(is_open(fd));
			if (early)
				feed_close(&f);
			else
				feed_read(&f);
			cr_assert_eq(is_open(fd), !own);
			cr_assert_eq(f.fd, -1);
			cr_assert_eq(feed_ended(&f), early);
			drain();
			cr_assert(feed_ended(&f));
			cr_assert_str_eq(
				log_text, early ? "" : "text a|text b|");
			feed_release(&f);
		}
}

/* Nothing waits behind a close, nor comes back. */
Test(feed, closed_is_empty)
{
	begin(RECORD_LENGTH, RECORDS_ROOM);
	send("\0\0\0\11abcdef", 10);
	read_twice();
	read_twice();
	cr_assert_str_eq(log_text, "text abcd");
	cr_assert_not(feed_ended(&f));
	feed_close(&f);
	cr_assert(feed_ended(&f));
	feed_rewind(&f);
	drain();
	cr_assert(feed_ended(&f));
	cr_assert_str_eq(log_text, "text abcd");
	cr_assert_eq(f.err.kind, ERR_NONE);
	finish();
}

Test(feed, nothing_comes_of_no_descriptor)
{
	struct feed_piece p;

	for (int format = RECORD_LINES; format <= RECORD_JSONL; format++) {
		begin(RECORD_LINES, 16);
		finish();
		feed_init(
			&f, -1, "", (enum record_format)format, WS_TEXT, &buf);
		cr_assert(feed_ended(&f));
		cr_assert_not(feed_next(&f, &p));
		cr_assert_eq(f.err.kind, ERR_NONE);
	}
}

/* Nothing there, yet, is no end. */
Test(feed, may_be_asked_too_early)
{
	begin(RECORD_WHOLE, 16);
	cr_assert_eq(fcntl(f.fd, F_SETFL, O_NONBLOCK), 0);
	send("a", 1);
	read_twice();
	read_twice();
	cr_assert_eq(f.err.kind, ERR_NONE);
	cr_assert_geq(f.fd, 0);
	send("b", 1);
	read_twice();
	close(pipe_end);
	read_twice();
	cr_assert_str_eq(log_text, "text ab|");
	feed_release(&f);
}

/* What came before a read that fails is good; what it cut off is not. */
Test(feed, read_that_fails)
{
	static const struct {
		enum record_format format;
		const char *in, *out, *error;
	} broken[] = {
		{ RECORD_LINES, "a\nb\nc", "text a|text b|",
			"reading a pipe: Is a directory" },
		{ RECORD_WHOLE, "a\nb\nc", "",
			"reading a pipe: Is a directory" },
		{ RECORD_JSONL, "\nfalse\n{\"type\":\"ping\"}\n", "",
			"record 2 of a pipe was not sent: " },
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		begin(broken[i].format, 100);
		send(broken[i].in, strlen(broken[i].in));
		feed_read(&f);
		cr_assert_geq(dup2(open("/", O_RDONLY), f.fd), 0);
		feed_read(&f);
		cr_assert_eq(f.fd, -1);
		drain();
		drain();
		cr_assert_str_eq(log_text, broken[i].out);
		cr_assert_eq(f.err.kind, ERR_INPUT);
		cr_assert_eq(strncmp(f.err.line, broken[i].error,
				     strlen(broken[i].error)),
			0, "%s", f.err.line);
		finish();
	}
}
