#define _GNU_SOURCE

#include "ui/progress.h"

#include "base/buf.h"
#include "ui/output.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	TEXT_MAX = 256,
	COLUMNS_UNKNOWN = 80,
	RATE_MEMORY_MS = 2000,   /* what is older counts for less and less */
	LEFT_MAX_S = 100 * 3600, /* a longer time left is no news */
};

/* The columns of the line that is on the screen. */
static size_t shown;

struct line {
	char *out;
	size_t len, most;
	bool full;
};

static void add(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends a part, all of it or nothing, and nothing after one that did not
 * fit. */
static void add(struct line *line, const char *format, ...)
{
	char part[96];
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(part, sizeof part, format, ap);
	va_end(ap);

	if (n < 0 || (size_t)n >= sizeof part ||
		(size_t)n > line->most - line->len)
		line->full = true;
	if (line->full)
		return;
	memcpy(line->out + line->len, part, (size_t)n + 1);
	line->len += (size_t)n;
}

struct size_text {
	char s[24];
};

/* Rounded down, so that it never says "1024 KiB". */
static struct size_text size_text(uint64_t n)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB",
		"PiB", "EiB" };
	struct size_text t;
	unsigned unit = 0, rest = 0;

	for (; n >= 1024; unit++) {
		rest = (unsigned)(n % 1024);
		n /= 1024;
	}
	if (unit > 0 && n < 10)
		snprintf(t.s, sizeof t.s, "%u.%u %s", (unsigned)n,
			rest * 10 / 1024, units[unit]);
	else
		snprintf(t.s, sizeof t.s, "%u %s", (unsigned)n, units[unit]);
	return t;
}

static uint64_t both_ways(const struct progress *p)
{
	return p->bytes_in + p->bytes_out;
}

static void update_rate(struct progress_rate *rate, const struct progress *p)
{
	int64_t ms = p->elapsed_ms - rate->at_ms;
	uint64_t bytes = both_ways(p);

	if (ms <= 0)
		return;

	uint64_t more = bytes > rate->bytes ? bytes - rate->bytes : 0;
	double now = (double)more * 1000 / (double)ms;
	/* The first one is all there is to know. */
	double weight = rate->at_ms > 0
				? (double)ms / (double)(ms + RATE_MEMORY_MS)
				: 1;

	rate->per_second += weight * (now - rate->per_second);
	rate->bytes = bytes;
	rate->at_ms = p->elapsed_ms;
}

static void add_left(
	struct line *line, const struct progress *p, double per_second)
{
	uint64_t bytes = both_ways(p);

	if (p->done == 0 || p->done >= p->total || bytes == 0 || per_second < 1)
		return;

	/* The rate is of all traffic: this much of it is the input's. */
	double input = per_second * ((double)p->done / (double)bytes);
	double left = (double)(p->total - p->done) / input;

	if (!(left < LEFT_MAX_S))
		return;

	unsigned s = (unsigned)left;

	if (s >= 3600)
		add(line, ", %u:%02u:%02u left", s / 3600, s / 60 % 60, s % 60);
	else
		add(line, ", %u:%02u left", s / 60, s % 60);
}

size_t progress_text(char *out, size_t cap, unsigned columns,
	const struct progress *p, struct progress_rate *rate)
{
	struct line line = { .out = out };

	if (cap == 0)
		return 0;
	line.most = columns < cap - 1 ? columns : cap - 1;
	out[0] = '\0';
	update_rate(rate, p);
	add(&line, "in %" PRIu64 " (%s)", p->messages_in,
		size_text(p->bytes_in).s);
	add(&line, "  out %" PRIu64 " (%s)", p->messages_out,
		size_text(p->bytes_out).s);
	if (rate->at_ms > 0) {
		double most = (double)UINT64_MAX / 2;
		double per_second =
			rate->per_second < most ? rate->per_second : most;

		add(&line, "  %s/s", size_text((uint64_t)per_second).s);
	}
	if (p->total > 0) {
		double part = (double)p->done / (double)p->total;

		add(&line, "  %u%%",
			p->done < p->total ? (unsigned)(part * 100) : 100);
		add_left(&line, p, rate->per_second);
	}
	return line.len;
}

/* A job in the background leaves the line to whoever is typing on it. */
static bool in_background(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group > 0 && group != getpgrp();
}

static unsigned screen_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_UNKNOWN;
	return size.ws_col;
}

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

/* Without waiting; what is not taken is dropped. False where nothing was. */
static bool put(struct buf *b)
{
	struct pollfd fd = { STDERR_FILENO, POLLOUT, 0 };
	struct output screen;
	size_t len = buf_len(b);

	if (poll(&fd, 1, 0) != 1 || !(fd.revents & POLLOUT))
		return false;
	/* A terminal that takes some bytes may still block on the rest: this
	 * opens it anew, if it can, so that it doesn't. */
	output_init(&screen, STDERR_FILENO);
	output_write(&screen, b, len);
	output_release(&screen);
	return buf_len(b) < len;
}

/* Draws the text in place of what is there. */
static void draw(const char *text, size_t len)
{
	char mem[4 * TEXT_MAX];
	struct buf b;

	buf_init(&b, mem, sizeof mem);
	buf_put(&b, "\r", 1);
	buf_put(&b, text, len);
	if (is_dumb()) {
		for (size_t i = len; i < shown; i++)
			buf_put(&b, " ", 1);
		if (len == 0)
			buf_put(&b, "\r", 1);
	} else {
		buf_put(&b, "\x1b[K", 3);
	}
	if (in_background())
		shown = 0;
	else if (put(&b))
		shown = len;
}

void progress_draw(const struct progress *p, struct progress_rate *rate)
{
	char text[TEXT_MAX];
	int saved = errno;
	/* In the last column some terminals would begin the next line. */
	unsigned columns = screen_columns() - 1;
	size_t len = progress_text(text, sizeof text, columns, p, rate);

	if (len > 0 || shown > 0)
		draw(text, len);
	errno = saved;
}

void progress_erase(void)
{
	int saved = errno;

	if (shown > 0)
		draw("", 0);
	errno = saved;
}
