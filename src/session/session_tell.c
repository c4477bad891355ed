/* What session/session.h tells people and programs of a connection. */
#include "session/session.h"

#include "session/command_info.h"
#include "session/pinger.h"
#include "session/repl.h"
#include "ui/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

unsigned session_client(const struct session *s)
{
	bool always = !s->repl || printer_wants_events(&s->printer);

	return s->clients.several && (always || s->clients.open > 1)
		       ? s->link->number
		       : 0;
}

/* Of several clients, which one a line is about. */
static size_t name_client(
	const struct session *s, char *line, size_t cap, const char *behind)
{
	line[0] = 0;
	if (!session_client(s))
		return 0;
	return (size_t)snprintf(line, cap, "%slient %u%s", s->repl ? "C" : "c",
		session_client(s), behind);
}

static void say_line(struct session *s, enum style style, const char *line)
{
	if (s->repl)
		printer_notice(&s->printer, style, "%s", line);
	else if (style == STYLE_ERROR)
		diag("%s", line);
	else
		diag_line("%s", line);
}

void session_say(struct session *s, enum style style, const char *format, ...)
{
	char line[2048];
	size_t n = name_client(s, line, sizeof(line), ": ");
	va_list args;

	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - n, format, args);
	va_end(args);
	say_line(s, style, line);
}

/* "Client 2 connected from ..."; where there is but one: "Client connected",
 * "Disconnected". */
static void say_client(struct session *s, const char *one, const char *several,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

static void say_client(struct session *s, const char *one, const char *several,
	const char *format, ...)
{
	char line[2048];
	size_t n = name_client(s, line, sizeof(line), " ");
	va_list args;

	n += (size_t)snprintf(
		line + n, sizeof(line) - n, "%s", n ? several : one);
	va_start(args, format);
	vsnprintf(line + n, sizeof(line) - n, format, args);
	va_end(args);
	say_line(s, STYLE_CONTROL, line);
}

/* " (TLSv1.3, permessage-deflate, subprotocol)", as far as there is any. */
static void tell_facts(const struct session *s, char *out, size_t cap)
{
	char extension[WS_EXTENSION_TEXT] = "";
	const char *facts[] = { s->link->net->secure, extension,
		s->link->subprotocol };
	size_t n = 0;

	if (s->link->deflate_agreed && s->config->verbose)
		ws_extension_text(extension, &s->link->params);
	else if (s->link->deflate_agreed)
		snprintf(extension, sizeof(extension), "permessage-deflate");
	out[0] = 0;
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (facts[i] && facts[i][0])
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
				n ? ", " : " (", facts[i]);
	if (n)
		snprintf(out + n, cap - n, ")");
}

void session_facts(const struct session *s, struct jsonl_open *open,
	const char *extensions[1], char extension[WS_EXTENSION_TEXT])
{
	*open = (struct jsonl_open){
		.url = s->url,
		.status = 101,
		.address = s->link->address,
		.tls = s->link->net->secure,
		.cipher = s->link->net->cipher,
		.subprotocol =
			s->link->subprotocol[0] ? s->link->subprotocol : NULL,
		.extensions = extensions,
		.extensions_n = s->link->deflate_agreed,
	};
	if (s->link->deflate_agreed)
		ws_extension_text(extension, &s->link->params);
	extensions[0] = extension;
}

static void tell_open(struct session *s)
{
	char extension[WS_EXTENSION_TEXT];
	const char *extensions[1];
	struct jsonl_open open;

	if (!printer_wants_events(&s->printer))
		return;
	session_facts(s, &open, extensions, extension);
	session_stamp(s);
	printer_open(&s->printer, &open);
}

void session_tell_error(struct session *s)
{
	record_error(s);
	if (s->link->err.kind == ERR_NONE || s->output_broken ||
		!printer_wants_events(&s->printer))
		return;
	session_stamp(s);
	printer_error(&s->printer, (int)s->link->err.kind, s->link->err.line);
	if (!s->signal)
		session_flush(s);
}

/* For -v: what came of the handshake. */
static void tell_agreed(const struct session *s, const char *facts)
{
	const struct link *l = s->link;
	char words[WS_EXTENSION_WORDS] = "messages are not compressed";
	char phases[STATS_PHASES_TEXT], who[32];

	name_client(s, who, sizeof(who), " ");
	diag_star("%sopen: %s%s", who, s->config->listen ? l->address : s->url,
		facts);
	if (l->deflate_agreed)
		ws_extension_words(words, &l->params);
	diag_star("%s", words);
	if (l->subprotocol[0])
		diag_star("the subprotocol is %s", l->subprotocol);
	else if (s->config->handshake.subprotocols.n)
		diag_star("no subprotocol of those offered was chosen");
	stats_phases_text(&l->stats.phases, phases);
	if (phases[0])
		diag_star("%s", phases);
}

void session_greet(struct session *s)
{
	char facts[640];

	session_stamp(s);
	s->printer.before_ns = s->printer.now_ns;
	tell_open(s);
	tell_facts(s, facts, sizeof(facts));
	if (!s->repl || s->config->quiet) {
		if (s->config->verbose)
			tell_agreed(s, facts);
		return;
	}
	if (s->config->listen)
		say_client(s, "Client connected", "connected", " from %s%s",
			s->link->address, facts);
	else
		session_say(
			s, STYLE_CONTROL, "Connected to %s%s", s->url, facts);
	if (!s->greeted)
		session_say(s, STYLE_PLAIN,
			"Enter sends a line, %sCtrl-C ends.",
			s->slash ? "/help lists the commands, " : "");
	s->greeted = true;
}

static void stats_line(void *arg, const char *line)
{
	(void)arg;
	diag_line("%s", line);
}

void session_tell_stats(struct session *s)
{
	uint8_t memory[STATS_JSON_ROOM];
	struct buf out;

	if (!s->config->stats)
		return;
	if (!s->config->stats_json) {
		char who[32];

		/* At the prompt it was just told whose these are. */
		if (name_client(s, who, sizeof(who), "") &&
			(!s->repl || s->config->quiet))
			diag_line("%s", who);
		command_stats_tell(s, stats_line, NULL);
		return;
	}
	buf_init(&out, memory, sizeof(memory));
	if (command_stats_json(s, &out))
		diag_safe(buf_head(&out), buf_len(&out));
}

void session_part(struct session *s)
{
	unsigned code =
		s->link->peer_closed ? s->link->peer_code : WS_CLOSE_ABNORMAL;
	const char *reason = s->link->peer_closed ? s->link->peer_reason : "";

	tracing_part(s);
	record_end(s);
	replay_check_end(s);
	command_stats_end(s);
	pinger_end(s);
	if (s->output_broken)
		return;
	if (s->repl && !s->config->quiet) {
		say_client(s, "Disconnected", "disconnected",
			" (code: %u, reason: \"%s\")", code, reason);
	} else if (s->config->verbose) {
		char who[32];

		name_client(s, who, sizeof(who), " ");
		diag_star("%sdisconnected (code: %u, reason: \"%s\")", who,
			code, reason);
	}
	if (s->repl && (!s->prompted || s->config->stats)) {
		repl_hide(s);
		session_flush(s);
	}
	session_tell_stats(s);
}
