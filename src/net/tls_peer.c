#define _GNU_SOURCE

#include "net/tls_peer.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

static bool plain_host(
	char out[TLS_PEER_MAX], bool *is_address, const char *host)
{
	struct in6_addr any;
	size_t n = strlen(host), before_zone = strcspn(host, "%");

	*is_address = false;
	if (n == 0 || n >= TLS_PEER_MAX)
		return false;
	memcpy(out, host, before_zone);
	out[before_zone] = '\0';
	*is_address = inet_pton(AF_INET6, out, &any) == 1;
	if (*is_address)
		return true;
	memcpy(out, host, n + 1);
	*is_address = inet_pton(AF_INET, out, &any) == 1;
	if (out[n - 1] == '.')
		out[n - 1] = '\0';
	return true;
}

bool tls_expect(SSL *ssl, char name[TLS_PEER_MAX], const char *host, bool check,
	struct err *err)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	bool is_address, ok;

	ok = plain_host(name, &is_address, host) &&
	     (is_address || SSL_set_tlsext_host_name(ssl, name) == 1);
	if (ok && check) {
		X509_VERIFY_PARAM_set_hostflags(
			param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		ok = is_address ? X509_VERIFY_PARAM_set1_ip_asc(param, name)
				: X509_VERIFY_PARAM_set1_host(param, name, 0);
	}
	ERR_clear_error();
	return ok ||
	       err_set(err, ERR_TLS,
		       "TLS handshake with %.100s: that is no host name", host);
}
