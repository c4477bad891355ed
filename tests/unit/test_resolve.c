#define _GNU_SOURCE

#include "net/address.h"
#include "net/resolve.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
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
	if (strcmp(host, "four.test") == 0 && hints->ai_family == AF_INET6)
		return EAI_NODATA;
	if (strcmp(host, "four.test") == 0)
		return real("127.0.0.1", service, &numeric, list);
	/* A resolver that gives more than it was asked for. */
	numeric.ai_family = AF_UNSPEC;
	if (strcmp(host, "odd.test") == 0)
		return real("::1", service, &numeric, list);
	return EAI_NONAME;
}

/* "127.0.0.1:80 [::1]:80 ", or the error line. */
static const char *answer_of(const char *host, int family,
	struct deadline deadline, enum err_kind *kind)
{
	static char all[1024];
	struct addresses to;
	struct err err = { 0 };
	char one[128];

	all[0] = '\0';
	*kind = ERR_NONE;
	if (!(family == AF_UNSPEC ? resolve(&to, host, 80, deadline, &err)
				  : resolve_family(&to, host, 80, family,
					    deadline, &err))) {
		*kind = err.kind;
		return strcpy(all, err.line);
	}
	for (size_t i = 0; i < to.n; i++) {
		address_show(one, sizeof(one), &to.v[i]);
		strcat(strcat(all, one), " ");
	}
	return all;
}

static const char *answer(
	const char *host, struct deadline deadline, enum err_kind *kind)
{
	return answer_of(host, AF_UNSPEC, deadline, kind);
}

static struct deadline in_10_s(void)
{
	return deadline_in_ms(10000);
}

Test(resolve, numbers_and_localhost_need_no_resolver)
{
	static const struct {
		const char *host, *want;
	} cases[] = {
		{ "127.0.0.1", "127.0.0.1:80 " },
		{ "192.0.2.1", "192.0.2.1:80 " },
		{ "127.1", "127.0.0.1:80 " },
		{ "0x7f000001", "127.0.0.1:80 " },
		{ "2001:db8::1", "[2001:db8::1]:80 " },
		{ "localhost", "[::1]:80 127.0.0.1:80 " },
		{ "LocalHost", "[::1]:80 127.0.0.1:80 " },
		{ "localhost.", "[::1]:80 127.0.0.1:80 " },
		{ "a.localhost", "[::1]:80 127.0.0.1:80 " },
		{ "b.a.localhost.", "[::1]:80 127.0.0.1:80 " },
	};
	enum err_kind kind;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = answer(cases[i].host, in_10_s(), &kind);

		cr_assert_str_eq(got, cases[i].want);
	}
	cr_assert(asked == 0);
	cr_assert(!resolve_is_loopback("alocalhost"));
	cr_assert(!resolve_is_loopback("localhost.example"));
	cr_assert(!resolve_is_loopback("localhost.."));
	cr_assert(!resolve_is_loopback(""));
	cr_assert(!resolve_is_loopback("."));
}

Test(resolve, asks_for_a_name)
{
	enum err_kind kind;

	cr_assert_str_eq(
		answer("four.test", in_10_s(), &kind), "127.0.0.1:80 ");
	cr_assert(asked == 1);
}

Test(resolve, says_why_a_name_is_not_found)
{
	static const struct {
		const char *host;
		int status;
	} cases[] = {
		{ "later.test", EAI_AGAIN },
		{ "none.test", EAI_NONAME },
	};
	enum err_kind kind;
	char want[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(want, sizeof(want), "cannot resolve %s: %s",
			cases[i].host, gai_strerror(cases[i].status));
		cr_assert_str_eq(answer(cases[i].host, in_10_s(), &kind), want);
		cr_assert(kind == ERR_RESOLVE);
	}
	snprintf(want, sizeof(want), "cannot resolve system.test: %s",
		strerror(ENOMEM));
	cr_assert_str_eq(answer("system.test", in_10_s(), &kind), want);
	cr_assert(kind == ERR_RESOLVE);
}

