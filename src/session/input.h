#ifndef WSTAP_SESSION_INPUT_H
#define WSTAP_SESSION_INPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strings.h"
#include "format/records.h"
#include "session/outgoing.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What is to be sent: the messages of -x, the line typed in the REPL, or the
 * records of a standard input that is not a terminal.
 *
 *     fd -> line -> records -> input_pump() -> outgoing
 *
 * Text is checked to be UTF-8 before it goes: a record that fits the buffer
 * is judged whole, a longer one as it streams.
 */
struct input {
	const struct strings *execute; /* borrowed */
	size_t next_execute;
	int fd;           /* -1: none, or it ended */
	bool open_ended;  /* it never ends by itself: the REPL, an echo */
	struct buf *line; /* borrowed: what was read and not yet sent */
	struct records records;
	bool binary;

	char *typed; /* owned: the REPL's message */
	bool typed_binary;

	struct record_piece piece; /* being sent */
	bool have_piece;
	bool piece_binary;
	size_t at;     /* bytes of it that went */
	bool skipping; /* the rest of a record whose reader went away */
	struct utf8 utf8;
	struct err err; /* ERR_INPUT: it ended badly */
};

/* fd -1: no standard input is read. */
void input_init(struct input *i, const struct strings *execute, int fd,
	bool open_ended, bool binary, struct buf *line);
void input_release(struct input *i);

/* Another connection begins: -x is sent to each; a record half sent to the
 * one before is not finished. */
void input_restart(struct input *i);

/* Whether the descriptor is to be read: only when all it gave was sent. */
bool input_wants_read(const struct input *i);

/* Reads once; call when it is readable. */
void input_read(struct input *i);

/* The REPL's message: takes text (malloc'ed). Only while !input_busy(). */
void input_type(struct input *i, char *text, bool binary);

/* Whether something waits to be sent. */
bool input_busy(const struct input *i);

/* Sends what it has, as far as there is room. Gives back whether anything
 * moved. */
bool input_pump(struct input *i, struct outgoing *o);

/* Whether nothing more will come and all that came was passed on (or it
 * failed: i->err). */
bool input_ended(const struct input *i);

/* How many records were read and not passed on. */
uint64_t input_held(const struct input *i);

#endif
