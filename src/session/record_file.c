#define _GNU_SOURCE /* O_CLOEXEC, pread */
#include "session/record_file.h"

#include "format/jsonl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BATCH = 256 * 1024, /* more is written at once */
	TRAILER_ROOM = 512,
	LOOK = 64 * 1024, /* bytes read at a time of what is there */
};

/* --- what is there already --- */

static bool fail(struct err *err, const char *path, const char *why)
{
	return err_set(
		err, ERR_OUTPUT, "cannot write the record %s: %s", path, why);
}

static bool fail_open(struct err *err, const char *path)
{
	return err_set(err, ERR_OUTPUT, "cannot write the record %s: %s", path,
		strerror(errno));
}

/* Whether a file begins as archives of wstap's do, of whatever version. */
static bool is_our_archive(int fd)
{
	static const struct har nothing;
	static const char name[] = "\"wstap\"";
	const char *ours = har_trailer(&nothing);
	size_t n = (size_t)(strstr(ours, name) - ours) + sizeof(name) - 1;
	char head[256];

	return n <= sizeof(head) && pread(fd, head, n, 0) == (ssize_t)n &&
	       memcmp(head, ours, n) == 0;
}

/* Whether its first line is an object of jsonl; what is longer than is looked
 * at only has to begin as one. */
static bool is_jsonl(int fd, uint8_t *look)
{
	static const char start[] = "{\"";
	struct jsonl_reader reader = { 0 };
	struct jsonl_object object;
	char why[JSONL_WHY_SIZE];
	ssize_t n = pread(fd, look, LOOK, 0);
	const uint8_t *end = n > 0 ? memchr(look, '\n', (size_t)n) : NULL;
	bool ok;

	if (n < (ssize_t)sizeof(start) - 1)
		return false;
	if (!end)
		return memcmp(look, start, sizeof(start) - 1) == 0 &&
		       memcmp(look, "{\"log\"", 6) != 0;
	ok = jsonl_read(&reader, look, (size_t)(end - look), &object, why);
	jsonl_release(&reader);
	return ok;
}

/* Where the line begins that a file of that size ends in. */
static off_t last_line(int fd, off_t size, uint8_t *look)
{
	while (size > 0) {
		off_t from = size > LOOK ? size - LOOK : 0;
		ssize_t n = pread(fd, look, (size_t)(size - from), from);

		while (n > 0 && look[n - 1] != '\n')
			n--;
		if (n > 0)
			return from + n;
		size = from;
	}
	return 0;
}

/* Whether there is a whole object from there to the end. */
static bool is_object(int fd, off_t from, off_t size)
{
	size_t len = (size_t)(size - from);
	uint8_t *line = malloc(len);
	struct jsonl_reader reader = { 0 };
	struct jsonl_object object;
	char why[JSONL_WHY_SIZE];
	bool ok = line && pread(fd, line, len, from) == (ssize_t)len &&
		  jsonl_read(&reader, line, len, &object, why);

	jsonl_release(&reader);
	free(line);
	return ok;
}

/* What was cut off when its writer was killed would spoil what follows. */
static bool mend_end(struct record_file *f, off_t size, uint8_t *look)
{
	off_t from = last_line(f->fd, size, look);

	if (from == size)
		return true;
	if (is_object(f->fd, from, size))
		return buf_put(record_file_room(f, 1), "\n", 1);
	return ftruncate(f->fd, from) == 0;
}

static bool look_at(struct record_file *f, off_t size, struct err *err)
{
	uint8_t look[LOOK];

	if (f->har && !is_our_archive(f->fd))
		return fail(err, f->path,
			"it is no archive that wstap wrote, and is left as it "
			"is");
	if (!f->har && !is_jsonl(f->fd, look))
		return fail(
			err, f->path, "it is no record, and is left as it is");
	if (!(f->har ? ftruncate(f->fd, 0) == 0 : mend_end(f, size, look)))
		return fail_open(err, f->path);
	return true;
}

/* --- opening --- */

bool record_file_is_har(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcasecmp(path + n - 4, ".har") == 0;
}

