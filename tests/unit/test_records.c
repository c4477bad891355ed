#define _GNU_SOURCE

#include "format/records.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

enum { MAX_INPUT = 64 };

/* What came out: the records' bytes, each followed by '|'. */
struct result {
	char text[MAX_INPUT * 2 + 1];
	size_t len;
	uint64_t count;
};

static void add(struct result *res, const uint8_t *p, size_t n)
{
	if (n)
		memcpy(res->text + res->len, p, n);
	res->len += n;
	res->text[res->len] = '\0';
}

/* Everything at once, the obvious way. */
static struct result oracle(const char *in, size_t len)
{
	struct result res = { 0 };

	while (len > 0) {
		const char *newline = memchr(in, '\n', len);
		size_t n = newline ? (size_t)(newline - in) : len;
		size_t took = newline ? n + 1 : n;

		if (newline && n > 0 && in[n - 1] == '\r')
			n--;
		add(&res, (const uint8_t *)in, n);
		add(&res, (const uint8_t *)"|", 1);
		res.count++;
		in += took;
		len -= took;
	}
	return res;
}

/* Takes what there is; checks what every piece must keep to. */
static void drain(
	struct records *r, struct buf *in, bool ended, struct result *res)
{
	struct record_piece piece;
	uint64_t waiting = records_waiting(r, in);
	uint64_t ends = 0;

	for (;;) {
		size_t room = buf_room(in);
		bool inside = r->in_record;

		if (!records_next(r, in, ended, &piece))
			break;
		cr_assert_eq(piece.first, !inside);
		cr_assert(piece.last || room == 0, "a short line in pieces");
		cr_assert(piece.last || piece.len > 0);
		if (piece.first)
			res->count++;
		cr_assert_eq(r->number, res->count);
		add(res, piece.data, piece.len);
		if (piece.last)
			add(res, (const uint8_t *)"|", 1);
		ends += piece.last;
	}
	cr_assert_eq(records_waiting(r, in), waiting - ends);
	if (ended)
		cr_assert_eq(buf_len(in), 0);
}

/* The input through a buffer of cap bytes at the edge of readable memory, at
 * most `step` bytes a time. */
static struct result run(const char *in, size_t len, size_t cap, size_t step)
{
	char zeros[MAX_INPUT] = { 0 };
	struct records r = { 0 };
	struct result res = { 0 };
	struct buf b;

	buf_init(&b, guard_copy(zeros, cap), cap);
	while (len > 0) {
		size_t n = buf_room(&b);

		cr_assert_gt(n, 0, "no progress");
		n = n < step ? n : step;
		n = n < len ? n : len;
		cr_assert(buf_put(&b, in, n));
		in += n;
		len -= n;
		drain(&r, &b, false, &res);
	}
	drain(&r, &b, true, &res);
	drain(&r, &b, true, &res);
	return res;
}

static void check(const char *in, size_t len)
{
	struct result want = oracle(in, len);

	for (size_t cap = 2; cap <= len + 2; cap++)
		for (size_t step = 1; step <= cap; step++) {
			struct result got = run(in, len, cap, step);

			cr_assert_str_eq(got.text, want.text,
				"buffer of %zu, %zu at a time", cap, step);
			cr_assert_eq(got.count, want.count);
		}
}

Test(records, cases)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "\n", "|" },
		{ "\n\n", "||" },
		{ "\r\n", "|" },
		{ "a", "a|" },
		{ "a\n", "a|" },
		{ "a\r\n", "a|" },
		{ "a\nb", "a|b|" },
		{ "a\n\nb\n", "a||b|" },
		{ "a\r", "a\r|" },
		{ "\r", "\r|" },
		{ "\r\r\n", "\r|" },
		{ "a\rb\n", "a\rb|" },
		{ "a\r\r\n\r\n", "a\r||" },
		{ "\n\r", "|\r|" },
		{ "a long line\r\nand another\n", "a long line|and another|" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].in);

		cr_assert_str_eq(oracle(cases[i].in, len).text, cases[i].out);
		check(cases[i].in, len);
	}
}

/* Every input of up to seven bytes over the bytes that matter. */
Test(records, every_short_input)
{
	for (size_t len = 0; len <= 7; len++) {
		size_t inputs = 1;

		for (size_t i = 0; i < len; i++)
			inputs *= 3;
		for (size_t k = 0; k < inputs; k++) {
			char in[8];
			size_t rest = k;

			for (size_t i = 0; i < len; i++, rest /= 3)
				in[i] = "a\r\n"[rest % 3];
			check(in, len);
		}
	}
}

Test(records, zero_bytes_are_data)
{
	check("\0\n\0\0\r\n\0", 7);
}

/* A line that comes slowly is one piece as long as it fits. */
Test(records, slow_line_is_whole)
{
	uint8_t mem[8];
	struct buf b;
	struct records r = { 0 };
	struct record_piece piece;

	buf_init(&b, mem, sizeof mem);
	for (const char *p = "1234567"; *p; p++) {
		buf_put(&b, p, 1);
		cr_assert_not(records_next(&r, &b, false, &piece));
		cr_assert_eq(r.scanned, buf_len(&b), "scanned again");
	}
	buf_put(&b, "\n", 1);
	cr_assert(records_next(&r, &b, false, &piece));
	cr_assert(piece.first && piece.last && piece.len == 7);
	cr_assert_eq(memcmp(piece.data, "1234567", 7), 0);
}

Test(records, waiting)
{
	static const struct {
		const char *in;
		bool in_record;
		uint64_t n;
	} cases[] = {
		{ "", false, 0 },
		{ "", true, 1 },
		{ "a", false, 1 },
		{ "a", true, 1 },
		{ "a\n", true, 1 },
		{ "a\nb", false, 2 },
		{ "\n\n\n", false, 3 },
		{ "\n\n\nx", true, 4 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].in);
		struct records r = { .in_record = cases[i].in_record };
		struct buf b;

		buf_init(&b, guard_copy(cases[i].in, len), len);
		b.end = len;
		cr_assert_eq(
			records_waiting(&r, &b), cases[i].n, "case %zu", i);
	}
}
