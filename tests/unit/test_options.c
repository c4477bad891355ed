#define _GNU_SOURCE /* open_memstream, MAP_ANONYMOUS */

#include "cli/options.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ARGS_MAX = 12 };

/* As long as a close frame's reason may be. */
#define ROW "0123456789012345678901234567890123456789"
#define REASON ROW ROW ROW "012"

#define DEFLATE "permessage-deflate"
#define CLIENT "client_max_window_bits"
#define SERVER "server_max_window_bits=\"9\""

#define NO_CODE                                                                \
	"may not be sent; 1000 to 1003, 1007 to 1014 and 3000 to 4999 may "    \
	"(RFC 6455 7.4)"
#define NO_SIZE "not a size in bytes (like 500, 64k, 16M or 1G)"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The command lines: what they make of the default configuration, only what
 * is different from it. */
static const struct {
	const char *args[ARGS_MAX];
	const char *config;
} good[] = {
	{ { "ws://a" }, "url=ws://a" },
	{ { "-" }, "url=-" },
	{ { "-c", "ws://a" }, "url=ws://a" },
	{ { "-cws://a" }, "url=ws://a" },
	{ { "--connect", "ws://a" }, "url=ws://a" },
	{ { "--connect=ws://a" }, "url=ws://a" },
	{ { "--", "-a" }, "url=-a" },
	{ { "-q", "--", "--echo" }, "url=--echo quiet" },
	{ { "a", "-vq" }, "url=a verbose=1 quiet" },
	{ { "-vqv", "a" }, "url=a verbose=2 quiet" },
	{ { "-v", "--verbose", "-v", "a" }, "url=a verbose=3" },
	{ { "-vv", "--no-verbose", "a" }, "url=a" },
	{ { "-e", "--no-echo", "a" }, "url=a" },
	{ { "--no-quiet", "-q", "a" }, "url=a quiet" },
	{ { "-xhi", "a" }, "url=a execute=hi" },
	{ { "-vxhi", "a" }, "url=a execute=hi verbose=1" },
	{ { "-x", "hi", "-x", "-e", "a" }, "url=a execute=hi execute=-e" },
	{ { "--execute=", "--execute==", "a" }, "url=a execute= execute==" },
	{ { "-x", "", "a" }, "url=a execute=" },
	{ { "-x", "@f", "a" }, "url=a execute=@f" },
	{ { "-l", "0" }, "listen=0" },
	{ { "-l8080", "--once" }, "listen=8080 once" },
	{ { "--listen", "0.0.0.0:65535" }, "listen=0.0.0.0:65535" },
	{ { "-l", "[::1]:80" }, "listen=[::1]:80" },
	{ { "-l", ":80" }, "listen=:80" },
	{ { "-H", "A: b", "--header=C:", "a" }, "url=a header=A: b header=C:" },
	{ { "-s", "a,b", "-sc", "u" }, "url=u sub=a sub=b sub=c" },
	{ { "--subprotocol= a ,, b", "u" }, "url=u sub=a sub=b" },
	{ { "-o", "http://x", "--host", "h", "-A", "me", "a" },
		"url=a origin=http://x host=h agent=me" },
	{ { "-A", "", "a" }, "url=a agent=" },
	{ { "-p", "8", "a" }, "url=a version=8" },
	{ { "--protocol=0", "a" }, "url=a version=0" },
	{ { "-u", "me:s e", "a" }, "url=a user=me:s e" },
	{ { "--auth", "me", "a" }, "url=a user=me" },
	{ { "--user=me:", "a" }, "url=a user=me:" },
	{ { "--connect-timeout", "0.5", "a" }, "url=a timeout=500" },
	{ { "--connect-timeout", "inf", "a" }, "url=a timeout=-1" },
	{ { "--connect-timeout", "0.00001", "a" }, "url=a timeout=1" },
	{ { "-n", "a" }, "url=a no-check" },
	{ { "-k", "a" }, "url=a no-check" },
	{ { "--no-check", "a" }, "url=a no-check" },
	{ { "--insecure", "a" }, "url=a no-check" },
	{ { "-n", "--no-insecure", "a" }, "url=a" },
	{ { "--ca", "f.pem", "a" }, "url=a ca=f.pem" },
	{ { "-b", "a" }, "url=a binary" },
	{ { "-b", "-t", "a" }, "url=a" },
	{ { "-tb", "a" }, "url=a binary" },
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
	{ { "-m", "3", "a" }, "url=a max=3" },
	{ { "-m", "18446744073709551615", "a" },
		"url=a max=18446744073709551615" },
	{ { "-1", "a" }, "url=a max=1" },
	{ { "-1m2", "a" }, "url=a max=2" },
	{ { "-e", "a" }, "url=a echo" },
	{ { "--close", "1000", "a" }, "url=a" },
	{ { "--close", "4999", "a" }, "url=a close=4999" },
	{ { "--close=3000:", "a" }, "url=a close=3000 reason=" },
	{ { "--close", "1001:bye: now", "a" },
		"url=a close=1001 reason=bye: now" },
	{ { "--close", "1001:bye", "--close=01002", "a" }, "url=a close=1002" },
	{ { "--close", "1000:" REASON, "a" }, "url=a reason=" REASON },
	{ { "--close", "1000:\xf0\x9f\x91\x8b", "a" },
		"url=a reason=\xf0\x9f\x91\x8b" },
	{ { "--no-compress", "a" }, "url=a no-compress" },
	{ { "--no-compress", "--no-no-compress", "a" }, "url=a" },
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
	{ { "-X", "-P", "a" }, "url=a hex ping-pong" },
	{ { "--color", "always", "a" }, "url=a color=1" },
	{ { "--color=never", "a" }, "url=a color=2" },
	{ { "--no-color", "a" }, "url=a color=2" },
	{ { "--no-color", "--color=auto", "a" }, "url=a" },
	{ { "-h" }, "help" },
	{ { "-h", "tls" }, "help topic=tls" },
	{ { "--help", "EXIT" }, "help topic=EXIT" },
	{ { "--help=all", "--nonsense" }, "help topic=all" },
	{ { "--help", "--nonsense" }, "help" },
	{ { "-hcommands" }, "help topic=commands" },
	{ { "-V", "a", "b" }, "version-wanted" },
	{ { "-vV" }, "verbose=1 version-wanted" },
	/* wscat's */
	{ { "-c", "ws://a", "-w", "-1", "-x", "hi", "-P", "--no-color" },
		"url=ws://a execute=hi wait=-1 color=2 ping-pong" },
	{ { "--auth", "u:p", "-o", "o", "-p", "13", "-n", "-c", "a" },
		"url=a user=u:p origin=o no-check" },
};

