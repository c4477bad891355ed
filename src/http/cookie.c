#include "http/cookie_store.h"

#include "http/cookie_date.h"

#include <stdlib.h>
#include <string.h>

/* The last second of the year 9999: a later end is taken for it, as others
 * who read the file may count no further. */
static const int64_t latest = 253402300799;

enum { ATTRIBUTE_MAX = 1024 };

/* A Set-Cookie field's value, taken apart (RFC 6265 5.2). */
struct field {
	struct http_span name, value;
	struct http_span domain; /* without its leading dot; len 0: none */
	struct http_span path;   /* len 0: the default */
	bool secure, http_only;
	bool has_expires, has_max_age;
	int64_t expires, max_age;
};

/* Where a request goes, in the words of 5.1. */
struct request {
	struct http_span host, path;
	bool secure;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct request request_of(const struct url *url)
{
	struct request r = {
		.host = http_span_of(url->host ? url->host : "localhost"),
		.path = { url->target, strcspn(url->target, "?") },
		.secure = url->secure,
	};

	if (r.host.len > 1 && r.host.p[r.host.len - 1] == '.')
		r.host.len--;
	return r;
}

/* An IPv6 address has colons. inet_aton() takes 127.1 and 0x7f.1 for addresses,
 * too. */
static bool is_address(struct http_span host)
{
	size_t last = host.len, i;

	while (last && host.p[last - 1] != '.')
		last--;
	for (i = last; i < host.len && is_digit(host.p[i]);)
		i++;
	if (i == last + 1 && host.p[last] == '0' && i < host.len)
		return cookie_lower(host.p[i]) == 'x';
	return i == host.len || cookie_has(host, ':');
}

static bool same_host(struct http_span a, struct http_span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (cookie_lower(a.p[i]) != cookie_lower(b.p[i]))
			return false;
	return true;
}

/* 5.1.3: the host is the domain, or a name below it. */
static bool domain_matches(struct http_span host, struct http_span domain)
{
	struct http_span end;

	if (same_host(host, domain))
		return true;
	if (!domain.len || host.len <= domain.len || is_address(host))
		return false;
	end = (struct http_span){ host.p + host.len - domain.len, domain.len };
	return end.p[-1] == '.' && same_host(end, domain);
}

/* 5.1.4: the path is the cookie's, or below it. */
static bool path_matches(struct http_span path, struct http_span cookie)
{
	if (path.len < cookie.len || memcmp(path.p, cookie.p, cookie.len) != 0)
		return false;
	return path.len == cookie.len || cookie.p[cookie.len - 1] == '/' ||
	       path.p[cookie.len] == '/';
}

/* 5.1.4: the request's path up to its last slash. */
static struct http_span default_path(struct http_span path)
{
	while (path.len > 1 && path.p[path.len - 1] != '/')
		path.len--;
	if (path.len > 1)
		path.len--;
	return path;
}

/* Takes the text up to the first c off rest, and c. */
static struct http_span take_until(struct http_span *rest, char c)
{
	const char *end = memchr(rest->p, c, rest->len);
	struct http_span part = *rest;

	if (end)
		part.len = (size_t)(end - rest->p);
	rest->p += part.len + (end != NULL);
	rest->len -= part.len + (end != NULL);
	return part;
}

/* 5.2.2; a number too great is the greatest. */
static bool read_max_age(struct http_span text, int64_t *seconds)
{
	bool past = text.len && text.p[0] == '-';
	size_t i = past;
	int64_t n = 0;

	if (i == text.len)
		return false;
	for (; i < text.len && is_digit(text.p[i]); i++)
		if (n <= latest)
			n = n * 10 + (text.p[i] - '0');
	*seconds = past ? 0 : n;
	return i == text.len;
}

/* The last of each attribute counts; one that can't be read is as if it were
 * not there. */
static void read_attribute(
	struct field *f, struct http_span name, struct http_span value)
{
	int64_t seconds;

