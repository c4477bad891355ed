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
	UPGRADE_OPEN,     /* s->link->net is a WebSocket */
	UPGRADE_ANSWERED, /* another status than 101: s->link->err judges it */
	UPGRADE_FAILED,   /* s->link->err */
};

/* Client: sends the request over s->link->net (its key is filled in here) and reads
 * the answer. With OPEN and ANSWERED, *head is the answer, and points to s->link->in,
 * which begins with its *len bytes. */
enum upgrade_result upgrade_ask(struct session *s, struct ws_request *request,
	struct http_head *head, size_t *len, struct deadline deadline);

/* Shows what an answer that is a refusal says behind its head. Gives back the
 * likely cause where that tells it, for the end of the line; else NULL. */
const char *upgrade_show_body(
	struct session *s, const struct http_head *head, size_t len);

/* Of the two times that may have run out, names the right one in s->link->err. */
void upgrade_name_timeout(struct session *s);

/* Server: judges the request of s->link and queues the answer in its out. False
 * where that is a refusal: s->link->err says why. */
bool upgrade_answer(struct session *s, const struct http_head *head);

/* What speaks like the bytes in `in` is no HTTP/1.1: what it is then, for the
 * end of a line; "" where that is not known. */
const char *upgrade_other_protocol(const struct buf *in);

#endif
