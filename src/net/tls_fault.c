#include "net/tls_fault.h"

#include "net/tls_offer.h"
#include "net/tls_words.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

enum { WORDS_SIZE = 400, OWN_SIZE = 330, NO_ALERT = -1 };

/* The content types of records, change_cipher_spec to application_data
 * (RFC 8446 5.1). */
enum { RECORD_FIRST = 20, RECORD_HANDSHAKE = 22, RECORD_LAST = 23 };

/* The alert that the server has sent, from OpenSSL's error for it. */
static int alert_of(unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
			       reason >= SSL_AD_REASON_OFFSET &&
			       reason < SSL_AD_REASON_OFFSET + 256
		       ? reason - SSL_AD_REASON_OFFSET
		       : NO_ALERT;
}

/* What an alert says about a client's certificate; NULL: nothing. */
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
		return "it is of no kind that the server asked for";
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
	snprintf(out, WORDS_SIZE, "the server did not accept %s: %s", words,
		why);
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
static bool is_tls(const struct tls_fault *f)
{
	return f->sent_len == 0 ||
	       (f->sent[0] >= RECORD_FIRST && f->sent[0] <= RECORD_LAST);
}

/* The version of a ServerHello that we would not take; NULL: it was not
 * that. */
static const char *their_version(const struct tls_fault *f)
{
	static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1",
		"TLS 1.2" };

	if (f->sent_len < TLS_OPENING || f->sent[0] != RECORD_HANDSHAKE ||
		f->sent[5] != SSL3_MT_SERVER_HELLO || f->sent[9] != 3 ||
		f->sent[10] >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[f->sent[10]];
}

/* It took a version below ours. */
static void too_old(char out[WORDS_SIZE], const struct tls_fault *f)
{
	const char *theirs = their_version(f);
	const char *number = theirs ? strchr(theirs, ' ') + 1 : NULL;
	enum tls_version lowest = tls_lowest(f->config);

	if (!theirs || theirs[0] != 'T')
		snprintf(out, WORDS_SIZE,
			"the server speaks only versions older than TLS %s",
			tls_version_words(lowest));
	else if (f->sent[10] == 3)
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
static const char *silence(const struct tls_fault *f)
{
	if (!is_tls(f))
		return "the server does not speak TLS there (try ws://)";
	if (f->lower)
		return f->lower;
	if (f->ended)
		return "the server closed the connection (if it does not speak "
		       "TLS there, try ws://)";
	return "unknown error";
}

void tls_fault_tell(struct err *err, const struct tls_fault *f)
{
	unsigned long error = ERR_peek_error();
	const char *why = error ? ERR_reason_error_string(error) : NULL;
	enum err_kind kind = ERR_TLS;
	int alert = alert_of(error);
	char words[WORDS_SIZE];

	if (!is_tls(f) || f->lower || !error) {
		snprintf(words, sizeof(words), "%s", silence(f));
		if (is_tls(f) && f->asked && (f->ended || f->lower) &&
			!SSL_get_certificate(f->ssl))
			snprintf(words, sizeof(words),
				"the server asked for a client certificate and "
				"hung up (try --cert)");
	} else if (f->asked && refusal(words, f->ssl, alert)) {
		kind = ERR_CLIENT_CERTIFICATE;
	} else if (!advice(words, f, alert) && !objection(words, f, error)) {
		bool old = tls_lowest(f->config) < TLS_1_2;

		snprintf(words, sizeof(words), "%s%s",
			why ? why : "unknown error",
			old && !f->config->ciphers
				? " (versions as old as that want --ciphers "
				  "DEFAULT@SECLEVEL=0)"
				: "");
	}
	err_set(err, kind, "TLS handshake with %s: %s", f->host, words);
}
