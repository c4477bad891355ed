#ifndef WSTAP_NET_PROXY_PARTS_H
#define WSTAP_NET_PROXY_PARTS_H

#include "net/proxy.h"

/* What net/proxy*.c share. */

/* A proxy being talked to, for one proxy_open(). */
struct proxy_peer {
	struct transport *t;
	const struct proxy_config *config;
	struct deadline deadline;
	char name[128];   /* the proxy, for people */
	char target[320]; /* where to, for people: a host that is too long is
	                   * cut */
	char doing[176];  /* "waiting for the answer of proxy ..." */
	struct err *err;
};

/* Each of these asks the proxy, and is what proxy_open() says. */
enum proxy_result proxy_connect(struct proxy_peer *p, struct proxy_talk *talk);
enum proxy_result proxy_socks4(struct proxy_peer *p, struct proxy_talk *talk);
enum proxy_result proxy_socks5(struct proxy_peer *p, struct proxy_talk *talk);

/* Sends all, or takes exactly len bytes and none behind them. False: p->err is
 * ERR_LOST or ERR_TIMEOUT. */
bool proxy_send(const struct proxy_peer *p, const void *data, size_t len);
bool proxy_take(const struct proxy_peer *p, void *data, size_t len);

/* Sets p->err: who was asked, for what, and this cause. False, always. */
bool proxy_fail(const struct proxy_peer *p, enum err_kind kind,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A line for -v. */
void proxy_tell(const struct proxy_peer *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The words of a refusal's page, on one line and cut to cap (8 or more, NUL and
 * "..." included): of HTML what is between its tags. Gives back out. */
char *proxy_words(
	char *out, size_t cap, const uint8_t *page, size_t len, bool html);

#endif
