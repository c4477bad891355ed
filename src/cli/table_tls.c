#include "cli/table.h"
#include "cli/values.h"

static bool set_min(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	return value_tls_version(&config->tls.min, what, arg, err);
}

static bool set_max(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	return value_tls_version(&config->tls.max, what, arg, err);
}

static const struct option_row tls_rows[] = {
	{ "TLS", 'n', "no-check", FLAG(tls.no_check), .letter2 = 'k',
		.name2 = "insecure", .common = true, .end = END_CLIENT,
		.help = "do not verify the server's certificate",
		.man = "Accept any certificate, of the server and of an\n"
		       ".Li https\n"
		       "proxy, and say so on standard error.\n"
		       "Whoever is between here and the server can read and\n"
		       "change everything then.\n" },

	{ "TLS", 0, "ca", STRING(tls.ca_file), .arg = "FILE",
		.complete = "file", .end = END_TLS,
		.help = "trust the authorities in FILE and no others",
		.man = "Trust the certificate authorities in\n"
		       ".Ar FILE\n"
		       "(PEM), and not those of the system.\n"
		       "With\n"
		       ".Fl l\n"
		       "and\n"
		       ".Fl -cert ,\n"
		       "demand of each client a certificate that one of them "
		       "signed.\n" },

	{ "TLS", 0, "capath", STRING(tls.ca_dir), .arg = "DIR",
		.complete = "dir", .end = END_TLS,
		.help = "trust the authorities in the directory DIR",
		.man = "Trust the certificate authorities in the directory\n"
		       ".Ar DIR\n"
		       "(as\n"
		       ".Ic openssl rehash\n"
		       "prepares it), and not those of the system; with\n"
		       ".Fl -ca ,\n"
		       "those of both.\n" },

	{ "TLS", 0, "cert", STRING(tls.cert), .arg = "FILE", .complete = "file",
		.help = "show the other end the certificate in FILE",
		.man = "Show the server the certificate in\n"
		       ".Ar FILE :\n"
		       "PEM, with what is between it and the authority behind "
		       "it,\n"
		       "or PKCS#12.\n"
		       "With\n"
		       ".Fl l ,\n"
		       "clients are shown it: it makes the listener\n"
		       ".Li wss .\n" },

	{ "TLS", 0, "key", STRING(tls.key), .arg = "FILE", .complete = "file",
		.end = END_TLS,
		.help = "the key of --cert, where that has none in it",
		.man = "The private key of the certificate of\n"
		       ".Fl -cert\n"
		       "(PEM), where it is not in the same file.\n" },

	{ "TLS", 0, "passphrase", STRING(tls.passphrase), .arg = "TEXT",
		.arg_optional = true, .from_file = true,
		.secret = value_secret_any, .end = END_TLS,
		.help = "the key's pass phrase; asked for without it",
		.man = "The pass phrase of the key.\n"
		       "Without the option, or its value, it is asked for on "
		       "the\n"
		       "terminal where it is needed, without showing it.\n"
		       "With\n"
		       ".Pf @ Ar FILE\n"
		       "it is the line in the file, and with\n"
		       ".Ql @-\n"
		       "that on standard input.\n"
		       "One that begins with\n"
		       ".Ql @\n"
		       "can be given only so.\n" },

	{ "TLS", 0, "sni", STRING(tls.sni), .arg = "NAME",
		.check = value_check_given, .complete = "host",
		.end = END_CLIENT, .help = "ask for the certificate of NAME",
		.man = "Ask the server for the certificate of\n"
		       ".Ar NAME\n"
		       "instead of the URL's host, and check it for that "
		       "name.\n" },

	{ "TLS", 0, "tls-min", SPECIAL(set_min), .arg = "VERSION",
		.complete = "1.0 1.1 1.2 1.3", .end = END_TLS,
		.help = "take no older version of TLS (1.2)",
		.man = "Take no older version of TLS:\n"
		       ".Cm 1.0 , 1.1 , 1.2\n"
		       "(the default) or\n"
		       ".Cm 1.3 .\n" },

	{ "TLS", 0, "tls-max", SPECIAL(set_max), .arg = "VERSION",
		.complete = "1.2 1.3", .end = END_TLS,
		.help = "take no newer version of TLS",
		.man = "Take no newer version of TLS.\n"
		       "Any is taken otherwise.\n" },

	{ "TLS", 0, "ciphers", STRING(tls.ciphers), .arg = "LIST",
		.check = tls_check_ciphers, .end = END_TLS,
		.help = "offer these ciphers",
		.man = "Offer these ciphers, as\n"
		       ".Xr openssl-ciphers 1\n"
		       "names those of TLS 1.2; those of TLS 1.3 have names "
		       "that\n"
		       "begin with\n"
		       ".Ql TLS_ .\n"
		       "Names are separated by colons.\n" },

	{ "TLS", 0, "pin", LIST(tls.pins), .arg = "sha256//BASE64",
		.check = tls_check_pin, .end = END_CLIENT,
		.help = "accept only a server with this public key",
		.man = "Accept a server only where this is the SHA-256 digest\n"
		       "of its public key (SubjectPublicKeyInfo), besides all "
		       "that\n"
		       "is checked in any case; exit 90 otherwise.\n"
		       ".Fl v\n"
		       "shows that of a server.\n"
		       "Can be given many times: any of them will do.\n" },

	{ "TLS", 0, "keylog", STRING(tls.keylog), .arg = "FILE",
		.check = value_check_given, .complete = "file", .end = END_TLS,
		.help = "write the session's keys to FILE, for Wireshark",
		.man = "Append the keys of each TLS session to\n"
		       ".Ar FILE ,\n"
		       "with which programs like Wireshark can read what was "
		       "sent.\n"
		       "The variable\n"
		       ".Ev SSLKEYLOGFILE\n"
		       "does the same.\n" },
};

const struct option_table table_tls = TABLE(tls_rows);
