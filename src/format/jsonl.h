#ifndef WSTAP_FORMAT_JSONL_H
#define WSTAP_FORMAT_JSONL_H

#include "base/buf.h"
#include "ws/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages and events as JSON, an object a line, in this order of keys:
 *
 *     {"time":"2026-01-31T12:00:00.000000Z","dir":"in","type":"text","size":5,"data":"hello"}
 *     {"time":"...","dir":"in","type":"binary","size":2,"base64":"AP8="}
 *     {"time":"...","dir":"in","type":"ping","size":0,"data":""}
 *     {"time":"...","dir":"in","type":"close","code":1000,"reason":"bye"}
 *     {"time":"...","type":"open","url":"...", ...}
 *     {"time":"...","type":"error","exit":56,"message":"..."}
 *
 * What is written is UTF-8 and safe for a terminal: what format/escape would
 * escape there is written as \u202e here, which reads back the same.
 */

/* --- writing --- */

/* "2026-01-31T12:00:00.000000Z" and a NUL (RFC 3339, UTC); the nearest that
 * it can say where that is before 1970 or after 9999. The other functions take
 * such a string as `time`. */
enum { JSONL_TIME_SIZE = 32 };
void jsonl_time(char out[JSONL_TIME_SIZE], int64_t seconds, long nanoseconds);

/* A message, whole at data, into out as far as that has room but for `spare`
 * bytes: goes on from *at (0: its beginning, which needs JSONL_HEAD_ROOM of
 * room besides spare) and moves it. True once all of it, its line end too, is
 * out; then *at is len. A message of 0 bytes is out at once. opcode is WS_TEXT
 * (data is UTF-8) or WS_BINARY. *at is moved by at least one byte at each
 * call, where there is that much room. */
enum { JSONL_HEAD_ROOM = 256 };
bool jsonl_message(struct buf *out, size_t spare, const char *time,
	enum ws_opcode opcode, const uint8_t *data, size_t len, size_t *at);

/* Bounded objects: false, and nothing queued, where out has not the room for
 * all of it. JSONL_CONTROL_ROOM is always enough for the first two. */
enum { JSONL_CONTROL_ROOM = 2048 };

/* A ping or pong: data where it is UTF-8, else base64. */
bool jsonl_control(struct buf *out, const char *time, enum ws_opcode opcode,
	const uint8_t *data, size_t len);

/* A close frame: code WS_CLOSE_NO_CODE is null. */
bool jsonl_close(struct buf *out, const char *time, uint16_t code,
	const uint8_t *reason, size_t len);

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
};
bool jsonl_open(
	struct buf *out, const char *time, const struct jsonl_open *open);

/* How a connection failed: the exit status and the line for people. */
bool jsonl_error(
	struct buf *out, const char *time, int exit, const char *message);

/* --- reading --- */

enum jsonl_type {
	JSONL_NOTHING, /* an open or error event, or a blank line: no message */
	JSONL_MESSAGE, /* opcode, and data */
	JSONL_CLOSE,   /* code, and the reason as data (UTF-8, NUL-ended) */
};

struct jsonl_object {
	enum jsonl_type type;
	enum ws_opcode opcode; /* WS_TEXT, WS_BINARY, WS_PING, WS_PONG */
	const uint8_t *data;   /* good until the next jsonl_read() */
	size_t len;
	uint16_t code; /* WS_CLOSE_NO_CODE for null */
};

/* Zeros at first. */
struct jsonl_reader {
	void *tree;       /* owned: the library's */
	uint8_t *decoded; /* owned: what base64 gave */
};

/* Reads a line (without its end). False where it is no such object: why says
 * in words what is wrong and where, to follow "record 3 of standard input: ";
 * it may quote the line as it is: who shows it escapes it (ui/diag does).
 * Keys that mean nothing here are ignored, `time`, `dir` and `size` among
 * them; a key given twice is wrong. Text must have data or base64 (which must
 * be UTF-8), binary too; a ping and a pong may have neither, and have 125
 * bytes at most; a close has a code that may be sent (null: none; absent:
 * 1000) and a reason of 123 bytes at most (none without a code). null for a
 * string is as if its key were absent. A NUL in a string is a character like
 * any other, in a reason too. */
enum { JSONL_WHY_SIZE = 256 };
bool jsonl_read(struct jsonl_reader *r, const uint8_t *line, size_t len,
	struct jsonl_object *object, char why[JSONL_WHY_SIZE]);

/* Frees what it holds; ready for another line. */
void jsonl_release(struct jsonl_reader *r);

/* "jansson 2.14": for --version. */
const char *jsonl_library(void);

#endif
