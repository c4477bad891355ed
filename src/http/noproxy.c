#include "http/noproxy.h"

#include "http/head.h"

#include <arpa/inet.h>
#include <string.h>

enum { ADDRESS_BITS = 128, MAPPED_BITS = 96 };

/* An IPv4 address is kept as ::ffff:a.b.c.d: so both ways to write it are
 * equal, and one comparison does for both families. */
struct address {
	uint8_t bytes[16];
	bool ip4; /* was written as one */
};

struct host {
	bool is_address;
	struct address address;
	struct http_span name; /* without the dot at its end */
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* A digit's value; no base has 16. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = lower(c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static struct http_span span_from(struct http_span span, size_t n)
{
	return (struct http_span){ span.p + n, span.len - n };
}

/* Takes the number off that text begins with. */
static bool take_number(struct http_span *text, unsigned base, uint64_t *value)
{
	size_t n = 0;

	*value = 0;
	while (n < text->len && *value <= UINT32_MAX &&
		digit_value(text->p[n]) < base)
		*value = *value * base + digit_value(text->p[n++]);
	*text = span_from(*text, n);
	return n && *value <= UINT32_MAX;
}

static bool read_number(struct http_span text, unsigned max, unsigned *number)
{
	uint64_t value;

	if (!take_number(&text, 10, &value) || text.len || value > max)
		return false;
	*number = (unsigned)value;
	return true;
}

/* A part of an IPv4 address, as resolvers read it: 0x10 and 020 are 16. */
static bool take_part(struct http_span *text, uint64_t *value)
{
	unsigned base = 10;

	if (text->len > 1 && text->p[0] == '0') {
		base = 8;
		if (lower(text->p[1]) == 'x') {
			base = 16;
			*text = span_from(*text, 2);
		}
	}
	return take_number(text, base, value);
}

static void set_ip4(struct address *address, uint32_t value)
{
	*address =
		(struct address){ .bytes = { [10] = 0xff, 0xff }, .ip4 = true };
	for (int i = 15; i >= 12; i--, value >>= 8)
		address->bytes[i] = (uint8_t)value;
}

/* One to four parts: the last one has all bytes that are left, so 127.1 is
 * 127.0.0.1. A URL may have these, and a resolver takes them. */
static bool read_ip4(struct http_span text, struct address *address)
{
	uint64_t part, value = 0;
	unsigned bits = 32;

	for (;;) {
		if (!take_part(&text, &part))
			return false;
		if (!text.len)
			break;
		bits -= 8;
		if (!bits || part > 0xff || text.p[0] != '.')
			return false;
		value |= part << bits;
		text = span_from(text, 1);
	}
	if (part >> bits)
		return false;
	set_ip4(address, (uint32_t)(value | part));
	return true;
}

/* The usual form alone; of an IPv6 address, the zone is dropped. */
static bool read_strict(
	int family, struct http_span text, struct address *address)
{
	const char *zone = memchr(text.p, '%', text.len);
	char copy[INET6_ADDRSTRLEN];

	if (family == AF_INET6 && zone)
		text.len = (size_t)(zone - text.p);
	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.len);
	copy[text.len] = '\0';
	if (family == AF_INET) {
		set_ip4(address, 0);
		return inet_pton(family, copy, address->bytes + 12) == 1;
	}
	address->ip4 = false;
	return inet_pton(family, copy, address->bytes) == 1;
}

/* False where it is neither an address nor can be a name. */
static bool read_host(struct http_span text, struct host *host)
{
	*host = (struct host){ .is_address = true };
	if (memchr(text.p, ':', text.len))
		return read_strict(AF_INET6, text, &host->address);
	if (text.len && text.p[text.len - 1] == '.')
		text.len--;
	if (read_ip4(text, &host->address))
		return true;
	host->is_address = false;
	host->name = text;
	return text.len > 0;
}

static bool is_below(struct http_span host, struct http_span name)
{
	if (name.len && name.p[0] == '.')
		name = span_from(name, 1);
	if (!name.len || name.len > host.len)
		return false;

	struct http_span tail = span_from(host, host.len - name.len);

	for (size_t i = 0; i < name.len; i++)
		if (lower(tail.p[i]) != lower(name.p[i]))
			return false;
	return tail.p == host.p || tail.p[-1] == '.';
}

static bool is_within(const struct address *address,
	const struct address *network, unsigned bits)
{
	size_t whole = bits / 8;
	unsigned rest = bits % 8;

	/* ::/0 is all of IPv6. */
	if (address->ip4 && !network->ip4 && bits < MAPPED_BITS)
		return false;
	if (memcmp(address->bytes, network->bytes, whole) != 0)
		return false;
	return !rest ||
	       !((address->bytes[whole] ^ network->bytes[whole]) >> (8 - rest));
}

/* "192.0.2.0/24": here an address is written in full, since 10/8 would be
 * 0.0.0.10/8 to a resolver, and something else to whoever wrote it. */
static bool network_matches(
	struct http_span item, size_t slash, const struct host *host)
{
	struct http_span text = { item.p, slash };
	struct http_span mask = span_from(item, slash + 1);
	bool ip4 = !memchr(text.p, ':', text.len);
	struct address network;
	unsigned bits;

	if (!host->is_address ||
		!read_strict(ip4 ? AF_INET : AF_INET6, text, &network) ||
		!read_number(mask, ip4 ? 32 : ADDRESS_BITS, &bits))
		return false;
	return is_within(&host->address, &network, bits + ip4 * MAPPED_BITS);
}

/* Cuts an item in host and port; port.p is NULL where there is none. False
 * where brackets are not closed or hold no IPv6 address. */
static bool split_port(struct http_span *item, struct http_span *port)
{
	const char *end = item->p + item->len, *colon;

	*port = (struct http_span){ 0 };
	if (item->p[0] == '[') {
		const char *bracket = memchr(item->p, ']', item->len);

		if (!bracket)
			return false;
		*item = span_from(*item, 1);
		item->len = (size_t)(bracket - item->p);
		if (!memchr(item->p, ':', item->len))
			return false;
		colon = bracket + 1;
		if (colon == end)
			return true;
		if (*colon != ':')
			return false;
	} else {
		colon = memchr(item->p, ':', item->len);
		if (!colon || memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			return true;
		item->len = (size_t)(colon - item->p);
	}
	*port = (struct http_span){ colon + 1, (size_t)(end - colon - 1) };
	return true;
}

static bool item_matches(
	struct http_span item, const struct host *host, uint16_t port)
{
	const char *slash = memchr(item.p, '/', item.len);
	struct http_span digits;
	struct host listed;
	unsigned number;

	if (slash)
		return network_matches(item, (size_t)(slash - item.p), host);
	if (!split_port(&item, &digits) || !read_host(item, &listed))
		return false;
	if (digits.p &&
		(!read_number(digits, UINT16_MAX, &number) || number != port))
		return false;
	if (listed.is_address != host->is_address)
		return false;
	if (!listed.is_address)
		return is_below(host->name, listed.name);
	return is_within(&host->address, &listed.address, ADDRESS_BITS);
}

bool noproxy_match(const char *list, const char *host, uint16_t port)
{
	static const char between[] = ", \t";
	struct host wanted;

	list += strspn(list, between);
	if (*list == '*' && !list[1 + strspn(list + 1, between)])
		return true;
	if (!read_host(http_span_of(host), &wanted))
		return false;
	while (*list) {
		size_t n = strcspn(list, between);

		if (item_matches((struct http_span){ list, n }, &wanted, port))
			return true;
		list += n;
		list += strspn(list, between);
	}
	return false;
}
