#ifndef WSTAP_NET_INTERFACE_H
#define WSTAP_NET_INTERFACE_H

#include "net/address.h"

#include <stdbool.h>

/* The network interfaces of this machine, as they are at the moment. */

enum { INTERFACE_LIST_MAX = 200 };

/* What there is, for error lines, as far as it goes: "lo, eth0". */
void interface_list(char out[INTERFACE_LIST_MAX]);

/* The addresses there are: "127.0.0.1, ::1, 192.0.2.2". */
void interface_list_addresses(char out[INTERFACE_LIST_MAX]);

bool interface_exists(const char *name);

/* The interface's address (port 0) to reach target from: of its family, and
 * for IPv6 a link-local one just where target is link-local, if it can be.
 * False: it has none of that family. */
bool interface_source(
	struct address *to, const char *name, const struct address *target);

#endif
