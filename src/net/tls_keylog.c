#define _GNU_SOURCE

#include "net/tls_keylog.h"

#include "base/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

bool tls_keylog_open(int *fd, const char *file, struct err *err)
{
	const char *path = file ? file : getenv("SSLKEYLOGFILE");

	*fd = -1;
	if (!path || (!file && !path[0]))
		return true;
	*fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (*fd >= 0 || !file)
		return true;
	return err_set(err, ERR_OUTPUT, "cannot write the key log %s: %s", file,
		strerror(errno));
}

/* In one write, because others may be writing the same file. */
bool tls_keylog_write(int fd, const char *line)
{
	char out[LINE_SIZE];
	int n = snprintf(out, sizeof(out), "%s\n", line);
	ssize_t put = -1;

	errno = EMSGSIZE;
	if (n > 0 && n < LINE_SIZE)
		do {
			put = write(fd, out, (size_t)n);
		} while (put < 0 && errno == EINTR);
	if (put >= 0 && put < n)
		errno = ENOSPC;
	wipe(out, sizeof(out));
	return put == n;
}
