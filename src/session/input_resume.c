/* What of session/input is left to send, and where the next connection goes on
 * with it. */
#include "session/input_parts.h"

bool input_busy(const struct input *i)
{
	return i->source != FROM_NOTHING || i->typed.n ||
	       i->next_send < i->config.sends->n;
}

bool input_ended(const struct input *i)
{
	if (i->err.kind != ERR_NONE)
		return true;
	/* A fault of its reading is only ours once we are there. */
	return !i->config.open_ended && !input_busy(i) && !i->awaited &&
	       !i->command && replay_ended(&i->replay) &&
	       feed_ended(&i->standard) && i->standard.err.kind == ERR_NONE;
}

/* Whether a raw frame is under way. It counts as sent: that a connection ends
 * in the middle of it may be what it is for. */
static bool frame_begun(const struct input *i)
{
	return i->source != FROM_NOTHING && i->piece.frame && i->at > 0;
}

uint64_t input_held(const struct input *i)
{
	uint64_t held = i->config.sends->n - i->next_send + i->typed.n +
			replay_held(&i->replay);

	if (i->source == FROM_TYPED && frame_begun(i))
		held--;
	if (i->source == FROM_STANDARD && i->piece.last && !frame_begun(i))
		held++;
	return held + records_waiting(&i->standard.records, i->standard.buf);
}

/* Whether a record's start went out and its end did not. Of jsonl nothing goes
 * before the line is whole. */
static bool inside_record(const struct input *i)
{
	const struct records *r = &i->standard.records;

	return r->in_record && r->format != RECORD_JSONL;
}

/* Whether this connection has the start of a record. */
static bool begun(const struct input *i)
{
	if (i->source == FROM_STANDARD)
		return !i->piece.first || i->at > 0;
	return i->source == FROM_NOTHING && inside_record(i) && !i->skipping;
}

bool input_counts(const struct feed_piece *piece)
{
	return piece->command || feed_is_data(piece);
}

/* Goes on with standard input where the connection that ended left it; gives
 * back the number of a record that is cut off. */
static uint64_t go_back(struct input *i, bool again, uint64_t unsent)
{
	uint64_t skip = i->finished, ours = skip - i->settled, cut = 0;

	/* Those of -x and -f stand before ours. */
	if (again) {
		skip -= unsent < ours ? unsent : ours;
		skip += i->source == FROM_STANDARD && frame_begun(i);
	} else if (begun(i)) {
		cut = i->standard.records.number;
		skip++;
	}
	feed_rewind(&i->standard);
	i->skipping = inside_record(i);
	if (i->skipping && !i->given_up) {
		/* The start of this one is gone: it arrived, or it is lost. */
		if (skip == 0)
			cut = i->standard.records.number;
		skip += skip == 0;
		i->finished = skip--;
	} else {
		i->finished = skip;
	}
	i->settled = i->finished;
	while (skip > 0 && input_next_record(i))
		skip -= i->piece.last && input_counts(&i->piece);
	if (skip > 0 && inside_record(i))
		i->skipping = true;
	return cut;
}

uint64_t input_restart(struct input *i, bool again, uint64_t unsent)
{
	uint64_t cut = 0;

	if (i->err.kind == ERR_NONE && !i->close_asked)
		cut = go_back(i, again, unsent);
	if (i->emptied && input_sends_standard(i))
		cut = 1;
	if (i->in_file)
		input_close_file(i);
	if (i->source == FROM_TYPED && frame_begun(i))
		typed_drop(&i->typed);
	if (!again)
		typed_clear(&i->typed);
	replay_init(&i->replay, &i->config.replay);
	i->next_send = 0;
	i->left_out = i->emptied;
	input_skip_standard(i);
	i->source = FROM_NOTHING;
	i->at = 0;
	i->awaited = 0;
	i->close_asked = false;
	i->utf8 = UTF8_START;
	return cut;
}
