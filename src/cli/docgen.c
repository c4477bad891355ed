#define _GNU_SOURCE /* getline() */

#include "cli/completions.h"
#include "cli/options.h"

#include "base/version.h"
#include "session/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The second program: writes the manual and the shells' completions from the
 * tables to standard output. `docgen man/wstap.1` fills in man/wstap.1.in,
 * where these are lines of their own:
 *
 *     @OPTIONS@  @COMMANDS@  @EXIT@
 *
 * and so are @OPTIONS@, and in bash's also @VALUES@, in the completions/ of
 * the same names. @VERSION@ may be anywhere.
 */

static void roff_char(FILE *out, char c)
{
	switch (c) {
	case '\\':
		fputs("\\e", out);
		break;
	case '\'':
		fputs("\\(aq", out);
		break;
	case '"':
		fputs("\\(dq", out);
		break;
	case '-':
		fputs("\\-", out);
		break;
	default:
		fputc(c, out);
	}
}

static void roff(FILE *out, const char *text)
{
	for (; *text; text++)
		roff_char(out, *text);
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* A line of help as a sentence, on a line of its own. */
static void sentence(FILE *out, const char *help)
{
	fputs("\\&", out);
	roff_char(out, upper(*help));
	roff(out, help + 1);
	fputs(".\n", out);
}

static void man_option(FILE *out, const struct option_row *row)
{
	const char letters[] = { row->letter, row->letter2 };
	const char *names[] = { row->name, row->name2, row->name3 };
	const char *comma = ".It";

	for (size_t i = 0; i < sizeof(letters); i++)
		if (letters[i]) {
			fprintf(out, "%s Fl %c", comma, letters[i]);
			comma = " ,";
		}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i]) {
			fprintf(out, "%s Fl -%s", comma, names[i]);
			comma = " ,";
		}
	if (row->arg) {
		fputs(row->arg_attached     ? " Ns Op = Ns Ar \""
			: row->arg_optional ? " Op Ar \""
					    : " Ar \"",
			out);
		roff(out, row->arg);
		fputc('"', out);
	}
	fprintf(out, "\n%s", row->man);
	if (row->preset)
		fprintf(out, "The default is %s.\n", row->preset);
}

static void man_options(FILE *out)
{
	const struct option_row *row;
	const char *group = "";

	for (size_t i = 0; (row = options_row(i)); i++) {
		if (strcmp(row->group, group) != 0)
			fprintf(out, "%s.Ss %c%s\n.Bl -tag -width Ds\n",
				i ? ".El\n" : "", upper(*row->group),
				row->group + 1);
		group = row->group;
		man_option(out, row);
	}
	fputs(".El\n", out);
}

/* "[code [reason]]" as macros. */
static void man_args(FILE *out, const char *args)
{
	while (*args) {
		size_t n = strcspn(args, " []");

		if (n)
			fprintf(out, " Ar %.*s", (int)n, args);
		else if (*args == '[')
			fputs(" Oo", out);
		else if (*args == ']')
			fputs(" Oc", out);
		args += n ? n : 1;
	}
}

static void man_commands(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < commands_count; i++) {
		fprintf(out, ".It Ic /%s", commands[i].name);
		man_args(out, commands[i].args);
		fputc('\n', out);
		sentence(out, commands[i].help);
	}
	fputs(".El\n", out);
}

static void man_exits(FILE *out)
{
	fputs(".Bl -tag -width 128+n -compact\n", out);
	for (size_t i = 0; i < exits_count; i++) {
		fprintf(out, ".It %s\n", exits[i].status);
		sentence(out, exits[i].help);
	}
	fputs(".El\n", out);
}

/* What stands for a line, in the files whose names end so. */
static const struct mark {
	const char *end;
	const char *line;
	void (*write)(FILE *out);
} marks[] = {
	{ ".1", "@OPTIONS@\n", man_options },
	{ ".1", "@COMMANDS@\n", man_commands },
	{ ".1", "@EXIT@\n", man_exits },
	{ ".bash", "@VALUES@\n", completions_bash_values },
	{ ".bash", "@OPTIONS@\n", completions_bash_options },
	{ "_wstap", "@OPTIONS@\n", completions_zsh_options },
	{ ".fish", "@OPTIONS@\n", completions_fish_options },
};

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

static const struct mark *find_mark(const char *name, const char *line)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(line, marks[i].line) == 0 &&
			ends_with(name, marks[i].end))
			return &marks[i];
	return NULL;
}

static void write_line(FILE *out, const char *line)
{
	static const char mark[] = "@VERSION@";
	const char *at;

	while ((at = strstr(line, mark))) {
		fprintf(out, "%.*s%s", (int)(at - line), line, WSTAP_VERSION);
		line = at + strlen(mark);
	}
	fputs(line, out);
}

static bool write_file(FILE *out, const char *name)
{
	char path[4096];
	char *line = NULL;
	size_t cap = 0;
	FILE *in;
	bool ok;

	snprintf(path, sizeof(path), "%s.in", name);
	in = fopen(path, "r");
	if (!in) {
		fprintf(stderr, "docgen: cannot open %s: %s\n", path,
			strerror(errno));
		return false;
	}
	if (ends_with(name, ".1"))
		fprintf(out, ".\\\" Made from %s and the tables: make docs\n",
			path);
	while (getline(&line, &cap, in) >= 0) {
		const struct mark *mark = find_mark(name, line);

		if (mark)
			mark->write(out);
		else
			write_line(out, line);
	}
	ok = !ferror(in);
	if (!ok)
		fprintf(stderr, "docgen: cannot read %s\n", path);
	free(line);
	fclose(in);
	return ok;
}

int main(int argc, char *argv[])
{
	if (argc != 2) {
		fputs("usage: docgen man/wstap.1 | completions/wstap.bash | "
		      "completions/_wstap | completions/wstap.fish\n",
			stderr);
		return 2;
	}
	if (!write_file(stdout, argv[1]))
		return 1;
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "docgen: cannot write: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
