#define _GNU_SOURCE

#include "base/base64.h"
#include "unit/tls_case.h"

#include <openssl/pkcs12.h>

TestSuite(tls_client, .init = make_dir, .fini = remove_dir, .timeout = 20);

/* What a person would type, one after another; NULL: no terminal. */
static const char *const *answers;
static int asked;
static char question[256];

static bool ask(const char *q, char *out, size_t cap, struct err *err)
{
	asked++;
	snprintf(question, sizeof(question), "%s", q);
	if (!*answers)
		return err_set(err, ERR_USAGE, "there is no terminal");
	snprintf(out, cap, "%s", *answers++);
	return true;
}

static struct identity make_client(
	const char *name, const struct identity *ca, int from, int to)
{
	return make(&(struct wish){ name, NULL, ca, false, from, to });
}

/* Writes certificates, one behind the other, and a key (NULL: none). */
static const char *save_all(const char *name, const struct identity *who,
	const struct identity *issuer, bool with_key)
{
	const char *path = save(name, who);
	FILE *f = fopen(path, "a");

	cr_assert(f);
	if (issuer)
		cr_assert(PEM_write_X509(f, issuer->cert) == 1);
	if (with_key)
		cr_assert(PEM_write_PrivateKey(
				  f, who->key, NULL, NULL, 0, NULL, NULL) == 1);
	fclose(f);
	return path;
}

static const char *save_pkcs12(const char *name, const struct identity *who,
	const struct identity *issuer, const char *passphrase)
{
	const char *path = save(name, NULL);
	STACK_OF(X509) *chain = sk_X509_new_null();
	FILE *f = fopen(path, "w");
	PKCS12 *p12;

	if (issuer)
		sk_X509_push(chain, issuer->cert);
	p12 = PKCS12_create(passphrase, "me", who ? who->key : NULL,
		who ? who->cert : NULL, chain, 0, 0, 0, 0, 0);
	cr_assert(p12 && f && i2d_PKCS12_fp(f, p12) == 1);
	fclose(f);
	PKCS12_free(p12);
	sk_X509_free(chain);
	return path;
}

static void check_accepted(const struct identity *server,
	const struct identity *ca, const struct tls_config *config,
	const char *name, int max)
{
	struct server s = { .act = ECHO_ONCE,
		.who = server,
		.asks = ca,
		.insists = true,
		.max = max };
	struct err err;
	struct transport *t = try(&s, config, "localhost", &err);

	cr_assert(t, "%s: %s", config->cert, err.line);
	check_echo(t);
	transport_free(t);
	stop(&s);
	cr_assert_str_eq(s.client, name);
}

static void check_unusable(const struct tls_config *config, const char *words)
{
	struct err err = { 0 };

	cr_assert(
		!tls_prepare(config, &err), "%s: not: %s", config->cert, words);
	cr_assert(err.kind == ERR_CLIENT_CERTIFICATE, "%s", err.line);
	cr_assert(strstr(err.line, words), "%s", err.line);
}

Test(tls_client, shows_its_certificate)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct identity ca = make_ca("Client CA", NULL);
	struct identity middle = make_ca("Middle", &ca);
	struct identity me = make_client("me", &middle, -1, 30);
	const char *key = save_key("me.key", me.key, NULL);
	const struct tls_config configs[] = {
		{ .cert = save_all("all.pem", &me, &middle, true) },
		{ .cert = save_all("two.pem", &me, &middle, false),
			.key = key },
		{ .cert = save_pkcs12("me.p12", &me, &middle, "") },
		{ .cert = save_pkcs12("none.p12", &me, &middle, NULL) },
		{ .cert = save_pkcs12("key.pem", &me, &middle, "secret"),
			.passphrase = "secret" },
		{ .cert = save_pkcs12("other.pfx", &me, &middle, NULL),
			.key = key },
	};

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct tls_config config = configs[i];

		config.no_check = true;
		check_accepted(&self, &ca, &config, "me", 0);
		check_accepted(&self, &ca, &config, "me", TLS1_2_VERSION);
		/* Nobody has to ask. */
		check_good(&self, NULL, &config, "localhost");
	}
	free_identity(&me);
	free_identity(&middle);
	free_identity(&ca);
	free_identity(&self);
}

