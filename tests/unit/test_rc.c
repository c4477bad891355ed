#define _GNU_SOURCE /* open_memstream, MAP_ANONYMOUS */

#include "cli/rc.h"
#include "unit/options_case.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOME "/home/me"

static char folder[] = "/tmp/wstap-test-rc-XXXXXX";
static char path[sizeof(folder) + 32];

/* The usual place is in a folder of the test's own. */
static void make_folder(void)
{
	cr_assert_not_null(mkdtemp(folder));
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("HOME", HOME, 1);
	snprintf(path, sizeof(path), "%s/wstap", folder);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/wstap/config", folder);
}

static void remove_folder(void)
{
	unlink(path);
	snprintf(path, sizeof(path), "%s/wstap", folder);
	rmdir(path);
	rmdir(folder);
}

TestSuite(rc, .init = make_folder, .fini = remove_folder);

static void write_config(const void *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

/* "1:-q 3[one]:-x|a b": each line's number, profile and words. */
static char *lines_of(const struct rc *rc)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < rc->lines_n; i++) {
		const struct rc_line *line = &rc->lines[i];

		fprintf(f, "%s%u", i ? " " : "", line->number);
		if (line->profile)
			fprintf(f, "[%s]", rc->profiles.v[line->profile - 1]);
		for (size_t k = 0; k < line->n; k++)
			fprintf(f, "%c%s", k ? '|' : ':',
				rc->words.v[line->first + k]);
	}
	fclose(f);
	return text;
}

/* --- the lines of a file --- */

static const struct {
	const char *text;
	const char *lines; /* NULL: refused ... */
	const char *why;   /* ... with this behind the file's name */
} cases[] = {
	{ "", "", NULL },
	{ "\n\n", "", NULL },
	{ "# all\n  \t\n\t# of it\n", "", NULL },
	{ "-q", "1:-q", NULL },
	{ "-q\n", "1:-q", NULL },
	{ "-q\r\n\r\n-v\r\n", "1:-q 3:-v", NULL },
	{ "  -w \t 5  # why\n", "1:-w|5", NULL },
	{ "-w 5#no", "1:-w|5#no", NULL },
	{ "-x '#' \"#\" \\#", "1:-x|#|#|#", NULL },
	{ "-H 'X-Team: blue'", "1:-H|X-Team: blue", NULL },
	{ "-H 'a \"b\" \\c'", "1:-H|a \"b\" \\c", NULL },
	{ "-x \"a 'b' \\\"c\\\" \\\\ \\d $e `f`\"",
		"1:-x|a 'b' \"c\" \\ \\d $e `f`", NULL },
	{ "-x a\\ b\\'\\\\", "1:-x|a b'\\", NULL },
	{ "-x a'b c'\"d e\"f", "1:-x|ab cd ef", NULL },
	{ "-x '' \"\"", "1:-x||", NULL },
	{ "''", "1:", NULL },
	{ "--ca ~/ca.pem", "1:--ca|" HOME "/ca.pem", NULL },
	{ "~/", "1:" HOME "/", NULL },
	{ "--bearer @~/t", "1:--bearer|@" HOME "/t", NULL },
	{ "-x '~/a' \"~/b\" \\~/c d~/ @'~/' ~ ~me/ @~",
		"1:-x|~/a|~/b|~/c|d~/|@~/|~|~me/|@~", NULL },
	{ "-x $HOME *", "1:-x|$HOME|*", NULL },
	{ "-x \xc3\xa9\x01", "1:-x|\xc3\xa9\x01", NULL },
	{ "ws://a/#b", "1:ws://a/#b", NULL },
	{ "[::1]:80/x", "1:[::1]:80/x", NULL },
	{ "[::1]/", "1:[::1]/", NULL },
	{ "-q\n[one]\n-v\n\n[two] # 2\nws://b\n",
		"1:-q 3[one]:-v 6[two]:ws://b", NULL },
	{ " [a.b-c_9]\t\r\n-v", "2[a.b-c_9]:-v", NULL },
	{ "[one]", "", NULL },

	{ "-q\n-x 'a\nb'\n", NULL, "2: a ' that is not closed on its line" },
	{ "-x \"a\\\"", NULL, "1: a \" that is not closed on its line" },
	{ "-x a\\\n", NULL, "1: a backslash at the line's end" },
	{ "\\", NULL, "1: a backslash at the line's end" },
	{ "[one]\n[two]\n[one]\n", NULL,
		"3: there is a section [one] already" },
	{ "[]", NULL, "1: not a [name]: one word, and nothing behind the ]" },
	{ "\n[one", NULL,
		"2: not a [name]: one word, and nothing behind the ]" },
	{ "[a b]", NULL,
		"1: not a [name]: one word, and nothing behind the ]" },
	{ "[one] -q", NULL,
		"1: not a [name]: one word, and nothing behind the ]" },
	{ "[one]]", NULL,
		"1: not a [name]: one word, and nothing behind the ]" },
	{ "[::1]", NULL,
		"1: not a [name]: one word, and nothing behind the ]" },
};

