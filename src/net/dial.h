#ifndef WSTAP_NET_DIAL_H
#define WSTAP_NET_DIAL_H

#include "base/err.h"
#include "net/deadline.h"

#include <stdint.h>
#include <sys/socket.h>

struct addrinfo;

/*
 * A connected stream socket to where the URL points: name look-up (in a
 * thread, so that the deadline holds for it too), happy eyeballs (RFC 8305:
 * families interleaved, the next attempt 250 ms after the one before, or at
 * once when that failed; the first to connect wins, the others are closed),
 * unix sockets (a path that starts with @ is abstract).
 */
struct dial_target {
	const char *host; /* name or address, zone allowed */
	uint16_t port;
	const char *unix_path; /* not NULL: this and not host */
};

/* What to tell as it goes, for -v: "Trying 127.0.0.1:80..." and the like,
 * without newline; note NULL: nobody. */
struct dial_watch {
	void (*note)(void *arg, const char *line);
	/* The name was looked up: addresses are tried from here on. Not called
	 * where there is no name to look up ("localhost" is one). NULL:
	 * nobody. */
	void (*resolved)(void *arg);
	void *arg;
};

/* Room for an address in full, as people write it: "127.0.0.1:80",
 * "[::1]:80", "/path/to/socket". */
enum { DIAL_ADDRESS_MAX = 128 };

/* Gives back the descriptor: non-blocking, close-on-exec, TCP_NODELAY, never
 * 0, 1 or 2; address (if not NULL) says where it leads. Or -1: ERR_RESOLVE
 * (the name), ERR_CONNECT (names every address that was tried and why each
 * failed, as far as the line goes), ERR_TIMEOUT. */
int dial(const struct dial_target *target, struct deadline deadline,
	const struct dial_watch *watch, char address[DIAL_ADDRESS_MAX],
	struct err *err);

/* The happy eyeballs part alone, over the addresses of list in their order
 * (families get interleaved here): what dial() calls after the look-up.
 * `name` is for the error line. */
int dial_addresses(const struct addrinfo *list, const char *name,
	struct deadline deadline, const struct dial_watch *watch,
	char address[DIAL_ADDRESS_MAX], struct err *err);

/* A listening TCP socket on host:port (host NULL or "localhost": 127.0.0.1;
 * port 0: any free one), SO_REUSEADDR, non-blocking; address says where. Or -1
 * with ERR_RESOLVE or ERR_CONNECT. */
int dial_listen(const char *host, uint16_t port, char address[DIAL_ADDRESS_MAX],
	struct err *err);

/* Accepts one connection: like dial()'s descriptor. -1 with errno where none
 * is waiting or the client already went. */
int dial_accept(int listener, char address[DIAL_ADDRESS_MAX]);

#endif
