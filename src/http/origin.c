#include "http/origin.h"

#include "http/head.h"

#include <string.h>

bool origin_same(const struct url *a, const struct url *b)
{
	if (a->secure != b->secure || !a->unix_path != !b->unix_path)
		return false;
	if (a->unix_path)
		return strcmp(a->unix_path, b->unix_path) == 0;
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

static bool is_private(const char *header)
{
	static const char *const names[] = { "authorization", "cookie", "host",
		"proxy-authorization" };
	const struct http_span name = { header, strcspn(header, ":; \t") };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (http_span_is(name, names[i]))
			return true;
	return false;
}

void origin_public_headers(struct strings *out, const struct strings *headers)
{
	for (size_t i = 0; i < headers->n; i++)
		if (!is_private(headers->v[i]))
			strings_add(out, headers->v[i]);
}
