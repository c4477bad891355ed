#ifndef WSTAP_SESSION_RECORD_FILE_H
#define WSTAP_SESSION_RECORD_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "format/har.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The file that a record is written to. What is put into `out` goes there with
 * the next write, and what was written is there whatever becomes of the
 * process: of jsonl whole lines and perhaps the start of one more, of a HAR
 * (its name ends in .har or .HAR) always a whole archive.
 *
 * To jsonl that is there already more is added, behind its last whole line; a
 * HAR is written anew. What is neither a record nor an archive of wstap's is
 * left alone.
 */
struct record_file {
	int fd;
	char *path; /* owned */
	bool har;
	struct har archive;  /* of what is in the file and in out */
	off_t at;            /* of a HAR: where its trailer is ... */
	const char *trailer; /* ... which is this */
	struct buf out;      /* its memory is owned */
	bool broken;         /* it can't be written: nothing is any more */
	struct err err;      /* why; ERR_OUTPUT */
};

/* Whether what has that name is to be a HAR. */
bool record_file_is_har(const char *path);

/* Whether that name is another for the file, or its own. */
bool record_file_is(const struct record_file *f, const char *path);

/* False: err has ERR_OUTPUT, and there is nothing to close. */
bool record_file_open(struct record_file *f, const char *path, struct err *err);

/* Its buffer, with room for n bytes: what it has may be written for that. */
struct buf *record_file_room(struct record_file *f, size_t n);

/* Writes all that out has. */
void record_file_write(struct record_file *f);

void record_file_close(struct record_file *f);

#endif
