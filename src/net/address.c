#define _GNU_SOURCE

#include "net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

void address_host(char out[ADDRESS_HOST_MAX], const struct address *a)
{
	if (getnameinfo(address_generic(a), a->len, out, ADDRESS_HOST_MAX, NULL,
		    0, NI_NUMERICHOST))
		snprintf(out, ADDRESS_HOST_MAX, "an address");
}

unsigned address_port(const struct address *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->at.ss_family == AF_INET) {
		memcpy(&v4, &a->at, sizeof(v4));
		return ntohs(v4.sin_port);
	}
	memcpy(&v6, &a->at, sizeof(v6));
	return ntohs(v6.sin6_port);
}

const char *address_family(int family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

/* An interface's name or number; 0: there is no such. */
static unsigned read_zone(const char *zone)
{
	unsigned index = if_nametoindex(zone);
	size_t digits = strspn(zone, "0123456789");

	if (!index && digits && digits < 10 && !zone[digits])
		index = (unsigned)strtoul(zone, NULL, 10);
	return index;
}

static bool parse_v6(struct sockaddr_in6 *v6, char *text)
{
	char *zone = strchr(text, '%');

	if (zone) {
		*zone++ = '\0';
		v6->sin6_scope_id = read_zone(zone);
		if (!v6->sin6_scope_id)
			return false;
	}
	return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1;
}

bool address_parse(
	struct address *to, const char *text, size_t len, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool bare = len < 2 || text[0] != '[' || text[len - 1] != ']';
	char copy[ADDRESS_HOST_MAX];

	if (!bare) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(copy) || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	memset(to, 0, sizeof(*to));
	if (bare && inet_pton(AF_INET, copy, &v4.sin_addr) == 1) {
		v4.sin_port = htons(port);
		memcpy(&to->at, &v4, sizeof(v4));
		to->len = sizeof(v4);
		return true;
	}
	if (!parse_v6(&v6, copy))
		return false;
	v6.sin6_port = htons(port);
	memcpy(&to->at, &v6, sizeof(v6));
	to->len = sizeof(v6);
	return true;
}

bool address_is_link_local(const struct address *a)
{
	struct sockaddr_in6 v6;

	memcpy(&v6, &a->at, sizeof(v6));
	return a->at.ss_family == AF_INET6 &&
	       IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr);
}

bool address_lacks_zone(const struct address *a)
{
	struct sockaddr_in6 v6;

	memcpy(&v6, &a->at, sizeof(v6));
	return address_is_link_local(a) && v6.sin6_scope_id == 0;
}

/* The path ends at a NUL or at the end of the address; an abstract name
 * begins with a NUL, shown as @. */
static void show_unix(char *out, size_t cap, const struct address *a)
{
	struct sockaddr_un un;
	size_t before = offsetof(struct sockaddr_un, sun_path);
	size_t n = a->len > before ? a->len - before : 0;

	memcpy(&un, &a->at, sizeof(un));
	if (n > sizeof(un.sun_path))
		n = sizeof(un.sun_path);
	if (n > 1 && !un.sun_path[0])
		snprintf(out, cap, "@%.*s", (int)(n - 1), un.sun_path + 1);
	else if (n > 0 && un.sun_path[0])
		snprintf(out, cap, "%.*s", (int)n, un.sun_path);
	else
		snprintf(out, cap, "a unix socket");
}

void address_show(char *out, size_t cap, const struct address *a)
{
	bool v6 = a->at.ss_family == AF_INET6;
	char host[ADDRESS_HOST_MAX];

	if (a->at.ss_family == AF_UNIX) {
		show_unix(out, cap, a);
		return;
	}
	address_host(host, a);
	snprintf(out, cap, v6 ? "[%s]:%u" : "%s:%u", host, address_port(a));
}

bool address_unix(struct address *to, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t n = strlen(path),
	       before = offsetof(struct sockaddr_un, sun_path);
	bool abstract = path[0] == '@';

	if (n >= sizeof(un.sun_path))
		return false;
	memcpy(un.sun_path, path, n);
	if (abstract)
		un.sun_path[0] = '\0';
	memset(to, 0, sizeof(*to));
	memcpy(&to->at, &un, sizeof(un));
	to->len = (socklen_t)(before + n + !abstract);
	return true;
}

static bool is_internet(const struct addrinfo *a)
{
	return a->ai_family == AF_INET || a->ai_family == AF_INET6;
}

/* The next address from a on that is (or isn't) of this family. */
static const struct addrinfo *next_of(
	const struct addrinfo *a, int family, bool same)
{
	while (a && (!is_internet(a) || (a->ai_family == family) != same))
		a = a->ai_next;
	return a;
}

void addresses_add(struct addresses *to, const struct address *a)
{
	for (size_t i = 0; i < to->n; i++)
		if (to->v[i].len == a->len &&
			memcmp(&to->v[i].at, &a->at, a->len) == 0)
			return;
	if (to->n < ADDRESSES_MAX)
		to->v[to->n++] = *a;
}

void addresses_keep(struct addresses *to, int family)
{
	size_t kept = 0;

	for (size_t i = 0; i < to->n; i++)
		if (family == AF_UNSPEC || to->v[i].at.ss_family == family)
			to->v[kept++] = to->v[i];
	to->n = kept;
}

static void add(struct addresses *to, const struct addrinfo *a)
{
	struct address new = { .len = a->ai_addrlen };

	if (a->ai_addrlen > sizeof(new.at))
		return;
	memcpy(&new.at, a->ai_addr, a->ai_addrlen);
	addresses_add(to, &new);
}

void addresses_take(struct addresses *to, const struct addrinfo *list)
{
	int family = list ? list->ai_family : AF_UNSPEC;
	const struct addrinfo *side[2] = { next_of(list, family, true),
		next_of(list, family, false) };

	to->n = 0;
	for (int i = 0; (side[0] || side[1]) && to->n < ADDRESSES_MAX; i ^= 1) {
		if (!side[i])
			continue;
		add(to, side[i]);
		side[i] = next_of(side[i]->ai_next, family, i == 0);
	}
}
