#include "net/proxy_parts.h"

#include <string.h>

/* A page being read for its words. */
struct page {
	const uint8_t *p;
	size_t len, at;
};

static bool at(const struct page *g, const char *text)
{
	size_t n = strlen(text);

	return g->len - g->at >= n &&
	       http_span_is((struct http_span){ (const char *)g->p + g->at, n },
		       text);
}

/* Moves behind the next `end`, or to the page's end. */
static void skip_past(struct page *g, const char *end)
{
	while (g->at < g->len && !at(g, end))
		g->at++;
	if (g->at < g->len)
		g->at += strlen(end);
}

/* A tag, with all up to its end where that is not for reading. */
static void skip_tag(struct page *g)
{
	static const char *const unread[][2] = {
		{ "<!--", "-->" },
		{ "<style", "</style" },
		{ "<script", "</script" },
		{ "<title", "</title" },
	};

	for (size_t i = 0; i < sizeof(unread) / sizeof(*unread); i++) {
		if (!at(g, unread[i][0]))
			continue;
		g->at += strlen(unread[i][0]);
		skip_past(g, unread[i][1]);
		if (i == 0)
			return;
	}
	skip_past(g, ">");
}

static char entity(struct page *g)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {
		{ "&amp;", '&' },
		{ "&lt;", '<' },
		{ "&gt;", '>' },
		{ "&quot;", '"' },
		{ "&nbsp;", ' ' },
	};

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (at(g, entities[i].name)) {
			g->at += strlen(entities[i].name);
			return entities[i].c;
		}
	return (char)g->p[g->at++];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without the start of a UTF-8 sequence that a cut has left at the end. */
static size_t whole(const char *text, size_t len)
{
	size_t n = len;

	while (n && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	return n && ((unsigned char)text[n - 1] & 0xc0) == 0xc0 ? n - 1 : len;
}

char *proxy_words(
	char *out, size_t cap, const uint8_t *page, size_t len, bool html)
{
	static const char more[] = "...";
	struct page g = { page, len, 0 };
	size_t room = cap - sizeof(more), n = 0;
	bool gap = false;

	while (g.at < g.len && n + 2 <= room) {
		if (html && g.p[g.at] == '<') {
			skip_tag(&g);
			gap = true;
			continue;
		}

		char c = html ? entity(&g) : (char)g.p[g.at++];

		if (is_blank(c) || c == '\0') {
			gap = true;
			continue;
		}
		if (gap && n)
			out[n++] = ' ';
		gap = false;
		out[n++] = c;
	}
	out[n] = '\0';
	if (g.at < g.len)
		memcpy(out + whole(out, n), more, sizeof(more));
	return out;
}
