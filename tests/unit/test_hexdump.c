#define _GNU_SOURCE

#include "format/hexdump.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

enum { OUT = 4096 };

/* Inputs as runs of a byte; the dumps without a maximum are hexdump -C's own,
 * or those of its format with fewer bytes. */
static const struct {
	size_t columns;
	uint64_t max;
	struct {
		const char *bytes;
		size_t len, times;
	} parts[3];
	const char *dump;
} cases[] = {
	{ 0, 0, { { "", 0, 0 } }, "" },
	{ 0, 0, { { "\0", 1, 1 } },
		"00000000  00                                                "
		"|.|\n"
		"00000001\n" },
	{ 0, 0, { { "12345678", 8, 1 } },
		"00000000  31 32 33 34 35 36 37 38                           "
		"|12345678|\n"
		"00000008\n" },
	{ 0, 0, { { "Hello, world\n\0\xff\x7f", 16, 1 } },
		"00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a 00 ff 7f  "
		"|Hello, world....|\n"
		"00000010\n" },
	{ 0, 0, { { "0123456789 ~|\\\x1b[31m", 19, 1 } },
		"00000000  30 31 32 33 34 35 36 37  38 39 20 7e 7c 5c 1b 5b  "
		"|0123456789 ~|\\.[|\n"
		"00000010  33 31 6d                                          "
		"|31m|\n"
		"00000013\n" },
	{ 0, 0, { { "a", 1, 32 } },
		"00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  "
		"|aaaaaaaaaaaaaaaa|\n"
		"*\n"
		"00000020\n" },
	{ 0, 0, { { "\0", 1, 70 } },
		"00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
		"|................|\n"
		"*\n"
		"00000040  00 00 00 00 00 00                                 "
		"|......|\n"
		"00000046\n" },
	{ 0, 0, { { "a", 1, 64 }, { "b", 1, 16 }, { "a", 1, 33 } },
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
	/* A line that begins as the one before is no repeat of it. */
	{ 0, 0, { { "a", 1, 31 }, { "b", 1, 1 } },
		"00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  "
		"|aaaaaaaaaaaaaaaa|\n"
		"00000010  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 62  "
		"|aaaaaaaaaaaaaaab|\n"
		"00000020\n" },

	/* narrower */
	{ 45, 0, { { "", 0, 0 } }, "" },
	{ 77, 0,
		{ { "Hello, world\n\0\xff\x7f", 16, 1 },
			{ "0123456789a", 11, 1 } },
		"00000000  48 65 6c 6c 6f 2c 20 77  |Hello, w|\n"
		"00000008  6f 72 6c 64 0a 00 ff 7f  |orld....|\n"
		"00000010  30 31 32 33 34 35 36 37  |01234567|\n"
		"00000018  38 39 61                 |89a|\n"
		"0000001b\n" },
	{ 45, 0, { { "abcdefgh", 8, 3 }, { "abcd", 4, 1 } },
		"00000000  61 62 63 64 65 66 67 68  |abcdefgh|\n"
		"*\n"
		"00000018  61 62 63 64              |abcd|\n"
		"0000001c\n" },
	{ 44, 0, { { "Hello, world\n\0\xff\x7f", 16, 1 }, { "01", 2, 1 } },
		"00000000  48 65 6c 6c  |Hell|\n"
		"00000004  6f 2c 20 77  |o, w|\n"
		"00000008  6f 72 6c 64  |orld|\n"
		"0000000c  0a 00 ff 7f  |....|\n"
		"00000010  30 31        |01|\n"
		"00000012\n" },
	{ 1, 0, { { "a", 1, 12 }, { "b", 1, 8 } },
		"00000000  61 61 61 61  |aaaa|\n"
		"*\n"
		"0000000c  62 62 62 62  |bbbb|\n"
		"*\n"
		"00000014\n" },

	/* a maximum: of whole lines, as many as it holds, and one at least */
	{ 0, 16, { { "", 0, 0 } }, "" },
	{ 0, 16, { { "0123456789abcdef", 16, 1 } },
		"00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
		"|0123456789abcdef|\n"
		"00000010\n" },
	{ 0, 1, { { "0123456789abcdef", 16, 1 }, { "g", 1, 1 } },
		"00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
		"|0123456789abcdef|\n"
		"... 1 byte left out\n"
		"00000011\n" },
	{ 0, 20, { { "0123456789abcdef", 16, 1 }, { "ghij", 4, 1 } },
		"00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
		"|0123456789abcdef|\n"
		"00000010  67 68 69 6a                                       "
		"|ghij|\n"
		"00000014\n" },
	{ 0, 20, { { "0123456789abcdef", 16, 1 }, { "ghijk", 5, 1 } },
		"00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
		"|0123456789abcdef|\n"
		"... 5 bytes left out\n"
		"00000015\n" },
	{ 29, 8, { { "0123", 4, 1 }, { "4567", 4, 1 }, { "89", 2, 1 } },
		"00000000  30 31 32 33  |0123|\n"
		"00000004  34 35 36 37  |4567|\n"
		"... 2 bytes left out\n"
		"0000000a\n" },
	{ 50, 31, { { "a", 1, 100 } },
		"00000000  61 61 61 61 61 61 61 61  |aaaaaaaa|\n"
		"*\n"
		"... 76 bytes left out\n"
		"00000064\n" },
	{ 50, 36, { { "a", 1, 24 }, { "b", 1, 8 }, { "c", 1, 4 } },
		"00000000  61 61 61 61 61 61 61 61  |aaaaaaaa|\n"
		"*\n"
		"00000018  62 62 62 62 62 62 62 62  |bbbbbbbb|\n"
		"00000020  63 63 63 63              |cccc|\n"
		"00000024\n" },
};

static struct hexdump started(size_t i)
{
	struct hexdump h;

	hexdump_init(&h, cases[i].columns, cases[i].max);
	return h;
}

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
		struct hexdump h = started(i);

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
		struct hexdump h = started(i);
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

static void check_text(const struct buf *out, const char *want)
{
	cr_assert(buf_len(out) == strlen(want) &&
			  memcmp(buf_head(out), want, strlen(want)) == 0,
		"%.*s", (int)buf_len(out), (const char *)buf_head(out));
}

Test(hexdump, offset_over_4_gib)
{
	uint8_t mem[OUT];
	struct buf out;
	struct hexdump h;

	buf_init(&out, mem, sizeof mem);
	hexdump_init(&h, 0, 0);
	h.offset = 0xfffffff0;
	give(&h, (const uint8_t *)"0123456789abcdef\0\0\0\0\0\0\0\0abc", 27,
		&out);
	cr_assert(hexdump_end(&h, &out));
	check_text(&out,
		"fffffff0  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
		"|0123456789abcdef|\n"
		"100000000  00 00 00 00 00 00 00 00  61 62 63                 "
		"|........abc|\n"
		"10000000b\n");
	buf_clear(&out);
	hexdump_init(&h, 29, 0);
	h.offset = 0xfffffffc;
	give(&h, (const uint8_t *)"01234", 5, &out);
	cr_assert(hexdump_end(&h, &out));
	check_text(&out, "fffffffc  30 31 32 33  |0123|\n"
			 "100000000  34           |4|\n"
			 "100000001\n");
}

/* No line is longer than what HEXDUMP_ROOM promises. */
Test(hexdump, largest_offset_fits)
{
	uint8_t mem[2 * HEXDUMP_ROOM] = { 0 };
	struct buf out;
	struct hexdump h;

	hexdump_init(&h, 0, 0);
	h.offset = UINT64_MAX - 31;
	buf_init(&out, guard_copy(mem, HEXDUMP_ROOM), HEXDUMP_ROOM);
	give(&h, (const uint8_t *)"0123456789abcdef", 16, &out);
	cr_assert_eq(buf_len(&out), 87);

	h.left_out = UINT64_MAX;
	buf_init(&out, guard_copy(mem, sizeof mem), sizeof mem);
	cr_assert(hexdump_end(&h, &out));
	check_text(&out, "... 18,446,744,073,709,551,615 bytes left out\n"
			 "fffffffffffffff0\n");
}

/* The widest lines that fit, the narrowest where none does. */
Test(hexdump, width)
{
	static const struct {
		size_t columns, line;
	} widths[] = {
		{ 0, 78 },
		{ 1, 29 },
		{ 29, 29 },
		{ 44, 29 },
		{ 45, 45 },
		{ 77, 45 },
		{ 78, 78 },
		{ 80, 78 },
		{ SIZE_MAX, 78 },
	};

	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		uint8_t mem[OUT];
		struct buf out;
		struct hexdump h;

		buf_init(&out, mem, sizeof mem);
		hexdump_init(&h, widths[i].columns, 0);
		give(&h, (const uint8_t *)"0123456789abcdef", 16, &out);

		uint8_t *end = memchr(mem, '\n', buf_len(&out));

		cr_assert(end && (size_t)(end - mem) == widths[i].line,
			"%zu columns", widths[i].columns);
	}
}

