#define _GNU_SOURCE

#include "net/dial_where.h"

#include "http/url.h"
#include "net/dial.h"
#include "net/interface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A part of a value; of no length where it is left empty. */
struct part {
	const char *p;
	size_t len;
};

static bool is_any(struct part part)
{
	return part.len == 1 && *part.p == '*';
}

/* Up to the next colon outside of brackets, or the end. False: a bracket is
 * not closed, or something stands behind it. */
static bool take(const char **at, struct part *part)
{
	const char *p = *at, *end = p;

	if (*p == '[') {
		end = strchr(p, ']');
		if (!end)
			return false;
		end++;
	}
	if (end == p)
		end += strcspn(end, ":");
	if (*end != ':' && *end)
		return false;
	*part = (struct part){ p, (size_t)(end - p) };
	*at = end;
	return true;
}

static bool take_colon(const char **at)
{
	if (**at != ':')
		return false;
	++*at;
	return true;
}

/* 1 to 65535; 0: it is none. */
static uint16_t read_port(struct part part)
{
	unsigned port = 0;

	if (part.len > 5)
		return 0;
	for (size_t i = 0; i < part.len; i++) {
		if (part.p[i] < '0' || part.p[i] > '9')
			return 0;
		port = port * 10 + (unsigned)(part.p[i] - '0');
	}
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* As a URL would have it, so that they compare: ASCII, in lower case, without
 * brackets. NULL: it can be no host. To be freed. */
static char *read_host(struct part part)
{
	static const char scheme[] = "ws://";
	char *text = malloc(sizeof(scheme) + part.len), *host;
	struct url url = { 0 };
	struct err err = { 0 };

	if (!text)
		abort();
	memcpy(text, scheme, strlen(scheme));
	memcpy(text + strlen(scheme), part.p, part.len);
	text[strlen(scheme) + part.len] = '\0';
	if (!part.len || strcspn(text + strlen(scheme), "/?#@\\") < part.len ||
		!url_parse(&url, text, &err))
		url = (struct url){ 0 };
	free(text);
	host = url.host;
	url.host = NULL;
	url_release(&url);
	return host;
}

static size_t without_dot(const char *host)
{
	size_t len = strlen(host);

	return len && host[len - 1] == '.' ? len - 1 : len;
}

/* An address can be written in more ways than one. */
static bool is_same_address(const char *a, const char *b)
{
	struct address x, y;

	return address_parse(&x, a, strlen(a), 0) &&
	       address_parse(&y, b, strlen(b), 0) && x.len == y.len &&
	       memcmp(&x.at, &y.at, x.len) == 0;
}

static bool is_host(struct part part, const char *host)
{
	char *want = read_host(part);
	size_t len = without_dot(host);
	bool same = want && ((without_dot(want) == len &&
				     strncasecmp(want, host, len) == 0) ||
				    is_same_address(want, host));

	free(want);
	return same;
}

static bool is_valid_host(struct part part)
{
	char *host = read_host(part);

	free(host);
	return host != NULL;
}

/* HOST:PORT:ADDRESS[,ADDRESS]... */
struct entry {
	struct part host, port;
	const char *addresses;
};

static bool parse_entry(struct entry *e, const char *value)
{
	const char *at = value + (*value == '+');

	if (!take(&at, &e->host) || !take_colon(&at) || !take(&at, &e->port) ||
		!take_colon(&at))
		return false;
	e->addresses = at;
	return true;
}

/* Takes the next address off the list; false at its end. */
static bool next_address(const char **list, struct part *one)
{
	if (!*list)
		return false;
	*one = (struct part){ *list, strcspn(*list, ",") };
	*list = (*list)[one->len] ? *list + one->len + 1 : NULL;
	return true;
}

static bool check_addresses(
	const char *what, const char *value, const char *list, struct err *err)
{
	struct addresses all = { .n = 0 };
	char names[INTERFACE_LIST_MAX];
	struct address a;
	struct part one;

	while (next_address(&list, &one)) {
		if (address_parse(&a, one.p, one.len, 1)) {
			if (all.n == ADDRESSES_MAX)
				return err_set(err, ERR_USAGE,
					"%s %.200s: over %d addresses", what,
					value, ADDRESSES_MAX);
			addresses_add(&all, &a);
			continue;
		}
		if (!memchr(one.p, '%', one.len))
			return err_set(err, ERR_USAGE,
				"%s %.200s: '%.*s' is not an IP address", what,
				value, one.len < 80 ? (int)one.len : 80, one.p);
		interface_list(names);
		return err_set(err, ERR_USAGE,
			"%s %.100s: '%.*s' is not an IP address, or its zone "
			"not an interface (there are: %s)",
			what, value, one.len < 80 ? (int)one.len : 80, one.p,
			names);
	}
	return true;
}

bool dial_check_resolve(const char *what, const char *value, struct err *err)
{
	struct entry e;

	if (*value == '-')
		return err_set(err, ERR_USAGE,
			"%s %.200s: there is nothing that a leading - could "
			"take back",
			what, value);
	if (!parse_entry(&e, value))
		return err_set(err, ERR_USAGE,
			"%s %.200s: not HOST:PORT:ADDRESS[,ADDRESS]... (like "
			"example.com:443:127.0.0.1)",
			what, value);
	if (!is_any(e.host) && !is_valid_host(e.host))
		return err_set(err, ERR_USAGE,
			"%s %.200s: HOST is not a name, [IPv6 address] or *",
			what, value);
	if (!is_any(e.port) && !read_port(e.port))
		return err_set(err, ERR_USAGE,
			"%s %.200s: PORT is not from 1 to 65535, or *", what,
			value);
	return check_addresses(what, value, e.addresses, err);
}

/* How well it fits: 0 not at all, more for what says more. */
static int rank(const struct entry *e, const char *host, uint16_t port)
{
	bool any_host = is_any(e->host), any_port = is_any(e->port);

	if (!any_port && read_port(e->port) != port)
		return 0;
	if (!any_host && !is_host(e->host, host))
		return 0;
	return 1 + 2 * !any_host + !any_port;
}

bool dial_where_resolve(const struct strings *list, const char *host,
	uint16_t port, struct addresses *to)
{
	const char *addresses = NULL;
	int best = 1, fits;
	struct address a;
	struct entry e;
	struct part one;

	for (size_t i = 0; i < list->n; i++) {
		if (!parse_entry(&e, list->v[i]))
			continue;
		fits = rank(&e, host, port);
		if (fits < best)
			continue;
		best = fits;
		addresses = e.addresses;
	}
	to->n = 0;
	if (!addresses)
		return false;
	while (next_address(&addresses, &one))
		if (address_parse(&a, one.p, one.len, port))
			addresses_add(to, &a);
	return true;
}

/* HOST1:PORT1:HOST2[:PORT2] */
struct detour {
	struct part host1, port1, host2, port2;
};

static bool parse_detour(struct detour *d, const char *value)
{
	const char *at = value;

	*d = (struct detour){ .port2 = { "", 0 } };
	if (!take(&at, &d->host1) || !take_colon(&at) ||
		!take(&at, &d->port1) || !take_colon(&at) ||
		!take(&at, &d->host2))
		return false;
	if (take_colon(&at))
		return take(&at, &d->port2) && !*at;
	return true;
}

bool dial_check_connect_to(const char *what, const char *value, struct err *err)
{
	struct detour d;

	if (!parse_detour(&d, value))
		return err_set(err, ERR_USAGE,
			"%s %.200s: not HOST1:PORT1:HOST2:PORT2 (like "
			"example.com:443:127.0.0.1:8443; each may be empty)",
			what, value);
	if ((d.port1.len && !read_port(d.port1)) ||
		(d.port2.len && !read_port(d.port2)))
		return err_set(err, ERR_USAGE,
			"%s %.200s: a port is not from 1 to 65535, or empty",
			what, value);
	if ((d.host1.len && !is_valid_host(d.host1)) ||
		(d.host2.len && !is_valid_host(d.host2)))
		return err_set(err, ERR_USAGE,
			"%s %.200s: a host is not a name, an address ([IPv6] "
			"in brackets) or empty",
			what, value);
	return true;
}

bool dial_connect_to(const struct strings *list, const char *host,
	uint16_t port, char **to_host, uint16_t *to_port)
{
	struct detour d;

	for (size_t i = 0; i < list->n; i++) {
		if (!parse_detour(&d, list->v[i]) ||
			(d.port1.len && read_port(d.port1) != port) ||
			(d.host1.len && !is_host(d.host1, host)))
			continue;
		*to_host = d.host2.len ? read_host(d.host2) : strdup(host);
		if (!*to_host)
			abort();
		*to_port = d.port2.len ? read_port(d.port2) : port;
		return true;
	}
	return false;
}
