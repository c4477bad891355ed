#define _GNU_SOURCE /* open_memstream */

#include "cli/options.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not the configuration of whoever runs the tests. */
static void no_configuration(void)
{
	setenv("XDG_CONFIG_HOME", "/nowhere/at/all", 1);
}

TestSuite(table, .init = no_configuration);

static bool same_name(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

Test(table, no_letter_or_name_twice)
{
	const struct option_row *a, *b;

	for (size_t i = 0; (a = options_row(i)); i++) {
		const char *mine[] = { a->name, a->name2, a->name3 };

		cr_expect(a->letter || a->name, "row %zu", i);
		cr_expect(a->letter || !a->letter2, "row %zu", i);
		cr_expect(!a->letter || a->letter != a->letter2, "row %zu", i);
		cr_expect_not(same_name(mine[0], mine[1]), "row %zu", i);
		cr_expect_not(same_name(mine[1], mine[2]), "row %zu", i);
		for (size_t k = i + 1; (b = options_row(k)); k++) {
			const char *its[] = { b->name, b->name2, b->name3 };

			cr_expect(
				!a->letter || (a->letter != b->letter &&
						      a->letter != b->letter2),
				"-%c", a->letter);
			cr_expect(!a->letter2 ||
					  (a->letter2 != b->letter &&
						  a->letter2 != b->letter2),
				"-%c", a->letter2);
			for (size_t m = 0; m < 9; m++)
				cr_expect_not(
					same_name(mine[m / 3], its[m % 3]),
					"--%s", mine[m / 3]);
		}
	}
}

Test(table, rows_are_whole)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++) {
		const char *name = row->name ? row->name : row->help;
		bool special = row->kind == OPTION_SPECIAL;
		bool bare = row->kind == OPTION_FLAG ||
			    row->kind == OPTION_SWITCH ||
			    row->kind == OPTION_COUNT;
		bool checked =
			row->kind == OPTION_STRING || row->kind == OPTION_LIST;

		cr_expect_eq(special, row->special != NULL, "%s", name);
		cr_expect_eq(
			special, row->field == OPTION_NO_FIELD, "%s", name);
		cr_expect(special || row->field < sizeof(struct config), "%s",
			name);
		cr_expect(special || bare == !row->arg, "%s", name);
		cr_expect(checked || !row->check, "%s", name);
		cr_expect(checked || special || !row->from_file, "%s", name);
		cr_expect(row->arg || !row->secret, "%s", name);
		cr_expect(row->kind == OPTION_SECONDS || !row->positive, "%s",
			name);
		cr_expect(special || row->kind == OPTION_STRING ||
				  !row->arg_optional,
			"%s", name);
		cr_expect(row->arg_optional || !row->arg_attached, "%s", name);
		cr_expect(row->arg || !row->complete, "%s", name);
		cr_expect(row->help && row->help[0], "%s", name);
		cr_expect_neq(
			row->help[strlen(row->help) - 1], '.', "%s", name);
		cr_expect_null(strchr(row->help, '\n'), "%s", name);
		cr_assert(row->man && row->man[0], "%s", name);
		cr_expect_eq(row->man[strlen(row->man) - 1], '\n', "%s", name);
		cr_expect(isupper((unsigned char)row->man[0]), "%s", name);
		cr_expect(options_is_topic(row->group), "%s", row->group);
	}
}

/* Rows of one group stand together: --help makes a heading for each. */
Test(table, groups_are_in_one_piece)
{
	const struct option_row *row;

	for (size_t i = 1; (row = options_row(i)); i++) {
		if (strcmp(row->group, options_row(i - 1)->group) == 0)
			continue;
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(row->group, options_row(k)->group);
	}
}

/* No two rows fill the same field. */
Test(table, fields_do_not_overlap)
{
	const struct option_row *row;
	static const size_t sizes[] = {
		[OPTION_FLAG] = sizeof(bool),
		[OPTION_COUNT] = sizeof(int),
		[OPTION_SWITCH] = sizeof(enum when),
		[OPTION_STRING] = sizeof(const char *),
		[OPTION_LIST] = sizeof(struct strings),
		[OPTION_SECONDS] = sizeof(int64_t),
		[OPTION_NUMBER] = sizeof(uint64_t),
		[OPTION_SIZE] = sizeof(uint64_t),
		[OPTION_INT] = sizeof(int),
		[OPTION_WHEN] = sizeof(enum when),
	};
	bool taken[sizeof(struct config)] = { false };

	for (size_t i = 0; (row = options_row(i)); i++) {

		if (row->kind == OPTION_SPECIAL)
			continue;
		for (size_t k = 0; k < sizes[row->kind]; k++) {
			cr_expect_not(taken[row->field + k], "%s", row->help);
			taken[row->field + k] = true;
		}
	}
}

