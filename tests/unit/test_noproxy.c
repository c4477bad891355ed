#define _GNU_SOURCE

#include "http/noproxy.h"

#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

/* Both texts end at an unreadable page. */
static bool match(const char *list, size_t n, const char *host, unsigned port)
{
	char *l = (char *)guard_copy_slot(0, list, n + 1);
	const char *h = (char *)guard_copy_slot(1, host, strlen(host) + 1);

	l[n] = '\0';
	return noproxy_match(l, h, (uint16_t)port);
}

struct item {
	const char *list;
	const char *host;
	unsigned port;
	bool matches;
};

static const struct item names[] = {
	{ "example.com", "example.com", 80, true },
	{ "example.com", "www.example.com", 80, true },
	{ "example.com", "a.b.example.com", 443, true },
	{ "example.com", "badexample.com", 80, false },
	{ "example.com", "example.com.org", 80, false },
	{ "example.com", "example.co", 80, false },
	{ "example.com", "com", 80, false },
	{ "example.com", "xample.com", 80, false },
	{ "com", "example.com", 80, true },
	{ "om", "example.com", 80, false },
	{ "localhost", "localhost", 80, true },
	{ "localhost", "local", 80, false },
	{ "local", "localhost", 80, false },
	{ "a-b_c.d", "a-b_c.d", 80, true },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example", 80, true },
	/* dots */
	{ ".example.com", "example.com", 80, true },
	{ ".example.com", "www.example.com", 80, true },
	{ ".example.com", "badexample.com", 80, false },
	{ "example.com.", "example.com", 80, true },
	{ "example.com", "example.com.", 80, true },
	{ "example.com.", "www.example.com.", 80, true },
	{ ".example.com.", "example.com", 80, true },
	{ "example.com..", "example.com", 80, false },
	{ "..example.com", "example.com", 80, false },
	{ ".", "example.com", 80, false },
	{ "..", "example.com", 80, false },
	{ ".", ".", 80, false },
	{ "", ".", 80, false },
	{ "", "", 80, false },
	{ "example.com", "", 80, false },
	/* case */
	{ "EXAMPLE.com", "example.com", 80, true },
	{ "example.com", "WWW.Example.COM", 80, true },
	{ "ex@mple.com", "ex`mple.com", 80, false },
	{ "[a", "{a", 80, false },
	/* ports */
	{ "example.com:8080", "example.com", 8080, true },
	{ "example.com:8080", "www.example.com", 8080, true },
	{ "example.com:8080", "example.com", 80, false },
	{ ".example.com.:8080", "example.com", 8080, true },
	{ "example.com:08080", "example.com", 8080, true },
	{ "example.com:65535", "example.com", 65535, true },
	{ "example.com:65616", "example.com", 80, false },
	{ "example.com:4294967376", "example.com", 80, false },
	{ "example.com:18446744073709551696", "example.com", 80, false },
	{ "example.com:", "example.com", 80, false },
	{ "example.com:+80", "example.com", 80, false },
	{ "example.com:-80", "example.com", 80, false },
	{ "example.com:80x", "example.com", 80, false },
	{ "example.com:0x50", "example.com", 80, false },
	{ "example.com:http", "example.com", 80, false },
	{ "example.com:80:80", "example.com", 80, false },
	{ ":80", "example.com", 80, false },
	{ ":", "example.com", 80, false },
	/* what is no name */
	{ "http://example.com", "example.com", 80, false },
	{ "example.com/", "example.com", 80, false },
	{ "example.com/24", "example.com", 80, false },
	{ "*.example.com", "www.example.com", 80, false },
	{ "ex*", "example.com", 80, false },
	{ "[example.com]", "example.com", 80, false },
};

