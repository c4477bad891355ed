#define _GNU_SOURCE

#include "unit/child_case.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

/* How a program starts, with what of ours, and how it ends. */

/* Silences what sh says of it. */
static void no_standard_error(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && dup2(fd, 2) == 2);
	close(fd);
}

Test(child_life, a_program_that_is_not_there)
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
Test(child_life, gets_signals_as_they_were)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP,
		SIGCHLD, SIGPIPE, SIGXFSZ };
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
	signal(SIGXFSZ, SIG_IGN);
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

Test(child_life, gets_no_descriptor_but_the_standard_ones)
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

Test(child_life, one_that_is_stopped_has_not_ended, .timeout = 10)
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

Test(child_life, release_ends_it, .timeout = 10)
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

Test(child_life, ends_where_the_system_takes_its_status)
{
	struct place p;
	struct err err = { 0 };

	enter(&p);
	setenv("VISUAL", ":", 1);
	signal(SIGCHLD, SIG_IGN);
	free(edit("text", &err));
	leave(&p);
}