static const struct {
	const char *args[ARGS_MAX];
	const char *line;
} bad[] = {
	{ { NULL },
		"no URL to connect to, and no -l to listen (wstap --help)" },
	{ { "-v" },
		"no URL to connect to, and no -l to listen (wstap --help)" },
	{ { "ws://u:p@a", "b" },
		"two URLs: wstap connects to one (wstap --help connect)" },
	{ { "-c", "a", "b" },
		"two URLs: wstap connects to one (wstap --help connect)" },
	{ { "a", "-l", "80" }, "a URL and -l: wstap either connects or listens "
			       "(wstap --help connect)" },
	{ { "--wiat", "3" }, "--wiat: no such option; did you mean --wait? "
			     "(wstap --help)" },
	{ { "--verb", "a" }, "--verb: no such option; did you mean --verbose? "
			     "(wstap --help)" },
	{ { "--usr=me:secret" }, "--usr: no such option; did you mean --user? "
				 "(wstap --help)" },
	{ { "--no-ecoh" }, "--no-ecoh: no such option; did you mean --no-echo? "
			   "(wstap --help)" },
	{ { "--no-chek" },
		"--no-chek: no such option; did you mean --no-check? "
		"(wstap --help)" },
	{ { "--xyzzy" }, "--xyzzy: no such option (wstap --help)" },
	{ { "--no-" }, "--no-: no such option; did you mean --no-check? "
		       "(wstap --help)" },
	{ { "--=" }, "--: no such option (wstap --help)" },
	{ { "-Z" }, "-Z: no such option (wstap --help)" },
	{ { "-vZ" }, "-Z: no such option (wstap --help)" },
	{ { "-verbos" }, "-verbos: no such option; did you mean --verbose? "
			 "(wstap --help)" },
	{ { "-\xc3\xa9" }, "-\xc3\xa9: no such option (wstap --help)" },
	{ { "-x" }, "-x: needs a value, MESSAGE (wstap --help messages)" },
	{ { "-vc" }, "-c: needs a value, URL (wstap --help connect)" },
	{ { "a", "--ca" }, "--ca: needs a value, FILE (wstap --help TLS)" },
	{ { "--echo=1", "a" },
		"--echo: takes no value (wstap --help messages)" },
	{ { "--no-echo=", "a" },
		"--no-echo: takes no value (wstap --help messages)" },
	{ { "--no-text", "a" }, "--no-text: --text cannot be turned off "
				"(wstap --help messages)" },
	{ { "--no-auth", "a" }, "--no-auth: --user cannot be turned off "
				"(wstap --help connect)" },
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
	{ { "--no-close", "a" }, "--no-close: --close cannot be turned off "
				 "(wstap --help messages)" },
	{ { "--deflate", SERVER ", x", "a" },
		"--deflate: the parameter \"x\" of " DEFLATE " is unknown" },
	{ { "--deflate=" CLIENT "=7", "a" },
		"--deflate: the parameter \"" CLIENT "=7\" of " DEFLATE
		" is no number from 8 to 15" },
	{ { "--deflate", DEFLATE ";", "a" },
		"--deflate: the parameter \"\" of " DEFLATE " has no name" },
	{ { "--deflate", "", "--no-compress", "a" },
		"--no-compress and --deflate: compression is either off or "
		"offered (wstap --help protocol)" },
	{ { "--no-compress", "--deflate", "", "-l", "0" },
		"--no-compress and --deflate: compression is either off or "
		"offered (wstap --help protocol)" },
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
	{ { "-h", "tsl" }, "-h tsl: no such topic; there are " OPTION_TOPICS },
	{ { "--help=" }, "--help : no such topic; there are " OPTION_TOPICS },
	{ { "--help=connect TLS" },
		"--help connect TLS: no such topic; there are " OPTION_TOPICS },
	{ { "-l", "http" },
		"-l http: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080)" },
	{ { "-l", "" }, "-l : not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
			"[::1]:8080)" },
	{ { "-l", "65536" },
		"-l 65536: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080)" },
	{ { "-l", "::1:80" },
		"-l ::1:80: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080)" },
	{ { "-l", "[::1]" },
		"-l [::1]: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080)" },
	{ { "-l", "[::1" },
		"-l [::1: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080)" },
	{ { "-l", "[]:80" },
		"-l []:80: not [HOST:]PORT (like 8080, 0.0.0.0:8080 or "
		"[::1]:8080)" },
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

/* Values that would put a line of their own into the request. */
static const struct {
	const char *args[ARGS_MAX];
} injections[] = {
	{ { "-H", "A: b\r\nC: d", "a" } },
	{ { "-H", "A: b\rC", "a" } },
	{ { "-H", "A: b\n", "a" } },
	{ { "-H", "A\n: b", "a" } },
	{ { "-H", "no colon", "a" } },
	{ { "-s", "a\n", "a" } },
	{ { "-s", "a\rb", "a" } },
	{ { "-o", "http://x\n", "a" } },
	{ { "--host", "x\r", "a" } },
	{ { "-A", "x\ny", "a" } },
	{ { "-u", "me:\r\n", "a" } },
	{ { "--deflate", "\r\nA: b", "a" } },
	{ { "--deflate", CLIENT "\r\n", "a" } },
	{ { "--deflate", CLIENT "\n;" SERVER, "a" } },
	{ { "--deflate", SERVER "\r", "a" } },
};

/* --- */

struct line {
	char *argv[ARGS_MAX + 2];
	int argc;
};

/* The arguments, the first four where a byte too far is fatal, the last of n
 * cut to len bytes. */
static struct line line_of(const char *const *args, size_t n, size_t len)
{
	static char program[] = "wstap";
	static char memory[ARGS_MAX][256];
	struct line line = { .argv = { program }, .argc = 1 };

	for (size_t i = 0; i < n; i++) {
		size_t size = i == n - 1 ? len : strlen(args[i]);
		char *copy = memory[i];

		cr_assert_lt(size, sizeof(memory[i]));
		memcpy(copy, args[i], size);
		copy[size] = '\0';
		if (i < 4)
			copy = (char *)guard_copy_slot((int)i, copy, size + 1);
		line.argv[line.argc++] = copy;
	}
	return line;
}

static size_t count_args(const char *const *args)
{
	size_t n = 0;

	while (n < ARGS_MAX && args[n])
		n++;
	return n;
}

static struct line whole_line(const char *const *args)
{
	size_t n = count_args(args);

	return line_of(args, n, n ? strlen(args[n - 1]) : 0);
}

static void put_string(FILE *f, const char *name, const char *s)
{
	if (s)
		fprintf(f, " %s=%s", name, s);
}

static void put_list(FILE *f, const char *name, const struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		put_string(f, name, list->v[i]);
}

static void put_flag(FILE *f, const char *name, bool set)
{
	if (set)
		fprintf(f, " %s", name);
}

static void put_number(FILE *f, const char *name, int64_t n, int64_t normal)
{
	if (n != normal)
		fprintf(f, " %s=%" PRId64, name, n);
}

/* What is in c and not in the default, as the tables have it. */
static char *show(const struct config *c)
{
	const struct config normal = CONFIG_DEFAULT;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	put_string(f, "url", c->url);
	put_string(f, "listen", c->listen);
	put_flag(f, "once", c->once);
	put_list(f, "header", &c->handshake.headers);
	put_list(f, "sub", &c->handshake.subprotocols);
	put_string(f, "user", c->user);
	put_string(f, "origin", c->handshake.origin);
	put_string(f, "host", c->handshake.host);
	put_string(f, "agent", c->handshake.user_agent);
	put_number(
		f, "version", c->handshake.version, normal.handshake.version);
	put_number(
		f, "timeout", c->connect_timeout_ms, normal.connect_timeout_ms);
	put_flag(f, "no-check", c->tls.no_check);
	put_string(f, "ca", c->tls.ca_file);
	put_list(f, "execute", &c->execute);
	put_flag(f, "binary", c->binary);
	put_number(f, "wait", c->wait_ms, normal.wait_ms);
	if (c->max_messages)
		fprintf(f, " max=%" PRIu64, c->max_messages);
	put_flag(f, "echo", c->echo);
	put_number(f, "close", c->close_code, normal.close_code);
	put_string(f, "reason", c->close_reason);
	put_flag(f, "no-compress", c->handshake.deflate.off);
	put_list(f, "deflate", &c->handshake.deflate.offers);
	if (c->max_message)
		fprintf(f, " max-message=%" PRIu64, c->max_message);
	put_flag(f, "hex", c->hex);
	put_number(f, "color", c->color, normal.color);
	put_flag(f, "ping-pong", c->show_ping_pong);
	put_number(f, "verbose", c->verbose, 0);
	put_flag(f, "quiet", c->quiet);
	put_flag(f, "help", c->help);
	put_string(f, "topic", c->help_topic);
	put_flag(f, "version-wanted", c->version);
	fclose(f);
	if (text[0] == ' ')
		memmove(text, text + 1, strlen(text));
	return text;
}

Test(options, good_lines)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(good[i].args);
		struct err err = { 0 };
		bool ok = options_parse(&config, line.argc, line.argv, &err);
		char *text = show(&config);

		cr_expect(ok, "%s: %s", good[i].config, err.line);
		if (ok)
			cr_expect_str_eq(text, good[i].config, "%s, wanted %s",
				text, good[i].config);
		free(text);
		options_release(&config);
	}
}

