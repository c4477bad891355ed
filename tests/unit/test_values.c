#define _GNU_SOURCE /* open_memstream, MAP_ANONYMOUS */

#include "cli/values.h"
#include "unit/options_case.h"

#include <unistd.h>

/* As long as a close frame's reason may be. */
#define ROW "0123456789012345678901234567890123456789"
#define REASON ROW ROW ROW "012"

#define DEFLATE "permessage-deflate"
#define CLIENT "client_max_window_bits"
#define SERVER "server_max_window_bits=\"9\""

#define NO_CODE                                                                \
	"may not be sent; 1000 to 1003, 1007 to 1014 and 3000 to 4999 may "    \
	"(RFC 6455 7.4)"
#define NO_FORMAT "no such format"
#define FORMATS_IN "(lines nul raw length whole jsonl)"
#define FORMATS_OUT "(lines nul raw length jsonl)"
#define NO_SIZE "not a size in bytes (like 500, 64k, 16M or 1G)"

TestSuite(values, .init = no_configuration);

static const struct good_line good[] = {
	{ { "--max-redirects=0", "a" }, "url=a redirects=0" },
	{ { "--max-redirects=10", "a" }, "url=a" },
	{ { "--max-redirects", "inf", "a" }, "url=a redirects=inf" },
	{ { "--max-redirects=-1", "a" }, "url=a redirects=inf" },
	{ { "--tls-min=1.0", "a" }, "url=a tls-min=1" },
	{ { "--tls-min=1.1", "a" }, "url=a tls-min=2" },
	{ { "--tls-min", "1.2", "a" }, "url=a tls-min=3" },
	{ { "--tls-min", "1.3", "a" }, "url=a tls-min=4" },
	{ { "--tls-max", "1.2", "a" }, "url=a tls-max=3" },
	{ { "--bearer", "1|aZ-._~+/=", "a" }, "url=a bearer=1|aZ-._~+/=" },
	{ { "--cookie", "a=", "a" }, "url=a cookie=a=" },
	{ { "--cookie", "a=b;c==d; e=;", "a" }, "url=a cookie=a=b;c==d; e=;" },
	{ { "--proxy", "http://h:3128/", "a" }, "url=a proxy=http://h:3128/" },
	{ { "-l", "0" }, "listen=0" },
	{ { "--listen", "0.0.0.0:65535" }, "listen=0.0.0.0:65535" },
	{ { "-l", "[::1]:80" }, "listen=[::1]:80" },
	{ { "-l", ":80" }, "listen=:80" },
	{ { "-H", "A: b", "--header=C:", "a" }, "url=a header=A: b header=C:" },
	{ { "-s", "a,b", "-sc", "u" }, "url=u sub=a sub=b sub=c" },
	{ { "--subprotocol= a ,, b", "u" }, "url=u sub=a sub=b" },
	{ { "-p", "8", "a" }, "url=a version=8" },
	{ { "--protocol=0", "a" }, "url=a version=0" },
	{ { "--connect-timeout", "0.5", "a" }, "url=a timeout=500" },
	{ { "--connect-timeout", "inf", "a" }, "url=a timeout=-1" },
	{ { "--connect-timeout", "0.00001", "a" }, "url=a timeout=1" },
	{ { "-w", "0", "a" }, "url=a wait=0" },
	{ { "-w", "-1", "a" }, "url=a wait=-1" },
	{ { "-w-1", "a" }, "url=a wait=-1" },
	{ { "--wait=inf", "a" }, "url=a wait=-1" },
	{ { "-w", "2.5", "a" }, "url=a wait=2500" },
	{ { "-w", ".25", "a" }, "url=a wait=250" },
	{ { "-w", "3.", "a" }, "url=a wait=3000" },
	{ { "-w", "0.001", "a" }, "url=a wait=1" },
	{ { "-w", "1.0001", "a" }, "url=a wait=1001" },
	{ { "-w", "1.0000", "a" }, "url=a wait=1000" },
	{ { "-w", "99999999999999999999999", "a" },
		"url=a wait=1000000000000" },
	{ { "-I", "lines", "a" }, "url=a" },
	{ { "-Inul", "a" }, "url=a in=nul" },
	{ { "--input=raw", "a" }, "url=a in=raw" },
	{ { "-t", "--input", "raw", "a" }, "url=a in=raw" },
	{ { "-I", "length", "a" }, "url=a in=length" },
	{ { "-I", "whole", "a" }, "url=a in=whole" },
	{ { "-I", "jsonl", "a" }, "url=a in=jsonl" },
	{ { "-O", "lines", "a" }, "url=a" },
	{ { "-O", "nul", "a" }, "url=a out=nul" },
	{ { "-Oraw", "a" }, "url=a out=raw" },
	{ { "--output=length", "a" }, "url=a out=length" },
	{ { "--output", "jsonl", "a" }, "url=a out=jsonl" },
	{ { "--format", "nul", "a" }, "url=a in=nul out=nul" },
	{ { "--format=jsonl", "-I", "whole", "a" },
		"url=a in=whole out=jsonl" },
	{ { "-I", "whole", "--format=lines", "a" }, "url=a" },
	{ { "--lockstep=1", "a" }, "url=a lockstep=1" },
	{ { "--lockstep=18446744073709551615", "a" },
		"url=a lockstep=18446744073709551615" },
	{ { "--timeout", "0.5", "a" }, "url=a run=500" },
	{ { "--timeout=9", "--timeout", "inf", "a" }, "url=a" },
	{ { "--ping-interval", "30", "a" }, "url=a ping-interval=30000" },
	{ { "--ping-interval=inf", "--ping-timeout", ".1", "a" },
		"url=a ping-interval=-1 ping-timeout=100" },
	{ { "--ping-timeout=inf", "a" }, "url=a ping-timeout=-1" },
	{ { "--max-frame", "1", "a" }, "url=a max-frame=1" },
	{ { "--max-frame=16k", "a" }, "url=a max-frame=16384" },
	{ { "--max-frame=16k", "--max-frame=0", "a" }, "url=a" },
	{ { "--reconnect=1", "a" }, "url=a reconnect attempts=1" },
	{ { "-m", "3", "a" }, "url=a max=3" },
	{ { "-m", "18446744073709551615", "a" },
		"url=a max=18446744073709551615" },
	{ { "--close", "1000", "a" }, "url=a" },
	{ { "--close", "4999", "a" }, "url=a close=4999" },
	{ { "--close=3000:", "a" }, "url=a close=3000 reason=" },
	{ { "--close", "1001:bye: now", "a" },
		"url=a close=1001 reason=bye: now" },
	{ { "--close", "1001:bye", "--close=01002", "a" }, "url=a close=1002" },
	{ { "--close", "1000:" REASON, "a" }, "url=a reason=" REASON },
	{ { "--close", "1000:\xf0\x9f\x91\x8b", "a" },
		"url=a reason=\xf0\x9f\x91\x8b" },
	{ { "--deflate", "", "a" }, "url=a deflate=" },
	{ { "--deflate", CLIENT "=10", "--deflate=" DEFLATE ", " SERVER, "a" },
		"url=a deflate=" CLIENT "=10 deflate=" DEFLATE ", " SERVER },
	{ { "--max-message", "1", "a" }, "url=a max-message=1" },
	{ { "--max-message=1k", "--max-message=0", "a" }, "url=a" },
	{ { "--max-message=3k", "a" }, "url=a max-message=3072" },
	{ { "--max-message=3K", "a" }, "url=a max-message=3072" },
	{ { "--max-message=1M", "a" }, "url=a max-message=1048576" },
	{ { "--max-message=1m", "a" }, "url=a max-message=1048576" },
	{ { "--max-message=2G", "a" }, "url=a max-message=2147483648" },
	{ { "--max-message=2g", "a" }, "url=a max-message=2147483648" },
	{ { "--max-message=18446744073709551615", "a" },
		"url=a max-message=18446744073709551615" },
	{ { "--max-message=17179869183G", "a" },
		"url=a max-message=18446744072635809792" },
	{ { "--color", "always", "a" }, "url=a color=1" },
	{ { "--color=never", "a" }, "url=a color=2" },
};

