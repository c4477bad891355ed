#define _GNU_SOURCE /* MAP_ANONYMOUS in guard.h */
#include "base/hostport.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *text;
	const char *host; /* NULL: refused */
	unsigned port;
} cases[] = {
	{ "0", "", 0 },
	{ "8080", "", 8080 },
	{ ":8080", "", 8080 },
	{ "65535", "", 65535 },
	{ "name:1", "name", 1 },
	{ "0.0.0.0:80", "0.0.0.0", 80 },
	{ "[::1]:80", "::1", 80 },
	{ "[fe80::1%eth0]:80", "fe80::1%eth0", 80 },
	{ "", NULL, 0 },
	{ ":", NULL, 0 },
	{ "name", NULL, 0 },
	{ "name:", NULL, 0 },
	{ "65536", NULL, 0 },
	{ "000080", NULL, 0 },
	{ "-1", NULL, 0 },
	{ "80x", NULL, 0 },
	{ "::1:80", NULL, 0 },
	{ "[]:80", NULL, 0 },
	{ "[::1]", NULL, 0 },
	{ "[::1]80", NULL, 0 },
	{ "[::1:80", NULL, 0 },
	{ "http://x:80", NULL, 0 },
};

Test(hostport, forms)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hostport hp;
		const char *text = (const char *)guard_copy(
			cases[i].text, strlen(cases[i].text) + 1);
		bool ok = hostport_parse(&hp, text);

		cr_assert_eq(ok, cases[i].host != NULL, "%s", text);
		if (!ok)
			continue;
		cr_assert_eq(hp.port, cases[i].port, "%s", text);
		cr_assert_eq(hp.host_len, strlen(cases[i].host), "%s", text);
		cr_assert_eq(memcmp(hp.host, cases[i].host, hp.host_len), 0,
			"%s", text);
	}
}
