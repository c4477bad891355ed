#ifndef WSTAP_SESSION_OUTGOING_H
#define WSTAP_SESSION_OUTGOING_H

#include "base/buf.h"
#include "ws/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages of any length become frames that fit `out`, whose masking keys
 * come from a pool that one getentropy() fills.
 *
 * Two may want to send, the input and the echo; a message of one is never cut
 * by the other's: whoever began a message has `out` until its end.
 */
enum { MASK_POOL = 256 };

struct mask_keys {
	uint8_t pool[MASK_POOL];
	size_t left; /* bytes of the pool not given out */
};

/* The next four random bytes; good until the next call. */
const uint8_t *mask_keys_next(struct mask_keys *keys);

/* Random bytes; the process ends where the system has none to give. */
void random_bytes(void *out, size_t n);

enum sender { SENDER_NONE, SENDER_INPUT, SENDER_ECHO };

struct outgoing {
	struct ws_conn *conn;
	struct buf *out;
	struct mask_keys keys;
	size_t compress_min; /* shorter messages go uncompressed */
	enum sender busy;    /* whose message is unfinished ... */
	bool compressing;    /* ... and how it goes */
	uint64_t to_edge;    /* bytes from out's head to the next frame */
	bool cut_is_message; /* the frame that out's head cuts ends a message */
};

void outgoing_init(struct outgoing *o, struct ws_conn *conn, struct buf *out,
	size_t compress_min);

/* Sends a message's piece from *at on, as far as there is room, and moves
 * *at; true once all of it is in out. False too while another's message is
 * unfinished. last: the message ends with the piece. */
bool outgoing_put(struct outgoing *o, enum sender sender, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool last, size_t *at);

/* Whether outgoing_put() has room for a new message. */
bool outgoing_ready(const struct outgoing *o, enum sender sender);

/* A control frame; false where there is no room. */
bool outgoing_control(struct outgoing *o, enum ws_opcode opcode,
	const void *payload, size_t len);

/* The pongs and the close that are owed. */
void outgoing_answer(struct outgoing *o);

/* The first n bytes of out were written: consumes them. */
void outgoing_wrote(struct outgoing *o, size_t n);

/* How many messages end in what is still in out. */
uint64_t outgoing_unsent(const struct outgoing *o);

#endif
