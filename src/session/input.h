#ifndef WSTAP_SESSION_INPUT_H
#define WSTAP_SESSION_INPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "session/feed.h"
#include "session/outlet.h"
#include "session/replay.h"
#include "session/sends.h"
#include "session/typed.h"
#include "ws/utf8.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What is to be sent, one message after another: those of -x and -f, then what
 * is typed in the REPL, or the records of a standard input that is not a
 * terminal.
 *
 *     -x, -f, stdin -> input_pump() -> outlet
 *
 * Text is checked to be UTF-8 before it goes: a record that fits the buffer
 * is judged whole, a longer one as it streams.
 *
 * A line that is a command is nothing to send: it waits in `command`, and all
 * behind it waits, too, until input_take_command().
 */
struct input_config {
	const struct sends *sends; /* borrowed */
	enum sender sender;        /* as whom it sends */
	int fd;                    /* standard input; -1: it is not read */
	enum record_format format; /* of it */
	bool binary;
	bool slash;        /* lines of it may be commands; not to be sent
	                    * `again`, as they leave no trace in outgoing */
	bool open_ended;   /* it never ends by itself: the REPL, an echo */
	bool keep;         /* read no further before all has been written, so
	                  * that nothing of it is lost with a connection */
	uint64_t lockstep; /* messages to come in before the next is sent */
	uint64_t max_line; /* of jsonl; 0: no limit */
	struct replay_config replay; /* before standard input */
};

struct input {
	struct input_config config;
	size_t next_send;
	struct feed file, standard;
	bool in_file;
	bool emptied;     /* -f - was read ... */
	bool left_out;    /* ... for a connection before this one */
	uint64_t awaited; /* lockstep: messages to come before the next */

	struct typed typed; /* the REPL's */
	struct replay replay;

	struct feed_piece piece; /* being sent */
	enum input_source {
		FROM_NOTHING,
		FROM_EXECUTE,
		FROM_FILE,
		FROM_TYPED,
		FROM_REPLAY,
		FROM_STANDARD,
	} source;
	size_t at;         /* bytes of it that went */
	bool skipping;     /* the rest of a record whose reader went away */
	uint64_t taken;    /* bytes read, of files and standard input */
	uint64_t finished; /* messages and commands since standard was read,
	                    * which happened ... */
	bool given_up;     /* ... behind the start of a record that is lost */
	uint64_t settled;  /* of them, what connections before this one had */
	struct utf8 utf8;

	char *command;             /* owned: a line that is to be run ... */
	const char *command_fault; /* ... or can't be; NULL: it can */

	/* A jsonl line asks for the end. */
	bool close_asked;
	unsigned close_client; /* whom it names; 0: nobody */
	uint16_t close_code;
	char close_reason[WS_CONTROL_MAX + 1];

	struct err err; /* ERR_INPUT: it ended badly ... */
	bool stuck;     /* ... in a file that is not through */
};

/* The buffers, for standard input and for files, are empty. */
void input_init(struct input *i, const struct input_config *config,
	struct buf *line, struct buf *file);
void input_release(struct input *i);

/* A connection ended, and another one begins: -x and -f are sent to each. Of
 * standard input's records those that were not begun are the next one's;
 * `again`: so are the last `unsent` of those that were given to outgoing, and
 * one that is still in the buffer whole. Gives back the number of the record
 * that was cut off in the middle and is lost, 0 for none. Of what was typed
 * `again` keeps all that was not sent, else it is dropped. */
uint64_t input_restart(struct input *i, bool again, uint64_t unsent);

/* The descriptor that is to be read, -1 for none: not while a piece of what it
 * gave is being sent, or there is no room for more; with `keep` only once all
 * that was sent has been written, too. */
int input_fd(const struct input *i, const struct outlet *to);

/* Reads once; call when input_fd() is readable. */
void input_read(struct input *i);

/* The REPL's message, or the file to be sent as one (its errors come later,
 * in i->err): takes item.data (malloc'ed). Not while !input_may_type(). */
void input_type(struct input *i, struct typed_item item);
bool input_may_type(const struct input *i);

/* Whether something waits to be sent, whatever more may come. */
bool input_busy(const struct input *i);

/* The fault in i->err was told, and it goes on behind it. A message that was
 * begun before it is never finished. */
void input_forgive(struct input *i);

/* Sends what it has, as far as there is room. Gives back whether anything
 * moved. */
bool input_pump(struct input *i, struct outlet *to);

/* Takes the command that is to be run now, to be freed; NULL: there is none.
 * *fault says why it can't be, where it is but the start of one. */
char *input_take_command(struct input *i, const char **fault);

/* Of standard input nothing more is sent: a command asked for the end. */
void input_stop(struct input *i);

/* What standard input has from now on is sent so. */
void input_send_as(struct input *i, enum ws_opcode opcode);

/* When there is something to send without any news; it may be past. */
struct deadline input_deadline(const struct input *i);

/* A data message came in. */
void input_heard(struct input *i);

/* Whether nothing more will come and all that came was passed on and, with
 * lockstep, answered (or it failed: i->err). */
bool input_ended(const struct input *i);

/* How many records were read and not passed on. */
uint64_t input_held(const struct input *i);

#endif