Test(options, bad_lines)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(bad[i].args);
		struct err err = { 0 };

		cr_expect_not(
			options_parse(&config, line.argc, line.argv, &err),
			"taken, but: %s", bad[i].line);
		cr_expect_eq(err.kind, ERR_USAGE, "%s", bad[i].line);
		cr_expect_str_eq(err.line, bad[i].line, "%s, wanted %s",
			err.line, bad[i].line);
		options_release(&config);
	}
}

Test(options, no_lines_of_ones_own_in_the_request)
{
	for (size_t i = 0; i < COUNT(injections); i++) {
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(injections[i].args);
		struct err err = { 0 };

		cr_expect_not(
			options_parse(&config, line.argc, line.argv, &err),
			"%zu: taken", i);
		cr_expect_eq(err.kind, ERR_USAGE, "%zu", i);
		cr_expect_neq(err.line[0], '\0', "%zu", i);
		options_release(&config);
	}
}

/* What is offered fits into a request. */
Test(options, many_offers)
{
	static char program[] = "wstap", url[] = "a", option[] = "--deflate=";
	struct config config = CONFIG_DEFAULT;
	struct err err = { 0 };
	char *argv[256];
	int n = 0;

	argv[n++] = program;
	argv[n++] = url;
	while (n < 256)
		argv[n++] = option;
	cr_expect_not(options_parse(&config, n, argv, &err));
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect_str_eq(
		err.line, "--deflate: all offers together are over 1535 bytes");
	options_release(&config);
	config = CONFIG_DEFAULT;
	cr_expect(options_parse(&config, 70, argv, &err), "%s", err.line);
	options_release(&config);
}

