#include "cli/completions.h"

#include "cli/options.h"

#include <string.h>

/* What the value of an option can be completed to. */
enum value_kind { NO_VALUE, ANYTHING, FILES, AT_FILES, HOSTS, WORDS };

static enum value_kind value_of(const struct option_row *row)
{
	if (!row->arg)
		return NO_VALUE;
	if (row->from_file)
		return AT_FILES;
	if (!row->complete || strcmp(row->complete, "url") == 0)
		return ANYTHING;
	if (strcmp(row->complete, "file") == 0)
		return FILES;
	if (strcmp(row->complete, "host") == 0)
		return HOSTS;
	return WORDS;
}

/* Every way to write an option, with a separator between them. */
static void ways(FILE *out, const struct option_row *row, const char *separator,
	const char *after_letter, const char *after_name)
{
	const char letters[] = { row->letter, row->letter2 };
	const char *names[] = { row->name, row->name2, row->name3 };
	const char *between = "";

	for (size_t i = 0; i < sizeof(letters); i++)
		if (letters[i]) {
			fprintf(out, "%s-%c%s", between, letters[i],
				after_letter);
			between = separator;
		}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i]) {
			fprintf(out, "%s--%s%s", between, names[i], after_name);
			between = separator;
		}
}

static bool one_way(const struct option_row *row)
{
	return (row->letter != 0) + (row->letter2 != 0) + (row->name != NULL) +
		       (row->name2 != NULL) + (row->name3 != NULL) ==
	       1;
}

/* The text with a backslash before each character that is among special; an
 * apostrophe as the shell wants it between apostrophes. */
