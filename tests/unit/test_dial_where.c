#define _GNU_SOURCE

#include "net/dial.h"
#include "net/dial_where.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

typedef bool check_function(const char *, const char *, struct err *);

/* At every cut and on guarded memory: the answer never depends on what lies
 * behind, and what is accepted is of use. */
static void check_cuts(check_function *check, const char *value)
{
	struct err err;
	char cut[256];

	for (size_t n = 0; n <= strlen(value); n++) {
		memcpy(cut, value, n);
		cut[n] = '\0';
		err = (struct err){ 0 };
		if (check("--x", (char *)guard_copy(cut, n + 1), &err))
			continue;
		cr_assert(err.kind == ERR_USAGE, "%s", cut);
		cr_assert(strncmp(err.line, "--x ", 4) == 0, "%s", err.line);
	}
}

struct check {
	const char *value, *want; /* want NULL: fine; else in the line */
};

static void check_values(check_function *check, const struct check *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = { 0 };
		bool ok = check("--x", v[i].value, &err);

		cr_assert(ok == !v[i].want, "%s: %s", v[i].value, err.line);
		cr_assert(ok || strstr(err.line, v[i].want), "%s", err.line);
		check_cuts(check, v[i].value);
	}
}

Test(dial_where, values_of_resolve)
{
	static const struct check checks[] = {
		{ "a.test:80:127.0.0.1", NULL },
		{ "+a.test:80:127.0.0.1", NULL },
		{ "a.test:65535:127.0.0.1,192.0.2.1,::1,[2001:db8::1]", NULL },
		{ "*:80:::1", NULL },
		{ "*:*:[::1]", NULL },
		{ "[2001:db8::1]:443:127.0.0.1", NULL },
		{ "b\xc3\xbc"
		  "cher.test:80:127.0.0.1",
			NULL },
		{ "-a.test:80", "leading -" },
		{ "", "not HOST:PORT:ADDRESS" },
		{ "a.test", "not HOST:PORT:ADDRESS" },
		{ "a.test:80", "not HOST:PORT:ADDRESS" },
		{ "[::1:80:127.0.0.1", "not HOST:PORT:ADDRESS" },
		{ "[::1]x:80:127.0.0.1", "not HOST:PORT:ADDRESS" },
		{ ":80:127.0.0.1", "HOST is not" },
		{ "a b:80:127.0.0.1", "HOST is not" },
		{ "u@a:80:127.0.0.1", "HOST is not" },
		{ "a/b:80:127.0.0.1", "HOST is not" },
		{ "[zz]:80:127.0.0.1", "HOST is not" },
		{ "a.test::127.0.0.1", "PORT is not" },
		{ "a.test:0:127.0.0.1", "PORT is not" },
		{ "a.test:65536:127.0.0.1", "PORT is not" },
		{ "a.test:+80:127.0.0.1", "PORT is not" },
		{ "a.test:000080:127.0.0.1", "PORT is not" },
		{ "a.test:80:", "'' is not an IP address" },
		{ "a.test:80:b.test", "'b.test' is not an IP address" },
		{ "a.test:80:127.1", "'127.1' is not an IP address" },
		{ "a.test:80:[127.0.0.1]", "'[127.0.0.1]' is not" },
		{ "a.test:80:127.0.0.1,", "'' is not an IP address" },
		{ "a.test:80:,127.0.0.1", "'' is not an IP address" },
		{ "a.test:80:127.0.0.1 ,::1", "'127.0.0.1 ' is not" },
		{ "a.test:80:fe80::1%no-such-if", "its zone not an interface" },
		{ "a.test:80:fe80::1%", "its zone not an interface" },
	};

	check_values(dial_check_resolve, checks, COUNT(checks));
}

Test(dial_where, more_addresses_than_are_tried_are_refused)
{
	char value[1024] = "a.test:80:192.0.2.1";
	struct err err = { 0 };

	for (int i = 2; i <= ADDRESSES_MAX; i++)
		sprintf(value + strlen(value), ",192.0.2.%d", i);
	cr_assert(dial_check_resolve("--resolve", value, &err), "%s", err.line);
	strcat(value, ",192.0.2.200");
	cr_assert(!dial_check_resolve("--resolve", value, &err));
	cr_assert(err.kind == ERR_USAGE);
	cr_assert(strstr(err.line, "over 16 addresses"), "%s", err.line);
}

