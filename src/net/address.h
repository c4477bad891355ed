#ifndef WSTAP_NET_ADDRESS_H
#define WSTAP_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* A socket address, and a few of them in the order to try them. */
struct addrinfo;

enum {
	ADDRESSES_MAX = 16,
	ADDRESS_HOST_MAX = 80, /* a numeric address and its zone */
};

struct address {
	struct sockaddr_storage at;
	socklen_t len;
};

struct addresses {
	struct address v[ADDRESSES_MAX];
	size_t n;
};

/* As connect() and its kin want it. */
static inline const struct sockaddr *address_generic(const struct address *a)
{
	return (const struct sockaddr *)&a->at;
}

/* "127.0.0.1", "fe80::1%eth0": an internet address without its port, and the
 * port. */
void address_host(char out[ADDRESS_HOST_MAX], const struct address *a);
unsigned address_port(const struct address *a);

/* In full: "127.0.0.1:80", "[::1]:80", "/path/to/socket", "@abstract". */
void address_show(char *out, size_t cap, const struct address *a);

/* "IPv4" or "IPv6". */
const char *address_family(int family);

/* The len bytes of text as an internet address: dotted decimal, or IPv6 in
 * brackets or not, with the zone (%eth0, %2) of an interface that is there. No
 * name, and none of the old ways to write IPv4. False: it is none. */
bool address_parse(
	struct address *to, const char *text, size_t len, uint16_t port);

/* A link-local IPv6 address (fe80::/10), which means one only together with
 * the zone; and whether it lacks that. */
bool address_is_link_local(const struct address *a);
bool address_lacks_zone(const struct address *a);

/* The unix socket at path ("@name": abstract). False: the path is longer than
 * such an address takes. */
bool address_unix(struct address *to, const char *path);

/* Takes up to ADDRESSES_MAX different IPv4 and IPv6 addresses from list: the
 * family of the first one first, then the families in turns (RFC 8305
 * section 4). */
void addresses_take(struct addresses *to, const struct addrinfo *list);

/* Appends one, unless it is there already or there is no room. */
void addresses_add(struct addresses *to, const struct address *a);

/* Leaves those of this family; AF_UNSPEC: all. */
void addresses_keep(struct addresses *to, int family);

#endif
