#include "http/cookie_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 7, NUMBER_MAX = 24 };

static const char http_only_mark[] = "#HttpOnly_";

static const char head[] = "# Netscape HTTP Cookie File\n"
			   "# Written by wstap, for what reads curl's.\n"
			   "\n";

static bool is_empty(struct http_span line)
{
	return http_span_trim(line).len == 0;
}

static bool take_mark(struct http_span *line)
{
	size_t n = sizeof(http_only_mark) - 1;

	if (line->len < n || memcmp(line->p, http_only_mark, n) != 0)
		return false;
	line->p += n;
	line->len -= n;
	return true;
}

/* Cuts a line at its tabs; the last field has the rest. */
static size_t cut(struct http_span line, struct http_span fields[FIELDS])
{
	size_t n = 0;

	for (; n < FIELDS - 1; n++) {
		const char *tab =
			line.len ? memchr(line.p, '\t', line.len) : NULL;

		if (!tab)
			break;
		fields[n] =
			(struct http_span){ line.p, (size_t)(tab - line.p) };
		line.p += fields[n].len + 1;
		line.len -= fields[n].len + 1;
	}
	fields[n] = line;
	return n + 1;
}

static bool read_flag(struct http_span text, bool *flag)
{
	*flag = http_span_is(text, "TRUE");
	return *flag || http_span_is(text, "FALSE");
}

/* Nothing is the session's, too: Python writes it so. */
static bool read_end(struct http_span text, int64_t *end)
{
	*end = 0;
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.p[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		*end = *end > (INT64_MAX - digit) / 10 ? INT64_MAX
						       : *end * 10 + digit;
	}
	return true;
}

/* Fills parts, which point into the line; NULL, or what is wrong with it. */
static const char *read_line(struct http_span line, struct cookie_parts *parts)
{
	struct http_span f[FIELDS] = { 0 };
	bool below;

	*parts = (struct cookie_parts){ .http_only = take_mark(&line) };

	size_t n = cut(line, f);

	/* An editor may have taken off the tab before an empty value. */
	if (n < FIELDS - 1)
		return "not seven fields with tabs between them";
	if (!cookie_is_text(line) || cookie_has(f[6], '\t'))
		return "a control character in it";
	if (f[0].len && *f[0].p == '.') {
		f[0].p++;
		f[0].len--;
	}
	if (!f[0].len)
		return "no domain";
	if (!read_flag(f[1], &below))
		return "the second field is not TRUE or FALSE";
	/* curl writes the Path attribute as it came. */
	if (!f[2].len || *f[2].p != '/')
		f[2] = http_span_of("/");
	if (!read_flag(f[3], &parts->secure))
		return "the fourth field is not TRUE or FALSE";
	if (!read_end(f[4], &parts->expires))
		return "the fifth field is not a number of seconds";
	if (!f[5].len && !f[6].len)
		return "no name";
	parts->domain = f[0];
	parts->host_only = !below;
	parts->path = f[2];
	parts->name = f[5];
	parts->value = f[6];
	return cookie_fits(parts) ? NULL : "too long";
}

bool cookie_jar_read(struct cookie_jar *jar, const char *text, size_t len,
	int64_t now, struct err *err)
{
	for (size_t number = 1; len; number++) {
		const char *end = memchr(text, '\n', len);
		struct http_span line = { text,
			end ? (size_t)(end - text) : len };
		struct cookie_parts parts;
		const char *why;

		text += line.len + (end != NULL);
		len -= line.len + (end != NULL);
		if (line.len && line.p[line.len - 1] == '\r')
			line.len--;
		if (is_empty(line))
			continue;
		if (*line.p == '#' &&
			!take_mark(&(struct http_span){ line.p, line.len }))
			continue;
		why = read_line(line, &parts);
		if (why)
			return err_set(err, ERR_INPUT,
				"line %zu is no cookie in the Netscape format: "
				"%s",
				number, why);
		cookie_jar_put(jar, &parts, now, false);
	}
	return true;
}

/* How long a cookie's line can be. */
static size_t room_of(const struct cookie *c)
{
	return sizeof(http_only_mark) + strlen(".\tFALSE\t\tFALSE\t\t\t\n") +
	       NUMBER_MAX + strlen(c->domain) + strlen(c->path) +
	       strlen(c->name) + strlen(c->value);
}

static size_t write_line(char *out, size_t cap, const struct cookie *c)
{
	int n = snprintf(out, cap, "%s%s%s\t%s\t%s\t%s\t%" PRId64 "\t%s\t%s\n",
		c->http_only ? http_only_mark : "", c->host_only ? "" : ".",
		c->domain, c->host_only ? "FALSE" : "TRUE", c->path,
		c->secure ? "TRUE" : "FALSE", c->expires, c->name, c->value);

	return n < 0 ? 0 : (size_t)n;
}

char *cookie_jar_write(const struct cookie_jar *jar, int64_t now, size_t *len)
{
	size_t cap = sizeof(head), at = sizeof(head) - 1;

	for (size_t i = 0; i < jar->n; i++)
		cap += room_of(&jar->v[i]);

	char *out = malloc(cap);

	if (!out)
		abort();
	memcpy(out, head, sizeof(head));
	for (size_t i = 0; i < jar->n; i++)
		if (!cookie_ended(jar->v[i].expires, now))
			at += write_line(out + at, cap - at, &jar->v[i]);
	*len = at;
	return out;
}
