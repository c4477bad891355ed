#ifndef WSTAP_FORMAT_TAPE_H
#define WSTAP_FORMAT_TAPE_H

#include "base/err.h"
#include "format/rawframe.h"
#include "ws/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A record, read to be replayed: what went over a connection, both ways, in
 * its order and with its times. It is what --record wrote, as jsonl or as a
 * HAR, or a browser's HAR; also jsonl by hand, where what has no "dir" is to
 * be sent, and what has no "time" comes at once after what is before it.
 *
 * Which of them it is, is seen from how it begins: a HAR is one object whose
 * first key is "log", or with a line end behind its brace; jsonl has an object
 * in each line.
 *
 * - Of a HAR with several WebSocket connections one is taken: the first with
 *   messages that is to the URL asked for, else the first with messages.
 *   Chrome's and wstap's have messages; where the only connections have none,
 *   as in HARs of Firefox and Safari, that is an error.
 * - What is no frame there (Chrome notes errors among the messages), or none
 *   that may be sent, is left out, and the note counts it.
 * - Data of a HAR that should be base64 and isn't is taken for the bytes that
 *   its characters stand for (U+0000 to U+00FF), else for its UTF-8.
 * - Of a jsonl record of several connections, one after another or of several
 *   clients at once, the last one with anything in it is taken. Its times count
 *   from its opening, where the record has that.
 * - A jsonl record whose last line was cut off is taken without it.
 * - A record without any connection or message is none.
 *
 * It takes a few times the memory that the text has.
 */
enum tape_kind {
	TAPE_MESSAGE, /* opcode: text, binary, ping or pong; data */
	TAPE_CLOSE, /* code (WS_CLOSE_NO_CODE: none), and the reason as data */
	TAPE_FRAME, /* a frame as it was asked for, right or wrong */
};

struct tape_entry {
	int64_t at_ns; /* from the opening or the first entry on; never goes
	                * back */
	bool out;      /* the one who recorded sent it */
	enum tape_kind kind;
	enum ws_opcode opcode;
	uint16_t code;
	unsigned client;     /* of a listener's clients; 0: there is but one */
	const uint8_t *data; /* text and reasons are UTF-8 */
	size_t len;
	struct rawframe *frame; /* finished; NULL unless TAPE_FRAME */
	size_t connection;      /* while it is read */
};

enum { TAPE_NOTE_SIZE = 512 };

struct tape {
	struct tape_entry *entries; /* owned, with all they point to */
	size_t n;
	/* What its user may want to know about how it was read, in a line to
	 * follow "FILE: "; "" for nothing. May quote the record: who shows it
	 * escapes it. */
	char note[TAPE_NOTE_SIZE];

	/* while it is read */
	struct tape_connections {
		struct tape_connection *v; /* owned */
		size_t n, cap;
	} connections;
	size_t cap;
	uint8_t *bytes; /* owned */
	size_t nbytes, bytes_cap;
	int64_t first_ns;
};

/* Reads all of a record, the len bytes at text, which it does not keep. name
 * is what errors call it, url (or NULL) the connection that is wanted of
 * several. False: err has ERR_INPUT, and names the line or the entry and what
 * is wrong; there is nothing to release. */
bool tape_read(struct tape *t, const char *name, const uint8_t *text,
	size_t len, const char *url, struct err *err);

/* All zeros is fine. */
void tape_release(struct tape *t);

#endif
