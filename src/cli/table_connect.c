#include "cli/table.h"
#include "cli/values.h"

static bool set_ipv4(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->dial.family = DIAL_IPV4;
	return true;
}

static bool set_ipv6(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	(void)what, (void)arg, (void)err;
	config->dial.family = DIAL_IPV6;
	return true;
}

/* The parser heeds these before all others. */
static bool read_before(struct config *config, const char *what,
	const char *arg, struct err *err)
{
	(void)config, (void)what, (void)arg, (void)err;
	return true;
}

static const struct option_row connect_rows[] = {
	{ "connect", 'c', "connect", SPECIAL(value_url), .arg = "URL",
		.secret = value_secret_url, .complete = "url",
		.help = "connect to URL, as the plain argument does",
		.man = "Connect to\n"
		       ".Ar URL ;\n"
		       "the same as the plain argument.\n" },

	{ "connect", 'l', "listen", STRING(listen), .arg = "[HOST:]PORT",
		.check = value_check_listen, .common = true, .complete = "host",
		.help = "listen, and talk to the client that connects",
		.man = "Listen, and talk to the client that connects.\n"
		       ".Ar HOST\n"
		       "is the loopback address unless it is given, and\n"
		       ".Cm *\n"
		       "is all addresses; an IPv6 address is written in "
		       "brackets.\n"
		       "Port 0 picks a free one.\n"
		       ".Ql unix:/path\n"
		       "is a socket of the local domain.\n"
		       "The address is told on standard error.\n"
		       "Clients are served until a signal ends it: at the "
		       "prompt 64 at a\n"
		       "time, otherwise one after another; one more gets a "
		       "503\n"
		       ".Pq Fl -max-clients .\n"
		       "See\n"
		       ".Sx LISTENING .\n" },

	{ "connect", 0, "max-clients", NUMBER(max_clients), .arg = "N",
		.end = END_LISTENER,
		.help = "with -l, serve at most N clients at a time",
		.man = "With\n"
		       ".Fl l ,\n"
		       "serve at most\n"
		       ".Ar N\n"
		       "clients at a time, up to 256.\n"
		       "With more than one, messages are shown with the "
		       "client's number,\n"
		       "held in memory until they are whole; standard input, "
		       "or what is\n"
		       "typed, goes to the client that has been there longest "
		       "or that\n"
		       ".Ic /to\n"
		       "names; and what\n"
		       ".Fl x\n"
		       "and\n"
		       ".Fl f\n"
		       "give is sent to each.\n" },

	{ "connect", 0, "broadcast", FLAG(broadcast), .end = END_LISTENER,
		.help = "with -l, send the input to all clients",
		.man = "With\n"
		       ".Fl l ,\n"
		       "send standard input, or what is typed, to all clients, "
		       "64 at a time\n"
		       "unless\n"
		       ".Fl -max-clients\n"
		       "says otherwise.\n"
		       "A message goes to those that are there when it begins, "
		       "at the pace\n"
		       "of the slowest.\n" },

	{ "connect", 0, "once", FLAG(once), .end = END_LISTENER,
		.help = "with -l, end after the first client",
		.man = "With\n"
		       ".Fl l ,\n"
		       "end after the first client: the first that sends a "
		       "request.\n" },

	{ "connect", 'H', "header", LIST(handshake.headers),
		.arg = "'Name: value'", .from_file = true,
		.check = value_check_header, .secret = value_secret_header,
		.common = true,
		.complete = "Accept-Language: Authorization: Cookie: Host: "
			    "Origin: Referer: Sec-WebSocket-Protocol: "
			    "User-Agent: X-Api-Key: X-Forwarded-For:",
		.help = "add a header to the request, or the answer (-l)",
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
		       "Can be given many times.\n"
		       "With\n"
		       ".Fl l\n"
		       "it is the answer that they are added to.\n" },

	{ "connect", 's', "subprotocol", SPECIAL(value_subprotocols),
		.arg = "NAME", .repeats = true, .common = true,
		.complete = "graphql-transport-ws graphql-ws mqtt ocpp1.6 "
			    "ocpp2.0.1 sip soap v12.stomp wamp.2.json xmpp",
		.separator = ',',
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
		.check = ws_handshake_check_value,
		.complete = "http:// https:// null",
		.help = "send this Origin header",
		.man = "Send this\n"
		       ".Li Origin\n"
		       "header, as a page from there would.\n"
		       "None is sent otherwise.\n"
		       "With\n"
		       ".Fl l ,\n"
		       "clients of this origin are let in and no others, which "
		       "get a 403.\n" },

	{ "connect", 0, "host", STRING(handshake.host), .arg = "NAME",
		.check = ws_handshake_check_value, .complete = "host",
		.end = END_CLIENT, .help = "send this Host header",
		.man = "Send this\n"
		       ".Li Host\n"
		       "header instead of the URL's host and port.\n" },

	{ "connect", 'A', "user-agent", STRING(handshake.user_agent),
		.arg = "TEXT", .check = ws_handshake_check_value,
		.end = END_CLIENT, .help = "send this User-Agent header",
		.man = "Send this\n"
		       ".Li User-Agent\n"
		       "header instead of wstap's name and version.\n" },

	{ "connect", 'p', "protocol", INT(handshake.version), .arg = "VERSION",
		.preset = "13", .complete = "8 13", .end = END_CLIENT,
		.help = "send this Sec-WebSocket-Version",
		.man = "Send this\n"
		       ".Li Sec-WebSocket-Version .\n" },

	{ "connect", 'L', "location", FLAG(location), .end = END_CLIENT,
		.help = "follow redirects",
		.man = "Follow redirects: 301, 302, 303, 307 and 308.\n"
		       "Credentials, cookies and a client certificate that "
		       "were\n"
		       "given for one origin are sent to no other, and one "
		       "from\n"
		       ".Li wss\n"
		       "to\n"
		       ".Li ws\n"
		       "is not followed.\n" },

	{ "connect", 0, "max-redirects", SPECIAL(value_redirects), .arg = "N",
		.arg_optional = true, .preset = "10", .end = END_CLIENT,
		.help = "with -L, follow at most N redirects",
		.man = "With\n"
		       ".Fl L ,\n"
		       "follow at most\n"
		       ".Ar N\n"
		       "redirects, one after another;\n"
		       ".Cm inf\n"
		       "is no limit.\n"
		       "One more is an error, exit 47.\n" },

	{ "connect", 'u', "user", SPECIAL(value_user), .name2 = "auth",
		.arg = "USER[:PASSWORD]", .secret = value_secret_user,
		.common = true,
		.help = "log in with a user's name and password",
		.man = "Log in with a name and a password: HTTP Basic\n"
		       "credentials, or Digest where the server asks for it.\n"
		       "A password that is missing is asked for on the "
		       "terminal,\n"
		       "without showing it.\n"
		       "Of\n"
		       ".Fl u\n"
		       "and\n"
		       ".Fl -bearer\n"
		       "the last one counts.\n"
		       "With\n"
		       ".Fl l ,\n"
		       "either is demanded of clients: who does not give it "
		       "gets a 401.\n" },

	{ "connect", 0, "bearer", SPECIAL(value_bearer), .arg = "TOKEN",
		.from_file = true, .secret = value_secret_any,
		.help = "log in with a bearer token",
		.man = "Log in with a bearer token (RFC 6750).\n"
		       "With\n"
		       ".Pf @ Ar FILE\n"
		       "it is the line in the file, and with\n"
		       ".Ql @-\n"
		       "that on standard input, so that no list of processes "
		       "shows\n"
		       "it.\n" },

	{ "connect", 0, "netrc", FLAG(netrc), .end = END_CLIENT,
		.help = "log in with what ~/.netrc says",
		.man = "Take the user's name and the password for the host "
		       "from\n"
		       ".Pa ~/.netrc ,\n"
		       "where no other option gives them.\n" },

	{ "connect", 0, "netrc-file", STRING(netrc_file), .arg = "FILE",
		.check = value_check_given, .complete = "file",
		.end = END_CLIENT, .help = "the same, with what FILE says",
		.man = "As with\n"
		       ".Fl -netrc ,\n"
		       "but from\n"
		       ".Ar FILE .\n" },

	{ "connect", 0, "cookie", STRING(cookie), .arg = "'a=b; c=d'",
		.from_file = true, .check = value_check_cookie,
		.secret = value_secret_any, .end = END_CLIENT,
		.help = "send cookies",
		.man = "Send these cookies.\n"
		       "With\n"
		       ".Pf @ Ar FILE\n"
		       "they are the line in the file, and with\n"
		       ".Ql @-\n"
		       "that on standard input.\n" },

	{ "connect", 0, "cookie-jar", STRING(cookie_jar), .arg = "FILE",
		.check = value_check_given, .complete = "file",
		.end = END_CLIENT,
		.help = "send the cookies in FILE, and keep new ones there",
		.man = "Send those cookies in\n"
		       ".Ar FILE\n"
		       "that are for the URL, and write back those that the\n"
		       "server sets.\n"
		       "The format is Netscape's, as that of\n"
		       ".Xr curl 1 ;\n"
		       "a file that is not there is made.\n" },

	{ "connect", '4', "ipv4", SPECIAL(set_ipv4), .end = END_CLIENT,
		.help = "connect to IPv4 addresses only",
		.man = "Connect to IPv4 addresses only.\n"
		       "Of\n"
		       ".Fl 4\n"
		       "and\n"
		       ".Fl 6\n"
		       "the last one counts.\n" },

	{ "connect", '6', "ipv6", SPECIAL(set_ipv6), .end = END_CLIENT,
		.help = "connect to IPv6 addresses only",
		.man = "Connect to IPv6 addresses only.\n" },

	{ "connect", 0, "resolve", LIST(dial.resolve),
		.arg = "HOST:PORT:ADDR[,ADDR]...", .check = dial_check_resolve,
		.end = END_CLIENT,
		.help = "use these addresses for HOST, without a look-up",
		.man = "Connect to these addresses instead of looking up the\n"
		       "host's name.\n"
		       "Either of host and port may be\n"
		       ".Ql * ,\n"
		       "which is any.\n"
		       "Can be given many times.\n" },

	{ "connect", 0, "connect-to", LIST(connect_to),
		.arg = "HOST1:PORT1:HOST2:PORT2",
		.check = dial_check_connect_to, .end = END_CLIENT,
		.help = "connect to HOST2 where the URL has HOST1",
		.man = "Connect to the second host and port where the URL "
		       "has the\n"
		       "first; the request, and what the certificate is "
		       "checked\n"
		       "for, stay those of the URL.\n"
		       "What is left empty of the first is any, and of the "
		       "second\n"
		       "the URL's own.\n"
		       "Can be given many times: the first that fits "
		       "counts.\n" },

	{ "connect", 0, "interface", STRING(dial.interface), .arg = "NAME",
		.check = value_check_given, .complete = "interface",
		.end = END_CLIENT,
		.help = "connect from this interface or address",
		.man = "Connect from this network interface, or from this "
		       "local\n"
		       "address.\n" },

	{ "connect", 0, "unix-socket", STRING(unix_socket), .arg = "PATH",
		.check = value_check_given, .complete = "file",
		.end = END_CLIENT, .help = "connect through a unix socket",
		.man = "Connect through this socket of the local domain; the\n"
		       "request stays that of the URL.\n"
		       "A path that begins with\n"
		       ".Ql @\n"
		       "is an abstract socket's name.\n" },

	{ "connect", 0, "proxy", STRING(proxy),
		.arg = "[SCHEME://][USER:PASSWORD@]HOST[:PORT]",
		.check = value_check_proxy, .secret = value_secret_url,
		.complete = "http:// https:// socks4:// socks4a:// socks5:// "
			    "socks5h://",
		.end = END_CLIENT, .help = "connect through a proxy",
		.man = "Connect through a proxy.\n"
		       "The scheme is one of\n"
		       ".Cm http , https , socks4 , socks4a , socks5\n"
		       "and\n"
		       ".Cm socks5h ;\n"
		       "with the last and\n"
		       ".Cm socks4a\n"
		       "the proxy looks up the host's name.\n"
		       "Without a scheme it is\n"
		       ".Cm http ,\n"
		       "and without a port 1080, or 443 for\n"
		       ".Cm https .\n"
		       "An empty value is no proxy.\n"
		       "Without the option the variables\n"
		       ".Ev ws_proxy\n"
		       "or\n"
		       ".Ev wss_proxy ,\n"
		       ".Ev http_proxy\n"
		       "or\n"
		       ".Ev https_proxy ,\n"
		       "and\n"
		       ".Ev all_proxy\n"
		       "are asked, in this order.\n" },

	{ "connect", 0, "noproxy", STRING(noproxy), .arg = "LIST",
		.end = END_CLIENT, .separator = ',', .complete = "host",
		.help = "connect to these hosts without the proxy",
		.man = "Connect to the hosts in\n"
		       ".Ar LIST\n"
		       "without the proxy: names (and all below them), "
		       "addresses and\n"
		       "networks\n"
		       ".Pq Ql 192.0.2.0/24 ,\n"
		       "separated by commas, each with a port where it is for\n"
		       "that alone;\n"
		       ".Ql *\n"
		       "is all hosts.\n"
		       "Without the option the variable\n"
		       ".Ev no_proxy\n"
		       "is asked.\n" },

	{ "connect", 0, "connect-timeout", SECONDS(connect_timeout_ms),
		.arg = "SEC", .positive = true, .preset = "30",
		.help = "give up connecting after SEC seconds",
		.man = "Give up when the connection is not open after\n"
		       ".Ar SEC\n"
		       "seconds: looking up the name, connecting, TLS and\n"
		       "the server's answer together.\n"
		       "Fractions are allowed, and\n"
		       ".Cm inf .\n" },

	{ "connect", 0, "config", SPECIAL(read_before), .arg = "FILE",
		.complete = "file",
		.help = "read options from FILE, not from the usual one",
		.man = "Read the options in\n"
		       ".Ar FILE\n"
		       "before those of the command line, instead of those in\n"
		       ".Pa $XDG_CONFIG_HOME/wstap/config ,\n"
		       "or\n"
		       ".Pa ~/.config/wstap/config .\n"
		       "Each line is an option with its value, as on the "
		       "command\n"
		       "line and with quotes as for\n"
		       ".Xr sh 1 ,\n"
		       "or a URL;\n"
		       ".Ql #\n"
		       "begins a comment, and\n"
		       ".Ql ~/\n"
		       "at a word's start is the home directory.\n"
		       "Lines below one that is\n"
		       ".Ql [NAME]\n"
		       "are a profile: they count where the command line has "
		       "the\n"
		       "argument\n"
		       ".Pf @ Ar NAME ,\n"
		       "as in\n"
		       ".Ic wstap @staging .\n"
		       "The command line goes before profiles, and those "
		       "before "
		       "the\n"
		       "rest of the file; options that can be given many times "
		       "add\n"
		       "up.\n"
		       "What only who connects has a use for, or who listens,\n"
		       "means nothing to the other here, and is an error on\n"
		       "the command line.\n" },

	{ "connect", 0, "no-config", SPECIAL(read_before),
		.help = "read no configuration file",
		.man = "Read no configuration file.\n" },
};

const struct option_table table_connect = TABLE(connect_rows);
