/*
 * The load server that everything is measured with:
 *
 *     server [-r PATH] [-c CERTIFICATE -k KEY]
 *
 * Listens on a free port of 127.0.0.1 and writes its number as the first
 * line; then a line for each connection that ended, "MODE MESSAGES BYTES
 * ENDED", where ENDED is 1 for an end as it should be. talk.h tells what the
 * paths do; -r speaks no WebSocket, and does PATH with every connection. A
 * thread for each. Ends when its standard input does.
 */

#define _GNU_SOURCE
#include "talk.h"
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct job {
	struct talk talk;
	int fd;
	SSL_CTX *tls;
};

static void *serve(void *arg)
{
	struct job *job = arg;
	struct talk *t = &job->talk;
	/* A client that was killed, or hangs, frees its thread in the end. */
	struct timeval limit = { .tv_sec = 60 };
	char line[128];
	int n;

	setsockopt(job->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(job->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	set_nodelay(job->fd);
	if (wire_open(&t->wire, job->fd, job->tls, true))
		talk(t);
	n = snprintf(line, sizeof line, "%s %llu %llu %d\n",
		talk_mode_name(t->mode), (unsigned long long)t->messages,
		(unsigned long long)t->bytes, t->ended);
	write_all(STDOUT_FILENO, line, (size_t)n);
	/* Said before: some clients leave only when they are told to. */
	talk_end(t);
	wire_close(&t->wire);
	free(job);
	return NULL;
}

static void start(const struct job *template, int fd)
{
	struct job *job = allocate(sizeof *job);
	pthread_t thread;

	*job = *template;
	job->fd = fd;
	if (pthread_create(&thread, NULL, serve, job) != 0)
		die("no thread for a connection");
	pthread_detach(thread);
}

static int listen_local(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char line[16];
	int n;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
		listen(fd, 128) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &size) != 0)
		die("listening: %s", strerror(errno));
	n = snprintf(line, sizeof line, "%u\n", ntohs(at.sin_port));
	write_all(STDOUT_FILENO, line, (size_t)n);
	return fd;
}

static SSL_CTX *server_tls(const char *certificate, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (tls == NULL ||
		SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		die("the certificate %s and its key %s cannot be used",
			certificate, key);
	SSL_CTX_set_mode(tls, SSL_MODE_AUTO_RETRY);
	return tls;
}

int main(int argc, char **argv)
{
	struct job job = { 0 };
	const char *certificate = NULL, *key = NULL;
	struct pollfd ready[2] = { { .fd = STDIN_FILENO, .events = POLLIN } };
	int c;

	while ((c = getopt(argc, argv, "r:c:k:")) != -1) {
		if (c == 'r') {
			job.talk.raw = true;
			if (!talk_path(&job.talk, optarg))
				die("no such path: %s", optarg);
		} else if (c == 'c') {
			certificate = optarg;
		} else if (c == 'k') {
			key = optarg;
		} else {
			die("usage: server [-r PATH] [-c CERT -k KEY]");
		}
	}
	signal(SIGPIPE, SIG_IGN);
	if (certificate != NULL && key != NULL)
		job.tls = server_tls(certificate, key);
	ready[1] = (struct pollfd){ .fd = listen_local(), .events = POLLIN };
	while (poll(ready, 2, -1) >= 0 || errno == EINTR) {
		int fd;

		if (ready[0].revents != 0) {
			SSL_CTX_free(job.tls);
			return 0;
		}
		if (ready[1].revents == 0)
			continue;
		fd = accept(ready[1].fd, NULL, NULL);
		if (fd >= 0)
			start(&job, fd);
	}
	die("poll: %s", strerror(errno));
}
