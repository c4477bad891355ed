#include "cli/table.h"
#include "cli/values.h"

#include <stdlib.h>
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

static bool set_ping(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	config->ping = true;
	config->ping_count = 0;
	return !arg || value_number(&config->ping_count, what, arg, err);
}

static bool set_trace(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	if (arg && !*arg)
		return err_set(err, ERR_USAGE,
			"%s=: no file is named; without the = it goes to "
			"standard error",
			what);
	config->trace = true;
	config->trace_file = arg && strcmp(arg, "-") != 0 ? arg : NULL;
	return true;
}

static bool set_misbehave(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	if (strcmp(arg, "help") == 0) {
		config->help = true;
		config->help_topic = "misbehave";
		return true;
	}
	return misbehave_parse(&config->misbehave,
		&config->handshake.admission.wrong, what, arg, err);
}

static bool set_replay_speed(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	char *end;
	double speed = strtod(arg, &end);

	if (end == arg || *end || strspn(arg, "0123456789.") < strlen(arg) ||
		!(speed >= 0 && speed <= 1e9))
		return err_set(err, ERR_USAGE,
			"%s %s: not a speed: 2 is twice as fast, 0.5 half as "
			"fast, 0 all at once",
			what, arg);
	config->replay_speed = speed;
	return true;
}

static bool set_replay_ignore(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	return ignore_add(&config->replay_ignore, what, arg, err);
}

static const struct option_row debug_rows[] = {
	{ "debug", 0, "trace", SPECIAL(set_trace), .arg = "FILE",
		.arg_optional = true, .arg_attached = true, .complete = "file",
		.help = "show every frame, both ways, with a dump",
		.man = "Write a line for each frame that is sent or comes in, "
		       "with a dump of\n"
		       "its bytes, to\n"
		       ".Ar FILE ,\n"
		       "which is emptied first, or, without one or where it is "
		       "-, to standard\n"
		       "error.\n"
		       "See\n"
		       ".Sx TRACING .\n" },

	{ "debug", 0, "trace-bytes", SIZE(trace_bytes), .arg = "SIZE",
		.preset = "64",
		.help = "dump so much of each payload; 0: no dumps",
		.man = "In a trace, dump so many bytes of each frame's "
		       "payload, at most 1M.\n"
		       "0 is no dumps.\n" },

	{ "debug", 0, "record", STRING(record), .arg = "FILE",
		.check = value_check_given, .complete = "file",
		.help = "record all that goes both ways, as jsonl or .har",
		.man = "Write all that goes over the connection, both ways, "
		       "to\n"
		       ".Ar FILE :\n"
		       "as an HTTP archive where its name ends in\n"
		       ".Pa .har ,\n"
		       "else as jsonl.\n"
		       "See\n"
		       ".Sx RECORDING AND REPLAYING .\n" },

	{ "debug", 0, "record-secrets", FLAG(record_secrets),
		.help = "record credentials and cookies, too",
		.man = "In a record, keep the values of the heads' fields "
		       "that have\n"
		       "credentials or cookies, too.\n" },

	{ "debug", 0, "replay", STRING(replay), .arg = "FILE",
		.check = value_check_given, .complete = "file",
		.help = "send what a record says was sent, in its time",
		.man = "Instead of reading standard input, send what was sent "
		       "when\n"
		       ".Ar FILE ,\n"
		       "a record of\n"
		       ".Fl -record\n"
		       "or a browser's HTTP archive, was written, with the "
		       "same pauses.\n"
		       "With\n"
		       ".Fl l ,\n"
		       "send what came in then.\n"
		       "See\n"
		       ".Sx RECORDING AND REPLAYING .\n" },

	{ "debug", 0, "replay-speed", SPECIAL(set_replay_speed), .arg = "X",
		.preset = "1", .help = "replay X times as fast; 0: all at once",
		.man = "Replay\n"
		       ".Ar X\n"
		       "times as fast as it was recorded; 0 is without any "
		       "pauses.\n" },

	{ "debug", 0, "replay-check", FLAG(replay_check),
		.help = "compare what comes in with the record",
		.man = "Compare what comes in with the record, and write what "
		       "differs to\n"
		       "standard error.\n"
		       "Any difference is exit status 1.\n" },

	{ "debug", 0, "replay-ignore", SPECIAL(set_replay_ignore),
		.arg = "REGEX", .repeats = true,
		.help = "leave what matches out of the comparison",
		.man = "For\n"
		       ".Fl -replay-check ,\n"
		       "take what matches\n"
		       ".Ar REGEX ,\n"
		       "a POSIX extended regular expression, out of both "
		       "messages before\n"
		       "they are compared: times and numbers that are never "
		       "the same.\n"
		       "Given several times, all of them are taken out.\n" },

	{ "debug", 0, "stats", SPECIAL(set_stats), .arg = "json",
		.arg_optional = true, .arg_attached = true, .complete = "json",
		.help = "at the end, tell times, counts and round trips",
		.man = "When a connection has ended, write to standard error "
		       "how long each\n"
		       "step of its set-up took, the messages, frames and "
		       "bytes "
		       "both ways,\n"
		       "what compression saved, the round trips of pings, and "
		       "who ended it\n"
		       "how; or all that as one line of JSON.\n"
		       "See\n"
		       ".Sx STATISTICS .\n" },

	{ "debug", 0, "ping", SPECIAL(set_ping), .arg = "COUNT",
		.arg_optional = true, .arg_attached = true,
		.help = "send pings, and tell each one's round trip",
		.man = "Send a ping a second, and write a line to standard "
		       "output for each\n"
		       "pong, as\n"
		       ".Ic ping\n"
		       "does for a host:\n"
		       ".Ar COUNT\n"
		       "times, or until it is interrupted.\n"
		       "See\n"
		       ".Sx PINGS .\n" },

	{ "debug", 0, "misbehave", SPECIAL(set_misbehave), .arg = "LIST",
		.repeats = true, .end = END_LISTENER, .separator = ',',
		.complete = "misbehaviour",
		.help = "break the rules with -l, as --misbehave help says",
		.man = "With\n"
		       ".Fl l ,\n"
		       "be a server that does what it should not, to test "
		       "clients:\n"
		       "names with commas between them, which\n"
		       ".Sx MISBEHAVING\n"
		       "explains, and\n"
		       ".Cm help\n"
		       "lists.\n" },
};

const struct option_table table_debug = TABLE(debug_rows);
