#ifndef WSTAP_NET_DIAL_WHERE_H
#define WSTAP_NET_DIAL_WHERE_H

#include "base/strings.h"
#include "net/address.h"

#include <stdbool.h>
#include <stdint.h>

/* The part of dial_where.c that only a look-up needs; net/dial.h has the
 * rest. */

/* The addresses that --resolve (dial_config.resolve) gives host and port, in
 * its order. False: it does not name them. True with none: those that it gives
 * have a zone that is no longer there. */
bool dial_where_resolve(const struct strings *list, const char *host,
	uint16_t port, struct addresses *to);

#endif
