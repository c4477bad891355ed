#define _GNU_SOURCE

#include "ui/child.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where a test's programs are, the only ones in PATH, what they write ($LOG),
 * and its $TMPDIR, which is empty in the end. */
struct place {
	char dir[64], tmp[80], log[80];
};

static void enter(struct place *p)
{
	strcpy(p->dir, "/tmp/wstap-child-XXXXXX");
	cr_assert(mkdtemp(p->dir));
	snprintf(p->tmp, sizeof(p->tmp), "%s/a b", p->dir);
	snprintf(p->log, sizeof(p->log), "%s/log", p->dir);
	cr_assert(mkdir(p->tmp, 0700) == 0);
	setenv("TMPDIR", p->tmp, 1);
	setenv("LOG", p->log, 1);
	setenv("PATH", p->dir, 1);
	unsetenv("VISUAL");
	unsetenv("EDITOR");
	unsetenv("PAGER");
	unsetenv("LESS");
}

static void leave(struct place *p)
{
	struct dirent *entry;
	DIR *dir;
	char path[512];

	cr_assert(rmdir(p->tmp) == 0, "a file is left in %s", p->tmp);
	dir = opendir(p->dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", p->dir, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	cr_assert(rmdir(p->dir) == 0);
}

/* A program of this name, as a shell's script. */
static void program(const struct place *p, const char *name, const char *script)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "we");
	cr_assert(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	cr_assert(fclose(f) == 0);
	cr_assert(chmod(path, 0700) == 0);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* What the programs wrote, "" where they have not yet. */
static const char *logged(const struct place *p)
{
	static char text[4096];
	FILE *f = fopen(p->log, "re");
	size_t n = 0;

	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static int ended(struct child *c)
{
	int status = -1;

	for (int i = 0; i < 5000 && !child_ended(c, &status); i++)
		pause_ms(1);
	cr_assert(c->pid == 0, "it does not end");
	cr_assert(!child_ended(c, &status), "once");
	return status;
}

/* Edits to the end: what child_text() gives. */
static char *edit(const char *text, struct err *err)
{
	struct child c;
	char *edited, path[256];

	cr_assert(child_edit(&c, text, err), "%s", err->line);
	cr_assert(strlen(c.path) < sizeof(path));
	strcpy(path, c.path);
	cr_assert_eq(ended(&c), 0);
	edited = child_text(&c, err);
	cr_assert(!c.path);
	cr_assert(access(path, F_OK) != 0);
	child_release(&c);
	return edited;
}

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

/* Silences what sh says of it. */
static void no_standard_error(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && dup2(fd, 2) == 2);
	close(fd);
}

Test(child, a_program_that_is_not_there)
{
	static const char *const commands[] = { "nothing-of-this-name",
		"/nowhere/at/all -w" };
	struct place p;
	struct err err = { 0 };
	struct child c;
	int status, fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	enter(&p);
	no_standard_error();
	for (size_t i = 0; i < 2; i++) {
		setenv("VISUAL", commands[i], 1);
		cr_assert(child_edit(&c, "", &err));
		status = ended(&c);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 127);
		child_release(&c);
		setenv("PAGER", commands[i], 1);
		cr_assert(child_page(&c, fd, &err));
		status = ended(&c);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 127);
		child_release(&c);
	}
	unsetenv("PAGER");
	cr_assert(child_page(&c, fd, &err));
	status = ended(&c);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 127);
	close(fd);
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

#ifdef __linux__
static unsigned long long mask_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	cr_assert(at, "%s", text);
	return strtoull(at + strlen(name), NULL, 16);
}

static void caught(int number)
{
	(void)number;
}

