#define _GNU_SOURCE

#include "ui/histfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Makes the directory and those above it. */
static void make_directories(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
	mkdir(path, 0700);
}

const char *histfile_path(char *out, size_t cap)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const char *below = "";
	char dir[4096];
	int n;

	/* The XDG specification: a path that is not absolute is ignored. */
	if (!state || state[0] != '/') {
		if (!home || home[0] != '/')
			return NULL;
		state = home;
		below = "/.local/state";
	}
	n = snprintf(dir, sizeof dir, "%s%s/wstap", state, below);
	if (n < 0 || (size_t)n >= sizeof dir)
		return NULL;
	n = snprintf(out, cap, "%s/history", dir);
	if (n < 0 || (size_t)n >= cap)
		return NULL;
	make_directories(dir);
	return out;
}

/* A history that another process holds on to, or a file system without
 * locks, must not stop the typing: after a while it goes on without. */
static void lock(int fd)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	for (int i = 0; i < 20 && flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return;
		nanosleep(&pause, NULL);
	}
}

/* Opens and locks a regular file: a descriptor, and its size in *size. */
static int open_locked(const char *path, int flags, off_t *size)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_mode & 077)
			(void)fchmod(fd, 0600);
		lock(fd);
		/* It may have grown while the lock was waited for. */
		if (fstat(fd, &st) == 0) {
			*size = st.st_size;
			return fd;
		}
	}
	close(fd);
	return -1;
}

/* Reads len bytes at the offset; gives back how many there were. */
static size_t read_at(int fd, char *p, size_t len, off_t offset)
{
	size_t n = 0;

	while (n < len) {
		ssize_t got = pread(fd, p + n, len - n, offset + (off_t)n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return n;
}

/* Makes the file nothing but its last len bytes, which p holds and which lie
 * wholly behind the first len: what is kept is in the file at every moment. */
static void trim(int fd, const char *p, size_t len)
{
	size_t n = 0;

	while (n < len) {
		ssize_t put = pwrite(fd, p + n, len - n, (off_t)n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return;
		n += (size_t)put;
	}
	(void)!ftruncate(fd, (off_t)len);
}

static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && (s[1] == '\\' || s[1] == 'n')) {
			s++;
			*to++ = *s == 'n' ? '\n' : '\\';
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* The entries of a text that ends with a NUL. */
static void add_each(char *text, void (*add)(const char *entry))
{
	while (*text) {
		char *newline = strchr(text, '\n');

		if (newline)
			*newline = '\0';
		unescape(text);
		if (*text)
			add(text);
		if (!newline)
			return;
		text = newline + 1;
	}
}

bool histfile_load(const char *path, void (*add)(const char *entry))
{
	char *mem = NULL, *text;
	bool writable = true, ok = false;
	off_t size = 0, start;
	size_t len;
	int fd = open_locked(path, O_RDWR, &size);

	if (fd < 0) {
		writable = false;
		fd = open_locked(path, O_RDONLY, &size);
	}
	if (fd < 0)
		return false;

	start = size > HISTFILE_KEEP ? size - HISTFILE_KEEP : 0;
	len = (size_t)(size - start);
	text = mem = malloc(len + 1);
	if (!mem)
		goto done;
	len = read_at(fd, mem, len, start);
	mem[len] = '\0';
	if (start > 0) {
		/* The first line has lost its start. */
		char *newline = memchr(mem, '\n', len);

		text = newline ? newline + 1 : mem + len;
		len -= (size_t)(text - mem);
	}
	if (writable && size >= 2 * (off_t)HISTFILE_KEEP)
		trim(fd, text, len);
	ok = true;
done:
	close(fd);
	if (ok)
		add_each(text, add);
	free(mem);
	return ok;
}

/* The line for an entry, to be freed, behind a newline of its own where
 * `broken`; its length in *len. */
static char *escaped(const char *entry, bool broken, size_t *len)
{
	char *line = malloc(2 * strlen(entry) + 2), *to = line;

	if (!line)
		return NULL;
	if (broken)
		*to++ = '\n';
	for (; *entry; entry++) {
		if (*entry == '\n' || *entry == '\\')
			*to++ = '\\';
		*to++ = *entry == '\n' ? 'n' : *entry;
	}
	*to++ = '\n';
	*len = (size_t)(to - line);
	return line;
}

bool histfile_append(const char *path, const char *entry)
{
	off_t size = 0;
	size_t len;
	ssize_t put;
	char last = '\n', *line;
	int fd;

	if (strlen(entry) > HISTFILE_ENTRY_MAX)
		return false;
	fd = open_locked(path, O_RDWR | O_APPEND | O_CREAT, &size);
	if (fd < 0)
		return false;
	if (size > 0)
		read_at(fd, &last, 1, size - 1);
	line = escaped(entry, last != '\n', &len);
	if (!line) {
		close(fd);
		return false;
	}
	do
		put = write(fd, line, len);
	while (put < 0 && errno == EINTR);
	/* Half an entry is none. */
	if (put > 0 && (size_t)put < len)
		(void)!ftruncate(fd, size);
	free(line);
	close(fd);
	return put >= 0 && (size_t)put == len;
}
