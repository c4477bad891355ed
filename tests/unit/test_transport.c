#define _GNU_SOURCE

#include "net/deadline.h"
#include "net/tcp.h"
#include "net/transport.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A transport and the plain descriptor at its other end. */
static struct transport *pair(int *peer)
{
	int fd[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	cr_assert(fcntl(fd[0], F_SETFL, O_NONBLOCK) == 0);
	*peer = fd[1];
	return tcp_new(fd[0]);
}

static struct sockaddr *generic(struct sockaddr_in *a)
{
	return (struct sockaddr *)a;
}

Test(deadline, order_and_what_is_left)
{
	struct deadline soon = deadline_in_ms(1000),
			late = deadline_in_ms(5000);

	cr_assert(deadline_left_ms(DEADLINE_NEVER) == -1);
	cr_assert(deadline_left_ms(deadline_in_ms(-1)) == -1);
	cr_assert(deadline_left_ms(deadline_in_ms(INT64_MAX)) == -1);
	cr_assert(deadline_left_ms(deadline_in_ms(0)) == 0);
	cr_assert(deadline_left_ms((struct deadline){ 0 }) == 0);
	cr_assert(deadline_left_ms(soon) > 0 && deadline_left_ms(soon) <= 1000);
	cr_assert(deadline_left_ms(deadline_in_ms((int64_t)INT_MAX * 2)) ==
		  INT_MAX);
	cr_assert(deadline_first(soon, late).at_ns == soon.at_ns);
	cr_assert(deadline_first(late, soon).at_ns == soon.at_ns);
	cr_assert(deadline_first(DEADLINE_NEVER, late).at_ns == late.at_ns);
}

/* Rounded down, poll() would be called again and again with 0. */
Test(deadline, is_rounded_up)
{
	struct deadline d = { clock_now_ns() + 2000000 };
	int left;

	while ((left = deadline_left_ms(d)) > 0)
		cr_assert(left <= 2);
	cr_assert(clock_now_ns() >= d.at_ns);
}

Test(transport, moves_bytes_both_ways)
{
	int peer;
	struct transport *t = pair(&peer);
	struct err err = { 0 };
	char data[16];
	size_t n = 0;

	cr_assert(transport_read(t, data, sizeof(data), &n, &err) ==
		  IO_WANT_READ);
	cr_assert(write(peer, "hello", 5) == 5);
	cr_assert(transport_read(t, data, 3, &n, &err) == IO_OK);
	cr_assert(n == 3 && memcmp(data, "hel", 3) == 0);
	cr_assert(transport_pending(t) == 0);
	cr_assert(transport_read(t, data, sizeof(data), &n, &err) == IO_OK);
	cr_assert(n == 2 && memcmp(data, "lo", 2) == 0);
	cr_assert(transport_write(t, "world", 5, &n, &err) == IO_OK);
	cr_assert(n == 5 && read(peer, data, sizeof(data)) == 5);
	cr_assert(t->secure == NULL);
	transport_free(t);
	cr_assert(read(peer, data, 1) == 0, "freed is closed");
	transport_free(NULL);
	close(peer);
}

Test(transport, shutdown_ends_one_direction)
{
	int peer;
	struct transport *t = pair(&peer);
	struct err err = { 0 };
	char data[4];
	size_t n;

	transport_shutdown(t);
	cr_assert(read(peer, data, sizeof(data)) == 0);
	cr_assert(write(peer, "bye", 3) == 3);
	close(peer);
	cr_assert(transport_read(t, data, sizeof(data), &n, &err) == IO_OK);
	cr_assert(n == 3);
	cr_assert(transport_read(t, data, sizeof(data), &n, &err) == IO_EOF);
	transport_free(t);
}

/* SIGPIPE has its default action here: it would end the test. */
Test(transport, writing_to_nobody_is_an_error)
{
	int peer;
	struct transport *t = pair(&peer);
	struct err err = { 0 };
	size_t n;

	signal(SIGPIPE, SIG_DFL);
	close(peer);
	cr_assert(transport_write(t, "x", 1, &n, &err) == IO_ERROR);
	cr_assert(err.kind == ERR_SEND);
	cr_assert_str_eq(err.line, "cannot send: Broken pipe");
	transport_free(t);
}

Test(transport, a_reset_is_a_loss)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct linger now = { 1, 0 };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct transport *t = tcp_new(fd);
	struct err err = { 0 };
	char data[4];
	size_t n;
	int peer;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert(bind(listener, generic(&at), len) == 0);
	cr_assert(listen(listener, 1) == 0);
	cr_assert(getsockname(listener, generic(&at), &len) == 0);
	cr_assert(connect(fd, generic(&at), len) == 0);
	peer = accept(listener, NULL, NULL);
	cr_assert(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(peer);
	cr_assert(transport_read_by(t, data, sizeof(data), &n,
			  deadline_in_ms(5000), "waiting", &err) == IO_ERROR);
	cr_assert(err.kind == ERR_LOST);
	cr_assert_str_eq(err.line, "connection lost: Connection reset by peer");
	transport_free(t);
	close(listener);
}

Test(transport, waiting_ends_at_the_deadline)
{
	int peer;
	struct transport *t = pair(&peer);
	struct err err = { 0 };
	static char data[1 << 20];
	int64_t start = clock_now_ns();
	size_t n;

	cr_assert(
		transport_read_by(t, data, sizeof(data), &n, deadline_in_ms(30),
			"waiting for the answer", &err) == IO_ERROR);
	cr_assert(clock_now_ns() - start >= 30 * 1000000);
	cr_assert(err.kind == ERR_TIMEOUT);
	cr_assert_str_eq(err.line,
		"time ran out (--connect-timeout) while waiting for the "
		"answer");
	err.kind = ERR_NONE;
	cr_assert(!transport_write_by(t, data, sizeof(data), deadline_in_ms(30),
		"sending the request", &err));
	cr_assert(err.kind == ERR_TIMEOUT);
	cr_assert(strstr(err.line, "while sending the request"));
	cr_assert(!transport_wait(t->fd, IO_WANT_WRITE, deadline_in_ms(0)));
	cr_assert(!transport_wait(t->fd, IO_WANT_READ, deadline_in_ms(10)));
	transport_free(t);
	close(peer);
}

struct slow_reader {
	int fd;
	size_t total;
};

static void *read_slowly(void *arg)
{
	struct slow_reader *r = arg;
	char data[4096];
	ssize_t n;

	while ((n = read(r->fd, data, sizeof(data))) > 0)
		r->total += (size_t)n;
	return NULL;
}

Test(transport, write_by_writes_it_all)
{
	static char data[3 << 20];
	struct slow_reader r = { 0 };
	struct transport *t = pair(&r.fd);
	struct err err = { 0 };
	pthread_t thread;

	pthread_create(&thread, NULL, read_slowly, &r);
	cr_assert(transport_write_by(
		t, data, sizeof(data), deadline_in_ms(5000), "sending", &err));
	transport_free(t);
	pthread_join(thread, NULL);
	cr_assert(r.total == sizeof(data));
	close(r.fd);
}

static void nothing(int number)
{
	(void)number;
}

static void *interrupt(void *arg)
{
	int peer = *(int *)arg;

	for (int i = 0; i < 5; i++) {
		usleep(5000);
		kill(getpid(), SIGUSR1);
	}
	return write(peer, "x", 1) == 1 ? arg : NULL;
}

Test(transport, a_signal_does_not_end_the_waiting)
{
	struct sigaction action = { .sa_handler = nothing };
	sigset_t set;
	int peer;
	struct transport *t = pair(&peer);
	struct err err = { 0 };
	pthread_t thread;
	void *wrote;
	char data[4];
	size_t n;

	/* Only this thread takes the signal. */
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&thread, NULL, interrupt, &peer);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	cr_assert(transport_wait(t->fd, IO_WANT_READ, deadline_in_ms(5000)));
	cr_assert(transport_read(t, data, sizeof(data), &n, &err) == IO_OK);
	pthread_join(thread, &wrote);
	cr_assert(wrote != NULL && n == 1);
	transport_free(t);
	close(peer);
}
