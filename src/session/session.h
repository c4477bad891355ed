#ifndef WSTAP_SESSION_SESSION_H
#define WSTAP_SESSION_SESSION_H

#include "base/buf.h"
#include "base/err.h"
#include "http/cookie.h"
#include "net/deadline.h"
#include "session/backoff.h"
#include "session/config.h"
#include "session/link.h"
#include "session/listen.h"
#include "session/meter.h"
#include "session/page.h"
#include "session/record.h"
#include "session/replay_check.h"
#include "session/tracing.h"
#include "ui/child.h"
#include "ui/output.h"
#include "ui/printer.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A run of wstap: as a client one connection's life, as a listener one after
 * another.
 *
 *     session_run -> life_run -> pursue        \
 *             \          ^                            >-> loop_run
 *              \---------|-> listen_serve -> accept  /        |
 *                        \--------- reconnect, idle ----------/
 *
 * The buffers that everything passes through live here.
 */
enum {
	LINE_SIZE = 128 * 1024,
	FILE_SIZE = 64 * 1024,
	TEXT_SIZE = 256 * 1024,
};

/* Where /connect led; all zero: where the command line says. */
struct target {
	char *text;   /* owned */
	bool foreign; /* another origin */
};

struct pinger;

struct session {
	const struct config *config;
	bool repl;
	bool slash; /* lines that begin with a slash are commands */
	bool color;
	struct target target;
	struct cookie_jar jar;

	struct link *link;          /* the connection at hand; never NULL */
	struct deadline idle_until; /* without one: until then or: */
	bool connect_asked; /* /connect, /reconnect: another one is wanted */
	bool stopped;       /* the making of one was, by Ctrl-C */
	char why_not[256];  /* why none is there */
	struct input input; /* standard input, and what is typed */
	struct buf line, file, text;
	struct output output;
	struct printer printer;
	char *url; /* owned; for people */

	bool whole;                  /* messages are passed on whole */
	bool stamped;                /* events get a time */
	bool matched;                /* --until: any message */
	uint64_t messages, bytes_in; /* received, of all connections */

	bool output_broken;
	bool torn; /* standard output has the start of a message of before */
	/* REPL: the terminal took a part of what was ready, and this much is to
	 * go before the prompt; or a part of a message is all that there is. */
	size_t cut;
	bool in_message;
	bool pipe_full; /* spliced bytes found no room */
	bool quit_now;
	int64_t now_ns;               /* the clock at the turn's start */
	struct deadline run_deadline; /* --timeout */
	struct backoff backoff;
	uint64_t attempts; /* to connect again */
	struct meter meter;
	int interrupts;
	bool send_binary;    /* REPL: what is typed */
	bool show_ping_pong; /* on the screen, or on standard error */
	bool input_over;     /* REPL: Ctrl-D, or the terminal went away */
	bool quit;           /* REPL: all ends, the listener too */
	bool prompted;       /* REPL: the prompt is open */
	bool greeted;        /* and was explained */
	char *stamp_format;  /* owned: of /set time; NULL: the command line's */
	char *doubted;       /* owned: what was typed and is no JSON */
	struct child child;  /* has the terminal (session/away) */
	struct page page;    /* what is for the pager */
	struct tracing tracing;
	struct recorder *recorder; /* of --record; NULL: none */
	struct tape tape;          /* of --replay */
	bool replay_differs;       /* and what came did from it */
	int signal;                /* ends the process at the end; 0: none */

	struct pinger *pinger;  /* of --ping; NULL: none */
	int listener;           /* -1: none */
	struct clients clients; /* of the listener (session/listen) */
	enum asked ending;      /* why all of it ends, not one connection */

	struct link first; /* the only one, where there is no listener; and
	                    * where there is no client */
	uint8_t line_mem[LINE_SIZE], file_mem[FILE_SIZE], text_mem[TEXT_SIZE];
};

/* How a run ended. */
struct ending {
	struct err err; /* ERR_NONE: well; its line may be empty: nothing more
	                 * to say */
	int signal;     /* end by this signal; 0: by err.kind */
};

/* Does everything that config asks for. */
void session_run(const struct config *config, struct ending *ending);

/* --- for the files of this directory --- */

/* Keeps err where it is the first. */
void session_fail(struct session *s, enum err_kind kind, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* A line for the person: in the REPL above the prompt, in style; else on
 * standard error where it is an error or asked for (-v, -P). */
void session_say(struct session *s, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Begins the closing handshake with that code; a stronger reason than before
 * takes its place. session_finish(): as the user wants it (--close), because
 * the connection has done its work. */
void session_close(
	struct session *s, enum asked asked, uint16_t code, const char *reason);
void session_finish(struct session *s, enum asked asked);

/* The same for all connections, and for the run. */
void session_close_all(
	struct session *s, enum asked asked, uint16_t code, const char *reason);
void session_finish_all(struct session *s, enum asked asked);

/* The number of the client at hand, where there are several at the moment; else
 * 0. */
unsigned session_client(const struct session *s);

/* Why all of it ends. */
enum asked session_asked(const struct session *s);

/* Makes the i-th connection the one at hand, s->link; false where there are no
 * more. */
bool session_select(struct session *s, size_t i);

/* Makes the protocol's state new for the connection in s->net. */
void session_begin(struct session *s, enum ws_role role);

/* "Connected to ..." and "Disconnected ...", for the REPL, -v and jsonl. */
void session_greet(struct session *s);
void session_part(struct session *s);

/* What is said of the connection in an open event; extensions and extension
 * are the memory of that. */
void session_facts(const struct session *s, struct jsonl_open *open,
	const char *extensions[1], char extension[WS_EXTENSION_TEXT]);

/* What an input is to replay. */
void session_replay(const struct session *s, struct replay_config *replay);

/* --stats, of the connection that ended or did not come about. */
void session_tell_stats(struct session *s);

/* How messages are shown was set or has changed: what goes with that. */
void session_show_as_set(struct session *s);

/* The time of what is printed next. */
void session_stamp(struct session *s);

/* Writes what is in text, also outside the loop. */
void session_flush(struct session *s);

/* How a connection failed, for jsonl. */
void session_tell_error(struct session *s);

#endif
