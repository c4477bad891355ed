#include "cli/table.h"
#include "cli/values.h"
#include "ui/stamp.h"

static bool set_no_color(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->color = WHEN_NEVER;
	return true;
}

static bool set_time(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	if (arg && !stamp_check(what, arg, err))
		return false;
	config->time = true;
	config->time_format = arg;
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

	{ "display", 0, "hex-max", SIZE(hex_max), .arg = "SIZE",
		.help = "show at most SIZE bytes of each hex dump",
		.man = "Show at most\n"
		       ".Ar SIZE\n"
		       "bytes of each hex dump, and say how many were left "
		       "out.\n"
		       "0 is no limit.\n" },

	{ "display", 'j', "json", FLAG(json),
		.help = "indent messages that are JSON; coloured",
		.man = "Show a text message that is JSON indented, and with\n"
		       ".Fl -color\n"
		       "in colours; its numbers, the order of its keys and "
		       "its\n"
		       "escapes stay as they are.\n"
		       "What is not JSON is shown as it came.\n"
		       "A message is held in memory for this, up to\n"
		       ".Fl -max-message ,\n"
		       "or 1 GiB where none is given.\n" },

	{ "display", 'T', "time", SPECIAL(set_time), .arg = "FORMAT",
		.arg_optional = true, .arg_attached = true,
		.complete = "iso unix delta",
		.help = "show the time before each message",
		.man = "Show the time before each message: the local time "
		       "with\n"
		       "milliseconds, or as\n"
		       ".Ar FORMAT\n"
		       "says:\n"
		       ".Cm iso\n"
		       "(RFC 3339),\n"
		       ".Cm unix\n"
		       "(seconds since 1970),\n"
		       ".Cm delta\n"
		       "(seconds since the message before), or conversions "
		       "as in\n"
		       ".Xr strftime 3 .\n" },

	{ "display", 'r', "raw", FLAG(raw),
		.help = "let a terminal have the bytes as they come",
		.man = "Let a terminal have the bytes of messages as they "
		       "come: nothing\n"
		       "is escaped, and binary messages are not dumped.\n"
		       "The other end can do anything to the terminal then "
		       "that a\n"
		       "program can.\n" },

	{ "display", 0, "color", WHEN(color), .arg = "WHEN", .preset = "auto",
		.complete = "auto always never",
		.help = "use colour: auto, always or never",
		.man = "Use colour:\n"
		       ".Cm auto\n"
		       "on a terminal\n"
		       ".Pq see Sx ENVIRONMENT ,\n"
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

	{ "display", 0, "pager", FLAG(pager),
		.help = "show messages over a screenful in $PAGER",
		.man = "At the prompt, show a message that is over a screenful "
		       "in\n"
		       ".Ev PAGER .\n"
		       "The connection goes on meanwhile.\n"
		       "Otherwise a message is shown whole, however long it "
		       "is.\n" },

	{ "display", 0, "stay", FLAG(stay), .end = END_CLIENT,
		.help = "keep the prompt when the connection ends",
		.man = "Keep the prompt when the connection ends, or none "
		       "comes about:\n"
		       ".Ic /reconnect\n"
		       "and\n"
		       ".Ic /connect\n"
		       "make another one.\n"
		       "The exit status is 0 when the prompt is left then.\n" },

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
		       "is a terminal, standard output is not, and none is\n"
		       "read from, once a transfer lasts over a second.\n" },
};

const struct option_table table_display = TABLE(display_rows);

static const struct option_row other_rows[] = {
	{ "other", 0, "slash", SWITCH(slash),
		.help = "take lines that begin with / for commands",
		.man = "Take lines of standard input that begin with a slash\n"
		       "for commands, as at the prompt\n"
		       ".Pq Sx INTERACTIVE COMMANDS ;\n"
		       "what they say is written to standard error.\n"
		       "A line that begins with two slashes is a message that\n"
		       "begins with one.\n"
		       "For the input formats\n"
		       ".Cm lines\n"
		       "and\n"
		       ".Cm nul .\n"
		       "With\n"
		       ".Fl -no-slash\n"
		       "lines that are typed at the prompt, too, are sent as\n"
		       "they are.\n" },

	{ "other", 'h', "help", SPECIAL(set_help), .arg = "TOPIC",
		.arg_optional = true, .common = true, .complete = OPTION_TOPICS,
		.help = "show help, or that on a topic",
		.man = "Show the commonest options, or those of a topic:\n"
		       ".Cm connect , tls , messages , formats\n"
		       "(see\n"
		       ".Sx FORMATS ) ,\n"
		       ".Cm protocol , display , debug , other ,\n"
		       ".Cm commands\n"
		       "(of the prompt),\n"
		       ".Cm exit\n"
		       "(the exit statuses) or\n"
		       ".Cm all ;\n"
		       ".Cm help\n"
		       "lists them.\n" },

	{ "other", 'V', "version", FLAG(version), .common = true,
		.help = "show the version, and the libraries built in",
		.man = "Show the version, and the libraries and features "
		       "built in.\n" },
};

const struct option_table table_other = TABLE(other_rows);
