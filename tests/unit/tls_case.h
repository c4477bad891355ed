#ifndef WSTAP_TESTS_UNIT_TLS_CASE_H
#define WSTAP_TESTS_UNIT_TLS_CASE_H

#include "net/tcp.h"
#include "net/tls.h"
#include "unit/tls_server.h"

#include <criterion/criterion.h>

/* One conversation of net/tls with the server of tls_server.h. */

static inline struct transport *connect_to(struct server *s,
	const struct tls_config *config, const char *host, int timeout_ms,
	struct err *err)
{
	struct dial_target target = { .host = "127.0.0.1", .port = s->port };
	int fd = dial(&target, deadline_in_ms(5000), NULL, NULL, err);

	cr_assert(fd >= 0, "%s", err->line);
	return tls_connect(
		tcp_new(fd), config, host, deadline_in_ms(timeout_ms), err);
}

/* One handshake with a server that plays `act`. */
static inline struct transport *try(struct server *s,
	const struct tls_config *config, const char *host, struct err *err)
{
	memset(err, 0, sizeof(*err));
	start(s);
	return connect_to(s, config, host, 5000, err);
}

static inline size_t read_some(struct transport *t, void *data, size_t cap)
{
	struct err err = { 0 };
	size_t n = 0;
	enum io_status s =
		transport_read_by(t, data, cap, &n, soon(), "reading", &err);

	cr_assert(s == IO_OK, "%d: %s", (int)s, err.line);
	return n;
}

/* Of one text to the server and back, with the way it all ends. */
static inline void check_echo(struct transport *t)
{
	struct err err = { 0 };
	char data[64];
	size_t n;

	cr_assert(transport_write_by(t, "hello", 5, soon(), "writing", &err));
	cr_assert(read_some(t, data, sizeof(data)) == 5);
	cr_assert(memcmp(data, "hello", 5) == 0);
	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_EOF);
	cr_assert(transport_read_by(t, data, sizeof(data), &n, soon(),
			  "reading", &err) == IO_EOF);
}

/* The handshake succeeds, and so does the talk. */
static inline void check_good(const struct identity *who,
	const struct identity *chain, const struct tls_config *config,
	const char *host)
{
	struct server s = { .act = ECHO_ONCE, .who = who, .chain = chain };
	struct err err;
	struct transport *t = try(&s, config, host, &err);

	cr_assert(t, "%s: %s", host, err.line);
	check_echo(t);
	transport_free(t);
	stop(&s);
}

/* There is no connection, for this reason. */
static inline void check_failure(struct server *s,
	const struct tls_config *config, const char *host, enum err_kind kind,
	const char *words)
{
	struct err err;
	struct transport *t = try(s, config, host, &err);

	cr_assert(!t, "%s is taken, not: %s", host, words);
	cr_assert(err.kind == kind, "%d: %s", (int)err.kind, err.line);
	cr_assert(strstr(err.line, words), "%s", err.line);
	stop(s);
}

/* The certificate is refused, and the line has these words. */
static inline void check_refused(const struct identity *who,
	const struct tls_config *config, const char *host, const char *words)
{
	struct server s = { .act = ECHO_ONCE, .who = who };

	check_failure(&s, config, host, ERR_CERTIFICATE, words);
}

#endif
