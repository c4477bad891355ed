#define _GNU_SOURCE /* unit/guard.h, mkdtemp, flock */
#include "session/cookiefile.h"
#include "unit/cookie_case.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE(name, value) "h.test\tFALSE\t/\tFALSE\t0\t" name "\t" value "\n"

static char dir[] = "/tmp/wstap-test-XXXXXX";

static void set_up(void)
{
	umask(0);
	cr_assert(mkdtemp(dir));
	cr_assert_eq(chdir(dir), 0);
}

static void tear_down(void)
{
	static const char *const names[] = { "jar", "link", "hop", "sub/jar",
		"sub/link" };

	(void)!chmod("sub", 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
	rmdir("jar");
	rmdir("sub");
	/* Nothing temporary is left behind. */
	cr_assert_eq(rmdir(dir), 0, "%s", strerror(errno));
}

TestSuite(cookiefile, .init = set_up, .fini = tear_down, .timeout = 20);

static void write_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text));
}

static struct cookie_jar jar_of(const char *path)
{
	struct cookie_jar jar = { 0 };
	struct err err;

	cr_assert(cookiefile_read(&jar, path, NOW, &err), "%s", err.line);
	return jar;
}

static void save(struct cookie_jar *jar, const char *path)
{
	struct err err;

	cr_assert(cookiefile_write(jar, path, NOW, &err), "%s", err.line);
	cr_assert_not(jar->changed);
}

/* The file is not written, and that is no failure. */
static void save_nothing(struct cookie_jar *jar, const char *path)
{
	struct err err;

	cr_expect(cookiefile_write(jar, path, NOW, &err), "%s", err.line);
	cr_expect(jar->changed);
}

/* What the file's cookies are for h.test. */
static void expect_file(const char *path, const char *want)
{
	struct cookie_jar jar = jar_of(path);

	expect_header(&jar, "ws://h.test/", want);
	cookie_jar_release(&jar);
}

static struct stat status(const char *path)
{
	struct stat st;

	cr_assert_eq(lstat(path, &st), 0, "%s", path);
	return st;
}

Test(cookiefile, there_and_back)
{
	struct cookie_jar jar = jar_of("jar");

	cr_assert_eq(jar.n, 0);
	set_all(&jar, "ws://h.test/", "a=1");
	save(&jar, "jar");
	cr_expect_eq(status("jar").st_mode & 07777, 0600);
	expect_file("jar", "a=1");
	set_all(&jar, "ws://h.test/", "a=; Max-Age=0\nb=2");
	save(&jar, "jar");
	expect_file("jar", "b=2");
	expect_header(&jar, "ws://h.test/", "b=2");
	cookie_jar_release(&jar);
}

Test(cookiefile, unchanged_is_not_written)
{
	struct cookie_jar jar;
	struct stat before;

	write_text("jar", LINE("a", "1"));
	before = status("jar");
	jar = jar_of("jar");
	set_all(&jar, "ws://h.test/", "a=1");
	save(&jar, "jar");
	cr_expect_eq(status("jar").st_ino, before.st_ino);
	cr_expect_eq(status("jar").st_mode, before.st_mode);
	set_all(&jar, "ws://h.test/", "a=2");
	save(&jar, "jar");
	cr_expect_neq(status("jar").st_ino, before.st_ino);
	cr_expect_eq(status("jar").st_mode & 07777, 0600);
	cookie_jar_release(&jar);
}

Test(cookiefile, long_paths_of_a_long_file)
{
	struct cookie_jar jar = { 0 };
	char value[4000];

	for (int i = 0; i < 200; i++) {
		snprintf(value, sizeof(value), "a=%03900d; Path=/%d", i, i);
		set_all(&jar, "ws://h.test/", value);
	}
	save(&jar, "jar");
	cookie_jar_release(&jar);
	jar = jar_of("jar");
	cr_expect_eq(jar.n, COOKIE_DOMAIN_MAX);
	cookie_jar_release(&jar);
}

Test(cookiefile, links_stay)
{
	struct cookie_jar jar;

	cr_assert_eq(mkdir("sub", 0700), 0);
	cr_assert_eq(symlink("sub/link", "link"), 0);
	cr_assert_eq(symlink("jar", "sub/link"), 0);
	/* Also where what they lead to is not there yet. */
	for (int i = 0; i < 2; i++) {
		jar = jar_of("link");
		set_all(&jar, "ws://h.test/", i ? "b=2" : "a=1");
		save(&jar, "link");
		cookie_jar_release(&jar);
		cr_expect(S_ISLNK(status("link").st_mode));
		cr_expect(S_ISLNK(status("sub/link").st_mode));
		cr_expect(S_ISREG(status("sub/jar").st_mode));
	}
	expect_file("sub/jar", "a=1; b=2");
	cr_assert_eq(unlink("sub/link"), 0);
	cr_assert_eq(symlink(dir, "hop"), 0);
	jar = jar_of("hop/sub/jar");
	set_all(&jar, "ws://h.test/", "c=3");
	save(&jar, "hop/sub/jar");
	cookie_jar_release(&jar);
	expect_file("sub/jar", "a=1; b=2; c=3");
}

static void expect_failure(
	bool ok, const struct err *err, enum err_kind kind, const char *why)
{
	cr_expect_not(ok, "%s", why);
	cr_expect_eq(err->kind, kind, "%s", why);
	cr_expect(strstr(err->line, why), "%s: %s", err->line, why);
}

