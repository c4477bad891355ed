#define _GNU_SOURCE /* open_memstream, MAP_ANONYMOUS */

#include "unit/options_case.h"

static const struct good_line good[] = {
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
	{ { "-l8080", "--once" }, "listen=8080 once" },
	{ { "-o", "http://x", "--host", "h", "-A", "me", "a" },
		"url=a origin=http://x host=h agent=me" },
	{ { "-A", "", "a" }, "url=a agent=" },
	{ { "-u", "me:s e", "a" }, "url=a user=me:s e" },
	{ { "--auth", "me", "a" }, "url=a user=me" },
	{ { "--user=me:", "a" }, "url=a user=me:" },
	{ { "-n", "a" }, "url=a no-check" },
	{ { "-k", "a" }, "url=a no-check" },
	{ { "--no-check", "a" }, "url=a no-check" },
	{ { "--insecure", "a" }, "url=a no-check" },
	{ { "-n", "--no-insecure", "a" }, "url=a" },
	{ { "--ca", "f.pem", "a" }, "url=a ca=f.pem" },
	{ { "-b", "a" }, "url=a binary" },
	{ { "-b", "-t", "a" }, "url=a" },
	{ { "-tb", "a" }, "url=a binary" },
	{ { "-1", "a" }, "url=a max=1" },
	{ { "-1m2", "a" }, "url=a max=2" },
	{ { "-e", "a" }, "url=a echo" },
	{ { "--no-compress", "a" }, "url=a no-compress" },
	{ { "--no-compress", "--no-no-compress", "a" }, "url=a" },
	{ { "-X", "-P", "a" }, "url=a hex ping-pong" },
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

static const struct bad_line bad[] = {
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
	{ { "--no-close", "a" }, "--no-close: --close cannot be turned off "
				 "(wstap --help messages)" },
	{ { "--deflate", "", "--no-compress", "a" },
		"--no-compress and --deflate: compression is either off or "
		"offered (wstap --help protocol)" },
	{ { "--no-compress", "--deflate", "", "-l", "0" },
		"--no-compress and --deflate: compression is either off or "
		"offered (wstap --help protocol)" },
	{ { "-h", "tsl" }, "-h tsl: no such topic; there are " OPTION_TOPICS },
	{ { "--help=" }, "--help : no such topic; there are " OPTION_TOPICS },
	{ { "--help=connect TLS" },
		"--help connect TLS: no such topic; there are " OPTION_TOPICS },
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
	{ { "--deflate", "client_no_context_takeover\r\n", "a" } },
	{ { "--deflate", "client_max_window_bits=\n9", "a" } },
	{ { "--deflate", "server_max_window_bits=9\r", "a" } },
};

Test(options, good_lines)
{
	for (size_t i = 0; i < COUNT(good); i++)
		check_good(&good[i]);
}

Test(options, bad_lines)
{
	for (size_t i = 0; i < COUNT(bad); i++)
		check_bad(&bad[i]);
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

Test(options, every_cut)
{
	for (size_t i = 0; i < COUNT(good); i++)
		parse_cuts(good[i].args);
	for (size_t i = 0; i < COUNT(bad); i++)
		parse_cuts(bad[i].args);
	for (size_t i = 0; i < COUNT(injections); i++)
		parse_cuts(injections[i].args);
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