Test(rc, lines)
{
	const struct rc_choice usual = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err = { 0 };
		struct rc rc;
		char *lines, want[256];
		bool ok;

		write_config(cases[i].text, strlen(cases[i].text));
		ok = rc_read(&rc, &usual, &err);
		lines = lines_of(&rc);
		cr_expect_eq(ok, cases[i].lines != NULL, "%zu: %s", i,
			ok ? lines : err.line);
		if (ok && cases[i].lines)
			cr_expect_str_eq(
				lines, cases[i].lines, "%zu: %s", i, lines);
		if (!ok && cases[i].why) {
			snprintf(want, sizeof(want), "%s:%s", path,
				cases[i].why);
			cr_expect_eq(err.kind, ERR_USAGE);
			cr_expect_str_eq(
				err.line, want, "%zu: %s", i, err.line);
		}
		free(lines);
		rc_release(&rc);
	}
}

Test(rc, every_cut)
{
	const struct rc_choice usual = { 0 };

	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = 0; n < strlen(cases[i].text); n++) {
			struct err err = { 0 };
			struct rc rc;
			bool ok;

			write_config(cases[i].text, n);
			ok = rc_read(&rc, &usual, &err);
			cr_expect_eq(ok, err.kind == ERR_NONE);
			cr_expect(ok || err.line[0]);
			rc_release(&rc);
			cr_expect_null(rc.text);
			cr_expect_null(rc.lines);
		}
}

Test(rc, without_a_home)
{
	const struct rc_choice usual = { 0 };
	static const char *const homes[] = { NULL, "", "relative" };

	for (size_t i = 0; i < COUNT(homes); i++) {
		struct err err = { 0 };
		struct rc rc;

		unsetenv("HOME");
		if (homes[i])
			setenv("HOME", homes[i], 1);
		write_config("-q\n--ca ~/x", 11);
		cr_expect_not(rc_read(&rc, &usual, &err));
		cr_expect_not_null(strstr(
			err.line, ":2: ~/ is of no use where HOME is not set"));
		rc_release(&rc);
		/* There is a file, but the path is not absolute. */
		cr_assert_eq(chdir(folder), 0);
		setenv("XDG_CONFIG_HOME", ".", 1);
		cr_expect(rc_read(&rc, &usual, &err));
		cr_expect_null(rc.path);
		rc_release(&rc);
		setenv("XDG_CONFIG_HOME", folder, 1);
	}
}

Test(rc, files_that_are_none)
{
	static char large[65537];
	const struct rc_choice usual = { 0 };
	struct rc_choice named = { .file = folder };
	struct err err = { 0 };
	char want[256];
	struct rc rc;

	/* None in the usual place, or what should be its folder is a file. */
	cr_expect(rc_read(&rc, &usual, &err), "%s", err.line);
	cr_expect_null(rc.path);
	cr_expect_eq(rc.lines_n, 0);
	rc_release(&rc);
	write_config("", 0);
	setenv("XDG_CONFIG_HOME", path, 1);
	cr_expect(rc_read(&rc, &usual, &err), "%s", err.line);
	rc_release(&rc);
	setenv("XDG_CONFIG_HOME", folder, 1);

	cr_expect_not(rc_read(&rc, &named, &err));
	snprintf(want, sizeof(want),
		"--config %s: cannot read the file: Is a directory", folder);
	cr_expect_str_eq(err.line, want, "%s", err.line);
	rc_release(&rc);

	write_config("-q\0-v", 5);
	cr_expect_not(rc_read(&rc, &usual, &err));
	cr_expect_not_null(strstr(err.line, ": has a NUL byte in it"));
	rc_release(&rc);

	memset(large, '~', sizeof(large));
	memset(large + 1, '/', 1);
	write_config(large, sizeof(large));
	cr_expect_not(rc_read(&rc, &usual, &err));
	cr_expect_not_null(strstr(err.line, ": over 65536 bytes"));
	rc_release(&rc);
	write_config(large, sizeof(large) - 1);
	cr_expect(rc_read(&rc, &usual, &err), "%s", err.line);
	rc_release(&rc);

	unlink(path);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_expect_not(rc_read(&rc, &usual, &err));
	cr_expect_not_null(strstr(err.line,
		": cannot read the file: Is a directory (try --no-config)"));
	rc_release(&rc);
	rmdir(path);
}

