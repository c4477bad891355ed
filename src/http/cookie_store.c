#include "http/cookie_store.h"

#include "base/wipe.h"
#include "http/percent.h"

#include <stdlib.h>
#include <string.h>

/* The end of a cookie that was removed, whatever the clock says. */
static const int64_t removed = INT64_MIN;

bool cookie_is_text(struct http_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (http_is_control(text.p[i]) && text.p[i] != '\t')
			return false;
	return true;
}

bool cookie_fits(const struct cookie_parts *parts)
{
	return parts->name.len <= COOKIE_MAX &&
	       parts->value.len <= COOKIE_MAX - parts->name.len &&
	       parts->domain.len <= COOKIE_MAX &&
	       parts->path.len <= COOKIE_MAX - parts->domain.len;
}

static char *copy_of(struct http_span span)
{
	char *text = malloc(span.len + 1);

	if (!text)
		abort();
	if (span.len)
		memcpy(text, span.p, span.len);
	text[span.len] = '\0';
	return text;
}

static char *domain_of(struct http_span span)
{
	char *text = copy_of(span);

	for (char *p = text; *p; p++)
		*p = cookie_lower(*p);
	return text;
}

static size_t bytes_of(const struct cookie *c)
{
	return strlen(c->name) + strlen(c->value) + strlen(c->domain) +
	       strlen(c->path);
}

static void free_secret(char *text)
{
	if (text)
		wipe(text, strlen(text));
	free(text);
}

static void release(struct cookie *c)
{
	free(c->name);
	free_secret(c->value);
	free(c->domain);
	free(c->path);
}

static void drop(struct cookie_jar *jar, size_t i)
{
	jar->bytes -= bytes_of(&jar->v[i]);
	release(&jar->v[i]);
	jar->n--;
	memmove(&jar->v[i], &jar->v[i + 1], (jar->n - i) * sizeof(*jar->v));
}

void cookie_jar_release(struct cookie_jar *jar)
{
	for (size_t i = 0; i < jar->n; i++)
		release(&jar->v[i]);
	free(jar->v);
	*jar = (struct cookie_jar){ 0 };
}

static bool is_text(struct http_span span, const char *text)
{
	return http_span_equals(span, http_span_of(text));
}

/* Where the cookie is that parts replace: jar->n where there is none. */
static size_t find(
	const struct cookie_jar *jar, const struct cookie_parts *parts)
{
	size_t i = 0;

	for (; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];

		if (is_text(parts->name, c->name) &&
			http_span_is(parts->domain, c->domain) &&
			is_text(parts->path, c->path) &&
			parts->host_only == c->host_only)
			break;
	}
	return i;
}

static bool is_same(const struct cookie *c, const struct cookie_parts *parts)
{
	return is_text(parts->value, c->value) &&
	       c->expires == parts->expires && c->secure == parts->secure &&
	       c->http_only == parts->http_only;
}

/* The other cookie that ends first: of that domain, or of all where it is
 * NULL. The older one where they end together. */
static size_t first_to_end(const struct cookie_jar *jar, size_t keep,
	const char *domain, int64_t now)
{
	size_t found = jar->n;
	int64_t earliest = 0;

	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];
		int64_t end =
			cookie_ended(c->expires, now) ? removed : c->expires;

		if (i == keep || (domain && strcmp(c->domain, domain) != 0))
			continue;
		if (found == jar->n || end < earliest) {
			found = i;
			earliest = end;
		}
	}
	return found;
}

static size_t count_in(const struct cookie_jar *jar, const char *domain)
{
	size_t n = 0;

	for (size_t i = 0; i < jar->n; i++)
		n += strcmp(jar->v[i].domain, domain) == 0;
	return n;
}

/* Drops the other that ends first; gives back where keep is then. */
static size_t drop_one(
	struct cookie_jar *jar, size_t keep, const char *domain, int64_t now)
{
	size_t i = first_to_end(jar, keep, domain, now);

	drop(jar, i);
	return i < keep ? keep - 1 : keep;
}

static void append(
	struct cookie_jar *jar, const struct cookie_parts *parts, bool news)
{
	struct cookie *v = realloc(jar->v, (jar->n + 1) * sizeof(*v));

	if (!v)
		abort();
	v[jar->n] = (struct cookie){
		.name = copy_of(parts->name),
		.value = copy_of(parts->value),
		.domain = domain_of(parts->domain),
		.path = copy_of(parts->path),
		.host_only = parts->host_only,
		.secure = parts->secure,
		.http_only = parts->http_only,
		.expires = parts->expires,
		.created = jar->n ? v[jar->n - 1].created + 1 : 0,
		.changed = news,
	};
	jar->v = v;
	jar->bytes += bytes_of(&v[jar->n]);
	jar->n++;
}

/* The same cookie with another value: it keeps its age (5.3, step 11.3). */
static void replace(struct cookie_jar *jar, struct cookie *c,
	const struct cookie_parts *parts, bool news)
{
	char *value = copy_of(parts->value);

	jar->bytes -= strlen(c->value);
	jar->bytes += parts->value.len;
	free_secret(c->value);
	c->value = value;
	c->expires = parts->expires;
	c->secure = parts->secure;
	c->http_only = parts->http_only;
	c->changed |= news;
}

void cookie_jar_put(struct cookie_jar *jar, const struct cookie_parts *parts,
	int64_t now, bool news)
{
	struct cookie_parts gone = *parts;
	size_t i = find(jar, parts);
	bool known = i < jar->n;

	if (cookie_ended(parts->expires, now)) {
		if (!known || cookie_ended(jar->v[i].expires, now))
			return;
		gone.value = http_span_of("");
		gone.expires = removed;
		replace(jar, &jar->v[i], &gone, news);
	} else if (known && is_same(&jar->v[i], parts)) {
		return;
	} else if (known && !cookie_ended(jar->v[i].expires, now)) {
		replace(jar, &jar->v[i], parts, news);
	} else {
		if (known)
			drop(jar, i);
		append(jar, parts, news);
		i = jar->n - 1;
		/* A file may have more of a domain than a server can set. */
		if (news && count_in(jar, jar->v[i].domain) > COOKIE_DOMAIN_MAX)
			i = drop_one(jar, i, jar->v[i].domain, now);
	}
	while (jar->n > COOKIE_JAR_MAX || jar->bytes > COOKIE_JAR_BYTES)
		i = drop_one(jar, i, NULL, now);
	jar->changed |= news;
}

void cookie_jar_merge(
	struct cookie_jar *jar, const struct cookie_jar *later, int64_t now)
{
	for (size_t i = 0; i < later->n; i++) {
		const struct cookie *c = &later->v[i];
		const struct cookie_parts parts = {
			.name = http_span_of(c->name),
			.value = http_span_of(c->value),
			.domain = http_span_of(c->domain),
			.path = http_span_of(c->path),
			.host_only = c->host_only,
			.secure = c->secure,
			.http_only = c->http_only,
			.expires = c->expires,
		};

		if (c->changed)
			cookie_jar_put(jar, &parts, now, true);
	}
}

void cookie_jar_settle(struct cookie_jar *jar, int64_t now)
{
	for (size_t i = jar->n; i > 0; i--) {
		if (cookie_ended(jar->v[i - 1].expires, now))
			drop(jar, i - 1);
		else
			jar->v[i - 1].changed = false;
	}
	jar->changed = false;
}
