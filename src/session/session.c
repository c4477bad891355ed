#include "session/session.h"

#include "base/wipe.h"
#include "session/listen.h"
#include "session/loop.h"
#include "session/upgrade.h"
#include "ui/askpass.h"
#include "ui/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A message shorter than this gains too little from compression to pay for
 * it. */
enum { COMPRESS_MIN = 64 };

void session_fail(
	struct session *s, enum err_kind kind, const char *format, ...)
{
	va_list args;

	if (s->err.kind != ERR_NONE)
		return;
	va_start(args, format);
	vsnprintf(s->err.line, sizeof(s->err.line), format, args);
	va_end(args);
	s->err.kind = kind;
}

void session_say(struct session *s, enum style style, const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (s->repl)
		printer_notice(&s->printer, style, "%s", line);
	else if (style == STYLE_ERROR)
		diag("%s", line);
	else
		diag_line("%s", line);
}

void session_finish(struct session *s, enum asked asked)
{
	session_close(s, asked, s->config->close_code, s->config->close_reason);
}

void session_close(
	struct session *s, enum asked asked, uint16_t code, const char *reason)
{
	if (asked > s->asked)
		s->asked = asked;
	ws_conn_close(&s->conn, code, reason);
	if (s->closing_since_ns == 0) {
		s->closing_since_ns = clock_now_ns();
		s->our_code = code;
	}
}

void session_begin(struct session *s, enum ws_role role)
{
	ws_deflate_release(&s->deflate);
	if (s->deflate_agreed)
		ws_deflate_init(&s->deflate, &s->params, role == WS_SERVER);
	ws_conn_init(&s->conn, role, s->deflate_agreed ? &s->deflate : NULL);
	s->conn.max_message = s->config->max_message;
	/* Who names the parameters wants to see them at work. */
	outgoing_init(&s->outgoing, &s->conn, &s->out,
		s->config->handshake.deflate.offers.n ? 0 : COMPRESS_MIN);
	buf_clear(&s->out);
	input_restart(&s->input);
	s->have_event = false;
	s->net_eof = s->net_broken = false;
	s->read_wants_write = s->write_wants_read = s->write_blocked = false;
	s->peer_closed = s->fin_sent = s->lost_said = false;
	s->lost_why[0] = 0;
	s->asked = ASKED_NOTHING;
	s->closing_since_ns = s->ping_sent_ns = 0;
	s->interrupts = 0;
	s->quiet_since_ns = clock_now_ns();
}

/* " (TLSv1.3, permessage-deflate, subprotocol)", as far as there is any. */
static void tell_facts(const struct session *s, char *out, size_t cap)
{
	char extension[WS_EXTENSION_TEXT] = "";
	const char *facts[] = { s->net->secure, extension, s->subprotocol };
	size_t n = 0;

	if (s->deflate_agreed && s->config->verbose)
		ws_extension_text(extension, &s->params);
	else if (s->deflate_agreed)
		snprintf(extension, sizeof(extension), "permessage-deflate");
	out[0] = 0;
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (facts[i] && facts[i][0])
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
				n ? ", " : " (", facts[i]);
	if (n)
		snprintf(out + n, cap - n, ")");
}

void session_greet(struct session *s)
{
	char facts[640];

	tell_facts(s, facts, sizeof(facts));
	if (!s->repl || s->config->quiet) {
		if (s->config->verbose)
			diag_star("open: %s%s",
				s->config->listen ? s->address : s->url, facts);
		return;
	}
	if (s->config->listen)
		session_say(s, STYLE_CONTROL, "Client connected from %s%s",
			s->address, facts);
	else
		session_say(
			s, STYLE_CONTROL, "Connected to %s%s", s->url, facts);
	session_say(s, STYLE_PLAIN,
		"Enter sends a line, /help lists the commands, Ctrl-C ends.");
}

void session_part(struct session *s)
{
	unsigned code = s->peer_closed ? s->peer_code : WS_CLOSE_ABNORMAL;
	const char *reason = s->peer_closed ? s->peer_reason : "";

	if (s->output_broken)
		return;
	if (s->repl && !s->config->quiet) {
		session_say(s, STYLE_CONTROL,
			"Disconnected (code: %u, reason: \"%s\")", code,
			reason);
		output_write(&s->output, &s->text, buf_len(&s->text));
	} else if (s->config->verbose) {
		diag_star("disconnected (code: %u, reason: \"%s\")", code,
			reason);
	}
}

static bool ask_password(struct session *s, char **credentials)
{
	const char *user = s->config->user;
	char question[160], password[512];
	size_t size;

	if (!user || strchr(user, ':') || s->config->listen)
		return true;
	snprintf(question, sizeof(question), "Password for %.100s: ", user);
	if (!askpass(question, password, sizeof(password), &s->err))
		return false;
	size = strlen(user) + strlen(password) + 2;
	*credentials = malloc(size);
	if (!*credentials)
		abort();
	snprintf(*credentials, size, "%s:%s", user, password);
	wipe(password, sizeof(password));
	return true;
}

static void run_client(struct session *s)
{
	char *credentials = NULL;

	if (ask_password(s, &credentials) &&
		upgrade_dial(s, credentials ? credentials : s->config->user)) {
		session_begin(s, WS_CLIENT);
		session_greet(s);
		loop_run(s);
		session_part(s);
	}
	if (credentials) {
		wipe(credentials, strlen(credentials));
		free(credentials);
	}
}

static void init(struct session *s, const struct config *config)
{
	bool terminal = isatty(1);
	bool replaced = config->execute.n > 0 || config->echo;

	s->config = config;
	s->repl = terminal && isatty(0) && !replaced;
	s->color = style_wanted(config->color, terminal);
	s->listener = -1;
	for (size_t i = 0; i < sizeof(s->refused) / sizeof(int); i++)
		s->refused[i] = -1;
	buf_init(&s->in, s->in_mem, sizeof(s->in_mem));
	buf_init(&s->line, s->line_mem, sizeof(s->line_mem));
	buf_init(&s->out, s->out_mem, sizeof(s->out_mem));
	buf_init(&s->text, s->text_mem, sizeof(s->text_mem));
	input_init(&s->input, &config->execute, s->repl || replaced ? -1 : 0,
		s->repl || (config->echo && config->wait_ms == TIME_UNSET),
		config->binary, &s->line);
	output_init(&s->output, 1);
	printer_init(&s->printer,
		s->repl    ? PRINT_REPL
		: terminal ? PRINT_TERMINAL
			   : PRINT_BYTES,
		config->hex, s->color, &s->text);
}

void session_run(const struct config *config, struct ending *ending)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	init(s, config);
	if (config->tls.no_check && !config->listen)
		diag("the server's certificate is not verified (--no-check)");
	if (config->listen)
		listen_serve(s);
	else
		run_client(s);
	/* "Disconnected" has said it. */
	if (s->repl && s->err.kind == ERR_CLOSED)
		s->err.line[0] = 0;
	*ending = (struct ending){ .err = s->err, .signal = s->signal };
	transport_free(s->net);
	ws_deflate_release(&s->deflate);
	input_release(&s->input);
	output_release(&s->output);
	free(s->url);
	free(s);
}
