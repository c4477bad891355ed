#define _GNU_SOURCE

#include "net/tls.h"
#include "unit/tls_server.h"

#include <criterion/criterion.h>
#include <time.h>

TestSuite(tls, .init = make_dir, .fini = remove_dir, .timeout = 20);

static struct transport *connect_to(struct server *s,
	const struct tls_config *config, const char *host, int timeout_ms,
	struct err *err)
{
	struct dial_target target = { "127.0.0.1", s->port, NULL };
	int fd = dial(&target, deadline_in_ms(5000), NULL, NULL, err);

	cr_assert(fd >= 0, "%s", err->line);
	return tls_connect(fd, config, host, deadline_in_ms(timeout_ms), err);
}

/* One handshake with a server that plays `act`. */
static struct transport *try(struct server *s, const struct tls_config *config,
	const char *host, struct err *err)
{
	memset(err, 0, sizeof(*err));
	start(s);
	return connect_to(s, config, host, 5000, err);
}

static struct deadline soon(void)
{
	return deadline_in_ms(5000);
}

static size_t read_some(struct transport *t, void *data, size_t cap)
{
	struct err err = { 0 };
	size_t n = 0;
	enum io_status s =
		transport_read_by(t, data, cap, &n, soon(), "reading", &err);

	cr_assert(s == IO_OK, "%d: %s", (int)s, err.line);
	return n;
}

/* Of one text to the server and back, with the way it all ends. */
static void check_echo(struct transport *t)
{
	struct err err = { 0 };
	char data[64];
	size_t n;

	cr_assert(transport_write_by(t, "hello", 5, soon(), "writing", &err));
	cr_assert(read_some(t, data, sizeof(data)) == 5);
	cr_assert(memcmp(data, "hello", 5) == 0);
	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_EOF);
	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_EOF);
}

/* The handshake succeeds, and so does the talk. */
static void check_good(const struct identity *who, const struct identity *chain,
	const struct tls_config *config, const char *host)
{
	struct server s = { .act = ECHO_ONCE, .who = who, .chain = chain };
	struct err err;
	struct transport *t = try(&s, config, host, &err);

	cr_assert(t, "%s: %s", host, err.line);
	check_echo(t);
	transport_free(t);
	stop(&s);
}

/* The certificate is refused, and the line has these words. */
static void check_refused(const struct identity *who,
	const struct tls_config *config, const char *host, const char *words)
{
	struct server s = { .act = ECHO_ONCE, .who = who };
	struct err err;
	struct transport *t = try(&s, config, host, &err);

	cr_assert(!t, "%s is taken", host);
	cr_assert(
		err.kind == ERR_CERTIFICATE, "%d: %s", (int)err.kind, err.line);
	cr_assert(strstr(err.line, words), "%s", err.line);
	stop(&s);
}

Test(tls, verifies_against_a_ca_file)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity leaf = make_leaf("DNS:localhost,IP:127.0.0.1", &ca);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	struct server s = { .act = ECHO_ONCE, .who = &leaf };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);

	cr_assert(t, "%s", err.line);
	cr_assert_str_eq(t->secure, "TLSv1.3");
	cr_assert(t->cipher && strstr(t->cipher, "TLS_"));
	check_echo(t);
	transport_free(t);
	stop(&s);
	cr_assert_str_eq(s.sni, "localhost");
	cr_assert_str_eq(s.alpn, "http/1.1");

	check_good(&leaf, NULL, &config, "LocalHost.");
	check_good(&leaf, NULL, &config, "127.0.0.1");
	check_refused(&leaf, &(struct tls_config){ 0 }, "localhost",
		"cannot trust localhost: its certificate was issued by "
		"CN=Test CA, which is not known here (try --ca FILE");
	free_identity(&leaf);
	free_identity(&ca);
}

Test(tls, an_ip_address_is_no_sni)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity leaf = make_leaf("IP:127.0.0.1,IP:fe80::1", &ca);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	struct server s = { .act = ECHO_ONCE, .who = &leaf };
	struct err err;
	struct transport *t = try(&s, &config, "fe80::1%eth0", &err);

	cr_assert(t, "%s", err.line);
	check_echo(t);
	transport_free(t);
	stop(&s);
	cr_assert_str_eq(s.sni, "");
	check_refused(&leaf, &config, "127.0.0.2",
		"its certificate is for 127.0.0.1, fe80::1 (try -n");
	check_refused(&leaf, &config, "localhost", "is for 127.0.0.1, fe80::1");
	free_identity(&leaf);
	free_identity(&ca);
}

