#ifndef WSTAP_SESSION_FEED_H
#define WSTAP_SESSION_FEED_H

#include "base/buf.h"
#include "base/err.h"
#include "format/jsonl.h"
#include "format/records.h"
#include "session/gather.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A descriptor, cut into what is to be sent: standard input in any format, or
 * a file that is one message.
 *
 *     fd -> buf -> records -> feed_next()
 *                        \--> jsonl, a line at a time --/
 *
 * Nothing is copied but a jsonl line that doesn't fit the buffer. A piece is
 * good until the next feed_read() or feed_next().
 *
 * feed_rewind() goes back to where the latest feed_read() found it: all that
 * came since is given again. So whoever doesn't read before what was given has
 * arrived can give it once more where it did not.
 */
struct feed_piece {
	enum ws_opcode opcode; /* WS_CLOSE: code, and the reason as data */
	const uint8_t *data;
	size_t len;
	bool first, last;
	uint16_t code;
	bool command;    /* a line that begins with a slash: nothing to send */
	unsigned client; /* of several, the one that it is for; 0: none is
	                  * named */
	const struct rawframe *frame; /* it is one: nothing else counts, and it
	                               * is as good as data */
};

struct feed_place {
	struct records records;
	size_t start;    /* of what waits in buf */
	size_t gathered; /* bytes of an unfinished jsonl line */
};

struct feed {
	int fd;           /* -1: it ended */
	bool own;         /* close it at its end */
	const char *name; /* "standard input", or a path; borrowed */
	enum ws_opcode opcode;
	struct buf *buf; /* borrowed */
	struct records records;
	struct feed_place place;
	uint64_t max_line; /* bytes of a jsonl line; 0: no limit */
	bool slash;        /* what begins with / is a command, with // a message
	                    * that begins with / */
	struct gather line;
	struct jsonl_reader json;
	bool broken;    /* it can't be read: the rest of a record is missing */
	struct err err; /* ERR_INPUT: it ended badly */
};

/* fd -1: nothing comes from it. buf is empty. */
void feed_init(struct feed *f, int fd, const char *name,
	enum record_format format, enum ws_opcode opcode, struct buf *buf);
void feed_release(struct feed *f);

/* Reads once; call when fd is readable and there is room in buf. */
void feed_read(struct feed *f);

/* Takes the next piece. False where there is none, yet or any more (f->err
 * says if that is a fault). */
bool feed_next(struct feed *f, struct feed_piece *piece);

/* Whether it is of a data message, and no command and no control frame. */
bool feed_is_data(const struct feed_piece *piece);

/* Whether nothing more will come. */
bool feed_ended(const struct feed *f);

/* Drops all that waits and reads no more. */
void feed_close(struct feed *f);

void feed_rewind(struct feed *f);

#endif
