#define _GNU_SOURCE /* unit/guard.h */
#include "format/records.h"
#include "fuzz/fuzz.h"

/*
 * Records cut out of a stream, however it comes and however small the buffer
 * is, are those that splitting all of it at once gives, in each format. One
 * that fits the buffer comes as one piece, at any time as many are said to
 * wait as would come if the stream ended, and what a stream that is cut short
 * lacks is known. Raw pieces are what there was at each time.
 *
 *     input: format, capacity of the buffer, seed of the cuts, stream
 */
struct record {
	const uint8_t *p;
	size_t len;
	size_t before, behind; /* bytes of the stream that mark its edges */
	uint64_t missing;      /* what was promised and is not there */
};

/* What is not yet seen of a stream that is all there. */
struct oracle {
	enum record_format format;
	const uint8_t *p;
	size_t len;
	bool done;
};

static struct record marked(const struct oracle *o, uint8_t mark)
{
	struct record record = { .p = o->p };

	while (record.len < o->len && o->p[record.len] != mark)
		record.len++;
	record.behind = record.len < o->len;
	if (record.behind && mark == '\n' && record.len &&
		o->p[record.len - 1] == '\r') {
		record.len--;
		record.behind++;
	}
	return record;
}

static struct record prefixed(const struct oracle *o)
{
	struct record record = { .before = o->len < 4 ? o->len : 4 };
	uint64_t promised = 0;

	record.p = o->p + record.before;
	record.len = o->len - record.before;
	record.missing = 4 - record.before;
	for (size_t i = 0; i < record.before; i++)
		promised = promised << 8 | o->p[i];
	if (record.missing)
		return record;
	if (promised > record.len)
		record.missing = promised - record.len;
	else
		record.len = (size_t)promised;
	return record;
}

static bool oracle_next(struct oracle *o, struct record *record)
{
	bool given = o->done;

	o->done = true;
	switch (o->format) {
	case RECORD_LINES:
	case RECORD_JSONL:
		*record = marked(o, '\n');
		break;
	case RECORD_NUL:
		*record = marked(o, '\0');
		break;
	case RECORD_LENGTH:
		*record = prefixed(o);
		break;
	case RECORD_RAW:
	case RECORD_WHOLE:
		*record = (struct record){ .p = o->p, .len = o->len };
		break;
	}
	if (o->len == 0 && (given || o->format != RECORD_WHOLE))
		return false;

	size_t took = record->before + record->len + record->behind;

	o->p += took;
	o->len -= took;
	return true;
}

/* The stream so far, taken as records. */
struct run {
	struct records records;
	struct oracle oracle;
	struct record record; /* the one whose pieces come */
	size_t at;            /* how much of it came */
	size_t capacity;
	bool open; /* its last piece is still to come */
};

/* What fills the buffer without its end in sight comes in pieces, though the
 * stream may end behind it. */
static bool must_be_whole(const struct run *run)
{
	const struct record *record = &run->record;
	size_t all = record->before + record->len + record->behind;

	if (run->records.format == RECORD_LENGTH)
		return all <= run->capacity && !record->missing;
	return all <= run->capacity && record->len < run->capacity;
}

static void take_piece(struct run *run, const struct record_piece *piece)
{
	if (!run->open) {
		REQUIRE(piece->first && run->records.number > 0);
		REQUIRE(oracle_next(&run->oracle, &run->record));
		run->at = 0;
		REQUIRE(piece->last || !must_be_whole(run));
	}
	REQUIRE(piece->first == !run->open);
	REQUIRE(piece->len > 0 || piece->last);
	REQUIRE(piece->len <= run->record.len - run->at);
	REQUIRE(!piece->len ||
		!memcmp(piece->data, run->record.p + run->at, piece->len));
	run->at += piece->len;
	REQUIRE(!piece->last ||
		(run->at == run->record.len && !run->record.missing));
	run->open = !piece->last;
}

static void take_raw(
	struct run *run, const struct record_piece *piece, size_t there)
{
	REQUIRE(piece->first && piece->last);
	REQUIRE(piece->len == there && there <= run->oracle.len);
	REQUIRE(!memcmp(piece->data, run->oracle.p, there));
	run->oracle.p += there;
	run->oracle.len -= there;
}

static void take_pieces(struct run *run, struct buf *in, bool ended)
{
	uint64_t number = run->records.number;
	struct record_piece piece;
	size_t there = buf_len(in);

	while (records_next(&run->records, in, ended, &piece)) {
		number += piece.first;
		REQUIRE(run->records.number == number);
		if (run->records.format == RECORD_RAW)
			take_raw(run, &piece, there);
		else
			take_piece(run, &piece);
		there = buf_len(in);
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
	n += records_missing(&records, &rest) > 0;
	/* The one record of a stream that is empty so far. */
	if (records.format == RECORD_WHOLE && !buf_len(in) && !run->open)
		n = 0;
	REQUIRE(records_waiting(&run->records, in) == n);
}

/* All that is left is a record that was cut short. */
static void check_end(struct run *run, const struct buf *in)
{
	uint64_t missing = records_missing(&run->records, in);

	REQUIRE(records_waiting(&run->records, in) == (missing > 0));
	if (!missing) {
		REQUIRE(!run->open && buf_len(in) == 0);
	} else {
		REQUIRE(run->open || oracle_next(&run->oracle, &run->record));
		REQUIRE(run->record.missing == missing);
		REQUIRE(!run->open || run->at + buf_len(in) == run->record.len);
	}
	REQUIRE(!oracle_next(&run->oracle, &run->record));
}

static void check(enum record_format format, const struct input *stream,
	size_t capacity, uint8_t *memory, struct cutter cutter)
{
	struct run run = {
		.records.format = format,
		.oracle = { format, stream->p, stream->len, false },
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
	check_end(&run, &in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LONG = 3000, FORMATS = RECORD_JSONL + 1 };
	struct input in = { data, size };
	enum record_format format =
		(enum record_format)(input_byte(&in) % FORMATS);
	size_t capacity = (size_t)RECORDS_ROOM + input_byte(&in);
	struct dice dice = dice_of(input_byte(&in));
	static const uint8_t zeros[LONG];

	if (capacity == RECORDS_ROOM + UINT8_MAX)
		capacity = LONG;

	uint8_t *memory = guard_copy(zeros, capacity);

	for (int how = 0; how < CUT_WAYS; how++)
		check(format, &in, capacity, memory,
			(struct cutter){ (enum cut)how, dice });
	return 0;
}
