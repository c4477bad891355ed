/*
 * The least that a program can do with the same bytes, and no WebSocket:
 *
 *     floor in [-t] PORT       what comes in, to standard output
 *     floor splice PORT        the same with splice() and a 1 MiB pipe
 *     floor out PORT           standard input, out
 *     floor both PORT          both, a process for each direction
 *     floor trips PORT COUNT   a line out, the line back, COUNT times
 *
 * -t is TLS; the certificate is not looked at.
 */

#define _GNU_SOURCE
#include "tool.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK ((size_t)128 * 1024)
#define LINE ((size_t)64)

static void copy_in(struct wire *w)
{
	uint8_t *block = allocate(BLOCK);
	size_t n;

	while ((n = wire_read(w, block, BLOCK)) > 0)
		if (!write_all(STDOUT_FILENO, block, n))
			break;
	free(block);
}

static void copy_out(struct wire *w)
{
	uint8_t *block = allocate(BLOCK);
	size_t n;

	while ((n = read_some(STDIN_FILENO, block, BLOCK)) > 0)
		if (!wire_write(w, block, n))
			break;
	wire_finish(w);
	free(block);
}

static void splice_in(struct wire *w)
{
	ssize_t n;

	fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 1 << 20);
	do
		n = splice(w->fd, NULL, STDOUT_FILENO, NULL, 1 << 20,
			SPLICE_F_MOVE);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		die("splice: %s", strerror(errno));
}

static void copy_both(struct wire *w)
{
	pid_t child = fork();

	if (child < 0)
		die("fork: %s", strerror(errno));
	if (child == 0) {
		copy_out(w);
		_exit(0);
	}
	copy_in(w);
	waitpid(child, NULL, 0);
}

static void make_trips(struct wire *w, uint64_t count)
{
	uint8_t line[LINE + 1], back[LINE + 1];

	payload_fill(line, LINE, false);
	line[LINE] = '\n';
	for (uint64_t i = 0; i < count; i++) {
		size_t have = 0;

		if (!wire_write(w, line, sizeof line))
			die("the server has gone");
		while (have < sizeof back) {
			size_t n =
				wire_read(w, back + have, sizeof back - have);

			if (n == 0)
				die("the server has gone");
			have += n;
		}
		if (memcmp(line, back, sizeof line) != 0)
			die("another line came back");
	}
}

int main(int argc, char **argv)
{
	struct wire w;
	SSL_CTX *tls = NULL;
	const char *what = argc > 1 ? argv[1] : "";
	int at = 2;

	signal(SIGPIPE, SIG_IGN);
	if (argc > at && strcmp(argv[at], "-t") == 0) {
		tls = SSL_CTX_new(TLS_client_method());
		at++;
	}
	if (at >= argc)
		die("usage: floor in|splice|out|both|trips [-t] PORT [COUNT]");
	if (!wire_open(&w,
		    connect_local(
			    (uint16_t)number(argv[at], 1, 65535, "a port")),
		    tls, false))
		die("no TLS with port %s", argv[at]);
	if (strcmp(what, "in") == 0) {
		copy_in(&w);
	} else if (strcmp(what, "splice") == 0) {
		splice_in(&w);
	} else if (strcmp(what, "out") == 0) {
		copy_out(&w);
		copy_in(&w);
	} else if (strcmp(what, "both") == 0) {
		copy_both(&w);
	} else if (strcmp(what, "trips") == 0 && at + 1 < argc) {
		make_trips(&w, number(argv[at + 1], 1, UINT64_MAX, "a count"));
	} else {
		die("no such thing to do: %s", what);
	}
	wire_close(&w);
	SSL_CTX_free(tls);
	return 0;
}