Test(tls_client, an_rsa_key_in_the_old_form)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct identity ca = make_ca("Client CA", NULL);
	struct identity me = make_client("me", &ca, -1, 30);
	struct tls_config config = { .no_check = true, .passphrase = "secret" };
	BIO *b;

	EVP_PKEY_free(me.key);
	me.key = EVP_RSA_gen(2048);
	X509_set_pubkey(me.cert, me.key);
	cr_assert(X509_sign(me.cert, ca.key, EVP_sha256()) > 0);
	config.cert = save("me.pem", &me);
	config.key = save("me.key", NULL);
	b = BIO_new_file(config.key, "w");
	cr_assert(PEM_write_bio_PrivateKey_traditional(b, me.key,
			  EVP_aes_128_cbc(), (const unsigned char *)"secret", 6,
			  NULL, NULL) == 1);
	BIO_free(b);
	check_accepted(&self, &ca, &config, "me", 0);
	config.passphrase = "wrong";
	check_unusable(&config, "the pass phrase is wrong");
	free_identity(&me);
	free_identity(&ca);
	free_identity(&self);
}

Test(tls_client, asks_for_a_pass_phrase)
{
	static const char *const right[] = { "secret", NULL },
				 *const third[] = { "", "x", "secret", NULL },
				 *const never[] = { "a", "b", "c", "secret" },
				 *const nobody[] = { NULL };
	struct identity ca = make_ca("Client CA", NULL);
	struct identity me = make_client("me", &ca, -1, 30);
	struct tls_config configs[] = {
		{ .cert = save("me.pem", &me),
			.key = save_key("me.key", me.key, "secret") },
		{ .cert = save_pkcs12("me.p12", &me, NULL, "secret") },
	};
	struct err err;

	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct tls_config config = configs[i];
		const char *path = config.key ? config.key : config.cert;

		check_unusable(&config, "needs a pass phrase (try "
					"--passphrase @FILE)");
		config.passphrase = "wrong";
		check_unusable(&config, "the pass phrase is wrong");
		config.passphrase = NULL;
		config.ask = ask;
		answers = nobody;
		check_unusable(
			&config, "needs a pass phrase: there is no terminal");
		asked = 0;
		answers = never;
		check_unusable(&config, "the pass phrase was wrong 3 times");
		cr_assert(asked == 3);
		asked = 0;
		answers = third;
		cr_assert(tls_prepare(&config, &err), "%s", err.line);
		cr_assert(asked == 3);
		cr_assert(strncmp(question, "Wrong. Pass phrase of ", 22) == 0,
			"%s", question);
		cr_assert(strstr(question, path));
		/* It is asked for once. */
		answers = nobody;
		cr_assert(tls_prepare(&config, &err), "%s", err.line);
		cr_assert(asked == 3);
		/* Not with what was given. */
		config.passphrase = "secret";
		cr_assert(tls_prepare(&config, &err), "%s", err.line);
	}
	asked = 0;
	answers = right;
	configs[0].ask = ask;
	cr_assert(tls_prepare(&configs[0], &err), "%s", err.line);
	cr_assert(asked == 1);
	cr_assert(strncmp(question, "Pass phrase of ", 15) == 0);
	free_identity(&me);
	free_identity(&ca);
}

Test(tls_client, a_pipe_is_read_once)
{
	struct identity me = make_client("me", NULL, -1, 30);
	struct tls_config config = { .cert = save("me.pem", &me) };
	char path[64];
	struct err err;
	int ends[2];
	FILE *f;

	cr_assert(pipe(ends) == 0);
	f = fdopen(ends[1], "w");
	cr_assert(PEM_write_PrivateKey(f, me.key, NULL, NULL, 0, NULL, NULL));
	fclose(f);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	config.key = path;
	for (int i = 0; i < 3; i++)
		cr_assert(tls_prepare(&config, &err), "%s", err.line);
	close(ends[0]);
	free_identity(&me);
}

static const char *save_text(const char *name, const char *text)
{
	const char *path = save(name, NULL);
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	return path;
}