static void quoted(FILE *out, const char *text, const char *special,
	const char *apostrophe)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(apostrophe, out);
			continue;
		}
		if (strchr(special, *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static const char bash_head[] =
	"# bash completion for wstap: made from its option table (make docs)\n"
	"\n"
	"# Offers what compgen finds, names with blanks in them too.\n"
	"_wstap_offer()\n"
	"{\n"
	"	local word\n"
	"	while IFS= read -r word; do\n"
	"		COMPREPLY+=(\"$word\")\n"
	"	done < <(compgen \"$@\")\n"
	"}\n"
	"\n"
	"_wstap()\n"
	"{\n"
	"	local cur=$2 at=$((COMP_CWORD - 1))\n"
	"\n"
	"	COMPREPLY=()\n"
	"	# In --name=VALUE and --name=@FILE the marks are words.\n"
	"	[[ ${COMP_WORDS[at]} == [=@] || ${COMP_WORDS[at]} == =@ ]] &&\n"
	"		at=$((at - 1))\n"
	"	case ${COMP_WORDS[at]} in\n";

static const char bash_at_file[] =
	"		if [[ $cur == @* ]]; then\n"
	"			compopt -o nospace 2>/dev/null\n"
	"			_wstap_offer -f -P @ -- \"${cur#@}\"\n"
	"		fi\n";

static void bash_value(FILE *out, const struct option_row *row)
{
	switch (value_of(row)) {
	case NO_VALUE:
	case ANYTHING:
		break;
	case FILES:
		fputs("		compopt -o filenames 2>/dev/null\n"
		      "		_wstap_offer -f -- \"$cur\"\n",
			out);
		break;
	case AT_FILES:
		fputs(bash_at_file, out);
		break;
	case HOSTS:
		fputs("		_wstap_offer -A hostname -- \"$cur\"\n", out);
		break;
	case WORDS:
		if (row->arg_optional)
			fputs("		[[ $cur != -* ]] &&\n	", out);
		fprintf(out, "		_wstap_offer -W '%s' -- \"$cur\"\n",
			row->complete);
		break;
	}
}

/* What is done after each option that takes a value; nothing is offered where
 * that may be anything. An optional value may be left out for an option. */
static void bash_cases(FILE *out)
{
	const struct option_row *row;
	const char *between = "";

	for (size_t i = 0; (row = options_row(i)); i++) {
		enum value_kind value = value_of(row);

		if (value == NO_VALUE || value == ANYTHING)
			continue;
		fputc('\t', out);
		ways(out, row, " | ", "", "");
		fputs(")\n", out);
		bash_value(out, row);
		fputs(row->arg_optional
				? "		[[ $cur == -* ]] || return\n"
				: "		return\n",
			out);
		fputs("		;;\n", out);
	}
	for (size_t i = 0; (row = options_row(i)); i++)
		if (value_of(row) == ANYTHING && !row->arg_optional) {
			fprintf(out, "%s	", between);
			ways(out, row, " | ", "", "");
			between = " | \\\n";
		}
	fputs(")\n		return\n		;;\n", out);
}

void completions_bash(FILE *out)
{
	const struct option_row *row;

	fputs(bash_head, out);
	bash_cases(out);
	fputs("	esac\n"
	      "	[[ $cur == -* ]] && _wstap_offer -W '\n",
		out);
	for (size_t i = 0; (row = options_row(i)); i++) {
		fputs("		", out);
		ways(out, row, " ", "", "");
		fputc('\n', out);
	}
	fputs("		' -- \"$cur\"\n"
	      "	return 0\n"
	      "}\n"
	      "\n"
	      "complete -F _wstap wstap\n",
		out);
}

static void zsh_value(FILE *out, const struct option_row *row)
{
	fputs(row->arg_optional ? "::" : ":", out);
	quoted(out, row->arg, "\\:", "");
	switch (value_of(row)) {
	case NO_VALUE:
	case ANYTHING:
		fputs(": ", out);
		break;
	case FILES:
		fputs(":_files", out);
		break;
	case AT_FILES:
		fputs(":{ compset -P @ && _files }", out);
		break;
	case HOSTS:
		fputs(":_hosts", out);
		break;
	case WORDS:
		fprintf(out, ":(%s)", row->complete);
		break;
	}
}

/* A row is '(-w --wait)'{-w+,--wait=}'[help]:SEC: '. */
static void zsh_row(FILE *out, const struct option_row *row)
{
	const char *after_letter = row->arg_attached ? "-"
				   : row->arg        ? "+"
						     : "";
	const char *after_name = row->arg_attached ? "=-" : row->arg ? "=" : "";

	fputs("	'", out);
	if (row->repeats)
		fputc('*', out);
	if (one_way(row)) {
		ways(out, row, "", after_letter, after_name);
	} else {
		if (!row->repeats) {
			fputc('(', out);
			ways(out, row, " ", "", "");
			fputc(')', out);
		}
		fputs("'{", out);
		ways(out, row, ",", after_letter, after_name);
		fputs("}'", out);
	}
	fputc('[', out);
	quoted(out, row->help, "\\[]", "'\\''");
	fputc(']', out);
	if (row->arg)
		zsh_value(out, row);
	fputs("' \\\n", out);
}

void completions_zsh(FILE *out)
{
	const struct option_row *row;

	fputs("#compdef wstap\n"
	      "# zsh completion for wstap: made from its option table "
	      "(make docs)\n"
	      "\n"
	      "_arguments -s -S \\\n",
		out);
	for (size_t i = 0; (row = options_row(i)); i++)
		zsh_row(out, row);
	fputs("	':URL: '\n", out);
}

static void fish_value(FILE *out, const struct option_row *row)
{
	switch (value_of(row)) {
	case NO_VALUE:
		break;
	case ANYTHING:
		fputs(row->arg_optional ? "" : " -x", out);
		break;
	case FILES:
		fputs(" -r -F", out);
		break;
	case AT_FILES:
		fputs(" -x -a '(__wstap_at_files)'", out);
		break;
	case HOSTS:
		fputs(" -x -a '(__fish_print_hostnames)'", out);
		break;
	case WORDS:
		fprintf(out, " -x -a '%s'", row->complete);
		break;
	}
}

void completions_fish(FILE *out)
{
	const struct option_row *row;

	fputs("# fish completion for wstap: made from its option table "
	      "(make docs)\n"
	      "\n"
	      "function __wstap_at_files\n"
	      "    set -l word (commandline -ct)\n"
	      "    string match -q '@*' -- $word; or return\n"
	      "    __fish_complete_path (string sub -s 2 -- $word) |\n"
	      "        string replace -r '^' @\n"
	      "end\n"
	      "\n"
	      "complete -c wstap -f\n",
		out);
	for (size_t i = 0; (row = options_row(i)); i++) {
		const char letters[] = { row->letter, row->letter2 };
		const char *names[] = { row->name, row->name2, row->name3 };

		fputs("complete -c wstap", out);
		for (size_t k = 0; k < sizeof(letters); k++)
			if (letters[k])
				fprintf(out, " -s %c", letters[k]);
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (names[k])
				fprintf(out, " -l %s", names[k]);
		fish_value(out, row);
		fputs(" -d '", out);
		quoted(out, row->help, "\\", "\\'");
		fputs("'\n", out);
	}
}
