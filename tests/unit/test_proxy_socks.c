#define _GNU_SOURCE

#include "net/proxy.h"
#include "net/tcp.h"
#include "unit/proxy_script.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof(*(array)))

#define TEN "1234567890"
#define FIFTY TEN TEN TEN TEN TEN
#define LONGEST FIFTY FIFTY FIFTY FIFTY FIFTY "12345"

/* --- SOCKS4 and 4a --- */

#define GRANTED "\0\x5a\0\0\0\0\0\0"
#define ASK_4 "\4\1\0\x50\1\2\3\4"

static const struct proxy_case cases4[] = {
	{ "an address", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES(GRANTED "target") } },
		.result = PROXY_OPEN, .left = 6 },
	{ "the user's id", "socks4://me:unused@p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "me\0"), BYTES(GRANTED) } },
		.result = PROXY_OPEN },
	{ "socks is socks4", "socks://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES(GRANTED) } },
		.result = PROXY_OPEN },
	{ "version 4 in the answer", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\4\x5a\0\0\0\0\0\0\0") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "a name for 4a", "socks4a://me@p", "example.com", 443,
		{ { BYTES("\4\1\1\xbb\0\0\0\1me\0example.com\0"),
			BYTES(GRANTED "\x81") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "an address for 4a", "socks4a://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES(GRANTED) } },
		.result = PROXY_OPEN },
	{ "the longest name", "socks4a://p", LONGEST, 80,
		{ { BYTES("\4\1\0\x50\0\0\0\1\0" LONGEST "\0"),
			BYTES(GRANTED) } },
		.result = PROXY_OPEN },
	{ "the longest user and name", "socks4a://" LONGEST "@p", LONGEST, 80,
		{ { BYTES("\4\1\0\x50\0\0\0\1" LONGEST "\0" LONGEST "\0"),
			BYTES(GRANTED) } },
		.result = PROXY_OPEN },
	{ "a name too long", "socks4a://p", LONGEST "6", 80,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_PROXY,
		.line = "names of up to 255 bytes, this one has 256" },
	{ "a user too long", "socks4://" LONGEST "6@p", "1.2.3.4", 80,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_USAGE, .line = "user name of up to 255 bytes" },
	{ "an IPv6 address", "socks4://p", "::1", 80,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_PROXY,
		.line = "SOCKS4 takes no IPv6 address (try socks5://)" },
	{ "an IPv6 address for 4a", "socks4a://p", "fe80::1%lo", 80,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_PROXY,
		.line = "to [fe80::1%lo]:80: SOCKS4 takes no IPv6" },
	{ "rejected", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\0\x5b\0\0\0\0\0\0") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "proxy socks4://p:1080 to 1.2.3.4:80: rejected or "
			"failed (the proxy's answer 91)" },
	{ "no identd", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\0\x5c\0\0\0\0\0\0") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "identd of this machine (the proxy's answer 92)" },
	{ "another user", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\0\x5d\0\0\0\0\0\0") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "another user (the proxy's answer 93)" },
	{ "a code before the known ones", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\0\0") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = ": refused (the proxy's answer 0)" },
	{ "a code behind them", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\0\x5e") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = ": refused (the proxy's answer 94)" },
	{ "an HTTP proxy", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("HTTP/1.1 400\r\n\r\n") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "not SOCKS4's: it begins with the byte 0x48 (an HTTP "
			"proxy? try http://)" },
	{ "SOCKS5's word", "socks4://p", "1.2.3.4", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\5\xff") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "not SOCKS4's: it begins with the byte 0x05" },
};

Test(proxy_socks, version_4_at_every_cut)
{
	script_check_all(cases4, N(cases4));
}

/* --- SOCKS5 --- */

#define V6 "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10"
#define ASK_NAME "\5\1\0\3\13example.com\1\xbb"
#define OK_V4 "\5\0\0\1\1\2\3\4\0\x50"

static const struct proxy_case cases5[] = {
	{ "a name for 5h", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES(OK_V4 "target") } },
		.result = PROXY_OPEN, .left = 6 },
	{ "bound to IPv6", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES("\5\0\0\4" V6 "\0\x50x") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "bound to a name", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES("\5\0\0\3\3abc\0\x50x") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "bound to no name", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES("\5\0\0\3\0\0\x50x") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "bound to the longest name", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME),
				BYTES("\5\0\0\3\xff" LONGEST "\0\x50x") } },
		.result = PROXY_OPEN, .left = 1 },
	{ "an address", "socks5h://p", "1.2.3.4", 80,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\1\1\2\3\4\0\x50"), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "an IPv6 address", "socks5://p", "1:2:3:4:5:6:7:8", 80,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\4" V6 "\0\x50"), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "one with a zone", "socks5h://p", "1:2:3:4:5:6:7:8%none", 80,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\4" V6 "\0\x50"), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "a password", "socks5h://me:pw@p", "example.com", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\2") },
			{ BYTES("\1\2me\2pw"), BYTES("\1\0") },
			{ BYTES(ASK_NAME), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "another version of the password's answer", "socks5h://me:pw@p",
		"example.com", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\2") },
			{ BYTES("\1\2me\2pw"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "no password", "socks5h://me@p", "example.com", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\2") },
			{ BYTES("\1\2me\0"), BYTES("\1\0") },
			{ BYTES(ASK_NAME), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "a password that is not wanted", "socks5h://me:pw@p", "example.com",
		443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "the longest user and password",
		"socks5h://" LONGEST ":" LONGEST "@p", "example.com", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\2") },
			{ BYTES("\1\xff" LONGEST "\xff" LONGEST),
				BYTES("\1\0") },
			{ BYTES(ASK_NAME), BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "the longest name", "socks5h://p", LONGEST, 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\3\xff" LONGEST "\1\xbb"),
				BYTES(OK_V4) } },
		.result = PROXY_OPEN },
	{ "a name too long", "socks5h://p", LONGEST "6", 443,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_PROXY,
		.line = "names of up to 255 bytes, this one has 256" },
	{ "a user too long", "socks5h://" LONGEST "6@p", "a", 443,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_USAGE, .line = "user name of up to 255 bytes" },
	{ "a password too long", "socks5h://me:" LONGEST "6@p", "a", 443,
		{ { BYTES(""), BYTES("") } }, .result = PROXY_REFUSED,
		.kind = ERR_USAGE, .line = "password of up to 255 bytes" },
	{ "a password is wanted", "socks5h://p", "a", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\xff") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "nobody in without credentials (try --proxy socks5" },
	{ "nothing is wanted", "socks5h://me@p", "a", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\xff") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "neither a user with a password nor nobody" },
	{ "a password that was not offered", "socks5h://p", "a", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\2") } }, .result = PROXY_REFUSED,
		.kind = ERR_PROXY,
		.line = "a way to authenticate (2) that was not offered" },
	{ "GSSAPI", "socks5h://me@p", "a", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\1") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "a way to authenticate (1) that was not offered" },
	{ "the wrong password", "socks5h://me:pw@p", "a", 443,
		{ { BYTES("\5\2\0\2"), BYTES("\5\2") },
			{ BYTES("\1\2me\2pw"), BYTES("\1\1") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "does not take this user and password (the proxy's "
			"answer 1)" },
	{ "an HTTP proxy", "socks5h://p", "a", 443,
		{ { BYTES("\5\1\0"), BYTES("HTTP/1.1 400") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "not SOCKS5's: it begins with the byte 0x48 (an HTTP" },
	{ "SOCKS4's word", "socks5h://p", "a", 443,
		{ { BYTES("\5\1\0"), BYTES(GRANTED) } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "not SOCKS5's: it begins with the byte 0x00" },
	{ "another version of the answer", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES("\1\0\0\1") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "not SOCKS5's: it begins with the byte 0x01" },
	{ "a kind of address that is not", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES("\5\0\0\2") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "an address of a kind (2) that SOCKS5 does not know" },
	{ "a refusal of two bytes", "socks5h://p", "example.com", 443,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES(ASK_NAME), BYTES("\5\4") } },
		.result = PROXY_REFUSED, .kind = ERR_PROXY,
		.line = "proxy socks5h://p:1080 to example.com:443: host "
			"unreachable (the proxy's answer 4)" },
};

Test(proxy_socks, version_5_at_every_cut)
{
	script_check_all(cases5, N(cases5));
}

Test(proxy_socks, every_answer_of_version_5_has_words)
{
	static const char *const words[] = { NULL, "general failure",
		"not allowed by its rules", "network unreachable",
		"host unreachable", "connection refused",
		"the TTL expired on the way",
		"it does not know the CONNECT command",
		"it does not know this kind of address" };

	for (unsigned code = 1; code < 256; code++) {
		const char reply[] = { 5, (char)code, 0, 1 };
		const struct proxy_case c = { "an answer", "socks5h://p",
			"example.com", 443,
			{ { BYTES("\5\1\0"), BYTES("\5\0") },
				{ BYTES(ASK_NAME), { reply, 4 } } },
			.result = PROXY_REFUSED, .kind = ERR_PROXY,
			.line = code < N(words) ? words[code] : ": refused (" };

		script_check(&c, 0);
	}
}

/* What the proxy can't reach is asked for again by the name's next address,
 * over connection after connection. */
static void check_two_addresses(
	const struct proxy_case *c, size_t step, struct proxy_talk *talk)
{
	struct script s = script_begin(c, 0, 0, SIZE_MAX);
	struct err err;
	const char *line = strrchr(c->proxy, '4')
				   ? "socks4://p:1080 to two.test:80 (1.2.3.5)"
				   : "socks5://p:1080 to two.test:80 (::1)";

	*talk = (struct proxy_talk){ .addresses.n = 2 };
	cr_assert(address_parse(&talk->addresses.v[0], "1.2.3.4", 7, 80));
	cr_assert(address_parse(&talk->addresses.v[1],
		strrchr(c->proxy, '4') ? "1.2.3.5" : "::1",
		strrchr(c->proxy, '4') ? 7 : 3, 80));
	cr_assert_eq(script_open(c, &s, talk, &err), PROXY_AGAIN);
	s = script_begin(c, step, 0, SIZE_MAX);
	cr_assert_eq(script_open(c, &s, talk, &err), PROXY_REFUSED);
	cr_assert_eq(err.kind, ERR_PROXY);
	cr_assert(strstr(err.line, line), "%s", err.line);
	proxy_talk_release(talk);
}

Test(proxy_socks, the_next_address)
{
	static const struct proxy_case five = { "two addresses", "socks5://p",
		"two.test", 80,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\1\1\2\3\4\0\x50"), BYTES("\5\5") },
			{ BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
				"\0\x50"),
				BYTES("\5\5") } },
		.kind = ERR_PROXY };
	static const struct proxy_case four = { "two addresses", "socks4://p",
		"two.test", 80,
		{ { BYTES(ASK_4 "\0"), BYTES("\0\x5b") },
			{ BYTES("\4\1\0\x50\1\2\3\5\0"), BYTES("\0\x5b") } },
		.kind = ERR_PROXY };
	struct proxy_talk talk;

	check_two_addresses(&five, 2, &talk);
	check_two_addresses(&four, 1, &talk);
}

/* What the proxy may not do at all, it may not for the next address. */
Test(proxy_socks, no_next_address_where_it_is_not_allowed)
{
	static const struct proxy_case c = { "not allowed", "socks5://p",
		"two.test", 80,
		{ { BYTES("\5\1\0"), BYTES("\5\0") },
			{ BYTES("\5\1\0\1\1\2\3\4\0\x50"), BYTES("\5\2") } },
		.kind = ERR_PROXY };
	struct script s = script_begin(&c, 0, 0, SIZE_MAX);
	struct proxy_talk talk = { .addresses.n = 2 };
	struct err err;

	cr_assert(address_parse(&talk.addresses.v[0], "1.2.3.4", 7, 80));
	cr_assert(address_parse(&talk.addresses.v[1], "1.2.3.5", 7, 80));
	cr_assert_eq(script_open(&c, &s, &talk, &err), PROXY_REFUSED);
	proxy_talk_release(&talk);
}

/* Names that we look up. */
Test(proxy_socks, localhost_is_looked_up_here)
{
	static const struct proxy_case four = { "localhost", "socks4://p",
		"localhost", 80,
		{ { BYTES("\4\1\0\x50\x7f\0\0\1\0"), BYTES(GRANTED) } },
		.result = PROXY_OPEN };

	script_check(&four, 0);
}

Test(proxy_socks, no_IPv4_address_for_version_4)
{
	static const struct proxy_case c = { "only IPv6", "socks4://p",
		"six.test", 80, { { BYTES(""), BYTES("") } },
		.kind = ERR_RESOLVE };
	struct script s = script_begin(&c, 0, 0, SIZE_MAX);
	struct proxy_talk talk = { .addresses.n = 1 };
	struct err err;

	cr_assert(address_parse(&talk.addresses.v[0], "::1", 3, 80));
	cr_assert_eq(script_open(&c, &s, &talk, &err), PROXY_REFUSED);
	cr_assert_eq(err.kind, ERR_RESOLVE);
	cr_assert(strstr(err.line, "no IPv4 address"), "%s", err.line);
	proxy_talk_release(&talk);
}

/* --- over a real socket --- */

/* A proxy that sends its answers byte by byte, each in a packet. */
static void *drip(void *arg)
{
	static const char answers[] = "\5\0" OK_V4 "target";
	int fd = *(int *)arg;

	for (size_t i = 0; i < sizeof(answers) - 1; i++) {
		usleep(500);
		if (write(fd, answers + i, 1) != 1)
			break;
	}
	return NULL;
}

static enum proxy_result open_pair(
	int fds[2], struct transport **t, int64_t ms, struct err *err)
{
	struct proxy proxy;
	struct proxy_talk talk = { 0 };
	enum proxy_result result;

	cr_assert(proxy_parse(&proxy, "--proxy", "socks5h://p", err));

	const struct proxy_config config = {
		.proxy = &proxy,
		.host = "example.com",
		.port = 443,
	};

	cr_assert(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
	*t = tcp_new(fds[0]);
	result = proxy_open(*t, &config, &talk, deadline_in_ms(ms), err);
	proxy_talk_release(&talk);
	proxy_release(&proxy);
	return result;
}

Test(proxy_socks, over_a_socket_byte_by_byte)
{
	struct transport *t;
	pthread_t thread;
	struct err err;
	char target[16];
	size_t n, got = 0;
	int fds[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	cr_assert(pthread_create(&thread, NULL, drip, &fds[1]) == 0);
	cr_assert_eq(
		open_pair(fds, &t, 10000, &err), PROXY_OPEN, "%s", err.line);
	while (got < 6) {
		cr_assert_eq(
			transport_read_by(t, target + got, sizeof(target) - got,
				&n, deadline_in_ms(10000), "reading", &err),
			IO_OK);
		got += n;
	}
	cr_assert(got == 6 && !memcmp(target, "target", 6));
	pthread_join(thread, NULL);
	close(fds[1]);
	transport_free(t);
}

Test(proxy_socks, a_proxy_that_says_nothing)
{
	struct transport *t;
	struct err err;
	int fds[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	cr_assert_eq(open_pair(fds, &t, 20, &err), PROXY_REFUSED);
	cr_assert_eq(err.kind, ERR_TIMEOUT);
	cr_assert(strstr(err.line, "proxy socks5h://p:1080"), "%s", err.line);
	close(fds[1]);
	transport_free(t);
}

Test(proxy_socks, a_proxy_that_is_gone)
{
	struct transport *t;
	struct err err;
	int fds[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	close(fds[1]);
	cr_assert_eq(open_pair(fds, &t, 10000, &err), PROXY_REFUSED);
	cr_assert_eq(err.kind, ERR_LOST, "%d", err.kind);
	cr_assert(strstr(err.line, "Broken pipe"), "%s", err.line);
	transport_free(t);
}
