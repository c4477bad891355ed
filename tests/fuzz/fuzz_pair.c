#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/content.h"
#include "fuzz/fuzz.h"
#include "ws/conn.h"

/*
 * Two ends of a connection. What one sends, in fragments, compressed or not,
 * with pings between them, through buffers of any size, arrives at the other:
 * the same messages, the same pings in their places, a pong for each, and at
 * the end both have closed.
 *
 *     input: choices, deflate's parameters (two bytes), seed of cuts and sizes,
 *     room of the buffers; then messages, of which each is choices and
 *     content.h's
 */
enum { SERVER = 1, DEFLATE = 2 };             /* of the sender */
enum { TEXT = 1, COMPRESSED = 2, PINGS = 4 }; /* of a message */
enum { KEY_SIZE = 4, CONTROL_FRAME = WS_HEADER_MAX + WS_CONTROL_MAX };

struct end {
	struct ws_conn conn;
	struct ws_deflate deflate;
	struct buf in, out;
	uint8_t in_memory[16384], out_memory[16384];
	struct gathered pings, pongs; /* each a length and its bytes */
	struct gathered message;      /* the one that is coming */
	size_t messages;              /* that came whole */
};

/* What the sender has sent. */
struct sender {
	struct end *end, *peer;
	struct dice dice;
	struct gathered pings;
	const uint8_t *data; /* of the message that must come next */
	size_t len;
	enum ws_opcode opcode;
};

static void roll_key(struct dice *dice, uint8_t key[KEY_SIZE])
{
	for (int i = 0; i < KEY_SIZE; i++)
		key[i] = (uint8_t)dice_roll(dice, 256);
}

static void gather_ping(struct gathered *pings, const uint8_t *data, size_t len)
{
	uint8_t n = (uint8_t)len;

	gather(pings, &n, 1);
	gather(pings, data, len);
}

static void end_init(struct end *e, bool server, bool deflate,
	const struct ws_deflate_params *params, size_t room)
{
	ws_deflate_init(&e->deflate, params, server);
	ws_conn_init(&e->conn, server ? WS_SERVER : WS_CLIENT,
		deflate ? &e->deflate : NULL);
	buf_init(&e->in, e->in_memory, CONTROL_FRAME + room);
	buf_init(&e->out, e->out_memory,
		4 * CONTROL_FRAME + WS_DEFLATE_ROOM + room);
	e->pings.len = e->pongs.len = e->message.len = 0;
	e->messages = 0;
}

static void take_data(struct sender *s, const struct ws_event *ev)
{
	struct gathered *message = &s->peer->message;

	REQUIRE(ev->opcode == s->opcode);
	REQUIRE(ev->first == (message->len == 0));
	REQUIRE(ev->len <= s->len - message->len);
	REQUIRE(!ev->len || !memcmp(ev->data, s->data + message->len, ev->len));
	gather(message, ev->data, ev->len);
	if (!ev->last)
		return;
	REQUIRE(message->len == s->len);
	message->len = 0;
	s->peer->messages++;
}

static void take_events(struct sender *s, struct end *e)
{
	struct ws_event ev;
	uint8_t key[KEY_SIZE];

	for (;;) {
		/* Its answer must have somewhere to go. */
		if (buf_room(&e->out) < 2 * CONTROL_FRAME)
			return;
		ws_conn_next(&e->conn, &e->in, &ev);
		switch (ev.type) {
		case WS_EVENT_NONE:
			return;
		case WS_EVENT_DATA:
			REQUIRE(e == s->peer);
			take_data(s, &ev);
			break;
		case WS_EVENT_PING:
			gather_ping(&e->pings, ev.data, ev.len);
			break;
		case WS_EVENT_PONG:
			gather_ping(&e->pongs, ev.data, ev.len);
			break;
		case WS_EVENT_CLOSE:
			REQUIRE(ev.code == WS_CLOSE_NORMAL);
			break;
		case WS_EVENT_FAIL:
			REQUIRE(ev.type != WS_EVENT_FAIL);
		}
		roll_key(&s->dice, key);
		ws_conn_answer(&e->conn, &e->out, key);
		REQUIRE(!ws_conn_owes(&e->conn));
	}
}

/* Some of what one end said reaches the other; whether anything did. */
static bool carry(struct sender *s, struct end *from, struct end *to)
{
	size_t n = buf_len(&from->out);

	if (n > buf_room(&to->in))
		n = buf_room(&to->in);
	if (n && dice_roll(&s->dice, 2))
		n = 1 + dice_roll(&s->dice, (uint32_t)n);
	REQUIRE(buf_put(&to->in, buf_head(&from->out), n));
	buf_consume(&from->out, n);
	take_events(s, to);
	return n > 0;
}

/* Until both ends have heard all: or, not to the end, once. */
static void exchange(struct sender *s, bool to_the_end)
{
	bool moved;

	do {
		moved = carry(s, s->end, s->peer);
		moved = carry(s, s->peer, s->end) || moved;
	} while (moved && to_the_end);
}

