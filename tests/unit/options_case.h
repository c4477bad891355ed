#ifndef WSTAP_TESTS_UNIT_OPTIONS_CASE_H
#define WSTAP_TESTS_UNIT_OPTIONS_CASE_H

#include "cli/options.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the tests of the command line share; _GNU_SOURCE is theirs. */

enum { ARGS_MAX = 14 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A command line, and what it makes of the default configuration: only what is
 * different from it. */
struct good_line {
	const char *args[ARGS_MAX];
	const char *config;
};

/* One that is refused, with this line. */
struct bad_line {
	const char *args[ARGS_MAX];
	const char *line;
};

struct line {
	char *argv[ARGS_MAX + 2];
	int argc;
};

/* The arguments, the first four where a byte too far is fatal, the last of n
 * cut to len bytes. */
static inline struct line line_of(const char *const *args, size_t n, size_t len)
{
	static char program[] = "wstap";
	static char memory[ARGS_MAX][256];
	struct line line = { .argv = { program }, .argc = 1 };

	for (size_t i = 0; i < n; i++) {
		size_t size = i == n - 1 ? len : strlen(args[i]);
		char *copy = memory[i];

		cr_assert_lt(size, sizeof(memory[i]));
		memcpy(copy, args[i], size);
		copy[size] = '\0';
		if (i < 4)
			copy = (char *)guard_copy_slot((int)i, copy, size + 1);
		line.argv[line.argc++] = copy;
	}
	return line;
}

static inline size_t count_args(const char *const *args)
{
	size_t n = 0;

	while (n < ARGS_MAX && args[n])
		n++;
	return n;
}

static inline struct line whole_line(const char *const *args)
{
	size_t n = count_args(args);

	return line_of(args, n, n ? strlen(args[n - 1]) : 0);
}

static inline void put_string(FILE *f, const char *name, const char *s)
{
	if (s)
		fprintf(f, " %s=%s", name, s);
}

static inline void put_list(
	FILE *f, const char *name, const struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		put_string(f, name, list->v[i]);
}

static inline void put_flag(FILE *f, const char *name, bool set)
{
	if (set)
		fprintf(f, " %s", name);
}

static inline void put_number(
	FILE *f, const char *name, int64_t n, int64_t normal)
{
	if (n != normal)
		fprintf(f, " %s=%" PRId64, name, n);
}

static inline void put_count(FILE *f, const char *name, uint64_t n)
{
	if (n)
		fprintf(f, " %s=%" PRIu64, name, n);
}

static inline void put_format(
	FILE *f, const char *name, enum record_format format)
{
	if (format != RECORD_LINES)
		put_string(f, name, record_format_name(format));
}

/* Credentials, cookies, redirects, and where the bytes go. */
static inline void put_connect(FILE *f, const struct config *c)
{
	const struct config normal = CONFIG_DEFAULT;

	put_string(f, "bearer", c->bearer);
	put_flag(f, "netrc", c->netrc);
	put_string(f, "netrc-file", c->netrc_file);
	put_string(f, "cookie", c->cookie);
	put_string(f, "jar", c->cookie_jar);
	put_flag(f, "location", c->location);
	if (c->max_redirects == UINT64_MAX)
		fprintf(f, " redirects=inf");
	else
		put_number(f, "redirects", (int64_t)c->max_redirects,
			(int64_t)normal.max_redirects);
	put_number(f, "family", c->dial.family, DIAL_ANY);
	put_list(f, "resolve", &c->dial.resolve);
	put_list(f, "connect-to", &c->connect_to);
	put_string(f, "interface", c->dial.interface);
	put_flag(f, "no-keepalive", !c->dial.keepalive);
	put_string(f, "unix", c->unix_socket);
	put_string(f, "proxy", c->proxy);
	put_string(f, "noproxy", c->noproxy);
	put_flag(f, "stdin-read", c->stdin_read);
}

static inline void put_tls(FILE *f, const struct tls_config *tls)
{
	put_flag(f, "no-check", tls->no_check);
	put_string(f, "ca", tls->ca_file);
	put_string(f, "capath", tls->ca_dir);
	put_string(f, "cert", tls->cert);
	put_string(f, "key", tls->key);
	put_string(f, "passphrase", tls->passphrase);
	put_string(f, "sni", tls->sni);
	put_number(f, "tls-min", tls->min, TLS_ANY);
	put_number(f, "tls-max", tls->max, TLS_ANY);
	put_string(f, "ciphers", tls->ciphers);
	put_list(f, "pin", &tls->pins);
	put_string(f, "keylog", tls->keylog);
}

/* Not the configuration of whoever runs the tests. */
static inline void no_configuration(void)
{
	setenv("XDG_CONFIG_HOME", "/nowhere/at/all", 1);
}

/* What is in c and not in the default, as the tables have it. */
static inline char *show(const struct config *c)
{
	const struct config normal = CONFIG_DEFAULT;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	put_string(f, "url", c->url);
	put_string(f, "listen", c->listen);
	put_flag(f, "once", c->once);
	put_list(f, "header", &c->handshake.headers);
	put_list(f, "sub", &c->handshake.subprotocols);
	put_string(f, "user", c->user);
	put_connect(f, c);
	put_string(f, "origin", c->handshake.origin);
	put_string(f, "host", c->handshake.host);
	put_string(f, "agent", c->handshake.user_agent);
	put_number(
		f, "version", c->handshake.version, normal.handshake.version);
	put_number(
		f, "timeout", c->connect_timeout_ms, normal.connect_timeout_ms);
	put_tls(f, &c->tls);
	for (size_t i = 0; i < c->sends.n; i++)
		put_string(f, c->sends.v[i].file ? "file" : "execute",
			c->sends.v[i].value);
	put_flag(f, "interactive", c->interactive);
	put_flag(f, "binary", c->binary);
	put_format(f, "in", c->input);
	put_format(f, "out", c->output);
	put_number(f, "wait", c->wait_ms, normal.wait_ms);
	put_count(f, "lockstep", c->lockstep);
	put_number(f, "run", c->timeout_ms, normal.timeout_ms);
	put_count(f, "max", c->max_messages);
	put_flag(f, "until", c->until != NULL);
	put_flag(f, "echo", c->echo);
	put_number(f, "close", c->close_code, normal.close_code);
	put_string(f, "reason", c->close_reason);
	put_flag(f, "no-compress", c->handshake.deflate.off);
	put_list(f, "deflate", &c->handshake.deflate.offers);
	put_number(f, "ping-interval", c->ping_interval_ms,
		normal.ping_interval_ms);
	put_number(
		f, "ping-timeout", c->ping_timeout_ms, normal.ping_timeout_ms);
	put_count(f, "max-frame", c->max_frame);
	put_count(f, "max-message", c->max_message);
	put_flag(f, "ping", c->ping);
	put_count(f, "pings", c->ping_count);
	for (size_t i = 0; i < c->misbehave.n; i++)
		put_string(f, "bad", misbehave_name(c->misbehave.v[i]));
	put_number(f, "wrong", c->handshake.admission.wrong, 0);
	put_flag(f, "reconnect", c->reconnect);
	put_count(f, "attempts", c->reconnect_max);
	put_flag(f, "hex", c->hex);
	put_count(f, "hex-max", c->hex_max);
	put_flag(f, "json", c->json);
	put_flag(f, "time", c->time);
	put_string(f, "format", c->time_format);
	put_flag(f, "raw", c->raw);
	put_number(f, "slash", c->slash, normal.slash);
	put_number(f, "color", c->color, normal.color);
	put_flag(f, "ping-pong", c->show_ping_pong);
	put_string(f, "record", c->record);
	put_flag(f, "record-secrets", c->record_secrets);
	put_string(f, "replay", c->replay);
	if (c->replay_speed < normal.replay_speed ||
		c->replay_speed > normal.replay_speed)
		fprintf(f, " speed=%g", c->replay_speed);
	put_flag(f, "replay-check", c->replay_check);
	put_flag(f, "replay-ignore", c->replay_ignore != NULL);
	put_flag(f, "trace", c->trace);
	put_string(f, "trace-file", c->trace_file);
	put_number(f, "trace-bytes", (int64_t)c->trace_bytes,
		(int64_t)normal.trace_bytes);
	put_number(f, "verbose", c->verbose, 0);
	put_flag(f, "quiet", c->quiet);
	put_flag(f, "no-progress", c->no_progress);
	put_flag(f, "help", c->help);
	put_string(f, "topic", c->help_topic);
	put_flag(f, "version-wanted", c->version);
	fclose(f);
	if (text[0] == ' ')
		memmove(text, text + 1, strlen(text));
	return text;
}

static inline void check_good(const struct good_line *good)
{
	struct config config = CONFIG_DEFAULT;
	struct line line = whole_line(good->args);
	struct err err = { 0 };
	bool ok = options_parse(&config, line.argc, line.argv, &err);
	char *text = show(&config);

	cr_expect(ok, "%s: %s", good->config, err.line);
	if (ok)
		cr_expect_str_eq(text, good->config, "%s, wanted %s", text,
			good->config);
	free(text);
	options_release(&config);
}

static inline void check_bad(const struct bad_line *bad)
{
	struct config config = CONFIG_DEFAULT;
	struct line line = whole_line(bad->args);
	struct err err = { 0 };

	cr_expect_not(options_parse(&config, line.argc, line.argv, &err),
		"taken, but: %s", bad->line);
	cr_expect_eq(err.kind, ERR_USAGE, "%s", bad->line);
	cr_expect_str_eq(
		err.line, bad->line, "%s, wanted %s", err.line, bad->line);
	options_release(&config);
}

/* Wherever the line is cut, it is taken or there is a line about it. */
static inline void parse_cuts(const char *const *args)
{
	size_t all = count_args(args);

	for (size_t n = 1; n <= all; n++)
		for (size_t len = 0; len <= strlen(args[n - 1]); len++) {
			struct config config = CONFIG_DEFAULT;
			struct line line = line_of(args, n, len);
			struct err err = { 0 };
			bool ok = options_parse(
				&config, line.argc, line.argv, &err);

			if (ok)
				cr_expect_eq(err.kind, ERR_NONE);
			else
				cr_expect(err.kind == ERR_USAGE && err.line[0],
					"%s cut at %zu", args[n - 1], len);
			options_release(&config);
			cr_expect_null(config.memory);
			cr_expect_null(config.sends.v);
			cr_expect_null(config.until);
		}
}

#endif
