#define _GNU_SOURCE

#include "net/address.h"
#include "net/dial.h"
#include "unit/addrlist.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

Test(address, families_take_turns)
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

static void show(
	char out[DIAL_ADDRESS_MAX], const struct sockaddr *sa, socklen_t len)
{
	struct address a = { .len = len };

	memcpy(&a.at, sa, len);
	address_show(out, DIAL_ADDRESS_MAX, &a);
}

Test(address, is_shown_as_people_write_them)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char out[DIAL_ADDRESS_MAX], longest[sizeof(un.sun_path) + 1];
	struct list l = { 0 };

	list_add(&l, "192.0.2.1", 65535);
	list_add(&l, "2001:db8::1", 80);
	show(out, l.info[0].ai_addr, l.info[0].ai_addrlen);
	cr_assert_str_eq(out, "192.0.2.1:65535");
	show(out, l.info[1].ai_addr, l.info[1].ai_addrlen);
	cr_assert_str_eq(out, "[2001:db8::1]:80");
	show(out, (struct sockaddr *)&un, sizeof(sa_family_t));
	cr_assert_str_eq(out, "a unix socket");
	memset(longest, 'p', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	memset(un.sun_path, 'p', sizeof(un.sun_path));
	show(out, (struct sockaddr *)&un, sizeof(un));
	cr_assert_str_eq(out, longest);
}

static const char *parsed(const char *text, size_t len)
{
	static char out[DIAL_ADDRESS_MAX];
	struct address a;

	if (!address_parse(&a, (const char *)guard_copy(text, len), len, 7))
		return "none";
	address_show(out, sizeof(out), &a);
	return out;
}

Test(address, is_read)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1:7" },
		{ "255.255.255.255", "255.255.255.255:7" },
		{ "::", "[::]:7" },
		{ "2001:DB8:0:0:0::1", "[2001:db8::1]:7" },
		{ "[2001:db8::1]", "[2001:db8::1]:7" },
		{ "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:7" },
		{ "", "none" },
		{ "[]", "none" },
		{ "[", "none" },
		{ "[::1", "none" },
		{ "::1]", "none" },
		{ "[[::1]]", "none" },
		{ "[192.0.2.1]", "none" },
		{ "192.0.2", "none" },
		{ "192.0.2.256", "none" },
		{ "192.0.2.01", "none" },
		{ "192.0.2.1 ", "none" },
		{ "0x7f000001", "none" },
		{ "localhost", "none" },
		{ "fe80::1%", "none" },
		{ "fe80::1%no-such-if", "none" },
		{ "fe80::1%0", "none" },
		{ "fe80::1%99999999999999999999", "none" },
		{ "192.0.2.1%1", "none" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999", "none" },
	};
	char longest[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);

		cr_assert_str_eq(parsed(cases[i].text, len), cases[i].want,
			"%s: %s", cases[i].text, parsed(cases[i].text, len));
		while (len--)
			parsed(cases[i].text, len);
	}
	cr_assert_str_eq(parsed("::1\0", 4), "none");
	memset(longest, ':', sizeof(longest));
	cr_assert_str_eq(parsed(longest, sizeof(longest)), "none");
	cr_assert_str_eq(parsed(longest, ADDRESS_HOST_MAX), "none");
	cr_assert_str_eq(parsed(longest, ADDRESS_HOST_MAX - 1), "none");
}

Test(address, link_local_ones_want_a_zone)
{
	static const struct {
		const char *text;
		bool link_local, lacks;
	} cases[] = {
		{ "fe80::1", true, true },
		{ "febf::1", true, true },
		{ "fec0::1", false, false },
		{ "::1", false, false },
		{ "169.254.1.1", false, false },
		{ "fe80::1%1", true, false },
	};
	struct address a;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;

		cr_assert(address_parse(&a, text, strlen(text), 7));
		cr_assert(address_is_link_local(&a) == cases[i].link_local);
		cr_assert(address_lacks_zone(&a) == cases[i].lacks, "%s", text);
	}
}

Test(address, of_one_family_are_kept)
{
	struct list l = { 0 };
	struct addresses to, all;

	list_add(&l, "2001:db8::1", 1);
	list_add(&l, "192.0.2.1", 1);
	list_add(&l, "192.0.2.2", 1);
	addresses_take(&all, &l.info[0]);
	to = all;
	addresses_keep(&to, AF_UNSPEC);
	cr_assert(to.n == 3);
	addresses_keep(&to, AF_INET);
	cr_assert(to.n == 2);
	cr_assert(memcmp(&to.v[1], &all.v[2], sizeof(to.v[1])) == 0);
	addresses_keep(&to, AF_INET6);
	cr_assert(to.n == 0);
	addresses_add(&to, &all.v[0]);
	addresses_add(&to, &all.v[0]);
	cr_assert(to.n == 1);
}