static void send_ping(struct sender *s)
{
	uint8_t data[WS_CONTROL_MAX], key[KEY_SIZE];
	size_t n = dice_roll(&s->dice, sizeof(data) + 1);

	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)dice_roll(&s->dice, 256);
	roll_key(&s->dice, key);
	if (ws_conn_send(
		    &s->end->conn, &s->end->out, WS_PING, true, data, n, key))
		gather_ping(&s->pings, data, n);
}

/* One piece of the message; true once it is queued. */
static bool send_piece(struct sender *s, bool compressed, const uint8_t *p,
	size_t n, bool fin, size_t *at)
{
	struct ws_conn *c = &s->end->conn;
	struct buf *out = &s->end->out;
	enum ws_opcode opcode = c->sending ? WS_CONTINUATION : s->opcode;
	size_t room = buf_room(out);
	uint8_t key[KEY_SIZE];

	roll_key(&s->dice, key);
	if (!compressed)
		return ws_conn_send(c, out, opcode, fin, p, n, key);
	if (room < WS_HEADER_MAX + WS_DEFLATE_ROOM)
		return false;
	if (dice_roll(&s->dice, 2))
		room = WS_HEADER_MAX + WS_DEFLATE_ROOM;
	return ws_conn_send_deflated(c, out, opcode, fin, p, n, at, room, key);
}

static void send_message(struct sender *s, unsigned choice)
{
	struct cutter cutter = { CUT_RANDOM, s->dice };
	bool compressed = s->end->conn.deflate && choice & COMPRESSED;
	size_t messages = s->peer->messages, at = 0;
	bool fin;

	do {
		size_t left = s->len - at, used = 0;
		size_t n = left ? cutter_next(&cutter, left) : 0;

		/* A frame must fit. */
		if (!compressed && n > s->end->out.cap - WS_HEADER_MAX)
			n = s->end->out.cap - WS_HEADER_MAX;
		fin = n == left && (!n || dice_roll(&cutter.dice, 2));
		while (!send_piece(s, compressed, s->data + at, n, fin, &used))
			exchange(s, false);
		at += n;
		if (choice & PINGS && dice_roll(&cutter.dice, 4) == 0)
			send_ping(s);
		if (dice_roll(&cutter.dice, 3) == 0)
			exchange(s, false);
	} while (!fin);
	s->dice = cutter.dice;
	exchange(s, true);
	REQUIRE(s->peer->messages == messages + 1);
}

/* Makes text of any bytes: ASCII, and some longer characters. */
static void make_text(const uint8_t *p, size_t len, struct gathered *text)
{
	static const char *const longer[] = { "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80" };

	text->len = 0;
	gather(text, "", 0);
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = p[i] & 0x7f;
		const char *character = longer[i % 3];

		if (byte % 16 == 15)
			gather(text, character, strlen(character));
		else
			gather(text, &byte, 1);
	}
}

static void send_messages(struct sender *s, struct input *in)
{
	static struct gathered content, text;

	content.len = 0;
	gather(&content, "", 0);
	for (;;) {
		unsigned choice = input_byte(in);
		size_t before = content.len;

		if (!content_append(in, &s->dice, &content))
			return;
		s->data = content.p + before;
		s->len = content.len - before;
		s->opcode = choice & TEXT ? WS_TEXT : WS_BINARY;
		if (choice & TEXT) {
			make_text(s->data, s->len, &text);
			s->data = text.p;
			s->len = text.len;
		}
		send_message(s, choice);
	}
}

static void close_both(struct sender *s)
{
	uint8_t key[KEY_SIZE];

	roll_key(&s->dice, key);
	ws_conn_close(&s->end->conn, WS_CLOSE_NORMAL, "done");
	ws_conn_answer(&s->end->conn, &s->end->out, key);
	exchange(s, true);
	REQUIRE(ws_conn_closed(&s->end->conn));
	REQUIRE(ws_conn_closed(&s->peer->conn));
	REQUIRE(!s->end->conn.failed && !s->peer->conn.failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct end one, two;
	static struct sender s = { .end = &one, .peer = &two };
	struct input in = { data, size };
	unsigned choice = input_byte(&in);
	bool server = choice & SERVER, deflate = choice & DEFLATE;
	struct ws_deflate_params params = content_params(&in);

	s.dice = dice_of(input_byte(&in));
	s.pings.len = 0;

	size_t room = 40 * (size_t)input_byte(&in);

	end_init(&one, server, deflate, &params, room);
	end_init(&two, !server, deflate, &params, room);
	send_messages(&s, &in);
	REQUIRE(gathered_same(&s.pings, &two.pings));
	REQUIRE(gathered_same(&s.pings, &one.pongs));
	REQUIRE(two.pongs.len == 0 && one.pings.len == 0);
	close_both(&s);
	ws_deflate_release(&one.deflate);
	ws_deflate_release(&two.deflate);
	return 0;
}
