#define _GNU_SOURCE

#include "net/dial.h"

#include "base/buf.h"
#include "net/address.h"
#include "net/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	NEXT_ATTEMPT_MS = 250, /* RFC 8305 section 5 */
	FULL_BACKLOG_MS = 20,
	BACKLOG = 128,
};

struct attempt {
	const struct address *to;
	int fd;    /* -1: not under way */
	int error; /* why it failed */
};

struct race {
	struct attempt v[ADDRESSES_MAX];
	size_t n, started, open;
	struct deadline next; /* when the next attempt starts */
	const struct dial_watch *watch;
};

static void close_keeping_errno(int fd)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
}

/* Makes a new descriptor what dial() promises. -1 with errno: closed. */
static int settle(int fd)
{
	int flags, moved;

	if (fd >= 0 && fd <= STDERR_FILENO) {
		moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close_keeping_errno(fd);
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
	close_keeping_errno(fd);
	return -1;
}

/* Frames are small and gathered already; waiting to send would only delay
 * them. Not possible on a unix socket, and no loss. */
static void set_nodelay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void note(const struct dial_watch *watch, const char *before,
	const struct address *to, const char *after)
{
	char address[DIAL_ADDRESS_MAX], line[3 * DIAL_ADDRESS_MAX];

	if (!watch || !watch->note)
		return;
	address_show(address, sizeof(address), to);
	snprintf(line, sizeof(line), "%s%s%s", before, address, after);
	watch->note(watch->arg, line);
}

static void lose(struct race *r, struct attempt *a, int error)
{
	char why[DIAL_ADDRESS_MAX];

	if (a->fd >= 0) {
		close(a->fd);
		a->fd = -1;
		r->open--;
	}
	a->error = error;
	r->next = deadline_in_ms(0);
	snprintf(why, sizeof(why), ": %s", strerror(error));
	note(r->watch, "No connection to ", a->to, why);
}

/* Begins the next attempt. True: connected at once. */
static bool begin(struct race *r, struct attempt *a)
{
	int fd;

	r->started++;
	note(r->watch, "Trying ", a->to, "...");
	fd = settle(socket(a->to->at.ss_family, SOCK_STREAM, 0));
	if (fd < 0) {
		lose(r, a, errno);
		return false;
	}
	a->fd = fd;
	r->open++;
	set_nodelay(fd);
	if (connect(fd, address_generic(a->to), a->to->len) == 0)
		return true;
	if (errno != EINPROGRESS && errno != EINTR)
		lose(r, a, errno);
	else
		r->next = deadline_in_ms(NEXT_ATTEMPT_MS);
	return false;
}

/* How the attempt that poll() spoke of ended: 0 or an errno. */
static int outcome(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int error = 0;
	socklen_t error_len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) != 0)
		return errno;
	if (error == 0 && getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
		return errno;
	return error;
}

/* Waits for the attempts under way; gives back one that has connected. */
static struct attempt *watch_open(struct race *r, struct deadline until)
{
	struct attempt *of[ADDRESSES_MAX];
	struct pollfd p[ADDRESSES_MAX];
	nfds_t n = 0;
	int error;

	for (size_t i = 0; i < r->started; i++) {
		if (r->v[i].fd < 0)
			continue;
		of[n] = &r->v[i];
		p[n++] = (struct pollfd){ r->v[i].fd, POLLOUT, 0 };
	}
	if (poll(p, n, deadline_left_ms(until)) <= 0)
		return NULL;
	for (nfds_t i = 0; i < n; i++) {
		if (!p[i].revents)
			continue;
		error = outcome(p[i].fd);
		if (!error)
			return of[i];
		lose(r, of[i], error);
	}
	return NULL;
}

/* NULL: all have failed (r->open is 0), or the deadline came. */
static struct attempt *run(struct race *r, struct deadline deadline)
{
	struct attempt *winner;
	bool more;

	for (;;) {
		more = r->started < r->n;
		if (more && deadline_left_ms(r->next) == 0) {
			if (begin(r, &r->v[r->started]))
				return &r->v[r->started - 1];
			continue;
		}
		if (r->open == 0 && !more)
			return NULL;
		winner = watch_open(
			r, more ? deadline_first(deadline, r->next) : deadline);
		if (winner)
			return winner;
		if (r->open && deadline_left_ms(deadline) == 0)
			return NULL;
	}
}

/* "127.0.0.1: Connection refused; ::1: ...", as much as there is room for.
 * Where the user gave the one address, it need not be said again. */
static void describe(
	char *out, size_t cap, const struct race *r, const char *name)
{
	char item[ADDRESS_HOST_MAX + 2 * DIAL_ADDRESS_MAX],
		host[ADDRESS_HOST_MAX];
	struct buf b;
	int n;

	buf_init(&b, out, cap - sizeof("; ..."));
	for (size_t i = 0; i < r->n; i++) {
		const struct attempt *a = &r->v[i];
		const char *why = strerror(a->error);

		address_host(host, a->to);
		if (r->n == 1 && strcmp(host, name) == 0)
			n = snprintf(item, sizeof(item), "%s", why);
		else
			n = snprintf(item, sizeof(item), "%s%s: %s",
				i ? "; " : "", host, why);
		if (!buf_put(&b, item, (size_t)n)) {
			b.cap = cap;
			buf_put(&b, "; ...", 5);
			break;
		}
	}
	out[buf_len(&b)] = '\0';
}