Test(tls_client, files_that_are_no_use)
{
	static const char broken[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n"
				     "-----END PRIVATE KEY-----\n";
	struct identity me = make_client("me", NULL, -1, 30);
	struct identity you = make_client("you", NULL, -1, 30);
	const char *cert = save("me.pem", &me);
	const char *der = save("me.der", NULL);
	FILE *f = fopen(der, "w");

	cr_assert(i2d_X509_fp(f, me.cert) == 1);
	fclose(f);
	const struct {
		const char *cert, *key, *words;
	} cases[] = {
		{ "/nonexistent/me", NULL,
			"cannot read the certificate or key "
			"/nonexistent/me: No such file or directory" },
		{ dir, NULL, ": Is a directory" },
		{ "/dev/zero", NULL, ": it is too long for one" },
		{ NULL, cert,
			"is of no use without its certificate (try "
			"--cert FILE)" },
		{ "/dev/null", NULL,
			"there is no certificate in it (PEM or "
			"PKCS#12 is what it takes)" },
		{ der, NULL, "there is no certificate in it (PEM" },
		{ cert, NULL,
			"there is no private key in it (try --key "
			"FILE)" },
		{ cert, "/nonexistent/key", "/nonexistent/key: No such file" },
		{ cert, cert,
			"there is no private key in it (PEM is what it "
			"takes)" },
		{ cert, save_text("broken.key", broken),
			"its private key is broken" },
		{ save_text("hello.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"
					 "-----END CERTIFICATE-----\n"),
			cert, "cannot read the certificate or key " },
		{ cert, save_key("you.key", you.key, NULL), " (CN=me)" },
		{ save_pkcs12("empty.p12", NULL, &me, ""), NULL,
			"there is no " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_unusable(&(struct tls_config){ .cert = cases[i].cert,
				       .key = cases[i].key },
			cases[i].words);
	free_identity(&you);
	free_identity(&me);
}

/* As `openssl pkcs12 -export -legacy` writes it, pass phrase "secret": the
 * certificate is encrypted with RC2. */
static const char legacy[] =
	"MIIDcgIBAzCCAzgGCSqGSIb3DQEHAaCCAykEggMlMIIDITCCAhcGCSqGSIb3DQEH"
	"BqCCAggwggIEAgEAMIIB/QYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQYwDgQIdu07"
	"nquv08wCAggAgIIB0I0JzhFtloqmxgnVKFIeH01NbnrbJwVB2WdTX2gQoGoa0811"
	"UpdaJ7aCzyxw6iv9uufUH7XEP8L3WQI4iO4QJr+1BiVUMAZNGMhrKPY5YETekjYM"
	"k1MTEjIzY3Nc/11N62UbXOZGxSNV/VjP9LUcMT1gIh5tgn4c3g2OKAQCKLLsh7TX"
	"YV6Lkc44Z+bfn2odV3PVOS/dtvbzxOYdPexdCL8giulFGM8aJrjc/cxd+IhEa6vL"
	"7N0eyaoo6DMxOZSqezLpDhBEqtoJhfI/vnAtcMApINwBE9an0tcz62gBHW26pVt3"
	"Ax0BZxUkNcMyMlhm6mraHg4B3eqCwTrqnFtoerUDZxVCfKl3+0EeO40uy+qjVKK7"
	"IWZoiHW36J+J9BTxWO5MkUa0RU6SdgqB4JewQ55iDfqkveCjNDOCPhKXUszCw7jx"
	"hnpirPCKWfYmidZ8h5DUGbMCNBOO73QLTQpjTMzMrWY83YGdik5FrFLMOExznewe"
	"8D4sVnlotVhmRnx/pSuHucST6ee/MRCMGeUWYi5JLhBgCidljQHhyda3wcrbv5Ii"
	"DW6j1uot0PuZtynhcRIhQ76c8aEWPZdH/smImwxStFEwZD69dtkJMkPxz5v7MIIB"
	"AgYJKoZIhvcNAQcBoIH0BIHxMIHuMIHrBgsqhkiG9w0BDAoBAqCBtDCBsTAcBgoq"
	"hkiG9w0BDAEDMA4ECGKWEsrsl9sbAgIIAASBkMa6nuGvQMe0QRRcTrRR4E+G9OSp"
	"peO5yTJWwKEMftxSRdMyjCFseJ0lLyHpvq0LFlvnn3UToC42EX8VlCujzqKJVSlc"
	"NHMQvNVe8WSpMTWtcUAGHzm6NUQ4HpesALeRhqjEBPQzckALhI1hbMM28xrHMai/"
	"ipcJo0g0bK/SZT2FWtsor/euZ2X5sExDJRFA0jElMCMGCSqGSIb3DQEJFTEWBBQ9"
	"IjtAIYU5NxQdKePn8WYx2pwLBDAxMCEwCQYFKw4DAhoFAAQU2DKqlNXrbLNsPNAY"
	"lc7y9twy+r8ECGqgVy+z5FKHAgIIAA==";

Test(tls_client, a_file_with_old_ciphers)
{
	static uint8_t data[BASE64_DECODE_SIZE(sizeof(legacy) - 1)];
	struct tls_config config = { .cert = save("old.p12", NULL),
		.passphrase = "secret" };
	FILE *f = fopen(config.cert, "w");
	size_t n;

	cr_assert(base64_decode(data, &n, legacy, sizeof(legacy) - 1));
	fwrite(data, 1, n, f);
	fclose(f);
	check_unusable(&config, "it is encrypted with an old cipher (such as "
				"RC2), which is only in OpenSSL's legacy "
				"provider (try to convert it: openssl pkcs12 "
				"-legacy ");
	config.passphrase = "wrong";
	check_unusable(&config, "the pass phrase is wrong");
}

/* Any cut of a file: an error or, behind the last byte that counts, none. */
Test(tls_client, files_that_are_cut)
{
	struct identity me = make_client("me", NULL, -1, 30);
	const char *const whole[] = { save_all("me.pem", &me, NULL, true),
		save_pkcs12("me.p12", &me, NULL, "") };
	char data[8192];
	struct err err;

	for (size_t i = 0; i < 2; i++) {
		struct tls_config config = { .cert = save("cut", NULL) };
		FILE *f = fopen(whole[i], "r");
		size_t n = fread(data, 1, sizeof(data), f), cut;
		bool ok = false;

		fclose(f);
		for (cut = 0; cut <= n; cut += cut + 8 < n ? 7 : 1) {
			f = fopen(config.cert, "w");
			fwrite(data, 1, cut, f);
			fclose(f);
			memset(&err, 0, sizeof(err));
			ok = tls_prepare(&config, &err);
			cr_assert(ok || (err.kind == ERR_CLIENT_CERTIFICATE &&
						err.line[0]));
			cr_assert(!ok || cut + 2 >= n, "%zu of %zu", cut, n);
		}
		cr_assert(ok);
	}
	free_identity(&me);
}

/* A server that insists: what it says in the handshake (TLS 1.2), or after it
 * (TLS 1.3), is one and the same thing. */
static void check_rejected(const struct identity *server,
	const struct identity *ca, const struct tls_config *config,
	const char *words)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

	for (size_t i = 0; i < 2; i++) {
		struct server s = { .act = ECHO_ONCE,
			.who = server,
			.asks = ca,
			.insists = true,
			.max = versions[i] };
		struct err err;
		struct transport *t = try(&s, config, "localhost", &err);
		char data[16];
		size_t n;

		cr_assert(!t == (i == 0), "%s", err.line);
		if (t)
			cr_assert(transport_read_by(t, data, sizeof(data), &n,
					  soon(), "reading", &err) == IO_ERROR);
		cr_assert(err.kind == ERR_CLIENT_CERTIFICATE, "%s", err.line);
		cr_assert(strstr(err.line, words), "%s", err.line);
		transport_free(t);
		stop(&s);
	}
}

Test(tls_client, a_server_that_insists)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct identity ca = make_ca("Client CA", NULL);
	struct identity old = make_client("me", &ca, -30, -2);
	struct identity early = make_client("me", &ca, 2, 30);
	struct identity other = make_client("me", NULL, -1, 30);
	struct tls_config config = { .no_check = true };

	check_rejected(&self, &ca, &config,
		": the server asks for a client certificate (try --cert)");
	config.cert = save_all("old.pem", &old, NULL, true);
	check_rejected(&self, &ca, &config,
		": the server did not accept our certificate CN=me, issued by "
		"CN=Client CA, which expired on ");
	config.cert = save_all("early.pem", &early, NULL, true);
	check_rejected(&self, &ca, &config, ", which is valid from ");
	config.cert = save_all("other.pem", &other, NULL, true);
	check_rejected(&self, &ca, &config,
		"our certificate CN=me, issued by CN=me: it does not know the "
		"issuer");
	free_identity(&other);
	free_identity(&early);
	free_identity(&old);
	free_identity(&ca);
	free_identity(&self);
}

/* Some servers end the connection without an alert. */
Test(tls_client, a_server_that_asks_and_hangs_up)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct identity ca = make_ca("Client CA", NULL);
	struct identity me = make_client("me", &ca, -1, 30);
	struct tls_config config = { .no_check = true };
	static const char *const words[] = {
		"connection lost: the server asked for a client certificate "
		"and hung up (try --cert)",
		"and hung up (it may not accept our certificate CN=me, issued "
		"by CN=Client CA)",
	};

	for (size_t i = 0; i < 2; i++) {
		struct server s = {
			.act = JUST_CLOSE, .who = &self, .asks = &ca
		};
		struct err err;
		struct transport *t = try(&s, &config, "localhost", &err);
		char data[16];
		size_t n;

		cr_assert(t, "%s", err.line);
		cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
				  "reading", &err) == IO_ERROR);
		cr_assert(err.kind == ERR_LOST, "%s", err.line);
		cr_assert(strstr(err.line, words[i]), "%s", err.line);
		transport_free(t);
		stop(&s);
		config.cert = save_all("me.pem", &me, NULL, true);
	}
	free_identity(&me);
	free_identity(&ca);
	free_identity(&self);
}
