#ifndef WSTAP_NET_DIAL_FROM_H
#define WSTAP_NET_DIAL_FROM_H

#include "base/err.h"
#include "net/address.h"

#include <stdbool.h>

/*
 * Where a connection comes from: --interface, a local address or the name of
 * an interface.
 *
 * An address is bound to. An interface is kept to by the system
 * (SO_BINDTODEVICE), so that the way goes through it whatever the routes say;
 * where that is not there or not permitted, its address is bound to, which
 * leaves the way to the routes. Either way only the families that it has
 * addresses of are used.
 */
struct dial_from {
	const char *name;  /* as given, borrowed; NULL: the system's choice */
	struct address at; /* len 0: an interface */
};

/* False with ERR_CONNECT, and what there is instead: neither a local address
 * nor an interface. name NULL is fine. */
bool dial_from_find(struct dial_from *from, const char *name, struct err *err);

/* Whether it has an address of the target's family. */
bool dial_from_reaches(
	const struct dial_from *from, const struct address *target);

/* Before connecting fd to target. False with errno. */
bool dial_from_bind(
	const struct dial_from *from, int fd, const struct address *target);

#endif