/* A span of zeros, given again and again. */
static void give_zeros(struct hexdump *h, size_t times, struct buf *out)
{
	static const uint8_t zeros[1 << 20];

	for (size_t i = 0; i < times; i++)
		cr_assert_eq(hexdump_span(h, zeros, sizeof zeros, out),
			sizeof zeros);
}

Test(hexdump, zeros_are_three_lines)
{
	uint8_t mem[4 * HEXDUMP_ROOM];
	struct buf out;
	struct hexdump h;

	buf_init(&out, mem, sizeof mem);
	hexdump_init(&h, 0, 0);
	give_zeros(&h, 8, &out);
	cr_assert(hexdump_end(&h, &out));
	check_text(&out,
		"00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  "
		"|................|\n"
		"*\n"
		"00800000\n");
}

/* What is left out costs neither time nor room. */
Test(hexdump, most_left_out)
{
	uint8_t mem[2 * HEXDUMP_ROOM], end[2 * HEXDUMP_ROOM];
	struct buf out;
	struct hexdump h;

	buf_init(&out, mem, sizeof mem);
	hexdump_init(&h, 29, 4);
	give(&h, (const uint8_t *)"abcd", 4, &out);
	check_text(&out, "00000000  61 62 63 64  |abcd|\n");
	out.cap = buf_len(&out);
	give_zeros(&h, 5120, &out);
	buf_init(&out, end, sizeof end);
	cr_assert(hexdump_end(&h, &out));
	check_text(&out, "... 5,368,709,120 bytes left out\n"
			 "140000004\n");
}
