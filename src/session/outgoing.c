#define _GNU_SOURCE /* getentropy */
#include "session/outgoing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	/* Room that messages leave for a ping, a pong and a close. */
	CONTROL_RESERVE = 3 * (WS_HEADER_MAX + WS_CONTROL_MAX),
	/* A piece is cut only where at least this much goes out at once:
	 * frames stay long when the network is slow. */
	CUT_MIN = 16384,
};

/* Linux gives as much as is asked for; elsewhere 256 bytes are the most at
 * once. */
#ifdef __linux__
static ssize_t draw(void *out, size_t n)
{
	return getrandom(out, n, 0);
}
#else
static ssize_t draw(void *out, size_t n)
{
	n = n < 256 ? n : 256;
	return getentropy(out, n) == 0 ? (ssize_t)n : -1;
}
#endif

void random_bytes(void *out, size_t n)
{
	for (uint8_t *p = out; n > 0;) {
		ssize_t got = draw(p, n);

		if (got < 0 && errno != EINTR)
			abort();
		if (got < 0)
			continue;
		p += got;
		n -= (size_t)got;
	}
}

const uint8_t *mask_keys_next(struct mask_keys *keys)
{
	if (keys->left < 4) {
		random_bytes(keys->pool, sizeof(keys->pool));
		keys->left = sizeof(keys->pool);
	}
	keys->left -= 4;
	return keys->pool + keys->left;
}

void outgoing_init(struct outgoing *o, struct ws_conn *conn, struct buf *out,
	const struct outgoing_config *config)
{
	*o = (struct outgoing){
		.conn = conn,
		.out = out,
		.compress_min = config->compress_min,
		.max_frame = config->max_frame < SIZE_MAX
				     ? (size_t)config->max_frame
				     : 0,
	};
}

static size_t payload_room(const struct outgoing *o)
{
	size_t room = buf_room(o->out), kept = CONTROL_RESERVE + WS_HEADER_MAX;

	return room > kept ? room - kept : 0;
}

static bool free_for(const struct outgoing *o, enum sender sender)
{
	return ws_conn_may_send(o->conn) &&
	       (o->busy == SENDER_NONE || o->busy == sender);
}

bool outgoing_ready(const struct outgoing *o, enum sender sender)
{
	return free_for(o, sender) && payload_room(o) >= CUT_MIN;
}

static size_t frame_max(const struct outgoing *o)
{
	return o->max_frame ? o->max_frame : SIZE_MAX;
}

/* A piece as it is, in one frame or, where room is short, in several. */
static bool put_plain(struct outgoing *o, enum sender sender,
	enum ws_opcode opcode, const uint8_t *data, size_t len, bool last,
	size_t *at)
{
	size_t most = frame_max(o), least = most < CUT_MIN ? most : CUT_MIN;

	do {
		size_t left = len - *at, room = payload_room(o);
		size_t n = left < room ? left : room;

		n = n < most ? n : most;
		if (room == 0 || (n < left && n < least))
			return false;

		bool fin = last && n == left;

		if (n == 0 && !fin)
			return true;
		if (!ws_conn_send(o->conn, o->out,
			    o->busy == SENDER_NONE ? opcode : WS_CONTINUATION,
			    fin, data + *at, n, mask_keys_next(&o->keys)))
			return false;
		*at += n;
		o->busy = fin ? SENDER_NONE : sender;
	} while (*at < len);
	return true;
}

static bool put_deflated(struct outgoing *o, enum sender sender,
	enum ws_opcode opcode, const uint8_t *data, size_t len, bool last,
	size_t *at)
{
	bool done;

	do {
		size_t room = payload_room(o);

		if (room < CUT_MIN)
			return false;
		if (o->max_frame && room > o->max_frame + WS_HEADER_MAX)
			room = o->max_frame + WS_HEADER_MAX;
		o->busy = sender;
		done = ws_conn_send_deflated(o->conn, o->out, opcode, last,
			data, len, at, room, mask_keys_next(&o->keys));
	} while (!done);
	if (last)
		o->busy = SENDER_NONE;
	return true;
}

/* Whether a message that begins with a piece of len bytes is compressed.
 * DEFLATE gets no further with frames that are all too short. */
static bool worth_it(const struct outgoing *o, size_t len, bool last)
{
	return o->conn->deflate && (!last || len >= o->compress_min) &&
	       frame_max(o) >= WS_DEFLATE_ROOM;
}

static inline void count(
	struct outgoing *o, enum ws_opcode opcode, size_t len, bool last)
{
	o->bytes += len;
	o->binary += last && opcode == WS_BINARY;
	if (last)
		o->ends[o->messages++ % OUTGOING_ENDS] =
			o->written + buf_len(o->out);
}

bool outgoing_short_ready(const struct outgoing *o)
{
	return o->busy == SENDER_NONE && !o->max_frame && !o->conn->deflate &&
	       ws_conn_may_send(o->conn) && payload_room(o) >= CUT_MIN;
}

void outgoing_put_short(struct outgoing *o, enum ws_opcode opcode,
	const uint8_t *data, size_t len)
{
	ws_conn_send_short(
		o->conn, o->out, opcode, data, len, mask_keys_next(&o->keys));
	count(o, opcode, len, true);
	if (o->record)
		record_piece(o->record, opcode, data, len, true);
}

