#define _GNU_SOURCE

#include "net/address.h"
#include "net/deadline.h"
#include "net/dial.h"
#include "net/resolve.h"

#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/*
 * A resolver of our own: names under .test get the answers below, numeric
 * addresses the real one's, and nothing ever asks the network.
 */
static atomic_int asked;   /* names, not numbers */
static atomic_int unblock; /* slow.test waits for it */

typedef int get_function(const char *, const char *, const struct addrinfo *,
	struct addrinfo **);

int getaddrinfo(const char *host, const char *service,
	const struct addrinfo *hints, struct addrinfo **list)
{
	get_function *real;
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo numeric = *hints;

	memcpy(&real, &symbol, sizeof(real));
	numeric.ai_flags |= AI_NUMERICHOST;
	if (hints->ai_flags & AI_NUMERICHOST)
		return real(host, service, &numeric, list);
	asked++;
	if (strcmp(host, "slow.test") == 0)
		while (!unblock)
			usleep(1000);
	if (strcmp(host, "later.test") == 0)
		return EAI_AGAIN;
	if (strcmp(host, "system.test") == 0) {
		errno = ENOMEM;
		return EAI_SYSTEM;
	}
	if (strcmp(host, "four.test") == 0)
		return real("127.0.0.1", service, &numeric, list);
	return EAI_NONAME;
}

/* A list of addresses to try, as a look-up would give it. */
struct list {
	struct addrinfo info[40];
	struct sockaddr_storage at[40];
	int n;
};

static void list_add(struct list *l, const char *host, unsigned port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct addrinfo *a = &l->info[l->n];

	a->ai_socktype = SOCK_STREAM;
	a->ai_addr = (struct sockaddr *)&l->at[l->n];
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
		v4.sin_port = htons((uint16_t)port);
		a->ai_family = AF_INET;
		a->ai_addrlen = sizeof(v4);
		memcpy(&l->at[l->n], &v4, sizeof(v4));
	} else {
		cr_assert(inet_pton(AF_INET6, host, &v6.sin6_addr) == 1);
		v6.sin6_port = htons((uint16_t)port);
		a->ai_family = AF_INET6;
		a->ai_addrlen = sizeof(v6);
		memcpy(&l->at[l->n], &v6, sizeof(v6));
	}
	if (l->n)
		l->info[l->n - 1].ai_next = a;
	l->n++;
}

/* A listening socket on host; *port (0: any) becomes its port. */
static int listening(const char *host, unsigned *port, int backlog)
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

static bool has_ipv6(void)
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

/* A port of ::1 (and not of 127.0.0.1) where connecting gets no answer: its
 * backlog is full. */
static unsigned dead_port(const char *host)
{
	struct list l = { 0 };
	unsigned port = 0;
	int fd = listening(host, &port, 0);

	cr_assert(fd >= 0);
	list_add(&l, host, port);
	for (int i = 0; i < 16; i++) {
		struct pollfd p = { .events = POLLOUT };

		p.fd = socket(l.info[0].ai_family, SOCK_STREAM, 0);
		fcntl(p.fd, F_SETFL, O_NONBLOCK);
		connect(p.fd, l.info[0].ai_addr, l.info[0].ai_addrlen);
		if (poll(&p, 1, 50) == 0)
			return port;
	}
	cr_assert(false, "the backlog does not fill");
	return 0;
}

static int connected(int fd)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);

	return getpeername(fd, (struct sockaddr *)&at, &len) == 0;
}

/* What dial() promises of a descriptor. */
static void check_descriptor(int fd)
{
	cr_assert(fd > 2 && fd < FD_SETSIZE);
	cr_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	cr_assert(connected(fd));
}

static int nodelay(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len) == 0 && on;
}

static struct deadline in_10_s(void)
{
	return deadline_in_ms(10000);
}

struct notes {
	char text[1024];
};

static void keep(void *arg, const char *line)
{
	struct notes *notes = arg;

	cr_assert(strlen(notes->text) + strlen(line) + 2 < sizeof(notes->text));
	strcat(notes->text, line);
	strcat(notes->text, "\n");
}