/* As long as it can be, and the home directory longer than what it is for. */
Test(rc, home_many_times)
{
	static char text[65536], home[4096];
	const struct rc_choice usual = { 0 };
	struct err err = { 0 };
	struct rc rc;

	for (size_t i = 0; i + 2 < 3000; i += 3)
		memcpy(text + i, "~/ ", 3);
	memset(home, 'h', sizeof(home) - 1);
	home[0] = '/';
	setenv("HOME", home, 1);
	write_config(text, 2999);
	cr_expect(rc_read(&rc, &usual, &err), "%s", err.line);
	cr_expect_eq(rc.words.n, 1000);
	cr_expect_eq(strlen(rc.words.v[999]), sizeof(home));
	rc_release(&rc);
}

/* For people, what is below the home directory is called ~/. */
Test(rc, names_of_the_file)
{
	const struct rc_choice usual = { 0 };
	struct err err = { 0 };
	struct rc rc;

	setenv("HOME", folder, 1);
	write_config("", 0);
	cr_expect(rc_read(&rc, &usual, &err));
	cr_expect_str_eq(rc.path, "~/wstap/config");
	rc_release(&rc);
	setenv("HOME", "/tm", 1);
	cr_expect(rc_read(&rc, &usual, &err));
	cr_expect_str_eq(rc.path, path);
	rc_release(&rc);
	setenv("HOME", "/", 1);
	cr_expect(rc_read(&rc, &usual, &err));
	cr_expect_str_eq(rc.path, path);
	rc_release(&rc);
}

Test(rc, exposed)
{
	static const struct {
		mode_t mode;
		bool exposed;
	} modes[] = { { 0600, false }, { 0400, false }, { 0620, false },
		{ 0640, true }, { 0604, true }, { 0644, true } };
	const struct rc_choice usual = { 0 };

	write_config("", 0);
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct err err = { 0 };
		struct rc rc;

		cr_assert_eq(chmod(path, modes[i].mode), 0);
		cr_expect(rc_read(&rc, &usual, &err));
		cr_expect_eq(rc.exposed, modes[i].exposed, "%o",
			(unsigned)modes[i].mode);
		rc_release(&rc);
	}
}

/* --- what the command line makes of it --- */

static const char file[] = "-q\n"
			   "-H 'A: b'\n"
			   "-s chat\n"
			   "ws://file\n"
			   "-w 5\n"
			   "[one]\n"
			   "ws://one\n"
			   "-w 6\n"
			   "-s chat,more\n"
			   "--no-quiet\n"
			   "[two]\n"
			   "-H 'A: c'\n"
			   "-w 7\n"
			   "[serve]\n"
			   "-l 80\n";

#define FILE_HAS "header=A: b sub=chat"

