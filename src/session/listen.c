#include "session/listen.h"

#include "base/hostport.h"
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
	input_restart(&s->input, false, 0);
}

/* Waits for a client and takes it: false where the listener is broken. */
static bool accept_client(struct session *s)
{
	struct pollfd p = { .fd = s->listener, .events = POLLIN };
	int ready, fd;

	do {
		ready = poll(&p, 1, deadline_left_ms(s->run_deadline));
	} while (ready < 0 && errno == EINTR);
	if (ready == 0) {
		session_fail(s, ERR_TIMEOUT,
			"time ran out (--timeout) while waiting for a client");
		return false;
	}
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

/* Opens the listener and says where it is. */
static bool open_listener(struct session *s)
{
	struct hostport at;
	char host[256], where[DIAL_ADDRESS_MAX];
	size_t n;

	if (!hostport_parse(&at, s->config->listen) ||
		at.host_len >= sizeof(host)) {
		session_fail(s, ERR_USAGE, "-l %.300s: not [HOST:]PORT",
			s->config->listen);
		return false;
	}
	memcpy(host, at.host, at.host_len);
	host[at.host_len] = 0;
	s->listener =
		dial_listen(at.host_len ? host : NULL, at.port, where, &s->err);
	if (s->listener < 0)
		return false;
	diag("listening on %s", where);
	n = sizeof("ws:///") + strlen(where);
	s->url = malloc(n);
	if (!s->url)
		abort();
	snprintf(s->url, n, "ws://%s/", where);
	return true;
}

void listen_serve(struct session *s)
{
	if (!open_listener(s))
		return;
	for (;;) {
		if (!accept_client(s))
			break;
		if (!s->net)
			continue;
		serve(s);
		end_client(s);
		if (s->config->once || s->signal || s->output_broken ||
			s->asked == ASKED_ENOUGH || s->quit ||
			s->run_deadline.at_ns <= clock_now_ns())
			break;
		/* One client's fault ends that client, not the listener. */
		session_tell_error(s);
		if (s->signal)
			break;
		if (s->err.line[0] && !s->err_said)
			diag("%s", s->err.line);
		s->err = (struct err){ 0 };
		s->err_said = false;
	}
	for (size_t i = 0; i < REFUSED; i++)
		if (s->refused[i] >= 0)
			close(s->refused[i]);
	close(s->listener);
}

/* Whether others are turned away. Who comes while a client is leaving will be
 * the next. */
static bool refusing(const struct session *s)
{
	return s->listener >= 0 && s->asked == ASKED_NOTHING &&
	       !s->peer_closed && !s->conn.failed && !s->net_eof;
}

int listen_interests(const struct session *s, fd_set *reads, int top)
{
	if (!refusing(s))
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

bool listen_refuse(struct session *s, const fd_set *reads)
{
	bool any = false;

	if (!refusing(s))
		return false;
	for (size_t i = 0; i < REFUSED; i++) {
		if (s->refused[i] >= 0 && FD_ISSET(s->refused[i], reads)) {
			drain(&s->refused[i]);
			any = true;
		}
	}
	/* What the client says first may be that it goes. */
	if (FD_ISSET(s->listener, reads) &&
		!transport_wait(s->net->fd, IO_WANT_READ, deadline_in_ms(0))) {
		refuse(s);
		any = true;
	}
	return any;
}