static const struct item lists[] = {
	{ "*", "example.com", 80, true },
	{ "*", "192.0.2.7", 80, true },
	{ "*", "::1", 80, true },
	{ " *\t", "example.com", 80, true },
	{ ",*,", "example.com", 80, true },
	{ "*,example.org", "example.com", 80, false },
	{ "*,example.org", "example.org", 80, true },
	{ "example.org,*", "example.com", 80, false },
	{ "**", "example.com", 80, false },
	{ "* *", "example.com", 80, false },
	{ "*:80", "example.com", 80, false },
	{ "*.", "example.com", 80, false },
	{ "", "example.com", 80, false },
	{ " ", "example.com", 80, false },
	{ ",", "example.com", 80, false },
	{ " , ,\t,", "example.com", 80, false },
	{ "a,example.com", "example.com", 80, true },
	{ "a, example.com", "example.com", 80, true },
	{ "a ,example.com", "example.com", 80, true },
	{ "a example.com", "example.com", 80, true },
	{ "a\texample.com\tb", "example.com", 80, true },
	{ ",,a,,,example.com,,", "example.com", 80, true },
	{ "a,b,c", "example.com", 80, false },
	{ "example,com", "example.com", 80, true },
	{ "example. com", "x.example", 80, true },
	{ "[::1,example.com", "example.com", 80, true },
	{ "1.2.3.4/99,example.com:1,example.com:80", "example.com", 80, true },
	{ "10.0.0.0/8,example.com,::1", "10.9.8.7", 80, true },
	{ "10.0.0.0/8,example.com,::1", "::1", 80, true },
	{ "10.0.0.0/8,example.com,::1", "::2", 80, false },
};

static const struct item ip4[] = {
	{ "192.0.2.7", "192.0.2.7", 80, true },
	{ "192.0.2.7", "192.0.2.70", 80, false },
	{ "192.0.2.70", "192.0.2.7", 80, false },
	{ "192.0.2.7:80", "192.0.2.7", 80, true },
	{ "192.0.2.7:80", "192.0.2.7", 81, false },
	{ "192.0.2.7.", "192.0.2.7", 80, true },
	{ "0.2.7", "192.0.2.7", 80, false },
	{ "2.7", "192.0.2.7", 80, false },
	{ "7", "192.0.2.7", 80, false },
	{ ".0.2.7", "192.0.2.7", 80, false },
	{ ".192.0.2.7", "192.0.2.7", 80, false },
	{ "192.0.2", "192.0.2.7", 80, false },
	{ "192.0.2.", "192.0.2.7", 80, false },
	{ "192.0.2.*", "192.0.2.7", 80, false },
	{ "192.0.2.7", "x.192.0.2.7", 80, false },
	{ "192.0.2.7", "192.0.2.7.example.com", 80, false },
	{ "4.5", "1.2.3.4.5", 80, false },
	{ "[192.0.2.7]", "192.0.2.7", 80, false },
	{ "localhost", "127.0.0.1", 80, false },
	{ "127.0.0.1", "localhost", 80, false },
	/* other ways to write it */
	{ "127.0.0.1", "127.1", 80, true },
	{ "127.0.0.1", "127.0.1", 80, true },
	{ "127.0.0.1", "2130706433", 80, true },
	{ "127.0.0.1", "0x7f000001", 80, true },
	{ "127.0.0.1", "0X7F.0x0.0.1", 80, true },
	{ "127.0.0.1", "017700000001", 80, true },
	{ "127.0.0.1", "0177.0.0.01", 80, true },
	{ "127.1", "127.0.0.1", 80, true },
	{ "127.65535", "127.0.255.255", 80, true },
	{ "127.0.65535", "127.0.255.255", 80, true },
	{ "255.16777215", "255.255.255.255", 80, true },
	{ "4294967295", "255.255.255.255", 80, true },
	{ "0", "0.0.0.0", 80, true },
	{ "4294967296", "0.0.0.0", 80, false },
	{ "18446744073709551616", "0.0.0.0", 80, false },
	{ "127.16777216", "127.0.0.0", 80, false },
	{ "127.0.65536", "127.0.0.0", 80, false },
	{ "127.0.0.256", "127.0.1.0", 80, false },
	{ "256.0.0.1", "0.0.0.1", 80, false },
	{ "127.256.0.1", "127.0.0.1", 80, false },
	{ "09.0.0.1", "9.0.0.1", 80, false },
	{ "0x.0.0.1", "0.0.0.1", 80, false },
	{ "127..0.1", "127.0.0.1", 80, false },
	{ "127.0.0.1..", "127.0.0.1", 80, false },
	{ "1.2.3.4.5", "1.2.3.4", 80, false },
	{ "-1", "255.255.255.255", 80, false },
	{ "+1", "0.0.0.1", 80, false },
};

