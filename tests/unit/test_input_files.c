#define _GNU_SOURCE /* mkdtemp, mkfifo */
#include "unit/input_bench.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/* -x and -f: what is sent before standard input, or instead of it. */

static char directory[] = "/tmp/wstap-test-XXXXXX";
static char paths[4][64];
static struct sends list;

static const char *path(int n)
{
	return paths[n];
}

static void write_file(int n, const char *text, size_t len)
{
	int fd = open(path(n), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(directory));
	for (int i = 0; i < 4; i++)
		snprintf(paths[i], sizeof(paths[i]), "%s/%d", directory, i);
}

static void tear_down(void)
{
	for (int i = 0; i < 4; i++)
		unlink(path(i));
	rmdir(directory);
	sends_release(&list);
	input_release(&in);
}

TestSuite(input_files, .init = set_up, .fini = tear_down);

/* Puts a pipe that holds text, and ends behind it, in standard input's
 * place. */
static void set_stdin(const char *text)
{
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
	close(fds[1]);
	cr_assert_eq(dup2(fds[0], 0), 0);
	close(fds[0]);
}

static void begin_list(int fd)
{
	begin((struct input_config){ .sends = &list, .fd = fd, .keep = true });
}

Test(input_files, execute_replaces_standard_input)
{
	sends_add(&list, false, "a");
	sends_add(&list, false, "");
	sends_add(&list, false, "c");
	begin((struct input_config){
		.sends = &list, .fd = -1, .binary = true });
	cr_assert_eq(input_held(&in), 3);
	cr_assert(input_busy(&in));
	cr_assert_not(input_ended(&in));
	cr_assert(input_pump(&in, &to));
	cr_assert_str_eq(sent(), "binary a|binary |binary c|");
	cr_assert(input_ended(&in));
	/* Each connection gets them. */
	connect_again(true);
	cr_assert_not(input_ended(&in));
	cr_assert_str_eq(run(), "binary a|binary |binary c|");
	connect_again(false);
	cr_assert_str_eq(run(), "binary a|binary |binary c|");
}

Test(input_files, one_after_another_in_order)
{
	write_file(0, "a\nb\n", 4);
	write_file(1, "", 0);
	sends_add(&list, true, path(0));
	sends_add(&list, false, "x");
	sends_add(&list, true, path(1));
	sends_add(&list, true, path(0));
	begin_list(PIPED);
	cr_assert_eq(write(pipe_end, "line\n", 5), 5);
	cr_assert_eq(input_held(&in), 4);
	cr_assert_str_eq(
		end(), "text a\nb\n|text x|text |text a\nb\n|text line|");
	cr_assert_eq(in.taken, 13);
	cr_assert(input_ended(&in));
}

/* Longer than the buffer, a character across every edge. */
Test(input_files, long_file_streams)
{
	static char text[3 * 5000 + 1];

	for (size_t i = 0; i < 5000; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 3);
	write_file(0, text, sizeof(text) - 1);
	sends_add(&list, true, path(0));
	begin_list(-1);
	for (int again = 0; again < 2; again++) {
		const char *log = run();

		cr_assert_eq(strncmp(log, "text ", 5), 0);
		cr_assert_eq(strncmp(log + 5, text, sizeof(text) - 1), 0);
		cr_assert_str_eq(log + 5 + sizeof(text) - 1, "|");
		cr_assert(input_ended(&in));
		connect_again(again == 1);
	}
}

Test(input_files, broken_off_in_the_middle)
{
	static char text[10000];

	memset(text, 'a', sizeof(text));
	write_file(0, text, sizeof(text));
	sends_add(&list, true, path(0));
	begin_list(-1);
	input_pump(&in, &to);
	input_read(&in);
	input_pump(&in, &to);
	cr_assert_gt(buf_len(&out), 0);
	cr_assert_eq(input_held(&in), 1);
	connect_again(true);
	cr_assert_eq(strlen(run()), strlen("text |") + sizeof(text));
	cr_assert(input_ended(&in));
}

