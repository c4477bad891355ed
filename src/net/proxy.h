#ifndef WSTAP_NET_PROXY_H
#define WSTAP_NET_PROXY_H

#include "base/err.h"
#include "http/challenge.h"
#include "net/address.h"
#include "net/dial.h"
#include "net/transport.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A proxy on the way: HTTP CONNECT (RFC 9110 9.3.6), SOCKS4, 4a, 5 (RFC 1928,
 * RFC 1929). Works on a transport that leads to the proxy (for https: TLS), by
 * the deadline, and leaves it as if it led to the target.
 */
enum proxy_kind {
	PROXY_HTTP,
	PROXY_HTTPS,
	PROXY_SOCKS4,  /* we look the name up: IPv4 */
	PROXY_SOCKS4A, /* the proxy does */
	PROXY_SOCKS5,  /* we do */
	PROXY_SOCKS5H, /* the proxy does */
};

struct proxy {
	enum proxy_kind kind;
	char *host;     /* ASCII, without brackets */
	uint16_t port;  /* 1080 where none is given; https: 443 */
	char *user;     /* percent-decoded; NULL: none */
	char *password; /* the same; NULL: none */
};

/* [SCHEME://][USER:PASS@]HOST[:PORT][/]; http without a scheme; socks is
 * socks4, http:// port 1080 as in curl. ERR_USAGE (the line says what is wrong
 * with `what`, an option or a variable, and never shows the password). */
bool proxy_parse(
	struct proxy *p, const char *what, const char *text, struct err *err);
void proxy_release(struct proxy *p);

/* "http://proxy:3128", without credentials: for people. To be freed. */
char *proxy_show(const struct proxy *p);

struct proxy_config {
	const struct proxy *proxy;
	const char *host; /* of the target, as url.host */
	uint16_t port;
	/* For the names that we look up; NULL: nothing special. */
	const struct dial_config *dial;
	const char *user_agent; /* CONNECT's; NULL: none is sent */
	/* 16 or more random characters, for Digest */
	const char *cnonce;
	/* For -v: each head line sent (mark '>') and received ('<'), and what
	 * is done ('*'); NULL: nobody. A whole head in one call. */
	void (*note)(void *arg, char mark, const void *text, size_t len);
	void *arg;
};

/* What the proxy asked for, between two connections to it: all zero at first;
 * proxy_talk_release() at the end. */
struct proxy_talk {
	struct challenge challenge;
	bool answered; /* the challenge was answered once */
	/* SOCKS4, SOCKS5: the target's, and which of them is next. Where the
	 * proxy can't reach one, the next is asked for. */
	struct addresses addresses;
	size_t next;
};

enum proxy_result {
	PROXY_OPEN,    /* the transport leads to the target */
	PROXY_AGAIN,   /* ask once more on a new connection to the proxy */
	PROXY_REFUSED, /* err: ERR_PROXY with the proxy's own words, or ERR_LOST,
	                * ERR_TIMEOUT, ERR_RESOLVE (SOCKS4, SOCKS5) */
};

/* A 407 is answered once, on the same connection where the proxy keeps it.
 * Not a byte behind the proxy's answer is read. err is set only where it is
 * refused. */
enum proxy_result proxy_open(struct transport *t,
	const struct proxy_config *config, struct proxy_talk *talk,
	struct deadline deadline, struct err *err);
void proxy_talk_release(struct proxy_talk *talk);

#endif
