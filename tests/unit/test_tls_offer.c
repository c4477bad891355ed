#define _GNU_SOURCE

#include "unit/tls_case.h"

/* Versions, ciphers, pins and the key log. */

TestSuite(tls_offer, .init = make_dir, .fini = remove_dir, .timeout = 20);

Test(tls_offer, versions)
{
	static const char unsafe[] = "DEFAULT@SECLEVEL=0";
	static const struct {
		enum tls_version min, max;
		const char *ciphers;
		int from, to; /* the server's */
		const char *version, *words;
		enum err_kind kind;
	} cases[] = {
		{ TLS_ANY, TLS_ANY, NULL, 0, 0, "TLSv1.3", NULL, ERR_NONE },
		{ TLS_ANY, TLS_1_2, NULL, 0, 0, "TLSv1.2", NULL, ERR_NONE },
		{ TLS_1_3, TLS_ANY, NULL, 0, 0, "TLSv1.3", NULL, ERR_NONE },
		{ TLS_ANY, TLS_ANY, NULL, 0, TLS1_2_VERSION, "TLSv1.2", NULL,
			ERR_NONE },
		{ TLS_1_0, TLS_ANY, unsafe, TLS1_VERSION, TLS1_1_VERSION,
			"TLSv1.1", NULL, ERR_NONE },
		{ TLS_ANY, TLS_1_0, unsafe, TLS1_VERSION, TLS1_1_VERSION,
			"TLSv1", NULL, ERR_NONE },
		{ TLS_1_3, TLS_ANY, NULL, 0, TLS1_2_VERSION, NULL,
			"the server does not speak TLS 1.3 (try --tls-min 1.2)",
			ERR_TLS },
		{ TLS_ANY, TLS_1_2, NULL, TLS1_3_VERSION, 0, NULL,
			"the server does not speak TLS 1.2 (try without "
			"--tls-max)",
			ERR_TLS },
		{ TLS_ANY, TLS_1_1, NULL, 0, 0, NULL,
			"(versions as old as that want --ciphers "
			"DEFAULT@SECLEVEL=0)",
			ERR_TLS },
		{ TLS_1_3, TLS_1_2, NULL, 0, 0, NULL,
			"--tls-max 1.2 is below --tls-min 1.3", ERR_USAGE },
	};
	struct identity self = make_leaf("DNS:localhost", NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_config config = { .no_check = true,
			.min = cases[i].min,
			.max = cases[i].max,
			.ciphers = cases[i].ciphers };
		struct server s = { .act = ECHO_ONCE,
			.who = &self,
			.min = cases[i].from,
			.max = cases[i].to,
			.ciphers = cases[i].ciphers };
		struct transport *t;
		struct err err;

		if (cases[i].words) {
			check_failure(&s, &config, "localhost", cases[i].kind,
				cases[i].words);
			continue;
		}
		t = try(&s, &config, "localhost", &err);
		cr_assert(t, "%zu: %s", i, err.line);
		cr_assert_str_eq(t->secure, cases[i].version);
		check_echo(t);
		transport_free(t);
		stop(&s);
	}
	free_identity(&self);
}

Test(tls_offer, ciphers)
{
	static const struct {
		const char *list;
		enum tls_version max;
		const char *cipher;
	} cases[] = {
		{ "TLS_CHACHA20_POLY1305_SHA256", TLS_ANY,
			"TLS_CHACHA20_POLY1305_SHA256" },
		{ "ECDHE-ECDSA-AES128-GCM-SHA256", TLS_1_2,
			"ECDHE-ECDSA-AES128-GCM-SHA256" },
		{ "ECDHE-ECDSA-AES128-GCM-SHA256,TLS_AES_128_GCM_SHA256",
			TLS_ANY, "TLS_AES_128_GCM_SHA256" },
		{ "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
			TLS_1_2, "ECDHE-ECDSA-AES128-GCM-SHA256" },
		/* as RFC 5289 calls it */
		{ "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", TLS_1_2,
			"ECDHE-ECDSA-AES128-GCM-SHA256" },
		{ "@SECLEVEL=1", TLS_1_2, "ECDHE-ECDSA-AES256-GCM-SHA384" },
		{ "DEFAULT:!AESGCM", TLS_1_2, "ECDHE-ECDSA-CHACHA20-POLY1305" },
	};
	struct identity self = make_leaf("DNS:localhost", NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_config config = { .no_check = true,
			.ciphers = cases[i].list,
			.max = cases[i].max };
		struct server s = { .act = ECHO_ONCE, .who = &self };
		struct err err;
		struct transport *t = try(&s, &config, "localhost", &err);

		cr_assert(t, "%s: %s", cases[i].list, err.line);
		cr_assert_str_eq(t->cipher, cases[i].cipher);
		transport_free(t);
		stop(&s);
	}
	free_identity(&self);
}

Test(tls_offer, no_cipher_in_common)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true,
		.max = TLS_1_2,
		.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256" };
	struct server s = { .act = ECHO_ONCE,
		.who = &self,
		.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384" };

	check_failure(&s, &config, "localhost", ERR_TLS,
		"the server found no cipher, curve or signature that both "
		"sides take (try without --ciphers)");
	free_identity(&self);
}

