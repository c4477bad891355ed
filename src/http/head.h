#ifndef WSTAP_HTTP_HEAD_H
#define WSTAP_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * An HTTP/1.1 message's head (RFC 9112), parsed without copying: everything
 * points into the caller's bytes and lives as long as they do. No state: call
 * again from the start when more came.
 */
struct http_span {
	const char *p;
	size_t len;
};

struct http_field {
	struct http_span name, value; /* value without blanks around it */
};

enum { HTTP_FIELDS_MAX = 256, HTTP_HEAD_MAX = 65536 };

struct http_head {
	int minor;                       /* HTTP/1.minor */
	int status;                      /* response: 100 to 999 */
	struct http_span reason;         /* response */
	struct http_span method, target; /* request */
	struct http_field fields[HTTP_FIELDS_MAX];
	size_t nfields;
	const char *why; /* after -1: a static sentence */
};

/* Parses the head at the start of the len bytes at p. Gives back the head's
 * length, the empty line included; 0 where more is needed; -1 where no
 * continuation could make it a head (head->why says what is wrong: folded
 * lines, bare CR, NUL, a blank before the colon, too many fields, over
 * HTTP_HEAD_MAX bytes, not HTTP ...). Says -1 at the first impossible byte:
 * a peer that speaks another protocol is found out at once. A bare LF ends a
 * line, as RFC 9112 2.2 lets a recipient do. */
int http_head_response(struct http_head *head, const uint8_t *p, size_t len);
int http_head_request(struct http_head *head, const uint8_t *p, size_t len);

/* The first field of that name (case does not count) from index *at on, or
 * NULL; *at moves behind it. Start with *at = 0. */
const struct http_field *http_head_find(
	const struct http_head *head, const char *name, size_t *at);

/* How many fields have that name. */
size_t http_head_count(const struct http_head *head, const char *name);

/* Whether any field of that name has token in its comma-separated list; case
 * does not count. */
bool http_head_has_token(
	const struct http_head *head, const char *name, const char *token);

/* All of text. */
static inline struct http_span http_span_of(const char *text)
{
	return (struct http_span){ text, strlen(text) };
}

/* Whether span is text, case not counting. */
bool http_span_is(struct http_span span, const char *text);

/* Whether both are the same bytes: case counts. */
bool http_span_equals(struct http_span a, struct http_span b);

/* Without the blanks and tabs around it. */
struct http_span http_span_trim(struct http_span span);

/* Takes the next element off a comma-separated list: false at its end. Empty
 * elements are skipped, blanks around elements cut (RFC 9110 5.6.1), commas
 * inside quoted strings kept. */
bool http_list_next(struct http_span *list, struct http_span *element);

/* Whether text is a token (RFC 9110 5.6.2). */
bool http_is_token(struct http_span text);

#endif
