#include "cli/table.h"
#include "cli/values.h"

static bool set_no_color(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->color = WHEN_NEVER;
	return true;
}

static bool set_help(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	if (arg && !options_is_topic(arg))
		return err_set(err, ERR_USAGE,
			"%s %s: no such topic; there are " OPTION_TOPICS, what,
			arg);
	config->help = true;
	config->help_topic = arg;
	return true;
}

static const struct option_row display_rows[] = {
	{ "display", 'X', "hex", FLAG(hex), .common = true,
		.help = "show every message as a hex dump",
		.man = "Write every message as a hex dump.\n"
		       "There is no other\n"
		       ".Fl -output\n"
		       "format then.\n"
		       "On a terminal binary messages are dumped in any "
		       "case.\n" },

	{ "display", 0, "color", WHEN(color), .arg = "WHEN", .preset = "auto",
		.complete = "auto always never",
		.help = "use colour: auto, always or never",
		.man = "Use colour:\n"
		       ".Cm auto\n"
		       "on a terminal unless\n"
		       ".Ev NO_COLOR\n"
		       "is set,\n"
		       ".Cm always\n"
		       "or\n"
		       ".Cm never .\n" },

	{ "display", 0, "no-color", SPECIAL(set_no_color),
		.help = "use no colour: --color never",
		.man = "The same as\n"
		       ".Fl -color Cm never .\n" },

	{ "display", 'P', "show-ping-pong", FLAG(show_ping_pong),
		.help = "show the pings and pongs that come in",
		.man = "Show the pings and pongs that come in, on standard "
		       "error.\n" },

	{ "display", 'v', "verbose", COUNT(verbose), .common = true,
		.help = "show the handshake; -vv: with the credentials",
		.man = "Show the handshake on standard error: what is sent "
		       "after\n"
		       ".Ql > ,\n"
		       "what comes in after\n"
		       ".Ql < ,\n"
		       "and what is done after\n"
		       ".Ql * .\n"
		       "Credentials and cookies are shown as\n"
		       ".Ql *** ;\n"
		       "given twice, they are shown as they are.\n" },

	{ "display", 'q', "quiet", FLAG(quiet), .common = true,
		.help = "say nothing but errors on stderr; no prompt",
		.man = "Write nothing but errors to standard error, and show "
		       "no\n"
		       "prompt or meter.\n" },

	{ "display", 0, "no-progress", FLAG(no_progress),
		.help = "show no meter of long transfers",
		.man = "Show no meter.\n"
		       "Otherwise there is one on standard error when that\n"
		       "is a terminal and standard input and output are\n"
		       "not, once a transfer lasts over a second.\n" },
};

const struct option_table table_display = TABLE(display_rows);

static const struct option_row other_rows[] = {
	{ "other", 'h', "help", SPECIAL(set_help), .arg = "TOPIC",
		.arg_optional = true, .common = true, .complete = OPTION_TOPICS,
		.help = "show help, or that on a topic",
		.man = "Show the commonest options, or those of a topic:\n"
		       ".Cm connect , TLS , messages , protocol , display ,\n"
		       ".Cm other ,\n"
		       ".Cm commands\n"
		       "(of the prompt),\n"
		       ".Cm exit\n"
		       "(the exit statuses) or\n"
		       ".Cm all .\n" },

	{ "other", 'V', "version", FLAG(version), .common = true,
		.help = "show the version, and the libraries built in",
		.man = "Show the version, and the libraries and features "
		       "built in.\n" },
};

const struct option_table table_other = TABLE(other_rows);
