#include "cli/options.h"

#include "base/version.h"
#include "format/jsonl.h"
#include "http/url.h"
#include "net/tls.h"
#include "session/command.h"
#include "ui/prompt.h"
#include "ws/deflate.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

const struct exit_row exits[] = {
	{ "0", "the connection ended as asked" },
	{ "1", "--until unmet, a ping lost, or --replay-check: differences" },
	{ "2", "usage: an option, a value or a missing URL" },
	{ "3", "the URL is wrong" },
	{ "5", "the proxy's name was not found" },
	{ "6", "the host's name was not found" },
	{ "7", "no connection to the host" },
	{ "8", "the answer was not a WebSocket's" },
	{ "22", "the server refused with an HTTP status" },
	{ "23", "output could not be written" },
	{ "26", "input could not be read, or was not valid" },
	{ "28", "out of time: --timeout, connecting, or a ping unanswered" },
	{ "35", "TLS could not be agreed on" },
	{ "47", "too many redirects, or one that is not followed" },
	{ "52", "the server closed without an answer" },
	{ "55", "what was read could not be sent" },
	{ "56", "the connection was lost without a close frame" },
	{ "58", "our certificate or its key could not be used" },
	{ "60", "the server's certificate was not accepted" },
	{ "77", "the file of --ca could not be used" },
	{ "90", "the server's key is not one of --pin" },
	{ "97", "the proxy refused" },
	{ "110", "the other end broke the protocol" },
	{ "111", "the other end closed with an error code" },
	{ "128+n", "ended by signal n" },
};

const size_t exits_count = sizeof(exits) / sizeof(exits[0]);

/* Where the right column begins. */
enum { COLUMN = 30 };

/* One entry: what is too long for the left column gets a line of its own. */
static void entry(FILE *out, const char *left, const char *right)
{
	if (strlen(left) > COLUMN - 2)
		fprintf(out, "%s\n%*s%s", left, COLUMN, "", right);
	else
		fprintf(out, "%-*s%s", COLUMN, left, right);
}

/* All of an option's letters and names, or only the first of each. */
static void option(FILE *out, const struct option_row *row, bool all)
{
	const char letters[] = { row->letter, all ? row->letter2 : '\0' };
	const char *names[] = { row->name, all ? row->name2 : NULL,
		all ? row->name3 : NULL };
	char left[80] = "  ";
	size_t n = 2;
	const char *comma = "";

	for (size_t i = 0; i < sizeof(letters); i++)
		if (letters[i]) {
			n += (size_t)snprintf(left + n, sizeof(left) - n,
				"%s-%c", comma, letters[i]);
			comma = ", ";
		}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i]) {
			n += (size_t)snprintf(left + n, sizeof(left) - n,
				"%s--%s", *comma ? comma : "    ", names[i]);
			comma = ", ";
		}
	assert(n < sizeof(left));
	if (row->arg)
		snprintf(left + n, sizeof(left) - n,
			row->arg_attached   ? "[=%s]"
			: row->arg_optional ? " [%s]"
					    : " %s",
			row->arg);
	entry(out, left, row->help);
	if (row->preset)
		fprintf(out, " (%s)", row->preset);
	fputc('\n', out);
}

static void first_screen(FILE *out)
{
	const struct option_row *row;

	fputs("Usage: wstap [options] URL             connect\n"
	      "       wstap -l [HOST:]PORT [options]  listen\n\n",
		out);
	for (size_t i = 0; (row = options_row(i)); i++)
		if (row->common)
			option(out, row, false);
	fputs("\nMore: man wstap, and wstap --help TOPIC, one of\n"
	      "  " OPTION_TOPICS "\n",
		out);
}

static bool same(const char *topic, const char *name)
{
	return strcasecmp(topic, name) == 0;
}

static void group(FILE *out, const char *topic)
{
	const struct option_row *row;
	const char *last = "";

	for (size_t i = 0; (row = options_row(i)); i++) {
		if (topic && !same(topic, row->group))
			continue;
		if (strcmp(row->group, last) != 0)
			fprintf(out, "%s%s:\n", *last ? "\n" : "", row->group);
		last = row->group;
		option(out, row, true);
	}
}

static void command_list(FILE *out)
{
	fputs("commands:\n", out);
	for (size_t i = 0; i < commands_count; i++) {
		char left[80];

		snprintf(left, sizeof(left), "  /%s %s", commands[i].name,
			commands[i].args);
		entry(out, left, commands[i].help);
		fputc('\n', out);
	}
	entry(out, "  //TEXT", "send a text that starts with a slash");
	fputc('\n', out);
}

