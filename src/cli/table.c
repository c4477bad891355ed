#include "cli/options.h"
#include "cli/values.h"

/* The place of a field of that type; for another type it does not compile. */
#define PLACE(type, member)                                                    \
	_Generic(&((struct config *)0)->member, type *                         \
		 : offsetof(struct config, member))
#define FIELD(kind_, type, member)                                             \
	.kind = OPTION_##kind_, .field = PLACE(type, member)
#define FLAG(member) FIELD(FLAG, bool, member)
#define COUNT(member) FIELD(COUNT, int, member), .repeats = true
#define STRING(member) FIELD(STRING, const char *, member)
#define LIST(member) FIELD(LIST, struct strings, member), .repeats = true
#define SECONDS(member) FIELD(SECONDS, int64_t, member)
#define NUMBER(member) FIELD(NUMBER, uint64_t, member)
#define SIZE(member) FIELD(SIZE, uint64_t, member)
#define INT(member) FIELD(INT, int, member)
#define WHEN(member) FIELD(WHEN, enum when, member)
#define SPECIAL(function)                                                      \
	.kind = OPTION_SPECIAL, .field = OPTION_NO_FIELD, .special = function

static bool set_text(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->binary = false;
	return true;
}

static bool set_one_message(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->max_messages = 1;
	return true;
}

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

