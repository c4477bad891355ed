#ifndef WSTAP_SESSION_CONFIG_H
#define WSTAP_SESSION_CONFIG_H

#include "base/strings.h"
#include "net/tls.h"
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

struct option_memory;

struct config {
	/* connect */
	const char *url;
	const char *listen; /* [HOST:]PORT */
	bool once;          /* listen: one client, then end */
	const char *user;   /* USER[:PASSWORD] */
	int64_t connect_timeout_ms;
	struct ws_handshake_config handshake;
	struct tls_config tls;

	/* messages */
	struct strings execute;
	bool binary;
	int64_t wait_ms;       /* TIME_UNSET: what fits the mode */
	uint64_t max_messages; /* 0: no limit */
	uint64_t max_message; /* bytes of one received, inflated; 0: no limit */
	uint16_t close_code;  /* what our close says */
	const char *close_reason; /* NULL: nothing */
	bool echo;

	/* display */
	bool hex;
	enum when color;
	bool show_ping_pong;
	int verbose; /* 2: secrets too */
	bool quiet;

	/* other */
	bool help, version;
	const char *help_topic; /* with help; NULL: the first screen */

	struct option_memory *memory; /* cli/options' own */
};

/* All as when no option is given. */
#define CONFIG_DEFAULT                                                         \
	((struct config){                                                      \
		.connect_timeout_ms = 30000,                                   \
		.handshake.version = 13,                                       \
		.wait_ms = TIME_UNSET,                                         \
		.close_code = 1000,                                            \
	})

#endif
