#ifndef WSTAP_HTTP_BODY_H
#define WSTAP_HTTP_BODY_H

#include "http/head.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The body behind a response's head (RFC 9112 section 6), as far as it takes
 * to show the beginning of a refusal's.
 */
struct http_body {
	bool chunked;
	uint64_t left; /* of the body, or of the chunk; UINT64_MAX: until the
	                * connection ends */
	enum {
		HTTP_CHUNK_BEFORE,
		HTTP_CHUNK_SIZE,
		HTTP_CHUNK_EXTENSION,
		HTTP_CHUNK_DATA
	} state;
	bool ended;
};

/* How long the body is to be: Transfer-Encoding, Content-Length, or the
 * connection's end. */
void http_body_init(struct http_body *body, const struct http_head *head);

/* Takes the body's bytes out of the len at p, moving them to the front of p
 * (chunk sizes and extensions are left out); gives back how many there are.
 * body->ended tells when there are no more. Any cut of the input will do; a
 * malformed chunk ends it. */
size_t http_body_take(struct http_body *body, uint8_t *p, size_t len);

#endif