bool record_file_is(const struct record_file *f, const char *path)
{
	struct stat mine, other;

	return strcmp(f->path, path) == 0 ||
	       (fstat(f->fd, &mine) == 0 && stat(path, &other) == 0 &&
		       S_ISREG(mine.st_mode) && mine.st_dev == other.st_dev &&
		       mine.st_ino == other.st_ino);
}

/* A pipe or a terminal takes jsonl, too. */
static bool open_file(struct record_file *f, struct err *err)
{
	int flags = O_CLOEXEC | O_NOCTTY;
	struct stat st;
	bool there = stat(f->path, &st) == 0;

	if (there && !S_ISREG(st.st_mode)) {
		if (f->har)
			return fail(err, f->path,
				"a HAR can only be written to a file");
		f->fd = open(f->path, flags | O_WRONLY);
		return f->fd >= 0 || fail_open(err, f->path);
	}
	if (!f->har)
		flags |= O_APPEND;
	f->fd = open(f->path, flags | O_RDWR | O_CREAT, 0600);
	if (f->fd < 0)
		return fail_open(err, f->path);
	return !there || st.st_size == 0 || look_at(f, st.st_size, err);
}

bool record_file_open(struct record_file *f, const char *path, struct err *err)
{
	*f = (struct record_file){ .fd = -1, .path = strdup(path) };
	if (!f->path)
		abort();
	f->har = record_file_is_har(path);
	f->trailer = "";
	buf_init(&f->out, malloc(BATCH), BATCH);
	if (!f->out.mem)
		abort();
	if (!open_file(f, err)) {
		record_file_close(f);
		return false;
	}
	record_file_write(f);
	if (!f->broken)
		return true;
	*err = f->err;
	record_file_close(f);
	return false;
}

void record_file_close(struct record_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->out.mem);
	free(f->path);
	*f = (struct record_file){ .fd = -1 };
}

/* --- writing --- */

struct buf *record_file_room(struct record_file *f, size_t n)
{
	size_t cap = n + TRAILER_ROOM;
	uint8_t *mem;

	if (buf_room(&f->out) >= cap)
		return &f->out;
	record_file_write(f);
	if (buf_room(&f->out) >= cap)
		return &f->out;
	mem = realloc(f->out.mem, cap);
	if (!mem)
		abort();
	f->out.mem = mem;
	f->out.cap = cap;
	return &f->out;
}

/* To the end, or where a HAR's trailer is. */
static bool write_all(struct record_file *f, const uint8_t *p, size_t len)
{
	off_t at = f->at;

	while (len > 0) {
		ssize_t n = f->har ? pwrite(f->fd, p, len, at)
				   : write(f->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* The archive as it was before the batch that did not fit. */
static void restore(struct record_file *f)
{
	size_t len = strlen(f->trailer);

	if (write_all(f, (const uint8_t *)f->trailer, len) &&
		ftruncate(f->fd, f->at + (off_t)len) != 0)
		return;
}

static void break_off(struct record_file *f)
{
	f->broken = true;
	err_set(&f->err, ERR_OUTPUT, "writing the record %s: %s", f->path,
		strerror(errno));
	if (f->har)
		restore(f);
}

/* What follows is written over the trailer, with a trailer behind it, in one
 * write. */
static bool write_archive(struct record_file *f)
{
	size_t batch = buf_len(&f->out), old = strlen(f->trailer), size;
	const char *trailer = har_trailer(&f->archive);

	if (batch == 0 && f->trailer[0])
		return true;
	size = strlen(trailer);
	/* TRAILER_ROOM was kept for it. */
	buf_put(&f->out, trailer, size);
	if (!write_all(f, buf_head(&f->out), buf_len(&f->out)))
		return false;
	f->at += (off_t)batch;
	f->trailer = trailer;
	return batch + size >= old ||
	       ftruncate(f->fd, f->at + (off_t)size) == 0;
}

void record_file_write(struct record_file *f)
{
	if (!f->broken &&
		!(f->har ? write_archive(f)
			 : write_all(f, buf_head(&f->out), buf_len(&f->out))))
		break_off(f);
	buf_clear(&f->out);
}
