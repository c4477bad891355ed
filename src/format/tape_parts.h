#ifndef WSTAP_FORMAT_TAPE_PARTS_H
#define WSTAP_FORMAT_TAPE_PARTS_H

#include "format/tape.h"

/* What the two readers of format/tape share. */

struct tape_source {
	const char *name; /* for errors */
	const uint8_t *text;
	size_t len;
	const char *url; /* or NULL */
};

/* A place for n bytes, good until the next tape_add(); NULL where all that is
 * read would be more than its source. */
uint8_t *tape_room(struct tape *t, size_t n);

/* Adds an entry, with a copy of its data; time_ns is since 1970, or
 * JSONL_NO_TIME. False: out of memory, and err is set. */
bool tape_add(struct tape *t, const struct tape_source *source,
	const struct tape_entry *entry, int64_t time_ns, struct err *err);

/* Frees what an entry has of its own. */
void tape_entry_release(struct tape_entry *e);

/* How far behind the first that was asked about, but never before the last
 * entry. */
int64_t tape_at_ns(struct tape *t, int64_t time_ns);

bool tape_no_memory(const struct tape_source *source, struct err *err);

bool tape_read_jsonl(
	struct tape *t, const struct tape_source *source, struct err *err);
bool tape_read_har(
	struct tape *t, const struct tape_source *source, struct err *err);

#endif
