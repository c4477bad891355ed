#define _POSIX_C_SOURCE 200809L /* sigset_t */
#include "cli/options.h"
#include "session/session.h"
#include "session/signals.h"
#include "ui/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A closed standard descriptor's number must not go to a socket. In its place
 * comes one that fails as the closed one would: reading is at its end,
 * writing is EBADF. */
static void fill_descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		while (fcntl(fd, F_GETFD) < 0)
			if (open("/dev/null", O_RDONLY) < 0)
				_exit(ERR_OUTPUT);
}

static int report(const struct err *err)
{
	if (err->line[0])
		diag("%s", err->line);
	return (int)err->kind;
}

static int show(bool ok, struct err *err)
{
	if (!ok || fflush(stdout) != 0)
		err_set(err, ERR_OUTPUT, "writing standard output: %s",
			strerror(errno));
	return err->kind == ERR_NONE ? 0 : report(err);
}

static int run(struct config *config, int argc, char **argv)
{
	struct ending ending;
	struct err err = { 0 };

	if (!options_parse(config, argc, argv, &err))
		return report(&err);
	if (config->version) {
		options_version(stdout);
		return show(true, &err);
	}
	if (config->help)
		return show(options_help(stdout, config->help_topic), &err);
	session_run(config, &ending);
	if (ending.signal)
		signals_die(ending.signal);
	return report(&ending.err);
}

int main(int argc, char **argv)
{
	struct config config = CONFIG_DEFAULT;
	int status;

	fill_descriptors();
	signal(SIGPIPE, SIG_IGN);
	/* A file at its limit (ulimit -f) is like a disk that is full. */
	signal(SIGXFSZ, SIG_IGN);
	status = run(&config, argc, argv);
	options_release(&config);
	return status;
}
