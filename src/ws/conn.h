#ifndef WSTAP_WS_CONN_H
#define WSTAP_WS_CONN_H

#include "base/buf.h"
#include "ws/close.h"
#include "ws/deflate.h"
#include "ws/frame.h"
#include "ws/utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One WebSocket connection after its opening handshake, in either role (RFC
 * 6455 sections 5 to 8). It is told bytes and asked for events; it calls
 * nobody back, owns no buffer, and knows no clock and no random bytes.
 *
 *     network -> in  -> ws_conn_next()   -> events
 *     network <- out <- ws_conn_send()   <- messages
 *                  \--- ws_conn_answer(): the pongs and the close it owes
 *
 * - A payload is never gathered: it passes as spans, whatever its length, its
 *   UTF-8 checked on the way. A span points into `in` and is good until
 *   bytes are next put into `in`. A server unmasks it there.
 * - With permessage-deflate, spans pass through its scratch instead, and are
 *   good until the next call; UTF-8 and the limit are checked there, on what
 *   comes out, which is the defence against bombs.
 * - Not calling ws_conn_next() is the back-pressure.
 * - A control frame is one event, once it is whole: `in` must have room for
 *   WS_HEADER_MAX + WS_CONTROL_MAX bytes at least.
 * - What it owes is bounded: one pong (the latest ping wins, RFC 6455 5.5.3)
 *   and one close.
 * - The peer's first fault ends it: one WS_EVENT_FAIL, then nothing more is
 *   read, and the close it owes names the fault. After a close frame came,
 *   what follows is dropped.
 */

enum ws_role { WS_CLIENT, WS_SERVER };

enum ws_event_type {
	WS_EVENT_NONE, /* nothing until `in` grows */
	WS_EVENT_DATA, /* a piece of a message */
	WS_EVENT_PING, /* whole; its pong is now owed */
	WS_EVENT_PONG,
	WS_EVENT_CLOSE, /* code, and the reason as data */
	WS_EVENT_FAIL,  /* code to be sent, and why */
};

struct ws_event {
	enum ws_event_type type;
	enum ws_opcode opcode; /* DATA: WS_TEXT or WS_BINARY, in every piece */
	bool first, last;      /* DATA: the message's first, last piece */
	const uint8_t *data;   /* into `in` */
	size_t len;            /* DATA: 0 only where the message's end brings
	                        * no more bytes */
	uint16_t code;         /* CLOSE: WS_CLOSE_NO_CODE where it had none */
	const char *why;       /* FAIL: a static sentence with its section;
	                        * data is what there is from the frame's header
	                        * on, where that or a control frame is at
	                        * fault, as it came */
};

/* Frames of one opcode that went one way, and the bytes of their payloads as
 * they are on the wire: compressed ones are counted compressed. */
struct ws_tally {
	uint64_t frames, bytes;
};

static inline void ws_tally_add(struct ws_tally *t, uint64_t bytes)
{
	t->frames++;
	t->bytes += bytes;
}

enum { WS_OPCODES = 16 };

struct ws_conn {
	enum ws_role role;

	/* reading */
	struct ws_frame frame; /* the data frame being read */
	uint64_t frame_at;     /* bytes of its payload given out */
	bool in_frame;
	bool in_message;    /* between a message's first and last frame */
	bool message_begun; /* a piece of it was given out */
	enum ws_opcode message_opcode;
	struct utf8 utf8;
	bool inflating;             /* the message is compressed */
	struct ws_deflate *deflate; /* borrowed; NULL: not agreed on */
	uint64_t max_message;       /* bytes, inflated; 0: no limit */
	uint64_t message_len;       /* bytes of the message given out */
	struct {
		uint16_t code;
		const char *why;
	} doom;    /* the fault behind what was given out */
	bool deaf; /* close received or failed: drop the rest */

	/* what is owed */
	bool owes_pong, owes_close;
	uint8_t pong_len, close_len;
	uint8_t pong[WS_CONTROL_MAX], close[WS_CONTROL_MAX];

	/* where the closing handshake is */
	bool close_received, close_sent, failed;
	bool sending; /* between our message's first and last frame */

