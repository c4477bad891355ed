#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the programs of the bench share: the bytes of a message, and the few
 * lines that each would write again. A failure that a run cannot go on from
 * is one line on standard error and exit status 2.
 */

/* What every message starts with; its first byte is nowhere else in a text
 * payload, so that a search which failed never has to go back. */
#define PAYLOAD_MARK "~bench-message-0"
#define PAYLOAD_MIN (sizeof PAYLOAD_MARK - 1)
/* The bytes of a payload repeat after this many. */
#define PAYLOAD_PERIOD ((size_t)65536)

_Noreturn void die(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* A decimal number in [low, high]; dies of anything else, naming what. */
uint64_t number(
	const char *text, uint64_t low, uint64_t high, const char *what);

void *allocate(size_t size);

/* Nanoseconds of the monotonic clock. */
int64_t now_ns(void);

void wait_ms(uint64_t ms);

/* All n bytes; false where the reader has gone, dies of any other failure. */
bool write_all(int fd, const void *bytes, size_t n);

/* What read() says, asked again where a signal came first; dies of a
 * failure. */
size_t read_some(int fd, void *bytes, size_t n);

/* Fills block with n bytes of a payload from its start: printable ASCII with
 * no newline, or bytes of every value. Both start with PAYLOAD_MARK. */
void payload_fill(uint8_t *block, size_t n, bool binary);

/* A connected socket to that port of 127.0.0.1, without Nagle's delay. */
int connect_local(uint16_t port);

void set_nodelay(int fd);

#endif
