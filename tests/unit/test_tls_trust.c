#define _GNU_SOURCE

#include "unit/tls_case.h"

#include <time.h>

TestSuite(tls_trust, .init = make_dir, .fini = remove_dir, .timeout = 20);

Test(tls_trust, verifies_against_a_ca_file)
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

Test(tls_trust, an_ip_address_is_no_sni)
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

Test(tls_trust, refuses_another_name)
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

Test(tls_trust, a_long_list_of_names_is_cut)
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

Test(tls_trust, refuses_what_is_out_of_date)
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

Test(tls_trust, self_signed)
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

Test(tls_trust, an_intermediate_certificate_may_be_the_anchor)
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
Test(tls_trust, the_hashed_directory_is_enough)
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

Test(tls_trust, the_bundle_has_what_the_directory_lacks)
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
Test(tls_trust, the_systems_trust_is_no_blind_trust)
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

Test(tls_trust, a_ca_file_that_is_no_use)
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

/* Appends to a file a CRL of ca's that has `revoked` (NULL: nothing). */
static void add_crl(const char *path, const struct identity *ca,
	const struct identity *revoked, int to_days)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, -10L * DAY);
	ASN1_TIME *to = X509_gmtime_adj(NULL, (long)to_days * DAY);
	FILE *f = fopen(path, "a");

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->cert));
	X509_CRL_set1_lastUpdate(crl, from);
	X509_CRL_set1_nextUpdate(crl, to);
	if (revoked) {
		X509_REVOKED *entry = X509_REVOKED_new();

		X509_REVOKED_set_serialNumber(
			entry, X509_get_serialNumber(revoked->cert));
		X509_REVOKED_set_revocationDate(entry, from);
		X509_CRL_add0_revoked(crl, entry);
	}
	cr_assert(X509_CRL_sign(crl, ca->key, EVP_sha256()) > 0);
	cr_assert(f && PEM_write_X509_CRL(f, crl) == 1);
	fclose(f);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_CRL_free(crl);
}

Test(tls_trust, heeds_revocation_lists)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity middle = make_ca("Middle", &ca);
	struct identity good = make_leaf("DNS:localhost", &ca);
	struct identity bad = make_leaf("DNS:localhost", &ca);
	struct identity below = make_leaf("DNS:localhost", &middle);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };
	char words[128], date[32];
	time_t when = time(NULL) - 10 * DAY;

	check_good(&bad, NULL, &config, "localhost");
	add_crl(config.ca_file, &ca, &bad, 5);
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime(&when));
	snprintf(words, sizeof(words),
		"cannot trust localhost: its certificate was revoked on %s",
		date);
	check_good(&good, NULL, &config, "localhost");
	check_refused(&bad, &config, "localhost", words);
	check_good(&bad, NULL, &(struct tls_config){ .no_check = true },
		"localhost");
	/* Of Middle there is no list, and none is demanded. */
	check_good(&below, &middle, &config, "localhost");

	config.ca_file = save("middle.pem", &ca);
	add_crl(config.ca_file, &ca, &middle, 5);
	struct server s = { .act = ECHO_ONCE, .who = &below, .chain = &middle };
	check_failure(&s, &config, "localhost", ERR_CERTIFICATE,
		"the certificate of its issuer CN=Middle was revoked on ");

	config.ca_file = save("stale.pem", &ca);
	add_crl(config.ca_file, &ca, NULL, -2);
	check_refused(&good, &config, "localhost",
		"the revocation list (CRL) of CN=Test CA expired on ");
	free_identity(&below);
	free_identity(&bad);
	free_identity(&good);
	free_identity(&middle);
	free_identity(&ca);
}

/* Where the list cannot be believed, neither can what it is silent about. */
Test(tls_trust, a_forged_revocation_list)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity forger = make_ca("Test CA", NULL);
	struct identity leaf = make_leaf("DNS:localhost", &ca);
	struct tls_config config = { .ca_file = save("ca.pem", &ca) };

	add_crl(config.ca_file, &forger, &leaf, 5);
	check_refused(&leaf, &config, "localhost", "cannot trust localhost: ");
	free_identity(&leaf);
	free_identity(&forger);
	free_identity(&ca);
}

Test(tls_trust, a_directory)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity other = make_ca("Other CA", NULL);
	struct identity leaf = make_leaf("DNS:localhost", &ca);
	struct identity bad = make_leaf("DNS:localhost", &ca);
	struct identity foreign = make_leaf("DNS:localhost", &other);
	struct tls_config config = { .ca_dir = dir };
	struct tls_config both = { .ca_dir = dir };
	char name[32];

	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	save_hashed(&ca);
	both.ca_file = save("other.pem", &other);
	check_good(&leaf, NULL, &config, "localhost");
	check_refused(&foreign, &config, "localhost", "not known here");
	check_good(&leaf, NULL, &both, "localhost");
	check_good(&foreign, NULL, &both, "localhost");
	snprintf(name, sizeof(name), "%08lx.r0",
		X509_subject_name_hash(ca.cert));
	add_crl(save(name, NULL), &ca, &bad, 5);
	check_good(&leaf, NULL, &config, "localhost");
	check_refused(&bad, &config, "localhost", "was revoked on ");
	check_refused(&bad, &both, "localhost", "was revoked on ");
	check_good(&foreign, NULL, &both, "localhost");
	/* The file may have lists only. */
	both.ca_file = save("lists.pem", NULL);
	add_crl(both.ca_file, &other, NULL, 5);
	check_good(&leaf, NULL, &both, "localhost");
	check_refused(&foreign, &both, "localhost", "not known here");
	free_identity(&foreign);
	free_identity(&bad);
	free_identity(&leaf);
	free_identity(&other);
	free_identity(&ca);
}

Test(tls_trust, a_directory_that_is_no_use)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .ca_dir = "/nonexistent" };
	struct server s = { .act = SILENT, .who = &self };

	check_failure(&s, &config, "localhost", ERR_CA_FILE,
		"cannot read the CA directory /nonexistent: No such file or "
		"directory");
	save("ca.pem", &self);
	config.ca_dir = dir;
	check_failure(&s, &config, "localhost", ERR_CA_FILE,
		": no file in it has a hash for a name (try: openssl rehash ");
	free_identity(&self);
}

Test(tls_trust, another_name_is_asked_for_and_verified)
{
	struct identity ca = make_ca("Test CA", NULL);
	struct identity leaf = make_leaf("DNS:a.example", &ca);
	struct tls_config config = { .ca_file = save("ca.pem", &ca),
		.sni = "a.example" };
	struct server s = { .act = ECHO_ONCE, .who = &leaf };
	struct err err;
	struct transport *t = try(&s, &config, "127.0.0.1", &err);

	cr_assert(t, "%s", err.line);
	check_echo(t);
	transport_free(t);
	stop(&s);
	cr_assert_str_eq(s.sni, "a.example");
	config.sni = "b.example";
	check_refused(&leaf, &config, "a.example",
		"cannot trust b.example (--sni): its certificate is for "
		"a.example (try -n");
	free_identity(&leaf);
	free_identity(&ca);
}
