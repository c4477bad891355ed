#define _GNU_SOURCE

#include "format/hexdump.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

enum { OUT = 4096 };

/* Inputs as runs of a byte; the dumps are hexdump -C's own. */
static const struct {
	struct {
		const char *bytes;
		size_t len, times;
	} parts[3];
	const char *dump;
} cases[] = {
	{ { { "", 0, 0 } }, "" },
	{ { { "\0", 1, 1 } },
		"00000000  00                                                "
		"|.|\n"
		"00000001\n" },
	{ { { "12345678", 8, 1 } },
		"00000000  31 32 33 34 35 36 37 38                           "
		"|12345678|\n"
		"00000008\n" },
	{ { { "Hello, world\n\0\xff\x7f", 16, 1 } },
		"00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a 00 ff 7f  "
		"|Hello, world....|\n"
		"00000010\n" },
	{ { { "0123456789 ~|\\\x1b[31m", 19, 1 } },
		"00000000  30 31 32 33 34 35 36 37  38 39 20 7e 7c 5c 1b 5b  "
		"|0123456789 ~|\\.[|\n"
		"00000010  33 31 6d                                          "
		"|31m|\n"
		"00000013\n" },
	{ { { "a", 1, 32 } },
		"00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  "
		"|aaaaaaaaaaaaaaaa|\n"
		"*\n"
		"00000020\n" },
	{ { { "\0", 1, 70 } },
		"00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
		"|................|\n"
		"*\n"
		"00000040  00 00 00 00 00 00                                 "
		"|......|\n"
		"00000046\n" },
	{ { { "a", 1, 64 }, { "b", 1, 16 }, { "a", 1, 33 } },
		"00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  "
		"|aaaaaaaaaaaaaaaa|\n"
		"*\n"
		"00000040  62 62 62 62 62 62 62 62  62 62 62 62 62 62 62 62  "
		"|bbbbbbbbbbbbbbbb|\n"
		"00000050  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  "
		"|aaaaaaaaaaaaaaaa|\n"
		"*\n"
		"00000070  61                                                "
		"|a|\n"
		"00000071\n" },
};

static size_t input(size_t i, uint8_t *in)
{
	size_t len = 0;

	for (int part = 0; part < 3; part++)
		for (size_t k = 0; k < cases[i].parts[part].times; k++) {
			size_t n = cases[i].parts[part].len;

			memcpy(in + len, cases[i].parts[part].bytes, n);
			len += n;
		}
	return len;
}

static void check(const struct buf *out, size_t i, size_t cut)
{
	size_t want = strlen(cases[i].dump);

	cr_assert(buf_len(out) == want &&
			  memcmp(buf_head(out), cases[i].dump, want) == 0,
		"case %zu cut at %zu:\n%.*s", i, cut, (int)buf_len(out),
		(const char *)buf_head(out));
}

static void give(
	struct hexdump *h, const uint8_t *p, size_t len, struct buf *out)
{
	cr_assert_eq(hexdump_span(h, guard_copy(p, len), len, out), len);
}

Test(hexdump, cases_at_every_cut)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t in[256], mem[OUT];
		size_t len = input(i, in);
		struct hexdump h = HEXDUMP_START;

		for (size_t cut = 0; cut <= len; cut++) {
			struct buf out;

			buf_init(&out, mem, sizeof mem);
			give(&h, in, cut, &out);
			give(&h, in + cut, len - cut, &out);
			cr_assert(hexdump_end(&h, &out));
			check(&out, i, cut);
		}
	}
}

/* The least room there may be, emptied whenever nothing more is taken. */
Test(hexdump, small_room)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t in[256], mem[OUT], small[2 * HEXDUMP_ROOM];
		size_t len = input(i, in), taken = 0;
		struct hexdump h = HEXDUMP_START;
		struct buf all, out;

		buf_init(&all, mem, sizeof mem);
		buf_init(&out, small, HEXDUMP_ROOM);
		while (taken < len) {
			size_t n =
				hexdump_span(&h, in + taken, len - taken, &out);

			cr_assert(n > 0 || buf_len(&out) > 0, "stuck");
			taken += n;
			buf_put(&all, buf_head(&out), buf_len(&out));
			buf_clear(&out);
		}
		cr_assert_not(hexdump_end(&h, &out));
		out.cap = sizeof small;
		cr_assert(hexdump_end(&h, &out));
		buf_put(&all, buf_head(&out), buf_len(&out));
		check(&all, i, 0);
	}
}

Test(hexdump, offset_over_4_gib)
{
	uint8_t mem[OUT];
	struct buf out;
	struct hexdump h = { .offset = 0x10000001a };
	const char *want =
		"10000001a  00 00 00 00 00 00 00 00  61 62 63                 "
		"|........abc|\n"
		"100000025\n";

	buf_init(&out, mem, sizeof mem);
	give(&h, (const uint8_t *)"\0\0\0\0\0\0\0\0abc", 11, &out);
	cr_assert(hexdump_end(&h, &out));
	cr_assert_eq(buf_len(&out), strlen(want));
	cr_assert_eq(memcmp(mem, want, strlen(want)), 0);
}

Test(hexdump, largest_offset_fits)
{
	uint8_t mem[HEXDUMP_ROOM] = { 0 };
	struct buf out;
	struct hexdump h = { .offset = UINT64_MAX - 31 };

	buf_init(&out, guard_copy(mem, sizeof mem), sizeof mem);
	give(&h, (const uint8_t *)"0123456789abcdef", 16, &out);
	cr_assert_eq(buf_len(&out), 87);
}
