#define _GNU_SOURCE

#include "net/tls_server.h"

#include "net/tcp.h"
#include "net/tls.h"
#include "unit/tls_server.h"

TestSuite(tls_server, .init = make_dir, .fini = remove_dir, .timeout = 20);

static struct deadline soon(void)
{
	return deadline_in_ms(5000);
}

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

static void talk(struct client *c, struct transport *t)
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

static void *run_client(void *arg)
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

static void make_pair(int fd[2])
{
	cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
}

/* Starts it, and gives back the server's end. */
static int start_client(struct client *c)
{
	int fd[2];

	make_pair(fd);
	c->fd = fd[0];
	cr_assert(pthread_create(&c->thread, NULL, run_client, c) == 0);
	return fd[1];
}

static void stop_client(struct client *c)
{
	pthread_join(c->thread, NULL);
}

static struct tls_server *new_server(const struct tls_config *config)
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

static void house_init(struct house *h)
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

static void house_free(struct house *h)
{
	free_identity(&h->root);
	free_identity(&h->middle);
	free_identity(&h->leaf);
}

/* Gives back what came, and ends. */
static void echo(struct transport *t)
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

static void append_line(void *arg, const char *line)
{
	sprintf((char *)arg + strlen(arg), "%s\n", line);
}

/* One client that is let in; told, where it is not NULL, is what tls_tell()
 * says. */
