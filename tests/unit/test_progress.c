#define _GNU_SOURCE /* posix_openpt */

#include "ui/progress.h"

#include "ui/diag.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* The first line of a meter. */
static const struct {
	struct progress p;
	const char *text;
} firsts[] = {
	{ { 0 }, "in 0 (0 B)  out 0 (0 B)" },
	{ { .elapsed_ms = 1000 }, "in 0 (0 B)  out 0 (0 B)  0 B/s" },
	{ { 12345, 1300000, 1000, 64 * KIB, 0, 0, 1000 },
		"in 12345 (1.2 MiB)  out 1000 (64 KiB)  1.3 MiB/s" },
	{ { 1, 512, 2, 1023, 0, 0, 500 },
		"in 1 (512 B)  out 2 (1023 B)  2.9 KiB/s" },
	{ { 0, 0, 10, 450 * KIB, 450 * KIB, 1000 * KIB, 1000 },
		"in 0 (0 B)  out 10 (450 KiB)  450 KiB/s  45%, 0:01 left" },
	{ { 0, 0, 1, MIB, MIB, 61 * MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  1%, 1:00 left" },
	{ { 0, 0, 1, MIB, MIB, 3601 * MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  0%, 1:00:00 left" },
	{ { 0, 0, 1, MIB, MIB, 3724 * MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  0%, 1:02:03 left" },
	{ { 0, 0, 1, MIB, MIB, 360000 * MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  0%, 99:59:59 left" },
	{ { 0, 0, 1, MIB, MIB, 360001 * MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  0%" },
	/* What comes back does not make the input's end come sooner. */
	{ { 1, MIB, 1, MIB, MIB, 61 * MIB, 1000 },
		"in 1 (1.0 MiB)  out 1 (1.0 MiB)  2.0 MiB/s  1%, 1:00 left" },
	/* Nothing to tell a time by. */
	{ { 0, 0, 0, 0, 0, MIB, 1000 }, "in 0 (0 B)  out 0 (0 B)  0 B/s  0%" },
	{ { 0, 0, 0, 0, KIB, MIB, 1000 },
		"in 0 (0 B)  out 0 (0 B)  0 B/s  0%" },
	{ { 0, 0, 1, MIB, MIB, 2 * MIB, 0 },
		"in 0 (0 B)  out 1 (1.0 MiB)  50%" },
	/* Not a hundred before the end; no more after it. */
	{ { 0, 0, 1, MIB, 1000 * MIB - 1, 1000 * MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  99%, 0:00 left" },
	{ { 0, 0, 1, MIB, MIB, MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  100%" },
	{ { 0, 0, 1, MIB, MIB + 1, MIB, 1000 },
		"in 0 (0 B)  out 1 (1.0 MiB)  1.0 MiB/s  100%" },
	{ { UINT64_MAX, UINT64_MAX, UINT64_MAX, 0, UINT64_MAX / 2, UINT64_MAX,
		  1 },
		"in 18446744073709551615 (15 EiB)  "
		"out 18446744073709551615 (0 B)  8.0 EiB/s  50%, 0:00 left" },
};

static const struct {
	uint64_t n;
	const char *text;
} sizes[] = {
	{ 0, "0 B" },
	{ 9, "9 B" },
	{ 1023, "1023 B" },
	{ KIB, "1.0 KiB" },
	{ KIB + 102, "1.0 KiB" },
	{ KIB + 103, "1.1 KiB" },
	{ 2 * KIB - 1, "1.9 KiB" },
	{ 10 * KIB - 1, "9.9 KiB" },
	{ 10 * KIB, "10 KiB" },
	{ MIB - 1, "1023 KiB" },
	{ MIB, "1.0 MiB" },
	{ GIB - 1, "1023 MiB" },
	{ 5 * GIB / 2, "2.5 GiB" },
	{ KIB * GIB, "1.0 TiB" },
	{ MIB * GIB, "1.0 PiB" },
	{ GIB * GIB, "1.0 EiB" },
	{ UINT64_MAX, "15 EiB" },
};

Test(progress, lines)
{
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
		struct progress_rate rate = { 0 };
		char text[256];
		size_t len = progress_text(
			text, sizeof text, 1000, &firsts[i].p, &rate);

		cr_assert_str_eq(text, firsts[i].text, "case %zu: %s", i, text);
		cr_assert_eq(len, strlen(text));
	}
}

Test(progress, sizes)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct progress p = { .bytes_in = sizes[i].n };
		struct progress_rate rate = { 0 };
		char text[256], want[256];

		progress_text(text, sizeof text, 1000, &p, &rate);
		snprintf(want, sizeof want, "in 0 (%s)  out 0 (0 B)",
			sizes[i].text);
		cr_assert_str_eq(text, want);
	}
}

/* What fits, by whole parts, in columns and in memory. */
Test(progress, narrow_screens)
{
	static const char *const parts[] = { "in 12345 (1.2 MiB)",
		"  out 1000 (64 KiB)", "  1.3 MiB/s", "  50%", ", 0:01 left" };
	const struct progress p = { 12345, 1300000, 1000, 64 * KIB, 64 * KIB,
		128 * KIB, 1000 };

	for (unsigned columns = 0; columns < 100; columns++) {
		struct progress_rate rate = { 0 };
		char want[128] = "", text[128];

		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
			if (strlen(want) + strlen(parts[i]) > columns)
				break;
			strcat(want, parts[i]);
		}
		cr_assert_eq(
			progress_text(text, sizeof text, columns, &p, &rate),
			strlen(want));
		cr_assert_str_eq(text, want);

		char *end = (char *)guard_copy(text, columns + 1);

		rate = (struct progress_rate){ 0 };
		progress_text(end, columns + 1, 1000, &p, &rate);
		cr_assert_str_eq(end, want);
	}

	struct progress_rate rate = { 0 };

	cr_assert_eq(progress_text(NULL, 0, 80, &p, &rate), 0);
}

static double rate_at(struct progress_rate *rate, int64_t ms, uint64_t bytes)
{
	struct progress p = { .bytes_in = bytes / 2,
		.bytes_out = bytes - bytes / 2,
		.elapsed_ms = ms };
	char text[256];

	progress_text(text, sizeof text, 80, &p, rate);
	return rate->per_second;
}

Test(progress, the_rate_is_of_the_last_seconds)
{
	struct progress_rate rate = { 0 };
	uint64_t bytes = 0;
	double now, before;

	/* Steady, it stays. */
	for (int64_t s = 1; s <= 10; s++) {
		now = rate_at(&rate, s * 1000, bytes += 1000);
		cr_assert(now > 999.9 && now < 1000.1, "%f", now);
	}
	/* Asked again at once, it is the same. */
	now = rate_at(&rate, 10000, bytes);
	cr_assert(now > 999.9 && now < 1000.1, "%f", now);
	/* Ten times as fast: most of the way there in five seconds. */
	for (int64_t s = 11; s <= 15; s++) {
		before = now;
		now = rate_at(&rate, s * 1000, bytes += 10000);
		cr_assert(now > before && now < 10000, "%f", now);
	}
	cr_assert_gt(now, 8000);
	/* Nothing any more. */
	for (int64_t s = 16; s <= 60; s++) {
		before = now;
		now = rate_at(&rate, s * 1000, bytes);
		cr_assert(now >= 0 && now < before, "%f", now);
	}
	cr_assert_lt(now, 1);
	/* Counts or a clock that go back do no harm. */
	cr_assert_lt(rate_at(&rate, 61000, 5), 1);
	cr_assert_lt(rate_at(&rate, 1000, 500), 1);
}

/* A terminal, its far end here. */
static int terminal = -1;

static void open_terminal(const char *term, unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };
	struct termios tty;

	cr_assert_eq(setenv("TERM", term, 1), 0);
	terminal = posix_openpt(O_RDWR | O_NOCTTY);
	cr_assert_geq(terminal, 0);
	cr_assert_eq(grantpt(terminal), 0);
	cr_assert_eq(unlockpt(terminal), 0);

	int fd = open(ptsname(terminal), O_RDWR | O_NOCTTY);

	cr_assert_geq(fd, 0);
	cr_assert_eq(ioctl(fd, TIOCSWINSZ, &size), 0);
	cr_assert_eq(tcgetattr(fd, &tty), 0);
	tty.c_oflag &= ~(tcflag_t)OPOST;
	cr_assert_eq(tcsetattr(fd, TCSANOW, &tty), 0);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* What was written to it since, in a string; "" for nothing. */
static const char *written(void)
{
	static char text[4096];
	struct pollfd fd = { terminal, POLLIN, 0 };
	size_t len = 0;
	ssize_t n;

	while (poll(&fd, 1, len ? 0 : 50) == 1 &&
		(n = read(terminal, text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

static void draw(uint64_t messages)
{
	struct progress p = { .messages_in = messages };
	struct progress_rate rate = { 0 };

	errno = EDOM;
	progress_draw(&p, &rate);
	cr_assert_eq(errno, EDOM);
}

static void erase(void)
{
	errno = EDOM;
	progress_erase();
	cr_assert_eq(errno, EDOM);
}

Test(progress, is_drawn_and_erased)
{
	open_terminal("xterm", 100);
	erase();
	cr_assert_str_eq(written(), "");
	draw(1);
	cr_assert_str_eq(written(), "\rin 1 (0 B)  out 0 (0 B)\x1b[K");
	draw(20);
	cr_assert_str_eq(written(), "\rin 20 (0 B)  out 0 (0 B)\x1b[K");
	erase();
	cr_assert_str_eq(written(), "\r\x1b[K");
	erase();
	cr_assert_str_eq(written(), "");
}

Test(progress, a_line_takes_it_off_the_screen)
{
	open_terminal("xterm", 100);
	draw(1);
	written();
	errno = EDOM;
	diag("lost");
	cr_assert_eq(errno, EDOM);
	cr_assert_str_eq(written(), "\r\x1b[Kwstap: lost\n");
	diag_star("more");
	cr_assert_str_eq(written(), "* more\n");
	draw(1);
	written();
	diag_body("a\nb", 3);
	cr_assert_str_eq(written(), "\r\x1b[Ka\nb\n");
}

/* "out 0 (0 B)" ends in column 23. */
Test(progress, leaves_the_last_column_free)
{
	open_terminal("xterm", 24);
	draw(1);
	cr_assert_str_eq(written(), "\rin 1 (0 B)  out 0 (0 B)\x1b[K");
	draw(10);
	cr_assert_str_eq(written(), "\rin 10 (0 B)\x1b[K");
}

Test(progress, too_narrow)
{
	open_terminal("xterm", 1);
	draw(1);
	erase();
	cr_assert_str_eq(written(), "");
}

/* 80 columns are what the rate's end still fits in, and not the time's. */
Test(progress, unknown_width)
{
	struct progress p = { UINT32_MAX, 0, UINT64_MAX, 0, 1, 10, 1000 };
	struct progress_rate rate = { 0 };

	open_terminal("xterm", 0);
	p.bytes_in = p.bytes_out = 1;
	progress_draw(&p, &rate);
	cr_assert_str_eq(written(),
		"\rin 4294967295 (1 B)  out 18446744073709551615 (1 B)  2 B/s  "
		"10%, 0:09 left\x1b[K");
	p.bytes_in = p.bytes_out = 1000;
	rate = (struct progress_rate){ 0 };
	progress_draw(&p, &rate);
	cr_assert_str_eq(written(),
		"\rin 4294967295 (1000 B)  out 18446744073709551615 (1000 B)  "
		"1.9 KiB/s  10%\x1b[K");
}

static void check_dumb(const char *term)
{
	open_terminal(term, 100);
	draw(100);
	cr_assert_str_eq(written(), "\rin 100 (0 B)  out 0 (0 B)");
	draw(2);
	cr_assert_str_eq(written(), "\rin 2 (0 B)  out 0 (0 B)  ");
	erase();
	cr_assert_str_eq(written(), "\r                       \r");
	erase();
	cr_assert_str_eq(written(), "");
}

Test(progress, dumb_terminal)
{
	check_dumb("dumb");
	check_dumb("");
}

Test(progress, a_stopped_terminal_is_not_waited_for, .timeout = 60)
{
	open_terminal("xterm", 100);
	draw(1);
	written();
	cr_assert_eq(tcflow(STDERR_FILENO, TCOOFF), 0);
	draw(2);
	erase();
	cr_assert_str_eq(written(), "");
	cr_assert_eq(tcflow(STDERR_FILENO, TCOON), 0);
	cr_assert_str_eq(written(), "", "nothing was kept");
	erase();
	cr_assert_str_eq(written(), "\r\x1b[K", "it is still there");
}

/* Nobody reads: it becomes full within a line. */
Test(progress, a_full_terminal_is_not_waited_for, .timeout = 60)
{
	open_terminal("xterm", 100);
	for (uint64_t n = 0; n < 20000; n++)
		draw(n);

	int flags = fcntl(STDERR_FILENO, F_GETFL);

	cr_assert_eq(flags & O_NONBLOCK, 0, "others share it");
}

/* The terminal's own session, in a process for itself: its status is the
 * number of the step that went wrong. */
static int run_jobs(void)
{
	if (setsid() < 0 || ioctl(STDERR_FILENO, TIOCSCTTY, 0) != 0)
		return 1;
	draw(1);
	if (strcmp(written(), "\rin 1 (0 B)  out 0 (0 B)\x1b[K") != 0)
		return 2;

	pid_t job = fork();

	if (job == 0) {
		if (setpgid(0, 0) != 0)
			_exit(1);
		/* What is there now is somebody else's. */
		erase();
		draw(2);
		_exit(0);
	}

	int status;

	if (waitpid(job, &status, 0) != job || status != 0)
		return 3;
	return *written() ? 4 : 0;
}

Test(progress, a_job_in_the_background_draws_nothing)
{
	int status;

	open_terminal("xterm", 100);

	pid_t session = fork();

	if (session == 0)
		_exit(run_jobs());
	cr_assert_eq(waitpid(session, &status, 0), session);
	cr_assert(WIFEXITED(status));
	cr_assert_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
}

Test(progress, no_standard_error)
{
	close(STDERR_FILENO);
	draw(1);
	erase();
}
