#define _GNU_SOURCE /* mkostemp, asprintf, flock */
#include "session/cookiefile.h"

#include "base/wipe.h"
#include "ui/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FIRST_READ = 65536,
	LINKS_MAX = 40,
	LOCK_TRIES = 200,
	LOCK_PAUSE_NS = 10 * 1000 * 1000
};

static bool fail(struct err *err, enum err_kind kind, const char *path,
	const char *what, const char *why)
{
	return err_set(err, kind, "cookie jar %.300s: %s: %s", path, what, why);
}

static bool fail_to_read(struct err *err, const char *path)
{
	const char *why = strerror(errno);

	return fail(err, ERR_INPUT, path,
		"cannot read it (try another --cookie-jar FILE)", why);
}

static bool fail_to_write(struct err *err, const char *path)
{
	const char *why = strerror(errno);

	return fail(err, ERR_OUTPUT, path,
		"cannot write it, the cookies are not kept (the file and its "
		"directory must be writable)",
		why);
}

/* All of a descriptor in text, to be wiped and freed. False with errno: EFBIG
 * where it is too long. */
static bool read_all(int fd, char **text, size_t *len)
{
	size_t cap = 0;

	*text = NULL;
	*len = 0;
	for (;;) {
		ssize_t got;

		if (*len == cap) {
			size_t more = cap ? 2 * cap : FIRST_READ;
			char *bigger = malloc(more);

			if (!bigger)
				abort();
			if (cap) {
				memcpy(bigger, *text, cap);
				wipe(*text, cap);
			}
			free(*text);
			*text = bigger;
			cap = more;
		}
		got = read(fd, *text + *len, cap - *len);
		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		*len += (size_t)got;
		if (*len > COOKIEFILE_MAX) {
			errno = EFBIG;
			return false;
		}
	}
}

bool cookiefile_read(
	struct cookie_jar *jar, const char *path, int64_t now, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text = NULL;
	size_t len = 0;
	struct err why;
	bool ok;

	if (fd < 0)
		return errno == ENOENT || fail_to_read(err, path);
	ok = read_all(fd, &text, &len);
	if (!ok && errno == EFBIG)
		fail(err, ERR_INPUT, path, "cannot read it",
			"it has more than 8 MiB (is it a cookie jar?)");
	else if (!ok)
		fail_to_read(err, path);
	close(fd);
	if (ok && !cookie_jar_read(jar, text, len, now, &why))
		ok = fail(err, ERR_INPUT, path,
			"cannot read it (mend the line, or try another "
			"--cookie-jar FILE)",
			why.line);
	if (text)
		wipe(text, len);
	free(text);
	return ok;
}

/* Names the file beside another, to be freed. */
static char *beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? (int)(slash - path) + 1 : 0;
	char *out;

	if (asprintf(&out, "%.*s%s", dir, path, name) < 0)
		abort();
	return out;
}

/* The path a symbolic link leads to, to be freed. NULL with errno: EINVAL or
 * ENOENT where it is none. */
static char *follow(const char *link)
{
	char target[PATH_MAX];
	ssize_t n = readlink(link, target, sizeof(target));

	if (n < 0)
		return NULL;
	if ((size_t)n == sizeof(target)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	target[n] = '\0';
	return beside(*target == '/' ? "" : link, target);
}

/* Where path leads to in the end, whether that is there or not; to be freed.
 * NULL with errno. */
static char *resolve(const char *path)
{
	char *at = beside("", path);

	for (int i = 0; i < LINKS_MAX; i++) {
		char *next = follow(at);
		bool end = !next && (errno == EINVAL || errno == ENOENT);

		if (end)
			return at;
		free(at);
		at = next;
		if (!next)
			return NULL;
	}
	free(at);
	errno = ELOOP;
	return NULL;
}

/* The directory of a file, locked where that is to be had; -1 without one. A
 * file that is replaced can't carry the lock itself. */
static int lock_directory(const char *path)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	char *dir = beside(path, ".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(dir);
	if (fd < 0)
		return -1;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 ||
			(errno != EWOULDBLOCK && errno != EINTR))
			break;
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* Puts a new file with that text in the place of path. False with errno. */
static bool replace(
	const char *path, const struct stat *old, const char *text, size_t len)
{
	char *temporary = beside(path, ".wstap-XXXXXX");
	int fd = mkostemp(temporary, O_CLOEXEC), error;
	bool ok = fd >= 0;

	/* The jar of somebody whom root has become for a while. */
	if (ok && old && old->st_uid != geteuid())
		(void)!fchown(fd, old->st_uid, old->st_gid);
	ok = ok && tempfile_write(fd, text, len) && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = ok && rename(temporary, path) == 0;
	error = errno;
	if (!ok && fd >= 0)
		unlink(temporary);
	free(temporary);
	errno = error;
	return ok;
}

/* Does what cookiefile_write() says, under the lock, to the file that is
 * there in the end. */
static bool update(
	struct cookie_jar *jar, const char *path, int64_t now, struct err *err)
{
	struct cookie_jar fresh = { 0 };
	struct stat old;
	bool there = stat(path, &old) == 0, ok;
	char *text;
	size_t len;

	/* rename() would ask the directory alone. */
	if (there && access(path, W_OK) != 0)
		return fail_to_write(err, path);
	if (!cookiefile_read(&fresh, path, now, err)) {
		cookie_jar_release(&fresh);
		return false;
	}
	cookie_jar_merge(&fresh, jar, now);
	text = cookie_jar_write(&fresh, now, &len);
	ok = replace(path, there ? &old : NULL, text, len) ||
	     fail_to_write(err, path);
	wipe(text, len);
	free(text);
	if (ok) {
		cookie_jar_release(jar);
		*jar = fresh;
		cookie_jar_settle(jar, now);
	} else {
		cookie_jar_release(&fresh);
	}
	return ok;
}

bool cookiefile_write(
	struct cookie_jar *jar, const char *path, int64_t now, struct err *err)
{
	struct stat st;
	char *target;
	int dir;
	bool ok;

	if (!jar->changed)
		return true;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return true;
	target = resolve(path);
	if (!target)
		return fail_to_write(err, path);
	dir = lock_directory(target);
	ok = update(jar, target, now, err);
	if (dir >= 0) {
		/* So that the new name outlives a power cut; the old one is
		 * no worse. */
		if (ok)
			(void)fsync(dir);
		close(dir);
	}
	free(target);
	return ok;
}
