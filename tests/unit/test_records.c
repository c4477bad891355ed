#define _GNU_SOURCE

#include "format/records.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

enum { MAX_INPUT = 128 };

/* What came out: the records' bytes, each followed by '|' once it was whole. */
struct result {
	char text[MAX_INPUT * 2 + 1];
	size_t len;
	uint64_t count, missing;
};

static void add(struct result *res, const void *p, size_t n)
{
	if (n)
		memcpy(res->text + res->len, p, n);
	res->len += n;
}

static void add_record(struct result *res, const char *p, size_t n)
{
	add(res, p, n);
	add(res, "|", 1);
	res->count++;
}

/* Everything at once, the obvious way. */
static struct result split_marked(const char *in, size_t len, char mark)
{
	struct result res = { 0 };

	while (len > 0) {
		const char *end = memchr(in, mark, len);
		size_t n = end ? (size_t)(end - in) : len;
		size_t took = end ? n + 1 : n;

		if (end && mark == '\n' && n > 0 && in[n - 1] == '\r')
			n--;
		add_record(&res, in, n);
		in += took;
		len -= took;
	}
	return res;
}

/* A record that is cut short is none here: how much of it came before that is
 * known depends on the buffer. */
static struct result split_length(const char *in, size_t len)
{
	struct result res = { 0 };

	while (len > 0) {
		uint64_t n = 0;

		if (len < 4) {
			res.missing = 4 - len;
			break;
		}
		for (int i = 0; i < 4; i++)
			n = n * 256 + (uint8_t)in[i];
		in += 4;
		len -= 4;
		if (n > len) {
			res.missing = n - len;
			break;
		}
		add_record(&res, in, (size_t)n);
		in += n;
		len -= (size_t)n;
	}
	return res;
}

static struct result oracle(
	enum record_format format, const char *in, size_t len)
{
	struct result res = { 0 };

	switch (format) {
	case RECORD_LINES:
	case RECORD_JSONL:
		return split_marked(in, len, '\n');
	case RECORD_NUL:
		return split_marked(in, len, '\0');
	case RECORD_LENGTH:
		return split_length(in, len);
	case RECORD_RAW: /* has a test of its own */
		break;
	case RECORD_WHOLE:
		add_record(&res, in, len);
		break;
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
		cr_assert(piece.last || room == 0, "a short one in pieces");
		cr_assert(piece.last || piece.len > 0);
		/* A line's "\r" may belong to its end. */
		cr_assert(piece.last || buf_len(in) == 0 ||
				  (r->format == RECORD_LINES &&
					  *buf_head(in) == '\r'),
			"a piece that is not all there was");
		if (piece.first)
			res->count++;
		cr_assert_eq(r->number, res->count);
		add(res, piece.data, piece.len);
		if (piece.last)
			add(res, "|", 1);
		ends += piece.last;
	}
	/* The record of a stream that is empty waits nowhere. */
	if (r->format == RECORD_WHOLE && waiting == 0)
		cr_assert_leq(ends, 1);
	else
		cr_assert_eq(records_waiting(r, in), waiting - ends);
}

/* The input through a buffer of cap bytes at the edge of readable memory, at
 * most `step` bytes a time. */
static struct result run(enum record_format format, const char *in, size_t len,
	size_t cap, size_t step)
{
	char zeros[MAX_INPUT] = { 0 };
	struct records r = { .format = format };
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
	res.missing = records_missing(&r, &b);
	cr_assert(buf_len(&b) == 0 || res.missing > 0);
	cr_assert_eq(records_waiting(&r, &b), res.missing > 0);
	/* What came of the record that was cut short. */
	if (res.missing > 0 && r.in_record) {
		while (res.len > 0 && res.text[res.len - 1] != '|')
			res.len--;
		res.count--;
	}
	return res;
}

static void check(enum record_format format, const char *in, size_t len)
{
	static const size_t steps[] = { 1, 2, 3, 7, MAX_INPUT };
	struct result want = oracle(format, in, len);

	for (size_t cap = RECORDS_ROOM; cap <= len + RECORDS_ROOM; cap++)
		for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
			struct result got = run(format, in, len, cap, steps[i]);

			cr_assert(got.len == want.len &&
					  !memcmp(got.text, want.text, got.len),
				"%s, buffer of %zu, %zu at a time: %.*s",
				record_format_name(format), cap, steps[i],
				(int)got.len, got.text);
			cr_assert_eq(got.count, want.count);
			cr_assert_eq(got.missing, want.missing);
		}
}

