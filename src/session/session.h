#ifndef WSTAP_SESSION_SESSION_H
#define WSTAP_SESSION_SESSION_H

#include "base/buf.h"
#include "base/err.h"
#include "http/cookie.h"
#include "net/deadline.h"
#include "net/transport.h"
#include "session/backoff.h"
#include "session/config.h"
#include "session/gather.h"
#include "session/input.h"
#include "session/keepalive.h"
#include "session/meter.h"
#include "session/outgoing.h"
#include "session/page.h"
#include "session/stats.h"
#include "ui/child.h"
#include "ui/output.h"
#include "ui/printer.h"
#include "ws/conn.h"

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
	IN_SIZE = 128 * 1024,
	LINE_SIZE = 128 * 1024,
	FILE_SIZE = 64 * 1024,
	OUT_SIZE = 256 * 1024,
	TEXT_SIZE = 256 * 1024,
};

/* Why the end was begun, by us: decides what still counts. */
enum asked {
	ASKED_NOTHING, /* it goes on */
	ASKED_END,     /* the input's end, Ctrl-D, /close: the rest is shown */
	ASKED_ENOUGH,  /* -m, -1: what comes now is dropped */
	ASKED_ABORT,   /* a signal, a broken output: the same, and soon */
};

/* Where /connect led; all zero: where the command line says. */
struct target {
	char *text;   /* owned */
	bool foreign; /* another origin */
};

struct session {
	const struct config *config;
	bool repl;
	bool color;
	struct target target;
	struct cookie_jar jar;

	struct transport *net;      /* NULL: there is no connection, ... */
	struct deadline idle_until; /* ... until then or: */
	bool connect_asked; /* /connect, /reconnect: another one is wanted */
	bool stopped;       /* the making of one was, by Ctrl-C */
	char why_not[256];  /* why none is there */
	struct ws_conn conn;
	bool deflate_agreed;
	struct ws_deflate_params params; /* with deflate_agreed */
	struct ws_deflate deflate;
	struct buf in, line, file, out, text;
	struct outgoing outgoing;
	struct input input;
	struct output output;
	struct printer printer;

	/* the connection, for people */
	char *url; /* owned */
	char address[128];
	char subprotocol[256]; /* "" for none */

	/* the event being passed on, and how far its two readers are */
	struct ws_event event;
	bool have_event;
	size_t printed_at, echoed_at;
	bool printed, echoed;
	bool whole;            /* messages are passed on whole ... */
	bool gathering;        /* ... as this one is ... */
	struct gather gather;  /* ... put together here */
	bool stamped;          /* events get a time */
	bool matches, matched; /* --until: this message, any message */
	uint64_t messages;     /* data messages received whole, and */
	uint64_t bytes_in;     /* their payloads' bytes */

	/* where the connection is */
	bool net_eof, net_broken; /* nothing comes; nothing goes any more */
	bool read_wants_write, write_wants_read;
	bool more_waits; /* the last read took all that there was room for */
	bool output_broken;
	/* REPL: the terminal took a part of what was ready, and this much is to
	 * go before the prompt; or a part of a message is all that there is. */
	size_t cut;
	bool in_message;
	bool spliced;       /* the latest bytes went past us */
	bool pipe_full;     /* and no more of them fit */
	bool unsplicable;   /* it didn't work */
	bool peer_closed;   /* its close frame came ... */
	uint16_t peer_code; /* ... with this code */
	char peer_reason[WS_CONTROL_MAX + 1];
	enum asked asked;
	uint16_t our_code; /* of the close that we began */
	bool fin_sent, lost_said, quit_now;
	bool write_blocked;       /* the network takes nothing just now */
	char lost_why[256];       /* the system's word, where there was one */
	int64_t quiet_since_ns;   /* -w counts from here */
	int64_t closing_since_ns; /* and the closing handshake's wait */
	int64_t now_ns;           /* the clock at the turn's start */
	struct deadline run_deadline; /* --timeout */
	int64_t opened_ns;
	bool opened; /* the connection in net got past its handshake */
	struct backoff backoff;
	uint64_t attempts; /* to connect again */
	struct keepalive keepalive;
	struct meter meter;
	struct stats stats; /* of the connection, or of the last one */
	int64_t ended_ns;   /* when that was over, and: */
	char ended_how[160];
	uint64_t messages_before, bytes_before; /* of all connections before */
	int64_t ping_sent_ns;                   /* /ping; 0: none awaited ... */
	uint8_t ping[WS_CONTROL_MAX];           /* ... with this payload */
	size_t ping_len;
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
	int signal;          /* ends the process at the end; 0: none */

	int listener;   /* -1: none */
	int refused[8]; /* clients told 503, until they go; -1: none */
	size_t next_refused;

	struct err err; /* the first thing that went wrong */
	bool err_said;  /* its line was printed */
	int status;     /* of the handshake's answer; 0: none came */

	/* A byte to spare behind `in`: see events.c. */
	uint8_t in_mem[IN_SIZE + 1], line_mem[LINE_SIZE], file_mem[FILE_SIZE],
		out_mem[OUT_SIZE], text_mem[TEXT_SIZE];
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

/* Begins the closing handshake as the user wants it (--close), because the run
 * has done its work. */
void session_finish(struct session *s, enum asked asked);

/* Begins it with that code; a stronger reason than before takes its
 * place. */
void session_close(
	struct session *s, enum asked asked, uint16_t code, const char *reason);

/* Makes the protocol's state new for the connection in s->net. */
void session_begin(struct session *s, enum ws_role role);

/* "Connected to ..." and "Disconnected ...", for the REPL, -v and jsonl. */
void session_greet(struct session *s);
void session_part(struct session *s);

/* How messages are shown was set or has changed: what goes with that. */
void session_show_as_set(struct session *s);

/* The time of what is printed next. */
void session_stamp(struct session *s);

/* Writes what is in text, also outside the loop. */
void session_flush(struct session *s);

/* How a connection failed, for jsonl. */
void session_tell_error(struct session *s);

#endif
