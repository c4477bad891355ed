#ifndef WSTAP_SESSION_LISTEN_H
#define WSTAP_SESSION_LISTEN_H

#include "net/deadline.h"
#include "net/dial.h"
#include "net/tls.h"
#include "session/config.h"
#include "session/outlet.h"
#include "ws/handshake.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>

struct link;
struct session;
struct tls_server;

/*
 * The server's end (-l): clients until a signal (or one, with --once). As many
 * at a time as --max-clients says; one more is told 503.
 *
 *     listener -> accept -> serve (TLS, request, answer) -> the loop -> told
 *
 * A place is taken by a request that has come whole: who says nothing, or no
 * HTTP, keeps nobody out, and is not the one of --once. Of those that have not
 * got so far there are KNOCKING_MAX; for one more the oldest goes.
 *
 * One at a time has the session's input to itself. Of several each is sent -x
 * and -f on its own, and standard input, or what is typed, is shared
 * (session/shared): it goes to one of them (/to N), or to all (--broadcast, /to
 * all).
 */
enum {
	LEAVING_MAX = 8,            /* who is told that it is not served, and */
	KNOCKING_MAX = CLIENTS_MAX, /* who has yet to ask, at a time */
	LINKS_MAX = CLIENTS_MAX + LEAVING_MAX + KNOCKING_MAX
};

/* Whether who asks can be served. */
enum place {
	PLACE_FREE,
	PLACE_SOON, /* one that is served is going, or may be */
	PLACE_NONE,
};

/* What a client has to get past (session/listener). */
struct gate {
	struct tls_config tls_config;
	struct tls_server *tls; /* NULL: in the clear */
	struct ws_handshake_config handshake;
	char *authorization;   /* owned; of handshake */
	struct dial_file file; /* a unix socket's */
};

struct clients {
	struct link *v[LINKS_MAX];
	size_t n;
	unsigned max;             /* served at a time */
	bool several;             /* max > 1 */
	unsigned let_in;          /* the latest one's number */
	unsigned open;            /* how many have a WebSocket */
	struct link *to;          /* of several: whom the input goes to ... */
	bool to_all;              /* ... or all of them */
	bool told_to;             /* that was said */
	struct outlet outlet;     /* where the input goes (session/shared) */
	struct deadline patience; /* when one that holds it up is let go */
	struct link *showing;     /* its message is on standard output in part:
	                       * others wait */
	uint64_t done;            /* clients that asked and went */
	bool stepped;             /* one that is being let in got on */
	bool held;                /* one waits for standard output's buffer */
	bool ready;               /* the listener has one waiting */
	bool crowded;             /* no descriptor is left for one more */
	bool broken;              /* it can accept no more */
	struct gate gate;
};

/* How many clients there may be, from the configuration. */
void listen_init(struct session *s);

/* Listens and serves; s->link->err says how it ended. */
void listen_serve(struct session *s);

/* --- for the loop --- */

/* Goes on with a client that is being let in: s->link. */
bool listen_step(struct session *s);

/* Who ended is told of and forgotten; who waits is accepted; the input that
 * all share is sent. Gives back whether anything moved. */
bool listen_turn(struct session *s);

/* Whether all that was to be served has been. */
bool listen_over(const struct session *s);

/* When it has something to do by the clock. */
struct deadline listen_next(const struct session *s);

/* The descriptors of the listener, and of the input that all share. */
int listen_interests(const struct session *s, fd_set *reads, int top);
bool listen_news(struct session *s, const fd_set *reads);

/* --- for session/serve --- */

/* For the request of s->link, which has come whole. */
enum place listen_place(const struct session *s);

#endif