static void check_let_in(
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
static void check_turned_away(struct tls_server *server, struct client *c,
	enum err_kind kind, const char *words)
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

Test(tls_server, with_its_chain)
{
	static const char *const words[] = { "TLSv1.3, TLS_AES_256_GCM_SHA384,",
		" ALPN http/1.1\n", "asked for as localhost\n" };
	char told[1024] = "";
	struct house h;
	struct tls_server *server;

	house_init(&h);
	server = new_server(&h.config);
	check_let_in(server, &h.client, told);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_expect(strstr(told, words[i]), "%s in %s", words[i], told);
	cr_expect_not(strstr(told, "verified"), "%s", told);
	cr_expect_not(strstr(told, "certificate 1"), "%s", told);
	check_let_in(server, &h.client, NULL);
	h.client.max = TLS_1_2;
	told[0] = '\0';
	check_let_in(server, &h.client, told);
	cr_expect(strstr(told, "TLSv1.2, ECDHE-ECDSA-"), "%s", told);
	cr_expect(strstr(told, ", key exchange X25519, "), "%s", told);
	tls_server_free(server);
	tls_server_free(NULL);
	house_free(&h);
}

static int asked;

static bool ask(const char *question, char *out, size_t cap, struct err *err)
{
	(void)question;
	(void)err;
	asked++;
	snprintf(out, cap, "sesame");
	return true;
}

Test(tls_server, asks_for_the_pass_phrase_once)
{
	struct house h;
	struct tls_server *server;

	house_init(&h);
	h.config.key = save_key("key.pem", h.leaf.key, "sesame");
	h.config.ask = ask;
	server = new_server(&h.config);
	cr_expect_eq(asked, 1);
	check_let_in(server, &h.client, NULL);
	check_let_in(server, &h.client, NULL);
	cr_expect_eq(asked, 1);
	tls_server_free(server);
	house_free(&h);
}

Test(tls_server, demands_a_certificate)
{
	struct house h;
	struct identity other = make_ca("Other", NULL);
	struct identity stranger = make_leaf("DNS:me", &other);
	struct client c = { .config = &h.client };
	struct tls_server *server;
	char told[4096] = "";

	house_init(&h);
	h.config.ca_file = h.client.ca_file;
	server = new_server(&h.config);
	check_turned_away(server, &c, ERR_TLS,
		"the client showed no certificate, and --ca demands one");
	cr_expect_eq(c.err.kind, ERR_CLIENT_CERTIFICATE, "%s", c.err.line);

	h.client.cert = save("me.pem", &stranger);
	h.client.key = save_key("me.key", stranger.key, NULL);
	c = (struct client){ .config = &h.client };
	check_turned_away(server, &c, ERR_CERTIFICATE,
		"cannot trust the client 127.0.0.1:5000: its certificate was "
		"issued by CN=Other, which is not known here");
	cr_expect_eq(c.err.kind, ERR_CLIENT_CERTIFICATE, "%s", c.err.line);

	/* The leaf's own certificate does as a client's. */
	h.client.cert = h.config.cert;
	h.client.key = NULL;
	check_let_in(server, &h.client, told);
	cr_expect(strstr(told, "certificate 1: CN=leaf\n"), "%s", told);
	cr_expect(strstr(told, "certificate 2: CN=Middle\n"), "%s", told);
	cr_expect_not(strstr(told, "certificate 3"), "%s", told);
	tls_server_free(server);

	/* -n lets everyone in. */
	h.config.no_check = true;
	h.client.cert = NULL;
	server = new_server(&h.config);
	check_let_in(server, &h.client, NULL);
	tls_server_free(server);
	free_identity(&stranger);
	free_identity(&other);
	house_free(&h);
}

Test(tls_server, clients_that_cannot)
{
	struct house h;
	struct tls_server *server;
	struct tls_config trustful = { .no_check = true };
	static const struct tls_config distrustful;
	struct client c = { .config = &trustful };

	house_init(&h);
	h.config.min = TLS_1_3;
	server = new_server(&h.config);
	trustful.max = TLS_1_2;
	check_turned_away(server, &c, ERR_TLS,
		"the client speaks no version from TLS 1.3 on (try --tls-min "
		"1.2)");
	tls_server_free(server);

	h.config.min = TLS_ANY;
	h.config.max = TLS_1_2;
	h.config.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
	server = new_server(&h.config);
	trustful = (struct tls_config){ .no_check = true, .min = TLS_1_3 };
	check_turned_away(server, &c, ERR_TLS,
		"the client speaks no version from TLS 1.2 to 1.2 (try "
		"without --tls-max)");
	trustful.min = TLS_ANY;
	trustful.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
	check_turned_away(server, &c, ERR_TLS,
		"the client has none of these ciphers (try without --ciphers)");
	c.config = &distrustful;
	check_turned_away(server, &c, ERR_TLS,
		"the client did not accept our certificate CN=leaf, issued by "
		"CN=Middle: it does not know the issuer");
	cr_expect_eq(c.err.kind, ERR_CERTIFICATE, "%s", c.err.line);
	tls_server_free(server);
	house_free(&h);
}

/* A request in the clear, at every cut; what is no method is no HTTP. */
Test(tls_server, plain_text)
{
	static const char request[] = "GET /chat HTTP/1.1\r\nHost: a\r\n\r\n";
	static const char *const others[] = { "SSH-2.0-x\r\n", "get / HTTP/1.1",
		"\x1a\x00\x01\x02\x03\x04", "hello, is anyone there?" };
	static const char body[] =
		"\r\n\r\nthis listener speaks TLS: use wss:// or https:// "
		"here\n";
	char length[40];
	struct house h;
	struct tls_server *server;

	house_init(&h);
	server = new_server(&h.config);
	snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n",
		sizeof(body) - 1 - 4);
	for (size_t len = 0; len < sizeof(request); len++) {
		struct client c = { .text = request, .len = len };

		check_turned_away(server, &c, ERR_TLS,
			len >= 3  ? "it spoke plain HTTP: ws:// to a wss:// "
				    "listener"
			: len > 0 ? "the client does not speak TLS"
				  : "the client closed the connection");
		cr_expect_eq(strstr(c.heard, "HTTP/1.1 400 Bad Request\r\n") ==
				     c.heard,
			len >= 3, "%s", c.heard);
		cr_expect(len < 3 || strstr(c.heard, body), "%s", c.heard);
		cr_expect(len < 3 || strstr(c.heard, length), "%s", c.heard);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct client c = { .text = others[i], .len = 6 };

		check_turned_away(
			server, &c, ERR_TLS, "the client does not speak TLS");
		cr_expect_not(strstr(c.heard, "HTTP"), "%s", c.heard);
	}
	tls_server_free(server);
	house_free(&h);
}

/* What begins as TLS and is none. */
Test(tls_server, garbage)
{
	struct house h;
	struct tls_server *server;
	unsigned state = 1;

	house_init(&h);
	server = new_server(&h.config);
	for (int i = 0; i < 300; i++) {
		char text[64] = { 22, 3, 1, 0, 40, 1, 0, 0, 36, 3, 3 };
		struct client c = { .text = text, .len = (size_t)i % 64 };

		for (size_t at = (size_t)i % 12; at < sizeof(text); at++)
			text[at] =
				(char)((state = state * 1103515245 + 12345) >>
					16);
		text[0] = 22;
		check_turned_away(server, &c, ERR_TLS, "TLS handshake with ");
	}
	tls_server_free(server);
	house_free(&h);
}

/* A client of OpenSSL's own in a thread, which offers these protocols. */
struct bare {
	int fd;
	const char *alpn;
	unsigned len;
	bool connected;
	char chosen[16];
};

