#define _GNU_SOURCE

#include "net/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum io_status tcp_read(
	struct transport *t, void *data, size_t cap, size_t *n, struct err *err)
{
	ssize_t got;

	do {
		got = recv(t->fd, data, cap, 0);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		*n = (size_t)got;
		return IO_OK;
	}
	if (got == 0)
		return IO_EOF;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return IO_WANT_READ;
	err_set(err, ERR_LOST, "connection lost: %s", strerror(errno));
	return IO_ERROR;
}

static enum io_status tcp_write(struct transport *t, const void *data,
	size_t len, size_t *n, struct err *err)
{
	ssize_t put;

	do {
		put = send(t->fd, data, len, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	if (put >= 0) {
		*n = (size_t)put;
		return IO_OK;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return IO_WANT_WRITE;
	err_set(err, ERR_SEND, "cannot send: %s", strerror(errno));
	return IO_ERROR;
}

#ifdef SPLICE_F_MOVE
static enum io_status tcp_splice(
	struct transport *t, int pipe, size_t len, size_t *n)
{
	struct pollfd p = { .fd = pipe, .events = POLLOUT };
	ssize_t moved;

	do {
		moved = splice(t->fd, NULL, pipe, NULL, len,
			SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	} while (moved < 0 && errno == EINTR);
	if (moved > 0) {
		*n = (size_t)moved;
		return IO_OK;
	}
	if (moved == 0)
		return IO_EOF;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return IO_ERROR;
	/* Either end may be what it would wait for. */
	return poll(&p, 1, 0) == 0 ? IO_WANT_WRITE : IO_WANT_READ;
}
#else
#define tcp_splice NULL
#endif

static size_t tcp_pending(struct transport *t)
{
	(void)t;
	return 0;
}

static void tcp_shutdown(struct transport *t)
{
	shutdown(t->fd, SHUT_WR);
}

static void tcp_free(struct transport *t)
{
	close(t->fd);
	free(t);
}

static const struct transport_ops tcp_ops = {
	.read = tcp_read,
	.write = tcp_write,
	.splice = tcp_splice,
	.pending = tcp_pending,
	.shutdown = tcp_shutdown,
	.free = tcp_free,
};

struct transport *tcp_new(int fd)
{
	struct transport *t = calloc(1, sizeof(*t));

	if (!t) {
		close(fd);
		return NULL;
	}
	t->ops = &tcp_ops;
	t->fd = fd;
	return t;
}
