#include "cli/scan.h"

#include "base/nearest.h"

#include <assert.h>
#include <string.h>

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
	return row->kind == OPTION_FLAG || row->kind == OPTION_SWITCH ||
	       row->kind == OPTION_COUNT;
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

/* Takes the value from the next word where none was attached. */
static bool apply(struct scan *scan, const struct option_row *row,
	const char *what, const char *value)
{
	if (row->arg && !row->arg_attached && !value && scan->at < scan->n) {
		const char *next = scan->words[scan->at];

		if (!row->arg_optional || next[0] != '-') {
			value = next;
			scan->at++;
		}
	}
	if (row->arg && !row->arg_optional && !value)
		return err_set(scan->err, ERR_USAGE,
			"%s: needs a value, %s (wstap --help %s)", what,
			row->arg, row->group);
	return scan->take(scan, row, what, value, false);
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
	if (!can_clear(row))
		return err_set(scan->err, ERR_USAGE,
			"%s: --%s cannot be turned off (wstap --help %s)", what,
			row->name, row->group);
	return scan->take(scan, row, what, NULL, true);
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

bool scan_one(struct scan *scan)
{
	const char *arg = scan->words[scan->at++];

	if (scan->plain || arg[0] != '-' || !arg[1])
		return scan->take(scan, NULL, NULL, arg, false);
	if (arg[1] != '-')
		return letters(scan, arg);
	if (arg[2])
		return long_option(scan, arg);
	scan->plain = true;
	return true;
}

bool scan_all(struct scan *scan)
{
	while (scan->at < scan->n && !scan->end)
		if (!scan_one(scan))
			return false;
	return true;
}
