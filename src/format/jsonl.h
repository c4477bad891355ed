#ifndef WSTAP_FORMAT_JSONL_H
#define WSTAP_FORMAT_JSONL_H

#include "base/buf.h"
#include "format/jsonput.h"
#include "format/rawframe.h"
#include "ws/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages and events as JSON, an object a line, in this order of keys:
 *
 *     {"time":"2026-01-31T12:00:00.000000Z","dir":"in","type":"text","size":5,"data":"hello"}
 *     {"time":"...","dir":"in","type":"binary","size":2,"base64":"AP8="}
 *     {"time":"...","dir":"out","type":"ping","size":0,"data":""}
 *     {"time":"...","dir":"in","type":"close","code":1000,"reason":"bye"}
 *     {"time":"...","dir":"out","type":"frame","fin":true,"rsv":0,"opcode":3,"len":1,"lenbits":7,"base64":"AA=="}
 *     {"time":"...","type":"open","url":"...", ...}
 *     {"time":"...","type":"error","exit":56,"message":"..."}
 *
 * A listener with several clients has "client":N before the type.
 *
 * What is written is UTF-8 and safe for a terminal: see format/jsonput.
 */

/* --- writing --- */

/* "2026-01-31T12:00:00.000000Z" and a NUL (RFC 3339, UTC); the nearest that
 * it can say where that is before 1970 or after 9999. */
enum { JSONL_TIME_SIZE = 32 };
void jsonl_time(char out[JSONL_TIME_SIZE], int64_t seconds, long nanoseconds);

enum jsonl_dir { JSONL_NO_DIR, JSONL_IN, JSONL_OUT };

/* What each object begins with. */
struct jsonl_mark {
	const char *time;   /* as jsonl_time() gives it */
	enum jsonl_dir dir; /* JSONL_NO_DIR for open and error */
	unsigned client;    /* 0: there is but one */
};

/* A message, whole at data, into out as far as that has room but for `spare`
 * bytes: goes on from *at (0: its beginning, which needs JSONL_HEAD_ROOM of
 * room besides spare) and moves it. True once all of it, its line end too, is
 * out; then *at is len. A message of 0 bytes is out at once. opcode is WS_TEXT
 * (data is UTF-8) or WS_BINARY. *at is moved by at least one byte at each
 * call, where there is that much room. */
enum { JSONL_HEAD_ROOM = JSONPUT_HEAD };
bool jsonl_write_message(struct buf *out, size_t spare,
	const struct jsonl_mark *mark, enum ws_opcode opcode,
	const uint8_t *data, size_t len, size_t *at);

/* Bounded objects: false, and nothing queued, where out has not the room for
 * all of it. JSONL_CONTROL_ROOM is always enough for the first two. */
enum { JSONL_CONTROL_ROOM = 2048 };

/* A ping or pong: data where it is UTF-8, else base64. */
bool jsonl_write_control(struct buf *out, const struct jsonl_mark *mark,
	enum ws_opcode opcode, const uint8_t *data, size_t len);

/* A close frame: code WS_CLOSE_NO_CODE is null. */
bool jsonl_write_close(struct buf *out, const struct jsonl_mark *mark,
	uint16_t code, const uint8_t *reason, size_t len);

/* A frame, or bytes with no header (type "raw"), as rawframe_finish() left
 * it: read again it is the same, but for keys drawn at random. Where out has
 * jsonl_frame_room() it fits. */
size_t jsonl_frame_room(const struct rawframe *f);
bool jsonl_write_frame(struct buf *out, const struct jsonl_mark *mark,
	const struct rawframe *f);

/* The first bytes of a frame that broke the protocol, as one of type "raw",
 * and how many it has or should have. Where out has jsonl_raw_room() it
 * fits. */
size_t jsonl_raw_room(size_t len);
bool jsonl_write_raw(struct buf *out, const struct jsonl_mark *mark,
	uint64_t size, const uint8_t *data, size_t len);

