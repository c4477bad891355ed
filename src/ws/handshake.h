#ifndef WSTAP_WS_HANDSHAKE_H
#define WSTAP_WS_HANDSHAKE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strings.h"
#include "http/head.h"
#include "ws/extension.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The opening handshake (RFC 6455 sections 4.1 and 4.2): writes the request
 * and judges the answer (client, ws/handshake.c), judges the request and
 * writes the answer (server, ws/admit.c). Text in, text out: no descriptors,
 * no clock, no random bytes.
 */

enum {
	WS_NONCE_SIZE = 16,  /* random bytes behind Sec-WebSocket-Key */
	WS_KEY_SIZE = 25,    /* its base64, NUL included */
	WS_ACCEPT_SIZE = 29, /* base64 of a SHA-1, NUL included */
};

/* What a server's answer gets wrong on purpose, for tests of clients. */
enum ws_wrong {
	WS_WRONG_ACCEPT = 1,      /* Sec-WebSocket-Accept of another key */
	WS_WRONG_EXTENSION = 2,   /* an extension that was not asked for */
	WS_WRONG_SUBPROTOCOL = 4, /* a subprotocol likewise */
	WS_WRONG_UPGRADE = 8,     /* there is no Upgrade */
	WS_WRONG_STATUS = 16,     /* 200 instead of 101 */
};

/* What only a server has to know. */
struct ws_admission {
	const char *authorization; /* a client's Authorization has to say this:
	                            * "Basic ...", "Bearer ..."; NULL: nothing */
	unsigned wrong;            /* of enum ws_wrong; 0: it does all well */
};

/* What the user chose. Strings are borrowed. */
struct ws_handshake_config {
	struct strings headers;      /* "Name: value" adds (or replaces a
	                              * default one); "Name:" removes a default
	                              * one; "Name;" sends it empty, as curl. A
	                              * server adds them to its answers */
	struct strings subprotocols; /* each one token */
	const char *origin;          /* NULL: no Origin field; a server: any
	                              * is let in, else this one only */
	const char *host;            /* NULL: the URL's authority */
	const char *user_agent;      /* NULL: wstap/VERSION */
	int version;                 /* Sec-WebSocket-Version, 13 */
	struct ws_deflate_config deflate;
	struct ws_admission admission;
};

/* What the connection adds. */
struct ws_request {
	const struct ws_handshake_config *config;
	const char *authority;     /* url.authority */
	const char *target;        /* url.target */
	const char *authorization; /* NULL: none */
	const char *cookie;        /* the same */
	char key[WS_KEY_SIZE];     /* ws_handshake_key() */
};

/* What was agreed. Spans point into the head. */
struct ws_agreed {
	const struct ws_handshake_config *config; /* a server's, to answer by;
	                                           * NULL: nothing special */
	struct http_span subprotocol;             /* len 0: none */
	bool deflate; /* permessage-deflate, with: */
	struct ws_deflate_params params;
};

/* Writes Sec-WebSocket-Key for 16 random bytes. */
void ws_handshake_key(
	char key[WS_KEY_SIZE], const uint8_t nonce[WS_NONCE_SIZE]);

/* Writes the Sec-WebSocket-Accept that answers key (RFC 6455 4.2.2). */
void ws_handshake_accept(char accept[WS_ACCEPT_SIZE], struct http_span key);

/* Queues the request, a GET with the fields in the order of RFC 6455 1.2,
 * then the user's; a field of the user's that replaces a default one stands in
 * its place, also one of the handshake's own (Upgrade, Sec-WebSocket-Key ...).
 * ERR_USAGE where it does not fit in out, where a field has CR or LF in it or
 * a name that is no token, where a subprotocol is no token or offered twice,
 * or where the user offers an extension, whose answer nobody would
 * understand. Nothing is queued then. */
bool ws_handshake_request(
	const struct ws_request *request, struct buf *out, struct err *err);

/* Checks one -H value without sending it: the same errors. */
bool ws_handshake_check_header(const char *header, struct err *err);
/* Checks a value (origin, host, user agent ...) for CR and LF. `what` names
 * it in the line. */
bool ws_handshake_check_value(
	const char *what, const char *value, struct err *err);

/* Judges the response to request (RFC 6455 4.1, the numbered list): status
 * 101, Upgrade, Connection, Sec-WebSocket-Accept exactly once and right, no
 * extension or subprotocol that was not asked for. A status other than 101 is
 * ERR_HTTP ("the server answered 403 Forbidden"), all else ERR_HANDSHAKE,
 * with a line that says which and what was expected. The key and the
 * subprotocols are those really sent, the user's own fields counted. A 1xx other than 101 is
 * the caller's to skip before asking. */
bool ws_handshake_judge(const struct ws_request *request,
	const struct http_head *head, struct ws_agreed *agreed,
	struct err *err);

/* The server's side. Judges the client's request (RFC 6455 4.2.1), then
 * whether config lets it in: its Origin (4.2.2), its Authorization. On false,
 * *status is what to answer (400, 401, 403, 405, 426), err's line says why
 * (ERR_HANDSHAKE), and has no secret in it: it is for the client, too. On true,
 * agreed.subprotocol is the first of the client's that config lists (the client
 * names them as it would have them), and none where it lists none of them; what
 * the client makes of that is its business. agreed.deflate is whether an offer
 * of permessage-deflate was chosen. */
bool ws_handshake_admit(const struct ws_handshake_config *config,
	const struct http_head *head, struct ws_agreed *agreed, int *status,
	struct err *err);

/* Queues the 101 for an admitted request, with agreed.config's headers; false
 * where it does not fit, or where ws_handshake_check_header() does not take one
 * of them. */
bool ws_handshake_welcome(const struct http_head *head,
	const struct ws_agreed *agreed, struct buf *out);

/* Queues a refusal: status line, Content-Type, Content-Length, "Connection:
 * close" (Sec-WebSocket-Version: 13 with 426, Allow: GET with 405,
 * WWW-Authenticate with 401), config's headers, and line as the body. False:
 * as with ws_handshake_welcome(). */
bool ws_handshake_refuse(const struct ws_handshake_config *config, int status,
	const char *line, struct buf *out);

#endif
