#ifndef WSTAP_UI_PRINTER_H
#define WSTAP_UI_PRINTER_H

#include "base/buf.h"
#include "format/escape.h"
#include "format/hexdump.h"
#include "format/json.h"
#include "format/jsonl.h"
#include "format/records.h"
#include "ui/clip.h"
#include "ui/style.h"
#include "ws/conn.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Events become text for standard output.
 *
 *     event --> printer_data() --> text --> output_write()
 *
 * PRINT_BYTES, to a pipe or file: the message's bytes, and what marks its
 * edges in the format. `length` and `jsonl` want whole messages (one event,
 * first and last), as JSON that is indented does; jsonl wants `time` set before
 * each event, and a stamp `now_ns`.
 * PRINT_TERMINAL: the same made safe, binary messages as hex dumps.
 * PRINT_REPL: that, behind "< ", in colour, with notices in between.
 */
enum print_mode { PRINT_BYTES, PRINT_TERMINAL, PRINT_REPL };

/* Room in text that messages leave free, so that notices find some. */
enum { PRINTER_RESERVE = 32768, PRINTER_TEXT_MIN = 2 * PRINTER_RESERVE };

struct printer {
	enum print_mode mode;
	enum record_format format; /* PRINT_BYTES: no RECORD_WHOLE */
	bool hex;                  /* dump text messages too */
	uint64_t hex_max;          /* bytes of a dump shown; 0: all */
	bool json;                 /* indent what is JSON */
	bool raw;                  /* escape and dump nothing unasked */
	bool wrap; /* REPL: long lines go on in the next row; else they are
	            * cut (ui/clip) */
	bool color;
	unsigned columns;           /* of the terminal; 0: not known */
	bool stamp;                 /* the time before each message ... */
	const char *stamp_format;   /* ... so (ui/stamp) */
	int64_t now_ns, before_ns;  /* of this message and the one before */
	char time[JSONL_TIME_SIZE]; /* jsonl: of the event */
	struct buf *text; /* borrowed; PRINTER_TEXT_MIN bytes or more */
	struct escape escape;
	struct hexdump hexdump;
	struct json pretty;
	struct clip clip;
	bool clipping; /* this message */
	enum printer_state {
		PRINTER_IDLE,
		PRINTER_TEXT,
		PRINTER_DUMP,
		PRINTER_JSON
	} state;
	bool any;    /* a byte of this message was shown */
	size_t held; /* bytes at text's end of an unfinished message */
	bool split;  /* its beginning was written: text had no room for it */
	unsigned client; /* of several, whose messages these are; 0: there is
	                  * but one */
};

struct printer_config {
	enum print_mode mode;
	enum record_format format;
	bool hex, color, json, raw, stamp;
	uint64_t hex_max;
	const char *stamp_format; /* borrowed */
};

void printer_init(struct printer *p, const struct printer_config *config,
	struct buf *text);

/* Whether messages must come whole: for their length, or to see whether they
 * are JSON. */
bool printer_wants_whole(const struct printer *p);

/* Whether what is not data is shown, too: jsonl. */
bool printer_wants_events(const struct printer *p);

/* Shows the DATA event's bytes from *at on, as far as text has room; *at
 * moves. True once the whole event is in text. */
bool printer_data(struct printer *p, const struct ws_event *ev, size_t *at);

/* The same for a whole message that is shown as it is, where there is room for
 * all of it: the short way of the many. False: nothing was done. */
bool printer_message(struct printer *p, const struct ws_event *ev);

/* How much of text to write now. In the REPL the beginning of a message
 * waits for its end, so that the prompt isn't kept away by half a line. */
size_t printer_ready(const struct printer *p);

/* Where what is ready was written in part: how much more is to be written
 * before a prompt may come, to the end of a message or a notice. */
size_t printer_rest(const struct printer *p);

/* Bytes of text were written and consumed. */
void printer_wrote(struct printer *p);

/* Takes the last n bytes of text away again: they went elsewhere. They are of
 * one message, the latest. */
void printer_take_back(struct printer *p, size_t n);

/* A message that will not be finished: ends its line (not for PRINT_BYTES,
 * where its end mark would be a lie). */
void printer_abandon(struct printer *p);

/* PRINT_BYTES: the mark behind such a message after all, as another one comes.
 * False where the format has none. */
bool printer_cut(struct printer *p);

/* Whether a message's bytes are shown as they are, with at most a mark behind
 * them: then they may also be written past text, while that is empty. */
bool printer_adds_nothing(const struct printer *p);

/* jsonl's other events; nothing for other formats. They need no more room than
 * messages leave, but for jsonl_open(), which comes first. */
void printer_open(struct printer *p, const struct jsonl_open *open);
void printer_control(struct printer *p, const struct ws_event *ev);
void printer_error(struct printer *p, int exit, const char *message);

/* A line of ours between the messages (REPL only). Peer's bytes in it are
 * made safe. */
void printer_notice(struct printer *p, enum style style, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* Whole lines there that are safe as they are. */
void printer_lines(struct printer *p, const void *lines, size_t n);

#endif
