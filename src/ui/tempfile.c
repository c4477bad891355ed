#define _GNU_SOURCE /* mkostemps, asprintf */
#include "ui/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A new file in the directory: its descriptor and its path, to be freed. -1
 * with errno. */
static int make_in(char **path, const char *dir, const char *suffix)
{
	int fd, error;

	if (asprintf(path, "%s/wstap-XXXXXX%s", dir, suffix) < 0) {
		*path = NULL;
		errno = ENOMEM;
		return -1;
	}
	fd = mkostemps(*path, (int)strlen(suffix), O_CLOEXEC);
	if (fd < 0) {
		error = errno;
		free(*path);
		*path = NULL;
		errno = error;
	}
	return fd;
}

int tempfile_make(char **path, const char *suffix)
{
	const char *dir = getenv("TMPDIR");
	int fd = -1;

	if (dir && dir[0] == '/')
		fd = make_in(path, dir, suffix);
	return fd < 0 ? make_in(path, "/tmp", suffix) : fd;
}

bool tempfile_write(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}
