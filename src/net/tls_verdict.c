#include "net/tls_verdict.h"

#include "net/tls_words.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

enum { NAMES_MAX = 200 };

#define TRY_ANYWAY "(try -n to connect anyway)"
#define TRY_CA "(try --ca FILE with %s, or -n to connect anyway)"

static void unknown_issuer(struct err *err, const char *host, const X509 *cert)
{
	char issuer[TLS_NAME_MAX];

	tls_name_words(issuer, X509_get_issuer_name(cert));
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: its certificate was issued by %s, which is "
		"not known here " TRY_CA,
		host, issuer, "the issuer's certificate");
}

static void self_signed(struct err *err, const char *host, const X509 *cert)
{
	char subject[TLS_NAME_MAX];

	tls_name_words(subject, X509_get_subject_name(cert));
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: its certificate is self-signed, by "
		"%s " TRY_CA,
		host, subject, "that certificate");
}

static void wrong_name(struct err *err, const char *host, const X509 *cert)
{
	char names[NAMES_MAX];

	tls_names_words(names, sizeof(names), cert);
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: its certificate is for %s " TRY_ANYWAY, host,
		names);
}

static void out_of_date(struct err *err, const char *host, const X509 *cert,
	int depth, bool expired)
{
	char subject[TLS_NAME_MAX], date[TLS_DATE_MAX];

	tls_name_words(subject, X509_get_subject_name(cert));
	tls_date_words(date,
		expired ? X509_get0_notAfter(cert) : X509_get0_notBefore(cert));
	err_set(err, ERR_CERTIFICATE, "cannot trust %s: %s%s %s %s " TRY_ANYWAY,
		host,
		depth ? "the certificate of its issuer " : "its certificate",
		depth ? subject : "", expired ? "expired on" : "is valid from",
		date);
}

static void revoked(struct err *err, const char *host, const X509 *cert,
	int depth, X509_CRL *crl)
{
	char subject[TLS_NAME_MAX], date[TLS_DATE_MAX] = "an unknown date";
	X509_REVOKED *entry = NULL;

	tls_name_words(subject, X509_get_subject_name(cert));
	if (crl && X509_CRL_get0_by_serial(
			   crl, &entry, X509_get0_serialNumber(cert)) != 0)
		tls_date_words(date, X509_REVOKED_get0_revocationDate(entry));
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: %s%s was revoked on %s " TRY_ANYWAY, host,
		depth ? "the certificate of its issuer " : "its certificate",
		depth ? subject : "", date);
}

static void stale_list(struct err *err, const char *host, const X509_CRL *crl)
{
	char issuer[TLS_NAME_MAX], date[TLS_DATE_MAX];

	tls_name_words(issuer, X509_CRL_get_issuer(crl));
	tls_date_words(date, X509_CRL_get0_nextUpdate(crl));
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: the revocation list (CRL) of %s expired on "
		"%s (try a newer one in --ca or --capath)",
		host, issuer, date);
}

static void too_weak(struct err *err, const char *host, int error)
{
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: %s (try --ciphers DEFAULT@SECLEVEL=0, or -n "
		"to connect anyway)",
		host, X509_verify_cert_error_string(error));
}

void tls_verdict(struct err *err, const char *host, X509_STORE_CTX *ctx)
{
	int error = X509_STORE_CTX_get_error(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	const X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);

	if (!cert || (error == X509_V_ERR_CRL_HAS_EXPIRED && !crl))
		error = -1;
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		out_of_date(err, host, cert, depth,
			error == X509_V_ERR_CERT_HAS_EXPIRED);
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		wrong_name(err, host, cert);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		self_signed(err, host, cert);
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		unknown_issuer(err, host, cert);
		break;
	case X509_V_ERR_CERT_REVOKED:
		revoked(err, host, cert, depth, crl);
		break;
	case X509_V_ERR_CRL_HAS_EXPIRED:
		stale_list(err, host, crl);
		break;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		too_weak(err, host, error);
		break;
	default:
		err_set(err, ERR_CERTIFICATE, "cannot trust %s: %s " TRY_ANYWAY,
			host,
			X509_verify_cert_error_string(
				X509_STORE_CTX_get_error(ctx)));
	}
}
