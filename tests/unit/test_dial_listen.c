#define _GNU_SOURCE

#include "net/dial.h"
#include "unit/dial_case.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>

/* A directory of the test's own, and a socket's path in it. */
static char dir[] = "/tmp/wstap-listen-XXXXXX";
static char path[sizeof(dir) + 8];

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
}

static void remove_dir(void)
{
	unlink(path);
	rmdir(dir);
}

TestSuite(dial_listen, .init = make_dir, .fini = remove_dir, .timeout = 10);

static bool is_there(void)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

Test(dial_listen, path_of_a_unix_listener)
{
	static const struct {
		const char *where, *path;
	} cases[] = {
		{ "unix:/run/x", "/run/x" },
		{ "unix:x", "x" },
		{ "unix:@x", "@x" },
		{ "unix:", "" },
		{ "unix:///run/x", "/run/x" },
		{ "unix://run/x", "//run/x" },
		{ "ws+unix:/run/x", "/run/x" },
		{ "wss+unix:/run/x", "/run/x" },
		{ "ws+unix:///run/x", "/run/x" },
		{ "8080", NULL },
		{ "unix", NULL },
		{ "localhost:80", NULL },
		{ "", NULL },
		{ "UNIX:/run/x", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got = dial_listen_path(cases[i].where);

		cr_expect_eq(got != NULL, cases[i].path != NULL, "%s",
			cases[i].where);
		if (got && cases[i].path)
			cr_expect_str_eq(got, cases[i].path);
	}
}

/* One listener from its birth to its end. */
static void check_listener(const char *at, bool file)
{
	char where[DIAL_ADDRESS_MAX], from[DIAL_ADDRESS_MAX];
	char want[DIAL_ADDRESS_MAX];
	struct dial_target target = { .unix_path = at };
	struct dial_file made, second;
	struct err err = { 0 };
	int listener = dial_listen_unix(at, &made, where, &err), fd, accepted;

	cr_assert(listener > 2, "%s", err.line);
	snprintf(want, sizeof(want), "unix:%s", at);
	cr_expect_str_eq(where, want);
	cr_expect_eq(dial_accept(listener, from), -1);
	cr_expect(errno == EAGAIN || errno == EWOULDBLOCK);
	fd = dial(&target, in_10_s(), NULL, NULL, &err);
	cr_assert(fd >= 0, "%s", err.line);
	accepted = dial_accept(listener, from);
	check_descriptor(accepted);
	cr_expect_str_eq(from, want);

	cr_expect_eq(dial_listen_unix(at, &second, where, &err), -1);
	cr_expect_eq(err.kind, ERR_CONNECT);
	cr_expect(strstr(err.line, "Address already in use"), "%s", err.line);
	dial_unlisten(-1, &second);
	cr_expect_eq(is_there(), file);

	dial_unlisten(listener, &made);
	cr_expect_not(is_there());
	cr_expect_str_eq(made.path, "");
	cr_expect_eq(dial(&target, in_10_s(), NULL, NULL, &err), -1);
	close(fd);
	close(accepted);
}

Test(dial_listen, on_a_path)
{
	check_listener(path, true);
	/* There is nothing left to be in the way of the next. */
	check_listener(path, true);
}

#ifdef __linux__
Test(dial_listen, on_an_abstract_name)
{
	char name[64];

	snprintf(name, sizeof(name), "@%s", path + 1);
	check_listener(name, false);
}
#endif

Test(dial_listen, for_this_user_alone)
{
	struct dial_file made;
	struct err err = { 0 };
	struct stat st;
	int listener;

	umask(022);
	listener = dial_listen_unix(path, &made, NULL, &err);
	cr_assert(listener >= 0, "%s", err.line);
	cr_assert(lstat(path, &st) == 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
	cr_expect_eq(umask(0), 022, "the umask is as it was");
	dial_unlisten(listener, &made);
}

/* A socket that was left behind. */
static void leave_socket(int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	cr_assert(bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0);
	close(fd);
	cr_assert(is_there());
}

Test(dial_listen, takes_over_what_nobody_listens_on)
{
	leave_socket(SOCK_STREAM);
	check_listener(path, true);
}

static void check_refused(const char *at, const char *why)
{
	struct dial_file made;
	struct err err = { 0 };

	cr_expect_eq(dial_listen_unix(at, &made, NULL, &err), -1);
	cr_expect_eq(err.kind, ERR_CONNECT);
	cr_expect(strstr(err.line, "cannot listen on unix:"), "%s", err.line);
	cr_expect(strstr(err.line, why), "%s", err.line);
	cr_expect_str_eq(made.path, "");
}

Test(dial_listen, what_is_in_the_way_stays)
{
	FILE *f = fopen(path, "w");
	char deep[sizeof(path) + 8], longest[200];

	cr_assert(f);
	fclose(f);
	check_refused(path, "it is a file, not a socket");
	cr_expect(is_there());
	snprintf(deep, sizeof(deep), "%s/x", path);
	check_refused(deep, "Not a directory");
	unlink(path);

	cr_assert(mkdir(path, 0700) == 0);
	check_refused(path, "it is a directory, not a socket");
	rmdir(path);

	cr_assert(symlink("/nowhere/at/all", path) == 0);
	check_refused(path, "it is a file, not a socket");
	cr_expect(is_there());
	unlink(path);

	leave_socket(SOCK_DGRAM);
	/* Whatever it was, it is no stream's. */
	check_listener(path, true);

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	check_refused(longest, "too long");
	check_refused("", "no path is given");
	check_refused("@", "no path is given");
}

/* Someone removed our socket and made another: that is not ours to remove. */
Test(dial_listen, another_ones_file_stays)
{
	struct dial_file made, theirs;
	struct err err = { 0 };
	int listener = dial_listen_unix(path, &made, NULL, &err), other;

	cr_assert(listener >= 0, "%s", err.line);
	unlink(path);
	other = dial_listen_unix(path, &theirs, NULL, &err);
	cr_assert(other >= 0, "%s", err.line);
	dial_unlisten(listener, &made);
	cr_expect(is_there());
	dial_unlisten(other, &theirs);
	cr_expect_not(is_there());
}

/* A TCP listener ends the same way. */
Test(dial_listen, without_a_file)
{
	struct dial_file none = { 0 };
	struct err err = { 0 };
	int listener = dial_listen(NULL, 0, NULL, &err);

	cr_assert(listener >= 0, "%s", err.line);
	dial_unlisten(listener, &none);
	cr_expect_eq(fcntl(listener, F_GETFD), -1);
	dial_unlisten(-1, &none);
}