/* What a word that is only a value's beginning can go on with. */
static const char *rest_of(const char *word)
{
	switch (word[strlen(word) - 1]) {
	case '=':
		return "9";
	case ':':
	case '/':
		return "x";
	}
	return "";
}

/* The words that complete a value are values, or begin one. */
Test(table, completions_are_values)
{
	const struct option_row *row;

	for (size_t i = 0; (row = options_row(i)); i++) {
		char words[512], *at = words, *word;

		if (!row->complete || !strchr(row->complete, ' '))
			continue;
		snprintf(words, sizeof(words), "%s", row->complete);
		while ((word = strsep(&at, " "))) {
			struct config config = CONFIG_DEFAULT;
			struct err err = { 0 };
			char program[] = "wstap", url[] = "a", option[128];
			char *argv[] = { program, option, url, NULL };

			snprintf(option, sizeof(option), "--%s=%s%s", row->name,
				word, rest_of(word));
			cr_expect(options_parse(&config, 3, argv, &err), "%s",
				err.line);
			options_release(&config);
		}
	}
}

/* Every format is completed to, and no other: whole is for input only. */
Test(table, formats_complete)
{
	static const char *const outputs[] = { "output", "format" };
	const struct option_row *row;
	char words[128] = "", in[128] = "";
	size_t n = 0;

	for (int f = RECORD_LINES; f <= RECORD_JSONL; f++) {
		const char *name = record_format_name((enum record_format)f);

		if (f != RECORD_WHOLE)
			snprintf(words + strlen(words),
				sizeof(words) - strlen(words), "%s%s",
				words[0] ? " " : "", name);
		snprintf(in + strlen(in), sizeof(in) - strlen(in), "%s%s",
			in[0] ? " " : "", name);
	}
	for (size_t i = 0; (row = options_row(i)); i++) {
		if (same_name(row->name, "input")) {
			cr_expect_str_eq(row->complete, in);
			n++;
		}
		for (size_t k = 0; k < COUNT(outputs); k++)
			if (same_name(row->name, outputs[k])) {
				cr_expect_str_eq(row->complete, words);
				n++;
			}
	}
	cr_expect_eq(n, 3);
}

/* --- help --- */

static char *help_text(const char *topic)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	cr_expect(options_help(f, topic), "%s", topic ? topic : "(first)");
	fclose(f);
	return text;
}

static size_t check_lines(char *text, const char *name)
{
	size_t n = 0;
	char *at = text, *line;

	while ((line = strsep(&at, "\n"))) {
		if (!at) {
			cr_expect_str_empty(line, "%s: no newline", name);
			break;
		}
		n++;
		cr_expect_lt(strlen(line), 80, "%s: too wide: %s", name, line);
	}
	return n;
}

/* What may only be attached looks so. */
Test(help, attached_values)
{
	char *text = help_text("all");

	cr_expect_not_null(strstr(text, " --lockstep[=N] "));
	cr_expect_not_null(strstr(text, " --reconnect[=N] "));
	cr_expect_not_null(strstr(text, " --help [TOPIC] "));
	free(text);
}

/* --help formats has a line for each format. */
Test(help, formats)
{
	char *text = help_text("formats");

	for (int f = RECORD_LINES; f <= RECORD_JSONL; f++) {
		char line[32];

		snprintf(line, sizeof(line), "\n  %-8s",
			record_format_name((enum record_format)f));
		cr_expect_not_null(strstr(text, line), "%s", line);
	}
	cr_expect_not_null(strstr(text, "\n  base64  "));
	free(text);
}

/* The shell's next prompt has a line, too. */
Test(help, first_screen_fits)
{
	char *text = help_text(NULL);

	cr_expect_leq(check_lines(text, "first"), 23);
	free(text);
}

