#include "cli/options.h"
#include "cli/rc.h"
#include "cli/scan.h"
#include "cli/together.h"
#include "cli/values.h"

#include <assert.h>
#include <string.h>

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

	assert(value); /* a list's value is never left out */
	if (row->from_file && value[0] == '@')
		return value_lines(
			config, list, row->check, what, value + 1, err);
	if (row->check && !row->check(what, value, err))
		return false;
	strings_add(list, value);
	return true;
}

static bool store(struct config *config, const struct option_row *row,
	const char *what, const char *value, struct err *err)
{
	if (row->from_file && row->kind != OPTION_LIST && value &&
		value[0] == '@') {
		value = value_line(config, what, value + 1, err);
		if (!value)
			return false;
	}
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field_of(config, row) = true;
		return true;
	case OPTION_COUNT:
		++*(int *)field_of(config, row);
		return true;
	case OPTION_SWITCH:
		*(enum when *)field_of(config, row) = WHEN_ALWAYS;
		return true;
	case OPTION_STRING:
		if (value && row->check && !row->check(what, value, err))
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

static void clear(struct config *config, const struct option_row *row)
{
	if (row->kind == OPTION_FLAG)
		*(bool *)field_of(config, row) = false;
	else if (row->kind == OPTION_SWITCH)
		*(enum when *)field_of(config, row) = WHEN_NEVER;
	else
		*(int *)field_of(config, row) = 0;
}

/* --- before the configuration file is read --- */

/* What only the command line can say. */
static bool is_early(const struct option_row *row)
{
	static const char *const names[] = { "help", "version", "config",
		"no-config" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (row->name && strcmp(row->name, names[i]) == 0)
			return true;
	return false;
}

/* The arg of choose(): where help is wanted, no file is. */
struct early {
	struct rc_choice choice;
	bool help;
};

static bool choose(struct scan *scan, const struct option_row *row,
	const char *what, const char *value, bool off)
{
	struct early *early = scan->arg;

	(void)what, (void)off;
	if (!row) {
		if (value[0] == '@')
			strings_add(&early->choice.profiles, value + 1);
	} else if (is_early(row)) {
		bool file = strcmp(row->name, "config") == 0;
		bool none = strcmp(row->name, "no-config") == 0;

		early->choice.file = file ? value : NULL;
		early->choice.none = none;
		early->help = scan->end = !file && !none;
	}
	return true;
}

/* --- what they make of config --- */

static bool fill(struct scan *scan, const struct option_row *row,
	const char *what, const char *value, bool off)
{
	struct config *config = scan->arg;

	if (!row)
		/* A profile's lines were read before. */
		return value[0] == '@' ||
		       value_url(config, what, value, scan->err);
	if (off)
		clear(config, row);
	else if (!store(config, row, what, value, scan->err))
		return false;
	scan->end = config->help || config->version;
	return true;
}

/* What is of no use at this end is an error where it was asked for here. */
static void note_end(
	struct config *config, const struct option_row *row, const char *what)
{
	char *note = NULL;

	switch (row->end) {
	case END_EITHER:
		return;
	case END_CLIENT:
		note = config->only.client;
		break;
	case END_LISTENER:
		note = config->only.listener;
		break;
	case END_TLS:
		note = config->only.tls;
		break;
	}
	if (!note[0])
		snprintf(note, sizeof(config->only.client), "%s", what);
}

static bool fill_from_words(struct scan *scan, const struct option_row *row,
	const char *what, const char *value, bool off)
{
	if (row && !off)
		note_end(scan->arg, row, what);
	return fill(scan, row, what, value, off);
}

static bool fill_from_file(struct scan *scan, const struct option_row *row,
	const char *what, const char *value, bool off)
{
	struct config *config = scan->arg;

	if (row && is_early(row))
		return err_set(scan->err, ERR_USAGE,
			"%s: is for the command line only", what);
	if (!row && value[0] == '@')
		return err_set(scan->err, ERR_USAGE,
			"%s: a profile is named on the command line only",
			value);
	if (value)
		value = value_copy(config, value);
	return fill(scan, row, what, value, off);
}

/* What is given once on the command line, or in a profile, goes before the
 * same in what was read earlier; of two in the same place both count. */
struct earlier {
	const char *url, *listen;
	struct strings subprotocols;
};

static struct earlier begin(struct config *config)
{
	struct strings *subprotocols = &config->handshake.subprotocols;
	struct earlier earlier = { config->url, config->listen, *subprotocols };

	config->url = config->listen = NULL;
	*subprotocols = (struct strings){ 0 };
	return earlier;
}

static bool has(const struct strings *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], s) == 0)
			return true;
	return false;
}

