#define _GNU_SOURCE /* getentropy */
#include "session/outgoing.h"

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

void random_bytes(void *out, size_t n)
{
	if (getentropy(out, n) != 0)
		abort();
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
	size_t compress_min)
{
	*o = (struct outgoing){
		.conn = conn, .out = out, .compress_min = compress_min
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

/* A piece as it is, in one frame or, where room is short, in several. */
static bool put_plain(struct outgoing *o, enum sender sender,
	enum ws_opcode opcode, const uint8_t *data, size_t len, bool last,
	size_t *at)
{
	do {
		size_t left = len - *at, room = payload_room(o);
		size_t n = left < room ? left : room;
		bool fin = last && n == left;

		if (room == 0 || (n < left && n < CUT_MIN))
			return false;
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
		o->busy = sender;
		done = ws_conn_send_deflated(o->conn, o->out, opcode, last,
			data, len, at, room, mask_keys_next(&o->keys));
	} while (!done);
	if (last)
		o->busy = SENDER_NONE;
	return true;
}

bool outgoing_put(struct outgoing *o, enum sender sender, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool last, size_t *at)
{
	if (!free_for(o, sender))
		return false;
	if (o->busy == SENDER_NONE)
		o->compressing =
			o->conn->deflate && (!last || len >= o->compress_min);
	return o->compressing
		       ? put_deflated(o, sender, opcode, data, len, last, at)
		       : put_plain(o, sender, opcode, data, len, last, at);
}

bool outgoing_control(struct outgoing *o, enum ws_opcode opcode,
	const void *payload, size_t len)
{
	return ws_conn_send(o->conn, o->out, opcode, true, payload, len,
		mask_keys_next(&o->keys));
}

void outgoing_answer(struct outgoing *o)
{
	if (ws_conn_owes(o->conn))
		ws_conn_answer(o->conn, o->out, mask_keys_next(&o->keys));
}

static bool ends_message(const struct ws_frame *f)
{
	return f->fin && !ws_opcode_is_control(f->opcode);
}

void outgoing_wrote(struct outgoing *o, size_t n)
{
	size_t len = buf_len(o->out);

	/* Only a short write leaves a frame to look for. */
	if (n == len)
		o->to_edge = 0;
	while (n < len && o->to_edge < n) {
		struct ws_frame f;
		const char *why;
		int header = ws_frame_read(&f, buf_head(o->out) + o->to_edge,
			len - (size_t)o->to_edge, &why);

		assert(header > 0);
		o->to_edge += (uint64_t)header + f.len;
		o->cut_is_message = ends_message(&f);
	}
	if (n < len)
		o->to_edge -= n;
	buf_consume(o->out, n);
}

uint64_t outgoing_unsent(const struct outgoing *o)
{
	uint64_t count = o->to_edge > 0 && o->cut_is_message;
	size_t at = (size_t)o->to_edge, len = buf_len(o->out);

	while (at < len) {
		struct ws_frame f;
		const char *why;
		int header = ws_frame_read(
			&f, buf_head(o->out) + at, len - at, &why);

		assert(header > 0);
		at += (size_t)header + (size_t)f.len;
		count += ends_message(&f);
	}
	return count;
}
