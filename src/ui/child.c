#define _GNU_SOURCE /* asprintf */
#include "ui/child.h"

#include "ui/tempfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* How long a program that is to end may take to put things in order. */
enum { END_STEPS = 100, END_STEP_NS = 5000000 };

/* Signals are ours to block while the loop runs, and SIGPIPE and SIGXFSZ are
 * ours to ignore; one that we catch is reset by exec. What else is ignored was
 * so when we were started, and stays so. */
static int set_signals(posix_spawnattr_t *attr)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP,
		SIGCHLD, SIGPIPE };
	sigset_t mask, defaults;
	int error;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigdelset(&mask, ours[i]);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	error = posix_spawnattr_setsigmask(attr, &mask);
	if (!error)
		error = posix_spawnattr_setsigdefault(attr, &defaults);
	if (!error)
		error = posix_spawnattr_setflags(
			attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return error;
}

/* Starts sh with this command, whose "$1" is the argument (or NULL), and
 * whose standard input is the descriptor (or -1: ours). 0 or an errno. */
static int start(
	struct child *c, const char *command, const char *argument, int input)
{
	/* "$0" is the name that sh gives to its own errors. */
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command,
		(char *)"wstap", (char *)argument, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawnattr_init(&attr);
	if (error)
		goto done;
	error = set_signals(&attr);
	if (!error && input >= 0)
		error = posix_spawn_file_actions_adddup2(
			&actions, input, STDIN_FILENO);
	if (!error)
		error = posix_spawn(
			&c->pid, _PATH_BSHELL, &actions, &attr, argv, environ);
	if (error)
		c->pid = 0;
	posix_spawnattr_destroy(&attr);
done:
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* What the user set, unless it is blank. */
static const char *chosen(const char *name)
{
	const char *value = getenv(name);

	return value && value[strspn(value, " \t\n")] ? value : NULL;
}

/* The file to edit, its descriptor closed. 0 or an errno. */
static int write_file(struct child *c, const char *text)
{
	/* So that the editor knows what it is. */
	const char *suffix = *text == '{' || *text == '[' ? ".json" : ".txt";
	size_t len = strlen(text);
	int fd = tempfile_make(&c->path, suffix), error = 0;

	if (fd < 0)
		return errno;
	if (!tempfile_write(fd, text, len) ||
		((len == 0 || text[len - 1] != '\n') &&
			!tempfile_write(fd, "\n", 1)))
		error = errno;
	if (close(fd) != 0 && !error)
		error = errno;
	return error;
}

static void remove_file(struct child *c)
{
	if (c->path)
		unlink(c->path);
	free(c->path);
	c->path = NULL;
}

/* The command with "$@" behind it, to be freed; NULL with errno. Where it is
 * a program and its arguments, and no more, sh gives way to it, so that a
 * signal of ours reaches it; not to a builtin, and not to what isn't there. */
static char *command_of(const char *program)
{
	static const char give_way[] =
		"\ncase $(command -v \"$1\") in */*) exec \"$@\"; esac\n"
		"\"$@\"";
	bool simple = !program[strcspn(program, "|&;<>()$`\\\"'\n*?[]#~=%{}!")];
	char *command;

	if (asprintf(&command, "%s%s \"$@\"%s", simple ? "set -- " : "",
		    program, simple ? give_way : "") < 0)
		return NULL;
	return command;
}

bool child_edit(struct child *c, const char *text, struct err *err)
{
	const char *editor = chosen("VISUAL");
	char *command = NULL;
	int error;

	*c = (struct child){ 0 };
	if (!editor)
		editor = chosen("EDITOR");
	if (!editor)
		editor = "vi";
	error = write_file(c, text);
	if (error) {
		err_set(err, ERR_INPUT,
			"writing a file for the editor (try another TMPDIR): "
			"%s",
			strerror(error));
		goto failed;
	}
	command = command_of(editor);
	error = command ? start(c, command, c->path, -1) : ENOMEM;
	free(command);
	if (!error)
		return true;
	err_set(err, ERR_INPUT, "starting the editor: %s", strerror(error));
failed:
	remove_file(c);
	return false;
}

bool child_page(struct child *c, int fd, struct err *err)
{
	static const char less[] = "LESS=${LESS-FRX}; export LESS";
	static const char usual[] = "command -v less >/dev/null && exec less\n"
				    "exec more";
	/* Where it can't be started, nothing is lost. */
	static const char otherwise[] = "status=$?\n"
					"case $status in 126|127) cat; esac\n"
					"exit $status";
	const char *pager = chosen("PAGER");
	char *command = NULL, *run = NULL;
	int error = 0;

	*c = (struct child){ 0 };
	run = pager ? command_of(pager) : strdup(usual);
	if (lseek(fd, 0, SEEK_SET) < 0) {
		error = errno;
	} else if (!run ||
		   asprintf(&command, "%s\n%s\n%s", less, run, otherwise) < 0) {
		command = NULL;
		error = ENOMEM;
	} else {
		error = start(c, command, NULL, fd);
	}
	free(command);
	free(run);
	if (!error)
		return true;
	return err_set(
		err, ERR_OUTPUT, "starting the pager: %s", strerror(error));
}

/* waitpid(), unless there is nothing to wait for any more: where SIGCHLD is
 * ignored, the system takes the status. */
static bool reap(struct child *c, int *status, int options)
{
	pid_t pid;

	do
		pid = waitpid(c->pid, status, options);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return false;
	if (pid < 0)
		*status = 0;
	c->pid = 0;
	return true;
}

bool child_ended(struct child *c, int *status)
{
	return c->pid && reap(c, status, WNOHANG);
}

/* Reads up to *len bytes, which becomes how many there were, with a byte of
 * room behind. NULL with errno. */
static char *read_all(int fd, size_t *len)
{
	char *text = malloc(*len + 1);
	size_t n = 0;
	ssize_t got;

	while (text && n < *len) {
		got = read(fd, text + n, *len - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(text);
			return NULL;
		}
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*len = n;
	return text;
}

/* The file's bytes; NULL with err. */
static char *read_file(const char *path, size_t *len, struct err *err)
{
	char *text = NULL;
	struct stat st;
	/* An editor may have put another file in its place. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(err, ERR_INPUT, "reading the edited text: %s",
			strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_INPUT,
			"reading the edited text: it is no regular file any "
			"more");
	} else if (st.st_size > CHILD_TEXT_MAX) {
		err_set(err, ERR_INPUT,
			"the edited text is larger than %d MiB (/file sends "
			"files of any size)",
			CHILD_TEXT_MAX >> 20);
	} else {
		*len = (size_t)st.st_size;
		text = read_all(fd, len);
		if (!text)
			err_set(err, ERR_INPUT, "reading the edited text: %s",
				strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return text;
}

char *child_text(struct child *c, struct err *err)
{
	size_t len;
	char *text;

	assert(c->path);
	text = read_file(c->path, &len, err);
	remove_file(c);
	if (!text)
		return NULL;
	if (memchr(text, '\0', len)) {
		err_set(err, ERR_INPUT,
			"the edited text has a NUL byte (/hex and /file send "
			"any bytes)");
		free(text);
		return NULL;
	}
	if (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return text;
}

/* First as a program is asked to end, one that is stopped, too: it may have
 * files of its own to remove. */
static void end(struct child *c)
{
	const struct timespec step = { .tv_nsec = END_STEP_NS };
	int status;

	kill(c->pid, SIGTERM);
	kill(c->pid, SIGCONT);
	for (int i = 0; i < END_STEPS; i++) {
		if (reap(c, &status, WNOHANG))
			return;
		nanosleep(&step, NULL);
	}
	kill(c->pid, SIGKILL);
	reap(c, &status, 0);
}

void child_release(struct child *c)
{
	if (c->pid)
		end(c);
	remove_file(c);
}
