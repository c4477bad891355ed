#define _GNU_SOURCE

#include "net/tls_trust.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An encrypted certificate is no certificate: never ask at the terminal. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/* Adds all certificates of f; *n of them. False: ferror(), or OpenSSL's
 * queue says why. */
static bool add_all(X509_STORE *store, FILE *f, size_t *n)
{
	bool ok = true;
	X509 *cert;

	*n = 0;
	while (ok && (cert = PEM_read_X509_AUX(f, NULL, no_passphrase, NULL))) {
		ok = X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
		*n += ok;
	}
	return ok && !ferror(f) &&
	       ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

bool tls_trust_file(SSL_CTX *ctx, const char *file, struct err *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	FILE *f = fopen(file, "re");
	bool complete, ok = false;
	size_t n;

	if (!f)
		return err_set(err, ERR_CA_FILE,
			"cannot read the CA file %s: %s", file,
			strerror(errno));
	ERR_clear_error();
	errno = 0;
	complete = add_all(store, f, &n);
	if (ferror(f)) {
		err_set(err, ERR_CA_FILE, "cannot read the CA file %s: %s",
			file, strerror(errno));
	} else if (!complete) {
		const char *why = ERR_reason_error_string(ERR_peek_error());

		err_set(err, ERR_CA_FILE,
			"cannot read the CA file %s: certificate %zu: %s", file,
			n + 1, why ? why : "it is broken");
	} else if (n == 0) {
		err_set(err, ERR_CA_FILE,
			"cannot use the CA file %s: there is no certificate in "
			"it (PEM is what it takes)",
			file);
	} else {
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
		ok = true;
	}
	ERR_clear_error();
	fclose(f);
	return ok;
}

static const char *setting(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return value ? value : otherwise;
}

static void add_bundle(X509_STORE *store)
{
	X509_LOOKUP *file = X509_STORE_add_lookup(store, X509_LOOKUP_file());

	if (file)
		X509_load_cert_crl_file(file,
			setting(X509_get_default_cert_file_env(),
				X509_get_default_cert_file()),
			X509_FILETYPE_PEM);
	ERR_clear_error();
}

/* Verifies what ctx is to verify in a context of its own, because a context
 * can be used only once and has the callback that notes what failed. */
static bool directory_is_enough(X509_STORE_CTX *ctx)
{
	X509_STORE_CTX *trial = X509_STORE_CTX_new();
	bool ok = trial &&
		  X509_STORE_CTX_init(trial, X509_STORE_CTX_get0_store(ctx),
			  X509_STORE_CTX_get0_cert(ctx),
			  X509_STORE_CTX_get0_untrusted(ctx)) == 1 &&
		  X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(trial),
			  X509_STORE_CTX_get0_param(ctx)) == 1 &&
		  X509_verify_cert(trial) == 1;

	X509_STORE_CTX_free(trial);
	ERR_clear_error();
	return ok;
}

/* The whole chain first with the directory alone: a look-up that reads the
 * bundle at the first issuer not found would read it for each server that
 * sends an intermediate certificate, as OpenSSL looks for a trusted issuer
 * before it takes what the server sent. */
static int verify(X509_STORE_CTX *ctx, void *arg)
{
	(void)arg;
	if (directory_is_enough(ctx)) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	add_bundle(X509_STORE_CTX_get0_store(ctx));
	return X509_verify_cert(ctx);
}

void tls_trust_system(SSL_CTX *ctx)
{
	X509_LOOKUP *dir = X509_STORE_add_lookup(
		SSL_CTX_get_cert_store(ctx), X509_LOOKUP_hash_dir());

	if (dir)
		X509_LOOKUP_add_dir(dir,
			setting(X509_get_default_cert_dir_env(),
				X509_get_default_cert_dir()),
			X509_FILETYPE_PEM);
	ERR_clear_error();
	SSL_CTX_set_cert_verify_callback(ctx, verify, NULL);
}
