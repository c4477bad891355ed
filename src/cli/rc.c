#define _GNU_SOURCE

#include "cli/rc.h"

#include "base/nearest.h"
#include "base/wipe.h"
#include "ui/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { RC_MAX = 65536 };

/* The home directory, without a slash at its end; NULL: it is not known. */
static const char *home_directory(void)
{
	const char *home = getenv("HOME");

	return home && home[0] == '/' ? home : NULL;
}

static char *join(const char *a, const char *b)
{
	char *path;

	if (asprintf(&path, "%s%s", a, b) < 0)
		abort();
	return path;
}

/* The file's path, to be freed; NULL: there is no place for one. */
static char *usual_place(void)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = home_directory();

	/* The XDG specification: a path that is not absolute is ignored. */
	if (config && config[0] == '/')
		return join(config, "/wstap/config");
	return home ? join(home, "/.config/wstap/config") : NULL;
}

static char *for_people(const char *path)
{
	const char *home = home_directory();
	size_t n = home ? strlen(home) : 0;

	if (n > 1 && strncmp(path, home, n) == 0 && path[n] == '/')
		return join("~", path + n);
	return join(path, "");
}

/* --- the file's lines --- */

struct reader {
	struct rc *rc;
	struct err *err;
	char *out;       /* behind what is in rc->text */
	unsigned number; /* of the line */
};

static bool wrong(struct reader *r, const char *why)
{
	return err_set(
		r->err, ERR_USAGE, "%s:%u: %s", r->rc->path, r->number, why);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

static bool nothing_more(const char *p)
{
	p = skip_blanks(p);
	return !*p || *p == '#';
}

/* Writes the home directory for the ~ of ~/ or @~/ at p, and moves behind
 * it. */
static bool expand_home(struct reader *r, const char **p)
{
	const char *tilde = **p == '@' ? *p + 1 : *p;
	const char *home;
	size_t n;

	if (tilde[0] != '~' || tilde[1] != '/')
		return true;
	home = home_directory();
	if (!home)
		return wrong(r, "~/ is of no use where HOME is not set");
	if (tilde > *p)
		*r->out++ = '@';
	n = strlen(home);
	memcpy(r->out, home, n);
	r->out += n;
	*p = tilde + 1;
	return true;
}

/* Whether the backslash at p takes away the meaning of what follows. */
static bool escapes(const char *p, char quote)
{
	if (quote == '"')
		return p[1] == '"' || p[1] == '\\';
	return !quote;
}

/* Copies the word at *p without its quotes, and moves behind it. */
static bool split_word(struct reader *r, const char **p)
{
	const char *at = *p;
	char quote = '\0';

	strings_add(&r->rc->words, r->out);
	if (!expand_home(r, &at))
		return false;
	for (; *at && (quote || !is_blank(*at)); at++) {
		if (quote && *at == quote) {
			quote = '\0';
			continue;
		}
		if (!quote && (*at == '\'' || *at == '"')) {
			quote = *at;
			continue;
		}
		if (*at == '\\' && escapes(at, quote) && !*++at)
			return wrong(r, "a backslash at the line's end");
		*r->out++ = *at;
	}
	*r->out++ = '\0';
	*p = at;
	if (quote == '\'')
		return wrong(r, "a ' that is not closed on its line");
	return !quote || wrong(r, "a \" that is not closed on its line");
}

static bool split_line(struct reader *r, const char *p)
{
	struct rc *rc = r->rc;
	struct rc_line line = {
		.number = r->number,
		.profile = rc->profiles.n,
		.first = rc->words.n,
	};

	for (; !nothing_more(p); p = skip_blanks(p)) {
		p = skip_blanks(p);
		if (!split_word(r, &p))
			return false;
	}
	line.n = rc->words.n - line.first;
	if (!line.n)
		return true;
	rc->lines = realloc(rc->lines, (rc->lines_n + 1) * sizeof(*rc->lines));
	if (!rc->lines)
		abort();
	rc->lines[rc->lines_n++] = line;
	return true;
}

static bool begin_profile(struct reader *r, const char *name, size_t n)
{
	memcpy(r->out, name, n);
	r->out[n] = '\0';
	if (rc_profile(r->rc, r->out))
		return err_set(r->err, ERR_USAGE,
			"%s:%u: there is a section [%s] already", r->rc->path,
			r->number, r->out);
	strings_add(&r->rc->profiles, r->out);
	r->out += n + 1;
	return true;
}

/* A [name]; or a URL whose host is an IPv6 address. */
static bool read_bracket(struct reader *r, const char *p)
{
	const char *name = p + 1, *end = strchr(p, ']');
	size_t n = strcspn(name, "[]:#\"'\\ \t");

	if (n && name[n] == ']' && nothing_more(name + n + 1))
		return begin_profile(r, name, n);
	if (end && (end[1] == ':' || end[1] == '/'))
		return split_line(r, p);
	return wrong(r, "not a [name]: one word, and nothing behind the ]");
}

static bool read_lines(struct reader *r, char *text)
{
	while (text) {
		char *line = strsep(&text, "\n");
		size_t len = strlen(line);
		const char *p;

		r->number++;
		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		p = skip_blanks(line);
		if (!(*p == '[' ? read_bracket(r, p) : split_line(r, p)))
			return false;
	}
	return true;
}

/* Room for all words: each is no longer than in the file, but for the home
 * directory. */
static size_t words_room(const char *text, size_t len)
{
	const char *home = home_directory();
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, "~/")); p++)
		n++;
	return len + 1 + n * (home ? strlen(home) : 0);
}

