#ifndef WSTAP_SESSION_OUTGOING_H
#define WSTAP_SESSION_OUTGOING_H

#include "base/buf.h"
#include "session/raw.h"
#include "session/record.h"
#include "ws/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages of any length become frames that fit `out`, whose masking keys
 * come from a pool that one system call fills.
 *
 * Several may want to send: the input, the echo, the input that a listener's
 * clients share. A message of one is never cut by another's: whoever began a
 * message has `out` until its end.
 */
enum { MASK_POOL = 4096 };

struct mask_keys {
	uint8_t pool[MASK_POOL];
	size_t left; /* bytes of the pool not given out */
};

/* The next four random bytes; good until the next call. */
const uint8_t *mask_keys_next(struct mask_keys *keys);

/* Random bytes; the process ends where the system has none to give. */
void random_bytes(void *out, size_t n);

/* How many of the latest messages' fate can be told. */
enum { OUTGOING_ENDS = 256 };

enum sender {
	SENDER_NONE,
	SENDER_INPUT,
	SENDER_ECHO,
	SENDER_SHARED,
	SENDER_RAW, /* a raw frame, whosever it is (session/raw) */
};

struct outgoing {
	struct ws_conn *conn;
	struct buf *out;
	struct mask_keys keys;
	size_t compress_min; /* shorter messages go uncompressed */
	size_t max_frame;    /* payload bytes of one; 0: no limit */
	enum sender busy;    /* whose message is unfinished ... */
	bool compressing;    /* ... and how it goes */
	uint64_t to_edge;    /* bytes from out's head to the next frame */
	struct ws_frame cut; /* the one that out's head cuts */
	uint8_t opcode;      /* of the message of the latest frame put ... */
	uint8_t cut_opcode;  /* ... and of the one that out's head cuts */

	/* what went, for the meter and for what was lost */
	uint64_t messages, bytes; /* data messages queued whole; payload */
	uint64_t binary;          /* of the messages */
	struct outgoing_share {   /* of what goes to several (outlet) */
		bool taking;      /* this message */
		bool done;        /* with the piece at hand; else ... */
		size_t at;        /* ... so far */
	} share;
	uint64_t written; /* bytes of frames written ... */
	uint64_t gone;    /* ... and messages that end in them */
	/* Where the latest messages end: of those queued, of those written. */
	uint64_t ends[OUTGOING_ENDS], gone_ends[OUTGOING_ENDS];
	struct raw raw;
	struct record_link *record; /* borrowed; NULL: it is not recorded */
};

struct outgoing_config {
	size_t compress_min;
	uint64_t max_frame;
};

void outgoing_init(struct outgoing *o, struct ws_conn *conn, struct buf *out,
	const struct outgoing_config *config);

/* Sends a message's piece from *at on, as far as there is room, and moves
 * *at; true once all of it is in out. False too while another's message is
 * unfinished. last: the message ends with the piece. */
bool outgoing_put(struct outgoing *o, enum sender sender, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool last, size_t *at);

/* Whether outgoing_put() has room for a new message. */
bool outgoing_ready(const struct outgoing *o, enum sender sender);

/* Whether short messages can be put by outgoing_put_short(): none is
 * unfinished, and nothing is to be done to them but the masking. */
bool outgoing_short_ready(const struct outgoing *o);

/* Sends a whole message of at most WS_FRAME_SHORT bytes: the short way of the
 * many. */
void outgoing_put_short(struct outgoing *o, enum ws_opcode opcode,
	const uint8_t *data, size_t len);

/* A control frame; false where there is no room, or a raw frame is not through
 * yet. */
bool outgoing_control(struct outgoing *o, enum ws_opcode opcode,
	const void *payload, size_t len);

/* The pongs and the close that are owed. */
void outgoing_answer(struct outgoing *o);

/* A raw frame has left, with so many bytes of a message: counts as one, for
 * what is to be sent again. */
void outgoing_note_raw(struct outgoing *o, uint64_t bytes);

/* The first n bytes of out were written: consumes them. */
void outgoing_wrote(struct outgoing *o, size_t n);

/* How many messages end in what is still in out. */
uint64_t outgoing_unsent(const struct outgoing *o);

/* What is still in out, of what was counted when it was put there: a frame is
 * while its header is not written whole, a message while its end is not. */
struct outgoing_left {
	struct ws_tally frames[WS_OPCODES];
	uint64_t messages, binary; /* of the messages, binary */
	bool close;                /* a close frame, or the end of one */
};
void outgoing_left(const struct outgoing *o, struct outgoing_left *left);

/* How many messages end in the last n bytes written; OUTGOING_ENDS stands for
 * that many and more. */
unsigned outgoing_latest(const struct outgoing *o, uint64_t n);

#endif
