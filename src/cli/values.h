#ifndef WSTAP_CLI_VALUES_H
#define WSTAP_CLI_VALUES_H

#include "cli/options.h"

/*
 * From the words of the command line to values. Each function gives false
 * with ERR_USAGE and a line that begins with `what`, the option as typed.
 */

/* The URL to connect to, of -c or the plain argument: there is only one. */
bool value_url(struct config *config, const char *what, const char *arg,
	struct err *err);

/* "2.5", "inf" or "-1" (TIME_INFINITE). Fractions of a millisecond are
 * rounded up, so that only 0 is 0; more than 31 years are 31 years. */
bool value_seconds(
	int64_t *ms, const char *what, const char *arg, struct err *err);

/* A whole number from 1. */
bool value_number(
	uint64_t *n, const char *what, const char *arg, struct err *err);

/* Bytes: a whole number, with k, M or G behind it in 1024s. */
bool value_size(
	uint64_t *bytes, const char *what, const char *arg, struct err *err);

/* A whole number from 0. */
bool value_int(int *n, const char *what, const char *arg, struct err *err);

/* How many redirects are followed: from 0, "inf" or "-1" (UINT64_MAX); 10
 * where no number is given. */
bool value_redirects(struct config *config, const char *what, const char *arg,
	struct err *err);

/* "1.0" to "1.3". */
bool value_tls_version(enum tls_version *version, const char *what,
	const char *arg, struct err *err);

/* "auto", "always" or "never". */
bool value_when(
	enum when *when, const char *what, const char *arg, struct err *err);

/* A format's name; `whole` where it is for input only. */
bool value_input_format(enum record_format *format, const char *what,
	const char *arg, struct err *err);
bool value_output_format(enum record_format *format, const char *what,
	const char *arg, struct err *err);

/* All names of each, for lines that name them and for completion. */
#define VALUE_INPUT_FORMATS "lines nul raw length whole jsonl"
#define VALUE_OUTPUT_FORMATS "lines nul raw length jsonl"

/* Adds each line of the file at path ("-": standard input) to list, once
 * check (where there is one) allows it. A line's end may be \r\n; empty lines
 * are left out. The strings are config's. */
bool value_lines(struct config *config, struct strings *list,
	option_check *check, const char *what, const char *path,
	struct err *err);

/* The line in the file at path ("-": standard input), without its end; empty
 * where the file is. The string is config's; NULL: err says why. */
const char *value_line(struct config *config, const char *what,
	const char *path, struct err *err);

/* A copy that is config's. */
const char *value_copy(struct config *config, const char *s);

/* The credentials of -u and of --bearer: the last one has its way. A token is
 * visible ASCII characters. */
bool value_user(struct config *config, const char *what, const char *arg,
	struct err *err);
bool value_bearer(struct config *config, const char *what, const char *arg,
	struct err *err);

/* Adds each name of a comma list to the subprotocols offered: tokens, each
 * only once (RFC 6455 4.1). */
bool value_subprotocols(struct config *config, const char *what,
	const char *arg, struct err *err);

/* CODE[:REASON], which a close frame may carry (RFC 6455 5.5.1 and 7.4). */
bool value_close(struct config *config, const char *what, const char *arg,
	struct err *err);

/* Whether value is [HOST:]PORT. */
bool value_check_listen(const char *what, const char *value, struct err *err);

/* Whether value can be a header of the request. */
bool value_check_header(const char *what, const char *value, struct err *err);

/* Whether value can be offered: permessage-deflate's parameters. */
bool value_check_deflate(const char *what, const char *value, struct err *err);

/* Whether value is not empty. */
bool value_check_given(const char *what, const char *value, struct err *err);

/* Whether value is a proxy, as proxy_parse() has it, or empty: none. */
bool value_check_proxy(const char *what, const char *value, struct err *err);

/* Whether value is "a=b; c=d". */
bool value_check_cookie(const char *what, const char *value, struct err *err);

/* Whether a value is a secret: any but @FILE; one with a password behind its
 * colon; a URL, or a proxy, with a password; a header that is a credential. */
bool value_secret_any(const char *value);
bool value_secret_user(const char *value);
bool value_secret_url(const char *value);
bool value_secret_header(const char *value);

/* Wipes and frees the strings that are config's own. */
void value_forget(struct config *config);

#endif
