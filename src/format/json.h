#ifndef WSTAP_FORMAT_JSON_H
#define WSTAP_FORMAT_JSON_H

#include "base/buf.h"
#include "format/escape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSON for people: indented by two blanks a level, as `jq .` does it, with
 * only the blanks between the tokens made anew. Numbers, the order of keys,
 * keys given twice and escapes in strings are copied as they came.
 *
 *     {"a":[1,2.0],"b":{ }}     {
 *                                 "a": [
 *                                   1,
 *                                   2.0
 *                                 ],
 *                                 "b": {}
 *                               }
 *
 * Ask json_valid() for the whole text first. json_span() trusts it for the
 * form only: any other bytes come out misshapen, but as safe as asked for.
 */

/* What is nested deeper is no JSON here; what is indented further stays at
 * this column. */
enum { JSON_DEPTH_MAX = 1024, JSON_COLUMN_MAX = 256 };

/* What the text is inside of, from the outermost: a bit a level. */
struct json_levels {
	uint8_t objects[JSON_DEPTH_MAX /
			8]; /* set: an object; clear: an array */
	unsigned depth;
};

/* Whether these bytes are one value of RFC 8259, with blanks around it or
 * not. That they are UTF-8 is for others to say. Half a surrogate pair in
 * \uXXXX is fine, as in the RFC's grammar. */
bool json_valid(const uint8_t *p, size_t len);

/* Where text that json_valid() says no to stops being JSON, and what is wrong
 * there, in a few words ("a comma before }", "a string without its end"). That
 * is the first byte that no JSON has behind those before it, or the text's end
 * where only more is missing. */
struct json_fault {
	size_t at;       /* bytes from the start */
	const char *why; /* static; NULL: it is JSON */
};
struct json_fault json_fault(const uint8_t *p, size_t len);

/* What is coloured of its own. Of arrays and objects that is their brackets,
 * commas and colons. */
enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_FALSE,
	JSON_KIND_TRUE,
	JSON_KIND_NUMBER,
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT,
	JSON_KIND_KEY,
	JSON_KINDS
};

/* The sequences that begin each colour and the one that ends any of them, and
 * those around escapes, which leave the colour as it was. Each is shorter than
 * 32 bytes; NULL is none. No colour goes on past its line. */
struct json_colors {
	const char *on[JSON_KINDS], *off;
	const char *escape_on, *escape_off;
};

struct json {
	const struct json_colors *colors; /* borrowed; NULL: none */
	bool safe;
	struct escape escape;
	struct json_levels levels;
	enum { JSON_BETWEEN, JSON_IN_STRING, JSON_IN_SCALAR } state;
	bool backslash; /* in a string: the byte before was an open one */
	bool fresh;     /* a bracket was opened, nothing in it came yet */
	bool key;       /* the next string is a key */
	bool painted;   /* with the colour of: */
	enum json_kind paint;
};

/* Before a text's first byte. safe: characters that format/escape would not
 * let pass are shown as there; else they come out as they are. */
void json_init(struct json *j, const struct json_colors *colors, bool safe);

/* Queues the indented form of as much of the text, whose next len bytes are at
 * p, as out has room for; gives back how many bytes were taken. Progress is
 * made whenever out has JSON_ROOM bytes of room, and one call never queues
 * more than JSON_SPAN_MAX: who keeps so much in reserve may call while there
 * is any room besides. */
enum { JSON_ROOM = 512, JSON_SPAN_MAX = 8192 };
size_t json_span(struct json *j, const uint8_t *p, size_t len, struct buf *out);

/* The text ended: what is still open is closed, a colour say; no line end is
 * put. False (try again) where out has less than JSON_ROOM. Ready for the next
 * text then. */
bool json_end(struct json *j, struct buf *out);

#endif