Test(help, topics_fit)
{
	char topics[] = OPTION_TOPICS, *at = topics, *topic;

	while ((topic = strsep(&at, " "))) {
		char *text = help_text(topic);

		cr_expect_gt(check_lines(text, topic), 1, "%s", topic);
		free(text);
	}
}

/* Two more lists, in as many lines as they have. */
Test(help, topics_and_misbehaviours)
{
	char topics[] = OPTION_TOPICS, *at = topics, *topic, line[64];
	char *text = help_text("help");
	size_t n = 0;

	for (; (topic = strsep(&at, " ")); n++) {
		snprintf(line, sizeof(line), "\n  %-10s", topic);
		cr_expect_not_null(strstr(text, line), "%s", topic);
	}
	cr_expect_eq(check_lines(text, "help"), n + 1);
	free(text);
	text = help_text("misbehave");
	for (n = 0; misbehave_name(n); n++) {
		snprintf(line, sizeof(line), "\n  %-20s", misbehave_name(n));
		cr_expect_not_null(strstr(text, line), "%s", line);
	}
	cr_expect_eq(check_lines(text, "misbehave"), n + 1);
	free(text);
}

Test(help, all_has_all)
{
	const struct option_row *row;
	char *text = help_text("all");

	for (size_t i = 0; (row = options_row(i)); i++) {
		const char *names[] = { row->name, row->name2, row->name3 };
		char word[64];

		for (size_t k = 0; k < COUNT(names); k++) {
			snprintf(word, sizeof(word), "--%s",
				names[k] ? names[k] : "");
			cr_expect_not_null(strstr(text, word), "%s", word);
		}
		cr_expect_not_null(strstr(text, row->help), "%s", row->help);
	}
	for (size_t i = 0; i < exits_count; i++)
		cr_expect_not_null(
			strstr(text, exits[i].help), "%s", exits[i].help);
	cr_expect_not_null(strstr(text, "/ping"));
	free(text);
}

Test(help, topics_in_any_case_and_no_other)
{
	static const char *const wrong[] = { "", " ", "tl", "tlss", "tls ",
		"connect TLS", "al", "host" };
	char *small = help_text("tls"), *great = help_text("TLS");

	cr_expect_str_eq(small, great);
	cr_expect_not_null(strstr(small, "--no-check"));
	cr_expect_null(strstr(small, "--echo"));
	free(small);
	free(great);
	for (size_t i = 0; i < COUNT(wrong); i++)
		cr_expect_not(options_help(stdout, wrong[i]), "%s", wrong[i]);
}

/* Every kind of error is an exit status that is told of. */
Test(help, exit_statuses)
{
	static const enum err_kind kinds[] = { ERR_NONE, ERR_UNMET, ERR_USAGE,
		ERR_URL, ERR_PROXY_NAME, ERR_RESOLVE, ERR_CONNECT,
		ERR_HANDSHAKE, ERR_HTTP, ERR_OUTPUT, ERR_INPUT, ERR_TIMEOUT,
		ERR_TLS, ERR_REDIRECT, ERR_NO_ANSWER, ERR_SEND, ERR_LOST,
		ERR_CLIENT_CERTIFICATE, ERR_CERTIFICATE, ERR_CA_FILE, ERR_PIN,
		ERR_PROXY, ERR_PROTOCOL, ERR_CLOSED };

	cr_expect_eq(exits_count, COUNT(kinds) + 1);
	for (size_t i = 0; i < COUNT(kinds); i++)
		cr_expect_eq(atoi(exits[i].status), (int)kinds[i], "%s",
			exits[i].status);
	cr_expect_str_eq(exits[exits_count - 1].status, "128+n");
}

Test(help, version_names_the_libraries)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	options_version(f);
	fclose(f);
	cr_expect_eq(strncmp(text, "wstap ", 6), 0);
	cr_expect_not_null(strstr(text, "OpenSSL"));
	cr_expect_not_null(strstr(text, "readline"));
	cr_expect_not_null(strstr(text, "idn2"));
	cr_expect_not_null(strstr(text, "zlib "));
	cr_expect_not_null(strstr(text, "jansson"));
	cr_expect_not_null(strstr(text, " permessage-deflate"));
	free(text);
}
