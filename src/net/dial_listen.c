#define _GNU_SOURCE

#include "net/address.h"
#include "net/dial.h"
#include "net/dial_socket.h"
#include "net/resolve.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { BACKLOG = 128 };

static int listen_on(const struct address *to)
{
	int fd = dial_socket_settle(socket(to->at.ss_family, SOCK_STREAM, 0));
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address_generic(to), to->len) == 0 &&
		listen(fd, BACKLOG) == 0)
		return fd;
	dial_socket_close(fd);
	return -1;
}

int dial_listen(const char *host, uint16_t port, char address[DIAL_ADDRESS_MAX],
	struct err *err)
{
	struct addresses to;
	struct address at = { .len = sizeof(at.at) };
	int fd = -1;

	if (!host || resolve_is_loopback(host))
		host = "127.0.0.1";
	if (!resolve(&to, host, port, DEADLINE_NEVER, err))
		return -1;
	for (size_t i = 0; i < to.n && fd < 0; i++)
		fd = listen_on(&to.v[i]);
	if (fd < 0) {
		err_set(err, ERR_CONNECT, "cannot listen on %s port %u: %s",
			host, (unsigned)port, strerror(errno));
		return -1;
	}
	if (address && getsockname(fd, (struct sockaddr *)&at.at, &at.len) == 0)
		address_show(address, DIAL_ADDRESS_MAX, &at);
	return fd;
}

int dial_accept(int listener, char address[DIAL_ADDRESS_MAX])
{
	struct address from = { .len = sizeof(from.at) };
	int fd = dial_socket_settle(
		accept(listener, (struct sockaddr *)&from.at, &from.len));

	if (fd < 0)
		return -1;
	dial_socket_nodelay(fd);
	if (address)
		address_show(address, DIAL_ADDRESS_MAX, &from);
	return fd;
}