Test(tls, refuses_another_name)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity leaf =
		make_leaf("DNS:a.example,DNS:*.b.example,DNS:w*.example", &ca);
	struct identity bare =
		make(&(struct wish){ "c.example", NULL, &ca, false, -1, 30 });
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	struct tls_config careless = { .no_check = true };
	static const char *const others[] = { "localhost", "a.example.org",
		"x.a.example", "b.example", "x.y.b.example", "www.example",
		"127.0.0.1", "a.example%x" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		check_refused(&leaf, &config, others[i],
			"is for a.example, *.b.example, w*.example (try -n");
	check_good(&leaf, NULL, &config, "x.b.example");
	check_refused(&bare, &config, "localhost", "is for CN=c.example (try");
	check_good(&leaf, NULL, &careless, "localhost");
	free_identity(&bare);
	free_identity(&leaf);
	free_identity(&ca);
}

Test(tls, a_long_list_of_names_is_cut)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	struct identity leaf;
	char san[4096] = "DNS:first.example";

	for (int i = 0; i < 100; i++)
		sprintf(san + strlen(san), ",DNS:name%d.example", i);
	leaf = make_leaf(san, &ca);
	check_refused(&leaf, &config, "localhost", ", ... (try -n");
	free_identity(&leaf);
	free_identity(&ca);
}

Test(tls, refuses_what_is_out_of_date)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity old = make(
		&(struct wish){ "leaf", "DNS:localhost", &ca, false, -30, -2 });
	struct identity early = make(
		&(struct wish){ "leaf", "DNS:localhost", &ca, false, 2, 30 });
	struct identity old_ca =
		make(&(struct wish){ "Old CA", NULL, NULL, true, -30, -2 });
	struct identity leaf = make_leaf("DNS:localhost", &old_ca);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	struct tls_config old_config = { .ca_file = save("old.pem", &old_ca) };
	char words[128], date[32];
	time_t when = time(NULL) - 2 * DAY;

	strftime(date, sizeof(date), "%Y-%m-%d", gmtime(&when));
	snprintf(words, sizeof(words), "its certificate expired on %s", date);
	check_refused(&old, &config, "localhost", words);
	check_refused(
		&early, &config, "localhost", "its certificate is valid from ");
	check_refused(&leaf, &old_config, "localhost",
		"the certificate of its issuer CN=Old CA expired on ");
	check_good(&old, NULL, &(struct tls_config){ .no_check = true },
		"localhost");
	free_identity(&leaf);
	free_identity(&old_ca);
	free_identity(&early);
	free_identity(&old);
	free_identity(&ca);
}

Test(tls, self_signed)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct identity other = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .ca_file = save("self.pem", &self) };

	check_good(&self, NULL, &config, "localhost");
	check_refused(&self, &(struct tls_config){ 0 }, "localhost",
		"its certificate is self-signed, by CN=leaf (try --ca FILE "
		"with that certificate, or -n");
	check_refused(&other, &config, "localhost", "cannot trust localhost: ");
	check_good(&self, NULL, &(struct tls_config){ .no_check = true },
		"127.0.0.1");
	free_identity(&other);
	free_identity(&self);
}

Test(tls, an_intermediate_certificate_may_be_the_anchor)
{
	struct identity root = make_ca("Root", NULL);
	struct identity middle = make_ca("Middle", &root);
	struct identity leaf = make_leaf("DNS:localhost", &middle);
	struct tls_config by_middle = { .ca_file =
						save("middle.pem", &middle) };
	struct tls_config by_root = { .ca_file = save("root.pem", &root) };

	check_good(&leaf, NULL, &by_middle, "localhost");
	check_good(&leaf, &middle, &by_root, "localhost");
	check_refused(&leaf, &by_root, "localhost", "issued by CN=Middle,");
	free_identity(&leaf);
	free_identity(&middle);
	free_identity(&root);
}

/* The bundle is a FIFO that nobody writes: opening it would block for good,
 * and the suite's time-out would end the test. */