Test(dial_where, values_of_connect_to)
{
	static const struct check checks[] = {
		{ "a.test:80:b.test:8080", NULL },
		{ ":::", NULL },
		{ "::b.test:", NULL },
		{ "::b.test", NULL },
		{ "::[::1]", NULL },
		{ ":::8080", NULL },
		{ "a.test:::8080", NULL },
		{ "[::1]:80:[2001:db8::1]:81", NULL },
		{ "::b\xc3\xbc"
		  "cher.test:",
			NULL },
		{ "", "not HOST1:PORT1:HOST2:PORT2" },
		{ "a.test", "not HOST1:PORT1:HOST2:PORT2" },
		{ "a.test:80", "not HOST1:PORT1:HOST2:PORT2" },
		{ "a:80:b:81:c", "not HOST1:PORT1:HOST2:PORT2" },
		{ "a:80:::1", "not HOST1:PORT1:HOST2:PORT2" },
		{ "[::1:80:b:81", "not HOST1:PORT1:HOST2:PORT2" },
		{ "::[::1]x:81", "not HOST1:PORT1:HOST2:PORT2" },
		{ "a:0:b:81", "a port is not" },
		{ "a:80:b:65536", "a port is not" },
		{ "a:80:b:http", "a port is not" },
		{ "a b:80:b:81", "a host is not" },
		{ "a:80:b/c:81", "a host is not" },
		{ "a:80:[zz]:81", "a host is not" },
	};

	check_values(dial_check_connect_to, checks, COUNT(checks));
}

/* A list of copies that end where memory does. */
static struct strings guarded(const char *const *values, size_t n)
{
	struct strings list = { 0 };

	for (size_t i = 0; i < n && values[i]; i++)
		strings_add(&list, (char *)guard_copy_slot((int)i, values[i],
					   strlen(values[i]) + 1));
	return list;
}

static const char *shown(const struct addresses *to)
{
	static char all[1024];
	char one[DIAL_ADDRESS_MAX];

	all[0] = '\0';
	for (size_t i = 0; i < to->n; i++) {
		address_show(one, sizeof(one), &to->v[i]);
		strcat(strcat(all, one), " ");
	}
	return all;
}

