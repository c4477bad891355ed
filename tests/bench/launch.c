/*
 * Runs a command and says what that took:
 *
 *     launch [-n TIMES] [-e COUNT] [-d MS] [-l SECONDS] -r FD COMMAND...
 *
 * For each of TIMES runs (1) a line to FD, "WALL USER SYSTEM PEAK STATUS
 * TRIPS": microseconds three times, KiB, the exit status (128 and more: a
 * signal; -1: cut off after SECONDS). With -e the command gets pipes, a line
 * is written and waited for COUNT times, then its standard input is closed;
 * TRIPS is how many lines came back. -d waits before the first.
 *
 * A peak counts from before the exec, so that what starts the command has to
 * be small: this is.
 */

#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE ((size_t)64)

extern char **environ;

struct job {
	char **command;
	uint64_t trips;
	uint64_t delay_ms;
	int64_t limit_ns;
	int report;
};

static pid_t start(const struct job *job, int in, int out)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe_signal;
	pid_t pid;
	int error;

	sigemptyset(&none);
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe_signal);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&files);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	error = posix_spawnp(
		&pid, job->command[0], &files, &attr, job->command, environ);
	if (error != 0)
		die("running %s: %s", job->command[0], strerror(error));
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return pid;
}

/* Reads until the line is back; false at the end or after the deadline. */
static bool await_line(int fd, const uint8_t *line, int64_t deadline)
{
	uint8_t got[4096];
	size_t have = 0;

	while (memmem(got, have, line, LINE) == NULL) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ns();
		size_t n;

		if (left <= 0 || poll(&p, 1, (int)(left / 1000000) + 1) <= 0)
			return false;
		/* A prompt and colours may be around it, not much more. */
		if (have == sizeof got) {
			have = LINE;
			memmove(got, got + sizeof got - LINE, LINE);
		}
		n = read_some(fd, got + have, sizeof got - have);
		if (n == 0)
			return false;
		have += n;
	}
	return true;
}

static uint64_t make_trips(
	const struct job *job, int to, int from, int64_t deadline)
{
	uint8_t line[LINE + 1];
	uint64_t done = 0;

	wait_ms(job->delay_ms);
	payload_fill(line, LINE, false);
	line[LINE] = '\n';
	while (done < job->trips && write_all(to, line, sizeof line) &&
		await_line(from, line, deadline))
		done++;
	return done;
}

/* Waits for the child until the deadline, then ends it: was it cut off? */
static bool wait_child(
	pid_t pid, int64_t deadline, int *status, struct rusage *usage)
{
	sigset_t child;
	bool cut = false;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (wait4(pid, status, WNOHANG, usage) == 0) {
		int64_t left = deadline - now_ns();
		struct timespec t = { .tv_sec = left / 1000000000,
			.tv_nsec = left % 1000000000 };

		if (left > 0) {
			sigtimedwait(&child, NULL, &t);
			continue;
		}
		kill(pid, SIGKILL);
		cut = true;
		wait4(pid, status, 0, usage);
		break;
	}
	return cut;
}

static int64_t micros(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static void run(const struct job *job)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 };
	uint64_t trips = 0;
	struct rusage usage = { 0 };
	int status = 0;
	int64_t began = now_ns(), deadline = began + job->limit_ns;
	bool cut;
	pid_t pid;

	if (job->trips > 0 &&
		(pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0))
		die("pipe: %s", strerror(errno));
	pid = start(job, to[0], from[1]);
	if (job->trips > 0) {
		close(to[0]);
		close(from[1]);
		trips = make_trips(job, to[1], from[0], deadline);
		close(to[1]);
	}
	cut = wait_child(pid, deadline, &status, &usage);
	dprintf(job->report, "%lld %lld %lld %ld %d %llu\n",
		(long long)((now_ns() - began) / 1000),
		(long long)micros(usage.ru_utime),
		(long long)micros(usage.ru_stime), usage.ru_maxrss,
		cut                   ? -1
		: WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				      : WEXITSTATUS(status),
		(unsigned long long)trips);
	if (job->trips > 0)
		close(from[0]);
}

int main(int argc, char **argv)
{
	struct job job = { .limit_ns = INT64_C(60000000000), .report = -1 };
	uint64_t times = 1;
	sigset_t child;
	int c;

	while ((c = getopt(argc, argv, "+n:e:d:l:r:")) != -1) {
		if (c == 'n')
			times = number(optarg, 1, 1000000, "-n");
		else if (c == 'e')
			job.trips = number(optarg, 1, UINT64_MAX, "-e");
		else if (c == 'd')
			job.delay_ms = number(optarg, 0, 60000, "-d");
		else if (c == 'l')
			job.limit_ns = (int64_t)number(optarg, 1, 86400, "-l") *
				       1000000000;
		else if (c == 'r')
			job.report = (int)number(optarg, 3, 1023, "-r");
	}
	if (optind >= argc || job.report < 0)
		die("usage: launch [-n TIMES] [-e COUNT] [-d MS] "
		    "[-l SECONDS] -r FD COMMAND...");
	job.command = argv + optind;
	fcntl(job.report, F_SETFD, FD_CLOEXEC);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	while (times-- > 0)
		run(&job);
	return 0;
}
