#include "session/raw.h"

#include "base/bytes.h"
#include "session/outgoing.h"

#include <string.h>

/* As much as goes out at once where there is more. */
enum { LEAST = 16384 };

bool raw_ready(const struct outgoing *o)
{
	return o->busy == SENDER_NONE && !o->conn->owes_close &&
	       buf_len(o->out) == 0;
}

static void begin(struct outgoing *o, const struct rawframe *f)
{
	struct raw *r = &o->raw;

	o->busy = SENDER_RAW;
	r->frame = f;
	r->at = 0;
	r->began = true;
	r->pausing = false;
	r->until_ns = 0;
	memcpy(r->key, mask_keys_next(&o->keys), sizeof(r->key));
	if (o->record)
		record_raw(o->record, f);
}

/* Up to the stop; false where that is not reached. */
static bool fill(struct outgoing *o)
{
	struct raw *r = &o->raw;

	while (r->at < r->stop) {
		size_t room = buf_room(o->out);
		uint64_t left = r->stop - r->at;
		size_t n = left < room ? (size_t)left : room;

		if (n < left && n < LEAST)
			return false;
		n = rawframe_read(r->frame, o->conn->role, r->key, r->at,
			buf_reserve(o->out, n), n);
		buf_commit(o->out, n);
		r->at += n;
	}
	return true;
}

static uint16_t close_code(const struct rawframe *f)
{
	uint8_t code[2];

	if (f->size < 2)
		return WS_CLOSE_NO_CODE;
	code[0] = f->bytes[0];
	code[1] = f->bytes[1 % f->nbytes];
	return load16(code);
}

/* All of it has left. Whether a message of raw frames is unfinished is kept
 * apart from the engine's own, which begins and ends its messages as ever. */
static void finish(struct outgoing *o)
{
	struct raw *r = &o->raw;
	struct ws_conn *c = o->conn;
	const struct rawframe *f = r->frame;
	bool before = c->close_sent, data;

	c->sending = r->unfinished;
	rawframe_apply(f, c->role, c);
	r->unfinished = c->sending;
	c->sending = false;
	if (c->close_sent && !before) {
		r->closed = true;
		r->code = close_code(f);
	}
	data = !f->raw && f->opcode <= WS_BINARY;
	if (!f->raw)
		ws_tally_add(&c->out_frames[f->opcode], f->size);
	r->no_message += !(data && f->fin);
	o->binary += f->fin && data && f->opcode == WS_BINARY;
	outgoing_note_raw(o, data ? f->size : 0);
	o->busy = SENDER_NONE;
	r->frame = NULL;
}

static void set_stop(struct raw *r, uint64_t size)
{
	uint64_t cut = rawframe_next_cut(r->frame, r->at);

	r->stop = cut < size ? cut : size;
}

bool raw_put(struct outgoing *o, const struct rawframe *f, size_t *at)
{
	struct raw *r = &o->raw;
	uint64_t size = rawframe_size(f, o->conn->role);

	if (o->busy != SENDER_RAW) {
		if (!raw_ready(o))
			return false;
		begin(o, f);
		set_stop(r, size);
	}
	while (!r->given_up && !r->pausing) {
		uint64_t before = r->at;
		bool there = fill(o);

		*at += (size_t)(r->at - before);
		if (!there || buf_len(o->out) > 0)
			break;
		if (r->at == size) {
			finish(o);
			return true;
		}
		r->pausing = f->pause_ms > 0;
		set_stop(r, size);
	}
	return false;
}

void raw_doubts(const struct outgoing *o, char out[RAWFRAME_DOUBTS])
{
	struct ws_conn seen = *o->conn;

	seen.sending = o->raw.unfinished;
	rawframe_doubts(o->raw.frame, seen.role, &seen, out);
}

struct deadline raw_deadline(const struct outgoing *o)
{
	if (!o->raw.pausing)
		return DEADLINE_NEVER;
	/* One that just began: at once, so that raw_wake() sees to it. */
	return (struct deadline){ o->raw.until_ns };
}

bool raw_wake(struct outgoing *o, int64_t now_ns)
{
	struct raw *r = &o->raw;

	if (!r->pausing)
		return false;
	if (r->until_ns == 0)
		r->until_ns = deadline_in_ms(r->frame->pause_ms).at_ns;
	if (r->until_ns > now_ns)
		return false;
	r->until_ns = 0;
	r->pausing = false;
	return true;
}

bool raw_give_up(struct outgoing *o)
{
	struct raw *r = &o->raw;

	if (o->busy != SENDER_RAW || r->given_up || !o->conn->owes_close ||
		buf_len(o->out) > 0)
		return false;
	r->given_up = true;
	r->pausing = false;
	return true;
}
