#include "net/tls_offer.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 2048, CIPHER_MAX = 128 };

static const struct version {
	const char *words;
	int number;
} versions[] = {
	[TLS_1_0] = { "1.0", TLS1_VERSION },
	[TLS_1_1] = { "1.1", TLS1_1_VERSION },
	[TLS_1_2] = { "1.2", TLS1_2_VERSION },
	[TLS_1_3] = { "1.3", TLS1_3_VERSION },
};

const char *tls_version_words(enum tls_version version)
{
	assert(version != TLS_ANY);
	return versions[version].words;
}

/* Who asks for an old version at most wants it. */
enum tls_version tls_lowest(const struct tls_config *config)
{
	if (config->min != TLS_ANY)
		return config->min;
	return config->max != TLS_ANY && config->max < TLS_1_2 ? config->max
							       : TLS_1_2;
}

static bool offer_versions(
	SSL_CTX *ctx, const struct tls_config *config, struct err *err)
{
	enum tls_version min = tls_lowest(config), max = config->max;

	if (max != TLS_ANY && max < min)
		return err_set(err, ERR_USAGE,
			"--tls-max %s is below --tls-min %s",
			versions[max].words, versions[min].words);
	if (SSL_CTX_set_min_proto_version(ctx, versions[min].number) == 1 &&
		(max == TLS_ANY || SSL_CTX_set_max_proto_version(
					   ctx, versions[max].number) == 1))
		return true;
	return err_set(err, ERR_TLS, "TLS: OpenSSL here lacks TLS %s",
		versions[max == TLS_ANY ? min : max].words);
}

/* A list of names, cut in two as OpenSSL wants it. */
struct ciphers {
	char old[LIST_MAX], tls13[LIST_MAX];
};

static bool append(char list[LIST_MAX], const char *name)
{
	size_t used = strlen(list), n = strlen(name);

	if (used + n + 2 > LIST_MAX)
		return false;
	if (used)
		list[used++] = ':';
	memcpy(list + used, name, n + 1);
	return true;
}

/* A name of TLS 1.2 as the RFCs have it, in OpenSSL's words. */
static const char *in_openssls_words(const char *name)
{
	const char *own = OPENSSL_cipher_name(name);

	return strncmp(name, "TLS_", 4) == 0 && own[0] != '(' ? own : name;
}

/* Tries a name, or a command as "@SECLEVEL=1". What is taken away ("!RC4") may
 * be nothing that this OpenSSL has. */
static bool is_old_cipher(SSL_CTX *ctx, const char *name)
{
	char list[CIPHER_MAX + sizeof("ALL")];

	if (name[0] == '!' || name[0] == '-')
		return true;
	snprintf(list, sizeof(list), "%s%s", name[0] == '@' ? "ALL" : "",
		name + (name[0] == '+'));
	return SSL_CTX_set_cipher_list(ctx, list) == 1;
}

static bool add_cipher(SSL_CTX *ctx, struct ciphers *c, const char *name)
{
	const char *own = in_openssls_words(name);

	if (strncmp(own, "TLS_", 4) == 0)
		return SSL_CTX_set_ciphersuites(ctx, own) == 1 &&
		       append(c->tls13, own);
	/* A command alone has nothing to work on. */
	if (own[0] == '@' && !c->old[0])
		append(c->old, "DEFAULT");
	return is_old_cipher(ctx, own) && append(c->old, own);
}

/* Sorts list into c; false: ERR_USAGE. */
static bool sort_ciphers(SSL_CTX *ctx, struct ciphers *c, const char *what,
	const char *list, struct err *err)
{
	static const char separators[] = ":, ;";
	char name[CIPHER_MAX];

	c->old[0] = c->tls13[0] = '\0';
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, separators);

		if (n && n < sizeof(name)) {
			memcpy(name, p, n);
			name[n] = '\0';
		}
		if (n && (n >= sizeof(name) || !add_cipher(ctx, c, name)))
			return err_set(err, ERR_USAGE,
				"%s: no cipher is called \"%.*s\" (`openssl "
				"ciphers` lists them)",
				what, n < 64 ? (int)n : 64, p);
		p += n;
		p += strspn(p, separators);
	}
	if (c->old[0] || c->tls13[0])
		return true;
	return err_set(err, ERR_USAGE,
		"%s: no cipher is named (`openssl ciphers` lists them)", what);
}

static bool offer_ciphers(
	SSL_CTX *ctx, const char *what, const char *list, struct err *err)
{
	struct ciphers c;
	bool ok = sort_ciphers(ctx, &c, what, list, err);

	if (ok && ((c.old[0] && SSL_CTX_set_cipher_list(ctx, c.old) != 1) ||
			  (c.tls13[0] &&
				  SSL_CTX_set_ciphersuites(ctx, c.tls13) != 1)))
		ok = err_set(err, ERR_USAGE,
			"%s: %.200s: that leaves no cipher", what, list);
	ERR_clear_error();
	return ok;
}

static const unsigned char alpn[] = "\x08http/1.1";

bool tls_offer(SSL_CTX *ctx, const struct tls_config *config, struct err *err)
{
	if (SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1) != 0)
		return err_set(err, ERR_TLS, "TLS: out of memory");
	if (!offer_versions(ctx, config, err))
		return false;
	return !config->ciphers ||
	       offer_ciphers(ctx, "--ciphers", config->ciphers, err);
}

/* OpenSSL's question which of a client's protocols we take. */
static int choose_protocol(SSL *ssl, const unsigned char **out,
	unsigned char *len, const unsigned char *offered, unsigned int n,
	void *arg)
{
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, len, alpn, sizeof(alpn) - 1, offered,
		    n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

void tls_choose(SSL_CTX *ctx)
{
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
}

bool tls_check_ciphers(const char *what, const char *value, struct err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool ok = ctx ? offer_ciphers(ctx, what, value, err)
		      : err_set(err, ERR_TLS, "TLS: out of memory");

	SSL_CTX_free(ctx);
	return ok;
}
