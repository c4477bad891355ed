#ifndef WSTAP_SESSION_UPGRADE_H
#define WSTAP_SESSION_UPGRADE_H

#include "http/head.h"
#include "net/deadline.h"
#include "ws/handshake.h"

#include <stdbool.h>

struct session;

/* The opening handshake over a connected transport: blocking and simple, by a
 * deadline. */
enum upgrade_result {
	UPGRADE_OPEN,     /* s->net is a WebSocket */
	UPGRADE_ANSWERED, /* another status than 101: s->err judges it */
	UPGRADE_FAILED,   /* s->err */
};

/* Client: sends the request over s->net (its key is filled in here) and reads
 * the answer. With OPEN and ANSWERED, *head is the answer, and points to s->in,
 * which begins with its *len bytes. */
enum upgrade_result upgrade_ask(struct session *s, struct ws_request *request,
	struct http_head *head, size_t *len, struct deadline deadline);

/* Shows what an answer that is a refusal says behind its head. Gives back the
 * likely cause where that tells it, for the end of the line; else NULL. */
const char *upgrade_show_body(
	struct session *s, const struct http_head *head, size_t len);

/* Of the two times that may have run out, names the right one in s->err. */
void upgrade_name_timeout(struct session *s);

/* Server: reads the request of the client in s->net and answers it. False:
 * s->err. */
bool upgrade_accept(struct session *s);

#endif
