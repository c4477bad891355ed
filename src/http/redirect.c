#define _GNU_SOURCE /* strndup */

#include "http/redirect.h"

#include "http/auth.h"

#include <stdlib.h>
#include <string.h>

bool redirect_is(int status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

static char *copy(const char *text, size_t n)
{
	char *p = strndup(text, n);

	if (!p)
		abort();
	return p;
}

/* The length of "scheme:" at the start of a reference, 0 where there is none
 * (RFC 3986 3.1). */
static size_t scheme_len(const char *reference)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const char rest[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+-.";
	size_t n = strspn(reference, letters);

	if (n)
		n += strspn(reference + n, rest);
	return n && reference[n] == ':' ? n + 1 : 0;
}

/* How many dots a segment is, where it is one or two of them; else 0. */
static size_t dots(const char *segment, size_t len)
{
	return len <= 2 && !memcmp(segment, "..", len) ? len : 0;
}

/* Removes the dot segments of a target's path (RFC 3986 5.2.4), in place. */
static void remove_dots(char *target)
{
	char *out = target, *in = target;

	while (*in == '/') {
		const char *segment = in + 1;
		size_t len = strcspn(segment, "/?");
		size_t n = dots(segment, len);

		if (n == 2)
			while (out > target && *--out != '/')
				;
		if (!n) {
			memmove(out, in, len + 1);
			out += len + 1;
		} else if (segment[len] != '/') {
			*out++ = '/';
		}
		in += len + 1;
	}
	memmove(out, in, strlen(in) + 1);
}

/* The base's target with that of a relative reference in it: 5.2.2 and
 * 5.2.3, before dot segments are removed. */
static char *merge(const char *base, const char *reference)
{
	size_t n = strcspn(base, "?");

	if (!*reference)
		return copy(base, strlen(base));
	if (*reference == '/')
		return copy(reference, strlen(reference));
	if (*reference != '?')
		while (n && base[n - 1] != '/')
			n--;

	char *start = copy(base, n);
	char *target = http_auth_join("", start, reference);

	free(start);
	return target;
}

/* A scheme that a server may lead to: no socket of this machine, and nothing
 * that url_parse() would take for a host before its port. */
static bool check_scheme(struct http_span scheme, struct err *err)
{
	static const char *const names[] = { "ws", "wss", "http", "https" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (http_span_is(scheme, names[i]))
			return true;
	return err_set(err, ERR_REDIRECT,
		"its scheme is %.*s%s, none of ws, wss, http and https",
		scheme.len > 20 ? 20 : (int)scheme.len, scheme.p,
		scheme.len > 20 ? "..." : "");
}

/* Parses a reference to another place: scheme://host... or //host... */
static bool parse_absolute(struct url *to, const struct url *from,
	const char *reference, struct err *err)
{
	size_t n = scheme_len(reference);
	const char *rest = reference + n;
	const char *scheme = n ? "" : from->secure ? "wss:" : "ws:";

	if (n && !check_scheme((struct http_span){ reference, n - 1 }, err))
		return false;
	if (!n && from->unix_path)
		return err_set(err, ERR_REDIRECT,
			"\"//host\" says nothing from a unix socket");
	if (strncmp(rest, "//", 2) != 0)
		return err_set(err, ERR_REDIRECT,
			"two slashes are missing after its scheme");
	if (memchr(rest + 2, '@', strcspn(rest + 2, "/?")))
		return err_set(err, ERR_REDIRECT,
			"there is a user name or password in its URL");

	char *text = http_auth_join("", scheme, reference);
	bool ok = url_parse(to, text, err);

	http_auth_free(text);
	return ok;
}

/* Parses the text of `from` with the target that a relative reference leads
 * to. */
static bool parse_relative(struct url *to, const struct url *from,
	const char *reference, struct err *err)
{
	char *target = merge(from->target, reference);
	struct url there = *from;

	there.target = target;

	char *text = url_show(&there);
	bool ok = url_parse(to, text, err);

	free(target);
	free(text);
	return ok;
}

static bool resolve(struct url *to, const struct url *from,
	const char *reference, struct err *err)
{
	bool elsewhere = scheme_len(reference) || !strncmp(reference, "//", 2);

	if (elsewhere ? !parse_absolute(to, from, reference, err)
		      : !parse_relative(to, from, reference, err))
		return false;
	remove_dots(to->target);
	if (!from->secure || to->secure)
		return true;

	char *shown = url_show(to);

	err_set(err, ERR_REDIRECT,
		"%.200s has no TLS, wss:// never becomes ws://", shown);
	free(shown);
	return false;
}

char *redirect_target(
	const struct url *from, const struct http_head *head, struct err *err)
{
	size_t at = 0;
	const struct http_field *location =
		http_head_find(head, "Location", &at);
	struct url to = { 0 };
	struct err why;
	char *reference = NULL, *shown = NULL;

	if (!location) {
		err_set(&why, ERR_REDIRECT, "it has no Location");
		goto done;
	}
	if (http_head_find(head, "Location", &at)) {
		err_set(&why, ERR_REDIRECT, "it has several Locations");
		goto done;
	}
	reference = copy(location->value.p, location->value.len);
	reference[strcspn(reference, "#")] = '\0';
	if (resolve(&to, from, reference, &why))
		shown = url_show(&to);
done:
	if (!shown)
		err_set(err, ERR_REDIRECT,
			"cannot follow the redirect (%d): %s", head->status,
			why.line);
	http_auth_free(reference);
	url_release(&to);
	return shown;
}