static void *run_bare(void *arg)
{
	struct bare *b = arg;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	const unsigned char *chosen;
	unsigned n;

	fcntl(b->fd, F_SETFL, fcntl(b->fd, F_GETFL) & ~O_NONBLOCK);
	SSL_set_fd(ssl, b->fd);
	if (b->len)
		SSL_set_alpn_protos(
			ssl, (const unsigned char *)b->alpn, b->len);
	b->connected = SSL_connect(ssl) == 1;
	SSL_get0_alpn_selected(ssl, &chosen, &n);
	if (n && n < sizeof(b->chosen))
		memcpy(b->chosen, chosen, n);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(b->fd);
	return NULL;
}

Test(tls_server, protocols)
{
	static const struct {
		const char *alpn;
		unsigned len;
		bool good;
		const char *chosen;
	} cases[] = {
		{ "", 0, true, "" },
		{ "\x08http/1.1", 9, true, "http/1.1" },
		{ "\2h2\x08http/1.1", 12, true, "http/1.1" },
		{ "\2h2", 3, false, "" },
		{ "\x08http/1.0\2h2", 12, false, "" },
	};
	struct house h;
	struct tls_server *server;

	house_init(&h);
	server = new_server(&h.config);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bare b = { .alpn = cases[i].alpn, .len = cases[i].len };
		struct transport *t;
		pthread_t thread;
		struct err err;
		int fd[2];

		make_pair(fd);
		b.fd = fd[0];
		pthread_create(&thread, NULL, run_bare, &b);
		t = tls_accept(server, tcp_new(fd[1]), "me", soon(), &err);
		cr_expect_eq(t != NULL, cases[i].good, "%zu", i);
		if (!t)
			cr_expect_str_eq(err.line,
				"TLS handshake with me: the client does not "
				"want HTTP/1.1 (ALPN)");
		transport_free(t);
		pthread_join(thread, NULL);
		cr_expect_eq(b.connected, cases[i].good, "%zu", i);
		cr_expect_str_eq(b.chosen, cases[i].chosen);
	}
	tls_server_free(server);
	house_free(&h);
}

/* A client of OpenSSL's own that comes twice, the second time with its
 * session. */
struct regular {
	const struct house *house;
	int fd[2];
	bool resumed;
};

static void *run_regular(void *arg)
{
	struct regular *r = arg;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL_SESSION *session = NULL;

	SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_use_certificate(ctx, r->house->leaf.cert);
	SSL_CTX_add1_chain_cert(ctx, r->house->middle.cert);
	SSL_CTX_use_PrivateKey(ctx, r->house->leaf.key);
	for (int i = 0; i < 2; i++) {
		SSL *ssl = SSL_new(ctx);

		fcntl(r->fd[i], F_SETFL,
			fcntl(r->fd[i], F_GETFL) & ~O_NONBLOCK);
		SSL_set_fd(ssl, r->fd[i]);
		if (session)
			SSL_set_session(ssl, session);
		SSL_connect(ssl);
		r->resumed = SSL_session_reused(ssl);
		SSL_SESSION_free(session);
		session = SSL_get1_session(ssl);
		/* Without an end of its own it would not be resumed. */
		SSL_set_quiet_shutdown(ssl, 1);
		SSL_shutdown(ssl);
		SSL_free(ssl);
		close(r->fd[i]);
	}
	SSL_SESSION_free(session);
	SSL_CTX_free(ctx);
	return NULL;
}

Test(tls_server, a_session_is_resumed)
{
	struct house h;
	struct regular r = { .house = &h };
	struct tls_server *server;
	pthread_t thread;
	int theirs[2];

	house_init(&h);
	h.config.ca_file = h.client.ca_file;
	server = new_server(&h.config);
	for (int i = 0; i < 2; i++) {
		int fd[2];

		make_pair(fd);
		r.fd[i] = fd[0];
		theirs[i] = fd[1];
	}
	pthread_create(&thread, NULL, run_regular, &r);
	for (int i = 0; i < 2; i++) {
		struct err err = { 0 };
		struct transport *t = tls_accept(
			server, tcp_new(theirs[i]), "me", soon(), &err);
		char told[4096] = "";

		cr_assert(t, "%s", err.line);
		tls_tell(t, append_line, told);
		cr_expect(strstr(told, "certificate 1: CN=leaf\n"), "%s", told);
		transport_free(t);
	}
	pthread_join(thread, NULL);
	cr_expect(r.resumed);
	tls_server_free(server);
	house_free(&h);
}

