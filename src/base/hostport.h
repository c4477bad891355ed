#ifndef WSTAP_BASE_HOSTPORT_H
#define WSTAP_BASE_HOSTPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* [HOST:]PORT as -l takes it: "8080", ":8080", "name:8080",
 * "0.0.0.0:8080", "[::1]:8080". Points into the text; host is without its
 * brackets and of len 0 where there is none; port is 0 to 65535. */
struct hostport {
	const char *host;
	size_t host_len;
	uint16_t port;
};

bool hostport_parse(struct hostport *out, const char *text);

#endif