static bool lost(const struct race *r, const char *name, struct err *err)
{
	char why[320];
	unsigned port;

	if (r->n == 0)
		return err_set(err, ERR_CONNECT,
			"cannot connect to %s: it has no address", name);
	port = address_port(r->v[0].to);
	if (r->open)
		return err_set(err, ERR_TIMEOUT,
			"connecting to %s port %u: no answer in time "
			"(--connect-timeout)",
			name, port);
	describe(why, sizeof(why), r, name);
	return err_set(err, ERR_CONNECT, "cannot connect to %s port %u: %s",
		name, port, why);
}

static int dial_all(const struct addresses *to, const char *name,
	struct deadline deadline, const struct dial_watch *watch,
	char address[DIAL_ADDRESS_MAX], struct err *err)
{
	struct race r = { .n = to->n, .watch = watch };
	struct attempt *winner;
	int fd = -1;

	for (size_t i = 0; i < r.n; i++)
		r.v[i] = (struct attempt){ .to = &to->v[i], .fd = -1 };
	winner = run(&r, deadline);
	if (!winner)
		lost(&r, name, err);
	for (size_t i = 0; i < r.n; i++)
		if (&r.v[i] != winner && r.v[i].fd >= 0)
			close(r.v[i].fd);
	if (winner) {
		fd = winner->fd;
		note(watch, "Connected to ", winner->to, "");
		if (address)
			address_show(address, DIAL_ADDRESS_MAX, winner->to);
	}
	return fd;
}

int dial_addresses(const struct addrinfo *list, const char *name,
	struct deadline deadline, const struct dial_watch *watch,
	char address[DIAL_ADDRESS_MAX], struct err *err)
{
	struct addresses to;

	addresses_take(&to, list);
	return dial_all(&to, name, deadline, watch, address, err);
}

/* A unix socket connects at once or fails at once; but where the server's
 * backlog is full, it says EAGAIN and there is nothing to poll for. */
static int dial_unix(const char *path, struct deadline deadline,
	const struct dial_watch *watch, char address[DIAL_ADDRESS_MAX],
	struct err *err)
{
	struct address to;
	int fd;

	if (!address_unix(&to, path)) {
		err_set(err, ERR_CONNECT,
			"cannot connect to %.200s: the path of a unix socket "
			"has at most %zu bytes, this one has %zu",
			path, sizeof(((struct sockaddr_un *)0)->sun_path) - 1,
			strlen(path));
		return -1;
	}
	note(watch, "Trying ", &to, "...");
	fd = settle(socket(AF_UNIX, SOCK_STREAM, 0));
	while (fd >= 0 && connect(fd, address_generic(&to), to.len) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN) {
			close_keeping_errno(fd);
			fd = -1;
		} else if (deadline_left_ms(deadline) == 0) {
			close(fd);
			err_set(err, ERR_TIMEOUT,
				"connecting to %s: no answer in time "
				"(--connect-timeout)",
				path);
			return -1;
		} else {
			poll(NULL, 0, FULL_BACKLOG_MS);
		}
	}
	if (fd < 0) {
		err_set(err, ERR_CONNECT, "cannot connect to %s: %s", path,
			strerror(errno));
		return -1;
	}
	if (address)
		address_show(address, DIAL_ADDRESS_MAX, &to);
	return fd;
}

/* Whether this is an address already, in any form that getaddrinfo() takes
 * for one: a name never has a colon. */
static bool is_address(const char *host)
{
	struct in_addr v4;

	return strchr(host, ':') || inet_aton(host, &v4) != 0;
}

int dial(const struct dial_target *target, struct deadline deadline,
	const struct dial_watch *watch, char address[DIAL_ADDRESS_MAX],
	struct err *err)
{
	struct addresses to;

	if (target->unix_path)
		return dial_unix(
			target->unix_path, deadline, watch, address, err);
	if (!resolve(&to, target->host, target->port, deadline, err))
		return -1;
	if (watch && watch->resolved && !is_address(target->host))
		watch->resolved(watch->arg);
	return dial_all(&to, target->host, deadline, watch, address, err);
}

static int listen_on(const struct address *to)
{
	int fd = settle(socket(to->at.ss_family, SOCK_STREAM, 0));
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address_generic(to), to->len) == 0 &&
		listen(fd, BACKLOG) == 0)
		return fd;
	close_keeping_errno(fd);
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
	int fd = settle(
		accept(listener, (struct sockaddr *)&from.at, &from.len));

	if (fd < 0)
		return -1;
	set_nodelay(fd);
	if (address)
		address_show(address, DIAL_ADDRESS_MAX, &from);
	return fd;
}
