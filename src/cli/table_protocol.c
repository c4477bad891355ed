#include "cli/table.h"
#include "cli/values.h"

static bool set_reconnect(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	config->reconnect = true;
	config->reconnect_max = 0;
	return !arg || value_number(&config->reconnect_max, what, arg, err);
}

static const struct option_row protocol_rows[] = {
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
			    "client_max_window_bits client_max_window_bits= "
			    "server_max_window_bits=",
		.separator = ';',
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

	{ "protocol", 0, "ping-interval", SECONDS(ping_interval_ms),
		.arg = "SEC", .positive = true,
		.help = "send a ping every SEC seconds",
		.man = "Send a ping every\n"
		       ".Ar SEC\n"
		       "seconds.\n"
		       "The default is that of\n"
		       ".Fl -ping-timeout\n"
		       "where it is given; without both, none is sent.\n"
		       "Fractions are allowed.\n" },

	{ "protocol", 0, "ping-timeout", SECONDS(ping_timeout_ms), .arg = "SEC",
		.positive = true,
		.help = "give up SEC seconds after a ping with no pong",
		.man = "End the connection, and exit 28, when the pong to\n"
		       "a ping of\n"
		       ".Fl -ping-interval\n"
		       "has not come within\n"
		       ".Ar SEC\n"
		       "seconds.\n"
		       "The default is that interval.\n"
		       "The clock stands still while standard output is\n"
		       "blocked, and while a long frame is coming in.\n"
		       "Fractions are allowed, and\n"
		       ".Cm inf .\n" },

	{ "protocol", 0, "max-frame", SIZE(max_frame), .arg = "SIZE",
		.help = "send frames of at most SIZE bytes",
		.man = "Cut what is sent into frames of at most\n"
		       ".Ar SIZE\n"
		       "bytes, the frame's header not counted.\n"
		       "With less than 512, messages that have to be cut\n"
		       "go uncompressed.\n"
		       ".Cm k , M\n"
		       "and\n"
		       ".Cm G\n"
		       "behind the number are 1024, 1024 squared and\n"
		       "cubed.\n"
		       "0 is no limit.\n" },

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

	{ "protocol", 0, "reconnect", SPECIAL(set_reconnect), .arg = "N",
		.arg_optional = true, .arg_attached = true, .end = END_CLIENT,
		.help = "connect again when the connection fails",
		.man = "When a connection could not be made or ended\n"
		       "abnormally, connect again, at most\n"
		       ".Ar N\n"
		       "times (no limit if none is given), as\n"
		       ".Sx RECONNECTING\n"
		       "tells.\n" },
};

const struct option_table table_protocol = TABLE(protocol_rows);
