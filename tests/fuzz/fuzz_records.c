#define _GNU_SOURCE /* unit/guard.h */
#include "format/records.h"
#include "fuzz/fuzz.h"

/*
 * Lines cut out of a stream, however it comes and however small the buffer
 * is, are those that splitting all of it at once gives. One that fits the
 * buffer comes as one piece, and at any time as many are said to wait as would
 * come if the stream ended.
 *
 *     input: capacity of the buffer, seed of the cuts, stream
 */
struct line {
	const uint8_t *p;
	size_t len, line_end; /* of the text, and of what ends it */
};

/* The lines not yet seen of a stream that is all there. */
struct oracle {
	const uint8_t *p;
	size_t len;
};

static bool oracle_next(struct oracle *o, struct line *line)
{
	size_t n = 0;

	if (!o->len)
		return false;
	while (n < o->len && o->p[n] != '\n')
		n++;
	*line = (struct line){ o->p, n, n < o->len };
	if (line->line_end && n && o->p[n - 1] == '\r') {
		line->len--;
		line->line_end++;
	}
	o->p += line->len + line->line_end;
	o->len -= line->len + line->line_end;
	return true;
}

/* The stream so far, taken as lines. */
struct run {
	struct records records;
	struct oracle oracle;
	struct line line; /* the one whose pieces come */
	size_t at;        /* how much of it came */
	size_t capacity;
	bool open; /* its last piece is still to come */
};

static void take_piece(struct run *run, const struct record_piece *piece)
{
	if (!run->open) {
		uint64_t number = run->records.number;

		REQUIRE(piece->first && number > 0);
		REQUIRE(oracle_next(&run->oracle, &run->line));
		run->at = 0;
		/* What fills the buffer without its end in sight comes in
		 * pieces, though the stream may end behind it. */
		if (run->line.len + run->line.line_end <= run->capacity &&
			run->line.len < run->capacity)
			REQUIRE(piece->last);
	}
	REQUIRE(piece->first == !run->open);
	REQUIRE(piece->len > 0 || piece->last);
	REQUIRE(piece->len <= run->line.len - run->at);
	REQUIRE(!piece->len ||
		!memcmp(piece->data, run->line.p + run->at, piece->len));
	run->at += piece->len;
	REQUIRE(!piece->last || run->at == run->line.len);
	run->open = !piece->last;
}

static void take_pieces(struct run *run, struct buf *in, bool ended)
{
	uint64_t number = run->records.number;
	struct record_piece piece;

	while (records_next(&run->records, in, ended, &piece)) {
		number += piece.first;
		REQUIRE(run->records.number == number);
		take_piece(run, &piece);
	}
}

/* Counts in copies what would come if the stream ended here. */
static void check_waiting(const struct run *run, const struct buf *in)
{
	struct records records = run->records;
	struct buf rest = *in;
	struct record_piece piece;
	uint64_t n = 0;

	while (records_next(&records, &rest, true, &piece))
		n += piece.last;
	REQUIRE(records_waiting(&run->records, in) == n);
}

static void check(const struct input *stream, size_t capacity, uint8_t *memory,
	struct cutter cutter)
{
	struct run run = {
		.oracle = { stream->p, stream->len },
		.capacity = capacity,
	};
	struct buf in;
	size_t at = 0;

	buf_init(&in, memory, capacity);
	while (at < stream->len) {
		size_t n = cutter_next(&cutter, stream->len - at);

		if (n > buf_room(&in))
			n = buf_room(&in);
		REQUIRE(n > 0);
		REQUIRE(buf_put(&in, stream->p + at, n));
		at += n;
		check_waiting(&run, &in);
		/* The reader may come late. */
		if (buf_room(&in) && dice_roll(&cutter.dice, 4) == 0)
			continue;
		take_pieces(&run, &in, false);
		check_waiting(&run, &in);
	}
	take_pieces(&run, &in, true);
	REQUIRE(!run.open && buf_len(&in) == 0);
	REQUIRE(!oracle_next(&run.oracle, &run.line));
	REQUIRE(records_waiting(&run.records, &in) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LONG = 3000 };
	struct input in = { data, size };
	size_t capacity = 2 + input_byte(&in);
	struct dice dice = dice_of(input_byte(&in));
	static const uint8_t zeros[LONG];

	if (capacity == 2 + UINT8_MAX)
		capacity = LONG;

	uint8_t *memory = guard_copy(zeros, capacity);

	for (int how = 0; how < CUT_WAYS; how++)
		check(&in, capacity, memory,
			(struct cutter){ (enum cut)how, dice });
	return 0;
}
