#include "cli/options.h"
#include "cli/values.h"

#include "base/nearest.h"

#include <assert.h>
#include <string.h>

/* The arguments, as far as they were read. */
struct scan {
	struct config *config;
	struct err *err;
	char *const *argv;
	int argc, at;
};

/* An option's name as it was typed: for lines that say what was wrong. A
 * value that may be secret is no part of it. */
enum { WHAT_MAX = 64 };

static bool named(const char *name, const char *word, size_t len)
{
	return name && strncmp(name, word, len) == 0 && !name[len];
}

static const struct option_row *find_name(const char *word, size_t len)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++)
		if (named(row->name, word, len) ||
			named(row->name2, word, len) ||
			named(row->name3, word, len))
			break;
	return row;
}

static const struct option_row *find_letter(char letter)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++)
		if (row->letter == letter || row->letter2 == letter)
			break;
	return row;
}

static bool can_clear(const struct option_row *row)
{
	return row->kind == OPTION_FLAG || row->kind == OPTION_COUNT;
}

/* The name, without dashes, that word was probably meant to be; clearing:
 * behind a --no-. */
static const char *suggest(const char *word, bool clearing)
{
	const struct option_row *row;
	const char *names[256];
	size_t n = 0;

	for (size_t i = 0; (row = options_row(i)); i++) {
		assert(n + 3 <= sizeof(names) / sizeof(names[0]));
		if (clearing && !can_clear(row))
			continue;
		if (row->name)
			names[n++] = row->name;
		if (row->name2)
			names[n++] = row->name2;
		if (row->name3)
			names[n++] = row->name3;
	}
	return nearest(word, names, n);
}

/* word is without dashes, what with them. */
static bool unknown(struct err *err, const char *what, const char *word)
{
	bool no = strncmp(word, "no-", 3) == 0;
	const char *meant = suggest(word, false);
	const char *dashes = "--";

	if (!meant && no) {
		meant = suggest(word + 3, true);
		dashes = "--no-";
	}
	if (!meant)
		return err_set(err, ERR_USAGE,
			"%s: no such option (wstap --help)", what);
	return err_set(err, ERR_USAGE,
		"%s: no such option; did you mean %s%s? (wstap --help)", what,
		dashes, meant);
}

/* A long option with one dash is likelier than three letters of which one is
 * wrong. */
static bool unknown_letter(struct err *err, const char *arg, char letter)
{
	char what[WHAT_MAX];
	bool word = strlen(arg) > 3 && suggest(arg + 1, false);
	bool shown = letter > ' ' && letter < 0x7f;

	if (word || !shown)
		snprintf(what, sizeof(what), "%s", arg);
	else
		snprintf(what, sizeof(what), "-%c", letter);
	return unknown(err, what, word ? what + 1 : "");
}

static void *field_of(struct config *config, const struct option_row *row)
{
	return (char *)config + row->field;
}

static bool store_seconds(struct config *config, const struct option_row *row,
	const char *what, const char *value, struct err *err)
{
	int64_t *ms = field_of(config, row);

	if (!value_seconds(ms, what, value, err))
		return false;
	if (row->positive && *ms == 0)
		return err_set(err, ERR_USAGE,
			"%s %s: there would be no time at all "
			"(above 0, like 2.5 or inf)",
			what, value);
	return true;
}

static bool store_list(struct config *config, const struct option_row *row,
	const char *what, const char *value, struct err *err)
{
	struct strings *list = field_of(config, row);

	if (row->from_file && value[0] == '@')
		return value_lines(
			config, list, row->check, what, value + 1, err);
	if (row->check && !row->check(what, value, err))
		return false;
	strings_add(list, value);
	return true;
}

