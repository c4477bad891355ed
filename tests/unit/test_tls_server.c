#define _GNU_SOURCE

#include "unit/tls_accept_case.h"

/* What a listener is started with, and clients that are let in. Those that are
 * not: test_tls_server_refuses.c. */

TestSuite(tls_server, .init = make_dir, .fini = remove_dir, .timeout = 20);

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
