#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "net/dial.h"
#include "net/dial_where.h"

/*
 * --connect-to and --resolve with any value. What is refused has a line that
 * says so; what is accepted leads somewhere, a host that can be dialled, and
 * the way there is the same when it is written as a value again.
 *
 *     input: the port (2 bytes), then the value, up to a NUL
 */

static void check_detour(const struct strings *list, uint16_t port)
{
	static const char *const hosts[] = { "a.test", "::1", "127.0.0.1" };
	char again[2048], *host, *twice;
	const char *text = again;
	struct strings as_text = { &text, 1 };
	struct err err;
	uint16_t to, to_twice;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (!dial_connect_to(list, hosts[i], port, &host, &to))
			continue;
		REQUIRE(*host && !strpbrk(host, "[]/?#@ "));
		REQUIRE(to);
		snprintf(again, sizeof(again),
			strchr(host, ':') ? "::[%s]:%u" : "::%s:%u", host,
			(unsigned)to);
		REQUIRE(dial_check_connect_to("--x", again, &err));
		REQUIRE(dial_connect_to(
			&as_text, hosts[i], port, &twice, &to_twice));
		REQUIRE(!strcmp(host, twice) && to == to_twice);
		free(host);
		free(twice);
	}
}

static void check_resolve(const struct strings *list, uint16_t port)
{
	struct addresses to;

	if (!dial_where_resolve(list, "a.test", port, &to))
		return;
	REQUIRE(to.n >= 1 && to.n <= ADDRESSES_MAX);
	for (size_t i = 0; i < to.n; i++)
		REQUIRE(address_port(&to.v[i]) == port);
}

static void check_refused(const struct err *err)
{
	REQUIRE(err->kind == ERR_USAGE);
	REQUIRE(!strncmp(err->line, "--x ", 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint16_t port = (uint16_t)(input_u16(&in) | 1);
	size_t len = strnlen((const char *)in.p, in.len);
	struct err err = { 0 };
	char text[1024];
	const char *value;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, in.p, len);
	text[len] = '\0';
	value = (const char *)guard_copy(text, len + 1);

	struct strings list = { &value, 1 };

	if (dial_check_connect_to("--x", value, &err))
		check_detour(&list, port);
	else
		check_refused(&err);
	err = (struct err){ 0 };
	if (dial_check_resolve("--x", value, &err))
		check_resolve(&list, port);
	else
		check_refused(&err);
	return 0;
}