static const struct item networks[] = {
	{ "192.0.2.0/24", "192.0.2.0", 80, true },
	{ "192.0.2.0/24", "192.0.2.255", 80, true },
	{ "192.0.2.0/24", "192.0.3.0", 80, false },
	{ "192.0.2.0/24", "192.0.1.255", 80, false },
	{ "192.0.2.77/24", "192.0.2.1", 80, true },
	{ "192.0.2.255/31", "192.0.2.254", 80, true },
	{ "192.0.2.255/31", "192.0.2.253", 80, false },
	{ "10.0.0.0/8", "10.255.1.2", 80, true },
	{ "10.0.0.0/8", "10.1", 80, true },
	{ "10.0.0.0/8", "11.0.0.0", 80, false },
	{ "172.16.0.0/12", "172.31.255.255", 80, true },
	{ "172.16.0.0/12", "172.32.0.0", 80, false },
	{ "128.0.0.0/1", "255.0.0.0", 80, true },
	{ "128.0.0.0/1", "127.255.255.255", 80, false },
	{ "0.0.0.0/0", "203.0.113.9", 80, true },
	{ "1.2.3.4/0", "203.0.113.9", 80, true },
	{ "192.0.2.7/32", "192.0.2.7", 80, true },
	{ "192.0.2.7/32", "192.0.2.6", 80, false },
	{ "192.0.2.7/032", "192.0.2.7", 80, true },
	{ "0.0.0.0/0", "::1", 80, false },
	{ "0.0.0.0/0", "example.com", 80, false },
	{ "192.0.2.0/24", "www.192.0.2.0", 80, false },
	{ "2001:db8::/32", "2001:db8::", 80, true },
	{ "2001:db8::/32", "2001:db8:ffff:ffff::1", 80, true },
	{ "2001:db8::/32", "2001:db9::", 80, false },
	{ "2001:db8::/32", "2001:db7:ffff::", 80, false },
	{ "2001:DB8::7/32", "2001:db8::1", 80, true },
	{ "2001:db8::/33", "2001:db8:7fff::", 80, true },
	{ "2001:db8::/33", "2001:db8:8000::", 80, false },
	{ "fe80::/10", "febf::1", 80, true },
	{ "fe80::/10", "fec0::1", 80, false },
	{ "fe80::/10", "fe80::1%eth0", 80, true },
	{ "fe80::%eth0/10", "fe80::1%eth1", 80, true },
	{ "::/0", "2001:db8::1", 80, true },
	{ "ffff::/0", "::1", 80, true },
	{ "::/0", "192.0.2.7", 80, false },
	{ "::/0", "example.com", 80, false },
	{ "::1/128", "::1", 80, true },
	{ "::1/128", "::", 80, false },
	{ "::1/127", "::", 80, true },
	{ "::/1", "7fff::", 80, true },
	{ "::/1", "8000::", 80, false },
	/* no networks */
	{ "192.0.2.7/33", "192.0.2.7", 80, false },
	{ "192.0.2.7/128", "192.0.2.7", 80, false },
	{ "192.0.2.7/4294967328", "192.0.2.7", 80, false },
	{ "192.0.2.7/", "192.0.2.7", 80, false },
	{ "192.0.2.7/x", "192.0.2.7", 80, false },
	{ "192.0.2.7/32x", "192.0.2.7", 80, false },
	{ "192.0.2.7/0x20", "192.0.2.7", 80, false },
	{ "192.0.2.7/-1", "192.0.2.7", 80, false },
	{ "192.0.2.7/+32", "192.0.2.7", 80, false },
	{ "192.0.2.7/32/32", "192.0.2.7", 80, false },
	{ "192.0.2.7/32:80", "192.0.2.7", 80, false },
	{ "192.0.2.7:80/32", "192.0.2.7", 80, false },
	{ "192.0.2.7/255.255.255.255", "192.0.2.7", 80, false },
	{ "192.0.2.7%eth0/32", "192.0.2.7", 80, false },
	{ "10/8", "10.0.0.1", 80, false },
	{ "10/8", "0.0.0.10", 80, false },
	{ "10.0/16", "10.0.0.1", 80, false },
	{ "010.0.0.0/8", "10.0.0.1", 80, false },
	{ "::1/129", "::1", 80, false },
	{ "::1/", "::1", 80, false },
	{ "::1/x", "::1", 80, false },
	{ "[::1/128]", "::1", 80, false },
	{ "[::1]/128", "::1", 80, false },
	{ "fe80::/10%eth0", "fe80::1", 80, false },
	{ "/", "::1", 80, false },
	{ "/8", "0.0.0.1", 80, false },
	{ "/0", "0.0.0.1", 80, false },
};

