#define _GNU_SOURCE

#include "net/address.h"
#include "net/dial.h"
#include "unit/addrlist.h"

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
