#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/origin.h"
#include "http/redirect.h"

/*
 * redirect_target() on any URL and any Location. What comes out is a URL as
 * url_show() writes it, without credentials and dot segments, never ws from
 * wss, never another socket; what names no place stays with its origin; and
 * what names one leads there from there, too.
 *
 *     input: the URL up to an LF, the Location
 */

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void check_dots(const char *target)
{
	size_t left = strcspn(target, "?");

	for (const char *p = target; left;) {
		size_t n = 1;

		while (n < left && p[n] != '/')
			n++;
		REQUIRE(*p == '/');
		REQUIRE(!(n == 2 && p[1] == '.'));
		REQUIRE(!(n == 3 && p[1] == '.' && p[2] == '.'));
		p += n;
		left -= n;
	}
}

/* Whether a reference may lead to another place: all others are a path or a
 * query, or refused. */
static bool is_absolute(const char *text, size_t len)
{
	static const char *const schemes[] = { "ws", "wss", "http", "https" };
	const char *colon = len ? memchr(text, ':', len) : NULL;

	if (len > 1 && text[0] == '/' && text[1] == '/')
		return true;
	for (size_t i = 0; colon && i < 4; i++)
		if (http_span_is(
			    (struct http_span){ text, (size_t)(colon - text) },
			    schemes[i]))
			return true;
	return false;
}

static void check_target(const struct url *from, struct http_head *head,
	const char *shown, bool absolute)
{
	struct url to;
	struct err err;

	REQUIRE(url_parse(&to, shown, &err));

	char *again = url_show(&to);

	REQUIRE(same(again, shown));
	REQUIRE(!to.user && !to.password);
	REQUIRE(to.secure || !from->secure);
	REQUIRE(!to.unix_path || same(to.unix_path, from->unix_path));
	REQUIRE(absolute || origin_same(&to, from));
	check_dots(to.target);
	free(again);

	if (absolute) {
		again = redirect_target(&to, head, &err);
		REQUIRE(same(again, shown));
		free(again);
	}
	url_release(&to);
}

static void check(const char *text, const char *location, size_t len)
{
	static struct http_head head;
	struct err err = { 0 };
	struct url from;

	if (!url_parse(&from, text, &err))
		return;
	head.status = 307;
	head.fields[0].name = http_span_of("Location");
	head.fields[0].value = (struct http_span){ location, len };
	head.nfields = 1;
	err = (struct err){ 0 };

	char *shown = redirect_target(&from, &head, &err);

	if (shown)
		check_target(&from, &head, shown, is_absolute(location, len));
	else
		REQUIRE(err.kind == ERR_REDIRECT && *err.line);
	free(shown);
	url_release(&from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *eol = size ? memchr(data, '\n', size) : NULL;
	size_t n = eol ? (size_t)(eol - data) : 0;
	static struct gathered base;

	if (size > HTTP_HEAD_MAX)
		return 0;
	base.len = 0;
	gather(&base, data, n);
	gather(&base, "", 1);
	n += eol != NULL;

	const char *location = (char *)guard_copy(data + n, size - n);

	check((char *)base.p, location, size - n);
	check("ws://h/a/b?c", location, size - n);
	check("wss://h:1/a/b?c", location, size - n);
	check("ws+unix:/run/s:/a/b", location, size - n);
	return 0;
}
