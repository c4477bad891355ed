#ifndef WSTAP_NET_TLS_TELL_H
#define WSTAP_NET_TLS_TELL_H

/* The facts of a session, for tls_tell(). */
struct ssl_st;

void tls_tell_session(struct ssl_st *ssl,
	void (*say)(void *arg, const char *line), void *arg);

#endif
