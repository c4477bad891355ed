#define _GNU_SOURCE

#include "ws/frame.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Headers as bytes and as fields: the examples of RFC 6455 5.7 and the edges
 * of each form of length. */
static const struct {
	const char *what;
	size_t size;
	uint8_t bytes[WS_HEADER_MAX];
	struct ws_frame frame;
} headers[] = {
	{ "unmasked text", 2, { 0x81, 0x05 },
		{ .fin = true, .opcode = WS_TEXT, .len = 5 } },
	{ "masked text", 6, { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d },
		{ .fin = true,
			.opcode = WS_TEXT,
			.masked = true,
			.key = { 0x37, 0xfa, 0x21, 0x3d },
			.len = 5 } },
	{ "first fragment", 2, { 0x01, 0x03 },
		{ .opcode = WS_TEXT, .len = 3 } },
	{ "last fragment", 2, { 0x80, 0x02 }, { .fin = true, .len = 2 } },
	{ "empty continuation", 2, { 0x00, 0x00 }, { .len = 0 } },
	{ "ping", 2, { 0x89, 0x05 },
		{ .fin = true, .opcode = WS_PING, .len = 5 } },
	{ "masked pong", 6, { 0x8a, 0x80, 0, 0, 0, 1 },
		{ .fin = true,
			.opcode = WS_PONG,
			.masked = true,
			.key = { 0, 0, 0, 1 } } },
	{ "close", 2, { 0x88, 0x02 },
		{ .fin = true, .opcode = WS_CLOSE, .len = 2 } },
	{ "125 bytes", 2, { 0x82, 0x7d },
		{ .fin = true, .opcode = WS_BINARY, .len = 125 } },
	{ "126 bytes", 4, { 0x82, 0x7e, 0x00, 0x7e },
		{ .fin = true, .opcode = WS_BINARY, .len = 126 } },
	{ "127 bytes", 4, { 0x82, 0x7e, 0x00, 0x7f },
		{ .fin = true, .opcode = WS_BINARY, .len = 127 } },
	{ "256 bytes", 4, { 0x82, 0x7e, 0x01, 0x00 },
		{ .fin = true, .opcode = WS_BINARY, .len = 256 } },
	{ "65535 bytes, masked", 8,
		{ 0x82, 0xfe, 0xff, 0xff, 0xde, 0xad, 0xbe, 0xef },
		{ .fin = true,
			.opcode = WS_BINARY,
			.masked = true,
			.key = { 0xde, 0xad, 0xbe, 0xef },
			.len = 65535 } },
	{ "65536 bytes", 10, { 0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0 },
		{ .fin = true, .opcode = WS_BINARY, .len = 65536 } },
	{ "the longest, masked", 14,
		{ 0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
			2, 3, 4 },
		{ .fin = true,
			.opcode = WS_BINARY,
			.masked = true,
			.key = { 1, 2, 3, 4 },
			.len = INT64_MAX } },
	{ "RSV1", 2, { 0xc1, 0x00 },
		{ .fin = true, .rsv = 4, .opcode = WS_TEXT } },
	{ "RSV2", 2, { 0xa1, 0x00 },
		{ .fin = true, .rsv = 2, .opcode = WS_TEXT } },
	{ "RSV3", 2, { 0x91, 0x00 },
		{ .fin = true, .rsv = 1, .opcode = WS_TEXT } },
	{ "all bits", 6, { 0xff, 0xfd, 9, 8, 7, 6 },
		{ .fin = true,
			.rsv = 7,
			.opcode = 15,
			.masked = true,
			.key = { 9, 8, 7, 6 },
			.len = 125 } },
};

static bool same(const struct ws_frame *a, const struct ws_frame *b)
{
	return a->fin == b->fin && a->rsv == b->rsv && a->opcode == b->opcode &&
	       a->masked == b->masked && a->len == b->len &&
	       memcmp(a->key, b->key, 4) == 0;
}

Test(frame, read)
{
	for (size_t i = 0; i < N(headers); i++) {
		const size_t size = headers[i].size;
		const char *why = NULL;
		struct ws_frame f;
		uint8_t longer[WS_HEADER_MAX + 3] = { 0 };

		for (size_t cut = 0; cut < size; cut++)
			cr_assert_eq(ws_frame_read(&f,
					     guard_copy(headers[i].bytes, cut),
					     cut, &why),
				0, "%s cut at %zu", headers[i].what, cut);
		cr_assert_eq(
			ws_frame_read(&f, guard_copy(headers[i].bytes, size),
				size, &why),
			(int)size, "%s", headers[i].what);
		cr_assert(same(&f, &headers[i].frame), "%s", headers[i].what);

		memcpy(longer, headers[i].bytes, size);
		memset(longer + size, 0xff, 3);
		cr_assert_eq(ws_frame_read(&f, guard_copy(longer, size + 3),
				     size + 3, &why),
			(int)size, "%s with more behind", headers[i].what);
		cr_assert(same(&f, &headers[i].frame), "%s", headers[i].what);
		cr_assert_null(why);
	}
}

Test(frame, write)
{
	for (size_t i = 0; i < N(headers); i++) {
		uint8_t p[WS_HEADER_MAX];

		cr_assert_eq(ws_frame_write(p, &headers[i].frame),
			headers[i].size, "%s", headers[i].what);
		cr_assert_arr_eq(p, headers[i].bytes, headers[i].size, "%s",
			headers[i].what);
	}
}

