#ifndef WSTAP_SESSION_TYPED_H
#define WSTAP_SESSION_TYPED_H

#include "format/rawframe.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What was typed and is to be sent: messages, files by their names, and raw
 * frames, one after another. Typing goes on while the network is slow; when TYPED_MAX
 * wait, who types waits, too.
 */
enum { TYPED_MAX = 32 };

struct typed_item {
	char *data; /* owned: the message, or a file's path */
	size_t len;
	bool binary;
	bool file;
	struct rawframe *frame; /* owned: that, in place of data */
};

struct typed {
	struct typed_item v[TYPED_MAX];
	size_t first, n;
};

/* Appends; takes item.data and item.frame. Not while it is full. */
void typed_add(struct typed *t, struct typed_item item);

/* The one that is next; NULL: there is none. */
const struct typed_item *typed_next(const struct typed *t);

/* Drops it: it was sent, or can't be. */
void typed_drop(struct typed *t);

bool typed_full(const struct typed *t);

/* Drops all. */
void typed_clear(struct typed *t);

#endif