Test(tls, the_hashed_directory_is_enough)
{
	struct identity root = make_ca("Root", NULL);
	struct identity middle = make_ca("Middle", &root);
	struct identity leaf = make_leaf("DNS:localhost", &middle);
	struct tls_config config = { 0 };
	char fifo[128];

	snprintf(fifo, sizeof(fifo), "%s/bundle", dir);
	cr_assert(mkfifo(fifo, 0600) == 0);
	setenv("SSL_CERT_FILE", fifo, 1);
	save_hashed(&root);
	check_good(&leaf, &middle, &config, "localhost");
	free_identity(&leaf);
	free_identity(&middle);
	free_identity(&root);
}

Test(tls, the_bundle_has_what_the_directory_lacks)
{
	struct identity root = make_ca("Root", NULL);
	struct identity middle = make_ca("Middle", &root);
	struct identity leaf = make_leaf("DNS:localhost", &middle);
	struct tls_config config = { 0 };

	setenv("SSL_CERT_FILE", save("bundle.pem", &root), 1);
	check_good(&leaf, &middle, &config, "localhost");
	check_refused(&leaf, &config, "localhost", "issued by CN=Middle,");
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	check_good(&leaf, &middle, &config, "localhost");
	free_identity(&leaf);
	free_identity(&middle);
	free_identity(&root);
}

/* All that is checked with a CA file is checked with the system's, too. */
Test(tls, the_systems_trust_is_no_blind_trust)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity leaf = make_leaf("DNS:localhost", &ca);
	struct identity old = make(
		&(struct wish){ "leaf", "DNS:localhost", &ca, false, -30, -2 });
	struct tls_config config = { 0 };

	save_hashed(&ca);
	check_good(&leaf, NULL, &config, "localhost");
	check_refused(&leaf, &config, "a.example", "is for localhost (try -n");
	check_refused(&leaf, &config, "127.0.0.1", "is for localhost (try -n");
	check_refused(&old, &config, "localhost", "expired on ");
	/* With a CA file, the system's is not asked. */
	config.ca_file = save("old.pem", &old);
	check_refused(&leaf, &config, "localhost", "not known here");
	free_identity(&old);
	free_identity(&leaf);
	free_identity(&ca);
}

Test(tls, a_ca_file_that_is_no_use)
{
	static const char broken[] = "-----BEGIN CERTIFICATE-----\nAAAA\n"
				     "-----END CERTIFICATE-----\n";
	static const char locked[] = "-----BEGIN CERTIFICATE-----\n"
				     "Proc-Type: 4,ENCRYPTED\n"
				     "DEK-Info: AES-128-CBC,"
				     "00112233445566778899AABBCCDDEEFF\n\n"
				     "AAAAAAAAAAAAAAAAAAAAAA==\n"
				     "-----END CERTIFICATE-----\n";
	const struct {
		const char *file, *text, *words;
	} cases[] = {
		{ "missing.pem", NULL,
			"/missing.pem: No such file or directory" },
		{ "empty.pem", "", "there is no certificate in it" },
		{ "text.pem", "hello\n", "there is no certificate in it" },
		{ "broken.pem", broken, "/broken.pem: certificate 1: " },
		{ "locked.pem", locked, "/locked.pem: certificate 1: " },
		{ ".", NULL, "/.: Is a directory" },
	};
	struct identity self = make_leaf("DNS:localhost", NULL);
	char path[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_config config = { .ca_file = path };
		struct server s = { .act = SILENT, .who = &self };
		struct err err;

		snprintf(path, sizeof(path), "%s/%s", dir, cases[i].file);
		if (cases[i].text) {
			FILE *f = fopen(path, "w");

			fputs(cases[i].text, f);
			fclose(f);
		}
		cr_assert(!try(&s, &config, "localhost", &err));
		cr_assert(err.kind == ERR_CA_FILE, "%s", err.line);
		cr_assert(strstr(err.line, cases[i].words), "%s", err.line);
		stop(&s);
	}
	free_identity(&self);
}

Test(tls, a_handshake_that_fails)
{
	static const struct {
		enum act act;
		const char *words;
	} cases[] = {
		{ HTTP, "the server does not speak TLS there (try ws://)" },
		{ HANG_UP, "TLS handshake with localhost: the server closed "
			   "the connection" },
		{ ALERT, "TLS handshake with localhost: " },
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
