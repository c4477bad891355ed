#define _GNU_SOURCE /* sigaltstack, SIGPOLL */
#include "ui/rescue.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const struct {
	int number;
	bool crash; /* ours comes before another's handler */
} ends[] = {
	{ SIGSEGV, true },
	{ SIGBUS, true },
	{ SIGFPE, true },
	{ SIGILL, true },
	{ SIGABRT, true },
	{ SIGTRAP, true },
	{ SIGSYS, true },
	{ SIGQUIT, false },
	{ SIGALRM, false },
	{ SIGVTALRM, false },
	{ SIGPROF, false },
	{ SIGUSR1, false },
	{ SIGUSR2, false },
	{ SIGXCPU, false },
	{ SIGXFSZ, false },
#ifdef SIGPOLL
	{ SIGPOLL, false },
#endif
#ifdef SIGPWR
	{ SIGPWR, false },
#endif
#ifdef SIGSTKFLT
	{ SIGSTKFLT, false },
#endif
};

enum { ENDS = sizeof(ends) / sizeof(*ends), STACK_SIZE = 1 << 16 };

static struct sigaction before[ENDS];
static bool ours[ENDS];
static struct termios modes;
static bool armed, have_modes, paste;
/* A stack that overflowed has no room for a handler. */
static char stack[STACK_SIZE];
static bool own_stack;

/* Only what POSIX lets a signal handler call. */
static void put_back(void)
{
	static const char paste_off[] = "\x1b[?2004l", newline[] = "\r\n";

	if (!have_modes || tcgetpgrp(STDIN_FILENO) != getpgrp())
		return;
	tcflow(STDIN_FILENO, TCOON); /* no write is to wait for Ctrl-Q */
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	if (!isatty(STDOUT_FILENO))
		return;
	if (paste && write(STDOUT_FILENO, paste_off, sizeof(paste_off) - 1) < 0)
		return;
	if (write(STDOUT_FILENO, newline, sizeof(newline) - 1) < 0)
		return;
}

/* Whether the signal comes again by itself when the handler returns. */
static bool comes_again(int number, const siginfo_t *info)
{
	return info->si_code > 0 &&
	       (number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
		       number == SIGILL);
}

static void rescue(int number, siginfo_t *info, void *context)
{
	int kept = errno;

	(void)context;
	put_back();
	for (size_t i = 0; i < ENDS; i++)
		if (ends[i].number == number)
			sigaction(number, &before[i], NULL);
	/* It waits, blocked, until this returns. */
	if (!comes_again(number, info))
		raise(number);
	errno = kept;
}

static bool is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) &&
	       action->sa_sigaction == rescue;
}

static void lend_stack(void)
{
	stack_t now, mine = { .ss_sp = stack, .ss_size = sizeof(stack) };

	own_stack = sigaltstack(NULL, &now) == 0 &&
		    (now.ss_flags & SS_DISABLE) &&
		    sigaltstack(&mine, NULL) == 0;
}

static void take_stack_back(void)
{
	stack_t none = { .ss_flags = SS_DISABLE, .ss_size = sizeof(stack) };

	if (own_stack)
		sigaltstack(&none, NULL);
	own_stack = false;
}

void rescue_arm(bool pasting)
{
	struct sigaction action = { .sa_sigaction = rescue,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };

	paste = pasting;
	have_modes = tcgetattr(STDIN_FILENO, &modes) == 0;
	if (armed)
		return;
	armed = true;
	lend_stack();
	sigemptyset(&action.sa_mask);
	/* A process in the background that sets modes, or writes, would be
	 * stopped. */
	sigaddset(&action.sa_mask, SIGTTOU);
	for (size_t i = 0; i < ENDS; i++) {
		struct sigaction *old = &before[i];
		bool taken;

		if (sigaction(ends[i].number, NULL, old) != 0)
			continue;
		taken = (old->sa_flags & SA_SIGINFO) ||
			old->sa_handler != SIG_DFL;
		if (!taken || (ends[i].crash && old->sa_handler != SIG_IGN))
			ours[i] = sigaction(ends[i].number, &action, NULL) == 0;
	}
}

void rescue_disarm(void)
{
	if (!armed)
		return;
	armed = false;
	for (size_t i = 0; i < ENDS; i++) {
		struct sigaction now;

		if (ours[i] && sigaction(ends[i].number, NULL, &now) == 0 &&
			is_ours(&now))
			sigaction(ends[i].number, &before[i], NULL);
		ours[i] = false;
	}
	take_stack_back();
}