/* RFC 6455 5.2: the minimal number of bytes, and no top bit. */
Test(frame, malformed_lengths)
{
	static const struct {
		const char *what;
		size_t size; /* from where on it is known */
		uint8_t bytes[WS_HEADER_MAX];
		const char *why;
	} bad[] = {
		{ "0 in 16 bits", 4, { 0x82, 0x7e, 0, 0 }, "shortest" },
		{ "125 in 16 bits", 4, { 0x82, 0x7e, 0, 125 }, "shortest" },
		{ "125 in 16 bits, masked", 4, { 0x82, 0xfe, 0, 125 },
			"shortest" },
		{ "0 in 64 bits", 10, { 0x82, 0x7f }, "shortest" },
		{ "125 in 64 bits", 10,
			{ 0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0, 125 }, "shortest" },
		{ "65535 in 64 bits", 10,
			{ 0x82, 0x7f, 0, 0, 0, 0, 0, 0, 255, 255 },
			"shortest" },
		{ "65535 in 64 bits, masked", 10,
			{ 0x82, 0xff, 0, 0, 0, 0, 0, 0, 255, 255 },
			"shortest" },
		{ "2^63", 10, { 0x82, 0x7f, 0x80 }, "top bit" },
		{ "2^64 - 1", 10,
			{ 0x82, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255 },
			"top bit" },
	};

	for (size_t i = 0; i < N(bad); i++) {
		const char *why = NULL;
		struct ws_frame f;

		for (size_t cut = 0; cut < bad[i].size; cut++)
			cr_assert_eq(
				ws_frame_read(&f, guard_copy(bad[i].bytes, cut),
					cut, &why),
				0, "%s cut at %zu", bad[i].what, cut);
		for (size_t n = bad[i].size; n <= WS_HEADER_MAX; n++) {
			why = "";
			cr_assert_eq(
				ws_frame_read(&f, guard_copy(bad[i].bytes, n),
					n, &why),
				-1, "%s", bad[i].what);
			cr_assert_not_null(strstr(why, bad[i].why), "%s: %s",
				bad[i].what, why);
			cr_assert_not_null(strstr(why, "(RFC 6455 5.2)"));
		}
	}
}

/* What judges nothing reads all of these, and the same of the good ones. */
Test(frame, loose)
{
	static const struct {
		size_t size;
		uint8_t bytes[WS_HEADER_MAX];
		uint64_t len;
	} odd[] = {
		{ 4, { 0x82, 0x7e, 0, 0 }, 0 },
		{ 8, { 0x82, 0xfe, 0, 125, 1, 2, 3, 4 }, 125 },
		{ 10, { 0x82, 0x7f, 0, 0, 0, 0, 0, 0, 255, 255 }, 65535 },
		{ 14, { 0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4 }, 5 },
		{ 10, { 0x82, 0x7f, 0x80 }, (uint64_t)1 << 63 },
		{ 10, { 0x82, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255 },
			UINT64_MAX },
	};
	struct ws_frame f;

	for (size_t i = 0; i < N(odd); i++) {
		const size_t size = odd[i].size;

		for (size_t cut = 0; cut < size; cut++)
			cr_assert_eq(
				ws_frame_read_loose(
					&f, guard_copy(odd[i].bytes, cut), cut),
				0, "%zu cut at %zu", i, cut);
		cr_assert_eq(ws_frame_read_loose(
				     &f, guard_copy(odd[i].bytes, size), size),
			size, "%zu", i);
		cr_assert_eq(f.len, odd[i].len, "%zu", i);
		cr_assert_eq(f.key[3], f.masked ? 4 : 0, "%zu", i);
	}
	for (size_t i = 0; i < N(headers); i++) {
		const size_t size = headers[i].size;

		for (size_t cut = 0; cut <= size; cut++)
			cr_assert_eq(
				ws_frame_read_loose(&f,
					guard_copy(headers[i].bytes, cut), cut),
				cut < size ? 0 : size, "%s cut at %zu",
				headers[i].what, cut);
		cr_assert(same(&f, &headers[i].frame), "%s", headers[i].what);
	}
}

/* Every first two bytes, with the shortest allowed length behind them: read,
 * then written, they are the same bytes again. */
Test(frame, every_start_and_back)
{
	for (unsigned start = 0; start < 65536; start++) {
		uint8_t p[WS_HEADER_MAX] = { (uint8_t)(start >> 8),
			(uint8_t)start };
		const unsigned form = p[1] & 0x7f;
		size_t size = 2;
		uint8_t back[WS_HEADER_MAX];
		const char *why;
		struct ws_frame f;

		if (form == 126) {
			p[3] = 126;
			size = 4;
		} else if (form == 127) {
			p[7] = 1;
			size = 10;
		}
		if (p[1] & 0x80) {
			memcpy(p + size, "\x01\x80\xff\x7f", 4);
			size += 4;
		}
		if (ws_frame_read(&f, guard_copy(p, size), size, &why) !=
				(int)size ||
			ws_frame_write(back, &f) != size ||
			memcmp(back, p, size) != 0)
			cr_assert_fail("%02x %02x", p[0], p[1]);
	}
}

Test(frame, write_takes_only_the_bits_there_are)
{
	const struct ws_frame f = { .rsv = 0xff, .opcode = 0xff };
	uint8_t p[WS_HEADER_MAX];

	cr_assert_eq(ws_frame_write(p, &f), 2);
	cr_assert_eq(p[0], 0x7f, "FIN is fin's alone");
}

Test(frame, opcodes)
{
	static const char *const names[16] = { "continuation", "text",
		"binary", [8] = "close", "ping", "pong" };

	for (unsigned i = 0; i < 16; i++) {
		cr_assert_str_eq(ws_opcode_name(i),
			names[i] ? names[i] : "reserved", "%u", i);
		cr_assert_eq(ws_opcode_is_control(i), i >= 8, "%u", i);
	}
	cr_assert_str_eq(ws_opcode_name(16), "reserved");
}