static void end(struct config *config, struct earlier *earlier)
{
	struct strings *subprotocols = &config->handshake.subprotocols;

	if (!config->url && !config->listen) {
		config->url = earlier->url;
		config->listen = earlier->listen;
	}
	for (size_t i = 0; i < subprotocols->n; i++)
		if (!has(&earlier->subprotocols, subprotocols->v[i]))
			strings_add(&earlier->subprotocols, subprotocols->v[i]);
	strings_release(subprotocols);
	*subprotocols = earlier->subprotocols;
}

/* --- the configuration file --- */

static struct scan scan_line(const struct rc *rc, const struct rc_line *line,
	scan_take *take, void *arg, struct err *err)
{
	return (struct scan){
		.take = take,
		.arg = arg,
		.err = err,
		.words = rc->words.v + line->first,
		.n = line->n,
	};
}

static bool read_line(struct config *config, const struct rc *rc,
	const struct rc_line *line, struct err *err)
{
	struct err why = { 0 };
	struct scan scan = scan_line(rc, line, fill_from_file, config, &why);
	bool ok = scan_one(&scan);

	if (ok && scan.at < scan.n)
		ok = err_set(&why, ERR_USAGE,
			"more than an option and its value, or a URL (a value "
			"with blanks wants quotes)");
	if (!ok)
		err_set(err, ERR_USAGE, "%s:%u: %s", rc->path, line->number,
			why.line);
	return ok;
}

static bool read_profile(struct config *config, const struct rc *rc,
	size_t profile, struct err *err)
{
	struct earlier earlier = begin(config);
	bool ok = true;

	for (size_t i = 0; ok && i < rc->lines_n; i++)
		if (rc->lines[i].profile == profile)
			ok = read_line(config, rc, &rc->lines[i], err);
	end(config, &earlier);
	return ok;
}

static bool note_secret(struct scan *scan, const struct option_row *row,
	const char *what, const char *value, bool off)
{
	option_secret *secret = row ? row->secret : value_secret_url;

	(void)what, (void)off;
	if (secret && value && secret(value))
		*(bool *)scan->arg = true;
	return true;
}

/* In any of its profiles. */
static bool holds_secret(const struct rc *rc)
{
	bool found = false;

	for (size_t i = 0; i < rc->lines_n; i++) {
		struct err unused;
		struct scan scan = scan_line(
			rc, &rc->lines[i], note_secret, &found, &unused);

		scan_all(&scan);
	}
	return found;
}

static bool read_file(
	struct config *config, const struct rc_choice *choice, struct err *err)
{
	struct rc rc;
	bool ok = rc_read(&rc, choice, err);

	if (ok && holds_secret(&rc))
		rc_warn(&rc);
	ok = ok && read_profile(config, &rc, 0, err);
	for (size_t i = 0; ok && i < choice->profiles.n; i++)
		ok = read_profile(config, &rc,
			rc_profile(&rc, choice->profiles.v[i]), err);
	rc_release(&rc);
	return ok;
}

bool options_parse(
	struct config *config, int argc, char *const argv[], struct err *err)
{
	struct early early = { 0 };
	struct earlier earlier;
	struct scan look = {
		.take = choose,
		.arg = &early,
		.err = err,
		.words = (const char *const *)argv,
		.n = (size_t)argc,
		.at = 1,
	};
	struct scan scan = look;
	bool ok = scan_all(&look);

	if (ok && !early.help)
		ok = read_file(config, &early.choice, err);
	strings_release(&early.choice.profiles);
	if (!ok)
		return false;
	scan.take = fill_from_words;
	scan.arg = config;
	earlier = begin(config);
	ok = scan_all(&scan);
	end(config, &earlier);
	return ok && (scan.end || together_check(config, err));
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
	ignore_free(config->replay_ignore);
	config->replay_ignore = NULL;
	value_forget(config);
}
