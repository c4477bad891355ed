#define _GNU_SOURCE

#include "net/dial_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KEEPALIVE_S = 60 };

/* macOS has a name of its own for it. */
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif

void dial_socket_close(int fd)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
}

int dial_socket_settle(int fd)
{
	int flags, moved;

	if (fd >= 0 && fd <= STDERR_FILENO) {
		moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		dial_socket_close(fd);
		fd = moved;
	}
	if (fd < 0)
		return -1;
	if (fd >= FD_SETSIZE) {
		errno = EMFILE;
		goto failed;
	}
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
		fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
		return fd;
failed:
	dial_socket_close(fd);
	return -1;
}

void dial_socket_nodelay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void dial_socket_keepalive(int fd)
{
	int on = 1, seconds = KEEPALIVE_S;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof(seconds));
}