#define NO_COUNT "not a whole number from 0 on, or inf"
#define NO_VERSION "not 1.0, 1.1, 1.2 or 1.3"
#define NO_TOKEN                                                               \
	"--bearer: not a token: visible ASCII characters and no blanks "       \
	"(RFC 6750 2.1)"
#define NO_COOKIE                                                              \
	"--cookie: not NAME=VALUE, or several with \"; \" between "            \
	"(--cookie-jar is for a file)"

static const struct bad_line bad[] = {
	{ { "--max-redirects=", "a" }, "--max-redirects : " NO_COUNT },
	{ { "--max-redirects=-2", "a" }, "--max-redirects -2: " NO_COUNT },
	{ { "--max-redirects", "1x", "a" }, "--max-redirects 1x: " NO_COUNT },
	{ { "--tls-min", "1", "a" }, "--tls-min 1: " NO_VERSION },
	{ { "--tls-max", "", "a" }, "--tls-max : " NO_VERSION },
	{ { "--tls-max", "1.33", "a" }, "--tls-max 1.33: " NO_VERSION },
	{ { "--bearer", "", "a" }, NO_TOKEN },
	{ { "--bearer", "a b", "a" }, NO_TOKEN },
	{ { "--bearer", "a\xc3\xa4", "a" }, NO_TOKEN },
	{ { "--cookie", "", "a" }, NO_COOKIE },
	{ { "--cookie", "jar.txt", "a" }, NO_COOKIE },
	{ { "--cookie", "=b", "a" }, NO_COOKIE },
	{ { "--cookie", "a=b; c", "a" }, NO_COOKIE },
	{ { "--interface", "", "a" }, "--interface: its value is empty" },
	{ { "--unix-socket=", "a" }, "--unix-socket: its value is empty" },
	{ { "--sni=", "a" }, "--sni: its value is empty" },
	{ { "--bearer", "@/nowhere/at/all", "a" },
		"--bearer @/nowhere/at/all: cannot open the file: No such "
		"file or directory" },
	{ { "--passphrase", "@/", "a" },
		"--passphrase @/: cannot read the file: Is a directory" },
	{ { "-w", "soon", "a" },
		"-w soon: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "-w", "", "a" },
		"-w : not a number of seconds (like 0, 2.5 or inf)" },
	{ { "--wait=.", "a" },
		"--wait .: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "-w", "-2", "a" },
		"-w -2: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "-w", "1e3", "a" },
		"-w 1e3: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "-w", "1,5", "a" },
		"-w 1,5: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "-w", "1.5.", "a" },
		"-w 1.5.: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "-w", "infinite", "a" },
		"-w infinite: not a number of seconds (like 0, 2.5 or inf)" },
	{ { "--connect-timeout", "0.0", "a" },
		"--connect-timeout 0.0: there would be no time at all "
		"(above 0, like 2.5 or inf)" },
	{ { "--timeout", "0", "a" },
		"--timeout 0: there would be no time at all "
		"(above 0, like 2.5 or inf)" },
	{ { "--ping-interval", "0", "a" },
		"--ping-interval 0: there would be no time at all "
		"(above 0, like 2.5 or inf)" },
	{ { "--ping-timeout=0", "a" },
		"--ping-timeout 0: there would be no time at all "
		"(above 0, like 2.5 or inf)" },
	{ { "-I", "jsno", "a" },
		"-I jsno: " NO_FORMAT "; did you mean jsonl? " FORMATS_IN },
	{ { "--input=whol", "a" }, "--input whol: " NO_FORMAT
				   "; did you mean whole? " FORMATS_IN },
	{ { "-I", "xyzzy", "a" }, "-I xyzzy: " NO_FORMAT " " FORMATS_IN },
	{ { "-I", "", "a" }, "-I : " NO_FORMAT " " FORMATS_IN },
	{ { "-I", "raw ", "a" },
		"-I raw : " NO_FORMAT "; did you mean raw? " FORMATS_IN },
	{ { "-O", "null", "a" },
		"-O null: " NO_FORMAT "; did you mean nul? " FORMATS_OUT },
	{ { "--format=whol", "a" },
		"--format whol: " NO_FORMAT " " FORMATS_OUT },
	{ { "-O", "whole", "a" },
		"-O whole: for input only, as -I whole " FORMATS_OUT },
	{ { "--format", "whole", "a" },
		"--format whole: for input only, as -I whole " FORMATS_OUT },
	{ { "--lockstep=0", "a" },
		"--lockstep 0: not a whole number from 1 on" },
	{ { "--reconnect=0", "a" },
		"--reconnect 0: not a whole number from 1 on" },
	{ { "--max-frame", "-1", "a" }, "--max-frame -1: " NO_SIZE },
	{ { "--max-frame", "", "a" }, "--max-frame : " NO_SIZE },
	{ { "-m", "0", "a" }, "-m 0: not a whole number from 1 on" },
	{ { "-m", "", "a" }, "-m : not a whole number from 1 on" },
	{ { "-m", "+1", "a" }, "-m +1: not a whole number from 1 on" },
	{ { "-m", "18446744073709551616", "a" },
		"-m 18446744073709551616: not a whole number from 1 on" },
	{ { "-p", "-1", "a" },
		"-p -1: not a whole number from 0 to 2147483647" },
	{ { "-p", "2147483648", "a" },
		"-p 2147483648: not a whole number from 0 to 2147483647" },
	{ { "--close", "", "a" },
		"--close : not CODE[:REASON] (like 1000 or 4000:bye)" },
	{ { "--close", ":bye", "a" },
		"--close :bye: not CODE[:REASON] (like 1000 or 4000:bye)" },
	{ { "--close", "1000 bye", "a" },
		"--close 1000 bye: not CODE[:REASON] (like 1000 or "
		"4000:bye)" },
	{ { "--close", "65536", "a" },
		"--close 65536: not CODE[:REASON] (like 1000 or 4000:bye)" },
	{ { "--close", "999", "a" }, "--close 999: " NO_CODE },
	{ { "--close", "1004", "a" }, "--close 1004: " NO_CODE },
	{ { "--close", "1005", "a" }, "--close 1005: " NO_CODE },
	{ { "--close", "1006:x", "a" }, "--close 1006: " NO_CODE },
	{ { "--close", "1015", "a" }, "--close 1015: " NO_CODE },
	{ { "--close", "2999", "a" }, "--close 2999: " NO_CODE },
	{ { "--close", "5000", "a" }, "--close 5000: " NO_CODE },
	{ { "--close", "1000:" REASON "3", "a" },
		"--close: the reason is 124 bytes long, at most 123 fit" },
	{ { "--close", "1000:\xff", "a" }, "--close: the reason is not UTF-8" },
	{ { "--close", "1000:a\xc3", "a" },
		"--close: the reason is not UTF-8" },
	{ { "--deflate", SERVER ", x", "a" },
		"--deflate: the parameter \"x\" of " DEFLATE " is unknown" },
	{ { "--deflate=" CLIENT "=7", "a" },
		"--deflate: the parameter \"" CLIENT "=7\" of " DEFLATE
		" is no number from 8 to 15" },
	{ { "--deflate", DEFLATE ";", "a" },
		"--deflate: the parameter \"\" of " DEFLATE " has no name" },
	{ { "--max-message", "", "a" }, "--max-message : " NO_SIZE },
	{ { "--max-message", "k", "a" }, "--max-message k: " NO_SIZE },
	{ { "--max-message", "-1", "a" }, "--max-message -1: " NO_SIZE },
	{ { "--max-message", "1.5k", "a" }, "--max-message 1.5k: " NO_SIZE },
	{ { "--max-message", "1kB", "a" }, "--max-message 1kB: " NO_SIZE },
	{ { "--max-message", "1T", "a" }, "--max-message 1T: " NO_SIZE },
	{ { "--max-message", "18446744073709551616", "a" },
		"--max-message 18446744073709551616: " NO_SIZE },
	{ { "--max-message", "17179869184G", "a" },
		"--max-message 17179869184G: " NO_SIZE },
	{ { "--color", "sometimes", "a" },
		"--color sometimes: not auto, always or never" },
	{ { "-l", "http" },
		"-l http: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080), nor unix:/path" },
	{ { "-l", "" }, "-l : not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
			"[::1]:8080), nor unix:/path" },
	{ { "-l", "65536" },
		"-l 65536: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080), nor unix:/path" },
	{ { "-l", "::1:80" },
		"-l ::1:80: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080), nor unix:/path" },
	{ { "-l", "[::1]" },
		"-l [::1]: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080), nor unix:/path" },
	{ { "-l", "[::1" },
		"-l [::1: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080), nor unix:/path" },
	{ { "-l", "[]:80" },
		"-l []:80: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080), nor unix:/path" },
	{ { "-s", "a,b,a", "u" },
		"-s a: offered twice (RFC 6455 4.1 wants each only once)" },
	{ { "-s", "a", "--subprotocol", "a", "u" },
		"--subprotocol a: offered twice (RFC 6455 4.1 wants each only "
		"once)" },
	{ { "-s", "a b", "u" },
		"-s a b: no name for a subprotocol (letters, digits and "
		"!#$%&'*+-.^_`|~ only)" },
	{ { "-s", " ,", "u" }, "-s: names no subprotocol (like chat or mqtt)" },
	{ { "-H", "@", "u" },
		"-H @: cannot open the file: No such file or directory" },
	{ { "-H", "@/nowhere/at/all", "u" },
		"-H @/nowhere/at/all: cannot open the file: No such file or "
		"directory" },
	{ { "-H", "@/", "u" }, "-H @/: cannot read the file: Is a directory" },
};

