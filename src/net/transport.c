#define _GNU_SOURCE

#include "net/transport.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

enum io_status transport_read(
	struct transport *t, void *data, size_t cap, size_t *n, struct err *err)
{
	assert(cap > 0);
	return t->ops->read(t, data, cap, n, err);
}

enum io_status transport_write(struct transport *t, const void *data,
	size_t len, size_t *n, struct err *err)
{
	assert(len > 0);
	return t->ops->write(t, data, len, n, err);
}

enum io_status transport_splice(
	struct transport *t, int pipe, size_t len, size_t *n)
{
	return t->ops->splice ? t->ops->splice(t, pipe, len, n) : IO_ERROR;
}

size_t transport_pending(struct transport *t)
{
	return t->ops->pending(t);
}

size_t transport_unacknowledged(const struct transport *t)
{
#ifdef SIOCOUTQ
	int n = 0, domain = 0;
	socklen_t len = sizeof(domain);

	/* Of a unix socket it is the memory that they take. */
	if (getsockopt(t->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) != 0 ||
		domain == AF_UNIX)
		return 0;
	return ioctl(t->fd, SIOCOUTQ, &n) == 0 && n > 0 ? (size_t)n : 0;
#else
	(void)t;
	return 0;
#endif
}

void transport_shutdown(struct transport *t)
{
	t->ops->shutdown(t);
}

void transport_free(struct transport *t)
{
	if (t)
		t->ops->free(t);
}

bool transport_wait(int fd, enum io_status want, struct deadline deadline)
{
	struct pollfd p = {
		.fd = fd,
		.events = want == IO_WANT_WRITE ? POLLOUT : POLLIN,
	};
	int ready;

	do {
		ready = poll(&p, 1, deadline_left_ms(deadline));
	} while ((ready < 0 && errno == EINTR) ||
		 (ready == 0 && deadline_left_ms(deadline) != 0));
	/* Where poll itself fails, the next read or write says why. */
	return ready != 0;
}

/* True: try again. */
static bool wait_more(struct transport *t, enum io_status want,
	struct deadline deadline, const char *doing, struct err *err)
{
	if (transport_wait(t->fd, want, deadline))
		return true;
	return err_set(err, ERR_TIMEOUT,
		"time ran out (--connect-timeout) while %s", doing);
}

enum io_status transport_read_by(struct transport *t, void *data, size_t cap,
	size_t *n, struct deadline deadline, const char *doing, struct err *err)
{
	enum io_status s;

	do {
		s = transport_read(t, data, cap, n, err);
		if (s != IO_WANT_READ && s != IO_WANT_WRITE)
			return s;
	} while (wait_more(t, s, deadline, doing, err));
	return IO_ERROR;
}

bool transport_write_by(struct transport *t, const void *data, size_t len,
	struct deadline deadline, const char *doing, struct err *err)
{
	const char *p = data;
	size_t n;

	while (len) {
		enum io_status s = transport_write(t, p, len, &n, err);

		if (s == IO_OK) {
			p += n;
			len -= n;
		} else if (s != IO_WANT_READ && s != IO_WANT_WRITE) {
			return false;
		} else if (!wait_more(t, s, deadline, doing, err)) {
			return false;
		}
	}
	return true;
}
