#ifndef WSTAP_CLI_SCAN_H
#define WSTAP_CLI_SCAN_H

#include "cli/options.h"

/*
 * From words to the options that they are, one after another, as the table of
 * cli/options has them: -v, -vq, -xhi, -x hi, --name, --name=VALUE, --name
 * VALUE, --no-name, and -- before words that are none. What is done with them
 * is up to the caller: they are looked at more than once.
 */
struct scan;

/* An option, as it was typed in what; or a plain argument, where row is NULL
 * and value has it. value is NULL where the option takes none, or was given
 * none; off: --no-NAME, of one that can be turned off. False with err ends the
 * scan. */
typedef bool scan_take(struct scan *scan, const struct option_row *row,
	const char *what, const char *value, bool off);

struct scan {
	scan_take *take;
	void *arg; /* take's */
	struct err *err;
	const char *const *words;
	size_t n, at;
	bool plain; /* behind -- */
	bool end;   /* set by take: it wants no more */
};

/* Takes the word at scan->at, all options in it, and the value behind it;
 * there is one. ERR_USAGE: an unknown option, a value too many or too few, or
 * what take says. */
bool scan_one(struct scan *scan);

/* All words. */
bool scan_all(struct scan *scan);

#endif
