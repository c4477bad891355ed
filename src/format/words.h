#ifndef WSTAP_FORMAT_WORDS_H
#define WSTAP_FORMAT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From a word of n characters, which no NUL need end, to its value. False
 * where it is nothing of the kind, *value is left alone then. */

/* A whole number of decimal digits, max at most. */
bool words_number(uint64_t *value, const char *word, size_t n, uint64_t max);

/* A number of bytes: digits, with k, M or G (in either case) behind them in
 * 1024s; max at most. */
bool words_size(uint64_t *value, const char *word, size_t n, uint64_t max);

/* A time in milliseconds: "200ms", "2s", "1.5s" (as much as is under a
 * millisecond is left off); max at most. */
bool words_time(int64_t *ms, const char *word, size_t n, int64_t max);

/* Bytes of two hex digits each, with blanks between them or not, to out, which
 * has n / 2 bytes; *len is how many they are. False where there is something
 * else, which is at *bad. */
bool words_hex(
	uint8_t *out, size_t *len, const char *text, size_t n, size_t *bad);

/* How much of a word can be quoted in a line: as a C string, in whole UTF-8
 * characters, and no more than a line takes. */
int words_quotable(const char *word, size_t n);

#endif
