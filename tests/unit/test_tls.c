#define _GNU_SOURCE

#include "unit/tls_case.h"

TestSuite(tls, .init = make_dir, .fini = remove_dir, .timeout = 20);

Test(tls, a_handshake_that_fails)
{
	static const struct {
		enum act act;
		const char *words;
	} cases[] = {
		{ HTTP, "the server does not speak TLS there (try ws://)" },
		{ HANG_UP, "TLS handshake with localhost: the server closed "
			   "the connection" },
		{ OLD, "TLS handshake with localhost: the server speaks no "
		       "version from TLS 1.2 on (try --tls-min 1.0 " },
		{ OLD_HELLO, "the server speaks TLS 1.1 at most, which is not "
			     "safe (try --tls-min 1.1 --ciphers "
			     "DEFAULT@SECLEVEL=0)" },
	};
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server s = { .act = cases[i].act, .who = &self };
		struct err err;

		cr_assert(!try(&s, &config, "localhost", &err));
		cr_assert(err.kind == ERR_TLS, "%s", err.line);
		cr_assert(strstr(err.line, cases[i].words), "%s", err.line);
		stop(&s);
	}
	free_identity(&self);
}

Test(tls, a_silent_server_is_a_timeout)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = SILENT, .who = &self };
	struct err err = { 0 };

	start(&s);
	cr_assert(!connect_to(&s, &config, "localhost", 50, &err));
	cr_assert(err.kind == ERR_TIMEOUT);
	cr_assert_str_eq(err.line,
		"TLS handshake with localhost: no answer in time "
		"(--connect-timeout)");
	stop(&s);
	free_identity(&self);
}

Test(tls, a_host_that_is_no_name)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = SILENT, .who = &self };
	struct err err = { 0 };
	char host[400];

	memset(host, 'a', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	cr_assert(!try(&s, &config, host, &err));
	cr_assert(err.kind == ERR_TLS);
	stop(&s);
	free_identity(&self);
}

/* Once the record is in, the descriptor may never be readable again. */
Test(tls, pending_says_what_select_does_not_know)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = RECORD_OUT, .who = &self };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	char data[PIECE];
	size_t total = 0, n;

	cr_assert(t, "%s", err.line);
	while (total < RECORD) {
		n = read_some(t, data, sizeof(data));
		total += n;
		cr_assert((transport_pending(t) > 0) == (total < RECORD));
	}
	cr_assert(total == RECORD);
	cr_assert(transport_read(t, data, 1, &n, &err) == IO_WANT_READ);
	cr_assert(transport_pending(t) == 0);
	transport_free(t);
	stop(&s);
	free_identity(&self);
}

/* Whole records that were read ahead count as well. */
Test(tls, small_records_are_not_left_behind)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = SMALL_OUT, .who = &self };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	char data[PIECE];
	size_t total = 0, n = 0;

	cr_assert(t, "%s", err.line);
	usleep(50000); /* by now they are all here */
	while (total < 1000) {
		enum io_status got;

		if (transport_pending(t) == 0)
			cr_assert(transport_wait(t->fd, IO_WANT_READ, soon()));
		got = transport_read(t, data, sizeof(data), &n, &err);
		if (got == IO_OK) {
			total += n;
			continue;
		}
		cr_assert(got == IO_WANT_READ);
		cr_assert(transport_pending(t) == 0, "else it would spin");
	}
	cr_assert(total == 1000);
	transport_free(t);
	stop(&s);
	free_identity(&self);
}

Test(tls, an_end_without_close_notify_is_an_end)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = JUST_CLOSE, .who = &self };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	char data[16];
	size_t n;

	cr_assert(t, "%s", err.line);
	for (int i = 0; i < 2; i++)
		cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
				  "reading", &err) == IO_EOF);
	transport_shutdown(t);
	transport_free(t);
	stop(&s);
	free_identity(&self);
}

