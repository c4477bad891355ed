#include "cli/completions.h"

#include "cli/options.h"

#include <assert.h>
#include <string.h>

/* All that --misbehave takes. */
static const char *misbehaviours(void)
{
	static char words[1024];
	const char *name;
	size_t n = 0;

	for (size_t i = 0; (name = misbehave_name(i)); i++) {
		n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s",
			i ? " " : "", name);
		assert(n < sizeof(words));
	}
	return words;
}

/* What the value of an option can be completed to. */
enum value_kind {
	NO_VALUE,
	ANYTHING,
	FILES,
	FOLDERS,
	HOSTS,
	URLS,
	INTERFACES,
	WORDS,
};

/* The words, or what says what they are; NULL: nothing is offered. */
static const char *words_of(const struct option_row *row)
{
	bool misbehaves =
		row->complete && strcmp(row->complete, "misbehaviour") == 0;

	return misbehaves ? misbehaviours() : row->complete;
}

static enum value_kind value_of(const struct option_row *row)
{
	static const struct {
		const char *hint;
		enum value_kind kind;
	} hints[] = {
		{ "file", FILES },
		{ "dir", FOLDERS },
		{ "host", HOSTS },
		{ "url", URLS },
		{ "interface", INTERFACES },
	};

	const char *words = words_of(row);

	if (!row->arg)
		return NO_VALUE;
	if (!words)
		return ANYTHING;
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(words, hints[i].hint) == 0)
			return hints[i].kind;
	return WORDS;
}

/* Whether nothing can be offered for the value. */
static bool is_free(const struct option_row *row)
{
	return value_of(row) == ANYTHING && !row->from_file;
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

static void bash_value(FILE *out, const struct option_row *row)
{
	if (row->arg_attached)
		fputs("		[[ $attached ]] || return 1\n", out);
	else if (row->arg_optional)
		fputs("		[[ ! $attached && $value == -* ]] && return "
		      "1\n",
			out);
	if (row->from_file)
		fputs("		_wstap_at_files\n", out);
	if (row->separator)
		fprintf(out, "		_wstap_list '%c'\n", row->separator);
	switch (value_of(row)) {
	case NO_VALUE:
	case ANYTHING:
		break;
	case FILES:
		fputs("		_wstap_files -f\n", out);
		break;
	case FOLDERS:
		fputs("		_wstap_files -d\n", out);
		break;
	case HOSTS:
		fputs("		_wstap_hosts ''\n", out);
		break;
	case URLS:
		fputs("		_wstap_urls\n", out);
		break;
	case INTERFACES:
		fputs("		_wstap_interfaces\n", out);
		break;
	case WORDS:
		fprintf(out, "		_wstap_words %s\n", words_of(row));
		break;
	}
}
/* What is done behind each option that takes a value. A free one is not
 * offered anything; what may be left out may be another word, too. */
void completions_bash_values(FILE *out)
{
	const struct option_row *row;
	const char *between = "";

	for (size_t i = 0; (row = options_row(i)); i++) {
		if (!row->arg || is_free(row))
			continue;
		fputc('\t', out);
		ways(out, row, " | ", "", "");
		fputs(")\n", out);
		bash_value(out, row);
		fputs("		;;\n", out);
	}
	for (size_t i = 0; (row = options_row(i)); i++)
		if (is_free(row) && !row->arg_optional) {
			fprintf(out, "%s	", between);
			ways(out, row, " | ", "", "");
			between = " | \\\n";
		}
	fputs(")\n		;;\n", out);
}

void completions_bash_options(FILE *out)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++) {
		fputs(row->repeats ? "* " : "", out);
		ways(out, row, " ", "", "");
		fputc('\n', out);
	}
}

/* Whether one of the words is a beginning, which no blank follows. */
static bool has_beginnings(const char *words)
{
	for (const char *p = words; *p; p++)
		if (strchr(":=/", *p) && (p[1] == ' ' || !p[1]))
			return true;
	return false;
}

/* Words, and in a list the function that knows what to do with them. */
static void zsh_words(FILE *out, const struct option_row *row)
{
	const char *words = words_of(row);
	bool beginnings = has_beginnings(words), bracket = false;

	if (row->from_file) {
		fputs(": _wstap_at_files ", out);
	} else if (row->separator == ',') {
		fputs(":_sequence compadd - ", out);
	} else if (row->separator) {
		fputs(": _wstap_parameters ", out);
	} else if (beginnings) {
		fputs(":compadd -S \"\" - ", out);
	} else {
		fputs(":(", out);
		bracket = true;
	}
	quoted(out, words, "\\:", "");
	if (bracket)
		fputc(')', out);
}

static void zsh_value(FILE *out, const struct option_row *row)
{
	fputs(row->arg_optional ? "::" : ":", out);
	quoted(out, row->arg, "\\:", "");
	switch (value_of(row)) {
	case NO_VALUE:
	case ANYTHING:
		fputs(row->from_file ? ": _wstap_at_files" : ": ", out);
		break;
	case FILES:
		fputs(":_files", out);
		break;
	case FOLDERS:
		fputs(":_files -/", out);
		break;
	case HOSTS:
		fputs(row->separator ? ":_sequence _hosts" : ":_hosts", out);
		break;
	case URLS:
		fputs(": _wstap_urls", out);
		break;
	case INTERFACES:
		fputs(":_net_interfaces", out);
		break;
	case WORDS:
		zsh_words(out, row);
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

	fputs("		'", out);
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

void completions_zsh_options(FILE *out)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++)
		zsh_row(out, row);
}

static void fish_value(FILE *out, const struct option_row *row)
{
	bool wanted = row->arg && !row->arg_attached &&
		      !(is_free(row) && row->arg_optional);

	if (wanted)
		fputs(value_of(row) == FILES ? " -r" : " -x", out);
	if (row->from_file)
		fputs(" -a '(__wstap_files_behind @)", out);
	switch (value_of(row)) {
	case NO_VALUE:
	case ANYTHING:
		break;
	case FILES:
		fputs(" -F", out);
		break;
	case FOLDERS:
		fputs(" -a '(__fish_complete_directories)'", out);
		break;
	case HOSTS:
		fputs(row->separator ? " -a '(__wstap_list , "
				       "(__fish_print_hostnames))'"
				     : " -a '(__fish_print_hostnames)'",
			out);
		break;
	case URLS:
		fputs(" -a '(__wstap_urls)'", out);
		break;
	case INTERFACES:
		fputs(" -a '(__wstap_interfaces)'", out);
		break;
	case WORDS:
		if (row->separator)
			fprintf(out, " -a '(__wstap_list \"%c\" %s)",
				row->separator, words_of(row));
		else
			fprintf(out, row->from_file ? " %s" : " -a '%s",
				words_of(row));
		break;
	}
	if (row->from_file || value_of(row) == WORDS)
		fputc('\'', out);
}

void completions_fish_options(FILE *out)
{
	const struct option_row *row;

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