bool outgoing_put(struct outgoing *o, enum sender sender, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool last, size_t *at)
{
	if (!free_for(o, sender))
		return false;
	if (o->busy == SENDER_NONE)
		o->compressing = worth_it(o, len, last);
	o->opcode = (uint8_t)opcode;
	if (!(o->compressing ? put_deflated(
				       o, sender, opcode, data, len, last, at)
			     : put_plain(
				       o, sender, opcode, data, len, last, at)))
		return false;
	count(o, opcode, len, last);
	if (o->record)
		record_piece(o->record, opcode, data, len, last);
	return true;
}

bool outgoing_control(struct outgoing *o, enum ws_opcode opcode,
	const void *payload, size_t len)
{
	if (o->busy == SENDER_RAW ||
		!ws_conn_send(o->conn, o->out, opcode, true, payload, len,
			mask_keys_next(&o->keys)))
		return false;
	if (o->record)
		record_control(o->record, opcode, payload, len);
	return true;
}

void outgoing_answer(struct outgoing *o)
{
	size_t before = buf_len(o->out);

	if (!ws_conn_owes(o->conn) || o->busy == SENDER_RAW)
		return;
	ws_conn_answer(o->conn, o->out, mask_keys_next(&o->keys));
	if (o->record)
		record_frames(o->record, buf_head(o->out) + before,
			buf_len(o->out) - before);
}

static bool ends_message(const struct ws_frame *f)
{
	return f->fin && !ws_opcode_is_control(f->opcode);
}

/* Of the message that a frame belongs to, behind one of another. */
static uint8_t message_opcode(const struct ws_frame *f, uint8_t before)
{
	return f->opcode == WS_TEXT || f->opcode == WS_BINARY ? f->opcode
							      : before;
}

static void note_end(struct outgoing *o, uint64_t end)
{
	o->gone_ends[o->gone++ % OUTGOING_ENDS] = end;
}

/* All of out was written: where its messages end is known without a look. */
static void note_all(struct outgoing *o)
{
	if (o->messages - o->gone > OUTGOING_ENDS)
		o->gone = o->messages - OUTGOING_ENDS;
	while (o->gone < o->messages)
		note_end(o, o->ends[o->gone % OUTGOING_ENDS]);
	o->to_edge = 0;
	/* Where a message is unfinished, it is the latest. */
	o->cut_opcode = o->opcode;
}

/* Only n bytes were: counts their messages, and finds the next frame. */
static void note_some(struct outgoing *o, size_t n)
{
	while (o->to_edge <= n) {
		struct ws_frame f;
		const char *why;
		int header;

		if (o->to_edge > 0 && ends_message(&o->cut))
			note_end(o, o->written + o->to_edge);
		if (o->to_edge == n)
			break;
		header = ws_frame_read(&f, buf_head(o->out) + o->to_edge,
			buf_len(o->out) - (size_t)o->to_edge, &why);
		assert(header > 0);
		o->to_edge += (uint64_t)header + f.len;
		o->cut = f;
		o->cut_opcode = message_opcode(&f, o->cut_opcode);
	}
	o->to_edge -= n;
}

void outgoing_note_raw(struct outgoing *o, uint64_t bytes)
{
	o->bytes += bytes;
	o->ends[o->messages++ % OUTGOING_ENDS] = o->written;
	note_all(o);
}

void outgoing_wrote(struct outgoing *o, size_t n)
{
	if (n == buf_len(o->out))
		note_all(o);
	else if (o->busy != SENDER_RAW)
		note_some(o, n);
	o->written += n;
	buf_consume(o->out, n);
}

/* A frame whose last n bytes are left. */
static void leave(struct outgoing_left *left, const struct ws_frame *f,
	uint64_t n, uint8_t opcode)
{
	struct ws_tally *tally = &left->frames[f->opcode];

	tally->frames += n > f->len;
	tally->bytes += n < f->len ? n : f->len;
	left->close |= f->opcode == WS_CLOSE;
	if (!ends_message(f))
		return;
	left->messages++;
	left->binary += opcode == WS_BINARY;
}

void outgoing_left(const struct outgoing *o, struct outgoing_left *left)
{
	size_t at = (size_t)o->to_edge, len = buf_len(o->out);
	uint8_t opcode = o->cut_opcode;

	*left = (struct outgoing_left){ 0 };
	/* A raw frame counts when all of it has left. */
	if (o->busy == SENDER_RAW)
		return;
	if (at > 0)
		leave(left, &o->cut, at, opcode);
	while (at < len) {
		struct ws_frame f;
		const char *why;
		int header = ws_frame_read(
			&f, buf_head(o->out) + at, len - at, &why);

		assert(header > 0);

		const size_t size = (size_t)header + (size_t)f.len;

		opcode = message_opcode(&f, opcode);
		leave(left, &f, size, opcode);
		at += size;
	}
}

uint64_t outgoing_unsent(const struct outgoing *o)
{
	struct outgoing_left left;

	outgoing_left(o, &left);
	return left.messages;
}

unsigned outgoing_latest(const struct outgoing *o, uint64_t n)
{
	uint64_t from = n < o->written ? o->written - n : 0;
	unsigned count = 0;

	while (count < o->gone && count < OUTGOING_ENDS &&
		o->gone_ends[(o->gone - 1 - count) % OUTGOING_ENDS] > from)
		count++;
	return count;
}