/* What is wrong with one stops the rest; what stands before it goes. */
Test(input_files, faults)
{
	static const struct {
		const char *path, *text, *why;
	} cases[] = {
		{ "missing", NULL, ": cannot read it: No such file" },
		{ ".", NULL, "Is a directory" },
		{ "0", "\xff", "/0: is not UTF-8 and was not sent" },
		{ "0", "a\xe2\x82", "/0: is not UTF-8 and was not sent" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char name[128];

		snprintf(name, sizeof(name), "%s/%s", directory, cases[i].path);
		if (cases[i].text)
			write_file(0, cases[i].text, strlen(cases[i].text));
		sends_add(&list, false, "before");
		sends_add(&list, true, name);
		sends_add(&list, false, "behind");
		begin_list(-1);
		cr_assert_str_eq(run(), "text before|");
		cr_assert_eq(in.err.kind, ERR_INPUT);
		cr_assert(strstr(in.err.line, cases[i].why), "%s", in.err.line);
		cr_assert(strstr(in.err.line, cases[i].path));
		cr_assert(input_ended(&in));
		cr_assert_geq(input_held(&in), 1);
		cr_assert_eq(input_fd(&in, &to), -1);
		input_release(&in);
		sends_release(&list);
	}
	sends_add(&list, false, "\xff");
	begin_list(-1);
	cr_assert_str_eq(run(), "");
	cr_assert(strstr(in.err.line, "-x \"\xff\" is not UTF-8"));
}

/* What turns out late to be no text was begun, and is never finished. */
Test(input_files, long_bad_text_is_not_finished)
{
	static const char *const ends[] = { "\xe2\x82", "\xff", "\xc3(" };
	static char text[10000];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		memset(text, 'a', sizeof(text));
		strcpy(text + sizeof(text) - 4, ends[i]);
		write_file(0, text, strlen(text));
		sends_add(&list, true, path(0));
		begin_list(-1);
		cr_assert_null(strchr(run(), '|'));
		cr_assert_eq(in.err.kind, ERR_INPUT);
		input_release(&in);
		sends_release(&list);
	}
}

Test(input_files, binary_ones_are_any_bytes)
{
	write_file(0, "\xff", 1);
	sends_add(&list, true, path(0));
	begin((struct input_config){
		.sends = &list, .fd = -1, .binary = true });
	cr_assert_str_eq(run(), "binary \xff|");
}

/* --- standard input as a file --- */

Test(input_files, standard_input_is_one_message)
{
	set_stdin("a\nb\n");
	sends_add(&list, false, "x");
	sends_add(&list, true, "-");
	begin_list(-1);
	cr_assert_str_eq(run(), "text x|text a\nb\n|");
	cr_assert(input_ended(&in));
	cr_assert_geq(fcntl(0, F_GETFD), 0, "it is not ours to close");
}

/* It is there only once: the next connection gets no empty message for it. */
Test(input_files, standard_input_is_there_once)
{
	for (int again = 0; again < 2; again++) {
		set_stdin("a");
		sends_add(&list, true, "-");
		sends_add(&list, false, "x");
		sends_add(&list, true, "-");
		begin_list(-1);
		cr_assert_str_eq(run(), "text a|text x|text |");
		connect_again(again);
		cr_assert_str_eq(run(), "text x|");
		cr_assert(input_ended(&in));
		connect_again(again);
		cr_assert_str_eq(run(), "text x|");
		sends_release(&list);
	}
}

/* A connection that broke before it was read leaves it to the next. */
Test(input_files, standard_input_not_read_is_kept)
{
	set_stdin("a");
	sends_add(&list, true, "-");
	begin_list(-1);
	connect_again(true);
	cr_assert_str_eq(run(), "text a|");
	cr_assert(input_ended(&in));
}

/* Nor is it lost where it was waited for; but what was read of it is, and that
 * is said. */
Test(input_files, standard_input_broken_off)
{
	static char text[6000];

	memset(text, 'a', sizeof(text) - 1);
	set_stdin(text);
	sends_add(&list, true, "-");
	begin_list(-1);
	input_pump(&in, &to);
	cr_assert_eq(input_fd(&in, &to), 0);
	cr_assert_eq(input_restart(&in, true, 0), 0);
	input_pump(&in, &to);
	input_read(&in);
	input_pump(&in, &to);
	cr_assert_gt(buf_len(&out), 0);
	cr_assert_eq(input_restart(&in, true, 0), 1);
	cr_assert_eq(input_restart(&in, true, 0), 0);
	cr_assert(input_ended(&in));
}

