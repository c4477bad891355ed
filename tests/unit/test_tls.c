#define _GNU_SOURCE

#include "net/dial.h"
#include "net/tls.h"

#include <criterion/criterion.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60, RECORD = 16384, PIECE = 4096 };

/* A certificate and its key, made for the test. */
struct identity {
	X509 *cert;
	EVP_PKEY *key;
};

struct wish {
	const char *name;
	const char *san;               /* NULL: none */
	const struct identity *issuer; /* NULL: itself */
	bool ca;
	int from_days, to_days; /* from today */
};

static char dir[] = "/tmp/wstap-tls-XXXXXX";

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
	setenv("SSL_CERT_DIR", dir, 1);
	setenv("SSL_CERT_FILE", "/nonexistent/bundle", 1);
	/* The client must not need this: writing to a closed socket. */
	signal(SIGPIPE, SIG_DFL);
}

static void remove_dir(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert(system(command) == 0);
}

TestSuite(tls, .init = make_dir, .fini = remove_dir, .timeout = 20);

static EVP_PKEY *new_key(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	EVP_PKEY *key = NULL;

	cr_assert(ctx && EVP_PKEY_keygen_init(ctx) == 1);
	cr_assert(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(
			  ctx, NID_X9_62_prime256v1) == 1);
	cr_assert(EVP_PKEY_keygen(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	cr_assert(e && X509_add_ext(cert, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static struct identity make(const struct wish *w)
{
	static long serial = 1;
	struct identity new = { X509_new(), new_key() };
	const struct identity *issuer = w->issuer ? w->issuer : &new;
	X509_NAME *name = X509_get_subject_name(new.cert);

	X509_set_version(new.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(new.cert), serial++);
	X509_gmtime_adj(
		X509_getm_notBefore(new.cert), (long)w->from_days * DAY);
	X509_gmtime_adj(X509_getm_notAfter(new.cert), (long)w->to_days * DAY);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)w->name, -1, -1, 0);
	X509_set_issuer_name(new.cert, X509_get_subject_name(issuer->cert));
	X509_set_pubkey(new.cert, new.key);
	add_extension(new.cert, NID_basic_constraints,
		w->ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (w->san)
		add_extension(new.cert, NID_subject_alt_name, w->san);
	cr_assert(X509_sign(new.cert, issuer->key, EVP_sha256()) > 0);
	return new;
}

static struct identity make_ca(const char *name, const struct identity *issuer)
{
	return make(&(struct wish){ name, NULL, issuer, true, -1, 30 });
}

static struct identity make_leaf(const char *san, const struct identity *issuer)
{
	return make(&(struct wish){ "leaf", san, issuer, false, -1, 30 });
}

static void free_identity(struct identity *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
}

/* Writes a certificate to dir/name, whose path it gives back (one of two
 * buffers in turn). */
static const char *save(const char *name, const struct identity *who)
{
	static char path[2][128];
	static int turn;
	FILE *f;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", dir, name);
	f = fopen(path[turn], "w");
	cr_assert(f);
	if (who)
		cr_assert(PEM_write_X509(f, who->cert) == 1);
	fclose(f);
	return path[turn];
}

/* As c_rehash would name it in the trust store's directory. */
static void save_hashed(const struct identity *who)
{
	char name[32];

	snprintf(name, sizeof(name), "%08lx.0",
		X509_subject_name_hash(who->cert));
	save(name, who);
}

enum act {
	ECHO_ONCE,  /* reads once, writes that, says goodbye */
	RECORD_OUT, /* writes one full record, then waits for EOF */
	SMALL_OUT,  /* writes a hundred small records, then waits for EOF */
	JUST_CLOSE, /* closes without close_notify */
	RESET,      /* reads once, then resets the connection */
	HTTP,       /* plain text, no TLS */
	HANG_UP,    /* closes before the handshake */
	SILENT,     /* says nothing until EOF */
	ALERT,      /* takes no TLS the client would speak */
	READ_ALL,   /* reads until the end and counts */
};

struct server {
	enum act act;
	const struct identity *who;
	const struct identity *chain; /* sent along; NULL: nothing */
	int listener;
	uint16_t port;
	pthread_t thread;
	size_t total; /* READ_ALL: bytes that came */
	bool clean;   /* ... and that a close_notify did */
	char sni[64];
	char alpn[16];
};

static void wait_for_eof(int fd)
{
	char data[256];

	while (recv(fd, data, sizeof(data), 0) > 0)
		continue;
}

static int choose_alpn(SSL *ssl, const unsigned char **out, unsigned char *n,
	const unsigned char *in, unsigned len, void *arg)
{
	struct server *s = arg;

	(void)ssl;
	if (len < 1 || in[0] >= sizeof(s->alpn))
		return SSL_TLSEXT_ERR_NOACK;
	*n = in[0];
	*out = in + 1;
	memcpy(s->alpn, in + 1, in[0]);
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *server_context(struct server *s)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	SSL_CTX_use_certificate(ctx, s->who->cert);
	SSL_CTX_use_PrivateKey(ctx, s->who->key);
	if (s->chain)
		SSL_CTX_add1_chain_cert(ctx, s->chain->cert);
	if (s->act == ALERT) {
		SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_security_level(ctx, 0);
	}
	SSL_CTX_set_alpn_select_cb(ctx, choose_alpn, s);
	return ctx;
}

static void act_tls(struct server *s, SSL *ssl, int fd)
{
	static const char record[RECORD];
	struct linger now = { 1, 0 };
	char data[512];
	int n;

	switch (s->act) {
	case ECHO_ONCE:
		n = SSL_read(ssl, data, sizeof(data));
		if (n > 0)
			SSL_write(ssl, data, n);
		SSL_shutdown(ssl);
		wait_for_eof(fd);
		break;
	case RECORD_OUT:
		SSL_write(ssl, record, sizeof(record));
		wait_for_eof(fd);
		break;
	case SMALL_OUT:
		for (int i = 0; i < 100; i++)
			SSL_write(ssl, record, 10);
		wait_for_eof(fd);
		break;
	case RESET:
		SSL_read(ssl, data, sizeof(data));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		break;
	case READ_ALL:
		while ((n = SSL_read(ssl, data, sizeof(data))) > 0)
			s->total += (size_t)n;
		s->clean = SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN;
		/* Our direction is still open. */
		SSL_write(ssl, "late", 4);
		break;
	case JUST_CLOSE:
	case HTTP:
	case HANG_UP:
	case SILENT:
	case ALERT:
		break;
	}
}

static void serve_tls(struct server *s, int fd)
{
	SSL_CTX *ctx = server_context(s);
	SSL *ssl = SSL_new(ctx);
	const char *name;

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
		snprintf(s->sni, sizeof(s->sni), "%s", name ? name : "");
		act_tls(s, ssl, fd);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
}

static void *serve(void *arg)
{
	static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct server *s = arg;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = accept(s->listener, NULL, NULL);
	if (s->act == HTTP) {
		send(fd, http, sizeof(http) - 1, 0);
		shutdown(fd, SHUT_WR);
		wait_for_eof(fd);
	} else if (s->act == HANG_UP) {
		recv(fd, (char[1024]){ 0 }, 1024, 0);
	} else if (s->act == SILENT) {
		wait_for_eof(fd);
	} else {
		serve_tls(s, fd);
	}
	close(fd);
	return NULL;
}

static void start(struct server *s)
{
	char where[DIAL_ADDRESS_MAX];
	struct err err;
	int flags;

	s->listener = dial_listen(NULL, 0, where, &err);
	cr_assert(s->listener >= 0, "%s", err.line);
	flags = fcntl(s->listener, F_GETFL);
	fcntl(s->listener, F_SETFL, flags & ~O_NONBLOCK);
	s->port = (uint16_t)strtoul(strchr(where, ':') + 1, NULL, 10);
	cr_assert(pthread_create(&s->thread, NULL, serve, s) == 0);
}

static void stop(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->listener);
}

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
	while (total < 1000) {
		enum io_status got =
			transport_read(t, data, sizeof(data), &n, &err);

		if (got == IO_OK) {
			total += n;
			continue;
		}
		cr_assert(got == IO_WANT_READ);
		cr_assert(transport_pending(t) == 0, "else it would spin");
		cr_assert(transport_wait(t->fd, got, soon()));
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
	int turn = 0;

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
		cr_assert(transport_wait(t->fd, put, soon()));
	}
	transport_shutdown(t);
	cr_assert(read_some(t, data, sizeof(data)) == 4);
	transport_free(t);
	stop(&s);
	cr_assert(s.total == want && s.clean);
	free_identity(&self);
}
