#define _GNU_SOURCE

#include "ui/histfile.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/wstap-test-XXXXXX";
static char path[sizeof dir + 16];

/* What was loaded, each entry ended by '|'. */
static char loaded[4096];
static size_t count;

static void set_up(void)
{
	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/history", dir);
}

static void tear_down(void)
{
	unlink(path);
	rmdir(path);
	rmdir(dir);
}

TestSuite(histfile, .init = set_up, .fini = tear_down);

static void add(const char *entry)
{
	size_t len = strlen(loaded);

	count++;
	snprintf(loaded + len, sizeof loaded - len, "%s|", entry);
}

static void check_load(const char *want)
{
	loaded[0] = '\0';
	cr_assert(histfile_load(path, add));
	cr_assert_str_eq(loaded, want);
}

static void write_file(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static struct stat status(void)
{
	struct stat st;

	cr_assert_eq(stat(path, &st), 0);
	return st;
}

Test(histfile, entries_come_back)
{
	static const char *const entries[] = { "plain", "two\nlines", "\n",
		"\\", "\\n", "a\\\nb", "#1 not a time", "\ttab \r",
		"gr\xc3\xbc\xc3\x9f", "\xff\x01", "ends\\" };
	char want[256] = "";

	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		cr_assert(histfile_append(path, entries[i]));
		strcat(want, entries[i]);
		strcat(want, "|");
		check_load(want);
	}
}

/* What nobody wrote: still one entry a line, and nothing is lost. */
Test(histfile, files_by_others)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "a\nb", "a|b|" },
		{ "\\x\\\n\\", "\\x\\|\\|" },
		{ "\\\\\\n\n", "\\\n|" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		write_file(cases[i].text, 0600);
		check_load(cases[i].want);
	}
}

Test(histfile, line_without_end_stays_apart)
{
	write_file("cut off", 0600);
	cr_assert(histfile_append(path, "next"));
	check_load("cut off|next|");
}

Test(histfile, is_private)
{
	umask(0);
	cr_assert(histfile_append(path, "a"));
	cr_assert_eq(status().st_mode & 0777, 0600);
	cr_assert_eq(chmod(path, 0666), 0);
	cr_assert(histfile_append(path, "b"));
	cr_assert_eq(status().st_mode & 0777, 0600);
}

Test(histfile, only_regular_files)
{
	cr_assert_not(histfile_load(path, add));
	cr_assert_not(histfile_load("/dev/null", add));
	cr_assert_not(histfile_append("/dev/null", "a"));
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_not(histfile_load(path, add));
	cr_assert_not(histfile_append(path, "a"));
	unlink(path);
	cr_assert_eq(mkdir(path, 0700), 0);
	cr_assert_not(histfile_load(path, add));
	cr_assert_not(histfile_append(path, "a"));
	cr_assert_eq(count, 0);
}

Test(histfile, lock_that_is_held_is_not_waited_for)
{
	cr_assert(histfile_append(path, "a"));

	int fd = open(path, O_RDONLY);

	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cr_assert(histfile_append(path, "b"));
	close(fd);
	check_load("a|b|");
}

Test(histfile, long_entries)
{
	char *entry = malloc(HISTFILE_ENTRY_MAX + 2);

	memset(entry, '\n', HISTFILE_ENTRY_MAX + 1);
	entry[HISTFILE_ENTRY_MAX + 1] = '\0';
	cr_assert_not(histfile_append(path, entry));
	entry[HISTFILE_ENTRY_MAX] = '\0';
	cr_assert(histfile_append(path, entry));
	cr_assert_eq(status().st_size, 2 * HISTFILE_ENTRY_MAX + 1);
	free(entry);
}

static size_t last_number;

/* Entries are numbers without a gap. */
static void add_number(const char *entry)
{
	size_t number = (size_t)strtoul(entry, NULL, 10);

	cr_assert(count == 0 || number == last_number + 1);
	last_number = number;
	count++;
}

Test(histfile, keeps_its_newer_half)
{
	enum { LINE = 64, LINES = 2 * HISTFILE_KEEP / LINE };
	FILE *f = fopen(path, "w");

	/* One line short of the limit: read in part, not cut. */
	for (int i = 0; i < LINES - 1; i++)
		fprintf(f, "%0*d\n", LINE - 1, i);
	fclose(f);
	cr_assert(histfile_load(path, add_number));
	cr_assert_eq(last_number, LINES - 2);
	cr_assert_eq(count, LINES / 2 - 1);
	cr_assert_eq(status().st_size, (LINES - 1) * LINE);

	char last[LINE];

	snprintf(last, sizeof last, "%0*d", LINE - 1, LINES - 1);
	cr_assert(histfile_append(path, last));
	count = 0;
	cr_assert(histfile_load(path, add_number));
	cr_assert_eq(last_number, LINES - 1);
	cr_assert_eq(status().st_size, (off_t)count * LINE);
	cr_assert_eq(count, LINES / 2 - 1);

	count = 0;
	cr_assert(histfile_load(path, add_number));
	cr_assert_eq(count, LINES / 2 - 1);
}
