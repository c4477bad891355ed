/*
 * The two ends of a client's pipes, cheap enough not to be measured:
 *
 *     ends [-h] [-d MS] feed COUNT SIZE
 *         COUNT lines of SIZE bytes to standard output; -d waits before the
 *         first, -h holds the pipe open after the last, until the reader has
 *         gone or standard input ends.
 *
 *     ends [-b] tally SIZE
 *         Standard input to its end, then one line, "BYTES MESSAGES": how many
 *         bytes came, and how many whole messages of SIZE bytes are among
 *         them, whatever is around them. -b: of binary messages.
 *
 *     ends tally
 *         The same, but only counts bytes: for the runs that are timed.
 */

#define _GNU_SOURCE
#include "tool.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK ((size_t)256 * 1024)

static void hold(void)
{
	struct pollfd p[] = { { .fd = STDOUT_FILENO },
		{ .fd = STDIN_FILENO, .events = POLLIN } };

	while (poll(p, 2, -1) < 0)
		continue;
}

static void feed(uint64_t count, size_t size, bool held)
{
	size_t unit = size + 1, room = unit > BLOCK ? unit : BLOCK;
	uint64_t each = room / unit;
	uint8_t *block = allocate(room);

	payload_fill(block, size, false);
	block[size] = '\n';
	for (uint64_t i = 1; i < each; i++)
		memcpy(block + i * unit, block, unit);
	while (count > 0) {
		if (each > count)
			each = count;
		if (!write_all(STDOUT_FILENO, block, each * unit))
			break;
		count -= each;
	}
	free(block);
	if (held)
		hold();
}

/* How far the message that is being looked for is matched. */
struct search {
	uint64_t size;
	uint64_t at;
	uint64_t found;
	uint8_t period[2 * PAYLOAD_PERIOD];
};

static void look(struct search *s, const uint8_t *p, size_t n)
{
	while (n > 0) {
		const uint8_t *from = s->period + s->at % PAYLOAD_PERIOD;
		size_t step = PAYLOAD_PERIOD;

		if (s->at == 0) {
			const uint8_t *start = memchr(p, from[0], n);

			if (start == NULL)
				return;
			n -= (size_t)(start - p);
			p = start;
		}
		if (step > n)
			step = n;
		if (step > s->size - s->at)
			step = (size_t)(s->size - s->at);
		if (memcmp(p, from, step) != 0) {
			/* Nowhere in what matched can another one start. */
			step = s->at == 0;
			s->at = 0;
		} else {
			s->at += step;
		}
		if (s->at == s->size) {
			s->found++;
			s->at = 0;
		}
		p += step;
		n -= step;
	}
}

static void tally(uint64_t size, bool binary)
{
	struct search *s = allocate(sizeof *s);
	uint8_t *block = allocate(BLOCK);
	uint64_t bytes = 0;
	size_t n;

	s->size = size;
	s->at = s->found = 0;
	payload_fill(s->period, sizeof s->period, binary);
	while ((n = read_some(STDIN_FILENO, block, BLOCK)) > 0) {
		bytes += n;
		if (size > 0)
			look(s, block, n);
	}
	printf("%llu %llu\n", (unsigned long long)bytes,
		(unsigned long long)s->found);
	free(block);
	free(s);
}

int main(int argc, char **argv)
{
	bool held = false, binary = false;
	uint64_t delay = 0;
	int c, left;

	while ((c = getopt(argc, argv, "+hbd:")) != -1) {
		if (c == 'h')
			held = true;
		else if (c == 'b')
			binary = true;
		else if (c == 'd')
			delay = number(optarg, 0, 60000, "-d");
	}
	signal(SIGPIPE, SIG_IGN);
	argv += optind;
	left = argc - optind;
	if (left == 3 && strcmp(argv[0], "feed") == 0) {
		wait_ms(delay);
		feed(number(argv[1], 0, UINT64_MAX, "a count"),
			(size_t)number(argv[2], PAYLOAD_MIN, 1 << 30, "a size"),
			held);
	} else if (left == 2 && strcmp(argv[0], "tally") == 0) {
		tally(number(argv[1], PAYLOAD_MIN, UINT64_MAX, "a size"),
			binary);
	} else if (left == 1 && strcmp(argv[0], "tally") == 0) {
		tally(0, false);
	} else {
		die("usage: ends [-h] [-d MS] feed COUNT SIZE, or "
		    "ends [-b] tally [SIZE]");
	}
	return 0;
}