static const struct item ip6[] = {
	{ "::1", "::1", 80, true },
	{ "[::1]", "::1", 80, true },
	{ "[::1]:8080", "::1", 8080, true },
	{ "[::1]:8080", "::1", 80, false },
	{ "::1:8080", "::1", 8080, false },
	{ "::1:8080", "::1:8080", 80, true },
	{ "0:0:0:0:0:0:0:1", "::1", 80, true },
	{ "0000:0000:0000:0000:0000:0000:0000:0001", "::1", 80, true },
	{ "::0001", "0::1", 80, true },
	{ "::0.0.0.1", "::1", 80, true },
	{ "2001:db8::a", "2001:DB8:0:0:0:0:0:A", 80, true },
	{ "2001:DB8::A", "2001:db8::a", 80, true },
	{ "2001:db8::a", "2001:db8:0:0::a", 80, true },
	{ "2001:db8::a", "2001:db8::b", 80, false },
	{ "2001:db8::", "2001:db8::1", 80, false },
	{ "::", "::", 80, true },
	{ "::", "::1", 80, false },
	{ "::1", "::2", 80, false },
	{ "::1", "1", 80, false },
	{ "1", "::1", 80, false },
	/* zones */
	{ "fe80::1", "fe80::1%eth0", 80, true },
	{ "fe80::1%eth0", "fe80::1", 80, true },
	{ "fe80::1%eth0", "fe80::1%eth1", 80, true },
	{ "fe80::1%25eth0", "fe80::1%eth1", 80, true },
	{ "[fe80::1%eth0]:80", "fe80::1%3", 80, true },
	{ "fe80::2%eth0", "fe80::1%eth0", 80, false },
	{ "127.0.0.1%eth0", "127.0.0.1", 80, false },
	{ "%eth0", "::", 80, false },
	/* IPv4 in IPv6 */
	{ "192.0.2.7", "::ffff:192.0.2.7", 80, true },
	{ "192.0.2.7", "::ffff:c000:207", 80, true },
	{ "::ffff:192.0.2.7", "192.0.2.7", 80, true },
	{ "[::FFFF:c000:0207]", "192.0.2.7", 80, true },
	{ "192.0.2.7", "::192.0.2.7", 80, false },
	{ "192.0.2.0/24", "::ffff:192.0.2.7", 80, true },
	{ "::ffff:192.0.2.0/120", "192.0.2.7", 80, true },
	{ "::ffff:192.0.2.0/120", "192.0.3.7", 80, false },
	{ "::ffff:0:0/96", "192.0.2.7", 80, true },
	{ "::ffff:0:0/95", "192.0.2.7", 80, false },
	{ "::ffff:0:0/95", "::ffff:192.0.2.7", 80, true },
	/* no addresses */
	{ "[::1", "::1", 80, false },
	{ "::1]", "::1", 80, false },
	{ "[]", "::", 80, false },
	{ "[", "::", 80, false },
	{ "[]:80", "::", 80, false },
	{ "[::1]x", "::1", 80, false },
	{ "[::1]80", "::1", 80, false },
	{ "[::1]x80", "::1", 80, false },
	{ "[::1]:", "::1", 80, false },
	{ "[::1]:80:80", "::1", 80, false },
	{ "[[::1]]", "::1", 80, false },
	{ "[::1].", "::1", 80, false },
	{ "::1.", "::1", 80, false },
	{ ":::1", "::1", 80, false },
	{ "::1::", "::1", 80, false },
	{ "0:0:0:0:0:0:1", "::1", 80, false },
	{ "0:0:0:0:0:0:0:0:1", "::1", 80, false },
	{ "::00001", "::1", 80, false },
	{ "::g", "::", 80, false },
	{ "0000000000000000000000000000000000000000000::1", "::1", 80, false },
};

