#ifndef WSTAP_WS_HANDSHAKE_PARTS_H
#define WSTAP_WS_HANDSHAKE_PARTS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strings.h"
#include "http/head.h"
#include "ws/handshake.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What both ends of the opening handshake need: a head going out into a buf,
 * and a head that came in and is at fault. ws/handshake.c (the client) and
 * ws/admit.c (the server) are written with it; nobody else needs it.
 */

/* Text on its way into a buf: all of it, or nothing. */
struct ws_writer {
	struct buf *out;
	char *p;
	size_t len, cap;
	bool full;
};

void ws_writer_begin(struct ws_writer *w, struct buf *out);
void ws_writer_put(struct ws_writer *w, struct http_span text);
void ws_writer_text(struct ws_writer *w, const char *text);

/* "name: value" and the line's end. */
void ws_writer_field(
	struct ws_writer *w, struct http_span name, struct http_span value);

/* A user's field (-H). */
struct ws_header {
	struct http_span name, value;
	bool removes; /* "Name:": the default one is not sent */
};

/* Takes a -H value apart; false where it is none. */
bool ws_read_header(const char *text, struct ws_header *h);

/* The user's next field of that name from index *at on. */
bool ws_next_header(const struct ws_handshake_config *config, const char *name,
	size_t *at, struct ws_header *h);

#define WS_EXTENSIONS "Sec-WebSocket-Extensions"

/* config's, which is nothing where the user has that field removed or
 * empty. */
struct ws_deflate_config ws_deflate_wished(
	const struct ws_handshake_config *config);

/* A field that is sent unless the user replaces or removes it. */
struct ws_default {
	const char *name;
	struct http_span value;     /* p NULL: no such field, unless ... */
	const struct strings *list; /* ... there is a list that is not empty */
};

/* All of text; of NULL, no such field. */
struct http_span ws_default_of(const char *text);

/* The n fields in their order, those of config's headers that replace one in
 * its place; then the user's others. */
void ws_writer_fields(struct ws_writer *w,
	const struct ws_handshake_config *config,
	const struct ws_default *fields, size_t n);

/* Queues what was written; false, and nothing queued, where it did not fit. */
bool ws_writer_finish(struct ws_writer *w);

/* Whose head is judged, as the lines name it. */
struct ws_side {
	const char *what;    /* "answer", "request" */
	const char *section; /* "RFC 6455 4.1" */
};

/* For %.*s: how much of a peer's text a line quotes, so that its end stays. */
enum { WS_QUOTED_MAX = 100 };
int ws_quoted(struct http_span text);

/* ERR_HANDSHAKE "not a WebSocket answer: ... (RFC 6455 4.1)"; gives back
 * false, as err_set() does. */
bool ws_fault(const struct ws_side *side, struct err *err, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* The same for a field: what it is, and what it should be. */
bool ws_fault_field(const struct ws_side *side, const struct http_field *field,
	const char *expected, struct err *err);

/* The field of that name, or NULL and err where it is not there exactly
 * once. */
const struct http_field *ws_find_once(const struct ws_side *side,
	const struct http_head *head, const char *name, struct err *err);

/* Whether list has name; case counts, as it does for subprotocols. */
bool ws_is_listed(const struct strings *list, struct http_span name);

/* Whether the Connection fields have "Upgrade" among them. */
bool ws_check_connection(const struct ws_side *side,
	const struct http_head *head, struct err *err);

/* Whether a comma-separated list has name; case counts. */
bool ws_list_has(struct http_span list, struct http_span name);

/* ERR_HTTP for an answer that is no 101, with the likely cause; gives back
 * false. */
bool ws_refused(const struct ws_request *request, const struct http_head *head,
	struct err *err);

#endif