static const struct good_line good[] = {
	{ { NULL }, "url=ws://file " FILE_HAS " wait=5000 quiet" },
	{ { "u" }, "url=u " FILE_HAS " wait=5000 quiet" },
	{ { "-w8", "--no-quiet" }, "url=ws://file " FILE_HAS " wait=8000" },
	{ { "-l", "0" }, "listen=0 " FILE_HAS " wait=5000 quiet" },
	{ { "-H", "C: d", "-s", "x", "-s", "chat" },
		"url=ws://file header=A: b header=C: d sub=chat sub=x "
		"wait=5000 quiet" },
	{ { "@one" }, "url=ws://one " FILE_HAS " sub=more wait=6000" },
	{ { "@two" }, "url=ws://file header=A: b header=A: c sub=chat "
		      "wait=7000 quiet" },
	{ { "@one", "@two" }, "url=ws://one header=A: b header=A: c sub=chat "
			      "sub=more wait=7000" },
	{ { "@two", "-w9", "@one", "-q", "u" },
		"url=u header=A: b header=A: c sub=chat sub=more wait=9000 "
		"quiet" },
	{ { "--", "@one" }, "url=ws://one " FILE_HAS " sub=more wait=6000" },
	{ { "@serve" }, "listen=80 " FILE_HAS " wait=5000 quiet" },
	{ { "@serve", "u" }, "url=u " FILE_HAS " wait=5000 quiet" },
	{ { "-x", "@one" },
		"url=ws://file " FILE_HAS " execute=@one wait=5000 quiet" },
	{ { "-x", "--no-config" }, "url=ws://file " FILE_HAS
				   " execute=--no-config wait=5000 quiet" },
	{ { "--no-config", "u" }, "url=u" },
	{ { "u", "--no-config" }, "url=u" },
	{ { "--config", "/dev/null", "u" }, "url=u" },
	{ { "--help" }, "help" },
	{ { "-V", "@nobody" }, "version-wanted" },
};

static const struct bad_line bad[] = {
	{ { "@ones" }, "@ones: no profile in " },
	{ { "@One" }, "; did you mean @one?" },
	{ { "@xyzzy" }, "@xyzzy: no profile in " },
	{ { "@one", "--no-config" },
		"@one: with --no-config there are no profiles" },
	{ { "@one", "--config=/dev/null" }, "@one: no profile in /dev/null" },
	{ { "a", "b" },
		"two URLs: wstap connects to one (wstap --help connect)" },
	{ { "-s", "x,x" }, "-s x: offered twice (RFC 6455 4.1 wants each only "
			   "once)" },
	{ { "u", "-l0" }, "a URL and -l: wstap either connects or listens "
			  "(wstap --help connect)" },
};

Test(rc, precedence)
{
	write_config(file, strlen(file));
	for (size_t i = 0; i < COUNT(good); i++)
		check_good(&good[i]);
	for (size_t i = 0; i < COUNT(good); i++)
		if (good[i].args[0])
			parse_cuts(good[i].args);
}

Test(rc, refused)
{
	write_config(file, strlen(file));
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(bad[i].args);
		struct err err = { 0 };

		cr_expect_not(
			options_parse(&config, line.argc, line.argv, &err),
			"taken, but: %s", bad[i].line);
		cr_expect_eq(err.kind, ERR_USAGE);
		cr_expect_not_null(
			strstr(err.line, bad[i].line), "%s", err.line);
		options_release(&config);
	}
}

/* Lines that are split, but are no options: with the file and the line. */
Test(rc, lines_that_are_no_options)
{
	static const struct {
		const char *text, *why;
	} lines[] = {
		{ "\n--wiat 3", "2: --wiat: no such option; did you mean "
				"--wait? (wstap --help)" },
		{ "-w soon", "1: -w soon: not a number of seconds (like 0, "
			     "2.5 or inf)" },
		{ "-H\n'A: b'", "1: -H: needs a value, 'Name: value' "
				"(wstap --help connect)" },
		{ "-H A: b", "1: more than an option and its value" },
		{ "-H A", "1: header \"A\": no colon in it" },
		{ "-q -v", "1: more than an option and its value" },
		{ "--reconnect 3", "1: more than an option and its value" },
		{ "ws://a b", "1: more than an option and its value" },
		{ "ws://a\nws://b", "2: two URLs" },
		{ "--help", "1: --help: is for the command line only" },
		{ "-qV", "1: -V: is for the command line only" },
		{ "--config x", "1: --config: is for the command line only" },
		{ "--no-config",
			"1: --no-config: is for the command line only" },
		{ "@one", "1: @one: a profile is named on the command line "
			  "only" },
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		static const char *const none[ARGS_MAX];
		struct config config = CONFIG_DEFAULT;
		struct line line = whole_line(none);
		struct err err = { 0 };
		char want[256];

		write_config(lines[i].text, strlen(lines[i].text));
		cr_expect_not(
			options_parse(&config, line.argc, line.argv, &err));
		cr_expect_eq(err.kind, ERR_USAGE);
		snprintf(want, sizeof(want), "%s:%s", path, lines[i].why);
		cr_expect_eq(strncmp(err.line, want, strlen(want)), 0, "%s",
			err.line);
		options_release(&config);
	}
}