/* --- before anything is sent --- */

static bool check(const char *name, uint64_t *total, bool *unknown)
{
	struct err err = { 0 };
	bool fine;

	*total = 0;
	*unknown = false;
	sends_add(&list, false, "not a file");
	sends_add(&list, true, name);
	fine = sends_check(&list, total, unknown, &err);
	cr_assert_eq(err.kind, fine ? ERR_NONE : ERR_INPUT);
	cr_assert(fine || strstr(err.line, name), "%s", err.line);
	sends_release(&list);
	return fine;
}

static void type_file(int n, bool binary)
{
	input_type(&in, (struct typed_item){
				.data = strdup(path(n)),
				.len = strlen(path(n)),
				.binary = binary,
				.file = true,
			});
}

static void type(const char *text)
{
	input_type(&in, (struct typed_item){
				.data = strdup(text), .len = strlen(text) });
}

/* All that is there, read and sent, as the loop does it in the REPL. */
static const char *run_typed(void)
{
	static char log[1 << 16];
	size_t n = 0;

	do {
		input_pump(&in, &to);
		if (input_fd(&in, &to) >= 0)
			input_read(&in);
		n += (size_t)sprintf(log + n, "%s", sent());
		if (in.err.kind != ERR_NONE) {
			n += (size_t)sprintf(log + n, "[%s]", in.err.line);
			input_forgive(&in);
		}
	} while (input_busy(&in));
	return log;
}

Test(input_files, typed_in_between)
{
	begin((struct input_config){ .fd = -1, .open_ended = true });
	write_file(0, "contents", 8);
	write_file(1, "\xff\xfe", 2);
	type("before");
	type_file(0, false);
	type_file(1, true);
	type("behind");
	cr_assert_str_eq(run_typed(),
		"text before|text contents|binary \xff\xfe|text behind|");
}

Test(input_files, typed_ones_that_fail_are_passed_over)
{
	char expected[1024];

	begin((struct input_config){ .fd = -1, .open_ended = true });
	write_file(1, "\xff", 1);
	type_file(0, false);
	type_file(1, false);
	type("behind");
	snprintf(expected, sizeof(expected),
		"[/file %s: cannot read it: No such file or directory]"
		"[/file %s: is not UTF-8 and was not sent (/binary sends any "
		"bytes)]text behind|",
		path(0), path(1));
	cr_assert_str_eq(run_typed(), expected);
}

Test(input_files, typed_long_bad_text_is_left_unfinished)
{
	static char text[3 * sizeof(file_memory)];

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\xff';
	begin((struct input_config){ .fd = -1, .open_ended = true });
	write_file(0, text, sizeof(text));
	type_file(0, false);
	for (int i = 0; in.err.kind == ERR_NONE; i++) {
		cr_assert_lt(i, 10);
		input_pump(&in, &to);
		if (input_fd(&in, &to) >= 0)
			input_read(&in);
	}
	input_forgive(&in);
	/* Whoever asks is told to close. */
	cr_assert_eq(o.busy, SENDER_INPUT);
	cr_assert_not(input_busy(&in));
}

Test(input_files, are_checked_first)
{
	uint64_t total;
	bool unknown;

	write_file(0, "12345", 5);
	cr_assert_eq(mkfifo(path(1), 0600), 0);
	cr_assert(check(path(0), &total, &unknown));
	cr_assert(total == 5 && !unknown);
	cr_assert(check(path(1), &total, &unknown));
	cr_assert(total == 0 && unknown);
	cr_assert_not(check(path(2), &total, &unknown));
	cr_assert_not(check(directory, &total, &unknown));
	set_stdin("");
	cr_assert(check("-", &total, &unknown));
	cr_assert(unknown);
	close(0);
	cr_assert_not(check("-", &total, &unknown));
}

/* Sizes are added up. */
Test(input_files, have_a_size_together)
{
	struct err err;
	uint64_t total = 1;
	bool unknown = false;

	write_file(0, "12345", 5);
	write_file(1, "", 0);
	sends_add(&list, true, path(0));
	sends_add(&list, true, path(1));
	sends_add(&list, true, path(0));
	cr_assert(sends_check(&list, &total, &unknown, &err));
	cr_assert(total == 11 && !unknown);
}