	/* What was queued, and what came, by opcode. A data frame that came is
	 * counted once its header is there, with all of its payload:
	 * ws_conn_came() says how much of it came. One whose header breaks a
	 * rule is counted without its payload, which is not read. */
	struct ws_tally out_frames[WS_OPCODES], in_frames[WS_OPCODES];
	/* Of these, some were of compressed messages. */
	bool deflated, inflated;
};

/* deflate: what was agreed on (ws_deflate_init()), or NULL; it must outlive
 * c. */
void ws_conn_init(
	struct ws_conn *c, enum ws_role role, struct ws_deflate *deflate);

/* Takes bytes off `in` and says what they mean. */
void ws_conn_next(struct ws_conn *c, struct buf *in, struct ws_event *ev);

/* How many bytes come next that nobody needs to look at: of a binary message's
 * payload in the clear, all but the frame's last byte, whose event ends the
 * message. They may be taken from the network past `in`, once that is empty,
 * and ws_conn_pass() be told how many. */
uint64_t ws_conn_unseen(const struct ws_conn *c);
void ws_conn_pass(struct ws_conn *c, uint64_t n);

/* Queues one frame of a message: masked (client) and copied in one pass.
 * opcode is WS_TEXT or WS_BINARY for a message's first frame and
 * WS_CONTINUATION after it, or WS_PING or WS_PONG (fin, at most
 * WS_CONTROL_MAX bytes) at any time. False where out has no room for it
 * (WS_HEADER_MAX + len is always enough), or once a close was sent or is
 * owed: then nothing was queued. key is used by a client only. */
bool ws_conn_send(struct ws_conn *c, struct buf *out, enum ws_opcode opcode,
	bool fin, const void *payload, size_t len, const uint8_t key[4]);

/* The same for a whole message of at most WS_FRAME_SHORT bytes, where no other
 * is unfinished, messages may be sent and out has the room: the short way of
 * the many. */
void ws_conn_send_short(struct ws_conn *c, struct buf *out,
	enum ws_opcode opcode, const uint8_t *payload, size_t len,
	const uint8_t key[4]);

/* The same for a compressed message, whose deflate is agreed on: takes what it
 * can of the payload's bytes from *at on and moves *at; true once all of them
 * are taken and, with fin, the message is out. A piece may leave no frame
 * behind. False too where there is no room, or no sending any more. Progress
 * is made whenever out has WS_HEADER_MAX + WS_DEFLATE_ROOM bytes of room; at
 * most `most` bytes of it are used. */
bool ws_conn_send_deflated(struct ws_conn *c, struct buf *out,
	enum ws_opcode opcode, bool fin, const void *payload, size_t len,
	size_t *at, size_t most, const uint8_t key[4]);

/* Queues what it owes, as far as out has room: call after ws_conn_next() and
 * ws_conn_close(). */
void ws_conn_answer(struct ws_conn *c, struct buf *out, const uint8_t key[4]);

/* Begins the closing handshake: a close is owed. reason (NULL: none) is cut
 * to 123 bytes at a character's edge; WS_CLOSE_NO_CODE sends an empty close
 * frame. Nothing where a close was sent or is owed already. The code must be
 * one that may be sent. */
void ws_conn_close(struct ws_conn *c, uint16_t code, const char *reason);

/* What came so far in frames of that opcode. */
static inline struct ws_tally ws_conn_came(
	const struct ws_conn *c, unsigned opcode)
{
	struct ws_tally t = c->in_frames[opcode];

	if (c->in_frame && c->frame.opcode == opcode)
		t.bytes -= c->frame.len - c->frame_at;
	return t;
}

/* Whether messages may still be sent. */
static inline bool ws_conn_may_send(const struct ws_conn *c)
{
	return !c->close_sent && !c->owes_close;
}

static inline bool ws_conn_owes(const struct ws_conn *c)
{
	return c->owes_pong || c->owes_close;
}

/* Whether both close frames passed, or the connection failed and its close
 * was sent: nothing more will be said. */
static inline bool ws_conn_closed(const struct ws_conn *c)
{
	return c->close_sent && (c->close_received || c->failed);
}

#endif
