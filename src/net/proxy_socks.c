#include "net/proxy_parts.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/wipe.h"
#include "net/address.h"
#include "net/resolve.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* SOCKS4 and 4a as their authors have them, SOCKS5: RFC 1928 and RFC 1929. */

enum {
	TEXT_MAX = 255, /* a length is one byte; 4 and 4a keep to it too */
	REQUEST_MAX = 2 * TEXT_MAX + 16,
	CONNECT = 1,
	IPV4 = 1,
	NAME = 3,
	IPV6 = 4,
};

/* Where to, as the proxy is told: an address, or a name for it to look up. */
struct destination {
	uint8_t kind; /* as SOCKS5 has it: IPV4, NAME or IPV6 */
	uint8_t len;
	uint8_t bytes[TEXT_MAX];
};

static void set_address(struct destination *d, const struct address *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->at.ss_family == AF_INET6) {
		memcpy(&v6, &a->at, sizeof(v6));
		memcpy(d->bytes, &v6.sin6_addr, sizeof(v6.sin6_addr));
		d->kind = IPV6;
		d->len = sizeof(v6.sin6_addr);
	} else {
		memcpy(&v4, &a->at, sizeof(v4));
		memcpy(d->bytes, &v4.sin_addr, sizeof(v4.sin_addr));
		d->kind = IPV4;
		d->len = sizeof(v4.sin_addr);
	}
}

static bool set_name(const struct proxy_peer *p, struct destination *d)
{
	size_t len = strlen(p->config->host);

	if (len > sizeof(d->bytes))
		return proxy_fail(p, ERR_PROXY,
			"SOCKS takes names of up to %d bytes, this one has %zu",
			TEXT_MAX, len);
	d->kind = NAME;
	d->len = (uint8_t)len;
	memcpy(d->bytes, p->config->host, len);
	return true;
}

/* The next of the host's addresses. The name is looked up once, whatever the
 * number of connections. */
static bool look_up(struct proxy_peer *p, struct proxy_talk *talk, bool only_v4,
	struct destination *d)
{
	const struct proxy_config *c = p->config;
	char address[ADDRESS_HOST_MAX];
	size_t len = strlen(p->target);

	const struct dial_target target = {
		.host = c->host, .port = c->port, .config = c->dial
	};

	if (!talk->addresses.n &&
		!dial_find(&talk->addresses, &target, p->deadline, p->err))
		return false;
	if (only_v4)
		addresses_keep(&talk->addresses, AF_INET);
	if (!talk->addresses.n)
		return proxy_fail(p, ERR_RESOLVE,
			"it has no IPv4 address, and SOCKS4 takes no other "
			"(try socks5://)");
	set_address(d, &talk->addresses.v[talk->next]);
	address_host(address, &talk->addresses.v[talk->next]);
	snprintf(p->target + len, sizeof(p->target) - len, " (%s)", address);
	return true;
}

static bool find(
	struct proxy_peer *p, struct proxy_talk *talk, struct destination *d)
{
	const struct proxy_config *c = p->config;
	enum proxy_kind kind = c->proxy->kind;
	bool socks4 = kind == PROXY_SOCKS4 || kind == PROXY_SOCKS4A;
	struct address literal;

	/* A zone is this machine's affair. */
	if (address_parse(&literal, c->host, strcspn(c->host, "%"), c->port)) {
		set_address(d, &literal);
		return !socks4 || d->kind == IPV4 ||
		       proxy_fail(p, ERR_PROXY,
			       "SOCKS4 takes no IPv6 address "
			       "(try socks5://)");
	}
	if (kind == PROXY_SOCKS4A || kind == PROXY_SOCKS5H)
		return set_name(p, d);
	return look_up(p, talk, socks4, d);
}

/* The proxy could not reach the address: is there another one to ask for? */
static enum proxy_result next_address(
	const struct proxy_peer *p, struct proxy_talk *talk)
{
	if (talk->next + 1 >= talk->addresses.n)
		return PROXY_REFUSED;
	talk->next++;
	proxy_tell(p, "%s", p->err->line);
	return PROXY_AGAIN;
}

/* A text of the user's, which is of at most 255 bytes. */
static bool check_text(
	const struct proxy_peer *p, const char *what, const char *text)
{
	size_t len = strlen(text);

	return len <= TEXT_MAX ||
	       proxy_fail(p, ERR_USAGE,
		       "SOCKS takes a %s of up to %d bytes, this one has %zu",
		       what, TEXT_MAX, len);
}