/* In the order of --help and the manual. */
const struct option_row options[] = {
	{ "connect", 'c', "connect", SPECIAL(value_url), .arg = "URL",
		.complete = "url",
		.help = "connect to URL, as the plain argument does",
		.man = "Connect to\n"
		       ".Ar URL ;\n"
		       "the same as the plain argument.\n" },

	{ "connect", 'l', "listen", STRING(listen), .arg = "[HOST:]PORT",
		.check = value_check_listen, .common = true, .complete = "host",
		.help = "listen, and talk to the client that connects",
		.man = "Listen, and talk to the client that connects.\n"
		       ".Ar HOST\n"
		       "is the loopback address unless it is given; an IPv6 "
		       "address\n"
		       "is written in brackets.\n"
		       "Port 0 picks a free one.\n"
		       "The address is told on standard error.\n"
		       "Clients are served one after another, until a signal\n"
		       "ends it; one that comes while another is served gets "
		       "a 503.\n" },

	{ "connect", 0, "once", FLAG(once),
		.help = "with -l, end after the first client",
		.man = "With\n"
		       ".Fl l ,\n"
		       "end after the first client.\n" },

	{ "connect", 'H', "header", LIST(handshake.headers),
		.arg = "'Name: value'", .from_file = true,
		.check = value_check_header, .common = true,
		.help = "add a header to the request",
		.man = "Add a header to the request, or replace a default "
		       "one.\n"
		       ".Ql Name:\\&\n"
		       "removes a default one,\n"
		       ".Ql Name;\\&\n"
		       "sends it empty.\n"
		       "With\n"
		       ".Pf @ Ar FILE\n"
		       "each line of the file is a header, and\n"
		       ".Ql @-\n"
		       "reads them from standard input.\n"
		       "Can be given many times.\n" },

	{ "connect", 's', "subprotocol", SPECIAL(value_subprotocols),
		.arg = "NAME", .repeats = true, .common = true,
		.help = "offer a subprotocol, or several: a,b",
		.man = "Offer a subprotocol to the server; several are "
		       "separated by\n"
		       "commas, or by giving the option many times.\n"
		       "With\n"
		       ".Fl l ,\n"
		       "accept it: of what the client offers the first one "
		       "that is\n"
		       "named here is chosen.\n" },

	{ "connect", 'o', "origin", STRING(handshake.origin), .arg = "ORIGIN",
		.check = ws_handshake_check_value, .complete = "url",
		.help = "send this Origin header",
		.man = "Send this\n"
		       ".Li Origin\n"
		       "header, as a page from there would.\n"
		       "None is sent otherwise.\n" },

	{ "connect", 0, "host", STRING(handshake.host), .arg = "NAME",
		.check = ws_handshake_check_value, .complete = "host",
		.help = "send this Host header",
		.man = "Send this\n"
		       ".Li Host\n"
		       "header instead of the URL's host and port.\n" },

	{ "connect", 'A', "user-agent", STRING(handshake.user_agent),
		.arg = "TEXT", .check = ws_handshake_check_value,
		.help = "send this User-Agent header",
		.man = "Send this\n"
		       ".Li User-Agent\n"
		       "header instead of wstap's name and version.\n" },

	{ "connect", 'p', "protocol", INT(handshake.version), .arg = "VERSION",
		.preset = "13", .help = "send this Sec-WebSocket-Version",
		.man = "Send this\n"
		       ".Li Sec-WebSocket-Version .\n" },

	{ "connect", 'u', "user", STRING(user), .name2 = "auth",
		.arg = "USER[:PASSWORD]", .check = ws_handshake_check_value,
		.common = true, .help = "log in with HTTP Basic credentials",
		.man = "Send HTTP Basic credentials.\n"
		       "A password that is missing is asked for on the "
		       "terminal,\n"
		       "without showing it.\n" },

	{ "connect", 0, "connect-timeout", SECONDS(connect_timeout_ms),
		.arg = "SEC", .positive = true, .preset = "30",
		.help = "give up connecting after SEC seconds",
		.man = "Give up when the connection is not open after\n"
		       ".Ar SEC\n"
		       "seconds: looking up the name, connecting, TLS and\n"
		       "the server's answer together.\n"
		       "Fractions are allowed, and\n"
		       ".Cm inf .\n" },

	{ "TLS", 'n', "no-check", FLAG(tls.no_check), .letter2 = 'k',
		.name2 = "insecure", .common = true,
		.help = "do not verify the server's certificate",
		.man = "Accept any certificate, and say so on standard "
		       "error.\n"
		       "Whoever is between here and the server can read and\n"
		       "change everything then.\n" },

	{ "TLS", 0, "ca", STRING(tls.ca_file), .arg = "FILE",
		.complete = "file",
		.help = "trust the authorities in FILE and no others",
		.man = "Trust the certificate authorities in\n"
		       ".Ar FILE\n"
		       "(PEM), and not those of the system.\n" },

	{ "messages", 'x', "execute", LIST(execute), .arg = "MESSAGE",
		.common = true, .help = "send MESSAGE instead of reading stdin",
		.man = "Send\n"
		       ".Ar MESSAGE\n"
		       "instead of reading standard input.\n"
		       "Can be given many times; they are sent in order.\n" },

	{ "messages", 't', "text", SPECIAL(set_text),
		.help = "send text messages, as is the default",
		.man = "Send text messages, as is the default.\n"
		       "What is to be sent must be UTF-8.\n" },

	{ "messages", 'b', "binary", FLAG(binary), .common = true,
		.help = "send binary messages",
		.man = "Send binary messages, of any bytes.\n" },

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

	{ "messages", 'e', "echo", FLAG(echo), .common = true,
		.help = "send every message back as it came",
		.man = "Send every text or binary message that is received "
		       "back as it\n"
		       "came, and write it to standard output too.\n"
		       "Standard input is not read.\n" },

	{ "messages", 0, "close", SPECIAL(value_close), .arg = "CODE[:REASON]",
		.help = "close with CODE and REASON",
		.man = "Say this in the closing handshake, instead of 1000 "
		       "without a\n"
		       "reason.\n"
		       "A\n"
		       ".Ar CODE\n"
		       "is 1000 to 1003, 1007 to 1014 or 3000 to 4999; the\n"
		       ".Ar REASON\n"
		       "is at most 123 bytes of UTF-8.\n" },

	{ "protocol", 0, "no-compress", FLAG(handshake.deflate.off),
		.help = "neither offer nor accept permessage-deflate",
		.man = "Do not compress: neither offer permessage-deflate nor, "
		       "with\n"
		       ".Fl l ,\n"
		       "accept it.\n" },

	{ "protocol", 0, "deflate", LIST(handshake.deflate.offers),
		.arg = "PARAMS", .check = value_check_deflate,
		.complete = "client_no_context_takeover "
			    "server_no_context_takeover "
			    "client_max_window_bits",
		.help = "offer permessage-deflate with these parameters",
		.man = "Offer permessage-deflate with these parameters, "
		       "written as in\n"
		       ".Li Sec-WebSocket-Extensions :\n"
		       "separated by semicolons, none if\n"
		       ".Ar PARAMS\n"
		       "is empty.\n"
		       "There are\n"
		       ".Cm server_no_context_takeover , "
		       "client_no_context_takeover ,\n"
		       ".Cm server_max_window_bits Ns = Ns Ar BITS\n"
		       "and\n"
		       ".Cm client_max_window_bits Ns Op = Ns Ar BITS ,\n"
		       "of 8 to 15 bits.\n"
		       "Several offers, the best one first, are separated by "
		       "commas, or by\n"
		       "giving the option many times.\n"
		       "The default is\n"
		       ".Cm client_max_window_bits ,\n"
		       "as browsers offer.\n"
		       "With\n"
		       ".Fl l\n"
		       "they are what is asked of the client: its offers are "
		       "accepted\n"
		       "with windows no larger than these, and without context "
		       "takeover\n"
		       "where that is named; an offer that does not allow this "
		       "is declined.\n" },

	{ "protocol", 0, "max-message", SIZE(max_message), .arg = "SIZE",
		.help = "refuse messages of more than SIZE bytes",
		.man = "Refuse a message that is longer than\n"
		       ".Ar SIZE\n"
		       "bytes, decompressed: close with 1009, and exit 110.\n"
		       ".Cm k , M\n"
		       "and\n"
		       ".Cm G\n"
		       "behind the number are 1024, 1024 squared and cubed.\n"
		       "0 is no limit.\n" },

	{ "display", 'X', "hex", FLAG(hex), .common = true,
		.help = "show every message as a hex dump",
		.man = "Write every message as a hex dump.\n"
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
		       "prompt.\n" },

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

const size_t options_count = sizeof(options) / sizeof(options[0]);