Test(tls, a_reset_is_a_loss)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = RESET, .who = &self };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	char data[16];
	size_t n;

	cr_assert(t, "%s", err.line);
	cr_assert(transport_write_by(t, "x", 1, soon(), "writing", &err));
	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_ERROR);
	cr_assert(err.kind == ERR_LOST, "%s", err.line);
	cr_assert_str_eq(err.line, "connection lost: Connection reset by peer");
	/* SIGPIPE has its default action: it would end the test. */
	cr_assert(transport_write(t, "x", 1, &n, &err) == IO_ERROR);
	cr_assert(err.kind == ERR_SEND, "%s", err.line);
	cr_assert_str_eq(err.line, "cannot send: Broken pipe");
	transport_shutdown(t);
	transport_free(t);
	stop(&s);
	free_identity(&self);
}

/* More than the socket takes at once, from a buffer that moves, and what the
 * server says after our end. */
Test(tls, writes_from_a_moving_buffer)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = READ_ALL, .who = &self };
	static char memory[2][1 << 20];
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	size_t total = 0, want = 8 << 20, n;
	char data[16];
	int turn = 0, waits = 0;

	cr_assert(t, "%s", err.line);
	while (total < want) {
		size_t len = want - total < sizeof(memory[0])
				     ? want - total
				     : sizeof(memory[0]);
		enum io_status put =
			transport_write(t, memory[turn ^= 1], len, &n, &err);

		if (put == IO_OK) {
			total += n;
			continue;
		}
		cr_assert(put == IO_WANT_WRITE, "%s", err.line);
		waits++;
		cr_assert(transport_wait(t->fd, put, soon()));
	}
	cr_assert(waits > 0);
	transport_shutdown(t);
	cr_assert(read_some(t, data, sizeof(data)) == 4);
	transport_free(t);
	stop(&s);
	cr_assert(s.total == want && s.clean);
	free_identity(&self);
}

static void read_total(struct transport *t, size_t want)
{
	char data[PIECE];
	size_t total = 0, n;

	while (total < want) {
		enum io_status got;

		/* What the lower one holds does not make it readable. */
		if (transport_pending(t) == 0)
			cr_assert(transport_wait(t->fd, IO_WANT_READ, soon()),
				"%zu bytes came", total);
		got = transport_read(
			t, data, sizeof(data), &n, &(struct err){ 0 });
		cr_assert(got == IO_OK || got == IO_WANT_READ);
		total += got == IO_OK ? n : 0;
	}
	cr_assert(total == want);
	cr_assert(transport_read(t, data, 1, &n, &(struct err){ 0 }) ==
		  IO_WANT_READ);
	cr_assert(transport_pending(t) == 0);
}

Test(tls, within_tls)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = NESTED, .who = &self };
	struct err err;
	struct transport *outer = try(&s, &config, "localhost", &err), *t;

	cr_assert(outer, "%s", err.line);
	t = tls_connect(outer, &config, "localhost", soon(), &err);
	cr_assert(t, "%s", err.line);
	cr_assert(t->fd == outer->fd);
	read_total(t, RECORD);
	transport_shutdown(t);
	transport_free(t);
	stop(&s);
	free_identity(&self);
}

/* A transport as a lower TLS is: it takes all that the descriptor has, which is
 * not readable after that, and hands it on piece by piece. */
enum { HELD_PIECE = 100 };

struct held {
	struct transport base;
	struct transport *lower;
	bool greedy; /* takes all there is */
	char data[4 * RECORD];
	size_t at, end;
};

static enum io_status held_read(
	struct transport *t, void *data, size_t cap, size_t *n, struct err *err)
{
	struct held *h = (struct held *)t;
	size_t got;

	while (h->at == h->end || h->greedy) {
		if (transport_read(h->lower, h->data + h->end,
			    sizeof(h->data) - h->end, &got, err) != IO_OK)
			break;
		h->end += got;
	}
	if (h->at == h->end)
		return IO_WANT_READ;
	if (cap > HELD_PIECE)
		cap = HELD_PIECE;
	*n = h->end - h->at < cap ? h->end - h->at : cap;
	memcpy(data, h->data + h->at, *n);
	h->at += *n;
	if (h->at == h->end)
		h->at = h->end = 0;
	return IO_OK;
}

static enum io_status held_write(struct transport *t, const void *data,
	size_t len, size_t *n, struct err *err)
{
	return transport_write(((struct held *)t)->lower, data, len, n, err);
}

static size_t held_pending(struct transport *t)
{
	struct held *h = (struct held *)t;

	return h->end - h->at;
}

