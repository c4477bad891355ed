#define _GNU_SOURCE

#include "net/address.h"
#include "net/deadline.h"
#include "net/dial.h"
#include "unit/dial_case.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

Test(dial, to_ipv4_and_what_it_tells)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	struct dial_target target = { .host = "127.0.0.1",
		.port = (uint16_t)port };
	struct notes notes = { 0 };
	struct dial_watch watch = { .note = keep, .arg = &notes };
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
		cr_skip_test("no IPv6 here");
	listener = listening("::1", &port, 5);
	struct dial_target target = { .host = "::1", .port = (uint16_t)port };

	fd = dial(&target, in_10_s(), NULL, address, &err);
	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	snprintf(want, sizeof(want), "[::1]:%u", port);
	cr_assert_str_eq(address, want);
	close(fd);
	close(listener);
}

/* Nothing listens on ::1 here. */
Test(dial, to_localhost)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	struct dial_target target = { .host = "localhost",
		.port = (uint16_t)port };
	struct err err = { 0 };
	int fd = dial(&target, in_10_s(), NULL, NULL, &err);

	cr_assert(fd >= 0, "%s", err.line);
	check_descriptor(fd);
	close(fd);
	close(listener);
}

Test(dial, tells_when_the_name_was_looked_up)
{
	static const struct {
		const char *host;
		bool told;
	} hosts[] = { { "localhost", true }, { "a.localhost", true },
		{ "127.0.0.1", false }, { "127.1", false },
		{ "0x7f000001", false } };
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 50);
	struct err err = { 0 };

	for (size_t i = 0; i < 2 * sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct notes notes = { 0 };
		struct dial_watch watch = {
			.note = i % 2 ? keep : NULL,
			.resolved = mark_resolved,
			.arg = &notes,
		};
		const char *host = hosts[i / 2].host, *said;
		struct dial_target target = { .host = host,
			.port = (uint16_t)port };
		int fd = dial(&target, in_10_s(), &watch, NULL, &err);

		cr_assert(fd >= 0, "%s: %s", host, err.line);
		said = strstr(notes.text, "(resolved)\n");
		cr_assert_eq(said != NULL, hosts[i / 2].told, "%s", host);
		/* Once, and before the first address. */
		cr_assert(!said || said == notes.text, "%s", host);
		cr_assert(!said || !strstr(said + 1, "(resolved)"), "%s", host);
		cr_assert_eq(strstr(notes.text, "Trying") != NULL, i % 2, "%s",
			host);
		close(fd);
	}
	close(listener);
}

Test(dial, a_name_that_is_none_and_a_path_are_not_looked_up)
{
	struct notes notes = { 0 };
	struct dial_watch watch = { .resolved = mark_resolved, .arg = &notes };
	struct dial_target target = { .unix_path = "/nowhere/at/all" };
	char host[80] = "";
	struct err err = { 0 };

	cr_assert(dial(&target, in_10_s(), &watch, NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	/* A label has at most 63 bytes, so no resolver asks anyone. */
	memset(host, 'a', sizeof(host) - 1);
	target = (struct dial_target){ .host = host, .port = 1 };
	cr_assert(dial(&target, in_10_s(), &watch, NULL, &err) == -1);
	cr_assert(err.kind == ERR_RESOLVE);
	target = (struct dial_target){ .host = "::1", .port = 1 };
	cr_assert(dial(&target, in_10_s(), &watch, NULL, &err) == -1);
	cr_assert_str_eq(notes.text, "");
}

Test(dial, refused_names_the_addresses_and_the_cause)
{
	unsigned port = 0;
	struct list l = { 0 };
	struct dial_target target = { .host = "127.0.0.1" };
	struct notes notes = { 0 };
	struct dial_watch watch = { .note = keep, .arg = &notes };
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
		cr_skip_test("no IPv6 here");
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

Test(dial, nothing_but_a_dead_address_is_a_timeout)
{
	unsigned dead = dead_port("127.0.0.1");
	struct dial_target target = { .host = "127.0.0.1",
		.port = (uint16_t)dead };
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
	struct dial_target target = { .host = "127.0.0.1",
		.port = (uint16_t)port };
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
	struct dial_target target = { .host = "127.0.0.1",
		.port = (uint16_t)port };
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
	struct dial_target target = { .unix_path = path };
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
	struct dial_target target = { .unix_path = path };
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
	struct dial_target target = { .unix_path = path };
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
	struct dial_target target = { .unix_path = path };
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
	char where[DIAL_ADDRESS_MAX], from[DIAL_ADDRESS_MAX], host[80] = "";
	struct dial_target target = { .host = "127.0.0.1" };
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
	/* A label has at most 63 bytes, so no resolver asks anyone. */
	memset(host, 'a', sizeof(host) - 1);
	cr_assert(dial_listen(host, 0, where, &err) == -1);
	cr_assert(err.kind == ERR_RESOLVE);
}