static bool split(struct rc *rc, char *text, size_t len, struct err *err)
{
	struct reader r = { .rc = rc, .err = err };

	if (memchr(text, '\0', len))
		return err_set(
			err, ERR_USAGE, "%s: has a NUL byte in it", rc->path);
	rc->text_size = words_room(text, len);
	r.out = rc->text = malloc(rc->text_size);
	if (!rc->text)
		abort();
	return read_lines(&r, text);
}

/* --- the file --- */

/* What the line about a file begins with, and what it may end with. */
static bool unreadable(
	const struct rc *rc, bool named, const char *doing, struct err *err)
{
	const char *why = strerror(errno);

	return err_set(err, ERR_USAGE, "%s%s: cannot %s the file: %s%s",
		named ? "--config " : "", rc->path, doing, why,
		named ? "" : " (try --no-config)");
}

static bool read_file(struct rc *rc, FILE *f, bool named, struct err *err)
{
	char *text = malloc(RC_MAX + 1);
	struct stat is;
	size_t n;
	bool ok;

	if (!text)
		abort();
	n = fread(text, 1, RC_MAX + 1, f);
	if (ferror(f) || fstat(fileno(f), &is) != 0) {
		ok = unreadable(rc, named, "read", err);
	} else if (n > RC_MAX) {
		ok = err_set(err, ERR_USAGE,
			"%s: over %d bytes, which no configuration file has",
			rc->path, RC_MAX);
	} else {
		text[n] = '\0';
		rc->exposed = is.st_mode & (S_IRGRP | S_IROTH);
		ok = split(rc, text, n, err);
	}
	wipe(text, RC_MAX + 1);
	free(text);
	return ok;
}

/* Reads nothing where no file was named and none is in the usual place. */
static bool find_and_read(
	struct rc *rc, const struct rc_choice *choice, struct err *err)
{
	bool named = choice->file != NULL, ok = true;
	char *path = named ? join(choice->file, "") : usual_place();
	FILE *f = NULL;

	if (!path)
		return true;
	f = fopen(path, "re");
	if (!f && !named && (errno == ENOENT || errno == ENOTDIR))
		goto done;
	rc->path = named ? join(path, "") : for_people(path);
	ok = f ? read_file(rc, f, named, err)
	       : unreadable(rc, named, "open", err);
done:
	if (f)
		fclose(f);
	free(path);
	return ok;
}

static bool check_profile(const struct rc *rc, const struct rc_choice *choice,
	const char *name, struct err *err)
{
	const char *meant;

	if (!*name)
		return err_set(err, ERR_USAGE,
			"@: no profile is named (as in: wstap @staging)");
	if (choice->none)
		return err_set(err, ERR_USAGE,
			"@%s: with --no-config there are no profiles", name);
	if (!rc->path)
		return err_set(err, ERR_USAGE,
			"@%s: there is no configuration file with profiles "
			"(man wstap)",
			name);
	if (rc_profile(rc, name))
		return true;
	meant = nearest(name, rc->profiles.v, rc->profiles.n);
	return err_set(err, ERR_USAGE, "@%s: no profile in %s%s%s%s", name,
		rc->path, meant ? "; did you mean @" : "", meant ? meant : "",
		meant ? "?" : "");
}

bool rc_read(struct rc *rc, const struct rc_choice *choice, struct err *err)
{
	*rc = (struct rc){ 0 };
	if (!choice->none && !find_and_read(rc, choice, err))
		return false;
	for (size_t i = 0; i < choice->profiles.n; i++)
		if (!check_profile(rc, choice, choice->profiles.v[i], err))
			return false;
	return true;
}

size_t rc_profile(const struct rc *rc, const char *name)
{
	for (size_t i = 0; i < rc->profiles.n; i++)
		if (strcmp(rc->profiles.v[i], name) == 0)
			return i + 1;
	return 0;
}

void rc_warn(const struct rc *rc)
{
	if (rc->exposed)
		diag("%s holds a secret and can be read by others "
		     "(chmod 600 %s)",
			rc->path, rc->path);
}

void rc_release(struct rc *rc)
{
	if (rc->text)
		wipe(rc->text, rc->text_size);
	free(rc->text);
	free(rc->path);
	free(rc->lines);
	strings_release(&rc->words);
	strings_release(&rc->profiles);
	*rc = (struct rc){ 0 };
}
