#define _GNU_SOURCE

#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
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

static void add(struct addresses *to, const struct addrinfo *a)
{
	struct address *new = &to->v[to->n];

	if (a->ai_addrlen > sizeof(new->at))
		return;
	memset(new, 0, sizeof(*new));
	memcpy(&new->at, a->ai_addr, a->ai_addrlen);
	new->len = a->ai_addrlen;
	for (size_t i = 0; i < to->n; i++)
		if (to->v[i].len == new->len &&
			memcmp(&to->v[i].at, &new->at, new->len) == 0)
			return;
	to->n++;
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