static void held_shutdown(struct transport *t)
{
	transport_shutdown(((struct held *)t)->lower);
}

static void held_free(struct transport *t)
{
	transport_free(((struct held *)t)->lower);
}

Test(tls, what_the_lower_one_holds_is_pending)
{
	static const struct transport_ops ops = { .read = held_read,
		.write = held_write,
		.pending = held_pending,
		.shutdown = held_shutdown,
		.free = held_free };
	static struct held held = { .base.ops = &ops };
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = SMALL_OUT, .who = &self };
	struct dial_target target = { .host = "127.0.0.1" };
	struct transport *t;
	struct err err;

	start(&s);
	target.port = s.port;
	held.base.fd = dial(&target, soon(), NULL, NULL, &err);
	held.lower = tcp_new(held.base.fd);
	t = tls_connect(&held.base, &config, "localhost", soon(), &err);
	cr_assert(t, "%s", err.line);
	usleep(50000);
	held.greedy = true;
	read_total(t, 1000);
	transport_free(t);
	stop(&s);
	free_identity(&self);
}

static void append_line(void *arg, const char *line)
{
	sprintf((char *)arg + strlen(arg), "%s\n", line);
}

Test(tls, tells_the_session)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity leaf = make_leaf("DNS:localhost,IP:127.0.0.1", &ca);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	struct server s = { .act = ECHO_ONCE, .who = &leaf, .chain = &ca };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	static const char *const words[] = {
		"TLSv1.3, TLS_AES_256_GCM_SHA384, key exchange X25519, ALPN "
		"http/1.1\n",
		"certificate 1: CN=leaf\n  issued by CN=Test CA\n"
		"  for localhost, 127.0.0.1\n  valid from ",
		"  key prime256v1\n  pin sha256//",
		"certificate 2: CN=Test CA\n  issued by CN=Test CA\n  valid ",
	};
	char text[4096] = "";

	cr_assert(t, "%s", err.line);
	tls_tell(t, append_line, text);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_assert(strstr(text, words[i]), "%s in %s", words[i], text);
	cr_assert(!strstr(text, "verified"));
	transport_free(t);
	stop(&s);

	config = (struct tls_config){ .no_check = true, .max = TLS_1_2 };
	s = (struct server){ .act = ECHO_ONCE, .who = &leaf };
	t = try(&s, &config, "localhost", &err);
	cr_assert(t, "%s", err.line);
	text[0] = '\0';
	tls_tell(t, append_line, text);
	cr_assert(strstr(text, "TLSv1.2, ECDHE-ECDSA-"), "%s", text);
	cr_assert(strstr(text, "key exchange X25519"), "%s", text);
	cr_assert(strstr(text, "none of them was verified (-n)"), "%s", text);
	transport_free(t);
	stop(&s);
	free_identity(&leaf);
	free_identity(&ca);
}

/* Alerts that have something to be tried. */
Test(tls, alerts)
{
	static const struct {
		unsigned char alert;
		const char *words;
	} cases[] = {
		{ 40, "the server found no cipher, curve or signature that "
		      "both sides take (try --tls-max 1.2 or --ciphers)" },
		{ 70, "the server speaks no version from TLS 1.2 on (try " },
		{ 71, "the server found no cipher, curve or signature" },
		{ 80, "TLS handshake with localhost: tlsv1 alert internal" },
		{ 112, "the server does not know the name localhost (try "
		       "--sni)" },
		{ 120, "the server does not speak HTTP/1.1 there (maybe only "
		       "HTTP/2, which wstap does not)" },
		{ 255, "TLS handshake with localhost: " },
	};
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct server s = { .act = ALERT, .who = &self };

		s.alert = cases[i].alert;
		check_failure(
			&s, &config, "localhost", ERR_TLS, cases[i].words);
	}
	free_identity(&self);
}

/* What a server may send first, at every cut: the line is one, and names the
 * host. */
Test(tls, an_opening_that_is_cut)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };

	for (size_t cut = 0; cut < sizeof(old_hello); cut++) {
		struct server s = { .act = OLD_HELLO, .who = &self };

		s.cut = sizeof(old_hello) - cut;
		check_failure(&s, &config, "localhost", ERR_TLS,
			"TLS handshake with localhost: ");
	}
	free_identity(&self);
}