/* value is NULL where the option takes none, or was given none. */
static bool store(struct config *config, const struct option_row *row,
	const char *what, const char *value, struct err *err)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field_of(config, row) = true;
		return true;
	case OPTION_COUNT:
		++*(int *)field_of(config, row);
		return true;
	case OPTION_STRING:
		if (row->check && !row->check(what, value, err))
			return false;
		*(const char **)field_of(config, row) = value;
		return true;
	case OPTION_LIST:
		return store_list(config, row, what, value, err);
	case OPTION_SECONDS:
		return store_seconds(config, row, what, value, err);
	case OPTION_NUMBER:
		return value_number(field_of(config, row), what, value, err);
	case OPTION_SIZE:
		return value_size(field_of(config, row), what, value, err);
	case OPTION_INT:
		return value_int(field_of(config, row), what, value, err);
	case OPTION_WHEN:
		return value_when(field_of(config, row), what, value, err);
	case OPTION_SPECIAL:
		return row->special(config, what, value, err);
	}
	return false;
}

/* --no-NAME. */
static bool clear(struct config *config, const struct option_row *row)
{
	if (row->kind == OPTION_FLAG)
		*(bool *)field_of(config, row) = false;
	else if (row->kind == OPTION_COUNT)
		*(int *)field_of(config, row) = 0;
	else
		return false;
	return true;
}

/* Takes the value from the next argument where none was attached. */
static bool apply(struct scan *scan, const struct option_row *row,
	const char *what, const char *value)
{
	if (row->arg && !row->arg_attached && !value && scan->at < scan->argc) {
		const char *next = scan->argv[scan->at];

		if (!row->arg_optional || next[0] != '-') {
			value = next;
			scan->at++;
		}
	}
	if (row->arg && !row->arg_optional && !value)
		return err_set(scan->err, ERR_USAGE,
			"%s: needs a value, %s (wstap --help %s)", what,
			row->arg, row->group);
	return store(scan->config, row, what, value, scan->err);
}

/* --name, --name=VALUE, --name VALUE, --no-name. */
static bool long_option(struct scan *scan, const char *arg)
{
	const char *word = arg + 2;
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct option_row *row = find_name(word, len);
	bool no = false;
	char what[WHAT_MAX];

	snprintf(what, sizeof(what), "--%.*s",
		len < WHAT_MAX ? (int)len : WHAT_MAX, word);
	if (!row && len > 3 && strncmp(word, "no-", 3) == 0) {
		row = find_name(word + 3, len - 3);
		no = row != NULL;
	}
	if (!row)
		return unknown(scan->err, what, what + 2);
	if (value && (no || !row->arg))
		return err_set(scan->err, ERR_USAGE,
			"%s: takes no value (wstap --help %s)", what,
			row->group);
	if (!no)
		return apply(scan, row, what, value);
	return clear(scan->config, row) ||
	       err_set(scan->err, ERR_USAGE,
		       "%s: --%s cannot be turned off (wstap --help %s)", what,
		       row->name, row->group);
}

/* -v, -vq, -xhi, -x hi. */
static bool letters(struct scan *scan, const char *arg)
{
	for (const char *p = arg + 1; *p; p++) {
		const struct option_row *row = find_letter(*p);
		char what[WHAT_MAX];

		if (!row)
			return unknown_letter(scan->err, arg, *p);
		snprintf(what, sizeof(what), "-%c", *p);
		if (row->arg)
			return apply(scan, row, what, p[1] ? p + 1 : NULL);
		if (!apply(scan, row, what, NULL))
			return false;
	}
	return true;
}

static bool argument(struct scan *scan, bool *plain)
{
	const char *arg = scan->argv[scan->at++];

	if (*plain || arg[0] != '-' || !arg[1])
		return value_url(scan->config, NULL, arg, scan->err);
	if (arg[1] != '-')
		return letters(scan, arg);
	if (arg[2])
		return long_option(scan, arg);
	*plain = true;
	return true;
}

