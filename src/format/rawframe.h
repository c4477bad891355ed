#ifndef WSTAP_FORMAT_RAWFRAME_H
#define WSTAP_FORMAT_RAWFRAME_H

#include "ws/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Any frame at all, right or wrong, as its user words it, and bytes with no
 * header at all.
 *
 *     fin=0 rsv=4 opcode=1 mask=00000000 len=5 hex:48656c6c6f
 *
 *     fin=0|1          (1)
 *     rsv=0..7         RSV1 is 4, RSV2 2, RSV3 1 (0)
 *     opcode=0..15     also 0x0 to 0xf, and text, binary, continuation (cont),
 *                      close, ping, pong (text; close with code=)
 *     mask=none        no masking key (as the role has it: a client's is
 *     mask=random      random, a server has none)
 *     mask=KEY         this one, 8 hex digits
 *     mask=wrong       a random one, but it is its complement (each bit the
 *                      other way) that the payload is masked with
 *     len=SIZE         what the header says, whatever follows (the truth)
 *     lenbits=7|16|64  how it says so (the shortest that holds it)
 *     code=0..65535 reason=TEXT    a close frame's payload
 *     text:TEXT        a payload: the rest of the line as it is,
 *     hex:48 65        bytes of two hex digits,
 *     base64:SGU=
 *     fill:SIZE[:HEX]  or SIZE bytes of a pattern over and over (00)
 *     cut=N[,N...]     offsets from the first byte on the wire before which it
 *                      is cut: what is before goes out first
 *     pause=TIME       what is waited for at each cut: 200ms, 1.5s (0)
 *
 * SIZE takes k, M and G (1024). A word's value, but for text's, may stand in
 * quotation marks, which it needs for blanks in it. "=" and ":" are the same.
 * Bytes with no header have a payload, cut= and pause= only.
 *
 * What goes on the wire is made as it is asked for, window by window: 10 GiB
 * of a pattern take no memory.
 */

enum {
	RAWFRAME_WHY = 256,    /* a line that says what is wrong */
	RAWFRAME_DOUBTS = 512, /* what rawframe_doubts() has to say */
	RAWFRAME_CUTS = 32,    /* cuts at most */
};

enum rawframe_mask {
	RAWFRAME_MASK_ROLE, /* random from a client, none from a server */
	RAWFRAME_MASK_NONE,
	RAWFRAME_MASK_RANDOM,
	RAWFRAME_MASK_KEY,
	RAWFRAME_MASK_WRONG,
};

struct rawframe {
	bool raw; /* bytes with no header: only payload, cuts and pause */
	bool fin;
	uint8_t rsv, opcode;
	enum rawframe_mask mask;
	uint8_t key[4];   /* RAWFRAME_MASK_KEY's */
	uint64_t len;     /* the header's, once rawframe_finish() was called */
	unsigned lenbits; /* 7, 16 or 64; the same */

	/* size bytes of payload: the nbytes at bytes, over and over. */
	uint8_t *bytes; /* owned */
	size_t nbytes;
	uint64_t size;

	uint64_t cuts[RAWFRAME_CUTS]; /* in rising order */
	size_t ncuts;
	int64_t pause_ms;

	/* until rawframe_finish() */
	unsigned given; /* a bit a key */
	uint16_t code;
	uint8_t *reason; /* owned */
	size_t reason_len;
};

/* A whole text message of no bytes; raw: no bytes at all. */
void rawframe_init(struct rawframe *f, bool raw);

/* Frees what it holds; fine where it is all zeros, or twice. */
void rawframe_release(struct rawframe *f);

/* Whether there is such a key, of any of the two kinds: "fin", "hex" ... */
bool rawframe_knows(const char *key);

/* Sets what one key says: those above without their "=" or ":", and "data",
 * which is "text". The value has len bytes, of which none is taken for an end;
 * fin's may be true and false, too. Each key once, and one payload. False: why
 * says in a line what is wrong and what is allowed, to follow "/frame: ". It
 * may quote the value as it is: who shows it escapes it. */
bool rawframe_set(struct rawframe *f, const char *key, const char *value,
	size_t len, char why[RAWFRAME_WHY]);

/* All keys are set: whether they go together. False as above. */
bool rawframe_finish(struct rawframe *f, char why[RAWFRAME_WHY]);

/* All of a line after rawframe_init(): its words, and rawframe_finish(). */
bool rawframe_parse(
	struct rawframe *f, const char *text, char why[RAWFRAME_WHY]);

/* --- what Tab offers --- */

enum {
	RAWFRAME_OFFERS = 16, /* words at most, as they are typed ... */
	RAWFRAME_OFFER = 24,  /* ... with the NUL behind them */
};

/* What the last word of a line that is being typed may become, len bytes up
 * to the cursor: keys with their "=" or ":" that go with the words before it,
 * or a key with each value that is a name ("opcode=ping"). Not all of them
 * begin as the word does. Gives back how many; 0 also where the words before
 * are wrong, and in a text. */
size_t rawframe_offers(char offers[RAWFRAME_OFFERS][RAWFRAME_OFFER], bool raw,
	const char *text, size_t len);

/* For that: a key, which a value that is a name may follow. */
struct rawframe_key {
	const char *name;
	char sign;                      /* "=" or ":", what people write */
	const char *(*value)(size_t i); /* NULL behind the last, or for none */
};

/* The keys that f can still be given. Gives back how many. */
size_t rawframe_keys(
	const struct rawframe *f, struct rawframe_key keys[RAWFRAME_OFFERS]);

/* --- on the wire --- */

/* How many bytes it is, from one in this role. */
uint64_t rawframe_size(const struct rawframe *f, enum ws_role role);

/* Writes those from offset `at` on to `to`, n at most, and gives back how many
 * there were: 0 only at the end. key is four random bytes, the same for all
 * of the frame. */
size_t rawframe_read(const struct rawframe *f, enum ws_role role,
	const uint8_t key[4], uint64_t at, uint8_t *to, size_t n);

/* The first cut behind offset `at`; UINT64_MAX where there is none. One may
 * be behind the end. */
uint64_t rawframe_next_cut(const struct rawframe *f, uint64_t at);

/* --- what it does to a connection --- */

/* What nobody can vouch for once it is sent on the connection as that is now:
 * clauses with "; " between them, the gravest first, or "" where the frame is
 * a right one and has no sequel. */
void rawframe_doubts(const struct rawframe *f, enum ws_role role,
	const struct ws_conn *conn, char out[RAWFRAME_DOUBTS]);

/* It was sent: notes in conn what the other end takes it for. Whether a
 * message of ours is unfinished (conn->sending, which ws_conn_send() wants
 * false where another message begins); and a close frame as it should be is
 * our close: nothing is owed then, and nothing more is sent. */
void rawframe_apply(
	const struct rawframe *f, enum ws_role role, struct ws_conn *conn);

#endif
