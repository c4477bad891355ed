#ifndef WSTAP_NET_TLS_PEER_H
#define WSTAP_NET_TLS_PEER_H

#include "base/err.h"

/* Whom we expect at the other end. */
struct ssl_st;

enum { TLS_PEER_MAX = 256 };

/* Asks for host, where it is a name and no address, and with check has the
 * certificate verified against it. name is host as certificates have it: no
 * dot at the end of a name, no zone on an address. false: ERR_TLS. */
bool tls_expect(struct ssl_st *ssl, char name[TLS_PEER_MAX], const char *host,
	bool check, struct err *err);

#endif
