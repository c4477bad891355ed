#ifndef WSTAP_NET_ADDRESS_H
#define WSTAP_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
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

/* The unix socket at path ("@name": abstract). False: the path is longer than
 * such an address takes. */
bool address_unix(struct address *to, const char *path);

/* Takes up to ADDRESSES_MAX different IPv4 and IPv6 addresses from list: the
 * family of the first one first, then the families in turns (RFC 8305
 * section 4). */
void addresses_take(struct addresses *to, const struct addrinfo *list);

#endif