static void put_byte(struct buf *b, unsigned byte)
{
	buf_put(b, &(uint8_t){ (uint8_t)byte }, 1);
}

static void put_port(struct buf *b, uint16_t port)
{
	uint8_t bytes[2];

	store16(bytes, port);
	buf_put(b, bytes, sizeof(bytes));
}

/* The first byte tells who is there. */
static bool not_socks(const struct proxy_peer *p, char version, uint8_t byte)
{
	return proxy_fail(p, ERR_PROXY,
		"its answer is not SOCKS%c's: it begins with the byte 0x%02x%s",
		version, byte,
		byte == 'H' ? " (an HTTP proxy? try http://)" : "");
}

/* --- version 4 --- */

static bool request4(
	const struct proxy_peer *p, const struct destination *d, bool named)
{
	/* 4a: an address that is none, and the name at the end */
	static const uint8_t elsewhere[4] = { 0, 0, 0, 1 };
	const char *user = p->config->proxy->user;
	uint8_t mem[REQUEST_MAX];
	struct buf b;
	bool sent;

	if (!user)
		user = "";
	if (!check_text(p, "user name", user))
		return false;
	buf_init(&b, mem, sizeof(mem));
	put_byte(&b, 4);
	put_byte(&b, CONNECT);
	put_port(&b, p->config->port);
	buf_put(&b, named ? elsewhere : d->bytes, 4);
	buf_put(&b, user, strlen(user) + 1);
	if (named) {
		buf_put(&b, d->bytes, d->len);
		put_byte(&b, 0);
	}
	sent = proxy_send(p, buf_head(&b), buf_len(&b));
	wipe(mem, sizeof(mem));
	return sent;
}

static bool refusal4(const struct proxy_peer *p, unsigned code)
{
	static const char *const words[] = {
		"rejected or failed",
		"it cannot reach the identd of this machine",
		"the identd of this machine names another user",
	};
	enum { FIRST = 91, N = sizeof(words) / sizeof(*words) };

	return proxy_fail(p, ERR_PROXY, "%s (the proxy's answer %u)",
		code >= FIRST && code < FIRST + N ? words[code - FIRST]
						  : "refused",
		code);
}

enum proxy_result proxy_socks4(struct proxy_peer *p, struct proxy_talk *talk)
{
	enum { GRANTED = 90 };
	struct destination d = { 0 };
	uint8_t answer[8];

	if (!find(p, talk, &d) || !request4(p, &d, d.kind == NAME) ||
		!proxy_take(p, answer, 1))
		return PROXY_REFUSED;
	/* 0, or 4 where it takes the field for the version of the whole. */
	if (answer[0] != 0 && answer[0] != 4) {
		not_socks(p, '4', answer[0]);
		return PROXY_REFUSED;
	}
	if (!proxy_take(p, answer + 1, 1))
		return PROXY_REFUSED;
	if (answer[1] != GRANTED) {
		refusal4(p, answer[1]);
		return next_address(p, talk);
	}
	if (!proxy_take(p, answer + 2, sizeof(answer) - 2))
		return PROXY_REFUSED;
	proxy_tell(p, "SOCKS4: granted");
	return PROXY_OPEN;
}

/* --- version 5 --- */

enum { NO_AUTH = 0, PASSWORD = 2, NONE_FITS = 0xff };

/* RFC 1929. */
static bool authenticate(const struct proxy_peer *p)
{
	const struct proxy *proxy = p->config->proxy;
	const char *user = proxy->user;
	const char *password = proxy->password ? proxy->password : "";
	uint8_t mem[REQUEST_MAX], answer[2];
	struct buf b;
	bool sent;

	buf_init(&b, mem, sizeof(mem));
	put_byte(&b, 1);
	put_byte(&b, (unsigned)strlen(user));
	buf_put(&b, user, strlen(user));
	put_byte(&b, (unsigned)strlen(password));
	buf_put(&b, password, strlen(password));
	sent = proxy_send(p, buf_head(&b), buf_len(&b));
	wipe(mem, sizeof(mem));
	if (!sent || !proxy_take(p, answer, sizeof(answer)))
		return false;
	/* Not every proxy gives the version that the RFC wants back. */
	if (answer[1] != 0)
		return proxy_fail(p, ERR_PROXY,
			"it does not take this user and password "
			"(the proxy's answer %u)",
			answer[1]);
	return true;
}

