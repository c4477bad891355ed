#include "net/tls_fault.h"

#include "net/tls_offer.h"
#include "net/tls_words.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 400, OWN_SIZE = 330, NO_ALERT = -1 };

/* The content types of records, change_cipher_spec to application_data
 * (RFC 8446 5.1). */
enum { RECORD_FIRST = 20, RECORD_HANDSHAKE = 22, RECORD_LAST = 23 };

/* The alert that the peer has sent, from OpenSSL's error for it. */
static int alert_of(unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
			       reason >= SSL_AD_REASON_OFFSET &&
			       reason < SSL_AD_REASON_OFFSET + 256
		       ? reason - SSL_AD_REASON_OFFSET
		       : NO_ALERT;
}

/* What an alert says about our certificate; NULL: nothing. */
static const char *complaint(int alert)
{
	switch (alert) {
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_BAD_CERTIFICATE:
	case SSL_AD_CERTIFICATE_UNKNOWN:
		return "it does not say why";
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
		return "it does not take that kind";
	case SSL_AD_CERTIFICATE_REVOKED:
		return "it has been revoked";
	case SSL_AD_CERTIFICATE_EXPIRED:
		return "it is out of date";
	case SSL_AD_UNKNOWN_CA:
		return "it does not know the issuer";
	case SSL_AD_ACCESS_DENIED:
		return "access is denied";
	case SSL_AD_DECRYPT_ERROR:
		return "it cannot verify the signature";
	case SSL_AD_CERTIFICATE_REQUIRED:
		return "it is of no kind that was asked for";
	}
	return NULL;
}

/* "our certificate CN=me, issued by CN=CA", and when it expired if it did. */
static void own_words(char out[OWN_SIZE], const X509 *own)
{
	char subject[TLS_NAME_MAX], issuer[TLS_NAME_MAX], date[TLS_DATE_MAX];
	bool early = X509_cmp_current_time(X509_get0_notBefore(own)) > 0;
	bool late = X509_cmp_current_time(X509_get0_notAfter(own)) < 0;

	tls_name_words(subject, X509_get_subject_name(own));
	tls_name_words(issuer, X509_get_issuer_name(own));
	tls_date_words(date,
		early ? X509_get0_notBefore(own) : X509_get0_notAfter(own));
	snprintf(out, OWN_SIZE, "our certificate %s, issued by %s%s%s", subject,
		issuer,
		early  ? ", which is valid from "
		: late ? ", which expired on "
		       : "",
		early || late ? date : "");
}

/* Whether an alert is about our certificate or that there is none; out says
 * so. */
static bool refusal(char out[WORDS_SIZE], SSL *ssl, int alert)
{
	const char *why = complaint(alert);
	const X509 *own = SSL_get_certificate(ssl);
	char words[OWN_SIZE];

	if (!why)
		return false;
	if (!own) {
		snprintf(out, WORDS_SIZE,
			"the server asks for a client certificate (try "
			"--cert)");
		return true;
	}
	own_words(words, own);
	snprintf(out, WORDS_SIZE, "the %s did not accept %s: %s",
		SSL_is_server(ssl) ? "client" : "server", words, why);
	return true;
}

bool tls_fault_refused(struct err *err, SSL *ssl)
{
	char words[WORDS_SIZE];

	if (!refusal(words, ssl, alert_of(ERR_peek_error())))
		return false;
	err_set(err, ERR_CLIENT_CERTIFICATE, "connection lost: %s", words);
	return true;
}

void tls_fault_hung_up(struct err *err, SSL *ssl)
{
	const X509 *own = SSL_get_certificate(ssl);
	char words[OWN_SIZE];

	if (own)
		own_words(words, own);
	err_set(err, ERR_LOST,
		"connection lost: the server asked for a client certificate "
		"and hung up (%s%s)",
		own ? "it may not accept " : "try --cert", own ? words : "");
}

/* The first record has a type that TLS knows. */
static bool is_tls(const struct tls_stream *t)
{
	return t->opening_len == 0 ||
	       (t->opening[0] >= RECORD_FIRST && t->opening[0] <= RECORD_LAST);
}

/* The version of a ServerHello that we would not take; NULL: it was not
 * that. */
static const char *their_version(const struct tls_stream *t)
{
	static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1",
		"TLS 1.2" };

	if (t->opening_len < TLS_OPENING || t->opening[0] != RECORD_HANDSHAKE ||
		t->opening[5] != SSL3_MT_SERVER_HELLO || t->opening[9] != 3 ||
		t->opening[10] >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[t->opening[10]];
}

