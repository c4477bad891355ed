#define _GNU_SOURCE

#include "unit/tls_accept_case.h"

/* Clients that are turned away, and what is said of why. */

TestSuite(tls_server_refuses, .init = make_dir, .fini = remove_dir,
	.timeout = 20);

Test(tls_server_refuses, demands_a_certificate)
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

Test(tls_server_refuses, clients_that_cannot)
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
Test(tls_server_refuses, plain_text)
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
Test(tls_server_refuses, garbage)
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

Test(tls_server_refuses, a_client_that_says_nothing)
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
