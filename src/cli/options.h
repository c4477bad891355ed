#ifndef WSTAP_CLI_OPTIONS_H
#define WSTAP_CLI_OPTIONS_H

#include "base/err.h"
#include "session/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The command line: one table. A row names the config field it fills, its
 * letters and names, its argument, its one-line help and its paragraph of the
 * manual; the parser is a loop over the rows, and --help, the manual's
 * OPTIONS and the completions (cli/docgen) come from the same rows.
 *
 *     cli/table        the rows, a file for a group or two
 *     cli/values       from words to values: what the rows' kinds mean
 *     cli/rc           the configuration file
 *     cli/options      the parser
 *     cli/together     what no option can see alone
 *     cli/help         --help, --version
 *     cli/completions, cli/docgen      the files made from the rows
 */
enum option_kind {
	OPTION_FLAG,    /* bool; --no-NAME clears it */
	OPTION_COUNT,   /* int, one more each time; --no-NAME makes it 0 */
	OPTION_SWITCH,  /* enum when: always; --no-NAME makes it never */
	OPTION_STRING,  /* const char * */
	OPTION_LIST,    /* struct strings, appended */
	OPTION_SECONDS, /* int64_t, milliseconds; fractions; "inf", -1 */
	OPTION_NUMBER,  /* uint64_t, from 1 */
	OPTION_SIZE,    /* uint64_t, bytes; k, M and G are 1024s */
	OPTION_INT,     /* int, from 0 */
	OPTION_WHEN,    /* enum when */
	OPTION_SPECIAL, /* a function of its own, and no field */
};

/* Who has a use for it; at the other end it is an error on the command line,
 * and means nothing in the configuration file, which is for both. */
enum option_end {
	END_EITHER,
	END_CLIENT,
	END_LISTENER,
	END_TLS, /* who connects, and who listens with a certificate */
};

/* Whether a value is, or has in it, what others should not read. */
typedef bool option_secret(const char *value);

/* In these, what is the option as it was typed ("-w", "--wait"), for the
 * line of the error: ERR_USAGE. */
typedef bool option_check(const char *what, const char *value, struct err *err);
typedef bool option_special(struct config *config, const char *what,
	const char *arg, struct err *err);

struct option_row {
	const char *group; /* "connect", "TLS", "messages" ... */
	char letter;       /* 0: none */
	const char *name;  /* "no-check", without the dashes; NULL: none */
	char letter2;      /* another letter, 0: none (-n, -k) */
	const char *name2, *name3; /* aliases, or NULL */
	enum option_kind kind;
	size_t field;            /* offset in struct config; OPTION_NO_FIELD */
	option_special *special; /* arg NULL: none was given */
	option_check *check;     /* of a STRING or a LIST's values; or NULL */
	option_secret *secret;   /* of the value; NULL: it never is one */
	const char *arg;         /* "SEC"; NULL for a flag */
	bool arg_optional;       /* --name[=ARG], or the next word where that
	                          * is no option; a STRING is NULL without */
	bool arg_attached;       /* with it: never the next word, which is
	                          * the URL more often */
	bool from_file;          /* @FILE is the line in that file; for a LIST
	                          * it adds each line of it */
	bool repeats;            /* given again, it adds */
	enum option_end end;
	char separator;       /* between the words of a list; with ; there may
	                       * be several, with commas between; 0: none */
	bool positive;        /* SECONDS: 0 is an error */
	bool common;          /* on the first screen of --help */
	const char *preset;   /* "30": what holds without the option */
	const char *complete; /* completion hint: "file", "dir", "host",
	                          * "url", "interface", "misbehaviour" (its
	                          * names), or words, "auto always
	                          * never"; no blank follows one that ends
	                          * with : = or /; NULL: none */
	const char *help;     /* one line, no full stop */
	const char *man;      /* mdoc paragraph */
};

#define OPTION_NO_FIELD SIZE_MAX

/* The rows, in the order of --help and the manual: the first is 0. NULL
 * behind the last. */
const struct option_row *options_row(size_t i);

/* The exit statuses that exist, for --help exit and the manual. */
struct exit_row {
	const char *status; /* "0", "128+n" */
	const char *help;   /* one line */
};

extern const struct exit_row exits[];
extern const size_t exits_count;

/* What --help tells of besides the first screen. */
#define OPTION_TOPICS                                                          \
	"connect tls messages formats protocol display debug other commands "  \
	"exit all"

/* Whether topic is one of them, or help, which lists them, or misbehave, which
 * --misbehave help shows; case does not count. */
bool options_is_topic(const char *topic);

/* Fills config (CONFIG_DEFAULT before) from the configuration file (cli/rc),
 * the profiles that are named there with @NAME, and the arguments, in this
 * order: the last has its way, and lists add up; argv must outlive config.
 * Stops at --help and --version: what follows them does not count, and no file
 * is read. On false, err is ERR_USAGE with a line that says what was wrong and
 * where to look, the nearest option for an unknown one, FILE:LINE: before it
 * where it was in the file. Either way options_release() follows. */
bool options_parse(
	struct config *config, int argc, char *const argv[], struct err *err);

/* Frees the lists, the pattern, and the strings in config that are not
 * argv's. */
void options_release(struct config *config);

/* Writes --help [TOPIC]: the first screen (topic NULL; fits 80x24), or a
 * topic. False for an unknown one. */
bool options_help(FILE *out, const char *topic);

/* Writes --version: ours, then the libraries and features built in. */
void options_version(FILE *out);

#endif
