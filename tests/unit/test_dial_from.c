#define _GNU_SOURCE

#include "net/dial.h"
#include "net/interface.h"
#include "unit/dial_case.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/*
 * --interface. A system that does not let one keep to a device is played here,
 * and one with the addresses below on an interface called test0.
 */
static bool not_permitted, made_up, many;

typedef int set_function(int, int, int, const void *, socklen_t);
typedef int list_function(struct ifaddrs **);

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	set_function *real;
	void *symbol = dlsym(RTLD_NEXT, "setsockopt");

	memcpy(&real, &symbol, sizeof(real));
#ifdef SO_BINDTODEVICE
	if (not_permitted && level == SOL_SOCKET && name == SO_BINDTODEVICE) {
		errno = EPERM;
		return -1;
	}
#endif
	return real(fd, level, name, value, len);
}

static struct ifaddrs *some_addresses(void)
{
	static const char *const hosts[] = { "192.0.2.7", "fe80::7",
		"2001:db8::7", "fe80::8", "2001:db8::8", "192.0.2.8" };
	static char test0[] = "test0";
	static struct ifaddrs all[7];
	static struct list l;

	l.n = 0;
	for (size_t i = 0; i < 6; i++) {
		list_add(&l, hosts[i], 0);
		all[i].ifa_name = test0;
		all[i].ifa_addr = l.info[i].ai_addr;
		all[i].ifa_next = &all[i + 1];
	}
	all[6].ifa_name = test0; /* without an address */
	if (many)
		all[6].ifa_next = all; /* without an end */
	return all;
}

int getifaddrs(struct ifaddrs **list)
{
	list_function *real;
	void *symbol = dlsym(RTLD_NEXT, "getifaddrs");

	if (made_up) {
		*list = some_addresses();
		return 0;
	}
	memcpy(&real, &symbol, sizeof(real));
	return real(list);
}

void freeifaddrs(struct ifaddrs *list)
{
	void (*real)(struct ifaddrs *);
	void *symbol = dlsym(RTLD_NEXT, "freeifaddrs");

	memcpy(&real, &symbol, sizeof(real));
	if (!made_up)
		real(list);
}

/* The loopback interface's name. */
static const char *loopback(void)
{
	return if_nametoindex("lo") ? "lo" : "lo0";
}

/* Dials host from there; the address it comes from, or the error line. */
static const char *come(const char *interface, const char *host, unsigned port,
	enum err_kind *kind)
{
	const struct dial_config config = { .interface = interface };
	const struct dial_target target = {
		.host = host,
		.port = (uint16_t)port,
		.config = &config,
	};
	struct address from = { .len = sizeof(from.at) };
	static char text[ADDRESS_HOST_MAX];
	static struct err err;
	int fd = dial(&target, in_10_s(), NULL, NULL, &err);

	*kind = ERR_NONE;
	if (fd < 0) {
		*kind = err.kind;
		return err.line;
	}
	check_descriptor(fd);
	cr_assert(getsockname(fd, (struct sockaddr *)&from.at, &from.len) == 0);
	address_host(text, &from);
	close(fd);
	return text;
}

#ifdef __linux__
Test(dial_from, an_address_of_this_machine)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	enum err_kind kind;

	cr_assert_str_eq(
		come("127.0.0.1", "127.0.0.1", port, &kind), "127.0.0.1");
	cr_assert_str_eq(
		come("127.0.0.9", "127.0.0.1", port, &kind), "127.0.0.9");
	cr_assert_str_eq(
		come("127.0.0.9", "localhost", port, &kind), "127.0.0.9");
	close(listener);
}
#endif

Test(dial_from, an_ipv6_address)
{
	unsigned port = 0;
	enum err_kind kind;
	int listener;

	if (!has_ipv6())
		cr_skip_test("no IPv6 here");
	listener = listening("::1", &port, 5);
	cr_assert_str_eq(come("::1", "localhost", port, &kind), "::1");
	cr_assert_str_eq(come("[::1]", "::1", port, &kind), "::1");
	close(listener);
}

Test(dial_from, an_address_of_the_other_family)
{
	char want[160];
	enum err_kind kind;
	const char *got = come("127.0.0.1", "::1", 80, &kind);

	snprintf(want, sizeof(want),
		"cannot connect to ::1 from 127.0.0.1: 127.0.0.1 is not an "
		"IPv6 address");
	cr_assert_str_eq(got, want);
	cr_assert(kind == ERR_CONNECT);
}

Test(dial_from, an_address_of_another_machine)
{
	enum err_kind kind;
	const char *got = come("203.0.113.7", "127.0.0.1", 80, &kind);

	cr_assert(kind == ERR_CONNECT);
	cr_assert(strncmp(got,
			  "cannot connect from 203.0.113.7: no interface has "
			  "this address (there are: ",
			  74) == 0,
		"%s", got);
	cr_assert(strstr(got, "127.0.0.1"), "%s", got);
}

