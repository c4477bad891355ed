#include "cli/table.h"
#include "cli/values.h"

#include <string.h>

static bool set_stats(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	if (arg && strcmp(arg, "json") != 0)
		return err_set(err, ERR_USAGE,
			"%s=%s: there is --stats, for people, and --stats=json",
			what, arg);
	config->stats = true;
	config->stats_json = arg != NULL;
	return true;
}

static const struct option_row debug_rows[] = {
	{ "debug", 0, "stats", SPECIAL(set_stats), .arg = "json",
		.arg_optional = true, .arg_attached = true,
		.help = "at the end, tell times, counts and round trips",
		.man = "When a connection has ended, write to standard error "
		       "how long each\n"
		       "step of its set-up took, the messages, frames and bytes "
		       "both ways,\n"
		       "what compression saved, the round trips of pings, and "
		       "who ended it\n"
		       "how; or all that as one line of JSON.\n" },
};

const struct option_table table_debug = TABLE(debug_rows);
