#define _GNU_SOURCE /* mkostemp */
#include "session/page.h"

#include "session/away.h"
#include "session/session.h"
#include "ui/columns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is gathered in text before it goes to the file. */
enum { GATHERED = 64 * 1024 };

void page_release(struct page *p)
{
	if (p->open)
		close(p->fd);
	p->open = p->whole = false;
	p->pending = p->rows = 0;
}

/* The rows that a shown message takes; its colours take none. */
static size_t count_rows(const char *p, size_t n, unsigned columns)
{
	int row = 0, column = 0;

	while (n > 0) {
		const char *escape = memchr(p, '\x1b', n), *end;
		size_t len = escape ? (size_t)(escape - p) : n;

		columns_walk(p, len, (int)columns, &row, &column);
		p += len;
		n -= len;
		end = n ? memchr(p, 'm', n) : NULL;
		len = end ? (size_t)(end - p) + 1 : n;
		p += len;
		n -= len;
	}
	return (size_t)row;
}

static bool open_file(struct page *p)
{
	char path[] = "/tmp/wstap-XXXXXX";

	if (p->open)
		return true;
	p->fd = mkostemp(path, O_CLOEXEC);
	if (p->fd < 0)
		return false;
	unlink(path);
	p->open = true;
	return true;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Moves what is pending out of text. False where the file can't be had:
 * the message stays where it is, on its way to the screen. */
static bool spill(struct session *s)
{
	struct page *p = &s->page;
	size_t n = p->pending;

	if (!open_file(p) ||
		!write_all(
			p->fd, buf_head(&s->text) + buf_len(&s->text) - n, n)) {
		session_say(s, STYLE_ERROR, "no file for the pager in /tmp: %s",
			strerror(errno));
		page_release(p);
		return false;
	}
	printer_take_back(&s->printer, n);
	p->pending = 0;
	return true;
}

void page_take(struct session *s, size_t before, bool ended)
{
	struct page *p = &s->page;
	size_t n = buf_len(&s->text) - before;
	unsigned rows = output_rows(1);

	if (!s->repl || !s->config->pager || rows == 0)
		return;
	p->rows += count_rows(
		(char *)buf_head(&s->text) + before, n, s->printer.columns);
	p->pending += n;
	if (p->open || p->pending > GATHERED || (ended && p->rows >= rows))
		p->whole = spill(s) && ended;
	if (ended && !p->whole)
		page_release(p);
}

bool page_waits(const struct session *s)
{
	return s->page.whole;
}

bool page_turn(struct session *s)
{
	struct page *p = &s->page;
	size_t rows = p->rows;

	if (!p->whole || buf_len(&s->text) > 0 || away(s) || s->output_broken)
		return false;
	away_page(s, p->fd);
	page_release(p);
	if (away(s))
		session_say(
			s, STYLE_INCOMING, "< (%zu lines, in the pager)", rows);
	return true;
}
