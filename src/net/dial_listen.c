#define _GNU_SOURCE

#include "net/address.h"
#include "net/dial.h"
#include "net/dial_socket.h"
#include "net/resolve.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 128 };

static int listen_on(const struct address *to, bool both_families)
{
	int fd = dial_socket_settle(socket(to->at.ss_family, SOCK_STREAM, 0));
	int on = 1, off = 0;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (both_families && to->at.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, address_generic(to), to->len) == 0 &&
		listen(fd, BACKLOG) == 0)
		return fd;
	dial_socket_close(fd);
	return -1;
}

/* All addresses: a socket of IPv6 that takes IPv4, too, and where there is no
 * IPv6 one of IPv4. */
static void find_all(struct addresses *to, uint16_t port)
{
	static const char *const hosts[] = { "::", "0.0.0.0" };
	struct address one;

	to->n = 0;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (address_parse(&one, hosts[i], strlen(hosts[i]), port))
			addresses_add(to, &one);
}

int dial_listen(const char *host, uint16_t port, char address[DIAL_ADDRESS_MAX],
	struct err *err)
{
	struct addresses to;
	struct address at = { .len = sizeof(at.at) };
	bool all = host && strcmp(host, "*") == 0;
	int fd = -1;

	if (!host || resolve_is_loopback(host))
		host = "127.0.0.1";
	if (all)
		find_all(&to, port);
	else if (!resolve(&to, host, port, DEADLINE_NEVER, err))
		return -1;
	for (size_t i = 0; i < to.n && fd < 0; i++) {
		/* Half of all addresses is not what was asked for. */
		if (all && i > 0 && errno == EADDRINUSE)
			break;
		fd = listen_on(&to.v[i], all);
	}
	if (fd < 0) {
		err_set(err, ERR_CONNECT, "cannot listen on %s port %u: %s",
			host, (unsigned)port, strerror(errno));
		return -1;
	}
	if (address && getsockname(fd, (struct sockaddr *)&at.at, &at.len) == 0)
		address_show(address, DIAL_ADDRESS_MAX, &at);
	return fd;
}

const char *dial_listen_path(const char *where)
{
	static const char *const schemes[] = {
		"unix:", "ws+unix:", "wss+unix:"
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (strncmp(where, schemes[i], n) == 0)
			return where + n +
			       (strncmp(where + n, "///", 3) == 0 ? 2 : 0);
	}
	return NULL;
}

/* "unix:/path", "unix:@name". */
static void show_unix(char out[DIAL_ADDRESS_MAX], const struct address *at)
{
	static const char scheme[] = "unix:";
	size_t n = sizeof(scheme) - 1;

	memcpy(out, scheme, n);
	address_show(out + n, DIAL_ADDRESS_MAX - n, at);
}

/* A file that is in the way: true where it is a socket that nobody listens on,
 * *why says what else it is. */
static bool is_stale(
	const char *path, const struct address *at, const char **why)
{
	struct stat st;
	int fd, error;

	*why = strerror(EADDRINUSE);
	if (lstat(path, &st) < 0)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode)) {
		*why = S_ISDIR(st.st_mode) ? "it is a directory, not a socket"
					   : "it is a file, not a socket";
		return false;
	}
	fd = dial_socket_settle(socket(AF_UNIX, SOCK_STREAM, 0));
	if (fd < 0)
		return false;
	error = connect(fd, address_generic(at), at->len) < 0 ? errno : 0;
	dial_socket_close(fd);
	if (error == EACCES || error == EPERM)
		*why = strerror(error);
	return error == ECONNREFUSED;
}

/* The mode is the socket's from the start: who may connect is settled before
 * anyone can. */
static int bind_private(int fd, const struct address *at)
{
	mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	int failed = bind(fd, address_generic(at), at->len);
	int error = errno;

	umask(before);
	errno = error;
	return failed;
}

/* NULL: it is bound; else why not. */
static const char *bind_unix(int fd, const char *path, const struct address *at)
{
	const char *why;

	if (bind_private(fd, at) == 0)
		return NULL;
	if (errno != EADDRINUSE || path[0] == '@')
		return strerror(errno);
	if (!is_stale(path, at, &why))
		return why;
	if (unlink(path) < 0 && errno != ENOENT)
		return strerror(errno);
	return bind_private(fd, at) == 0 ? NULL : strerror(errno);
}

static void note_file(struct dial_file *made, const char *path)
{
	struct stat st;

	if (path[0] == '@' || lstat(path, &st) < 0)
		return;
	snprintf(made->path, sizeof(made->path), "%s", path);
	made->device = st.st_dev;
	made->inode = st.st_ino;
}

int dial_listen_unix(const char *path, struct dial_file *made,
	char address[DIAL_ADDRESS_MAX], struct err *err)
{
	const char *why = NULL;
	struct address at;
	int fd = -1;

	*made = (struct dial_file){ 0 };
	if (!path[0] || strcmp(path, "@") == 0)
		why = "no path is given (try unix:/path/to/socket)";
	else if (!address_unix(&at, path))
		why = "the path is too long for a socket";
	else if ((fd = dial_socket_settle(socket(AF_UNIX, SOCK_STREAM, 0))) < 0)
		why = strerror(errno);
	else if (!(why = bind_unix(fd, path, &at)))
		note_file(made, path);
	if (!why && listen(fd, BACKLOG) < 0)
		why = strerror(errno);
	if (!why) {
		if (address)
			show_unix(address, &at);
		return fd;
	}
	dial_unlisten(fd, made);
	err_set(err, ERR_CONNECT, "cannot listen on unix:%.200s: %s", path,
		why);
	return -1;
}

/* The file first: who comes then finds none, instead of one that refuses. */
void dial_unlisten(int listener, struct dial_file *made)
{
	struct stat st;

	if (made->path[0] && lstat(made->path, &st) == 0 &&
		st.st_dev == made->device && st.st_ino == made->inode)
		unlink(made->path);
	*made = (struct dial_file){ 0 };
	dial_socket_close(listener);
}

/* A client of IPv4 at a socket of IPv6. */
static void unmap(struct address *a)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6;

	memcpy(&v6, &a->at, sizeof(v6));
	if (a->at.ss_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
		return;
	memcpy(&v4.sin_addr, v6.sin6_addr.s6_addr + 12, sizeof(v4.sin_addr));
	v4.sin_port = v6.sin6_port;
	memcpy(&a->at, &v4, sizeof(v4));
	a->len = sizeof(v4);
}

static void show_client(
	char address[DIAL_ADDRESS_MAX], int listener, struct address *from)
{
	if (from->at.ss_family != AF_UNIX) {
		unmap(from);
		address_show(address, DIAL_ADDRESS_MAX, from);
		return;
	}
	/* Its own end has no name. */
	from->len = sizeof(from->at);
	if (getsockname(listener, (struct sockaddr *)&from->at, &from->len) < 0)
		from->len = 0;
	show_unix(address, from);
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
		show_client(address, listener, &from);
	return fd;
}
