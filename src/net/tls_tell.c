#include "net/tls_tell.h"

#include "net/tls_pin.h"
#include "net/tls_words.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE = 512, NAMES_SIZE = 400, CHAIN_MAX = 8, WORDS_SIZE = 64 };

struct teller {
	void (*say)(void *arg, const char *line);
	void *arg;
};

static void tell(const struct teller *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(const struct teller *t, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	t->say(t->arg, line);
}

/* "X25519", "prime256v1", "RSA, 2048 bits". */
static void key_words(char out[WORDS_SIZE], const EVP_PKEY *key)
{
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;
	size_t n;

	if (!type)
		type = "unknown";
	if (key && EVP_PKEY_get_group_name(key, out, WORDS_SIZE, &n) == 1)
		return;
	if (!key || EVP_PKEY_is_a(key, "X25519") ||
		EVP_PKEY_is_a(key, "X448") || EVP_PKEY_is_a(key, "ED25519") ||
		EVP_PKEY_is_a(key, "ED448"))
		snprintf(out, WORDS_SIZE, "%s", type);
	else
		snprintf(out, WORDS_SIZE, "%s, %d bits", type,
			EVP_PKEY_get_bits(key));
}

/* A server of TLS 1.2 has forgotten the client's key by now, not its group. */
static void exchange_words(char out[WORDS_SIZE], SSL *ssl)
{
	EVP_PKEY *key = NULL;
	long group = SSL_get_negotiated_group(ssl);
	const char *name = group > 0 && !(group & TLSEXT_nid_unknown)
				   ? OBJ_nid2sn((int)group)
				   : NULL;

	if (SSL_get_peer_tmp_key(ssl, &key) == 1)
		key_words(out, key);
	else
		snprintf(out, WORDS_SIZE, "%s", name ? name : "RSA");
	EVP_PKEY_free(key);
}

static void tell_terms(const struct teller *t, SSL *ssl)
{
	char exchange[WORDS_SIZE];
	const unsigned char *alpn;
	unsigned n;

	exchange_words(exchange, ssl);
	SSL_get0_alpn_selected(ssl, &alpn, &n);
	tell(t, "%s, %s, key exchange %s, ALPN %.*s%s", SSL_get_version(ssl),
		SSL_get_cipher_name(ssl), exchange, (int)n,
		n ? (const char *)alpn : "", n ? "" : "none");
}

static void tell_certificate(const struct teller *t, int i, const X509 *cert)
{
	char subject[TLS_NAME_MAX], issuer[TLS_NAME_MAX], names[NAMES_SIZE];
	char from[TLS_DATE_MAX], to[TLS_DATE_MAX], pin[TLS_PIN_SIZE];
	char key[WORDS_SIZE];

	tls_name_words(subject, X509_get_subject_name(cert));
	tls_name_words(issuer, X509_get_issuer_name(cert));
	tls_date_words(from, X509_get0_notBefore(cert));
	tls_date_words(to, X509_get0_notAfter(cert));
	key_words(key, X509_get0_pubkey(cert));
	tell(t, "certificate %d: %s", i + 1, subject);
	tell(t, "  issued by %s", issuer);
	if (i == 0) {
		tls_names_words(names, sizeof(names), cert);
		tell(t, "  for %s", names);
	}
	tell(t, "  valid from %s to %s", from, to);
	tell(t, "  key %s", key);
	if (tls_pin_words(pin, cert))
		tell(t, "  pin %s", pin);
}

/* The peer's own certificate is in its chain only at a client. */
static void tell_peer(const struct teller *t, SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	const X509 *own =
		SSL_is_server(ssl) ? SSL_get0_peer_certificate(ssl) : NULL;
	int n = sk_X509_num(chain), before = own != NULL;

	if (own)
		tell_certificate(t, 0, own);
	for (int i = 0; i < n && i + before < CHAIN_MAX; i++)
		tell_certificate(t, i + before, sk_X509_value(chain, i));
	if (n + before > CHAIN_MAX)
		tell(t, "and %d more certificates", n + before - CHAIN_MAX);
}

void tls_tell_session(
	SSL *ssl, void (*say)(void *arg, const char *line), void *arg)
{
	const struct teller t = { say, arg };
	const char *name = NULL;

	if (SSL_is_server(ssl))
		name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	tell_terms(&t, ssl);
	if (name)
		tell(&t, "asked for as %s", name);
	tell_peer(&t, ssl);
	if (!SSL_is_server(ssl) && SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE)
		tell(&t, "none of them was verified (-n)");
}
