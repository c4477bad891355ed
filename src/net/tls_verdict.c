#define _GNU_SOURCE

#include "net/tls_verdict.h"

#include "base/buf.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

enum { NAME_MAX_SHOWN = 120, LIST_MAX_SHOWN = 200, DATE_MAX = 32 };

#define TRY_ANYWAY "(try -n to connect anyway)"
#define TRY_CA "(try --ca FILE with %s, or -n to connect anyway)"

/* "CN=Example CA,O=Example", cut where it is too long. */
static void name_of(char out[NAME_MAX_SHOWN], const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	int n = -1;

	if (b && X509_NAME_print_ex(b, name, 0,
			 XN_FLAG_RFC2253 &
				 ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0)
		n = BIO_read(b, out, NAME_MAX_SHOWN - 1);
	if (n <= 0)
		n = snprintf(out, NAME_MAX_SHOWN, "(no name)");
	out[n] = '\0';
	BIO_free(b);
}

static void date_of(char out[DATE_MAX], const ASN1_TIME *when)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm) != 1 ||
		strftime(out, DATE_MAX, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(out, DATE_MAX, "an unreadable date");
}

/* The text of a name that a certificate may be for; 0: not such a name. */
static int text_of(char out[NAME_MAX_SHOWN], const GENERAL_NAME *name)
{
	int type, len, family;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
	const unsigned char *data;

	if (type != GEN_DNS && type != GEN_IPADD)
		return 0;
	data = ASN1_STRING_get0_data(value);
	len = ASN1_STRING_length(value);
	if (type == GEN_DNS)
		return len <= 0 || len >= NAME_MAX_SHOWN
			       ? 0
			       : snprintf(out, NAME_MAX_SHOWN, "%.*s", len,
					 (const char *)data);
	family = len == 4 ? AF_INET : len == 16 ? AF_INET6 : AF_UNSPEC;
	if (!inet_ntop(family, data, out, NAME_MAX_SHOWN))
		return 0;
	return (int)strlen(out);
}

/* "a.example, b.example, 192.0.2.1"; the subject where there are none. */
static void names_of(char out[LIST_MAX_SHOWN], const X509 *cert)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	char text[NAME_MAX_SHOWN];
	struct buf b;

	buf_init(&b, out, LIST_MAX_SHOWN - sizeof(", ..."));
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		int n = text_of(text, sk_GENERAL_NAME_value(names, i));

		if (n <= 0)
			continue;
		if (buf_room(&b) < (size_t)n + 2) {
			b.cap = LIST_MAX_SHOWN;
			buf_put(&b, ", ...", 5);
			break;
		}
		if (buf_len(&b))
			buf_put(&b, ", ", 2);
		buf_put(&b, text, (size_t)n);
	}
	if (buf_len(&b) == 0) {
		name_of(text, X509_get_subject_name(cert));
		buf_put(&b, text, strlen(text));
	}
	out[buf_len(&b)] = '\0';
	GENERAL_NAMES_free(names);
}

static void unknown_issuer(struct err *err, const char *host, const X509 *cert)
{
	char issuer[NAME_MAX_SHOWN];

	name_of(issuer, X509_get_issuer_name(cert));
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: its certificate was issued by %s, which is "
		"not known here " TRY_CA,
		host, issuer, "the issuer's certificate");
}

static void self_signed(struct err *err, const char *host, const X509 *cert)
{
	char subject[NAME_MAX_SHOWN];

	name_of(subject, X509_get_subject_name(cert));
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: its certificate is self-signed, by "
		"%s " TRY_CA,
		host, subject, "that certificate");
}

static void wrong_name(struct err *err, const char *host, const X509 *cert)
{
	char names[LIST_MAX_SHOWN];

	names_of(names, cert);
	err_set(err, ERR_CERTIFICATE,
		"cannot trust %s: its certificate is for %s " TRY_ANYWAY, host,
		names);
}

static void out_of_date(struct err *err, const char *host, const X509 *cert,
	int depth, bool expired)
{
	char subject[NAME_MAX_SHOWN], date[DATE_MAX];

	name_of(subject, X509_get_subject_name(cert));
	date_of(date,
		expired ? X509_get0_notAfter(cert) : X509_get0_notBefore(cert));
	err_set(err, ERR_CERTIFICATE, "cannot trust %s: %s%s %s %s " TRY_ANYWAY,
		host,
		depth ? "the certificate of its issuer " : "its certificate",
		depth ? subject : "", expired ? "expired on" : "is valid from",
		date);
}

void tls_verdict(struct err *err, const char *host, X509_STORE_CTX *ctx)
{
	int error = X509_STORE_CTX_get_error(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	const X509 *cert = X509_STORE_CTX_get_current_cert(ctx);

	if (!cert)
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
	default:
		err_set(err, ERR_CERTIFICATE, "cannot trust %s: %s " TRY_ANYWAY,
			host,
			X509_verify_cert_error_string(
				X509_STORE_CTX_get_error(ctx)));
	}
}
