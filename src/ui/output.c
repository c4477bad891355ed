#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "ui/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void output_widen(int fd)
{
#ifdef F_SETPIPE_SZ
	(void)fcntl(fd, F_SETPIPE_SZ, 1 << 20);
#else
	(void)fd;
#endif
}

unsigned output_columns(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

unsigned output_rows(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

void output_init(struct output *o, int fd)
{
	struct stat st;
	char path[32];

	*o = (struct output){ .fd = fd, .most = SIZE_MAX };
	/* What can't be written to is left to fail when it is. */
	if (fstat(fd, &st) != 0 || S_ISREG(st.st_mode) ||
		(fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return;
	if (S_ISSOCK(st.st_mode)) {
		o->socket = true;
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	o->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (o->fd >= 0) {
		o->own = true;
	} else {
		o->fd = fd;
		o->most = PIPE_BUF;
		o->waiting = true;
	}
	o->pipe = o->own && S_ISFIFO(st.st_mode);
	if (S_ISFIFO(st.st_mode))
		output_widen(o->fd);
}

void output_release(struct output *o)
{
	if (o->own)
		close(o->fd);
	*o = (struct output){ .fd = -1 };
}

bool output_write(struct output *o, struct buf *b, size_t len)
{
	while (len > 0) {
		size_t most = len < o->most ? len : o->most;
		ssize_t n = o->socket ? send(o->fd, buf_head(b), most,
						MSG_DONTWAIT | MSG_NOSIGNAL)
				      : write(o->fd, buf_head(b), most);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			o->waiting = true;
			return true;
		}
		if (n < 0)
			return false;
		buf_consume(b, (size_t)n);
		len -= (size_t)n;
		/* A descriptor that may block is asked about first. */
		o->waiting = o->most == PIPE_BUF;
		if (o->waiting)
			return true;
	}
	return true;
}

bool output_gone(const struct output *o)
{
	struct pollfd p = { .fd = o->fd };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}