Test(dial, to_ipv4_and_what_it_tells)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	struct dial_target target = { "127.0.0.1", (uint16_t)port, NULL };
	struct notes notes = { 0 };
	struct dial_watch watch = { keep, &notes };
	char address[DIAL_ADDRESS_MAX], want[32], text[128];
	struct err err = { 0 };
	int fd = dial(&target, in_10_s(), &watch, address, &err);

	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	cr_assert(nodelay(fd));
	snprintf(want, sizeof(want), "127.0.0.1:%u", port);
	cr_assert_str_eq(address, want);
	snprintf(text, sizeof(text), "Trying %s...\nConnected to %s\n", want,
		want);
	cr_assert_str_eq(notes.text, text);
	cr_assert(asked == 0, "a number needs no resolver");
	close(fd);
	close(listener);
}

Test(dial, to_ipv6)
{
	unsigned port = 0;
	int listener, fd;
	char address[DIAL_ADDRESS_MAX], want[32];
	struct err err = { 0 };

	if (!has_ipv6())
		return;
	listener = listening("::1", &port, 5);
	struct dial_target target = { "::1", (uint16_t)port, NULL };

	fd = dial(&target, in_10_s(), NULL, address, &err);
	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	snprintf(want, sizeof(want), "[::1]:%u", port);
	cr_assert_str_eq(address, want);
	close(fd);
	close(listener);
}

Test(dial, localhost_is_loopback_without_a_resolver)
{
	static const char *const names[] = { "localhost", "LocalHost",
		"localhost.", "a.localhost", "b.a.localhost." };
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct dial_target target = { names[i], (uint16_t)port, NULL };
		int fd = dial(&target, in_10_s(), NULL, NULL, &err);

		cr_assert(fd >= 0, "%s: %s", names[i], err.line);
		close(fd);
	}
	cr_assert(asked == 0);
	cr_assert(!resolve_is_loopback("alocalhost"));
	cr_assert(!resolve_is_loopback("localhost.example"));
	cr_assert(!resolve_is_loopback("localhost.."));
	cr_assert(!resolve_is_loopback(""));
	cr_assert(!resolve_is_loopback("."));
	close(listener);
}

Test(dial, to_a_name)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	struct dial_target target = { "four.test", (uint16_t)port, NULL };
	struct err err = { 0 };
	int fd = dial(&target, in_10_s(), NULL, NULL, &err);

	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	cr_assert(asked == 1);
	close(fd);
	close(listener);
}

