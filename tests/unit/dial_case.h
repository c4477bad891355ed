#ifndef WSTAP_TESTS_UNIT_DIAL_CASE_H
#define WSTAP_TESTS_UNIT_DIAL_CASE_H

#include "net/address.h"
#include "net/deadline.h"
#include "unit/addrlist.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the tests of net/dial share: servers on loopback, and what is said. */

/* A listening socket on host; *port (0: any) becomes its port. */
static inline int listening(const char *host, unsigned *port, int backlog)
{
	struct list l = { 0 };
	struct address at = { .len = sizeof(at.at) };
	int fd, on = 1;

	list_add(&l, host, *port);
	fd = socket(l.info[0].ai_family, SOCK_STREAM, 0);
	cr_assert(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, l.info[0].ai_addr, l.info[0].ai_addrlen) != 0 ||
		listen(fd, backlog) != 0) {
		close(fd);
		return -1;
	}
	cr_assert(getsockname(fd, (struct sockaddr *)&at.at, &at.len) == 0);
	*port = address_port(&at);
	return fd;
}

static inline bool has_ipv6(void)
{
	unsigned port = 0;
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd >= 0)
		close(fd);
	if (fd < 0)
		return false;
	fd = listening("::1", &port, 1);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static inline int connected(int fd)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);

	return getpeername(fd, (struct sockaddr *)&at, &len) == 0;
}

/* What dial() promises of a descriptor. */
static inline void check_descriptor(int fd)
{
	cr_assert(fd > 2 && fd < FD_SETSIZE);
	cr_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	cr_assert(connected(fd));
}

static inline struct deadline in_10_s(void)
{
	return deadline_in_ms(10000);
}

static inline int nodelay(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len) == 0 && on;
}

struct notes {
	char text[1024];
};

static inline void keep(void *arg, const char *line)
{
	struct notes *notes = arg;

	cr_assert(strlen(notes->text) + strlen(line) + 2 < sizeof(notes->text));
	strcat(notes->text, line);
	strcat(notes->text, "\n");
}

static inline void mark_resolved(void *arg)
{
	keep(arg, "(resolved)");
}

#endif