/* Wherever the line is cut, it is taken or there is a line about it. */
static void parse_cuts(const char *const *args)
{
	size_t all = count_args(args);

	for (size_t n = 1; n <= all; n++)
		for (size_t len = 0; len <= strlen(args[n - 1]); len++) {
			struct config config = CONFIG_DEFAULT;
			struct line line = line_of(args, n, len);
			struct err err = { 0 };
			bool ok = options_parse(
				&config, line.argc, line.argv, &err);

			if (ok)
				cr_expect_eq(err.kind, ERR_NONE);
			else
				cr_expect(err.kind == ERR_USAGE && err.line[0],
					"%s cut at %zu", args[n - 1], len);
			options_release(&config);
			cr_expect_null(config.memory);
		}
}

Test(options, every_cut)
{
	for (size_t i = 0; i < COUNT(good); i++)
		parse_cuts(good[i].args);
	for (size_t i = 0; i < COUNT(bad); i++)
		parse_cuts(bad[i].args);
	for (size_t i = 0; i < COUNT(injections); i++)
		parse_cuts(injections[i].args);
}

/* --- @FILE --- */

static char file_arg[] = "@/tmp/wstap-test-options-XXXXXX";

static void write_file(const void *data, size_t len)
{
	int fd;

	strcpy(file_arg + strlen(file_arg) - 6, "XXXXXX");
	fd = mkstemp(file_arg + 1);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static bool parse_file(struct config *config, struct err *err)
{
	static char program[] = "wstap", h[] = "-H", url[] = "a";
	char *argv[] = { program, h, file_arg, url, NULL };
	bool ok = options_parse(config, 4, argv, err);

	unlink(file_arg + 1);
	return ok;
}

Test(options, headers_of_a_file)
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
		ok = parse_file(&config, &err);
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

	cr_expect_not(parse_file(&config, &err), "%s", why);
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect_not_null(strstr(err.line, why), "%s", err.line);
	options_release(&config);
}

Test(options, files_that_are_no_headers)
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
	cr_expect(parse_file(&config, &err), "%s", err.line);
	options_release(&config);
}

/* What --help and the manual call the default is what there is without the
 * option. */
Test(options, presets_are_the_defaults)
{
	for (size_t i = 0; i < options_count; i++) {
		const struct option_row *row = &options[i];
		struct config config = CONFIG_DEFAULT;
		struct err err = { 0 };
		char program[] = "wstap", url[] = "a", option[128];
		char *argv[] = { program, option, url, NULL };
		char *text;

		if (!row->preset)
			continue;
		snprintf(option, sizeof(option), "--%s=%s", row->name,
			row->preset);
		cr_expect(
			options_parse(&config, 3, argv, &err), "%s", err.line);
		text = show(&config);
		cr_expect_str_eq(text, "url=a", "%s: %s", option, text);
		free(text);
		options_release(&config);
	}
}
