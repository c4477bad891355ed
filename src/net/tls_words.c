#define _GNU_SOURCE

#include "net/tls_words.h"

#include "base/buf.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

static const char more[] = ", ...";

void tls_name_words(char out[TLS_NAME_MAX], const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	int n = -1;

	if (b && X509_NAME_print_ex(b, name, 0,
			 XN_FLAG_RFC2253 &
				 ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0)
		n = BIO_read(b, out, TLS_NAME_MAX - 1);
	if (n <= 0)
		n = snprintf(out, TLS_NAME_MAX, "(no name)");
	out[n] = '\0';
	BIO_free(b);
}

void tls_date_words(char out[TLS_DATE_MAX], const ASN1_TIME *when)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm) != 1 ||
		strftime(out, TLS_DATE_MAX, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0)
		snprintf(out, TLS_DATE_MAX, "an unreadable date");
}

/* The text of a name that a certificate may be for; 0: not such a name. */
static size_t text_of(char out[TLS_NAME_MAX], const GENERAL_NAME *name)
{
	int type, len, family;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
	const unsigned char *data;

	if (type != GEN_DNS && type != GEN_IPADD)
		return 0;
	data = ASN1_STRING_get0_data(value);
	len = ASN1_STRING_length(value);
	if (type == GEN_DNS) {
		if (len <= 0 || len >= TLS_NAME_MAX)
			return 0;
		memcpy(out, data, (size_t)len);
		out[len] = '\0';
		return strlen(out);
	}
	family = len == 4 ? AF_INET : len == 16 ? AF_INET6 : AF_UNSPEC;
	if (!inet_ntop(family, data, out, TLS_NAME_MAX))
		return 0;
	return strlen(out);
}

void tls_names_words(char *out, size_t cap, const X509 *cert)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	char text[TLS_NAME_MAX];
	struct buf b;

	assert(cap >= TLS_NAMES_MIN);
	buf_init(&b, out, cap - sizeof(more));
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		size_t n = text_of(text, sk_GENERAL_NAME_value(names, i));

		if (n == 0)
			continue;
		if (buf_room(&b) < n + 2) {
			b.cap = cap;
			buf_put(&b, more, sizeof(more) - 1);
			break;
		}
		if (buf_len(&b))
			buf_put(&b, ", ", 2);
		buf_put(&b, text, n);
	}
	if (buf_len(&b) == 0) {
		tls_name_words(text, X509_get_subject_name(cert));
		b.cap = cap - 1;
		buf_put(&b, text, strlen(text));
	}
	out[buf_len(&b)] = '\0';
	GENERAL_NAMES_free(names);
}
