#define _GNU_SOURCE

#include "unit/child_case.h"

#include <fcntl.h>

/* The user's editor and pager: which is run, with what, and what is taken back
 * from it. How it lives and ends: test_child_life.c. */

static const struct {
	const char *text, *script, *seen, *want;
} edits[] = {
	{ "", "/bin/cat \"$1\" >\"$LOG\"", "\n", "" },
	{ "abc", "/bin/cat \"$1\" >\"$LOG\"", "abc\n", "abc" },
	{ "abc\n", "/bin/cat \"$1\" >\"$LOG\"", "abc\n", "abc" },
	{ "a\nb\n\n", "/bin/cat \"$1\" >\"$LOG\"", "a\nb\n\n", "a\nb\n" },
	{ "%s \\n", "/bin/cat \"$1\" >\"$LOG\"", "%s \\n\n", "%s \\n" },
	{ "abc", "printf 'new\\nlines' >\"$1\"", "", "new\nlines" },
	{ "abc", "printf '\\n\\n' >\"$1\"", "", "\n" },
	{ "abc", ": >\"$1\"", "", "" },
	{ "abc", "echo d >>\"$1\"", "", "abc\nd" },
	/* As editors do that keep the old file until the new one is whole. */
	{ "abc", "echo new >\"$1.new\"; /bin/mv \"$1.new\" \"$1\"", "", "new" },
};

Test(child, edits)
{
	struct place p;
	struct err err = { 0 };

	enter(&p);
	setenv("VISUAL", "ed", 1);
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		char *text;

		program(&p, "ed", edits[i].script);
		unlink(p.log);
		text = edit(edits[i].text, &err);
		cr_assert(text, "case %zu: %s", i, err.line);
		cr_assert_str_eq(text, edits[i].want, "case %zu: %s", i, text);
		cr_assert_str_eq(logged(&p), edits[i].seen, "case %zu", i);
		free(text);
	}
	leave(&p);
}

/* A file has no limit that comes from a pipe or a buffer. */
Test(child, edits_much)
{
	enum { MUCH = 300000 };
	struct place p;
	struct err err = { 0 };
	char *text = malloc(MUCH + 1), *edited;

	cr_assert(text);
	for (size_t i = 0; i < MUCH; i++)
		text[i] = (char)('a' + i % 23);
	text[MUCH] = '\0';
	enter(&p);
	setenv("VISUAL", ":", 1);
	edited = edit(text, &err);
	cr_assert(edited && strcmp(edited, text) == 0);
	free(edited);
	free(text);
	leave(&p);
}

/* $DIR in a variable stands for the programs' directory. */
static const struct {
	const char *visual, *editor, *want;
} editors[] = {
	{ "ed -w 'two words'", "other", "<-w><two words><FILE>" },
	{ "\"$DIR/my ed\" -x", NULL, "my ed <-x><FILE>" },
	{ "A=1 ed", NULL, "<FILE>" },
	{ NULL, "ed -e", "<-e><FILE>" },
	{ "", "ed", "<FILE>" },
	{ " \t\n", "ed", "<FILE>" },
	{ NULL, NULL, "vi <FILE>" },
	{ "", " ", "vi <FILE>" },
};

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

Test(child, takes_the_users_editor)
{
	static const char show[] = "for a; do f=$a; done\n"
				   "for a; do\n"
				   "[ \"$a\" = \"$f\" ] && a=FILE\n"
				   "printf '<%s>' \"$a\" >>\"$LOG\"; done\n"
				   "[ -f \"$f\" ] || echo none >>\"$LOG\"";
	struct place p;
	struct err err = { 0 };
	char named[512];

	enter(&p);
	setenv("DIR", p.dir, 1);
	program(&p, "ed", show);
	snprintf(named, sizeof(named), "printf 'my ed ' >\"$LOG\"\n%s", show);
	program(&p, "my ed", named);
	snprintf(named, sizeof(named), "printf 'vi ' >\"$LOG\"\n%s", show);
	program(&p, "vi", named);
	for (size_t i = 0; i < sizeof(editors) / sizeof(editors[0]); i++) {
		set("VISUAL", editors[i].visual);
		set("EDITOR", editors[i].editor);
		unlink(p.log);
		free(edit("text", &err));
		cr_assert_str_eq(logged(&p), editors[i].want, "case %zu: %s", i,
			logged(&p));
	}
	leave(&p);
}

static const struct {
	const char *tmpdir, *text, *end;
	bool fallback;
} files[] = {
	{ "", "text", ".txt", true },
	{ "relative", "text", ".txt", true },
	{ ".", "text", ".txt", true },
	{ "/nowhere/at/all", "text", ".txt", true },
	{ "/dev/null", "text", ".txt", true },
	{ NULL, "", ".txt", false }, /* the test's own */
	{ NULL, "{\"a\":1}", ".json", false },
	{ NULL, "[", ".json", false },
	{ NULL, " {", ".txt", false },
};

