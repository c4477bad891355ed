#define _GNU_SOURCE

#include "net/tls_client.h"

#include "net/tls_client_file.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* What was loaded last, where it can't be had again by reading. */
static struct tls_identity kept;
static char *kept_cert, *kept_key;

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void release(struct tls_identity *who)
{
	X509_free(who->cert);
	EVP_PKEY_free(who->key);
	sk_X509_pop_free(who->chain, X509_free);
	*who = (struct tls_identity){ 0 };
}

static void keep(const struct tls_config *config, struct tls_identity *who)
{
	release(&kept);
	free(kept_cert);
	free(kept_key);
	kept_cert = config->cert ? strdup(config->cert) : NULL;
	kept_key = config->key ? strdup(config->key) : NULL;
	kept = *who;
	*who = (struct tls_identity){ 0 };
}

static bool use(SSL_CTX *ctx, const struct tls_identity *who,
	const struct tls_config *config, struct err *err)
{
	const char *why;

	if (SSL_CTX_use_cert_and_key(ctx, who->cert, who->key, who->chain, 1) ==
		1)
		return true;
	why = ERR_reason_error_string(ERR_peek_error());
	err_set(err, ERR_CLIENT_CERTIFICATE,
		"cannot use the certificate %s: %s", config->cert,
		why ? why : "unknown error");
	ERR_clear_error();
	return false;
}

bool tls_client_load(
	SSL_CTX *ctx, const struct tls_config *config, struct err *err)
{
	struct tls_identity who = { 0 };
	bool ok;

	if (!config->cert && !config->key)
		return true;
	if (!config->cert)
		return err_set(err, ERR_CLIENT_CERTIFICATE,
			"the key %s is of no use without its certificate (try "
			"--cert FILE)",
			config->key);
	if (kept.cert && same(kept_cert, config->cert) &&
		same(kept_key, config->key))
		return !ctx || use(ctx, &kept, config, err);
	ok = tls_identity_read(&who, config, err) &&
	     (!ctx || use(ctx, &who, config, err));
	if (ok && who.only_once)
		keep(config, &who);
	release(&who);
	return ok;
}