/* The answer that comes too late has to be let go of by itself. */
Test(resolve, the_deadline_holds_for_the_look_up)
{
	enum err_kind kind;

	cr_assert_str_eq(answer("slow.test", deadline_in_ms(50), &kind),
		"resolving slow.test: no answer in time (--connect-timeout)");
	cr_assert(kind == ERR_TIMEOUT);
	cr_assert(asked == 1);
	unblock = 1;
	usleep(20000);
}

Test(resolve, one_family_alone)
{
	static const struct {
		const char *host;
		int family;
		const char *want;
	} cases[] = {
		{ "localhost", AF_INET, "127.0.0.1:80 " },
		{ "localhost", AF_INET6, "[::1]:80 " },
		{ "a.localhost.", AF_INET6, "[::1]:80 " },
		{ "127.0.0.1", AF_INET, "127.0.0.1:80 " },
		{ "::1", AF_INET6, "[::1]:80 " },
		{ "four.test", AF_INET, "127.0.0.1:80 " },
		{ "127.0.0.1", AF_INET6,
			"cannot resolve 127.0.0.1: it has no IPv6 address "
			"(--ipv6)" },
		{ "127.1", AF_INET6,
			"cannot resolve 127.1: it has no IPv6 address "
			"(--ipv6)" },
		{ "::1", AF_INET,
			"cannot resolve ::1: it has no IPv4 address (--ipv4)" },
		{ "four.test", AF_INET6,
			"cannot resolve four.test: it has no IPv6 address "
			"(--ipv6)" },
		{ "odd.test", AF_INET,
			"cannot resolve odd.test: it has no IPv4 address "
			"(--ipv4)" },
	};
	enum err_kind kind;
	char want[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = answer_of(
			cases[i].host, cases[i].family, in_10_s(), &kind);

		cr_assert_str_eq(got, cases[i].want, "%s", got);
		cr_assert(kind == (*got == 'c' ? ERR_RESOLVE : ERR_NONE));
	}
	snprintf(want, sizeof(want),
		"cannot resolve none.test: %s (only IPv6 was asked for: "
		"--ipv6)",
		gai_strerror(EAI_NONAME));
	cr_assert_str_eq(
		answer_of("none.test", AF_INET6, in_10_s(), &kind), want);
	snprintf(want, sizeof(want), "cannot resolve later.test: %s",
		gai_strerror(EAI_AGAIN));
	cr_assert_str_eq(
		answer_of("later.test", AF_INET6, in_10_s(), &kind), want);
}

Test(resolve, zones_of_interfaces)
{
	const char *name = if_nametoindex("lo") ? "lo" : "lo0", *got;
	char host[64], want[96];
	enum err_kind kind;

	snprintf(host, sizeof(host), "fe80::1%%%s", name);
	snprintf(want, sizeof(want), "[fe80::1%%%s]:80 ", name);
	cr_assert_str_eq(answer(host, in_10_s(), &kind), want);
	snprintf(host, sizeof(host), "fe80::1%%%u", if_nametoindex(name));
	cr_assert_str_eq(answer(host, in_10_s(), &kind), want);
	got = answer("fe80::1%no-such-if", in_10_s(), &kind);
	snprintf(want, sizeof(want),
		"cannot resolve fe80::1%%no-such-if: no interface is called "
		"no-such-if (there are: ");
	cr_assert(strncmp(got, want, strlen(want)) == 0, "%s", got);
	cr_assert(strstr(got + strlen(want), name), "%s", got);
	cr_assert(kind == ERR_RESOLVE);
	cr_assert_str_eq(answer("::zz", in_10_s(), &kind),
		"cannot resolve ::zz: not an IPv6 address");
	cr_assert(kind == ERR_RESOLVE);
	cr_assert(asked == 0);
}