static void expect_unread(const char *path, const char *why)
{
	struct cookie_jar jar = { 0 };
	struct err err = { 0 };
	bool ok = cookiefile_read(&jar, path, NOW, &err);

	expect_failure(ok, &err, ERR_INPUT, why);
	expect_failure(ok, &err, ERR_INPUT, path);
	expect_failure(ok, &err, ERR_INPUT, "cannot read it");
	cookie_jar_release(&jar);
}

static void expect_unwritten(
	const char *path, enum err_kind kind, const char *why)
{
	struct cookie_jar jar = { 0 };
	struct err err = { 0 };
	bool ok;

	set_all(&jar, "ws://h.test/", "a=1");
	ok = cookiefile_write(&jar, path, NOW, &err);
	expect_failure(ok, &err, kind, why);
	expect_failure(ok, &err, kind, path);
	expect_header(&jar, "ws://h.test/", "a=1");
	cr_expect(jar.changed);
	cookie_jar_release(&jar);
}

Test(cookiefile, failures)
{
	cr_assert_eq(mkdir("jar", 0700), 0);
	expect_unread("jar", "Is a directory");
	expect_unwritten("sub/jar", ERR_OUTPUT, "No such file");
	cr_assert_eq(rmdir("jar"), 0);
	write_text("jar", LINE("a", "1") "no cookie\n");
	expect_unread("jar", "line 2 is no cookie");
	expect_unread("jar/x", "Not a directory");
	/* What is in the file is not ours to throw away. */
	expect_unwritten("jar", ERR_INPUT, "line 2 is no cookie");
	cr_assert_eq(symlink("link", "link"), 0);
	expect_unread("link", "symbolic links");
	expect_unwritten("link", ERR_OUTPUT, "symbolic links");
}

Test(cookiefile, too_long)
{
	struct cookie_jar jar = { 0 };
	char *text = malloc(COOKIEFILE_MAX + 1);
	struct err err;

	memset(text, '\n', COOKIEFILE_MAX + 1);
	write_file("jar", text, COOKIEFILE_MAX);
	cr_expect(cookiefile_read(&jar, "jar", NOW, &err));
	write_file("jar", text, COOKIEFILE_MAX + 1);
	expect_unread("jar", "8 MiB");
	expect_unread("/dev/zero", "8 MiB");
	free(text);
}

/* Root may write anything, so it is somebody else who tries. */
Test(cookiefile, read_only)
{
	enum { NOBODY = 65534 };
	bool root = geteuid() == 0;

	cr_assert_eq(mkdir("sub", 0555), 0);
	cr_assert_eq(chmod(dir, 0777), 0);
	write_text("jar", LINE("z", "1"));
	cr_assert_eq(chmod("jar", 0444), 0);
	if (root)
		cr_assert_eq(setresuid(NOBODY, NOBODY, 0), 0);
	expect_unwritten("jar", ERR_OUTPUT, "Permission denied");
	expect_unwritten("sub/jar", ERR_OUTPUT, "Permission denied");
	if (root)
		cr_assert_eq(setresuid(0, 0, 0), 0);
	expect_file("jar", "z=1");
}

/* Not a device of the system's: code that is wrong would replace it. */
Test(cookiefile, only_regular_files_are_written)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = "jar" };
	const char *line = LINE("p", "1");
	struct cookie_jar jar = { 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), pipes[2];
	char path[32];

	set_all(&jar, "ws://h.test/", "a=1");
	cr_assert_eq(bind(fd, (const void *)&address, sizeof(address)), 0);
	save_nothing(&jar, "jar");
	cr_expect(S_ISSOCK(status("jar").st_mode));
	close(fd);
	cr_assert_eq(pipe(pipes), 0);
	cr_assert_eq(
		write(pipes[1], line, strlen(line)), (ssize_t)strlen(line));
	close(pipes[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", pipes[0]);
	expect_file(path, "p=1");
	save_nothing(&jar, path);
	cookie_jar_release(&jar);
}

/* Several at once: nobody's cookie is lost. */
Test(cookiefile, many_writers)
{
	enum { WRITERS = 4, EACH = 8 };
	struct cookie_jar jar;

	for (int i = 0; i < WRITERS; i++) {
		if (fork() != 0)
			continue;
		jar = jar_of("jar");
		for (int j = 0; j < EACH; j++) {
			char value[32];

			snprintf(value, sizeof(value), "n%d=%d\nsame=%d",
				i * EACH + j, j, i);
			set_all(&jar, "ws://h.test/", value);
			save(&jar, "jar");
		}
		cookie_jar_release(&jar);
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		int result;

		cr_assert_gt(wait(&result), 0);
		cr_assert_eq(result, 0);
	}
	jar = jar_of("jar");
	cr_expect_eq(jar.n, WRITERS * EACH + 1);
	cookie_jar_release(&jar);
}

Test(cookiefile, lock_that_is_released)
{
	struct cookie_jar jar = { 0 };

	if (fork() == 0) {
		const struct timespec pause = { .tv_nsec = 100000000 };
		int fd = open(".", O_RDONLY);

		if (flock(fd, LOCK_EX) != 0)
			abort();
		write_text("sub", "");
		nanosleep(&pause, NULL);
		write_text("jar", LINE("z", "1"));
		unlink("sub");
		_exit(0);
	}
	while (access("sub", F_OK) != 0)
		usleep(1000);
	set_all(&jar, "ws://h.test/", "a=1");
	save(&jar, "jar");
	expect_file("jar", "z=1; a=1");
	wait(NULL);
	cookie_jar_release(&jar);
}
