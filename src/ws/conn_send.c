/* The writing half of ws/conn.h. */
#include "ws/conn.h"

#include "ws/mask.h"

#include <assert.h>
#include <string.h>

/* Room for a frame of up to len bytes: gives back where its payload goes. */
static uint8_t *reserve_frame(struct buf *out, size_t len)
{
	uint8_t *p = NULL;

	if (len <= SIZE_MAX - WS_HEADER_MAX)
		p = buf_reserve(out, WS_HEADER_MAX + len);
	return p ? p + WS_HEADER_MAX : NULL;
}

/* Queues the frame f, whose payload is at src: elsewhere, or where
 * reserve_frame() said. */
static void commit_frame(struct ws_conn *c, struct buf *out, struct ws_frame *f,
	const uint8_t *src, const uint8_t key[4])
{
	uint8_t *p = out->mem + out->end;
	size_t len = (size_t)f->len, header;

	f->masked = c->role == WS_CLIENT;
	if (f->masked)
		memcpy(f->key, key, 4);
	header = ws_frame_write(p, f);
	if (src == p + WS_HEADER_MAX) {
		memmove(p + header, src, len);
		src = p + header;
	}
	if (f->masked)
		ws_mask(p + header, src, len, key, 0);
	else if (len && src != p + header)
		memcpy(p + header, src, len);
	ws_tally_add(&c->out_frames[f->opcode], len);
	buf_commit(out, header + len);
}

static bool put_frame(struct ws_conn *c, struct buf *out, uint8_t opcode,
	bool fin, const void *src, size_t len, const uint8_t key[4])
{
	struct ws_frame f = { .fin = fin, .opcode = opcode, .len = len };

	if (!reserve_frame(out, len))
		return false;
	commit_frame(c, out, &f, src, key);
	return true;
}

bool ws_conn_send(struct ws_conn *c, struct buf *out, enum ws_opcode opcode,
	bool fin, const void *data, size_t len, const uint8_t key[4])
{
	bool control = ws_opcode_is_control(opcode);

	assert(!control || (fin && len <= WS_CONTROL_MAX));
	assert(opcode != WS_CLOSE);
	assert(control || (opcode == WS_CONTINUATION) == c->sending);
	if (!ws_conn_may_send(c) ||
		!put_frame(c, out, (uint8_t)opcode, fin, data, len, key))
		return false;
	if (!control)
		c->sending = !fin;
	return true;
}

void ws_conn_send_short(struct ws_conn *c, struct buf *out,
	enum ws_opcode opcode, const uint8_t *payload, size_t len,
	const uint8_t key[4])
{
	bool masked = c->role == WS_CLIENT;
	uint8_t *p = buf_reserve(out, WS_HEADER_SHORT + WS_FRAME_SHORT);
	size_t header;

	assert(p && len <= WS_FRAME_SHORT && !c->sending);
	ws_tally_add(&c->out_frames[opcode], len);
	header = ws_frame_write_short(
		p, (uint8_t)opcode, len, masked ? key : NULL);
	if (masked)
		ws_mask(p + header, payload, len, key, 0);
	else if (len)
		memcpy(p + header, payload, len);
	buf_commit(out, header + len);
}

bool ws_conn_send_deflated(struct ws_conn *c, struct buf *out,
	enum ws_opcode opcode, bool fin, const void *data, size_t len,
	size_t *at, size_t most, const uint8_t key[4])
{
	struct ws_frame f = { .opcode = (uint8_t)opcode };
	uint8_t *to;
	size_t taken;
	bool done;

	assert(c->deflate && !ws_opcode_is_control(opcode));
	if (!ws_conn_may_send(c) || most < WS_HEADER_MAX + WS_DEFLATE_ROOM)
		return false;
	to = reserve_frame(out, most - WS_HEADER_MAX);
	if (!to)
		return false;
	f.len = ws_deflate(c->deflate, (const uint8_t *)data + *at, len - *at,
		fin, to, most - WS_HEADER_MAX, &taken, &done);
	*at += taken;
	f.fin = done;
	if (c->sending)
		f.opcode = WS_CONTINUATION;
	else
		f.rsv = 4;
	if (f.len > 0 || f.fin) {
		commit_frame(c, out, &f, to, key);
		c->sending = !f.fin;
		c->deflated = true;
	}
	return fin ? done : *at == len;
}

void ws_conn_answer(struct ws_conn *c, struct buf *out, const uint8_t key[4])
{
	if (c->owes_pong && !c->close_sent &&
		put_frame(c, out, WS_PONG, true, c->pong, c->pong_len, key))
		c->owes_pong = false;
	if (c->owes_close && !c->owes_pong &&
		put_frame(
			c, out, WS_CLOSE, true, c->close, c->close_len, key)) {
		c->owes_close = false;
		c->close_sent = true;
	}
}