/* NULL is null, but for the strings without which there is no connection.
 * What isn't UTF-8 in any of them is replaced by U+FFFD. The keys are in this
 * order. */
struct jsonl_open {
	const char *url;
	int status;
	const char *address;
	const char *tls, *cipher;      /* NULL in the clear */
	const char *subprotocol;       /* NULL: none */
	const char *const *extensions; /* each as in the header */
	size_t extensions_n;
	/* The handshake's heads, whole, with what is secret blanked; NULL: no
	 * such key. */
	const char *request, *response;
};
bool jsonl_write_open(struct buf *out, const struct jsonl_mark *mark,
	const struct jsonl_open *open);

/* How a connection failed: the exit status and the line for people. */
bool jsonl_write_error(struct buf *out, const struct jsonl_mark *mark, int exit,
	const char *message);

/* --- reading --- */

enum jsonl_type {
	JSONL_NOTHING, /* an open or error event, or a blank line: no message */
	JSONL_MESSAGE, /* opcode, and data */
	JSONL_CLOSE,   /* code, and the reason as data (UTF-8, NUL-ended) */
	JSONL_FRAME,   /* frame: of type "frame", or "raw" for no header */
};

/* No time that a record has. */
#define JSONL_NO_TIME INT64_MIN

struct jsonl_object {
	enum jsonl_type type;
	enum ws_opcode opcode; /* WS_TEXT, WS_BINARY, WS_PING, WS_PONG */
	const uint8_t *data;   /* good until the next jsonl_read() */
	size_t len;
	uint16_t code; /* WS_CLOSE_NO_CODE for null */

	/* Finished. The reader's, until the next jsonl_read(): who wants to
	 * keep it copies the struct and fills the reader's with zeros. */
	struct rawframe *frame;

	/* For records; what is absent or no such value is as said here. */
	enum jsonl_dir dir; /* JSONL_NO_DIR */
	int64_t time_ns;    /* since 1970: JSONL_NO_TIME */
	unsigned client;    /* 0 */
	bool opens;         /* an open event, of no refusal */
	/* What is wrong with dir or time, a static sentence; NULL: nothing.
	 * Only a record needs to mind. */
	const char *mark_fault;
};

/* Zeros at first. */
struct jsonl_reader {
	void *tree;            /* owned: the library's */
	uint8_t *decoded;      /* owned: what base64 gave */
	struct rawframe frame; /* owned */
};

/* Reads a line (without its end). False where it is no such object: why says
 * in words what is wrong and where, to follow "record 3 of standard input: ";
 * it may quote the line as it is: who shows it escapes it (ui/diag does).
 * Keys that mean nothing here are ignored, and so is `size`; a key given twice
 * is wrong. Text must have data or base64 (which must be UTF-8), binary too; a
 * ping and a pong may have neither, and have 125 bytes at most; a close has a
 * code that may be sent (null: none; absent: 1000) and a reason of 123 bytes
 * at most (none without a code). A frame's keys are format/rawframe's, each
 * with a string, an integer or a boolean. null for a string is as if its key
 * were absent. A NUL in a string is a character like any other, in a reason
 * too. */
enum { JSONL_WHY_SIZE = RAWFRAME_WHY };
bool jsonl_read(struct jsonl_reader *r, const uint8_t *line, size_t len,
	struct jsonl_object *object, char why[JSONL_WHY_SIZE]);

/* Whether whom the line read last is for is said as it must be, where that is
 * said: a "client" that is no number of one would go to another. For input; a
 * record is not sent to anyone. False: why, as above. */
bool jsonl_check_client(const struct jsonl_reader *r, char why[JSONL_WHY_SIZE]);

/* Frees what it holds; ready for another line. */
void jsonl_release(struct jsonl_reader *r);

/* A time of RFC 3339, in nanoseconds since 1970; false where it is none, or
 * not of the years 1970 to 2250. */
bool jsonl_time_read(const char *text, size_t len, int64_t *ns);

/* "jansson 2.14": for --version. */
const char *jsonl_library(void);

#endif