	if (value.len > ATTRIBUTE_MAX)
		return;
	if (http_span_is(name, "expires")) {
		if (cookie_date(value, &seconds)) {
			f->has_expires = true;
			f->expires = seconds;
		}
	} else if (http_span_is(name, "max-age")) {
		if (read_max_age(value, &seconds)) {
			f->has_max_age = true;
			f->max_age = seconds;
		}
	} else if (http_span_is(name, "domain")) {
		if (!value.len)
			return;
		f->domain = value;
		if (*value.p == '.') {
			f->domain.p++;
			f->domain.len--;
		}
	} else if (http_span_is(name, "path")) {
		f->path = value;
		if (value.len && *value.p != '/')
			f->path.len = 0;
	} else if (http_span_is(name, "secure")) {
		f->secure = true;
	} else if (http_span_is(name, "httponly")) {
		f->http_only = true;
	}
}

/* A tab would be no part of the file's line. */
static bool read_field(struct field *f, struct http_span text)
{
	struct http_span pair;

	if (!text.len)
		return false;
	pair = take_until(&text, ';');
	if (!cookie_has(pair, '='))
		return false;
	f->name = http_span_trim(take_until(&pair, '='));
	f->value = http_span_trim(pair);
	if (!f->name.len || cookie_has(f->name, '\t') ||
		cookie_has(f->value, '\t'))
		return false;
	while (text.len) {
		struct http_span value = take_until(&text, ';');
		struct http_span name = take_until(&value, '=');

		read_attribute(f, http_span_trim(name), http_span_trim(value));
	}
	return !cookie_has(f->path, '\t');
}

/* Max-Age goes before Expires (5.3, step 3). What ended before 1970 ended. */
static int64_t end_of(const struct field *f, int64_t now)
{
	int64_t end = 0;

	if (f->has_max_age && f->max_age > 0)
		end = now > latest - f->max_age ? latest : now + f->max_age;
	else if (f->has_max_age)
		end = INT64_MIN;
	else if (f->has_expires)
		end = f->expires > 0 ? f->expires : INT64_MIN;
	return end;
}

/* 5.3, steps 4 to 6. A domain of one label, or an address, is its host's
 * alone. */
static bool place(struct cookie_parts *parts, const struct field *f,
	const struct request *from)
{
	parts->host_only = !f->domain.len || !cookie_has(f->domain, '.') ||
			   is_address(from->host);
	parts->domain = f->domain.len ? f->domain : from->host;
	return parts->host_only ? same_host(from->host, parts->domain)
				: domain_matches(from->host, parts->domain);
}

static bool begins_with(struct http_span name, const char *prefix)
{
	size_t n = strlen(prefix);

	return name.len >= n &&
	       http_span_is((struct http_span){ name.p, n }, prefix);
}

/* What the name promises (RFC 6265bis 4.1.3). A server may read case either
 * way. */
static bool keeps_prefix(const struct field *f)
{
	if (begins_with(f->name, "__Host-"))
		return f->secure && !f->domain.len &&
		       http_span_is(f->path, "/");
	return f->secure || !begins_with(f->name, "__Secure-");
}

/* Whether it would stand in for, or before, a secure cookie. */
static bool hides_secure(const struct cookie_jar *jar,
	const struct cookie_parts *parts, int64_t now)
{
	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];
		struct http_span domain = http_span_of(c->domain);

		if (c->secure && !cookie_ended(c->expires, now) &&
			http_span_equals(parts->name, http_span_of(c->name)) &&
			(domain_matches(domain, parts->domain) ||
				domain_matches(parts->domain, domain)) &&
			path_matches(parts->path, http_span_of(c->path)))
			return true;
	}
	return false;
}

void cookie_jar_set(struct cookie_jar *jar, const char *value, size_t len,
	const struct url *url, int64_t now)
{
	const struct request from = request_of(url);
	const struct http_span text = { value, len };
	struct cookie_parts parts = { 0 };
	struct field f = { 0 };

	if (!cookie_is_text(text) || !read_field(&f, text) || !keeps_prefix(&f))
		return;
	parts.name = f.name;
	parts.value = f.value;
	parts.path = f.path.len ? f.path : default_path(from.path);
	parts.secure = f.secure;
	parts.http_only = f.http_only;
	parts.expires = end_of(&f, now);
	if (!place(&parts, &f, &from) || !cookie_fits(&parts))
		return;
	if (!from.secure && (f.secure || hides_secure(jar, &parts, now)))
		return;
	cookie_jar_put(jar, &parts, now, true);
}

static bool goes_to(
	const struct cookie *c, const struct request *to, int64_t now)
{
	struct http_span domain = http_span_of(c->domain);

	if (cookie_ended(c->expires, now) || (c->secure && !to->secure))
		return false;
	if (!(c->host_only ? same_host(to->host, domain)
			   : domain_matches(to->host, domain)))
		return false;
	return path_matches(to->path, http_span_of(c->path));
}

/* A cookie that a request gets. */
struct match {
	const struct cookie *cookie;
	size_t path_len;
};

/* 5.4, step 2. */
static int compare(const void *a, const void *b)
{
	const struct match *x = a, *y = b;
	int64_t age = x->cookie->created - y->cookie->created;

	if (x->path_len != y->path_len)
		return x->path_len > y->path_len ? -1 : 1;
	return age < 0 ? -1 : age > 0;
}

static void add(char *out, size_t *len, const char *text)
{
	size_t n = strlen(text);

	memcpy(out + *len, text, n + 1);
	*len += n;
}

/* As many of the n cookies as there is room for, behind first. */
static char *join(const struct match *v, size_t n, const char *first)
{
	size_t len = 0, cap = strlen(first);
	char *out =
		malloc((cap > COOKIE_HEADER_MAX ? cap : COOKIE_HEADER_MAX) + 1);

	if (!out)
		abort();
	add(out, &len, first);
	for (size_t i = 0; i < n; i++) {
		const struct cookie *c = v[i].cookie;
		size_t more = strlen(c->name) + strlen(c->value) + 3;

		if (len > COOKIE_HEADER_MAX || more > COOKIE_HEADER_MAX - len)
			break;
		if (len)
			add(out, &len, "; ");
		add(out, &len, c->name);
		/* Only a file has cookies without a name. */
		if (*c->name)
			add(out, &len, "=");
		add(out, &len, c->value);
	}
	if (!len) {
		free(out);
		return NULL;
	}
	return out;
}

char *cookie_jar_header(const struct cookie_jar *jar, const struct url *url,
	const char *first, int64_t now)
{
	const struct request to = request_of(url);
	struct match *v = malloc((jar->n + 1) * sizeof(*v));
	size_t n = 0;

	if (!v)
		abort();
	for (size_t i = 0; i < jar->n; i++)
		if (goes_to(&jar->v[i], &to, now))
			v[n++] = (struct match){ &jar->v[i],
				strlen(jar->v[i].path) };
	qsort(v, n, sizeof(*v), compare);

	char *header = join(v, n, first ? first : "");

	free(v);
	return header;
}
