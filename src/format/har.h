#ifndef WSTAP_FORMAT_HAR_H
#define WSTAP_FORMAT_HAR_H

#include "base/buf.h"
#include "format/jsonput.h"
#include "ws/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An HTTP archive (HAR 1.2) with the messages of WebSocket connections, as
 * Chrome's DevTools write and read it:
 *
 *     {"log":{"version":"1.2","creator":{...},"pages":[],"entries":[
 *     {"startedDateTime":"...", ..., "_webSocketMessages":[
 *     {"type":"send","time":1769860800.123456,"opcode":1,"data":"hello"},
 *     {"type":"receive","time":1769860800.125000,"opcode":2,"data":"AP8="}
 *     ]}
 *     ]}}
 *
 * An entry is a connection: all its messages come before the next begins. Data
 * is a text's characters, and the base64 of any other opcode's payload.
 *
 * It is written as it happens, and what is in the file is always a whole
 * archive: behind whatever was written stands har_trailer(), over which what
 * follows is written, with its trailer behind it.
 *
 *     file:  what is said so far | trailer
 *            what is said so far | more of it | trailer
 *
 * What is written is UTF-8 and safe for a terminal: see format/jsonput.
 */
/* Zeros at first. */
struct har {
	bool entry;    /* one has begun, */
	bool messages; /* a message in it, */
	bool message;  /* and the last of them is not all out */
};

/* Between the phases of a connection, in nanoseconds; -1: there was none. ssl
 * is none of connect, as it is in the archive. */
struct har_times {
	int64_t dns, connect, ssl;
	int64_t send, wait; /* the request; the answer: -1 is written as 0 */
};

/* A connection. What isn't UTF-8 in a string is replaced by U+FFFD. */
struct har_entry {
	int64_t started_ns; /* since 1970 */
	const char *url;
	const char *address; /* "127.0.0.1:80", "[::1]:443"; one that is no
	                      * such is left out, as is NULL */
	struct har_times times;
	/* The handshake's heads, whole, with what is secret blanked. What is
	 * no head gives an entry with nothing in its fields. */
	const char *request, *response;
	unsigned client; /* 0: there is but one */
};

/* Begins a connection's entry, and before the first the log: all of it, or
 * false and nothing where out has not the room: with har_entry_room() it has.
 * Ends the entry before. */
size_t har_entry_room(const struct har_entry *entry);
bool har_entry(struct har *har, struct buf *out, const struct har_entry *entry);

/* A message or a control frame, whole at data, into the entry begun last. It
 * goes out as with jsonl_write_message(): room for `spare` bytes is left, and
 * the beginning needs HAR_HEAD_ROOM besides; true once all is out. Begun, it
 * must be ended before another. opcode WS_TEXT is UTF-8; a close frame's data
 * is its payload, code and reason. */
enum { HAR_HEAD_ROOM = JSONPUT_HEAD };
struct har_message {
	int64_t time_ns; /* since 1970 */
	bool out;        /* we sent it */
	enum ws_opcode opcode;
	const uint8_t *data;
	size_t len;
};
bool har_message(struct har *har, struct buf *out, size_t spare,
	const struct har_message *message, size_t *at);

/* What makes an archive of all that was written so far, which may be nothing.
 * A message that is not all out ends where it is. */
const char *har_trailer(const struct har *har);

#endif
