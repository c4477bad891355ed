#ifndef WSTAP_BASE_ERR_H
#define WSTAP_BASE_ERR_H

#include <stdbool.h>

/*
 * What went wrong with the world or the user: a kind, which is the exit
 * status (curl's numbers where curl has the case), and one line for people:
 * what was being done, the cause last, and where it helps what to try.
 *
 * The line may carry a peer's bytes: only main.c and ui/diag print it, both
 * through format/escape. It has no "wstap: " and no newline.
 *
 *     bool f(..., struct err *err);     false: err is set
 */
enum err_kind {
	ERR_NONE = 0,
	ERR_UNMET = 1,      /* what was waited for did not come */
	ERR_USAGE = 2,      /* the command line */
	ERR_URL = 3,        /* the URL */
	ERR_PROXY_NAME = 5, /* the proxy's name */
	ERR_RESOLVE = 6,    /* the host name */
	ERR_CONNECT = 7,    /* no connection */
	ERR_HANDSHAKE = 8,  /* not a WebSocket answer */
	ERR_HTTP = 22,      /* an HTTP status other than 101 */
	ERR_OUTPUT = 23,    /* writing output */
	ERR_INPUT = 26,     /* reading input */
	ERR_TIMEOUT = 28,
	ERR_TLS = 35,
	ERR_REDIRECT = 47,  /* too many, or one that is not followed */
	ERR_NO_ANSWER = 52, /* closed before a byte came */
	ERR_SEND = 55,      /* what was read could not be sent */
	ERR_LOST = 56,      /* the connection ended without a close frame */
	ERR_CLIENT_CERTIFICATE = 58, /* ours, or its key */
	ERR_CERTIFICATE = 60,
	ERR_CA_FILE = 77,
	ERR_PIN = 90,       /* the server's key is not the one pinned */
	ERR_PROXY = 97,     /* the proxy refused */
	ERR_PROTOCOL = 110, /* the peer broke RFC 6455 */
	ERR_CLOSED = 111,   /* the peer closed with an error code */
};

struct err {
	enum err_kind kind;
	char line[512];
};

/* Sets kind and line; a line too long is cut. Gives back false, always, so
 * that a failing function can `return err_set(...)`. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
