#define _GNU_SOURCE

#include "net/dial.h"

#include "base/buf.h"
#include "net/address.h"
#include "net/dial_from.h"
#include "net/dial_socket.h"
#include "net/dial_where.h"
#include "net/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	NEXT_ATTEMPT_MS = 250, /* RFC 8305 section 5 */
	FULL_BACKLOG_MS = 20,
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
	const struct dial_from *from;
	bool keepalive;
	const struct dial_watch *watch;
};

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

static const char *cause(const struct attempt *a)
{
	if (a->error == EINVAL && address_lacks_zone(a->to))
		return "its zone is missing (like [fe80::1%eth0])";
	return strerror(a->error);
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
	snprintf(why, sizeof(why), ": %s", cause(a));
	note(r->watch, "No connection to ", a->to, why);
}

/* Begins the next attempt. True: connected at once. */
static bool begin(struct race *r, struct attempt *a)
{
	char from[DIAL_ADDRESS_MAX];
	int fd;

	r->started++;
	snprintf(from, sizeof(from), "%s%s...", r->from->name ? " from " : "",
		r->from->name ? r->from->name : "");
	note(r->watch, "Trying ", a->to, from);
	fd = dial_socket_settle(socket(a->to->at.ss_family, SOCK_STREAM, 0));
	if (fd < 0) {
		lose(r, a, errno);
		return false;
	}
	a->fd = fd;
	r->open++;
	dial_socket_nodelay(fd);
	if (r->keepalive)
		dial_socket_keepalive(fd);
	if (dial_from_bind(r->from, fd, a->to) &&
		connect(fd, address_generic(a->to), a->to->len) == 0)
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
		const char *why = cause(a);

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
	const char *from = r->from->name ? r->from->name : "";
	const char *word = r->from->name ? " from " : "";
	char why[320];
	unsigned port;

	if (r->n == 0)
		return err_set(err, ERR_CONNECT,
			"cannot connect to %s: it has no address", name);
	port = address_port(r->v[0].to);
	if (r->open)
		return err_set(err, ERR_TIMEOUT,
			"connecting to %s port %u%s%s: no answer in time "
			"(--connect-timeout)",
			name, port, word, from);
	describe(why, sizeof(why), r, name);
	return err_set(err, ERR_CONNECT, "cannot connect to %s port %u%s%s: %s",
		name, port, word, from, why);
}

static int dial_all(const struct addresses *to, const char *name,
	struct race *r, struct deadline deadline,
	char address[DIAL_ADDRESS_MAX], struct err *err)
{
	struct attempt *winner;
	int fd = -1;

	r->n = to->n;
	for (size_t i = 0; i < r->n; i++)
		r->v[i] = (struct attempt){ .to = &to->v[i], .fd = -1 };
	winner = run(r, deadline);
	if (!winner)
		lost(r, name, err);
	for (size_t i = 0; i < r->n; i++)
		if (&r->v[i] != winner && r->v[i].fd >= 0)
			close(r->v[i].fd);
	if (winner) {
		fd = winner->fd;
		note(r->watch, "Connected to ", winner->to, "");
		if (address)
			address_show(address, DIAL_ADDRESS_MAX, winner->to);
	}
	return fd;
}

int dial_addresses(const struct addrinfo *list, const char *name,
	struct deadline deadline, const struct dial_watch *watch,
	char address[DIAL_ADDRESS_MAX], struct err *err)
{
	const struct dial_from anywhere = { .name = NULL };
	struct race r = { .from = &anywhere, .watch = watch };
	struct addresses to;

	addresses_take(&to, list);
	return dial_all(&to, name, &r, deadline, address, err);
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
	fd = dial_socket_settle(socket(AF_UNIX, SOCK_STREAM, 0));
	while (fd >= 0 && connect(fd, address_generic(&to), to.len) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN) {
			dial_socket_close(fd);
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
	note(watch, "Connected to ", &to, "");
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

/* Nothing special where nothing is said. */
static const struct dial_config *config_of(const struct dial_target *target)
{
	static const struct dial_config plain = { .family = DIAL_ANY };

	return target->config ? target->config : &plain;
}

bool dial_find(struct addresses *to, const struct dial_target *target,
	struct deadline deadline, struct err *err)
{
	const struct dial_config *config = config_of(target);
	static const int families[] = {
		[DIAL_ANY] = AF_UNSPEC,
		[DIAL_IPV4] = AF_INET,
		[DIAL_IPV6] = AF_INET6,
	};
	int family = families[config->family];

	if (!dial_where_resolve(
		    &config->resolve, target->host, target->port, to))
		return resolve_family(
			to, target->host, target->port, family, deadline, err);
	addresses_keep(to, family);
	if (to->n)
		return true;
	if (family == AF_UNSPEC)
		return err_set(err, ERR_RESOLVE,
			"cannot resolve %s: no interface has the zone that "
			"--resolve gives it",
			target->host);
	return err_set(err, ERR_RESOLVE,
		"cannot resolve %s: --resolve gives it no %s address (%s)",
		target->host, address_family(family), resolve_option(family));
}

/* Leaves the addresses that can be reached from there. */
static bool keep_reachable(struct addresses *to, const struct dial_from *from,
	const char *name, struct err *err)
{
	int family = to->v[0].at.ss_family;
	size_t kept = 0;

	for (size_t i = 0; i < to->n; i++)
		if (dial_from_reaches(from, &to->v[i]))
			to->v[kept++] = to->v[i];
	to->n = kept;
	if (kept)
		return true;
	return err_set(err, ERR_CONNECT,
		"cannot connect to %s from %s: %s %s %s address", name,
		from->name, from->name, from->at.len ? "is not an" : "has no",
		address_family(family));
}

int dial(const struct dial_target *target, struct deadline deadline,
	const struct dial_watch *watch, char address[DIAL_ADDRESS_MAX],
	struct err *err)
{
	const struct dial_config *config = config_of(target);
	struct dial_from from;
	struct race r = {
		.from = &from,
		.keepalive = config->keepalive,
		.watch = watch,
	};
	struct addresses to;

	if (target->unix_path)
		return dial_unix(
			target->unix_path, deadline, watch, address, err);
	if (!dial_from_find(&from, config->interface, err) ||
		!dial_find(&to, target, deadline, err))
		return -1;
	if (watch && watch->resolved && !is_address(target->host))
		watch->resolved(watch->arg);
	if (!keep_reachable(&to, &from, target->host, err))
		return -1;
	return dial_all(&to, target->host, &r, deadline, address, err);
}
