#ifndef WSTAP_TESTS_UNIT_TLS_ACCEPT_CASE_H
#define WSTAP_TESTS_UNIT_TLS_ACCEPT_CASE_H

#include "net/tcp.h"
#include "net/tls.h"
#include "net/tls_server.h"
#include "unit/tls_server.h"

/* What the tests of net/tls_server share: clients that come to it in threads,
 * and what it has to show them; _GNU_SOURCE is theirs. */

/* A client in a thread: TLS with config; or what it says in the clear. */
struct client {
	const struct tls_config *config;
	const char *text; /* NULL: it speaks TLS */
	size_t len;
	int fd;
	pthread_t thread;
	struct err err; /* ERR_NONE: it got what it had said */
	char heard[512];
};

static inline void talk(struct client *c, struct transport *t)
{
	size_t len = 0, n;

	if (!transport_write_by(t, "hello", 5, soon(), "writing", &c->err))
		return;
	while (len < sizeof(c->heard) - 1) {
		enum io_status s = transport_read_by(t, c->heard + len,
			sizeof(c->heard) - 1 - len, &n, soon(), "reading",
			&c->err);

		if (s != IO_OK)
			break;
		len += n;
	}
}

static inline void *run_client(void *arg)
{
	struct client *c = arg;
	struct transport *t = tcp_new(c->fd);
	size_t n;

	if (c->text) {
		if (c->len)
			transport_write_by(
				t, c->text, c->len, soon(), "", &c->err);
		transport_shutdown(t);
		for (size_t len = 0; transport_read_by(t, c->heard + len,
					     sizeof(c->heard) - 1 - len, &n,
					     soon(), "", &c->err) == IO_OK;
			len += n)
			continue;
	} else {
		t = tls_connect(t, c->config, "localhost", soon(), &c->err);
		if (t)
			talk(c, t);
	}
	transport_free(t);
	return NULL;
}

static inline void make_pair(int fd[2])
{
	cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
}

/* Starts it, and gives back the server's end. */
static inline int start_client(struct client *c)
{
	int fd[2];

	make_pair(fd);
	c->fd = fd[0];
	cr_assert(pthread_create(&c->thread, NULL, run_client, c) == 0);
	return fd[1];
}

static inline void stop_client(struct client *c)
{
	pthread_join(c->thread, NULL);
}

static inline struct tls_server *new_server(const struct tls_config *config)
{
	struct err err = { 0 };
	struct tls_server *server = tls_server_new(config, &err);

	cr_assert(server, "%s", err.line);
	return server;
}

/* A certificate of a root's intermediate, with that, and its key, in one
 * file. */
struct house {
	struct identity root, middle, leaf;
	struct tls_config config; /* the server's */
	struct tls_config client; /* trusts root */
};

static inline void house_init(struct house *h)
{
	FILE *f;

	h->root = make_ca("Root", NULL);
	h->middle = make_ca("Middle", &h->root);
	h->leaf = make_leaf("DNS:localhost", &h->middle);
	h->config = (struct tls_config){ .cert = save("server.pem", &h->leaf) };
	f = fopen(h->config.cert, "a");
	cr_assert(f && PEM_write_X509(f, h->middle.cert) == 1);
	cr_assert(PEM_write_PrivateKey(
			  f, h->leaf.key, NULL, NULL, 0, NULL, NULL) == 1);
	fclose(f);
	h->client =
		(struct tls_config){ .ca_file = save("root.pem", &h->root) };
}

static inline void house_free(struct house *h)
{
	free_identity(&h->root);
	free_identity(&h->middle);
	free_identity(&h->leaf);
}

/* Gives back what came, and ends. */
static inline void echo(struct transport *t)
{
	struct err err = { 0 };
	char data[16];
	size_t n;

	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_OK,
		"%s", err.line);
	cr_assert(transport_write_by(t, data, n, soon(), "writing", &err));
	transport_shutdown(t);
	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_EOF);
}

static inline void append_line(void *arg, const char *line)
{
	sprintf((char *)arg + strlen(arg), "%s\n", line);
}

/* One client that is let in; told, where it is not NULL, is what tls_tell()
 * says. */
static inline void check_let_in(
	struct tls_server *server, const struct tls_config *config, char *told)
{
	struct client c = { .config = config };
	struct err err;
	struct transport *t = tls_accept(server, tcp_new(start_client(&c)),
		"127.0.0.1:5000", soon(), &err);

	cr_assert(t, "%s", err.line);
	cr_expect(t->secure && t->cipher);
	if (told)
		tls_tell(t, append_line, told);
	echo(t);
	stop_client(&c);
	transport_free(t);
	cr_expect_eq(c.err.kind, ERR_NONE, "%s", c.err.line);
	cr_expect_str_eq(c.heard, "hello");
}

/* One that is not, and why. */
static inline void check_turned_away(struct tls_server *server,
	struct client *c, enum err_kind kind, const char *words)
{
	struct err err = { 0 };
	struct transport *t = tls_accept(server, tcp_new(start_client(c)),
		"127.0.0.1:5000", soon(), &err);

	cr_assert(!t, "it is let in, not: %s", words);
	stop_client(c);
	cr_expect_eq(err.kind, kind, "%d: %s", (int)err.kind, err.line);
	cr_expect(strstr(err.line, words), "%s", err.line);
	cr_expect(strstr(err.line, "127.0.0.1:5000"), "%s", err.line);
}

#endif