static bool check_ends(const struct config *config, struct err *err)
{
	if (config->url && config->listen)
		return err_set(err, ERR_USAGE,
			"a URL and -l: wstap either connects or listens "
			"(wstap --help connect)");
	if (!config->url && !config->listen)
		return err_set(err, ERR_USAGE,
			"no URL to connect to, and no -l to listen "
			"(wstap --help)");
	if (config->listen && config->reconnect)
		return err_set(err, ERR_USAGE,
			"--reconnect and -l: reconnecting is for who connects; "
			"-l serves one client after another in any case");
	return true;
}

/* Each of what reads standard input wants all of it. */
static bool check_stdin(const struct config *config, struct err *err)
{
	size_t files = 0;

	for (size_t i = 0; i < config->sends.n; i++)
		files += config->sends.v[i].file &&
			 strcmp(config->sends.v[i].value, "-") == 0;
	if (files > 1)
		return err_set(err, ERR_USAGE,
			"-f - given twice: standard input can be read only "
			"once");
	if (files && config->interactive)
		return err_set(err, ERR_USAGE,
			"-f - and -i: standard input can be read only once");
	if (files && config->reconnect)
		return err_set(err, ERR_USAGE,
			"-f - and --reconnect: standard input can be read only "
			"once, and not again on each connection");
	if (files && config->listen && !config->once)
		return err_set(err, ERR_USAGE,
			"-f - and -l: standard input can be read only once, "
			"and not again for each client (try --once)");
	if (files && config->stdin_read)
		return err_set(err, ERR_USAGE,
			"-f - and -H @-: standard input can be read only once");
	return true;
}

/* What is shown for people is no format for programs. */
static bool check_display(const struct config *config, struct err *err)
{
	const char *option = config->hex    ? "-X"
			     : config->json ? "-j"
			     : config->time ? "-T"
					    : NULL;

	if (option && config->output != RECORD_LINES)
		return err_set(err, ERR_USAGE,
			"%s and the output format %s: a message is either "
			"shown for people or written in a format",
			option, record_format_name(config->output));
	return true;
}

static bool check_messages(const struct config *config, struct err *err)
{
	if (config->echo && config->interactive)
		return err_set(err, ERR_USAGE,
			"-e and -i: an echo reads no standard input "
			"(wstap --help messages)");
	if (config->echo && config->lockstep)
		return err_set(err, ERR_USAGE,
			"-e and --lockstep: an echo sends when a message comes "
			"in any case (wstap --help messages)");
	return check_display(config, err);
}

static bool check_deflate(const struct config *config, struct err *err)
{
	const struct ws_deflate_config *deflate = &config->handshake.deflate;
	char offers[WS_OFFERS_MAX * WS_EXTENSION_TEXT];

	if (deflate->off && deflate->offers.n)
		return err_set(err, ERR_USAGE,
			"--no-compress and --deflate: compression is either "
			"off or offered (wstap --help protocol)");
	if (!ws_extension_offer(deflate, offers, sizeof(offers)))
		return err_set(err, ERR_USAGE,
			"--deflate: all offers together are over %zu bytes",
			sizeof(offers) - 1);
	return true;
}

/* What no option can see alone. */
static bool check_together(const struct config *config, struct err *err)
{
	return check_ends(config, err) && check_stdin(config, err) &&
	       check_messages(config, err) && check_deflate(config, err);
}

bool options_parse(
	struct config *config, int argc, char *const argv[], struct err *err)
{
	struct scan scan = {
		.config = config,
		.err = err,
		.argv = argv,
		.argc = argc,
		.at = 1,
	};
	bool plain = false;

	while (scan.at < argc) {
		if (!argument(&scan, &plain))
			return false;
		if (config->help || config->version)
			return true;
	}
	return check_together(config, err);
}

void options_release(struct config *config)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++)
		if (row->kind == OPTION_LIST)
			strings_release(field_of(config, row));
	strings_release(&config->handshake.subprotocols);
	sends_release(&config->sends);
	until_free(config->until);
	config->until = NULL;
	value_forget(config);
}
