#include "ws/close.h"

#include <criterion/criterion.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* RFC 6455 7.4.2 and the registry: what is between the ranges may not be on
 * the wire. */
Test(close, which_codes_may_be_sent)
{
	static const struct {
		unsigned from, to;
		bool may;
	} ranges[] = {
		{ 0, 999, false },
		{ 1000, 1003, true },
		{ 1004, 1006, false },
		{ 1007, 1014, true },
		{ 1015, 2999, false },
		{ 3000, 4999, true },
		{ 5000, 70000, false },
	};

	for (size_t i = 0; i < N(ranges); i++)
		for (unsigned c = ranges[i].from; c <= ranges[i].to; c++)
			if (ws_close_may_send(c) != ranges[i].may)
				cr_assert_fail("%u", c);
	cr_assert_not(ws_close_may_send(65536 + 1000), "no wrapping");
}

Test(close, which_codes_are_errors)
{
	static const unsigned fine[] = { 1000, 1001, WS_CLOSE_NO_CODE };
	static const unsigned errors[] = { 1002, 1003, 1004, WS_CLOSE_ABNORMAL,
		1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000,
		3999, 4000, 4999 };

	for (size_t i = 0; i < N(fine); i++)
		cr_assert_not(ws_close_is_error(fine[i]), "%u", fine[i]);
	for (size_t i = 0; i < N(errors); i++)
		cr_assert(ws_close_is_error(errors[i]), "%u", errors[i]);
}

Test(close, names)
{
	static const struct {
		unsigned code;
		const char *name;
	} names[] = {
		{ 0, "unassigned" },
		{ 999, "unassigned" },
		{ 1000, "normal closure" },
		{ 1001, "going away" },
		{ 1002, "protocol error" },
		{ 1003, "unsupported data" },
		{ 1004, "reserved" },
		{ 1005, "no code" },
		{ 1006, "abnormal closure" },
		{ 1007, "invalid payload data" },
		{ 1008, "policy violation" },
		{ 1009, "message too big" },
		{ 1010, "mandatory extension missing" },
		{ 1011, "internal error" },
		{ 1012, "service restart" },
		{ 1013, "try again later" },
		{ 1014, "bad gateway" },
		{ 1015, "TLS handshake failed" },
		{ 1016, "unassigned" },
		{ 2999, "unassigned" },
		{ 3000, "registered" },
		{ 3999, "registered" },
		{ 4000, "private use" },
		{ 4999, "private use" },
		{ 5000, "unassigned" },
		{ 65535, "unassigned" },
	};

	for (size_t i = 0; i < N(names); i++)
		cr_assert_str_eq(ws_close_name(names[i].code), names[i].name,
			"%u", names[i].code);
}
