#ifndef WSTAP_SESSION_LINK_H
#define WSTAP_SESSION_LINK_H

#include "base/buf.h"
#include "base/err.h"
#include "net/transport.h"
#include "session/gather.h"
#include "session/input.h"
#include "session/keepalive.h"
#include "session/outgoing.h"
#include "session/stats.h"
#include "ws/conn.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One connection, from the bytes on the network to the events that the session
 * passes on. A client has one, for one connection after another; a listener
 * has one for each of its clients. The session's functions work on s->link.
 */
enum { IN_SIZE = 128 * 1024, OUT_SIZE = 256 * 1024 };

/* Why the end was begun, by us: decides what still counts. */
enum asked {
	ASKED_NOTHING, /* it goes on */
	ASKED_END,     /* the input's end, Ctrl-D, /close: the rest is shown */
	ASKED_ENOUGH,  /* -m, -1: what comes now is dropped */
	ASKED_ABORT,   /* a signal, a broken output: the same, and soon */
};

/* How far a listener has come with a client (session/serve). */
enum link_stage {
	LINK_OPEN,    /* also a client's own: the WebSocket's business */
	LINK_TLS,     /* its handshake */
	LINK_REQUEST, /* its request is awaited */
	LINK_WAITING, /* that is there; a place will soon be */
	LINK_ANSWER,  /* the answer is on its way */
	LINK_LEAVING, /* it was refused: until it has heard that */
};

struct link {
	struct transport *net; /* NULL: there is no connection */
	struct ws_conn conn;
	bool deflate_agreed;
	struct ws_deflate_params params; /* with deflate_agreed */
	struct ws_deflate deflate;
	struct buf in, out;
	struct outgoing outgoing;
	struct input *input;  /* the session's, or a client's own */
	struct outlet outlet; /* where that goes: outgoing */

	/* a listener's client */
	unsigned number; /* of those that were let in, from 1 */
	bool counted;    /* its request came when there was a place */
	enum link_stage stage;
	enum io_status stage_wants; /* IO_WANT_READ or IO_WANT_WRITE */
	struct deadline stage_until;
	int refusal;            /* the status it is told; 0: it is let in */
	bool greet_due;         /* it was let in, and not told of yet */
	uint64_t stuck_at;      /* what it had taken (session/shared) ... */
	int64_t stuck_since_ns; /* ... since then */
	struct input own;       /* of several: what -x and -f send it */
	struct buf line, file;  /* of that */
	struct misbehave *misbehave; /* of --misbehave; NULL: none */

	/* for people */
	char address[128];
	char subprotocol[256]; /* "" for none */

	/* the event being passed on, and how far its two readers are */
	struct ws_event event;
	bool have_event;
	size_t printed_at, echoed_at;
	bool printed, echoed;
	bool in_part;         /* standard output has the start of its message */
	bool gathering;       /* this message is passed on whole ... */
	struct gather gather; /* ... put together here */
	bool matches;         /* --until: this message */

	/* where the connection is */
	bool opened;              /* it got past its handshake */
	bool net_eof, net_broken; /* nothing comes; nothing goes any more */
	bool read_wants_write, write_wants_read;
	bool write_blocked;       /* the network takes nothing just now ... */
	int64_t blocked_since_ns; /* ... nor has it since then; 0: it took all */
	bool more_waits;    /* the last read took all that there was room for */
	bool spliced;       /* the latest bytes went past us */
	bool unsplicable;   /* it didn't work */
	bool peer_closed;   /* its close frame came ... */
	uint16_t peer_code; /* ... with this code */
	char peer_reason[WS_CONTROL_MAX + 1];
	enum asked asked;
	uint16_t our_code; /* of the close that we began */
	bool fin_sent, lost_said;
	char lost_why[256];         /* the system's word, where there was one */
	struct record_link *record; /* owned; NULL: there is none */
	struct tracing_link *trace; /* owned; NULL: there is none */
	int64_t opened_ns;
	int64_t quiet_since_ns;   /* -w counts from here */
	int64_t closing_since_ns; /* and the closing handshake's wait */
	size_t untaken; /* bytes up to our close that were not acknowledged */
	struct keepalive keepalive;
	int64_t ping_sent_ns;         /* /ping; 0: none awaited ... */
	uint8_t ping[WS_CONTROL_MAX]; /* ... with this payload */
	size_t ping_len;

	/* what it did, or the last one did */
	struct stats stats;
	uint64_t messages; /* data messages received whole, and */
	uint64_t bytes_in; /* their payloads' bytes */

	struct err err; /* the first thing that went wrong */
	bool err_said;  /* its line was printed */
	int status;     /* of the handshake's answer; 0: none came */

	/* A byte to spare behind `in`: see events.c. */
	uint8_t in_mem[IN_SIZE + 1], out_mem[OUT_SIZE];
};

/* Zeros at first, or by link_new(): its buffers, and nothing else. */
void link_init(struct link *l);
struct link *link_new(void);

/* Closes and releases what it has; link_free() frees it, too. NULL is fine. */
void link_release(struct link *l);
void link_free(struct link *l);

#endif