Test(values, good_lines)
{
	for (size_t i = 0; i < COUNT(good); i++)
		check_good(&good[i]);
}

Test(values, bad_lines)
{
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
}

Test(values, every_cut)
{
	for (size_t i = 0; i < COUNT(good); i++)
		parse_cuts(good[i].args);
	for (size_t i = 0; i < COUNT(bad); i++)
		parse_cuts(bad[i].args);
}

/* --- @FILE --- */

static char header[] = "-H", bearer[] = "--bearer",
	    passphrase[] = "--passphrase", cookie[] = "--cookie";
static char file_arg[] = "@/tmp/wstap-test-values-XXXXXX";

static void write_file(const void *data, size_t len)
{
	int fd;

	strcpy(file_arg + strlen(file_arg) - 6, "XXXXXX");
	fd = mkstemp(file_arg + 1);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static bool parse_file(char *option, struct config *config, struct err *err)
{
	static char program[] = "wstap", url[] = "a";
	char *argv[] = { program, option, file_arg, url, NULL };
	bool ok = options_parse(config, 4, argv, err);

	unlink(file_arg + 1);
	return ok;
}

Test(values, headers_of_a_file)
{
	static const struct {
		const char *text, *config; /* NULL: refused */
	} cases[] = {
		{ "", "url=a" },
		{ "\n", "url=a" },
		{ "A: b", "url=a header=A: b" },
		{ "A: b\nC: d\n", "url=a header=A: b header=C: d" },
		{ "A: b\r\n\r\nC:\r\n", "url=a header=A: b header=C:" },
		{ "\n\nA: b\n\n", "url=a header=A: b" },
		{ "A: b\nno colon\n", NULL },
		{ "A: b\rC: d\n", NULL },
		{ "A: b\r", NULL },
		{ "A: b\r\r\n", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct config config = CONFIG_DEFAULT;
		struct err err = { 0 };
		bool ok;
		char *text;

		write_file(cases[i].text, strlen(cases[i].text));
		ok = parse_file(header, &config, &err);
		text = show(&config);
		cr_expect_eq(
			ok, cases[i].config != NULL, "%zu: %s", i, err.line);
		if (ok && cases[i].config)
			cr_expect_str_eq(
				text, cases[i].config, "%zu: %s", i, text);
		free(text);
		options_release(&config);
	}
}

static void expect_refused(const char *why)
{
	struct config config = CONFIG_DEFAULT;
	struct err err = { 0 };

	cr_expect_not(parse_file(header, &config, &err), "%s", why);
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect_not_null(strstr(err.line, why), "%s", err.line);
	options_release(&config);
}

/* What @- has read, -f - cannot. */
Test(values, headers_of_standard_input)
{
	static char program[] = "wstap", h[] = "-H@-", url[] = "a",
		    file[] = "-f-";
	static const char text[] = "A: b\n";
	char *argv[] = { program, h, url, file, NULL };
	struct config config = CONFIG_DEFAULT;
	struct err err = { 0 };
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
	close(fds[1]);
	cr_assert_eq(dup2(fds[0], 0), 0);
	cr_expect(options_parse(&config, 3, argv, &err), "%s", err.line);
	cr_expect_eq(config.handshake.headers.n, 1);
	options_release(&config);
	config = CONFIG_DEFAULT;
	cr_expect_not(options_parse(&config, 4, argv, &err));
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect_str_eq(err.line,
		"-f - and @-: standard input can be read only "
		"once");
	options_release(&config);
}

/* A secret's file is one line. */
Test(values, lines_of_files)
{
	static const struct {
		char *option;
		const char *text, *config; /* "--": the line of the error */
	} cases[] = {
		{ bearer, "token\n", "url=a bearer=token" },
		{ bearer, "token\r\n", "url=a bearer=token" },
		{ bearer, "token", "url=a bearer=token" },
		{ bearer, "@token\n", "url=a bearer=@token" },
		{ bearer, "", NO_TOKEN },
		{ bearer, "\n", NO_TOKEN },
		{ bearer, " token\n", NO_TOKEN },
		{ bearer, "a\nb\n", "more than one line" },
		{ bearer, "a\n\n", "more than one line" },
		{ passphrase, "@ x \n", "url=a passphrase=@ x " },
		{ passphrase, "", "url=a passphrase=" },
		{ passphrase, "\r\n", "url=a passphrase=" },
		{ cookie, "a=b; c=d\n", "url=a cookie=a=b; c=d" },
		{ cookie, "a\n", NO_COOKIE },
		{ cookie, "a=\rb\n", "a line break in it" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct config config = CONFIG_DEFAULT;
		struct err err = { 0 };
		char *text;

		write_file(cases[i].text, strlen(cases[i].text));
		if (parse_file(cases[i].option, &config, &err)) {
			text = show(&config);
			cr_expect_str_eq(
				text, cases[i].config, "%zu: %s", i, text);
			free(text);
		} else {
			cr_expect_eq(err.kind, ERR_USAGE, "%zu", i);
			cr_expect_not_null(strstr(err.line, cases[i].config),
				"%zu: %s", i, err.line);
		}
		options_release(&config);
	}
}

/* Whoever asks for it a second time would get nothing. */
Test(values, standard_input_twice)
{
	static char program[] = "wstap", b[] = "--bearer=@-",
		    c[] = "--cookie=@-", url[] = "a";
	static const char text[] = "a=b\n";
	char *argv[] = { program, b, c, url, NULL };
	struct config config = CONFIG_DEFAULT;
	struct err err = { 0 };
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
	close(fds[1]);
	cr_assert_eq(dup2(fds[0], 0), 0);
	cr_expect_not(options_parse(&config, 4, argv, &err));
	cr_expect_str_eq(config.bearer, "a=b");
	cr_expect_str_eq(err.line,
		"--cookie @-: standard input was read already, and can be "
		"only once");
	options_release(&config);
}

Test(values, secrets)
{
	static const struct {
		bool (*secret)(const char *value);
		const char *value;
		bool is;
	} cases[] = {
		{ value_secret_any, "x", true },
		{ value_secret_any, "", true },
		{ value_secret_any, "@x", false },
		{ value_secret_user, "me:x", true },
		{ value_secret_user, "me:", false },
		{ value_secret_user, "me", false },
		{ value_secret_url, "ws://me:x@host", true },
		{ value_secret_url, "me:x@host:80/", true },
		{ value_secret_url, "http://me@host:80/", false },
		{ value_secret_url, "ws://host:80/@a:b@", false },
		{ value_secret_url, "host:80?a@b", false },
		{ value_secret_url, "[::1]:80", false },
		{ value_secret_url, "", false },
		{ value_secret_header, "authorization: Bearer x", true },
		{ value_secret_header, "Cookie:a=b", true },
		{ value_secret_header, "Proxy-Authorization: x", true },
		{ value_secret_header, "Cookie:", false },
		{ value_secret_header, "Cookie", false },
		{ value_secret_header, "Cookies: a", false },
		{ value_secret_header, "X: a", false },
		{ value_secret_header, "", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t size = strlen(cases[i].value) + 1;
		char *copy = (char *)guard_copy(cases[i].value, size);

		cr_expect_eq(cases[i].secret(copy), cases[i].is, "%s",
			cases[i].value);
		for (size_t n = 0; n < size; n++) {
			copy = (char *)guard_copy(cases[i].value, n + 1);
			copy[n] = '\0';
			cases[i].secret(copy);
		}
	}
}

Test(values, files_that_are_no_headers)
{
	static char large[HTTP_HEAD_MAX + 1];

	write_file("A: b\0c\n", 7);
	expect_refused("has a NUL byte in it");
	write_file("\0", 1);
	expect_refused("has a NUL byte in it");
	memset(large, 'a', sizeof(large));
	memcpy(large, "A: ", 3);
	write_file(large, sizeof(large));
	expect_refused("over 65536 bytes");

	struct config config = CONFIG_DEFAULT;
	struct err err = { 0 };

	write_file(large, HTTP_HEAD_MAX);
	cr_expect(parse_file(header, &config, &err), "%s", err.line);
	options_release(&config);
}