Test(child, where_the_file_is)
{
	struct place p;
	struct err err = { 0 };
	struct child c;
	struct stat st;

	enter(&p);
	cr_assert(chdir(p.dir) == 0);
	cr_assert(mkdir("relative", 0700) == 0);
	setenv("VISUAL", ":", 1);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *dir = files[i].fallback ? "/tmp" : p.tmp;
		size_t len, n = strlen(dir);

		setenv("TMPDIR", files[i].tmpdir ? files[i].tmpdir : p.tmp, 1);
		umask(0);
		cr_assert(child_edit(&c, files[i].text, &err), "%s", err.line);
		len = strlen(c.path);
		cr_assert(strncmp(c.path, dir, n) == 0 &&
				  strncmp(c.path + n, "/wstap-", 7) == 0 &&
				  !strchr(c.path + n + 1, '/'),
			"case %zu: %s", i, c.path);
		cr_assert_str_eq(c.path + len - strlen(files[i].end),
			files[i].end, "case %zu: %s", i, c.path);
		cr_assert(lstat(c.path, &st) == 0 && S_ISREG(st.st_mode));
		cr_assert_eq(st.st_mode & 07777, 0600);
		ended(&c);
		child_release(&c);
	}
	unsetenv("TMPDIR");
	cr_assert(child_edit(&c, "", &err), "%s", err.line);
	cr_assert(strncmp(c.path, "/tmp/wstap-", 11) == 0, "%s", c.path);
	ended(&c);
	child_release(&c);
	cr_assert(rmdir("relative") == 0);
	leave(&p);
}

static const struct {
	const char *script; /* what becomes of the file */
	off_t size;         /* not 0: what it is made to have */
	const char *want;
} broken[] = {
	{ "/bin/rm \"$1\"", 0,
		"reading the edited text: No such file or directory" },
	{ "printf 'a\\0b' >\"$1\"", 0,
		"the edited text has a NUL byte (/hex and /file send any "
		"bytes)" },
	{ "/bin/rm \"$1\"; /bin/ln -s /etc/passwd \"$1\"", 0,
		"reading the edited text: Too many levels of symbolic links" },
	{ "/bin/rm \"$1\"; /usr/bin/mkfifo \"$1\"", 0,
		"reading the edited text: it is no regular file any more" },
	{ ":", CHILD_TEXT_MAX,
		"the edited text has a NUL byte (/hex and /file send any "
		"bytes)" },
	{ ":", CHILD_TEXT_MAX + 1,
		"the edited text is larger than 64 MiB (/file sends files of "
		"any size)" },
};

Test(child, a_text_that_can_not_be_taken)
{
	struct place p;
	struct child c;

	enter(&p);
	setenv("VISUAL", "ed", 1);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct err err = { 0 };

		program(&p, "ed", broken[i].script);
		cr_assert(child_edit(&c, "text", &err));
		cr_assert_eq(ended(&c), 0);
		if (broken[i].size)
			cr_assert(truncate(c.path, broken[i].size) == 0);
		cr_assert(!child_text(&c, &err), "case %zu", i);
		cr_assert(err.kind == ERR_INPUT);
		cr_assert_str_eq(
			err.line, broken[i].want, "case %zu: %s", i, err.line);
	}
	leave(&p);
}

static const struct {
	const char *pager, *less; /* the variables */
	const char *there;        /* a program's name; NULL: none */
	const char *want;
} pagers[] = {
	{ "pg -s", NULL, "pg", "pg -s FRX.\nthe text\n" },
	{ "pg", "S", "pg", "pg  S.\nthe text\n" },
	{ "pg", "", "pg", "pg  .\nthe text\n" },
	{ "X=1 pg | /bin/cat", NULL, "pg", "pg  FRX.\nthe text\n" },
	{ NULL, NULL, "less", "less  FRX.\nthe text\n" },
	{ " ", NULL, "less", "less  FRX.\nthe text\n" },
	{ NULL, NULL, "more", "more  FRX.\nthe text\n" },
};

Test(child, pages)
{
	struct place p;
	struct err err = { 0 };
	struct child c;
	char script[256], path[] = "/tmp/wstap-page-XXXXXX";
	int fd;

	enter(&p);
	for (size_t i = 0; i < sizeof(pagers) / sizeof(pagers[0]); i++) {
		set("PAGER", pagers[i].pager);
		set("LESS", pagers[i].less);
		snprintf(script, sizeof(script),
			"echo \"%s $* $LESS.\" >\"$LOG\"\n/bin/cat >>\"$LOG\"",
			pagers[i].there);
		program(&p, pagers[i].there, script);
		strcpy(path + sizeof(path) - 7, "XXXXXX");
		fd = mkostemp(path, O_CLOEXEC);
		cr_assert(fd >= 0 && unlink(path) == 0);
		cr_assert(write(fd, "the text\n", 9) == 9);
		cr_assert(child_page(&c, fd, &err), "%s", err.line);
		close(fd);
		cr_assert(!c.path);
		cr_assert_eq(ended(&c), 0);
		child_release(&c);
		cr_assert_str_eq(logged(&p), pagers[i].want, "case %zu: %s", i,
			logged(&p));
		snprintf(script, sizeof(script), "%s/%s", p.dir,
			pagers[i].there);
		unlink(script);
	}
	leave(&p);
}

Test(child, pages_files_alone)
{
	struct err err = { 0 };
	struct child c;
	int pipes[2];

	setenv("PAGER", ":", 1);
	cr_assert(pipe(pipes) == 0);
	cr_assert(!child_page(&c, pipes[0], &err));
	cr_assert(err.kind == ERR_OUTPUT);
	cr_assert_str_eq(err.line, "starting the pager: Illegal seek");
	cr_assert(!child_page(&c, -1, &err));
	cr_assert(c.pid == 0 && !c.path);
}
