#ifndef WSTAP_BASE_STRINGS_H
#define WSTAP_BASE_STRINGS_H

#include <stddef.h>

/* A growing list of borrowed strings: what a repeatable option gathers. The
 * strings belong to whoever added them and must outlive the list. Starts
 * all zero. */
struct strings {
	const char **v;
	size_t n;
};

/* Appends. Ends the process where memory is out (a list of arguments). */
void strings_add(struct strings *list, const char *s);
void strings_release(struct strings *list);

#endif
