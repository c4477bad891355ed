#ifndef WSTAP_NET_DIAL_H
#define WSTAP_NET_DIAL_H

#include "base/err.h"
#include "base/strings.h"
#include "net/deadline.h"

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

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
	const char *unix_path;            /* not NULL: this and not host */
	const struct dial_config *config; /* NULL: nothing special */
};

/* Where the bytes go, as in curl. A name "localhost", or below it, is loopback
 * without a look-up (RFC 6761 6.3), unless `resolve` says otherwise. */
enum dial_family { DIAL_ANY, DIAL_IPV4, DIAL_IPV6 };

struct dial_config {
	enum dial_family family;
	/* HOST:PORT:ADDRESS[,ADDRESS]...: addresses, in this order, instead of
	 * a look-up. HOST or PORT may be *; IPv6 in brackets (an ADDRESS also
	 * without); a + before it all changes nothing. What names HOST comes
	 * before *, then what names PORT; of two alike the later one. */
	struct strings resolve;
	/* A local address or an interface's name to come from (net/dial_from
	 * says how); NULL: the system's choice. Of no meaning for a unix
	 * socket, like all of this. */
	const char *interface;
	bool keepalive; /* TCP's: after a minute's silence, every minute */
};

/* Checks a --resolve or --connect-to value: ERR_USAGE. */
bool dial_check_resolve(const char *what, const char *value, struct err *err);
bool dial_check_connect_to(
	const char *what, const char *value, struct err *err);

/* --connect-to HOST1:PORT1:HOST2[:PORT2], the first that fits host and port:
 * an empty HOST1 or PORT1 fits all, an empty HOST2 or PORT2 changes nothing.
 * True where one fits: *to_host (to be freed; ASCII and without brackets, as
 * url.host) and *to_port say where to. */
bool dial_connect_to(const struct strings *list, const char *host,
	uint16_t port, char **to_host, uint16_t *to_port);

/* What to tell as it goes, for -v: "Trying 127.0.0.1:80..." and the like,
 * without newline; note NULL: nobody. */
struct dial_watch {
	void (*note)(void *arg, const char *line);
	/* The name was looked up: addresses are tried from here on. Called for
	 * any name ("localhost" and what `resolve` knows too), and not for an
	 * address. NULL: nobody. */
	void (*resolved)(void *arg);
	void *arg;
};

/* Room for an address in full, as people write it: "127.0.0.1:80",
 * "[::1]:80", "/path/to/socket". */
enum { DIAL_ADDRESS_MAX = 128 };

/* Gives back the descriptor: non-blocking, close-on-exec, TCP_NODELAY, never
 * 0, 1 or 2; address (if not NULL) says where it leads. Or -1: ERR_RESOLVE
 * (the name, or it has no address of config->family), ERR_CONNECT (names every
 * address that was tried and why each failed, as far as the line goes; or what
 * is wrong with config->interface), ERR_TIMEOUT. */
int dial(const struct dial_target *target, struct deadline deadline,
	const struct dial_watch *watch, char address[DIAL_ADDRESS_MAX],
	struct err *err);

/* The look-up alone: target's addresses, by its config's `resolve` or by
 * asking, of its family. False: ERR_RESOLVE, ERR_TIMEOUT. */
struct addresses;
bool dial_find(struct addresses *to, const struct dial_target *target,
	struct deadline deadline, struct err *err);

/* The happy eyeballs part alone, over the addresses of list in their order
 * (families get interleaved here): what dial() calls after the look-up.
 * `name` is for the error line. */
int dial_addresses(const struct addrinfo *list, const char *name,
	struct deadline deadline, const struct dial_watch *watch,
	char address[DIAL_ADDRESS_MAX], struct err *err);

/* A listening TCP socket on host:port (host NULL or "localhost": 127.0.0.1; "*":
 * all addresses, of IPv6 and IPv4; port 0: any free one), SO_REUSEADDR,
 * non-blocking; address says where. Or -1 with ERR_RESOLVE or ERR_CONNECT. */
int dial_listen(const char *host, uint16_t port, char address[DIAL_ADDRESS_MAX],
	struct err *err);

/* The path in "unix:PATH" or "ws+unix:PATH" ("wss+unix:", "unix:///PATH" and
 * the like are the same); NULL: where is none of these. Points into where. */
const char *dial_listen_path(const char *where);

/* A socket's file, so that no other is removed for it. */
struct dial_file {
	char path[DIAL_ADDRESS_MAX]; /* "": there is none */
	dev_t device;
	ino_t inode;
};

/* A listening unix socket at path ("@name": abstract), for this user alone
 * (0600); address says where, as "unix:/path". A socket that nobody listens on
 * any more is replaced. *made is what dial_unlisten() wants. -1: ERR_CONNECT
 * (someone listens there; it is no socket; the path is too long ...). Changes
 * the umask for a moment: no other thread may be making files. */
int dial_listen_unix(const char *path, struct dial_file *made,
	char address[DIAL_ADDRESS_MAX], struct err *err);

/* Closes a listener and removes its file, unless that has become another's. All
 * zero in *made (a TCP listener's) is fine, and what it leaves. */
void dial_unlisten(int listener, struct dial_file *made);

/* Accepts one connection: like dial()'s descriptor. -1 with errno where none
 * is waiting or the client already went. address says where from, of IPv4 also
 * where the listener is of IPv6; of a unix socket, where it was met
 * ("unix:/path"). */
int dial_accept(int listener, char address[DIAL_ADDRESS_MAX]);

#endif
