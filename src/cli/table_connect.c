#include "cli/table.h"
#include "cli/values.h"

static const struct option_row connect_rows[] = {
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
};

const struct option_table table_connect = TABLE(connect_rows);

static const struct option_row tls_rows[] = {
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
};

const struct option_table table_tls = TABLE(tls_rows);
