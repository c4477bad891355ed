#include "http/body.h"

#include <string.h>

void http_body_init(struct http_body *body, const struct http_head *head)
{
	size_t at = 0;
	const struct http_field *f =
		http_head_find(head, "Content-Length", &at);

	*body = (struct http_body){ .left = UINT64_MAX };
	if (http_head_has_token(head, "Transfer-Encoding", "chunked")) {
		body->chunked = true;
		body->left = 0;
	} else if (f) {
		body->left = 0;
		for (size_t i = 0; i < f->value.len; i++) {
			unsigned digit = (unsigned)f->value.p[i] - '0';

			if (digit > 9 || body->left > UINT64_MAX / 10 - 1) {
				body->left = UINT64_MAX;
				break;
			}
			body->left = body->left * 10 + digit;
		}
		body->ended = body->left == 0;
	}
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* One byte of a chunk's size line: line ends left from the chunk before,
 * digits, then anything up to the LF. */
static void take_size(struct http_body *body, uint8_t c)
{
	int digit = hex_digit(c);

	if (c == '\n' && body->state != HTTP_CHUNK_BEFORE) {
		body->ended = body->left == 0;
		body->state = HTTP_CHUNK_DATA;
	} else if (digit >= 0 && body->state != HTTP_CHUNK_EXTENSION) {
		body->state = HTTP_CHUNK_SIZE;
		body->ended = body->left > UINT64_MAX / 32;
		body->left = body->left * 16 + (uint64_t)digit;
	} else if (body->state == HTTP_CHUNK_SIZE) {
		body->state = HTTP_CHUNK_EXTENSION;
	} else if (body->state == HTTP_CHUNK_BEFORE) {
		body->ended = c != '\r' && c != '\n';
	}
}

size_t http_body_take(struct http_body *body, uint8_t *p, size_t len)
{
	size_t out = 0;

	for (size_t at = 0; at < len && !body->ended;) {
		if (body->chunked && body->state != HTTP_CHUNK_DATA) {
			take_size(body, p[at++]);
			continue;
		}

		size_t n = len - at;

		if (n > body->left)
			n = (size_t)body->left;
		memmove(p + out, p + at, n);
		out += n;
		at += n;
		if (body->left != UINT64_MAX)
			body->left -= n;
		if (body->left > 0)
			continue;
		body->ended = !body->chunked;
		body->state = HTTP_CHUNK_BEFORE;
	}
	return out;
}