static const struct table {
	const struct item *v;
	size_t n;
} tables[] = {
	{ names, N(names) },
	{ lists, N(lists) },
	{ ip4, N(ip4) },
	{ networks, N(networks) },
	{ ip6, N(ip6) },
};

Test(noproxy, items)
{
	for (size_t t = 0; t < N(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++) {
			const struct item *c = &tables[t].v[i];

			cr_expect_eq(match(c->list, strlen(c->list), c->host,
					     c->port),
				c->matches, "\"%s\": %s port %u", c->list,
				c->host, c->port);
		}
}

/* A list that matches does so among others, whatever is between them. */
Test(noproxy, among_others)
{
	static const char *const around[][2] = {
		{ ",", "," },
		{ "nothing.invalid,", ",192.0.2.250" },
		{ "[ ", " ]" },
		{ "nothing.invalid:80\t::5,/,", ", 1.2.3.4/40" },
	};

	for (size_t t = 0; t < N(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++) {
			const struct item *c = &tables[t].v[i];
			char list[256];

			for (size_t k = 0; k < N(around); k++) {
				if (strchr(c->list, '*'))
					continue;
				snprintf(list, sizeof(list), "%s%s%s",
					around[k][0], c->list, around[k][1]);
				cr_expect_eq(match(list, strlen(list), c->host,
						     c->port),
					c->matches, "\"%s\": %s port %u", list,
					c->host, c->port);
			}
		}
}

/* What is before an item's end never shows what is behind it. */
Test(noproxy, cuts)
{
	for (size_t t = 0; t < N(tables); t++)
		for (size_t i = 0; i < tables[t].n; i++) {
			const struct item *c = &tables[t].v[i];
			char list[256];

			for (size_t n = 0; n <= strlen(c->list); n++) {
				bool cut = match(c->list, n, c->host, c->port);

				if (strchr(c->list, '*'))
					continue;
				snprintf(list, sizeof(list), "%.*s,%s", (int)n,
					c->list, "nothing.invalid");
				cr_expect_eq(cut,
					match(list, strlen(list), c->host,
						c->port),
					"\"%s\": %s", list, c->host);
			}
		}
}

Test(noproxy, long_texts)
{
	enum { SIZE = 1 << 16 };
	static char list[SIZE], host[SIZE];

	for (const char *c = "1af.:[/%,* "; *c; c++) {
		memset(list, *c, SIZE - 1);
		for (const char *h = "1a.:%"; *h; h++) {
			memset(host, *h, SIZE - 1);
			cr_expect_eq(match(list, SIZE - 1, host, 80),
				*c == *h && *c != ':', "%c of %c", *c, *h);
		}
	}
}
