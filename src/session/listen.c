#include "session/listen.h"

#include "net/dial.h"
#include "net/tcp.h"
#include "session/loop.h"
#include "session/session.h"
#include "session/upgrade.h"
#include "ui/diag.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REFUSED = sizeof(((struct session *)0)->refused) / sizeof(int) };

bool listen_parse(const char *text, char host_out[256], const char **host,
	uint16_t *port, struct err *err)
{
	const char *colon = strrchr(text, ':');
	const char *digits = colon ? colon + 1 : text;
	size_t len = colon ? (size_t)(colon - text) : 0;
	unsigned long number = 0;
	size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > 5 || digits[n] ||
		(number = strtoul(digits, NULL, 10)) > 65535)
		return err_set(err, ERR_USAGE,
			"-l %s: not a [HOST:]PORT (a port is 0 to 65535)",
			text);
	if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	} else if (memchr(text, ':', len)) {
		return err_set(err, ERR_USAGE,
			"-l %s: an IPv6 address goes in brackets", text);
	}
	if (len >= 256)
		return err_set(
			err, ERR_USAGE, "-l: a host name of %zu bytes", len);
	memcpy(host_out, text, len);
	host_out[len] = 0;
	*host = len ? host_out : NULL;
	*port = (uint16_t)number;
	return true;
}

static void end_client(struct session *s)
{
	transport_free(s->net);
	s->net = NULL;
}

/* One client, from its request to its end. */
static void serve(struct session *s)
{
	if (!upgrade_accept(s))
		return;
	session_begin(s, WS_SERVER);
	session_greet(s);
	loop_run(s);
	session_part(s);
}

/* Waits for a client and takes it: false where the listener is broken. */
static bool accept_client(struct session *s)
{
	struct pollfd p = { .fd = s->listener, .events = POLLIN };
	int fd;

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	fd = dial_accept(s->listener, s->address);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == EBADF)) {
		session_fail(s, ERR_CONNECT, "accepting a client: %s",
			strerror(errno));
		return false;
	}
	if (fd < 0)
		return true;
	s->net = tcp_new(fd);
	if (!s->net)
		abort();
	return true;
}

void listen_serve(struct session *s)
{
	char host_text[256], where[DIAL_ADDRESS_MAX];
	const char *host;
	uint16_t port;
	size_t n;

	if (!listen_parse(s->config->listen, host_text, &host, &port, &s->err))
		return;
	s->listener = dial_listen(host, port, where, &s->err);
	if (s->listener < 0)
		return;
	diag("listening on %s", where);
	n = sizeof("ws:///") + strlen(where);
	s->url = malloc(n);
	if (!s->url)
		abort();
	snprintf(s->url, n, "ws://%s/", where);
	for (;;) {
		if (!accept_client(s))
			break;
		if (!s->net)
			continue;
		serve(s);
		end_client(s);
		if (s->config->once || s->signal || s->output_broken ||
			s->asked == ASKED_ENOUGH || s->quit)
			break;
		/* One client's fault ends that client, not the listener. */
		if (s->err.kind != ERR_NONE)
			diag("%s", s->err.line);
		s->err = (struct err){ 0 };
	}
	for (size_t i = 0; i < REFUSED; i++)
		if (s->refused[i] >= 0)
			close(s->refused[i]);
	close(s->listener);
}

int listen_interests(const struct session *s, fd_set *reads, int top)
{
	if (s->listener < 0)
		return top;
	FD_SET(s->listener, reads);
	top = s->listener > top ? s->listener : top;
	for (size_t i = 0; i < REFUSED; i++) {
		if (s->refused[i] < 0)
			continue;
		FD_SET(s->refused[i], reads);
		top = s->refused[i] > top ? s->refused[i] : top;
	}
	return top;
}

/* Reads and forgets what a refused client still sends: closing at once would
 * make the system take the 503 back. */
static void drain(int *fd)
{
	char waste[4096];
	ssize_t n = read(*fd, waste, sizeof(waste));

	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	close(*fd);
	*fd = -1;
}

static void refuse(struct session *s)
{
	uint8_t memory[1024];
	char address[DIAL_ADDRESS_MAX];
	struct buf answer;
	int fd = dial_accept(s->listener, address);
	int *slot = &s->refused[s->next_refused++ % REFUSED];

	if (fd < 0)
		return;
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
	buf_init(&answer, memory, sizeof(memory));
	ws_handshake_refuse(
		503, "another client is being served; try later", &answer);
	/* So short an answer fits the socket of a new connection. */
	if (write(fd, buf_head(&answer), buf_len(&answer)) < 0 ||
		shutdown(fd, SHUT_WR) < 0) {
		close(fd);
		*slot = -1;
	}
	if (s->config->verbose)
		session_say(s, STYLE_CONTROL, "* refused %s with 503", address);
}

void listen_refuse(struct session *s, const fd_set *reads)
{
	if (s->listener < 0)
		return;
	for (size_t i = 0; i < REFUSED; i++)
		if (s->refused[i] >= 0 && FD_ISSET(s->refused[i], reads))
			drain(&s->refused[i]);
	if (FD_ISSET(s->listener, reads))
		refuse(s);
}