/* As while the loop runs; SIGUSR2 was ignored at the start. */
Test(child, gets_signals_as_they_were)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP,
		SIGCHLD, SIGPIPE };
	unsigned long long blocked, ignored;
	struct place p;
	struct err err = { 0 };
	sigset_t block, before, after;

	enter(&p);
	program(&p, "ed", "/bin/grep Sig /proc/self/status >\"$LOG\"");
	setenv("VISUAL", "ed", 1);
	sigemptyset(&block);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		sigaddset(&block, held[i]);
		signal(held[i], caught);
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigprocmask(SIG_BLOCK, NULL, &before);
	free(edit("", &err));
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (int number = 1; number < NSIG; number++)
		cr_assert_eq(sigismember(&before, number),
			sigismember(&after, number));
	cr_assert(signal(SIGPIPE, SIG_IGN) == SIG_IGN);
	blocked = mask_of(logged(&p), "SigBlk:");
	ignored = mask_of(logged(&p), "SigIgn:");
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		unsigned long long bit = 1ULL << (held[i] - 1);

		cr_assert(!(blocked & bit), "%d is blocked", held[i]);
		cr_assert(!(ignored & bit), "%d is ignored", held[i]);
	}
	cr_assert(ignored & 1ULL << (SIGUSR2 - 1));
	leave(&p);
}

Test(child, gets_no_descriptor_but_the_standard_ones)
{
	struct place p;
	struct err err = { 0 };
	struct child c;
	const char *first;
	char path[] = "/tmp/wstap-page-XXXXXX";
	int fd;

	enter(&p);
	program(&p, "ed", "/bin/ls -l /proc/$$/fd >\"$LOG\"");
	setenv("VISUAL", "ed", 1);
	setenv("PAGER", "ed", 1);
	free(edit("", &err));
	cr_assert(!strstr(logged(&p), p.tmp), "%s", logged(&p));
	fd = mkostemp(path, O_CLOEXEC);
	cr_assert(fd >= 0);
	cr_assert(child_page(&c, fd, &err));
	ended(&c);
	first = strstr(logged(&p), path);
	cr_assert(first && !strstr(first + 1, path), "%s", logged(&p));
	close(fd);
	unlink(path);
	leave(&p);
}
#endif

/* Waits until the program has stopped itself. */
static void await_stop(const struct child *c)
{
	siginfo_t info;

	cr_assert(waitid(P_PID, (id_t)c->pid, &info, WSTOPPED | WNOWAIT) == 0);
	cr_assert(info.si_code == CLD_STOPPED);
}

Test(child, one_that_is_stopped_has_not_ended, .timeout = 10)
{
	struct place p;
	struct err err = { 0 };
	struct child c;
	int status;

	enter(&p);
	program(&p, "ed", "kill -STOP $$; exit 3");
	setenv("VISUAL", "exec ed", 1);
	cr_assert(child_edit(&c, "", &err));
	await_stop(&c);
	cr_assert(!child_ended(&c, &status));
	cr_assert(c.pid > 0);
	kill(c.pid, SIGCONT);
	status = ended(&c);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	child_release(&c);
	leave(&p);
}

#define ON_TERM "trap 'echo told >>\"$LOG\"; exit' TERM\necho >\"$LOG\"\n"
static const struct {
	const char *script, *want;
	bool stops;
} lasting[] = {
	{ ON_TERM "while :; do /bin/sleep 0.01; done", "\ntold\n", false },
	{ ON_TERM "kill -STOP $$; while :; do /bin/sleep 0.01; done",
		"\ntold\n", true },
	{ "trap '' TERM; echo >\"$LOG\"; exec /bin/sleep 100", "\n", false },
};

Test(child, release_ends_it, .timeout = 10)
{
	struct place p;
	struct err err = { 0 };
	struct child c = { 0 };

	child_release(&c);
	enter(&p);
	setenv("VISUAL", "exec ed", 1);
	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++) {
		pid_t pid;

		program(&p, "ed", lasting[i].script);
		unlink(p.log);
		cr_assert(child_edit(&c, "", &err));
		pid = c.pid;
		if (lasting[i].stops)
			await_stop(&c);
		while (!*logged(&p))
			pause_ms(1);
		child_release(&c);
		cr_assert(c.pid == 0 && !c.path);
		cr_assert(kill(pid, 0) == -1 && errno == ESRCH);
		cr_assert_str_eq(logged(&p), lasting[i].want, "case %zu", i);
		child_release(&c);
	}
	leave(&p);
}

Test(child, ends_where_the_system_takes_its_status)
{
	struct place p;
	struct err err = { 0 };

	enter(&p);
	setenv("VISUAL", ":", 1);
	signal(SIGCHLD, SIG_IGN);
	free(edit("text", &err));
	leave(&p);
}
