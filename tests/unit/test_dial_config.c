#define _GNU_SOURCE

#include "net/dial.h"
#include "unit/dial_case.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Dials with this choice; the address reached, or the error line. */
static const char *reach(
	const struct dial_config *config, const char *host, unsigned port)
{
	const struct dial_target target = {
		.host = host,
		.port = (uint16_t)port,
		.config = config,
	};
	static char address[DIAL_ADDRESS_MAX];
	static struct err err;
	int fd = dial(&target, in_10_s(), NULL, address, &err);

	if (fd < 0) {
		cr_assert(err.kind == ERR_RESOLVE, "%s", err.line);
		return err.line;
	}
	check_descriptor(fd);
	close(fd);
	return address;
}

Test(dial_config, one_family_alone)
{
	struct dial_config config = { .family = DIAL_IPV4 };
	unsigned port = 0, port6;
	int listener = listening("127.0.0.1", &port, 5), listener6;
	char want[64];

	snprintf(want, sizeof(want), "127.0.0.1:%u", port);
	cr_assert_str_eq(reach(&config, "localhost", port), want);
	cr_assert_str_eq(reach(&config, "127.0.0.1", port), want);
	cr_assert_str_eq(reach(&config, "::1", port),
		"cannot resolve ::1: it has no IPv4 address (--ipv4)");
	config.family = DIAL_IPV6;
	cr_assert_str_eq(reach(&config, "127.0.0.1", port),
		"cannot resolve 127.0.0.1: it has no IPv6 address (--ipv6)");
	if (!has_ipv6())
		cr_skip_test("no IPv6 here");
	port6 = port;
	listener6 = listening("::1", &port6, 5);
	cr_assert(listener6 >= 0);
	snprintf(want, sizeof(want), "[::1]:%u", port);
	cr_assert_str_eq(reach(&config, "localhost", port), want);
	cr_assert_str_eq(reach(&config, "a.localhost", port), want);
	config.family = DIAL_ANY;
	cr_assert_str_eq(reach(&config, "localhost", port), want);
	close(listener);
	close(listener6);
}

#ifdef __linux__
Test(dial_config, to_what_resolve_says)
{
	char value[3][96], want[32];
	struct dial_config config = { .family = DIAL_ANY };
	unsigned port = 0;
	int listener = listening("127.0.0.3", &port, 9);

	snprintf(value[0], 96, "name.test:%u:127.0.0.4,127.0.0.3", port);
	snprintf(value[1], 96, "six.test:%u:::1", port);
	snprintf(value[2], 96, "localhost:%u:127.0.0.3", port);
	for (int i = 0; i < 3; i++)
		strings_add(&config.resolve, value[i]);
	snprintf(want, sizeof(want), "127.0.0.3:%u", port);
	cr_assert_str_eq(reach(&config, "name.test", port), want);
	cr_assert_str_eq(reach(&config, "localhost", port), want);
	config.family = DIAL_IPV4;
	cr_assert_str_eq(reach(&config, "name.test", port), want);
	cr_assert_str_eq(reach(&config, "six.test", port),
		"cannot resolve six.test: --resolve gives it no IPv4 address "
		"(--ipv4)");
	config.family = DIAL_IPV6;
	cr_assert_str_eq(reach(&config, "name.test", port),
		"cannot resolve name.test: --resolve gives it no IPv6 address "
		"(--ipv6)");
	strings_release(&config.resolve);
	close(listener);
}
#endif

Test(dial_config, what_resolve_knows_counts_as_looked_up)
{
	static const char *const hosts[] = { "name.test", "192.0.2.1" };
	char value[64];
	struct dial_config config = { .family = DIAL_ANY };
	struct err err = { 0 };
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 9);

	snprintf(value, sizeof(value), "*:%u:127.0.0.1", port);
	strings_add(&config.resolve, value);
	for (int i = 0; i < 2; i++) {
		struct notes notes = { 0 };
		struct dial_watch watch = {
			.resolved = mark_resolved,
			.arg = &notes,
		};
		struct dial_target target = {
			.host = hosts[i],
			.port = (uint16_t)port,
			.config = &config,
		};
		int fd = dial(&target, in_10_s(), &watch, NULL, &err);

		cr_assert(fd >= 0, "%s", err.line);
		cr_assert_str_eq(notes.text, i ? "" : "(resolved)\n");
		close(fd);
	}
	strings_release(&config.resolve);
	close(listener);
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	cr_assert(getsockopt(fd, level, name, &value, &len) == 0);
	return value;
}

Test(dial_config, keep_alive)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5), fd;
	struct err err = { 0 };

	for (int on = 0; on < 2; on++) {
		struct dial_config config = { .keepalive = on };
		struct dial_target target = {
			.host = "127.0.0.1",
			.port = (uint16_t)port,
			.config = &config,
		};

		fd = dial(&target, in_10_s(), NULL, NULL, &err);
		cr_assert(fd >= 0, "%s", err.line);
		cr_assert(nodelay(fd));
		cr_assert((option(fd, SOL_SOCKET, SO_KEEPALIVE) != 0) == on);
#ifdef TCP_KEEPIDLE
		if (on)
			cr_assert(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) == 60);
#endif
#ifdef TCP_KEEPINTVL
		if (on)
			cr_assert(option(fd, IPPROTO_TCP, TCP_KEEPINTVL) == 60);
#endif
		close(fd);
	}
	close(listener);
}

Test(dial_config, a_link_local_address_without_a_zone)
{
	struct dial_target target = { .host = "fe80::1", .port = 9 };
	struct err err = { 0 };

	if (!has_ipv6())
		cr_skip_test("no IPv6 here");
	cr_assert(dial(&target, in_10_s(), NULL, NULL, &err) == -1);
	cr_assert(err.kind == ERR_CONNECT);
	cr_assert_str_eq(err.line,
		"cannot connect to fe80::1 port 9: its zone is missing (like "
		"[fe80::1%eth0])");
}