Test(dial_from, an_interface_that_is_not_there)
{
	char want[64];
	enum err_kind kind;
	const char *got = come("no-such-if", "127.0.0.1", 80, &kind);

	cr_assert(kind == ERR_CONNECT);
	cr_assert(strncmp(got,
			  "cannot connect from no-such-if: no such interface, "
			  "nor a local address (there are: ",
			  80) == 0,
		"%s", got);
	snprintf(want, sizeof(want), "%s", loopback());
	cr_assert(strstr(got, want), "%s", got);
}

Test(dial_from, an_interface)
{
	unsigned port = 0, port6 = 0;
	int listener = listening("127.0.0.1", &port, 9), listener6 = -1;
	enum err_kind kind;

	if (has_ipv6())
		listener6 = listening("::1", &port6, 9);
	for (int i = 0; i < 2; i++) {
		not_permitted = i;
		cr_assert_str_eq(come(loopback(), "127.0.0.1", port, &kind),
			"127.0.0.1");
		if (listener6 >= 0)
			cr_assert_str_eq(
				come(loopback(), "::1", port6, &kind), "::1");
	}
	close(listener);
	if (listener6 >= 0)
		close(listener6);
}

#ifdef SO_BINDTODEVICE
/* Which the address alone would not say: 127.0.0.9 is on lo as well. */
Test(dial_from, an_interface_is_kept_to_where_that_is_permitted)
{
	unsigned port = 0;
	int listener = listening("127.0.0.1", &port, 5);
	const struct dial_config config = { .interface = "lo" };
	const struct dial_target target = {
		.host = "127.0.0.1",
		.port = (uint16_t)port,
		.config = &config,
	};
	char device[IF_NAMESIZE] = "";
	socklen_t len = sizeof(device);
	struct notes notes = { 0 };
	const struct dial_watch watch = { .note = keep, .arg = &notes };
	struct err err = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) != 0)
		cr_skip_test("keeping to a device is not permitted here");
	close(fd);
	fd = dial(&target, in_10_s(), &watch, NULL, &err);
	cr_assert(fd >= 0, "%s", err.line);
	cr_assert(
		getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &len) == 0);
	cr_assert_str_eq(device, "lo");
	cr_assert(strstr(notes.text, " from lo...\n"), "%s", notes.text);
	close(fd);
	close(listener);
}
#endif

Test(dial_from, a_failure_names_the_interface)
{
	unsigned port = 0;
	enum err_kind kind;
	char want[160];
	const char *got;

	close(listening("127.0.0.1", &port, 1));
	got = come(loopback(), "127.0.0.1", port, &kind);
	snprintf(want, sizeof(want),
		"cannot connect to 127.0.0.1 port %u from %s: Connection "
		"refused",
		port, loopback());
	cr_assert_str_eq(got, want);
	cr_assert(kind == ERR_CONNECT);
}

Test(dial_from, the_address_that_fits_the_target)
{
	static const struct {
		const char *target, *want; /* NULL: none fits */
	} cases[] = {
		{ "198.51.100.1", "192.0.2.7" },
		{ "2001:db8::99", "2001:db8::7" },
		{ "::1", "2001:db8::7" },
		{ "fe80::99", "fe80::7" },
	};
	struct address target, got;
	char host[ADDRESS_HOST_MAX];

	made_up = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert(address_parse(
			&target, cases[i].target, strlen(cases[i].target), 80));
		cr_assert(interface_source(&got, "test0", &target));
		address_host(host, &got);
		cr_assert_str_eq(
			host, cases[i].want, "%s: %s", cases[i].target, host);
		cr_assert(address_port(&got) == 0);
		cr_assert(!interface_source(&got, "test", &target));
	}
}

/* An interface with no address of a family is not used for it. */
Test(dial_from, an_interface_without_an_address)
{
	char want[160];
	enum err_kind kind;
	const char *got;

	made_up = true; /* so that loopback has none */
	got = come(loopback(), "127.0.0.1", 80, &kind);
	snprintf(want, sizeof(want),
		"cannot connect to 127.0.0.1 from %s: %s has no IPv4 address",
		loopback(), loopback());
	cr_assert_str_eq(got, want);
	cr_assert(kind == ERR_CONNECT);
}

Test(dial_from, lists_end_in_time)
{
	char out[INTERFACE_LIST_MAX];

	made_up = true;
	interface_list_addresses(out);
	cr_assert_str_eq(out,
		"192.0.2.7, fe80::7, 2001:db8::7, fe80::8, 2001:db8::8, "
		"192.0.2.8");
	many = true;
	interface_list_addresses(out);
	cr_assert(strlen(out) < sizeof(out));
	cr_assert(strlen(out) > sizeof(out) - 20);
	cr_assert_str_eq(out + strlen(out) - 5, ", ...");
}
