#define _GNU_SOURCE /* memrchr */

#include "ui/diag.h"

#include "format/escape.h"
#include "http/secret.h"
#include "ui/progress.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_CAP = 16 * 1024, GRACE_MS = 100 };

static int (*limit)(void);

/* It took nothing when it was last waited for to the end. */
static bool stuck;

void diag_limit(int (*left_ms)(void))
{
	limit = left_ms;
}

/* Waits for standard error: false where it takes nothing in time. Once time is
 * up a reader that is only slow still gets a moment. */
static bool wait_for_it(int ms)
{
	struct pollfd fd = { STDERR_FILENO, POLLOUT, 0 };
	int ready;

	if (ms == 0 && !stuck)
		ms = GRACE_MS;
	do
		ready = poll(&fd, 1, ms);
	while (ready < 0 && errno == EINTR);
	stuck = ready == 0;
	return !stuck;
}

size_t diag_piece(const void *p, size_t len)
{
	const char *end;

	if (len <= PIPE_BUF)
		return len;
	end = memrchr(p, '\n', PIPE_BUF);
	return end ? (size_t)(end - (const char *)p) + 1 : PIPE_BUF;
}

/* One write where the kernel takes it whole, and there is no limit. Standard
 * error may have been made non-blocking by whoever shares it: then it is waited
 * for. */
static void write_all(const uint8_t *p, size_t len)
{
	while (len > 0) {
		int ms = limit ? limit() : -1;
		ssize_t n;

		if (ms >= 0 && !wait_for_it(ms))
			return;
		n = write(STDERR_FILENO, p, ms >= 0 ? diag_piece(p, len) : len);
		if (n >= 0) {
			p += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!wait_for_it(ms))
				return;
		} else if (errno != EINTR) {
			return; /* nowhere left to say so */
		}
	}
}

/* Writes the mark and the safe form of the text as one line. */
static void put_line(
	const char *mark, const void *text, size_t len, enum escape_mode mode)
{
	uint8_t mem[LINE_CAP];
	struct escape e;
	struct buf line;
	int saved = errno;

	buf_init(&line, mem, sizeof mem - 1);
	buf_put(&line, mark, strlen(mark));
	escape_init(&e, mode, NULL, NULL);
	escape_span(&e, text, len, &line);
	escape_end(&e, &line);
	mem[line.end++] = '\n';
	progress_erase();
	write_all(mem, line.end);
	errno = saved;
}

static void put_format(const char *mark, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void put_format(const char *mark, const char *format, va_list ap)
{
	char text[LINE_CAP];
	int saved = errno;

	if (vsnprintf(text, sizeof text, format, ap) >= 0)
		put_line(mark, text, strlen(text), ESCAPE_LINE);
	errno = saved;
}

void diag_safe(const void *lines, size_t len)
{
	int saved = errno;

	progress_erase();
	write_all(lines, len);
	errno = saved;
}

void diag(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put_format("wstap: ", format, ap);
	va_end(ap);
}

void diag_star(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put_format("* ", format, ap);
	va_end(ap);
}

void diag_line(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	put_format("", format, ap);
	va_end(ap);
}

/* Takes the next line off a text, without its line end. False at the end. */
static bool next_line(
	const char **text, size_t *len, const char **line, size_t *n)
{
	if (*len == 0)
		return false;

	const char *newline = memchr(*text, '\n', *len);
	size_t took;

	*line = *text;
	*n = newline ? (size_t)(newline - *text) : *len;
	took = newline ? *n + 1 : *n;
	if (newline && *n > 0 && (*line)[*n - 1] == '\r')
		--*n;
	*text += took;
	*len -= took;
	return true;
}

void diag_head(char mark, const void *head, size_t len, int secrets)
{
	const char marks[] = { mark, ' ', '\0' };
	const char *text = head, *line;
	char blanked[32];
	bool folds = false;
	size_t n;

	while (next_line(&text, &len, &line, &n)) {
		size_t name = secrets ? n : http_secret_shown(&folds, line, n);

		if (folds) {
			snprintf(blanked, sizeof blanked, "%.*s ***",
				name < 25 ? (int)name : 25, line);
			line = blanked;
			n = strlen(blanked);
		}
		put_line(marks, line, n, ESCAPE_LINE);
	}
}

void diag_body(const void *body, size_t len)
{
	const char *text = body, *line;
	size_t n;

	while (next_line(&text, &len, &line, &n))
		put_line("", line, n, ESCAPE_TEXT);
}
