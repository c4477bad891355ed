#define _GNU_SOURCE
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list args;

	fputs("bench: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(2);
}

uint64_t number(const char *text, uint64_t low, uint64_t high, const char *what)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < low ||
		value > high)
		die("%s is from %llu to %llu, not %s", what,
			(unsigned long long)low, (unsigned long long)high,
			text);
	return value;
}

void *allocate(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		die("no memory for %zu bytes", size);
	return p;
}

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void wait_ms(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) != 0)
		continue;
}

bool write_all(int fd, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n > 0) {
		ssize_t did = write(fd, p, n);

		if (did < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EPIPE || errno == ECONNRESET)
				return false;
			die("writing: %s", strerror(errno));
		}
		p += did;
		n -= (size_t)did;
	}
	return true;
}

size_t read_some(int fd, void *bytes, size_t n)
{
	ssize_t did;

	do
		did = read(fd, bytes, n);
	while (did < 0 && errno == EINTR);
	if (did < 0)
		die("reading: %s", strerror(errno));
	return (size_t)did;
}

static uint32_t next_random(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

void payload_fill(uint8_t *block, size_t n, bool binary)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ {";
	uint32_t state = 2463534242;

	for (size_t i = 0; i < n; i++) {
		if (i >= PAYLOAD_PERIOD) {
			block[i] = block[i - PAYLOAD_PERIOD];
			continue;
		}
		uint32_t x = next_random(&state) >> 8;

		if (i < PAYLOAD_MIN)
			block[i] = (uint8_t)PAYLOAD_MARK[i];
		else if (binary)
			block[i] = (uint8_t)x;
		else
			block[i] = (uint8_t)letters[x % 64];
	}
}

int connect_local(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
		die("connecting to 127.0.0.1 port %u: %s", port,
			strerror(errno));
	set_nodelay(fd);
	return fd;
}

void set_nodelay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}
