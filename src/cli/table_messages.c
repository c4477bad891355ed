#include "cli/table.h"
#include "cli/values.h"

static bool set_text(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->binary = false;
	return true;
}

static bool add_message(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	(void)what, (void)err;
	sends_add(&config->sends, false, arg);
	return true;
}

/* Whether it can be read is found out by who sends it. */
static bool add_file(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what, (void)err;
	sends_add(&config->sends, true, arg);
	return true;
}

static bool set_input(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	return value_input_format(&config->input, what, arg, err);
}

static bool set_output(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	return value_output_format(&config->output, what, arg, err);
}

static bool set_format(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	if (!value_output_format(&config->output, what, arg, err))
		return false;
	config->input = config->output;
	return true;
}

static bool set_null(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->input = config->output = RECORD_NUL;
	return true;
}

static bool set_lockstep(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	config->lockstep = 1;
	return !arg || value_number(&config->lockstep, what, arg, err);
}

static bool set_until(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	struct until *until = until_new(what, arg, err);

	if (!until)
		return false;
	until_free(config->until);
	config->until = until;
	return true;
}

static bool set_one_message(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->max_messages = 1;
	return true;
}

static const struct option_row messages_rows[] = {
	{ "messages", 'x', "execute", SPECIAL(add_message), .arg = "MESSAGE",
		.repeats = true, .common = true,
		.help = "send MESSAGE instead of reading stdin",
		.man = "Send\n"
		       ".Ar MESSAGE\n"
		       "instead of reading standard input.\n"
		       "Can be given many times, and together with\n"
		       ".Fl f :\n"
		       "they are sent in order, and again on each\n"
		       "connection\n"
		       ".Pq Fl l , -reconnect .\n"
		       "They are messages as they are, whatever\n"
		       ".Fl -input\n"
		       "says.\n" },

	{ "messages", 'f', "file", SPECIAL(add_file), .arg = "FILE",
		.repeats = true, .common = true, .complete = "file",
		.help = "send the contents of FILE as one message",
		.man = "Send the contents of\n"
		       ".Ar FILE\n"
		       "as one message, instead of reading standard\n"
		       "input;\n"
		       ".Ql -\n"
		       "is all of standard input, which only one\n"
		       "connection can be sent.\n"
		       "It may be of any length, and streams through, in\n"
		       "constant memory; an empty file is an empty\n"
		       "message.\n"
		       "Can be given many times, and together with\n"
		       ".Fl x :\n"
		       "they are sent in order, and again on each\n"
		       "connection.\n" },

	{ "messages", 'i', "interactive", FLAG(interactive),
		.help = "after -x and -f, go on with stdin or the prompt",
		.man = "After what\n"
		       ".Fl x\n"
		       "and\n"
		       ".Fl f\n"
		       "send, go on with standard input, or with the\n"
		       "prompt.\n" },

	{ "messages", 't', "text", SPECIAL(set_text),
		.help = "send text messages, as is the default",
		.man = "Send text messages, as is the default.\n"
		       "What is to be sent must be UTF-8.\n" },

	{ "messages", 'b', "binary", FLAG(binary), .common = true,
		.help = "send binary messages",
		.man = "Send binary messages, of any bytes.\n" },

	{ "messages", 'I', "input", SPECIAL(set_input), .arg = "FORMAT",
		.preset = "lines", .complete = VALUE_INPUT_FORMATS,
		.help = "read messages as FORMAT, such as jsonl",
		.man = "What of standard input is one message:\n"
		       ".Cm lines , nul , raw , length , whole\n"
		       "or\n"
		       ".Cm jsonl ;\n"
		       "see\n"
		       ".Sx FORMATS .\n" },

	{ "messages", 'O', "output", SPECIAL(set_output), .arg = "FORMAT",
		.preset = "lines", .complete = VALUE_OUTPUT_FORMATS,
		.help = "write messages as FORMAT, such as jsonl",
		.man = "How messages are written to standard output:\n"
		       ".Cm lines , nul , raw , length\n"
		       "or\n"
		       ".Cm jsonl ;\n"
		       "see\n"
		       ".Sx FORMATS .\n" },

	{ "messages", 0, "format", SPECIAL(set_format), .arg = "FORMAT",
		.common = true, .complete = VALUE_OUTPUT_FORMATS,
		.help = "stdin and stdout as nul, raw, length or jsonl",
		.man = "The same as\n"
		       ".Fl -input\n"
		       "and\n"
		       ".Fl -output\n"
		       "together.\n" },

	{ "messages", '0', "null", SPECIAL(set_null),
		.help = "a NUL byte after each message: --format nul",
		.man = "The same as\n"
		       ".Fl -format Cm nul .\n" },

	{ "messages", 'w', "wait", SECONDS(wait_ms), .arg = "SEC",
		.common = true,
		.help = "at the end of input, close after SEC idle seconds",
		.man = "After the end of input, go on receiving until\n"
		       ".Ar SEC\n"
		       "seconds pass without a message either way; then "
		       "close.\n"
		       "Fractions are allowed; 0 closes at once;\n"
		       ".Cm inf\n"
		       "(or \\-1) waits for the other end to close.\n"
		       "Pings and pongs do not count.\n"
		       "The default is 1, but\n"
		       ".Cm inf\n"
		       "with\n"
		       ".Fl l\n"
		       "or\n"
		       ".Fl e .\n" },

	{ "messages", 0, "lockstep", SPECIAL(set_lockstep), .arg = "N",
		.arg_optional = true, .arg_attached = true,
		.help = "send the next message after N (1) came in",
		.man = "Send the next message only after\n"
		       ".Ar N\n"
		       "text or binary messages (1 if none is given)\n"
		       "have come in since the one before was sent, asked for "
		       "or not.\n"
		       "After the last one its\n"
		       ".Ar N\n"
		       "are waited for, too, whatever\n"
		       ".Fl w\n"
		       "says.\n" },

	{ "messages", 0, "timeout", SECONDS(timeout_ms), .arg = "SEC",
		.positive = true, .preset = "inf",
		.help = "end the whole run after SEC seconds",
		.man = "End the whole run after\n"
		       ".Ar SEC\n"
		       "seconds, setting up the connection and waiting\n"
		       "for clients included: close with 1001, and exit\n"
		       "28.\n"
		       "Fractions are allowed.\n" },

	{ "messages", 'm', "max-messages", NUMBER(max_messages), .arg = "N",
		.common = true, .help = "close after N messages were received",
		.man = "Close, and exit 0, after\n"
		       ".Ar N\n"
		       "text or binary messages were received.\n" },

	{ "messages", '1', NULL, SPECIAL(set_one_message),
		.help = "close after one message: -m 1",
		.man = "The same as\n"
		       ".Fl m\n"
		       "1.\n" },

	{ "messages", 0, "until", SPECIAL(set_until), .arg = "REGEX",
		.help = "close after the first message that matches",
		.man = "Close, and exit 0, at the first text or binary\n"
		       "message that matches\n"
		       ".Ar REGEX ,\n"
		       "a POSIX extended regular expression; the message\n"
		       "is written.\n"
		       "It is matched against whole messages, as UTF-8:\n"
		       ".Ql ^\n"
		       "and\n"
		       ".Ql $\n"
		       "are a message's ends.\n"
		       "When the end of input and\n"
		       ".Fl w ,\n"
		       "or the other end's close, come first, exit 1.\n"
		       "Each message is held in memory, up to\n"
		       ".Fl -max-message ,\n"
		       "or 1 GiB where none is given.\n"
		       "Given again, the last one counts.\n" },

	{ "messages", 'e', "echo", FLAG(echo), .common = true,
		.help = "send every message back as it came",
		.man = "Send every text or binary message that is received "
		       "back as it\n"
		       "came, and write it to standard output too.\n"
		       "Standard input is not read.\n" },

	{ "messages", 0, "close", SPECIAL(value_close), .arg = "CODE[:REASON]",
		.complete = "1000 1001 1002 1003 1007 1008 1009 1010 1011 "
			    "1012 1013 1014",
		.help = "close with CODE and REASON",
		.man = "Say this in the closing handshake, instead of 1000 "
		       "without a\n"
		       "reason.\n"
		       "A\n"
		       ".Ar CODE\n"
		       "is 1000 to 1003, 1007 to 1014 or 3000 to 4999; the\n"
		       ".Ar REASON\n"
		       "is at most 123 bytes of UTF-8.\n" },
};

const struct option_table table_messages = TABLE(messages_rows);