/* It took a version below ours. */
static void too_old(char out[WORDS_SIZE], const struct tls_fault *f)
{
	const char *theirs = their_version(f->stream);
	const char *number = theirs ? strchr(theirs, ' ') + 1 : NULL;
	enum tls_version lowest = tls_lowest(f->config);

	if (!theirs || theirs[0] != 'T')
		snprintf(out, WORDS_SIZE,
			"the server speaks only versions older than TLS %s",
			tls_version_words(lowest));
	else if (f->stream->opening[10] == 3)
		snprintf(out, WORDS_SIZE,
			"the server speaks %s at most (try --tls-min %s)",
			theirs, number);
	else
		snprintf(out, WORDS_SIZE,
			"the server speaks %s at most, which is not safe (try "
			"--tls-min %s --ciphers DEFAULT@SECLEVEL=0)",
			theirs, number);
}

/* It has none of ours, and doesn't say which it has. */
static void no_version(char out[WORDS_SIZE], const struct tls_fault *f)
{
	enum tls_version min = tls_lowest(f->config), max = f->config->max;

	if (max != TLS_ANY && max < TLS_1_3)
		snprintf(out, WORDS_SIZE,
			"the server does not speak TLS %s (try without "
			"--tls-max)",
			tls_version_words(max));
	else if (min > TLS_1_2)
		snprintf(out, WORDS_SIZE,
			"the server does not speak TLS %s (try --tls-min 1.2)",
			tls_version_words(min));
	else
		snprintf(out, WORDS_SIZE,
			"the server speaks no version from TLS %s on%s",
			tls_version_words(min),
			min == TLS_1_2
				? " (try --tls-min 1.0 --ciphers "
				  "DEFAULT@SECLEVEL=0, which is not safe)"
				: "");
}

/* An alert of the handshake that has something to be tried. */
static bool advice(char out[WORDS_SIZE], const struct tls_fault *f, int alert)
{
	switch (alert) {
	case SSL_AD_PROTOCOL_VERSION:
		no_version(out, f);
		return true;
	case SSL_AD_HANDSHAKE_FAILURE:
	case SSL_AD_INSUFFICIENT_SECURITY:
		snprintf(out, WORDS_SIZE,
			"the server found no cipher, curve or signature that "
			"both sides take%s",
			f->config->ciphers ? " (try without --ciphers)"
					   : " (try --tls-max 1.2 or "
					     "--ciphers)");
		return true;
	case SSL_AD_UNRECOGNIZED_NAME:
		snprintf(out, WORDS_SIZE,
			"the server does not know the name %.100s (try --sni)",
			f->name);
		return true;
	case SSL_AD_NO_APPLICATION_PROTOCOL:
		snprintf(out, WORDS_SIZE,
			"the server does not speak HTTP/1.1 there (maybe only "
			"HTTP/2, which wstap does not)");
		return true;
	}
	return false;
}

/* OpenSSL's own objections that have something to be tried. */
static bool objection(
	char out[WORDS_SIZE], const struct tls_fault *f, unsigned long error)
{
	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return false;
	switch (ERR_GET_REASON(error)) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
		too_old(out, f);
		return true;
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
	case SSL_R_NO_CIPHERS_AVAILABLE:
		snprintf(out, WORDS_SIZE,
			"OpenSSL finds nothing safe enough in what --tls-min, "
			"--tls-max and --ciphers allow (try --ciphers "
			"DEFAULT@SECLEVEL=0)");
		return true;
	case SSL_R_DH_KEY_TOO_SMALL:
	case SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED:
		snprintf(out, WORDS_SIZE,
			"%s, which is not safe (try --ciphers "
			"DEFAULT@SECLEVEL=0)",
			ERR_reason_error_string(error));
		return true;
	}
	return false;
}

/* What is wrong, where there is no alert and no error of OpenSSL's. */
static const char *silence(const struct tls_stream *t)
{
	if (!is_tls(t))
		return "the server does not speak TLS there (try ws://)";
	if (t->cause.kind)
		return t->cause.line;
	if (t->eof)
		return "the server closed the connection (if it does not speak "
		       "TLS there, try ws://)";
	return "unknown error";
}

static const char *words_for(unsigned long error)
{
	const char *why = error ? ERR_reason_error_string(error) : NULL;

	return why ? why : "unknown error";
}

