#ifndef WSTAP_FORMAT_JSONPUT_H
#define WSTAP_FORMAT_JSONPUT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSON being written into the room behind what a buffer holds: for
 * format/jsonl and format/har. What does not fit sets `full`, and then nothing
 * of it is queued: check once, at the end.
 *
 * Strings come out as UTF-8 that is safe for a terminal: what format/escape
 * would escape there is written as \u202e here, which reads back the same, and
 * what isn't UTF-8 becomes U+FFFD.
 */
struct jsonput {
	struct buf *out;
	char *start, *p, *end;
	bool full;
};

/* What a byte of a string may become: \u001b. */
enum { JSONPUT_ESCAPED_MOST = 6 };

/* Room for `most` bytes at most, as far as out has it. */
struct jsonput jsonput_begin(struct buf *out, size_t most);

/* Queues it: false, and nothing is, where it did not fit. */
bool jsonput_end(const struct jsonput *j);

/* As they are. */
void jsonput_bytes(struct jsonput *j, const void *data, size_t n);

static inline void jsonput_raw(struct jsonput *j, const char *s)
{
	jsonput_bytes(j, s, strlen(s));
}

void jsonput_number(struct jsonput *j, uint64_t n);

/* The last so many digits of n. */
void jsonput_digits(char *p, uint64_t n, int count);

/* In a string: its characters, or the base64 of its bytes, all of it. */
void jsonput_text(struct jsonput *j, const void *text, size_t len);
void jsonput_base64(struct jsonput *j, const void *data, size_t len);

/* A whole string, with its quotation marks. */
void jsonput_string(struct jsonput *j, const void *text, size_t len);

/* `,"key":`, say, and a string, or null for NULL. */
void jsonput_member(struct jsonput *j, const char *key, const char *s);

/* An object whose last member is a string of any length, piece by piece:
 *
 *     if (!jsonput_piece_begin(&j, out, spare, len, *at))
 *             return false;
 *     if (*at == 0)
 *             put all before the string's characters: JSONPUT_HEAD at most
 *     return jsonput_piece_end(&j, text, data, len, at, "\"}\n");
 *
 * at is how much of the len bytes is out: 0 where none is begun. Room for
 * `spare` bytes is left alone; the first piece needs JSONPUT_HEAD besides. The
 * second moves at, by one byte at least where it did begin with that much
 * room, and is true once the ending (JSONPUT_ENDING bytes at most) is out,
 * too. Text is cut between characters, base64 between its groups. */
enum { JSONPUT_HEAD = 256, JSONPUT_ENDING = 3 };
bool jsonput_piece_begin(struct jsonput *j, struct buf *out, size_t spare,
	size_t len, size_t at);
bool jsonput_piece_end(struct jsonput *j, bool text, const uint8_t *data,
	size_t len, size_t *at, const char *ending);

#endif
