#ifndef WSTAP_TESTS_UNIT_CHILD_CASE_H
#define WSTAP_TESTS_UNIT_CHILD_CASE_H

#include "ui/child.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What the tests of the programs that are run share; _GNU_SOURCE is theirs. */

/* Where a test's programs are, the only ones in PATH, what they write ($LOG),
 * and its $TMPDIR, which is empty in the end. */
struct place {
	char dir[64], tmp[80], log[80];
};

static inline void enter(struct place *p)
{
	strcpy(p->dir, "/tmp/wstap-child-XXXXXX");
	cr_assert(mkdtemp(p->dir));
	snprintf(p->tmp, sizeof(p->tmp), "%s/a b", p->dir);
	snprintf(p->log, sizeof(p->log), "%s/log", p->dir);
	cr_assert(mkdir(p->tmp, 0700) == 0);
	setenv("TMPDIR", p->tmp, 1);
	setenv("LOG", p->log, 1);
	setenv("PATH", p->dir, 1);
	unsetenv("VISUAL");
	unsetenv("EDITOR");
	unsetenv("PAGER");
	unsetenv("LESS");
}

static inline void leave(struct place *p)
{
	struct dirent *entry;
	DIR *dir;
	char path[512];

	cr_assert(rmdir(p->tmp) == 0, "a file is left in %s", p->tmp);
	dir = opendir(p->dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", p->dir, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	cr_assert(rmdir(p->dir) == 0);
}

/* A program of this name, as a shell's script. */
static inline void program(
	const struct place *p, const char *name, const char *script)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, "we");
	cr_assert(f);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	cr_assert(fclose(f) == 0);
	cr_assert(chmod(path, 0700) == 0);
}

static inline void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* What the programs wrote, "" where they have not yet. */
static inline const char *logged(const struct place *p)
{
	static char text[4096];
	FILE *f = fopen(p->log, "re");
	size_t n = 0;

	if (f) {
		n = fread(text, 1, sizeof(text) - 1, f);
		fclose(f);
	}
	text[n] = '\0';
	return text;
}

static inline int ended(struct child *c)
{
	int status = -1;

	for (int i = 0; i < 5000 && !child_ended(c, &status); i++)
		pause_ms(1);
	cr_assert(c->pid == 0, "it does not end");
	cr_assert(!child_ended(c, &status), "once");
	return status;
}

/* Edits to the end: what child_text() gives. */
static inline char *edit(const char *text, struct err *err)
{
	struct child c;
	char *edited, path[256];

	cr_assert(child_edit(&c, text, err), "%s", err->line);
	cr_assert(strlen(c.path) < sizeof(path));
	strcpy(path, c.path);
	cr_assert_eq(ended(&c), 0);
	edited = child_text(&c, err);
	cr_assert(!c.path);
	cr_assert(access(path, F_OK) != 0);
	child_release(&c);
	return edited;
}

#endif
