#ifndef WSTAP_SESSION_SENDS_H
#define WSTAP_SESSION_SENDS_H

#include <stdbool.h>
#include <stddef.h>

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

#endif