/* What --input, --output and --format take. */
static const struct format_row {
	const char *name, *in, *out;
} formats[] = {
	{ "lines", "a line, without \\n or \\r\\n", "the message, then \\n" },
	{ "nul", "what ends with a NUL byte", "the message, then a NUL byte" },
	{ "raw", "what comes at a time, as binary",
		"the message, and nothing more" },
	{ "length", "4 bytes, its length; its bytes", "the same" },
	{ "whole", "all of standard input", "(for input only)" },
	{ "jsonl", "an object of JSON on a line", "the same" },
};

static const struct format_key {
	const char *name, *help;
} format_keys[] = {
	{ "type", "text, binary, ping, pong or close" },
	{ "", "in also frame, raw; out also open, error" },
	{ "data", "what a text is, or a ping or pong" },
	{ "base64", "the same of a binary one, or where it is no UTF-8" },
	{ "code, reason", "what a close says" },
	{ "time, dir, size",
		"out: when it came, \"in\", how many bytes it has" },
};

static void format_list(FILE *out)
{
	fprintf(out, "formats:\n  %-8s%-34s%s\n", "", "in: a message is",
		"out: what is written");
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		fprintf(out, "  %-8s%-34s%s\n", formats[i].name, formats[i].in,
			formats[i].out);
	fputs("\nkeys of jsonl:\n", out);
	for (size_t i = 0; i < sizeof(format_keys) / sizeof(format_keys[0]);
		i++)
		fprintf(out, "  %-17s%s\n", format_keys[i].name,
			format_keys[i].help);
	fputs("  as in {\"type\":\"text\",\"data\":\"hello\"}\n", out);
}

static void exit_list(FILE *out)
{
	fputs("exit statuses:\n", out);
	for (size_t i = 0; i < exits_count; i++)
		fprintf(out, "  %5s  %s\n", exits[i].status, exits[i].help);
}

static const struct topic_row {
	const char *name, *help;
} topics[] = {
	{ "connect", "where to, as whom, through what; and listening" },
	{ "tls", "certificates, keys, versions" },
	{ "messages", "what is sent, and when it ends" },
	{ "formats", "how messages are told apart on stdin and stdout" },
	{ "protocol", "compression, pings, limits, reconnecting" },
	{ "display", "what is shown, and how" },
	{ "debug", "traces, records, statistics, breaking the rules" },
	{ "other", "what is in none of these" },
	{ "commands", "what the prompt takes" },
	{ "exit", "the exit statuses" },
	{ "all", "all of these" },
};

static void topic_list(FILE *out)
{
	fputs("topics of --help:\n", out);
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		fprintf(out, "  %-10s%s\n", topics[i].name, topics[i].help);
}

static void misbehave_list(FILE *out)
{
	const char *name;

	fputs("names for --misbehave, with commas between them:\n", out);
	for (size_t i = 0; (name = misbehave_name(i)); i++)
		fprintf(out, "  %-20s%s\n", name, misbehave_help(i));
}

/* Whether the list, with blanks between its words, has the topic. */
static bool lists(const char *list, const char *topic)
{
	size_t len = strlen(topic);

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " ");

		if (n == len && strncasecmp(p, topic, n) == 0)
			return true;
		p += n + strspn(p + n, " ");
	}
	return false;
}

bool options_is_topic(const char *topic)
{
	return lists(OPTION_TOPICS, topic) || lists("help misbehave", topic);
}

bool options_help(FILE *out, const char *topic)
{
	if (!topic) {
		first_screen(out);
		return true;
	}
	if (!options_is_topic(topic))
		return false;
	if (same(topic, "formats")) {
		format_list(out);
	} else if (same(topic, "commands")) {
		command_list(out);
	} else if (same(topic, "exit")) {
		exit_list(out);
	} else if (same(topic, "help")) {
		topic_list(out);
	} else if (same(topic, "misbehave")) {
		misbehave_list(out);
	} else if (same(topic, "all")) {
		group(out, NULL);
		fputc('\n', out);
		format_list(out);
		fputc('\n', out);
		command_list(out);
		fputc('\n', out);
		exit_list(out);
	} else {
		group(out, topic);
	}
	return true;
}

void options_version(FILE *out)
{
	fprintf(out,
		"wstap " WSTAP_VERSION "\n"
		"Libraries: %s, %s, %s, %s, %s\n"
		"Schemes: ws wss http https ws+unix\n"
		"Features: IPv6 IDN TLS permessage-deflate proxy cookies netrc "
		"listen prompt\n",
		tls_library(), ws_deflate_library(), prompt_library(),
		url_library(), jsonl_library());
}