/* Agrees on who we are. */
static bool greet(const struct proxy_peer *p)
{
	const struct proxy *proxy = p->config->proxy;
	const uint8_t hello[] = { 5, proxy->user ? 2 : 1, NO_AUTH, PASSWORD };
	uint8_t answer[2];

	if (proxy->user && !check_text(p, "user name", proxy->user))
		return false;
	if (proxy->password && !check_text(p, "password", proxy->password))
		return false;
	if (!proxy_send(p, hello, 2 + (size_t)hello[1]) ||
		!proxy_take(p, answer, 1))
		return false;
	if (answer[0] != 5)
		return not_socks(p, '5', answer[0]);
	if (!proxy_take(p, answer + 1, 1))
		return false;
	if (answer[1] == NO_AUTH)
		return true;
	if (answer[1] == PASSWORD && proxy->user)
		return authenticate(p);
	if (answer[1] == NONE_FITS && !proxy->user)
		return proxy_fail(p, ERR_PROXY,
			"it lets nobody in without credentials "
			"(try --proxy socks5://USER:PASSWORD@HOST:PORT)");
	if (answer[1] == NONE_FITS)
		return proxy_fail(p, ERR_PROXY,
			"it takes neither a user with a password nor nobody");
	return proxy_fail(p, ERR_PROXY,
		"it wants a way to authenticate (%u) that was not offered",
		answer[1]);
}

static bool request5(const struct proxy_peer *p, const struct destination *d)
{
	uint8_t mem[REQUEST_MAX];
	struct buf b;

	buf_init(&b, mem, sizeof(mem));
	put_byte(&b, 5);
	put_byte(&b, CONNECT);
	put_byte(&b, 0);
	put_byte(&b, d->kind);
	if (d->kind == NAME)
		put_byte(&b, d->len);
	buf_put(&b, d->bytes, d->len);
	put_port(&b, p->config->port);
	return proxy_send(p, buf_head(&b), buf_len(&b));
}

enum { NOT_ALLOWED = 2, NO_COMMAND = 7 };

static bool refusal5(const struct proxy_peer *p, unsigned code)
{
	static const char *const words[] = {
		"succeeded",
		"general failure",
		"not allowed by its rules",
		"network unreachable",
		"host unreachable",
		"connection refused",
		"the TTL expired on the way",
		"it does not know the CONNECT command",
		"it does not know this kind of address",
	};

	return proxy_fail(p, ERR_PROXY, "%s (the proxy's answer %u)",
		code < sizeof(words) / sizeof(*words) ? words[code] : "refused",
		code);
}

/* Takes the address that the proxy connects from, which is of no use here, to
 * the byte. */
static bool take_bound(const struct proxy_peer *p)
{
	uint8_t kind[2], len = 0, bound[TEXT_MAX + 2];

	/* A reserved byte, and what kind of address follows. */
	if (!proxy_take(p, kind, sizeof(kind)))
		return false;
	if (kind[1] == IPV4)
		len = sizeof(struct in_addr);
	else if (kind[1] == IPV6)
		len = sizeof(struct in6_addr);
	else if (kind[1] != NAME)
		return proxy_fail(p, ERR_PROXY,
			"its answer has an address of a kind (%u) that SOCKS5 "
			"does not know",
			kind[1]);
	else if (!proxy_take(p, &len, 1))
		return false;
	return proxy_take(p, bound, (size_t)len + 2);
}

enum proxy_result proxy_socks5(struct proxy_peer *p, struct proxy_talk *talk)
{
	struct destination d = { 0 };
	uint8_t answer[2];

	if (!find(p, talk, &d) || !greet(p) || !request5(p, &d) ||
		!proxy_take(p, answer, 1))
		return PROXY_REFUSED;
	if (answer[0] != 5) {
		not_socks(p, '5', answer[0]);
		return PROXY_REFUSED;
	}
	/* A refusal may end here. */
	if (!proxy_take(p, answer + 1, 1))
		return PROXY_REFUSED;
	if (answer[1] != 0) {
		refusal5(p, answer[1]);
		return answer[1] == NOT_ALLOWED || answer[1] == NO_COMMAND
			       ? PROXY_REFUSED
			       : next_address(p, talk);
	}
	if (!take_bound(p))
		return PROXY_REFUSED;
	proxy_tell(p, "SOCKS5: succeeded");
	return PROXY_OPEN;
}
