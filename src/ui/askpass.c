#define _GNU_SOURCE

#include "ui/askpass.h"

#include "format/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

/* What would end or stop the process while the terminal doesn't echo. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

enum { SIGNALS = sizeof signals / sizeof *signals };

static volatile sig_atomic_t caught;

static void note(int sig)
{
	caught = sig;
}

/* How the terminal and the signals were before. */
struct before {
	struct termios tty;
	struct sigaction actions[SIGNALS];
	sigset_t mask;
};

enum answer {
	ANSWER,
	ANSWER_NONE,
	ANSWER_TOO_LONG,
	ANSWER_NUL,
	ANSWER_SIGNAL,
};

static bool set_tty(int fd, int when, const struct termios *tty)
{
	while (tcsetattr(fd, when, tty) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* Puts everything back as it was. */
static void restore(int fd, const struct before *b)
{
	set_tty(fd, TCSADRAIN, &b->tty);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &b->actions[i], NULL);
	pthread_sigmask(SIG_SETMASK, &b->mask, NULL);
}

/*
 * Notes signals instead of obeying them, blocked but for the wait, and turns
 * echo off. False where fd is no terminal; nothing is changed then.
 */
static bool prepare(int fd, struct before *b)
{
	struct sigaction action = { .sa_handler = note };
	struct termios quiet;
	sigset_t block;

	if (tcgetattr(fd, &b->tty) != 0)
		return false;
	caught = 0;
	sigemptyset(&action.sa_mask);
	sigemptyset(&block);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&block, signals[i]);
	pthread_sigmask(SIG_BLOCK, &block, &b->mask);
	for (int i = 0; i < SIGNALS; i++) {
		sigaction(signals[i], NULL, &b->actions[i]);
		if (b->actions[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	quiet = b->tty;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	quiet.c_iflag |= ICRNL;
	if (set_tty(fd, TCSAFLUSH, &quiet))
		return true;
	restore(fd, b);
	return false;
}

/* Waits for a byte, the signals open meanwhile. False at the end of input
 * and when a signal came. */
static bool read_byte(int fd, const sigset_t *open_mask, char *c)
{
	while (!caught) {
		fd_set set;

		FD_ZERO(&set);
		FD_SET(fd, &set);
		if (pselect(fd + 1, &set, NULL, NULL, NULL, open_mask) < 0) {
			if (errno != EINTR)
				return false;
			continue;
		}

		ssize_t n = read(fd, c, 1);

		if (n >= 0)
			return n > 0;
		if (errno != EINTR && errno != EAGAIN)
			return false;
	}
	return false;
}

static enum answer read_answer(
	int fd, const sigset_t *open_mask, char *out, size_t cap)
{
	enum answer answer = ANSWER;
	size_t n = 0;
	char c = '\0';

	while (read_byte(fd, open_mask, &c) && c != '\n') {
		if (c == '\0')
			answer = ANSWER_NUL;
		else if (n + 1 < cap)
			out[n++] = c;
		else
			answer = ANSWER_TOO_LONG;
	}
	out[n] = '\0';
	if (caught)
		return ANSWER_SIGNAL;
	/* Ctrl-D behind some text ends the answer, as Enter does. */
	return c != '\n' && n == 0 ? ANSWER_NONE : answer;
}

static void say(int fd, const char *s)
{
	size_t len = strlen(s);

	while (len > 0) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
}

/* Lets the process have the signal that was noted, whatever its mask. Comes
 * back where the process goes on. */
static void deliver(int sig, const sigset_t *mask)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, sig);
	raise(sig);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	pthread_sigmask(SIG_SETMASK, mask, NULL);
}

/* Asks once. */
static enum answer ask(int fd, const char *question, char *out, size_t cap)
{
	struct before before;
	char safe[512];
	enum answer answer;

	if (!prepare(fd, &before))
		return ANSWER_NONE;

	sigset_t open_mask = before.mask;

	for (int i = 0; i < SIGNALS; i++)
		sigdelset(&open_mask, signals[i]);
	say(fd, escape_line(safe, sizeof safe, question, strlen(question)));
	answer = read_answer(fd, &open_mask, out, cap);
	say(fd, "\n");
	restore(fd, &before);
	if (answer == ANSWER_SIGNAL)
		deliver(caught, &before.mask);
	return answer;
}

/* No compiler may find this write useless. */
static void wipe(char *p, size_t n)
{
	for (volatile char *v = p; n > 0; n--)
		*v++ = '\0';
}

bool askpass(const char *question, char *out, size_t cap, struct err *err)
{
	const char *why = NULL;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	enum answer answer;

	if (fd < 0 || fd >= FD_SETSIZE) {
		if (fd >= 0)
			close(fd);
		return err_set(
			err, ERR_USAGE, "there is no terminal to ask on");
	}
	do
		answer = ask(fd, question, out, cap);
	while (answer == ANSWER_SIGNAL && caught == SIGTSTP);
	close(fd);

	switch (answer) {
	case ANSWER:
		return true;
	case ANSWER_NONE:
		why = "no password was entered";
		break;
	case ANSWER_TOO_LONG:
		why = "the password entered is too long";
		break;
	case ANSWER_NUL:
		why = "the password entered holds a NUL byte";
		break;
	case ANSWER_SIGNAL:
		why = "interrupted while asking for the password";
		break;
	}
	wipe(out, cap);
	return err_set(err, ERR_USAGE, "%s", why);
}
