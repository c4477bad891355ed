#define _GNU_SOURCE

#include "net/interface.h"

#include "base/buf.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/* Appends item to a list, or "..." as the last one. */
static bool append(struct buf *b, const char *item)
{
	static const char comma[] = ", ", more[] = "...";
	size_t len = strlen(item), between = buf_len(b) ? strlen(comma) : 0;
	bool fits = buf_room(b) >= between + len + strlen(comma) + strlen(more);

	buf_put(b, comma, between);
	if (fits)
		buf_put(b, item, len);
	else
		buf_put(b, more, strlen(more));
	return fits;
}

static void finish(struct buf *b, char *out)
{
	if (!buf_len(b))
		buf_put(b, "none", 4);
	out[buf_len(b)] = '\0';
}

void interface_list(char out[INTERFACE_LIST_MAX])
{
	struct if_nameindex *all = if_nameindex();
	struct buf b;

	buf_init(&b, out, INTERFACE_LIST_MAX - 1);
	for (size_t i = 0; all && all[i].if_index; i++)
		if (!append(&b, all[i].if_name))
			break;
	finish(&b, out);
	if (all)
		if_freenameindex(all);
}

/* False: not an internet address. */
static bool take(struct address *to, const struct sockaddr *sa)
{
	memset(to, 0, sizeof(*to));
	if (sa && sa->sa_family == AF_INET)
		to->len = sizeof(struct sockaddr_in);
	else if (sa && sa->sa_family == AF_INET6)
		to->len = sizeof(struct sockaddr_in6);
	else
		return false;
	memcpy(&to->at, sa, to->len);
	return true;
}

void interface_list_addresses(char out[INTERFACE_LIST_MAX])
{
	struct ifaddrs *all = NULL;
	char host[ADDRESS_HOST_MAX];
	struct address one;
	struct buf b;

	buf_init(&b, out, INTERFACE_LIST_MAX - 1);
	if (getifaddrs(&all) != 0)
		all = NULL;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (!take(&one, i->ifa_addr))
			continue;
		address_host(host, &one);
		if (!append(&b, host))
			break;
	}
	finish(&b, out);
	if (all)
		freeifaddrs(all);
}

bool interface_exists(const char *name)
{
	return if_nametoindex(name) != 0;
}

bool interface_source(
	struct address *to, const char *name, const struct address *target)
{
	bool near = address_is_link_local(target), found = false;
	struct ifaddrs *all = NULL;
	struct address one;

	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (strcmp(i->ifa_name, name) != 0 || !take(&one, i->ifa_addr))
			continue;
		if (one.at.ss_family != target->at.ss_family)
			continue;
		/* The first that fits best. */
		if (found && (address_is_link_local(to) == near ||
				     address_is_link_local(&one) != near))
			continue;
		*to = one;
		found = true;
	}
	freeifaddrs(all);
	return found;
}
