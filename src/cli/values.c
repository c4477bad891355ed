#include "cli/values.h"

#include "base/hostport.h"
#include "base/nearest.h"
#include "base/wipe.h"
#include "http/head.h"
#include "net/proxy.h"
#include "ws/close.h"
#include "ws/utf8.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A string of config's own, in the order from the last to the first. It may be
 * a secret. */
struct option_memory {
	struct option_memory *next;
	size_t n;
	char bytes[];
};

static char *keep(struct config *config, size_t n)
{
	struct option_memory *m = malloc(sizeof(*m) + n);

	if (!m)
		abort();
	m->next = config->memory;
	m->n = n;
	config->memory = m;
	return m->bytes;
}

const char *value_copy(struct config *config, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(keep(config, size), s, size);
}

void value_forget(struct config *config)
{
	while (config->memory) {
		struct option_memory *next = config->memory->next;

		wipe(config->memory->bytes, config->memory->n);
		free(config->memory);
		config->memory = next;
	}
}

bool value_url(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what;
	/* Neither is shown: there may be a password in it. */
	if (config->url)
		return err_set(err, ERR_USAGE,
			"two URLs: wstap connects to one "
			"(wstap --help connect)");
	config->url = arg;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool value_seconds(
	int64_t *ms, const char *what, const char *arg, struct err *err)
{
	static const int64_t max_s = 1000000000;
	const char *p = arg;
	int64_t s = 0, fraction = 0;
	size_t ndigits = 0;

	if (strcmp(arg, "inf") == 0 || strcmp(arg, "-1") == 0) {
		*ms = TIME_INFINITE;
		return true;
	}
	for (; is_digit(*p); p++, ndigits++) {
		s = s * 10 + (*p - '0');
		if (s > max_s)
			s = max_s;
	}
	if (*p == '.') {
		int64_t unit = 100;
		bool more = false;

		for (p++; is_digit(*p); p++, ndigits++, unit /= 10) {
			fraction += unit * (*p - '0');
			more |= unit == 0 && *p != '0';
		}
		fraction += more ? 1 : 0;
	}
	if (*p || !ndigits)
		return err_set(err, ERR_USAGE,
			"%s %s: not a number of seconds (like 0, 2.5 or inf)",
			what, arg);
	*ms = s * 1000 + fraction;
	return true;
}

/* Reads the digits at *p, at least one, and moves behind them. */
static bool digits(uint64_t *n, const char **p, uint64_t max)
{
	const char *first = *p;
	uint64_t v = 0;

	for (; is_digit(**p); ++*p) {
		uint64_t digit = (uint64_t)(**p - '0');

		if (v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*n = v;
	return *p > first;
}

/* Digits and nothing else, at most max. */
static bool whole(uint64_t *n, const char *p, uint64_t max)
{
	return digits(n, &p, max) && !*p;
}

bool value_number(
	uint64_t *n, const char *what, const char *arg, struct err *err)
{
	if (!whole(n, arg, UINT64_MAX) || *n == 0)
		return err_set(err, ERR_USAGE,
			"%s %s: not a whole number from 1 on", what, arg);
	return true;
}

bool value_size(
	uint64_t *bytes, const char *what, const char *arg, struct err *err)
{
	static const char units[] = "kKmMgG";
	const char *p = arg, *unit;
	unsigned shift = 0;
	uint64_t n = 0;
	bool good = digits(&n, &p, UINT64_MAX);

	if (good && *p && (unit = strchr(units, *p))) {
		shift = (unsigned)((unit - units) / 2 + 1) * 10;
		p++;
	}
	if (!good || *p || n > UINT64_MAX >> shift)
		return err_set(err, ERR_USAGE,
			"%s %s: not a size in bytes (like 500, 64k, 16M or "
			"1G)",
			what, arg);
	*bytes = n << shift;
	return true;
}

bool value_int(int *n, const char *what, const char *arg, struct err *err)
{
	uint64_t v;

	if (!whole(&v, arg, INT_MAX))
		return err_set(err, ERR_USAGE,
			"%s %s: not a whole number from 0 to %d", what, arg,
			INT_MAX);
	*n = (int)v;
	return true;
}

bool value_redirects(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	uint64_t *max = &config->max_redirects;

	if (!arg)
		*max = 10;
	else if (strcmp(arg, "inf") == 0 || strcmp(arg, "-1") == 0)
		*max = UINT64_MAX;
	else if (!whole(max, arg, UINT64_MAX))
		return err_set(err, ERR_USAGE,
			"%s %s: not a whole number from 0 on, or inf", what,
			arg);
	return true;
}

bool value_tls_version(enum tls_version *version, const char *what,
	const char *arg, struct err *err)
{
	static const struct {
		const char *word;
		enum tls_version version;
	} words[] = {
		{ "1.0", TLS_1_0 },
		{ "1.1", TLS_1_1 },
		{ "1.2", TLS_1_2 },
		{ "1.3", TLS_1_3 },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(arg, words[i].word) == 0) {
			*version = words[i].version;
			return true;
		}
	return err_set(
		err, ERR_USAGE, "%s %s: not 1.0, 1.1, 1.2 or 1.3", what, arg);
}

bool value_when(
	enum when *when, const char *what, const char *arg, struct err *err)
{
	static const struct {
		const char *word;
		enum when when;
	} words[] = {
		{ "auto", WHEN_AUTO },
		{ "always", WHEN_ALWAYS },
		{ "never", WHEN_NEVER },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(arg, words[i].word) == 0) {
			*when = words[i].when;
			return true;
		}
	return err_set(
		err, ERR_USAGE, "%s %s: not auto, always or never", what, arg);
}

/* The formats' names; whole only for input. Gives back how many. */
enum { FORMATS_N = RECORD_JSONL + 1 };

static size_t format_names(const char *names[FORMATS_N], bool output)
{
	size_t n = 0;

	for (int f = 0; f < FORMATS_N; f++)
		if (!output || f != RECORD_WHOLE)
			names[n++] = record_format_name((enum record_format)f);
	return n;
}

static bool unknown_format(
	const char *what, const char *arg, bool output, struct err *err)
{
	const char *names[FORMATS_N];
	const char *meant = nearest(arg, names, format_names(names, output));

	return err_set(err, ERR_USAGE, "%s %s: no such format%s%s%s (%s)", what,
		arg, meant ? "; did you mean " : "", meant ? meant : "",
		meant ? "?" : "",
		output ? VALUE_OUTPUT_FORMATS : VALUE_INPUT_FORMATS);
}

bool value_input_format(enum record_format *format, const char *what,
	const char *arg, struct err *err)
{
	return record_format_parse(format, arg) ||
	       unknown_format(what, arg, false, err);
}

bool value_output_format(enum record_format *format, const char *what,
	const char *arg, struct err *err)
{
	enum record_format named;

	if (!record_format_parse(&named, arg))
		return unknown_format(what, arg, true, err);
	if (named == RECORD_WHOLE)
		return err_set(err, ERR_USAGE,
			"%s %s: for input only, as -I whole "
			"(" VALUE_OUTPUT_FORMATS ")",
			what, arg);
	*format = named;
	return true;
}

/* The text of the file at path, at most as much as a request's head may
 * have. NULL: err says why. */
static char *read_text(struct config *config, const char *what,
	const char *path, struct err *err)
{
	bool input = strcmp(path, "-") == 0;
	FILE *f = NULL;
	char *text = NULL;
	size_t n;

	if (input && config->stdin_read) {
		err_set(err, ERR_USAGE,
			"%s @-: standard input was read already, and can be "
			"only once",
			what);
		goto done;
	}
	config->stdin_read |= input;
	f = input ? stdin : fopen(path, "r");
	if (!f) {
		err_set(err, ERR_USAGE, "%s @%s: cannot open the file: %s",
			what, path, strerror(errno));
		goto done;
	}
	text = keep(config, HTTP_HEAD_MAX + 1);
	n = fread(text, 1, HTTP_HEAD_MAX + 1, f);
	if (ferror(f))
		err_set(err, ERR_USAGE, "%s @%s: cannot read the file: %s",
			what, path, strerror(errno));
	else if (n > HTTP_HEAD_MAX)
		err_set(err, ERR_USAGE, "%s @%s: over %d bytes", what, path,
			HTTP_HEAD_MAX);
	else if (memchr(text, '\0', n))
		err_set(err, ERR_USAGE, "%s @%s: has a NUL byte in it", what,
			path);
	else {
		text[n] = '\0';
		goto done;
	}
	text = NULL;
done:
	if (f && f != stdin)
		fclose(f);
	return text;
}

bool value_lines(struct config *config, struct strings *list,
	option_check *check, const char *what, const char *path,
	struct err *err)
{
	char *line = read_text(config, what, path, err);

	if (!line)
		return false;
	while (*line) {
		size_t len = strcspn(line, "\n");
		char *next = line + len + (line[len] ? 1 : 0);

		if (len && line[len] && line[len - 1] == '\r')
			len--;
		line[len] = '\0';
		if (len) {
			if (check && !check(what, line, err))
				return false;
			strings_add(list, line);
		}
		line = next;
	}
	return true;
}

const char *value_line(struct config *config, const char *what,
	const char *path, struct err *err)
{
	char *line = read_text(config, what, path, err), *end;

	if (!line)
		return NULL;
	end = line + strcspn(line, "\n");
	if (*end && end[1]) {
		err_set(err, ERR_USAGE, "%s @%s: more than one line", what,
			path);
		return NULL;
	}
	if (*end && end > line && end[-1] == '\r')
		end--;
	*end = '\0';
	return line;
}

bool value_subprotocols(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	struct strings *offered = &config->handshake.subprotocols;
	struct http_span list = { arg, strlen(arg) }, name;
	size_t before = offered->n;

	while (http_list_next(&list, &name)) {
		if (!http_is_token(name))
			return err_set(err, ERR_USAGE,
				"%s %.*s: no name for a subprotocol (letters, "
				"digits and !#$%%&'*+-.^_`|~ only)",
				what, (int)name.len, name.p);

		char *copy = keep(config, name.len + 1);

		memcpy(copy, name.p, name.len);
		copy[name.len] = '\0';
		for (size_t i = 0; i < offered->n; i++)
			if (strcmp(offered->v[i], copy) == 0)
				return err_set(err, ERR_USAGE,
					"%s %s: offered twice (RFC 6455 4.1 "
					"wants each only once)",
					what, copy);
		strings_add(offered, copy);
	}
	if (offered->n == before)
		return err_set(err, ERR_USAGE,
			"%s: names no subprotocol (like chat or mqtt)", what);
	return true;
}

bool value_close(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	enum { REASON_MAX = 123 }; /* a control frame's 125 bytes but two */
	const char *p = arg, *reason;
	struct utf8 text = UTF8_START;
	uint64_t code;
	size_t len;

	if (!digits(&code, &p, UINT16_MAX) || (*p && *p != ':'))
		return err_set(err, ERR_USAGE,
			"%s %s: not CODE[:REASON] (like 1000 or 4000:bye)",
			what, arg);
	if (!ws_close_may_send((unsigned)code))
		return err_set(err, ERR_USAGE,
			"%s %u: may not be sent; 1000 to 1003, 1007 to 1014 "
			"and 3000 to 4999 may (RFC 6455 7.4)",
			what, (unsigned)code);
	reason = *p ? p + 1 : NULL;
	len = reason ? strlen(reason) : 0;
	if (len > REASON_MAX)
		return err_set(err, ERR_USAGE,
			"%s: the reason is %zu bytes long, at most %d fit",
			what, len, REASON_MAX);
	if (reason && (!utf8_check(&text, (const uint8_t *)reason, len) ||
			      !utf8_complete(&text)))
		return err_set(
			err, ERR_USAGE, "%s: the reason is not UTF-8", what);
	config->close_code = (uint16_t)code;
	config->close_reason = reason;
	return true;
}

bool value_check_listen(const char *what, const char *value, struct err *err)
{
	const char *path = dial_listen_path(value);
	struct hostport any;

	if (path && *path)
		return true;
	if (path)
		return err_set(err, ERR_USAGE,
			"%s %s: no path is given (try unix:/path/to/socket)",
			what, value);
	if (!hostport_parse(&any, value))
		return err_set(err, ERR_USAGE,
			"%s %s: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
			"[::1]:8080), nor unix:/path",
			what, value);
	return true;
}

bool value_check_header(const char *what, const char *value, struct err *err)
{
	(void)what;
	return ws_handshake_check_header(value, err);
}

bool value_check_deflate(const char *what, const char *value, struct err *err)
{
	struct err why;

	if (ws_extension_check(value, &why))
		return true;
	return err_set(err, ERR_USAGE, "%s: %s", what, why.line);
}

bool value_check_given(const char *what, const char *value, struct err *err)
{
	return *value ||
	       err_set(err, ERR_USAGE, "%s: its value is empty", what);
}

bool value_check_proxy(const char *what, const char *value, struct err *err)
{
	struct proxy proxy;

	if (!*value)
		return true;
	if (!proxy_parse(&proxy, what, value, err))
		return false;
	proxy_release(&proxy);
	return true;
}
