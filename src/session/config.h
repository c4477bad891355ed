#ifndef WSTAP_SESSION_CONFIG_H
#define WSTAP_SESSION_CONFIG_H

#include "format/records.h"
#include "net/dial.h"
#include "net/tls.h"
#include "session/ignore.h"
#include "session/misbehave.h"
#include "session/sends.h"
#include "session/until.h"
#include "ui/style.h"
#include "ws/handshake.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Every choice the command line makes. Filled by cli/options from its table,
 * read by the session; strings are argv's, or config's own until
 * options_release().
 */

/* Times are milliseconds. */
enum { TIME_INFINITE = -1, TIME_UNSET = -2 };

/* Of a payload, in a trace. */
enum { TRACE_BYTES_MAX = 1 << 20 };

/* A listener's, at a time. */
enum { CLIENTS_MAX = 256 };

struct option_memory;

struct config {
	/* The first of those on the command line that only this end has a use
	 * for, as it was typed; "": none. */
	struct {
		char client[24], listener[24], tls[24];
	} only;

	/* connect */
	const char *url;
	const char *listen;     /* [HOST:]PORT */
	bool once;              /* listen: one client, then end */
	uint64_t max_clients;   /* at a time; 0: what fits the mode */
	bool broadcast;         /* the input goes to all of them */
	const char *user;       /* USER[:PASSWORD] */
	const char *bearer;     /* a token */
	bool netrc;             /* ~/.netrc has credentials ... */
	const char *netrc_file; /* ... or this file */
	const char *cookie;     /* "a=b; c=d" */
	const char *cookie_jar; /* a file */
	bool location;          /* follow redirects ... */
	uint64_t max_redirects; /* ... so many; UINT64_MAX: no limit */
	struct dial_config dial;
	struct strings connect_to; /* HOST1:PORT1:HOST2:PORT2 */
	const char *unix_socket;
	const char *proxy;   /* NULL: the environment's; "": none */
	const char *noproxy; /* NULL: the environment's */
	bool stdin_read;     /* by -H @-: nothing is left in it */
	int64_t connect_timeout_ms;
	struct ws_handshake_config handshake;
	struct tls_config tls;

	/* messages */
	struct sends sends; /* -x and -f, in their order */
	bool interactive;   /* after them, go on with stdin or the REPL */
	bool binary;
	enum when slash; /* whether lines can be commands; AUTO: typed ones */
	enum record_format input, output;
	int64_t wait_ms;       /* TIME_UNSET: what fits the mode */
	uint64_t lockstep;     /* messages awaited before the next is sent; 0 */
	int64_t timeout_ms;    /* the whole run */
	uint64_t max_messages; /* 0: no limit */
	struct until *until;   /* owned; NULL: none */
	uint64_t max_message; /* bytes of one received, inflated; 0: no limit */
	uint16_t close_code;  /* what our close says */
	const char *close_reason; /* NULL: nothing */
	bool echo;

	/* protocol */
	int64_t ping_interval_ms, ping_timeout_ms; /* TIME_UNSET: none given */
	uint64_t max_frame; /* payload bytes of one sent; 0: no limit */
	bool reconnect;
	uint64_t reconnect_max; /* attempts; 0: no limit */

	/* display */
	bool hex;
	uint64_t hex_max; /* bytes of a dump shown; 0: no limit */
	bool json;
	bool time;               /* before each message ... */
	const char *time_format; /* ... so (ui/stamp); NULL: the default */
	bool raw; /* a terminal gets the peer's bytes as they are */
	enum when color;
	bool show_ping_pong;
	bool ping;           /* only pings are sent, and told of ... */
	uint64_t ping_count; /* ... so many; 0: no limit */
	struct misbehave_config misbehave; /* of a listener */
	bool stats;                        /* at the end ... */
	bool stats_json;                   /* ... for programs */
	bool trace;                        /* every frame is told of ... */
	const char *trace_file; /* ... there; NULL: on standard error ... */
	uint64_t trace_bytes;   /* ... with dumps of so many bytes */
	const char *record;     /* a file for all that goes both ways ... */
	bool record_secrets;    /* ... with the secrets of the heads */
	const char *replay;     /* such a file, to be sent again ... */
	double replay_speed;    /* ... so much faster; 0: at once */
	bool replay_check;      /* and what comes is compared ... */
	struct ignore *replay_ignore; /* ... but for this; owned */
	bool pager;                   /* for messages over a screenful */
	bool stay;   /* the REPL's prompt, without a connection */
	int verbose; /* 2: secrets too */
	bool quiet;
	bool no_progress;

	/* other */
	bool help, version;
	const char *help_topic; /* with help; NULL: the first screen */

	struct option_memory *memory; /* cli/options' own */
};

/* All as when no option is given. */
#define CONFIG_DEFAULT                                                         \
	((struct config){                                                      \
		.connect_timeout_ms = 30000,                                   \
		.max_redirects = 10,                                           \
		.dial.keepalive = true,                                        \
		.handshake.version = 13,                                       \
		.wait_ms = TIME_UNSET,                                         \
		.timeout_ms = TIME_INFINITE,                                   \
		.ping_interval_ms = TIME_UNSET,                                \
		.ping_timeout_ms = TIME_UNSET,                                 \
		.close_code = 1000,                                            \
		.replay_speed = 1,                                             \
		.trace_bytes = 64,                                             \
	})

#endif