Test(dial_where, the_entry_that_says_most_is_the_one)
{
	static const struct {
		const char *values[4], *host;
		uint16_t port;
		const char *want; /* NULL: none fits */
	} cases[] = {
		{ { NULL }, "a.test", 80, NULL },
		{ { "a.test:80:192.0.2.1" }, "a.test", 80, "192.0.2.1:80 " },
		{ { "a.test:80:192.0.2.1" }, "a.test", 81, NULL },
		{ { "a.test:80:192.0.2.1" }, "b.a.test", 80, NULL },
		{ { "a.test:80:192.0.2.1" }, "a.tes", 80, NULL },
		{ { "A.Test:80:192.0.2.1" }, "a.test", 80, "192.0.2.1:80 " },
		{ { "a.test.:80:192.0.2.1" }, "a.test", 80, "192.0.2.1:80 " },
		{ { "a.test:80:192.0.2.1" }, "a.test.", 80, "192.0.2.1:80 " },
		{ { "+a.test:80:192.0.2.1" }, "a.test", 80, "192.0.2.1:80 " },
		/* In its order, each once. */
		{ { "a.test:*:::1,192.0.2.1,[::2],192.0.2.1" }, "a.test", 9,
			"[::1]:9 192.0.2.1:9 [::2]:9 " },
		{ { "*:80:192.0.2.1" }, "a.test", 80, "192.0.2.1:80 " },
		{ { "*:80:192.0.2.1" }, "a.test", 81, NULL },
		{ { "*:*:192.0.2.1" }, "a.test", 81, "192.0.2.1:81 " },
		{ { "a.test:80:192.0.2.1", "*:80:192.0.2.2" }, "a.test", 80,
			"192.0.2.1:80 " },
		{ { "a.test:80:192.0.2.1", "a.test:*:192.0.2.2" }, "a.test", 80,
			"192.0.2.1:80 " },
		{ { "a.test:*:192.0.2.1", "*:80:192.0.2.2" }, "a.test", 80,
			"192.0.2.1:80 " },
		{ { "*:80:192.0.2.1", "*:*:192.0.2.2" }, "a.test", 80,
			"192.0.2.1:80 " },
		{ { "a.test:80:192.0.2.1", "a.test:80:192.0.2.2" }, "a.test",
			80, "192.0.2.2:80 " },
		{ { "127.0.0.1:80:192.0.2.1" }, "127.0.0.1", 80,
			"192.0.2.1:80 " },
		{ { "[2001:DB8:0::1]:80:192.0.2.1" }, "2001:db8::1", 80,
			"192.0.2.1:80 " },
		{ { "b\xc3\xbc"
		    "cher.test:80:192.0.2.1" },
			"xn--bcher-kva.test", 80, "192.0.2.1:80 " },
		{ { "fe80.test:80:fe80::1%no-such-if" }, "fe80.test", 80, "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strings list = guarded(cases[i].values, 4);
		const char *want = cases[i].want;
		struct addresses to;
		bool fits = dial_where_resolve(
			&list, cases[i].host, cases[i].port, &to);

		cr_assert(fits == (want != NULL), "case %zu", i);
		cr_assert(to.n == 0 || want, "case %zu", i);
		cr_assert(!want || !strcmp(shown(&to), want), "case %zu: %s", i,
			shown(&to));
		strings_release(&list);
	}
}

Test(dial_where, the_first_detour_that_fits_is_taken)
{
	static const struct {
		const char *values[4], *host;
		uint16_t port;
		const char *to_host; /* NULL: none fits */
		uint16_t to_port;
	} cases[] = {
		{ { NULL }, "a.test", 80, NULL, 0 },
		{ { "a.test:80:b.test:81" }, "a.test", 80, "b.test", 81 },
		{ { "A.TEST:80:b.test:81" }, "a.test", 80, "b.test", 81 },
		{ { "a.test:80:b.test:81" }, "a.test.", 80, "b.test", 81 },
		{ { "a.test:80:b.test:81" }, "a.test", 81, NULL, 0 },
		{ { "a.test:80:b.test:81" }, "c.test", 80, NULL, 0 },
		{ { "::b.test:81" }, "a.test", 80, "b.test", 81 },
		{ { "::b.test" }, "a.test", 80, "b.test", 80 },
		{ { "::b.test:" }, "a.test", 80, "b.test", 80 },
		{ { ":::81" }, "a.test", 80, "a.test", 81 },
		{ { ":::" }, "a.test", 80, "a.test", 80 },
		{ { ":80:b.test:" }, "a.test", 80, "b.test", 80 },
		{ { ":80:b.test:" }, "a.test", 81, NULL, 0 },
		{ { "a.test::b.test:" }, "a.test", 8, "b.test", 8 },
		{ { "a.test:::", "::b.test:81" }, "a.test", 80, "a.test", 80 },
		{ { "c.test:::", "::b.test:81" }, "a.test", 80, "b.test", 81 },
		{ { "::b.test:1", "a.test:80:c.test:2" }, "a.test", 80,
			"b.test", 1 },
		{ { "[0::1]:80:[2001:DB8::1]:81" }, "::1", 80, "2001:db8::1",
			81 },
		{ { "::b\xc3\xbc"
		    "cher.test:" },
			"a.test", 80, "xn--bcher-kva.test", 80 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strings list = guarded(cases[i].values, 4);
		char *host = NULL;
		uint16_t port = 0;
		bool fits = dial_connect_to(
			&list, cases[i].host, cases[i].port, &host, &port);

		cr_assert(fits == (cases[i].to_host != NULL), "case %zu", i);
		cr_assert(port == cases[i].to_port, "case %zu: %u", i,
			(unsigned)port);
		cr_assert(!fits || !strcmp(host, cases[i].to_host),
			"case %zu: %s", i, host);
		free(host);
		strings_release(&list);
	}
}