/* A client whose every byte comes alone; another that says nothing is in
 * nobody's way. */
Test(tls_server, by_steps)
{
	struct house h;
	struct tls_server *server;
	struct client c = { .config = &h.client };
	struct transport *slow, *t;
	enum io_status s = IO_WANT_READ;
	struct err err = { 0 };
	int silent[2], inner[2], outer;
	char byte, data[4096];
	ssize_t n;

	house_init(&h);
	server = new_server(&h.config);
	make_pair(silent);
	make_pair(inner);
	outer = start_client(&c);
	slow = tls_accept_start(server, tcp_new(silent[1]), "slow", &err);
	t = tls_accept_start(server, tcp_new(inner[1]), "drip", &err);
	cr_assert(slow && t);
	while (s != IO_OK) {
		cr_assert_eq(tls_accept_step(slow, &err), IO_WANT_READ);
		cr_assert(transport_wait(outer, IO_WANT_READ, soon()));
		cr_assert(read(outer, &byte, 1) == 1);
		cr_assert(write(inner[0], &byte, 1) == 1);
		s = tls_accept_step(t, &err);
		cr_assert(s == IO_OK || s == IO_WANT_READ, "%s", err.line);
		cr_assert_eq(t->secure != NULL, s == IO_OK);
		while ((n = read(inner[0], data, sizeof(data))) > 0)
			cr_assert(write(outer, data, (size_t)n) == n);
	}
	cr_expect_str_eq(t->secure, "TLSv1.3");
	transport_free(slow);
	close(silent[0]);
	close(outer);
	close(inner[0]);
	stop_client(&c);
	transport_free(t);
	tls_server_free(server);
	house_free(&h);
}

Test(tls_server, a_client_that_says_nothing)
{
	struct house h;
	struct tls_server *server;
	struct err err = { 0 };
	int fd[2];

	house_init(&h);
	server = new_server(&h.config);
	make_pair(fd);
	cr_expect_not(tls_accept(
		server, tcp_new(fd[1]), "me", deadline_in_ms(50), &err));
	cr_expect_eq(err.kind, ERR_TIMEOUT);
	cr_expect_str_eq(err.line, "TLS handshake with me: no answer in time "
				   "(--connect-timeout)");
	close(fd[0]);
	tls_server_free(server);
	house_free(&h);
}

static size_t count_lines(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;
	int c;

	cr_assert(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

Test(tls_server, key_log)
{
	struct house h;
	struct tls_server *server;
	char path[64];

	house_init(&h);
	snprintf(path, sizeof(path), "%s/keys", dir);
	h.config.keylog = path;
	server = new_server(&h.config);
	check_let_in(server, &h.client, NULL);
	cr_expect_eq(count_lines(path), 5);
	check_let_in(server, &h.client, NULL);
	cr_expect_eq(count_lines(path), 10);
	tls_server_free(server);
	house_free(&h);
}

Test(tls_server, what_it_is_started_with)
{
	struct house h;

	house_init(&h);

	const char *own = h.config.cert;
	const struct {
		struct tls_config config;
		enum err_kind kind;
		const char *words;
	} cases[] = {
		{ { 0 }, ERR_CLIENT_CERTIFICATE,
			"a TLS listener needs a certificate (try --cert " },
		{ { .key = own }, ERR_CLIENT_CERTIFICATE, "of no use without" },
		{ { .cert = "/nonexistent" }, ERR_CLIENT_CERTIFICATE,
			"cannot read the certificate or key /nonexistent: No" },
		{ { .cert = h.client.ca_file }, ERR_CLIENT_CERTIFICATE,
			"no private key in it" },
		{ { .cert = own, .ca_file = "/nonexistent" }, ERR_CA_FILE,
			"cannot read the CA file /nonexistent" },
		{ { .cert = own, .min = TLS_1_3, .max = TLS_1_2 }, ERR_USAGE,
			"--tls-max 1.2 is below --tls-min 1.3" },
		{ { .cert = own, .ciphers = "no-such" }, ERR_USAGE,
			"no cipher is called \"no-such\"" },
		{ { .cert = own, .keylog = "/nonexistent/keys" }, ERR_OUTPUT,
			"cannot write the key log" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = { 0 };

		cr_expect_not(tls_server_new(&cases[i].config, &err));
		cr_expect_eq(err.kind, cases[i].kind, "%s", err.line);
		cr_expect(strstr(err.line, cases[i].words), "%s", err.line);
	}
	house_free(&h);
}
