#define _GNU_SOURCE

#include "ui/diag.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Standard error keeps each write apart. */
static int reader = -1;

static void set_up(void)
{
	int pair[2], size = 1 << 20;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	dup2(pair[1], STDERR_FILENO);
	reader = pair[0];
}

TestSuite(diag, .init = set_up);

static void check_write(const char *want)
{
	char got[32768];
	ssize_t n = recv(reader, got, sizeof got - 1, MSG_DONTWAIT);

	cr_assert_geq(n, 0, "not written: %s", want);
	got[n] = '\0';
	cr_assert_str_eq(got, want);
}

static void check_end(void)
{
	char c;

	cr_assert_lt(recv(reader, &c, 1, MSG_DONTWAIT), 0, "written: %c", c);
}

Test(diag, lines)
{
	errno = EDOM;
	diag("cannot connect to %s: %s", "host\x1b[2J", "refused\n");
	cr_assert_eq(errno, EDOM);
	check_write("wstap: cannot connect to host\\x1b[2J: refused\\x0a\n");
	diag_star("TLS %d", 13);
	check_write("* TLS 13\n");
	diag_line("bare");
	check_write("bare\n");
	diag_line("%s", "");
	check_write("\n");
	check_end();
}

Test(diag, keeps_errno_where_writing_fails)
{
	close(STDERR_FILENO);
	errno = EDOM;
	diag("lost");
	diag_body("lost", 4);
	cr_assert_eq(errno, EDOM);
}

Test(diag, long_lines_are_cut)
{
	static char text[100000];
	char got[32768];

	memset(text, '\x01', sizeof text - 1);
	diag("%s", text);

	ssize_t n = recv(reader, got, sizeof got, MSG_DONTWAIT);

	cr_assert(n > 16000 && n <= 16384);
	cr_assert_eq(got[n - 1], '\n');
	check_end();
}

Test(diag, head)
{
	const char *head = "GET / HTTP/1.1\r\nHost: a\r\n"
			   "aUTHORIZATION: Basic Zm9v\r\n"
			   "Cookie : a=b\r\n"
			   "Set-Cookie:c\r\n  folded\r\n\tsecret\r\n"
			   "X-Cookie: seen\r\n folded\r\n"
			   "Proxy-Authorization: x\r\n"
			   "PROXY-AUTHENTICATE: x\r\n"
			   "Bad: \x1b[31m\r\n\r\n";

	diag_head('>', guard_copy(head, strlen(head)), strlen(head), 0);
	check_write("> GET / HTTP/1.1\n");
	check_write("> Host: a\n");
	check_write("> aUTHORIZATION: ***\n");
	check_write("> Cookie : ***\n");
	check_write("> Set-Cookie: ***\n");
	check_write(">  ***\n");
	check_write(">  ***\n");
	check_write("> X-Cookie: seen\n");
	check_write(">  folded\n");
	check_write("> Proxy-Authorization: ***\n");
	check_write("> PROXY-AUTHENTICATE: ***\n");
	check_write("> Bad: \\x1b[31m\n");
	check_write("> \n");
	check_end();

	head = "Cookie: a=b\nnot a field";
	diag_head('<', guard_copy(head, strlen(head)), strlen(head), 1);
	check_write("< Cookie: a=b\n");
	check_write("< not a field\n");
	check_end();
}

Test(diag, body)
{
	const char *body = "<html>\r\n\t\x1b[2J\n\nend";

	diag_body(guard_copy(body, strlen(body)), strlen(body));
	check_write("<html>\n");
	check_write("\t\\x1b[2J\n");
	check_write("\n");
	check_write("end\n");
	diag_body("", 0);
	check_end();
}
