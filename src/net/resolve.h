#ifndef WSTAP_NET_RESOLVE_H
#define WSTAP_NET_RESOLVE_H

#include "base/err.h"
#include "net/address.h"
#include "net/deadline.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A host name to socket addresses, in the order to try them.
 *
 * getaddrinfo() cannot be told to hurry, so it runs in a thread of its own:
 * when the deadline comes first, the thread is left to end by itself. A
 * numeric address needs no thread, and "localhost" no resolver (RFC 6761
 * section 6.3: it always means loopback).
 */

/* "localhost", or a name under it. */
bool resolve_is_loopback(const char *host);

/* The addresses of host (at least one) with this port. false: ERR_RESOLVE or
 * ERR_TIMEOUT. */
bool resolve(struct addresses *to, const char *host, uint16_t port,
	struct deadline deadline, struct err *err);

/* The same, but only those of one family: AF_INET (--ipv4) or AF_INET6
 * (--ipv6); AF_UNSPEC: both. Where host has none of it: ERR_RESOLVE. */
bool resolve_family(struct addresses *to, const char *host, uint16_t port,
	int family, struct deadline deadline, struct err *err);

/* The option that asks for this family alone, for error lines. */
const char *resolve_option(int family);

#endif
