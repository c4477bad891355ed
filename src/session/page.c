#include "session/page.h"

#include "session/away.h"
#include "session/session.h"
#include "ui/columns.h"
#include "ui/tempfile.h"

#include <errno.h>
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
	*p = (struct page){ .open = false };
}

/* Counts the rows that a piece of the shown message takes; its colours take
 * none. */
static void count_rows(
	struct page *page, const char *p, size_t n, unsigned columns)
{
	int row = 0;

	while (n > 0) {
		const char *escape = memchr(p, '\x1b', n), *end;
		size_t len = escape ? (size_t)(escape - p) : n;

		columns_walk(p, len, (int)columns, &row, &page->column);
		p += len;
		n -= len;
		end = n ? memchr(p, 'm', n) : NULL;
		len = end ? (size_t)(end - p) + 1 : n;
		p += len;
		n -= len;
	}
	page->rows += (size_t)row;
}

static bool open_file(struct page *p)
{
	char *path;

	if (p->open)
		return true;
	p->fd = tempfile_make(&path, "");
	if (p->fd < 0)
		return false;
	unlink(path);
	free(path);
	p->open = true;
	return true;
}

/* Moves what is pending out of text. Where the file can't be had, it stays
 * there, on its way to the screen, and what is in the file goes to the pager
 * still. */
static void spill(struct session *s)
{
	struct page *p = &s->page;
	size_t n = p->pending;

	if (!open_file(p) ||
		!tempfile_write(
			p->fd, buf_head(&s->text) + buf_len(&s->text) - n, n)) {
		session_say(s, STYLE_ERROR,
			"no file for the pager (try another TMPDIR): %s",
			strerror(errno));
		p->full = true;
		return;
	}
	printer_take_back(&s->printer, n);
	p->pending = 0;
}

void page_take(struct session *s, size_t before, bool ended)
{
	struct page *p = &s->page;
	size_t n = buf_len(&s->text) - before;
	unsigned rows = output_rows(1);

	if (!s->repl || !s->config->pager || rows == 0)
		return;
	count_rows(
		p, (char *)buf_head(&s->text) + before, n, s->printer.columns);
	p->pending += n;
	if (!p->full && (p->open || p->pending > GATHERED ||
				(ended && p->rows >= rows)))
		spill(s);
	p->whole = ended && p->open;
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