Test(tls_offer, names_of_ciphers)
{
	static const struct {
		const char *list, *words; /* NULL: good */
	} cases[] = {
		{ "DEFAULT", NULL },
		{ "DEFAULT@SECLEVEL=0", NULL },
		{ "HIGH:!aNULL:-SHA1:+AES", NULL },
		{ "TLS_AES_256_GCM_SHA384", NULL },
		{ "ECDHE+AESGCM, TLS_AES_128_GCM_SHA256", NULL },
		{ "TLS_RSA_WITH_AES_128_CBC_SHA", NULL },
		{ "@STRENGTH", NULL },
		{ "", "--ciphers: no cipher is named" },
		{ ": ,", "no cipher is named" },
		{ "AES128-SHA:nonsense",
			"--ciphers: no cipher is called \"nonsense\" "
			"(`openssl ciphers` lists them)" },
		{ "TLS_NONSENSE", "called \"TLS_NONSENSE\"" },
		{ "TLS_AES_128_GCM_SHA256:x", "called \"x\"" },
		{ "HIGH:@NONSENSE", "called \"@NONSENSE\"" },
		{ "!HIGH:!MEDIUM:!LOW", "that leaves no cipher" },
	};
	char many[8000] = "", word[200];
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool ok = tls_check_ciphers("--ciphers", cases[i].list, &err);

		cr_assert(ok == !cases[i].words, "%s: %s", cases[i].list,
			ok ? "" : err.line);
		cr_assert(ok || err.kind == ERR_USAGE);
		cr_assert(
			ok || strstr(err.line, cases[i].words), "%s", err.line);
	}
	while (strlen(many) < sizeof(many) - 20)
		strcat(many, "AES128-SHA:");
	cr_assert(!tls_check_ciphers("--ciphers", many, &err));
	memset(word, 'a', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	cr_assert(!tls_check_ciphers("--ciphers", word, &err));
}

Test(tls_offer, names_of_pins)
{
	static const struct {
		const char *pin, *words; /* NULL: good */
	} cases[] = {
		{ "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			NULL },
		{ "", "--pin: a pin is sha256//BASE64, not \"\"" },
		{ "sha1//AAAA", "a pin is sha256//BASE64" },
		{ "key.pem", "a pin is sha256//BASE64, not \"key.pem\"" },
		{ "sha256//", "is not the base64 of a SHA-256" },
		{ "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
			"is not the base64 of a SHA-256 (44 characters)" },
		{ "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
			"is not the base64" },
		{ "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
			"is not the base64" },
		{ "sha256//-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
			"is not the base64" },
		{ "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;x",
			"is not the base64" },
	};
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool ok = tls_check_pin("--pin", cases[i].pin, &err);

		cr_assert(ok == !cases[i].words, "%s", cases[i].pin);
		cr_assert(ok || err.kind == ERR_USAGE);
		cr_assert(
			ok || strstr(err.line, cases[i].words), "%s", err.line);
	}
}

static void find_pin(void *arg, const char *line)
{
	const char *pin = strstr(line, "sha256//");
	char *out = arg;

	if (pin && !out[0])
		strcpy(out, pin);
}

/* Also where nothing else is verified. */
Test(tls_offer, a_pinned_key)
{
	static const char zero[] =
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = ECHO_ONCE, .who = &self };
	struct err err;
	struct transport *t = try(&s, &config, "localhost", &err);
	char pin[128] = "", words[256];

	cr_assert(t, "%s", err.line);
	tls_tell(t, find_pin, pin);
	transport_free(t);
	stop(&s);
	cr_assert(tls_check_pin("--pin", pin, &err), "%s", err.line);

	strings_add(&config.pins, zero);
	snprintf(words, sizeof(words),
		"cannot trust localhost: its key is not the pinned one (if it "
		"was changed, and you know by whom, try --pin %s)",
		pin);
	check_failure(&s, &config, "localhost", ERR_PIN, words);
	strings_add(&config.pins, pin);
	check_good(&self, NULL, &config, "localhost");
	/* A key that fits is no reason to trust. */
	config.no_check = false;
	check_refused(&self, &config, "localhost", "self-signed");
	strings_release(&config.pins);
	free_identity(&self);
}

static size_t lines_of(const char *path, char *first, size_t cap)
{
	FILE *f = fopen(path, "r");
	char line[1024];
	size_t n = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (n++ == 0)
			snprintf(first, cap, "%s", line);
	fclose(f);
	return n;
}

Test(tls_offer, the_key_log)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	char path[128], other[128], first[1024] = "";
	struct stat st;
	size_t n;

	snprintf(path, sizeof(path), "%s/keys", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	setenv("SSLKEYLOGFILE", other, 1);
	config.keylog = path;
	umask(0);
	check_good(&self, NULL, &config, "localhost");
	cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	n = lines_of(path, first, sizeof(first));
	cr_assert(n >= 4);
	cr_assert(strstr(first, "_SECRET ") || strstr(first, "CLIENT_RANDOM"));
	cr_assert(stat(other, &st) != 0, "the variable counts too");
	check_good(&self, NULL, &config, "localhost");
	cr_assert(lines_of(path, first, sizeof(first)) == 2 * n);
	config.keylog = NULL;
	check_good(&self, NULL, &config, "localhost");
	cr_assert(lines_of(other, first, sizeof(first)) == n);
	free_identity(&self);
}

Test(tls_offer, a_key_log_that_is_no_use)
{
	struct identity self = make_leaf("DNS:localhost", NULL);
	struct tls_config config = { .no_check = true };
	struct server s = { .act = SILENT, .who = &self };

	setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1);
	check_good(&self, NULL, &config, "localhost");
	setenv("SSLKEYLOGFILE", "", 1);
	check_good(&self, NULL, &config, "localhost");
	config.keylog = "/nonexistent/keys";
	check_failure(&s, &config, "localhost", ERR_OUTPUT,
		"cannot write the key log /nonexistent/keys: No such file");
	s.act = ECHO_ONCE;
	config.keylog = "/dev/full";
	check_failure(&s, &config, "localhost", ERR_OUTPUT,
		"cannot write the key log /dev/full: No space left on device");
	free_identity(&self);
}
