#ifndef WSTAP_SESSION_SENDS_H
#define WSTAP_SESSION_SENDS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What -x and -f name, in their order: messages, and files whose contents are
 * one message each. The strings are borrowed.
 */
struct send_item {
	bool file; /* value is a path; "-" is standard input */
	const char *value;
};

struct sends {
	struct send_item *v;
	size_t n;
};

/* Appends one; ends the process where memory is out, as strings_add() does. */
void sends_add(struct sends *s, bool file, const char *value);
void sends_release(struct sends *s);

/* Whether it is -f -, standard input. */
bool sends_is_standard(const struct send_item *item);

/* Says what is wrong with a file of -f before anything is sent: false with
 * ERR_INPUT. *total grows by the bytes of those that have a size; unknown:
 * one has none. */
bool sends_check(const struct sends *sends, uint64_t *total, bool *unknown,
	struct err *err);

#endif