Test(dial, says_why_a_name_is_not_found)
{
	static const struct {
		const char *host;
		int status;
	} cases[] = {
		{ "later.test", EAI_AGAIN },
		{ "none.test", EAI_NONAME },
	};
	struct err err = { 0 };
	char want[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dial_target target = { cases[i].host, 80, NULL };

		cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
		cr_assert(err.kind == ERR_RESOLVE);
		snprintf(want, sizeof(want), "cannot resolve %s: %s",
			cases[i].host, gai_strerror(cases[i].status));
		cr_assert_str_eq(err.line, want);
	}
	struct dial_target system = { "system.test", 80, NULL };

	cr_assert(dial(&system, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_RESOLVE);
	cr_assert(strstr(err.line, strerror(ENOMEM)), "%s", err.line);
}

/* The answer that comes too late has to be let go of by itself. */
Test(dial, the_deadline_holds_for_the_look_up)
{
	struct dial_target target = { "slow.test", 80, NULL };
	struct err err = { 0 };

	cr_assert(dial(&target, deadline_in_ms(50), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_TIMEOUT);
	cr_assert_str_eq(err.line,
		"resolving slow.test: no answer in time (--connect-timeout)");
	cr_assert(asked == 1);
	unblock = 1;
	usleep(20000);
}

Test(dial, refused_names_the_addresses_and_the_cause)
{
	unsigned port = 0;
	struct list l = { 0 };
	struct dial_target target = { "127.0.0.1", 0, NULL };
	struct notes notes = { 0 };
	struct dial_watch watch = { keep, &notes };
	struct err err = { 0 };
	char want[256];

	close(listening("127.0.0.1", &port, 1));
	target.port = (uint16_t)port;
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	snprintf(want, sizeof(want),
		"cannot connect to 127.0.0.1 port %u: Connection refused",
		port);
	cr_assert_str_eq(err.line, want);

	list_add(&l, "127.0.0.1", port);
	list_add(&l, "127.0.0.2", port);
	cr_assert(dial_addresses(&l.info[0], "example.test", in_10_s(), &watch,
			  NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	snprintf(want, sizeof(want),
		"cannot connect to example.test port %u: 127.0.0.1: Connection "
		"refused; 127.0.0.2: Connection refused",
		port);
	cr_assert_str_eq(err.line, want);
	snprintf(want, sizeof(want),
		"Trying 127.0.0.2:%u...\nNo connection to 127.0.0.2:%u: "
		"Connection refused\n",
		port, port);
	cr_assert(strstr(notes.text, want), "%s", notes.text);
}

Test(dial, a_long_list_of_failures_is_cut)
{
	unsigned port = 0;
	struct list l = { 0 };
	struct err err = { 0 };
	char host[32];

	close(listening("127.0.0.1", &port, 1));
	for (int i = 1; i <= 40; i++) {
		snprintf(host, sizeof(host), "127.0.0.%d", i);
		list_add(&l, host, port);
	}
	cr_assert(dial_addresses(&l.info[0], "many.test", in_10_s(), NULL, NULL,
			  &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	cr_assert(strlen(err.line) < sizeof(err.line) - 1);
	cr_assert(strstr(err.line, "refused; ..."), "%s", err.line);
	cr_assert(dial_addresses(NULL, "none.test", in_10_s(), NULL, NULL,
			  &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
}

Test(dial, a_refusal_costs_no_time)
{
	unsigned port = 0, closed = 0;
	struct list l = { 0 };
	struct err err = { 0 };
	int64_t start = clock_now_ns();
	int listener = listening("127.0.0.9", &port, 5), fd;
	char host[32];

	close(listening("127.0.0.1", &closed, 1));
	for (int i = 1; i <= 8; i++) {
		snprintf(host, sizeof(host), "127.0.0.%d", i);
		list_add(&l, host, closed);
	}
	list_add(&l, "127.0.0.9", port);
	fd = dial_addresses(
		&l.info[0], "example.test", in_10_s(), NULL, NULL, &err);
	cr_assert(fd >= 0, "%s", err.line);
	/* Eight times a quarter of a second, were they waited for. */
	cr_assert(clock_now_ns() - start < INT64_C(1500) * 1000000);
	close(fd);
	close(listener);
}

Test(dial, a_dead_ipv6_address_costs_a_quarter_of_a_second)
{
	unsigned dead, port = 0;
	struct list l = { 0 };
	struct err err = { 0 };
	int listener = listening("127.0.0.1", &port, 5), fd, before, after;
	char address[DIAL_ADDRESS_MAX];
	int64_t start, took;

	if (!has_ipv6())
		return;
	dead = dead_port("::1");
	list_add(&l, "::1", dead);
	list_add(&l, "127.0.0.1", port);
	before = dup(0);
	close(before);
	start = clock_now_ns();
	fd = dial_addresses(
		&l.info[0], "example.test", in_10_s(), NULL, address, &err);
	took = clock_now_ns() - start;
	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	cr_assert(strncmp(address, "127.0.0.1:", 10) == 0, "%s", address);
	cr_assert(took >= INT64_C(240) * 1000000);
	cr_assert(took < INT64_C(5000) * 1000000);
	close(fd);
	after = dup(0);
	cr_assert(after == before, "the loser is closed");
	close(after);
	close(listener);
}

Test(dial, families_take_turns)
{
	struct list l = { 0 };
	struct addresses to;
	char shown[DIAL_ADDRESS_MAX], all[256] = "";

	list_add(&l, "2001:db8::1", 1);
	list_add(&l, "2001:db8::2", 1);
	list_add(&l, "2001:db8::1", 1);
	list_add(&l, "2001:db8::3", 1);
	list_add(&l, "192.0.2.1", 1);
	list_add(&l, "192.0.2.2", 1);
	addresses_take(&to, &l.info[0]);
	for (size_t i = 0; i < to.n; i++) {
		address_show(shown, sizeof(shown), &to.v[i]);
		strcat(strcat(all, shown), " ");
	}
	cr_assert_str_eq(all,
		"[2001:db8::1]:1 192.0.2.1:1 [2001:db8::2]:1 192.0.2.2:1 "
		"[2001:db8::3]:1 ");

	l.n = 0;
	for (int i = 0; i < 30; i++) {
		snprintf(shown, sizeof(shown), "192.0.2.%d", i + 1);
		list_add(&l, shown, 1);
	}
	list_add(&l, "2001:db8::1", 1);
	addresses_take(&to, &l.info[0]);
	cr_assert(to.n == ADDRESSES_MAX);
	cr_assert(to.v[0].at.ss_family == AF_INET);
	cr_assert(to.v[1].at.ss_family == AF_INET6);
}

Test(dial, nothing_but_a_dead_address_is_a_timeout)
{
	unsigned dead = dead_port("127.0.0.1");
	struct dial_target target = { "127.0.0.1", (uint16_t)dead, NULL };
	struct err err = { 0 };
	char want[128];

	cr_assert(dial(&target, deadline_in_ms(100), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_TIMEOUT);
	snprintf(want, sizeof(want),
		"connecting to 127.0.0.1 port %u: no answer in time "
		"(--connect-timeout)",
		dead);
	cr_assert_str_eq(err.line, want);
}

Test(dial, gives_no_standard_descriptor)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5), fd;
	struct dial_target target = { "127.0.0.1", (uint16_t)port, NULL };
	struct err err = { 0 };

	close(0);
	fd = dial(&target, in_10_s(), NULL, NULL, &err);
	cr_assert(fd > 2, "%d", fd);
	check_descriptor(fd);
	cr_assert(fcntl(0, F_GETFD) == -1, "0 is left free");
	fd = dial_accept(listener, NULL);
	cr_assert(fd > 2, "%d", fd);
	close(listener);
}

Test(dial, refuses_a_descriptor_that_select_cannot_take)
{
	struct rlimit limit;
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5), fd;
	struct dial_target target = { "127.0.0.1", (uint16_t)port, NULL };
	struct err err = { 0 };

	cr_assert(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = FD_SETSIZE + 32;
	if (limit.rlim_max < limit.rlim_cur ||
		setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	do {
		fd = dup(listener);
	} while (fd >= 0 && fd < FD_SETSIZE - 1);
	cr_assert(fd == FD_SETSIZE - 1);
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	cr_assert(strstr(err.line, strerror(EMFILE)), "%s", err.line);
	close(fd);
	fd = dial(&target, in_10_s(), NULL, NULL, &err);
	cr_assert(fd == FD_SETSIZE - 1, "the last that is fine");
}

/* Listens on a unix socket; the address as unix_path of a dial_target. */
static int unix_listening(const char *path, int backlog)
{
	struct address at;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert(address_unix(&at, path));
	cr_assert(bind(fd, address_generic(&at), at.len) == 0);
	cr_assert(listen(fd, backlog) == 0);
	return fd;
}

Test(dial, to_a_unix_socket)
{
	char dir[] = "/tmp/wstap-dial-XXXXXX", path[64], want[256];
	struct dial_target target = { NULL, 0, path };
	char address[DIAL_ADDRESS_MAX];
	struct err err = { 0 };
	int listener, fd;

	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	snprintf(want, sizeof(want),
		"cannot connect to %s: No such file or directory", path);
	cr_assert_str_eq(err.line, want);

	listener = unix_listening(path, 5);
	fd = dial(&target, in_10_s(), NULL, address, &err);
	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	cr_assert_str_eq(address, path);
	close(fd);
	close(listener);
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(strstr(err.line, "Connection refused"));
	unlink(path);
	rmdir(dir);
}

Test(dial, a_full_unix_socket_is_waited_for)
{
	char dir[] = "/tmp/wstap-dial-XXXXXX", path[64];
	struct dial_target target = { NULL, 0, path };
	struct err err = { 0 };
	int listener, fd;

	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	listener = unix_listening(path, 0);
	do {
		fd = dial(&target, deadline_in_ms(60), NULL, NULL, &err);
	} while (fd >= 0);
	cr_assert(err.kind == ERR_TIMEOUT, "%s", err.line);
	close(listener);
	unlink(path);
	rmdir(dir);
}

Test(dial, a_unix_path_that_is_too_long)
{
	size_t most = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	char path[1024];
	struct dial_target target = { NULL, 0, path };
	struct err err = { 0 };

	memset(path, 'a', sizeof(path));
	path[most + 1] = '\0';
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	cr_assert(strstr(err.line, "at most"), "%s", err.line);
	path[most] = '\0';
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(strstr(err.line, strerror(ENOENT)), "%s", err.line);
	memset(path, 'a', sizeof(path));
	path[1023] = '\0';
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(strstr(err.line, "this one has 1023"), "%s", err.line);
}

#ifdef __linux__
Test(dial, to_an_abstract_socket)
{
	char path[64], address[DIAL_ADDRESS_MAX];
	struct dial_target target = { NULL, 0, path };
	struct err err = { 0 };
	int listener, fd;

	snprintf(path, sizeof(path), "@wstap-dial-%ld", (long)getpid());
	listener = unix_listening(path, 5);
	fd = dial(&target, in_10_s(), NULL, address, &err);
	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	cr_assert_str_eq(address, path);
	close(fd);
	close(listener);
}
#endif

Test(dial, listens_and_accepts)
{
	static const char *const hosts[] = { NULL, "localhost", "127.0.0.1" };
	char where[DIAL_ADDRESS_MAX], from[DIAL_ADDRESS_MAX];
	struct dial_target target = { "127.0.0.1", 0, NULL };
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		int listener = dial_listen(hosts[i], 0, where, &err);
		int fd, accepted;

		cr_assert(listener > 2, "%s", err.line);
		cr_assert(strncmp(where, "127.0.0.1:", 10) == 0, "%s", where);
		target.port = (uint16_t)strtoul(where + 10, NULL, 10);
		cr_assert(target.port != 0);
		errno = 0;
		cr_assert(dial_accept(listener, from) == -1);
		cr_assert(errno == EAGAIN || errno == EWOULDBLOCK);
		fd = dial(&target, in_10_s(), NULL, NULL, &err);
		cr_assert(fd >= 0, "%s", err.line);
		accepted = dial_accept(listener, from);
		check_descriptor(accepted);
		cr_assert(nodelay(accepted));
		cr_assert(strncmp(from, "127.0.0.1:", 10) == 0, "%s", from);
		cr_assert(
			dial_listen(hosts[i], target.port, where, &err) == -1);
		cr_assert(err.kind == ERR_CONNECT);
		cr_assert(strstr(err.line, "Address already in use"));
		close(accepted);
		close(fd);
		close(listener);
	}
	cr_assert(dial_listen("none.test", 0, where, &err) == -1);
	cr_assert(err.kind == ERR_RESOLVE);
}

Test(dial, shows_addresses_as_people_write_them)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char out[DIAL_ADDRESS_MAX], longest[sizeof(un.sun_path) + 1];
	struct list l = { 0 };

	list_add(&l, "192.0.2.1", 65535);
	list_add(&l, "2001:db8::1", 80);
	dial_address(out, l.info[0].ai_addr, l.info[0].ai_addrlen);
	cr_assert_str_eq(out, "192.0.2.1:65535");
	dial_address(out, l.info[1].ai_addr, l.info[1].ai_addrlen);
	cr_assert_str_eq(out, "[2001:db8::1]:80");
	dial_address(out, (struct sockaddr *)&un, sizeof(sa_family_t));
	cr_assert_str_eq(out, "a unix socket");
	memset(longest, 'p', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	memset(un.sun_path, 'p', sizeof(un.sun_path));
	dial_address(out, (struct sockaddr *)&un, sizeof(un));
	cr_assert_str_eq(out, longest);
}