Test(records, cases)
{
	static const struct {
		enum record_format format;
		const char *in;
		size_t len;
		const char *out;
		size_t out_len;
		uint64_t missing;
	} cases[] = {
#define CASE(format, in, out, missing)                                         \
	{ RECORD_##format, in, sizeof(in) - 1, out, sizeof(out) - 1, missing }
		CASE(LINES, "", "", 0),
		CASE(LINES, "\n", "|", 0),
		CASE(LINES, "\n\n", "||", 0),
		CASE(LINES, "\r\n", "|", 0),
		CASE(LINES, "a", "a|", 0),
		CASE(LINES, "a\n", "a|", 0),
		CASE(LINES, "a\r\n", "a|", 0),
		CASE(LINES, "a\nb", "a|b|", 0),
		CASE(LINES, "a\n\nb\n", "a||b|", 0),
		CASE(LINES, "a\r", "a\r|", 0),
		CASE(LINES, "\r", "\r|", 0),
		CASE(LINES, "\r\r\n", "\r|", 0),
		CASE(LINES, "a\rb\n", "a\rb|", 0),
		CASE(LINES, "a\r\r\n\r\n", "a\r||", 0),
		CASE(LINES, "\n\r", "|\r|", 0),
		CASE(LINES, "a long line\r\nand another\n",
			"a long line|and another|", 0),
		CASE(JSONL, "{}\r\n{\"a\":1}\n{}", "{}|{\"a\":1}|{}|", 0),
		CASE(NUL, "", "", 0),
		CASE(NUL, "\0", "|", 0),
		CASE(NUL, "a\0\0b", "a||b|", 0),
		CASE(NUL, "a\r\n\0\r\0", "a\r\n|\r|", 0),
		CASE(NUL, "a long record\0\r\r\r\r\r\r\r\r\r\r\0",
			"a long record|\r\r\r\r\r\r\r\r\r\r|", 0),
		CASE(LENGTH, "", "", 0),
		CASE(LENGTH, "\0\0\0\0", "|", 0),
		CASE(LENGTH, "\0\0\0\1a\0\0\0\0\0\0\0\2bc", "a||bc|", 0),
		CASE(LENGTH, "\0\0\0\1\n\0\0\0\15a long record",
			"\n|a long record|", 0),
		CASE(LENGTH, "\0\0\0\15a long record", "a long record|", 0),
		CASE(LENGTH, "\0", "", 3),
		CASE(LENGTH, "\0\0\0\1a\0\0", "a|", 2),
		CASE(LENGTH, "\0\0\0\3ab", "", 1),
		CASE(LENGTH, "\0\0\1\1a long record", "", 244),
		CASE(LENGTH, "\377\377\377\377", "", 0xffffffff),
		CASE(LENGTH, "\377\377\377\377a long record", "", 0xfffffff2),
		CASE(WHOLE, "", "|", 0),
		CASE(WHOLE, "a", "a|", 0),
		CASE(WHOLE, "a\r\nb\0\n", "a\r\nb\0\n|", 0),
		CASE(WHOLE, "all of a long stream\n", "all of a long stream\n|",
			0),
#undef CASE
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct result res =
			oracle(cases[i].format, cases[i].in, cases[i].len);

		cr_assert_eq(res.missing, cases[i].missing, "case %zu", i);
		cr_assert(res.len == cases[i].out_len &&
				  !memcmp(res.text, cases[i].out, res.len),
			"case %zu", i);
		check(cases[i].format, cases[i].in, cases[i].len);
	}
}

/* Every input of up to six bytes over the bytes that matter, alone and
 * behind some that bring it to the end of a small buffer. */
Test(records, every_short_input)
{
	static const struct {
		enum record_format format;
		const char *bytes;
	} alphabets[] = {
		{ RECORD_LINES, "a\r\n" },
		{ RECORD_NUL, "\0\r\n" },
	};
	static const char *const before[] = { "", "123456", "12345\n1" };

	for (size_t f = 0; f < 2; f++)
		for (size_t k = 0; k < 3 * 3 * 3 * 3 * 3 * 3; k++) {
			char in[16];
			const char *start = before[k % 3];
			size_t len = strlen(start), rest = k;

			memcpy(in, start, len);
			for (size_t i = 0; i < 6; i++, rest /= 3)
				in[len++] = alphabets[f].bytes[rest % 3];
			for (size_t cut = 0; cut <= 6; cut++)
				check(alphabets[f].format, in, len - cut);
		}
}

/* Three records of any of these lengths, cut short anywhere. */
Test(records, every_short_length)
{
	static const uint8_t lengths[] = { 0, 1, 4, 5, 9 };
	enum { N = sizeof lengths };

	for (size_t k = 0; k < N * N * N; k++) {
		char in[3 * (4 + 9)] = { 0 };
		size_t len = 0, rest = k;

		for (int i = 0; i < 3; i++, rest /= N) {
			uint8_t n = lengths[rest % N];

			in[len + 3] = (char)n;
			memset(in + len + 4, 'a' + i, n);
			len += 4 + (size_t)n;
		}
		for (size_t cut = 0; cut <= len; cut++)
			check(RECORD_LENGTH, in, cut);
	}
}

Test(records, zero_bytes_are_data)
{
	check(RECORD_LINES, "\0\n\0\0\r\n\0", 7);
}

/* A record that comes slowly is one piece as long as it fits. */
Test(records, slow_record_is_whole)
{
	static const struct {
		enum record_format format;
		const char *in, *out;
	} cases[] = {
		{ RECORD_LINES, "1234567\n", "1234567" },
		{ RECORD_JSONL, "1234567\n", "1234567" },
		{ RECORD_NUL, "1234567\0", "1234567" },
		{ RECORD_LENGTH, "\0\0\0\0041234", "1234" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t mem[RECORDS_ROOM];
		struct buf b;
		struct records r = { .format = cases[i].format };
		struct record_piece piece;
		size_t len = strlen(cases[i].out);

		buf_init(&b, mem, sizeof mem);
		for (size_t k = 0; k < 7; k++) {
			buf_put(&b, cases[i].in + k, 1);
			cr_assert_not(records_next(&r, &b, false, &piece));
			cr_assert(r.format == RECORD_LENGTH ||
					  r.scanned == buf_len(&b),
				"scanned again");
		}
		buf_put(&b, cases[i].in + 7, 1);
		cr_assert_eq(records_missing(&r, &b), 0);
		cr_assert(records_next(&r, &b, false, &piece));
		cr_assert(piece.first && piece.last && piece.len == len);
		cr_assert_eq(memcmp(piece.data, cases[i].out, len), 0);
	}
}

/* The short way takes a whole record of at most so many bytes, or nothing. */
Test(records, the_short_way)
{
	static const struct {
		enum record_format format;
		const char *in;
		int len; /* of the record; -1: it is not for the short way */
	} cases[] = {
		{ RECORD_LINES, "abc\n", 3 },
		{ RECORD_LINES, "abc\r\n", 3 },
		{ RECORD_LINES, "\n", 0 },
		{ RECORD_LINES, "\r\n", 0 },
		{ RECORD_LINES, "abcd\n", -1 },
		{ RECORD_LINES, "abcd\r\n", -1 },
		{ RECORD_LINES, "abcde\n", -1 },
		{ RECORD_LINES, "abc", -1 },
		{ RECORD_LINES, "", -1 },
		{ RECORD_RAW, "abc\n", -1 },
		{ RECORD_LENGTH, "abc\n", -1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct records r = { .format = cases[i].format };
		size_t n = strlen(cases[i].in);
		struct record_piece piece = { 0 };
		struct buf b;
		bool taken;

		buf_init(&b, guard_copy(cases[i].in, n), n);
		buf_commit(&b, n);
		taken = records_next_short(&r, &b, 3, &piece);
		cr_assert_eq(taken, cases[i].len >= 0, "%s", cases[i].in);
		cr_assert_eq(r.number, taken);
		cr_assert_eq(buf_len(&b), taken ? 0 : n);
		if (!taken)
			continue;
		cr_assert(piece.first && piece.last);
		cr_assert_eq(piece.len, (size_t)cases[i].len);
		cr_assert_eq(memcmp(piece.data, cases[i].in, piece.len), 0);
	}
}

/* Whatever is there is a record, and nothing is none. */
Test(records, raw_is_what_each_read_gave)
{
	uint8_t zeros[RECORDS_ROOM] = { 0 };
	struct records r = { .format = RECORD_RAW };
	struct record_piece piece;
	struct buf b;

	buf_init(&b, guard_copy(zeros, sizeof zeros), sizeof zeros);
	for (size_t n = 1; n <= sizeof zeros; n++) {
		cr_assert_eq(records_waiting(&r, &b), 0);
		cr_assert_not(records_next(&r, &b, false, &piece));
		cr_assert(buf_put(&b, "\0\n\r\n\0abc", n));
		cr_assert_eq(records_waiting(&r, &b), 1);
		cr_assert(records_next(&r, &b, n % 2 == 0, &piece));
		cr_assert(piece.first && piece.last && piece.len == n);
		cr_assert_eq(memcmp(piece.data, "\0\n\r\n\0abc", n), 0);
		cr_assert_eq(r.number, n);
	}
	cr_assert_not(records_next(&r, &b, true, &piece));
	cr_assert_eq(records_missing(&r, &b), 0);
}

/* One record, also of nothing, and only one however often it is asked. */
Test(records, whole_is_one_record)
{
	struct records r = { .format = RECORD_WHOLE };
	struct record_piece piece;
	uint8_t mem[RECORDS_ROOM];
	struct buf b;

	buf_init(&b, mem, sizeof mem);
	cr_assert_not(records_next(&r, &b, false, &piece));
	cr_assert_eq(r.number, 0);
	cr_assert(records_next(&r, &b, true, &piece));
	cr_assert(piece.first && piece.last && piece.len == 0);
	cr_assert_not(records_next(&r, &b, true, &piece));
	cr_assert_eq(r.number, 1);
}

/* Nor where it is asked too early. */
Test(records, nothing_is_missing_of_what_is_there)
{
	const struct records r = { .format = RECORD_LENGTH };
	uint8_t mem[] = "\0\0\0\1a\0\0\0\1b";
	const struct buf b = { mem, 10, 0, 10 };

	cr_assert_eq(records_missing(&r, &b), 0);
}

Test(records, waiting)
{
	static const struct {
		struct records r;
		const char *in;
		size_t len;
		uint64_t n;
	} cases[] = {
		{ { RECORD_LINES, .in_record = false }, "", 0, 0 },
		{ { RECORD_LINES, .in_record = true }, "", 0, 1 },
		{ { RECORD_LINES, .in_record = false }, "a", 1, 1 },
		{ { RECORD_LINES, .in_record = true }, "a", 1, 1 },
		{ { RECORD_LINES, .in_record = true }, "a\n", 2, 1 },
		{ { RECORD_LINES, .in_record = false }, "a\nb", 3, 2 },
		{ { RECORD_LINES, .in_record = false }, "\n\n\n", 3, 3 },
		{ { RECORD_JSONL, .in_record = true }, "\n\n\nx", 4, 4 },
		{ { RECORD_NUL, .in_record = false }, "\0\n\0a", 4, 3 },
		{ { RECORD_NUL, .in_record = true }, "", 0, 1 },
		{ { RECORD_RAW, .in_record = false }, "", 0, 0 },
		{ { RECORD_RAW, .in_record = false }, "a\nb\0", 4, 1 },
		{ { RECORD_WHOLE, .in_record = false }, "", 0, 0 },
		{ { RECORD_WHOLE, .in_record = false }, "a\nb\0", 4, 1 },
		{ { RECORD_WHOLE, .in_record = true }, "", 0, 1 },
		{ { RECORD_LENGTH, .in_record = false }, "", 0, 0 },
		{ { RECORD_LENGTH, .in_record = false }, "\0", 1, 1 },
		{ { RECORD_LENGTH, .in_record = false }, "\0\0\0\0", 4, 1 },
		{ { RECORD_LENGTH, .in_record = false }, "\0\0\0\0\0", 5, 2 },
		{ { RECORD_LENGTH, .in_record = false }, "\0\0\0\2a", 5, 1 },
		{ { RECORD_LENGTH, .in_record = false }, "\0\0\0\2ab", 6, 1 },
		{ { RECORD_LENGTH, .in_record = false },
			"\0\0\0\2ab\0\0\0\1c\0\0\0\1", 15, 3 },
		{ { RECORD_LENGTH, .in_record = false },
			"\377\377\377\377\0\0\0\0", 8, 1 },
		{ { RECORD_LENGTH, .in_record = true, .left = 1 }, "", 0, 1 },
		{ { RECORD_LENGTH, .in_record = true, .left = 3 }, "ab", 2, 1 },
		{ { RECORD_LENGTH, .in_record = true, .left = 2 }, "ab", 2, 1 },
		{ { RECORD_LENGTH, .in_record = true, .left = 1 }, "ab", 2, 2 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = cases[i].len;
		struct buf b;

		buf_init(&b, guard_copy(cases[i].in, len), len);
		b.end = len;
		cr_assert_eq(records_waiting(&cases[i].r, &b), cases[i].n,
			"case %zu", i);
	}
}

Test(records, names_both_ways)
{
	static const char *const names[] = { "lines", "nul", "raw", "length",
		"whole", "jsonl" };
	enum record_format format = RECORD_LINES;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		cr_assert_str_eq(
			record_format_name((enum record_format)i), names[i]);
		cr_assert(record_format_parse(&format, names[i]));
		cr_assert_eq(format, i);
	}
	format = RECORD_RAW;
	for (const char *const *p = (const char *const[]){ "", "line", "liness",
		     "LINES", "json", " raw", NULL };
		*p; p++)
		cr_assert_not(record_format_parse(&format, *p), "%s", *p);
	cr_assert_eq(format, RECORD_RAW);
}
