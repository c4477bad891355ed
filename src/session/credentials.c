#define _GNU_SOURCE /* strdup */
#include "session/credentials.h"

#include "base/wipe.h"
#include "http/netrc.h"
#include "session/session.h"
#include "ui/askpass.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NETRC_MAX = 1 << 20 };

static char *copy(const char *s, size_t n)
{
	char *c = strndup(s, n);

	if (!c)
		abort();
	return c;
}

void credentials_release(struct credentials *c)
{
	wipe_free(c->user);
	wipe_free(c->password);
	*c = (struct credentials){ 0 };
}

/* The file's text in mem; its length, or -1 with errno. */
static ssize_t read_file(const char *path, char *mem, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, len = 0;

	if (fd < 0)
		return -1;
	do {
		n = read(fd, mem + len, cap - (size_t)len);
		len += n > 0 ? n : 0;
	} while (n > 0 && (size_t)len < cap);
	if ((size_t)len == cap) {
		errno = EFBIG;
		n = -1;
	}
	close(fd);
	return n < 0 ? -1 : len;
}

static bool find_in(struct session *s, const char *path, const struct url *url,
	struct credentials *c)
{
	char *text = malloc(NETRC_MAX);
	ssize_t len;

	if (!text)
		abort();
	len = read_file(path, text, NETRC_MAX);
	if (len < 0) {
		err_set(&s->link->err, ERR_INPUT, "--netrc: %s: %s", path,
			strerror(errno));
	} else {
		netrc_find(text, (size_t)len, url->host, url->user, &c->user,
			&c->password, &s->link->err);
		wipe(text, (size_t)len);
	}
	free(text);
	return s->link->err.kind == ERR_NONE;
}

static bool find_netrc(
	struct session *s, const struct url *url, struct credentials *c)
{
	const char *file = s->config->netrc_file, *home = getenv("HOME");
	char path[4096];

	if ((!s->config->netrc && !file) || !url->host)
		return true;
	if (file)
		return find_in(s, file, url, c);
	if (!home || !*home)
		return err_set(&s->link->err, ERR_INPUT,
			"--netrc: HOME is not set (try --netrc-file FILE)");
	snprintf(path, sizeof(path), "%s/.netrc", home);
	return find_in(s, path, url, c);
}

bool credentials_ask(struct session *s, char **given)
{
	const char *user = s->config->user;
	char question[160], password[512];
	struct err why = { 0 };
	size_t size;

	if (!user || strchr(user, ':'))
		return true;
	snprintf(question, sizeof(question), "Password for %.100s: ", user);
	if (!askpass(question, password, sizeof(password), &why))
		return err_set(&s->link->err, why.kind,
			"no password for %.100s: %s (-u USER:PASSWORD, best in "
			"a file that --config names)",
			user, why.line);
	size = strlen(user) + strlen(password) + 2;
	*given = malloc(size);
	if (!*given)
		abort();
	snprintf(*given, size, "%s:%s", user, password);
	wipe(password, sizeof(password));
	return true;
}

bool credentials_find(struct session *s, const struct url *url,
	const char *given, struct credentials *c)
{
	const char *colon = given ? strchr(given, ':') : NULL;

	*c = (struct credentials){ 0 };
	if (given) {
		c->user = copy(
			given, colon ? (size_t)(colon - given) : strlen(given));
		c->password = copy(
			colon ? colon + 1 : "", colon ? strlen(colon + 1) : 0);
	} else if (url->user && url->password) {
		c->user = copy(url->user, strlen(url->user));
		c->password = copy(url->password, strlen(url->password));
	} else if (!find_netrc(s, url, c)) {
		return false;
	} else if (!c->user && url->user) {
		c->user = copy(url->user, strlen(url->user));
		c->password = copy("", 0);
	}
	return true;
}
