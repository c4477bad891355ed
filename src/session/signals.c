#define _GNU_SOURCE /* sigaction */
#include "session/signals.h"

#include "net/deadline.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP,
	SIGCHLD };
enum { COUNT = sizeof(numbers) / sizeof(*numbers) };

static volatile sig_atomic_t came[COUNT];
static struct sigaction before[COUNT];
static bool held[COUNT];
static sigset_t open_mask;
static bool holding;
static volatile sig_atomic_t hurrying;

static void note(int number)
{
	for (size_t i = 0; i < COUNT; i++)
		if (numbers[i] == number)
			came[i] = 1;
	if (hurrying &&
		(number == SIGINT || number == SIGTERM || number == SIGHUP))
		deadline_hurry(true);
}

void signals_hold(bool terminal)
{
	struct sigaction action = { .sa_handler = note };
	sigset_t block;

	if (holding)
		return;
	holding = true;
	sigemptyset(&action.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < COUNT; i++) {
		came[i] = 0;
		sigaction(numbers[i], NULL, &before[i]);
		held[i] = (before[i].sa_handler != SIG_IGN ||
				  numbers[i] == SIGCHLD) &&
			  (terminal || (numbers[i] != SIGTSTP &&
					       numbers[i] != SIGCHLD));
		if (!held[i])
			continue;
		sigaddset(&block, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &block, &open_mask);
	for (size_t i = 0; i < COUNT; i++)
		if (held[i])
			sigaction(numbers[i], &action, NULL);
}

void signals_release(void)
{
	if (!holding)
		return;
	holding = false;
	for (size_t i = 0; i < COUNT; i++)
		if (held[i])
			sigaction(numbers[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &open_mask, NULL);
}

void signals_hurry(bool on)
{
	sigset_t block;

	if (!holding)
		return;
	hurrying = on;
	sigemptyset(&block);
	for (size_t i = 0; i < COUNT; i++)
		if (held[i])
			sigaddset(&block, numbers[i]);
	sigprocmask(on ? SIG_UNBLOCK : SIG_BLOCK, &block, NULL);
	if (!on)
		deadline_hurry(false);
}

const sigset_t *signals_open(void)
{
	return &open_mask;
}

/* One that waits to be let in. pselect() lets it in only where it sleeps:
 * while there is always something to read, it never would. */
static int take_pending(void)
{
	sigset_t pending, one;
	int number;

	if (!holding || sigpending(&pending) != 0)
		return 0;
	for (size_t i = 0; i < COUNT; i++) {
		if (!held[i] || sigismember(&pending, numbers[i]) != 1)
			continue;
		sigemptyset(&one);
		sigaddset(&one, numbers[i]);
		return sigwait(&one, &number) == 0 ? number : 0;
	}
	return 0;
}

int signals_take(void)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (came[i]) {
			came[i] = 0;
			return numbers[i];
		}
	}
	return take_pending();
}

static void deliver(int number)
{
	struct sigaction action = { .sa_handler = SIG_DFL }, old;
	sigset_t one, mask;

	sigemptyset(&action.sa_mask);
	sigemptyset(&one);
	sigaddset(&one, number);
	sigaction(number, &action, &old);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &one, &mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(number, &old, NULL);
}

void signals_stop(void)
{
	deliver(SIGTSTP);
}

_Noreturn void signals_die(int number)
{
	deliver(number);
	_exit(128 + number);
}
