#ifndef WSTAP_FORMAT_JSON_LEVELS_H
#define WSTAP_FORMAT_JSON_LEVELS_H

#include "format/json.h"

/* The levels of brackets that a text is inside of, for those who read JSON
 * (json_check.c) and those who indent it (json.c). */

/* False where there is no level left. */
static inline bool json_enter(struct json_levels *l, bool object)
{
	unsigned bit = 1u << l->depth % 8;
	uint8_t *byte;

	if (l->depth == JSON_DEPTH_MAX)
		return false;
	byte = &l->objects[l->depth / 8];
	*byte = (uint8_t)(object ? *byte | bit : *byte & ~bit);
	l->depth++;
	return true;
}

static inline void json_leave(struct json_levels *l)
{
	if (l->depth > 0)
		l->depth--;
}

static inline bool json_in_object(const struct json_levels *l)
{
	unsigned top = l->depth - 1;

	return l->depth > 0 && (l->objects[top / 8] >> top % 8 & 1);
}

static inline bool json_is_blank(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#endif
