#define _GNU_SOURCE

#include "net/tls_trust.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a PEM file had in it. */
struct found {
	size_t certificates, lists;
	bool list;       /* the last one was a CRL */
	const char *why; /* it can't be used; NULL: ask OpenSSL */
};

static bool add_certificate(
	X509_STORE *store, const unsigned char *data, long len)
{
	X509 *cert = d2i_X509_AUX(NULL, &data, len);
	bool ok = cert && X509_STORE_add_cert(store, cert) == 1;

	X509_free(cert);
	return ok;
}

static bool add_list(X509_STORE *store, const unsigned char *data, long len)
{
	X509_CRL *crl = d2i_X509_CRL(NULL, &data, len);
	bool ok = crl && X509_STORE_add_crl(store, crl) == 1;

	X509_CRL_free(crl);
	return ok;
}

/* One PEM block: what is no certificate and no CRL is passed over. */
static bool add_block(X509_STORE *store, struct found *found, const char *name,
	const char *header, const unsigned char *data, long len)
{
	bool list = strcmp(name, PEM_STRING_X509_CRL) == 0;

	if (!list && strcmp(name, PEM_STRING_X509) != 0 &&
		strcmp(name, PEM_STRING_X509_OLD) != 0 &&
		strcmp(name, PEM_STRING_X509_TRUSTED) != 0)
		return true;
	found->list = list;
	*(list ? &found->lists : &found->certificates) += 1;
	if (header[0]) {
		found->why = "it is encrypted";
		return false;
	}
	return list ? add_list(store, data, len)
		    : add_certificate(store, data, len);
}

/* Adds all that f has. False: ferror(), found.why or OpenSSL's queue says
 * why. */
static bool add_all(X509_STORE *store, FILE *f, struct found *found)
{
	char *name, *header;
	unsigned char *data;
	bool ok = true;
	long len;

	*found = (struct found){ 0 };
	while (ok && PEM_read(f, &name, &header, &data, &len) == 1) {
		ok = add_block(store, found, name, header, data, len);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	if (!ok || ferror(f))
		return false;
	if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
		return true;
	found->list = false;
	found->certificates++;
	return false;
}

static bool trust_file(
	X509_STORE *store, const char *file, bool lists_only, struct err *err)
{
	FILE *f = fopen(file, "re");
	struct found found;
	bool complete, ok = false;

	if (!f)
		return err_set(err, ERR_CA_FILE,
			"cannot read the CA file %s: %s", file,
			strerror(errno));
	ERR_clear_error();
	errno = 0;
	complete = add_all(store, f, &found);
	if (ferror(f)) {
		err_set(err, ERR_CA_FILE, "cannot read the CA file %s: %s",
			file, strerror(errno));
	} else if (!complete) {
		const char *why = ERR_reason_error_string(ERR_peek_error());

		if (found.why)
			why = found.why;
		err_set(err, ERR_CA_FILE,
			"cannot read the CA file %s: %s %zu: %s", file,
			found.list ? "CRL" : "certificate",
			found.list ? found.lists : found.certificates,
			why ? why : "it is broken");
	} else if (found.certificates == 0 && !(lists_only && found.lists)) {
		err_set(err, ERR_CA_FILE,
			"cannot use the CA file %s: there is no certificate in "
			"it (PEM is what it takes)",
			file);
	} else {
		ok = true;
	}
	if (found.lists)
		X509_STORE_set_flags(store,
			X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	ERR_clear_error();
	fclose(f);
	return ok;
}

/* "0123abcd.0", "0123abcd.r0": what look-ups ask for. */
static bool is_hashed(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	       name[9] != '\0';
}

static bool trust_dir(X509_STORE *store, const char *path, struct err *err)
{
	X509_LOOKUP *lookup;
	DIR *d = opendir(path);
	const struct dirent *entry;

	if (!d)
		return err_set(err, ERR_CA_FILE,
			"cannot read the CA directory %s: %s", path,
			strerror(errno));
	do
		entry = readdir(d);
	while (entry && !is_hashed(entry->d_name));
	closedir(d);
	if (!entry)
		return err_set(err, ERR_CA_FILE,
			"cannot use the CA directory %s: no file in it has a "
			"hash for a name (try: openssl rehash %s)",
			path, path);
	lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
	if (!lookup || !X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM))
		return err_set(err, ERR_CA_FILE,
			"cannot use the CA directory %s: out of memory", path);
	/* Whether it has CRLs shows only when one is looked for. */
	X509_STORE_set_flags(
		store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	return true;
}

bool tls_trust_given(
	SSL_CTX *ctx, const char *file, const char *dir, struct err *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);

	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return (!file || trust_file(store, file, dir != NULL, err)) &&
	       (!dir || trust_dir(store, dir, err));
}

bool tls_trust_overlooks(X509_STORE_CTX *ctx)
{
	if (X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNABLE_TO_GET_CRL)
		return false;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return true;
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