void tls_fault_tell(struct err *err, const struct tls_fault *f)
{
	const struct tls_stream *t = f->stream;
	unsigned long error = ERR_peek_error();
	enum err_kind kind = ERR_TLS;
	int alert = alert_of(error);
	char words[WORDS_SIZE];

	if (!is_tls(t) || t->cause.kind || !error) {
		snprintf(words, sizeof(words), "%.*s", WORDS_SIZE - 1,
			silence(t));
		if (is_tls(t) && f->asked && (t->eof || t->cause.kind) &&
			!SSL_get_certificate(t->ssl))
			snprintf(words, sizeof(words),
				"the server asked for a client certificate and "
				"hung up (try --cert)");
	} else if (f->asked && refusal(words, t->ssl, alert)) {
		kind = ERR_CLIENT_CERTIFICATE;
	} else if (!advice(words, f, alert) && !objection(words, f, error)) {
		bool old = tls_lowest(f->config) < TLS_1_2;

		snprintf(words, sizeof(words), "%s%s", words_for(error),
			old && !f->config->ciphers
				? " (versions as old as that want --ciphers "
				  "DEFAULT@SECLEVEL=0)"
				: "");
	}
	err_set(err, kind, "TLS handshake with %s: %s", t->peer, words);
}

/* --- the server's end --- */

/* A method, and what can stand behind it. */
bool tls_fault_is_http(const struct tls_stream *t)
{
	size_t n = 0;

	while (n < t->opening_len && t->opening[n] >= 'A' &&
		t->opening[n] <= 'Z')
		n++;
	return n >= 3 && (n == t->opening_len || t->opening[n] == ' ');
}

/* The client's version is below ours, or it wants none of them. */
static void clients_version(
	char out[WORDS_SIZE], const struct tls_config *config)
{
	enum tls_version lowest = tls_lowest(config);

	snprintf(out, WORDS_SIZE,
		"the client speaks no version from TLS %s%s%s%s",
		tls_version_words(lowest),
		config->max == TLS_ANY ? " on" : " to ",
		config->max == TLS_ANY ? "" : tls_version_words(config->max),
		lowest > TLS_1_2         ? " (try --tls-min 1.2)"
		: config->max != TLS_ANY ? " (try without --tls-max)"
					 : " (try --tls-min 1.0 --ciphers "
					   "DEFAULT@SECLEVEL=0, which is not "
					   "safe)");
}

/* OpenSSL's objections to a client, or its to us. */
static bool clients_fault(char out[WORDS_SIZE], const struct tls_config *config,
	unsigned long error)
{
	const char *words = NULL;

	if (ERR_GET_LIB(error) != ERR_LIB_SSL)
		return false;
	switch (ERR_GET_REASON(error)) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
		clients_version(out, config);
		return true;
	case SSL_R_NO_SHARED_CIPHER:
		words = config->ciphers
				? "the client has none of these ciphers (try "
				  "without --ciphers)"
				: "the client has no cipher that fits this "
				  "certificate";
		break;
	case SSL_R_NO_APPLICATION_PROTOCOL:
		words = "the client does not want HTTP/1.1 (ALPN)";
		break;
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		words = "the client showed no certificate, and --ca demands "
			"one";
		break;
	}
	if (words)
		snprintf(out, WORDS_SIZE, "%s", words);
	return words != NULL;
}

/* A client that went without an alert. */
static const char *clients_silence(const struct tls_stream *t)
{
	if (tls_fault_is_http(t))
		return "it spoke plain HTTP: ws:// to a wss:// listener";
	if (!is_tls(t))
		return "the client does not speak TLS";
	if (t->cause.kind)
		return t->cause.line;
	if (t->eof && t->opening_len)
		return "the client closed the connection (it may not trust "
		       "our certificate)";
	return t->eof ? "the client closed the connection" : "unknown error";
}

void tls_fault_client(struct err *err, const struct tls_config *config,
	const struct tls_stream *t)
{
	unsigned long error = ERR_peek_error();
	char words[WORDS_SIZE];

	if (!is_tls(t) || t->cause.kind || !error)
		snprintf(words, sizeof(words), "%.*s", WORDS_SIZE - 1,
			clients_silence(t));
	else if (!clients_fault(words, config, error) &&
		 !refusal(words, t->ssl, alert_of(error)))
		snprintf(words, sizeof(words), "%s", words_for(error));
	err_set(err, ERR_TLS, "TLS handshake with %s: %s", t->peer, words);
}
