#define _GNU_SOURCE /* clock_gettime */
#include "session/session.h"

#include "session/command_info.h"
#include "session/life.h"
#include "session/listen.h"
#include "session/repl.h"
#include "ui/diag.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A message shorter than this gains too little from compression to pay for
 * it. */
enum { COMPRESS_MIN = 64 };

/* What must be held whole is held up to this, unless --max-message says
 * otherwise. */
static const uint64_t whole_max = 1 << 30;

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
	if (!s->net)
		return;
	ws_conn_close(&s->conn, code, reason);
	if (s->closing_since_ns == 0) {
		s->closing_since_ns = clock_now_ns();
		s->our_code = code;
	}
}

static uint64_t max_message(const struct session *s)
{
	uint64_t max = s->config->max_message;

	if (max == 0 && s->whole)
		return whole_max;
	if (s->config->output == RECORD_LENGTH && max > UINT32_MAX)
		return UINT32_MAX;
	return max;
}

static uint64_t random_number(void)
{
	uint64_t n;

	random_bytes(&n, sizeof(n));
	return n;
}

void session_begin(struct session *s, enum ws_role role)
{
	const struct config *c = s->config;
	/* Who names the parameters wants to see them at work. */
	const struct outgoing_config outgoing = {
		.compress_min =
			c->handshake.deflate.offers.n ? 0 : COMPRESS_MIN,
		.max_frame = c->max_frame,
	};

	ws_deflate_release(&s->deflate);
	if (s->deflate_agreed)
		ws_deflate_init(&s->deflate, &s->params, role == WS_SERVER);
	ws_conn_init(&s->conn, role, s->deflate_agreed ? &s->deflate : NULL);
	session_show_as_set(s);
	outgoing_init(&s->outgoing, &s->conn, &s->out, &outgoing);
	buf_clear(&s->out);
	s->have_event = false;
	s->net_eof = s->net_broken = false;
	s->read_wants_write = s->write_wants_read = s->write_blocked = false;
	s->peer_closed = s->fin_sent = s->lost_said = false;
	s->spliced = s->pipe_full = s->unsplicable = false;
	s->lost_why[0] = 0;
	s->asked = ASKED_NOTHING;
	s->closing_since_ns = s->ping_sent_ns = 0;
	s->interrupts = 0;
	s->opened = true;
	s->opened_ns = s->quiet_since_ns = clock_now_ns();
	s->stats.phases.upgraded = s->opened_ns;
	s->stats.in.wire = buf_len(&s->in);
	s->messages_before = s->messages;
	s->bytes_before = s->bytes_in;
	keepalive_init(&s->keepalive, c->ping_interval_ms, c->ping_timeout_ms,
		random_number(), s->opened_ns);
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

void session_stamp(struct session *s)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	s->printer.now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	if (printer_wants_events(&s->printer))
		jsonl_time(s->printer.time, now.tv_sec, now.tv_nsec);
}

void session_show_as_set(struct session *s)
{
	s->stamped = s->printer.stamp || printer_wants_events(&s->printer);
	s->whole = s->config->until || printer_wants_whole(&s->printer);
	/* A message that has begun ends as it began. */
	if (!s->conn.in_message)
		s->conn.max_message = max_message(s);
}

static void tell_open(struct session *s)
{
	char extension[WS_EXTENSION_TEXT];
	const char *extensions[] = { extension };
	const struct jsonl_open open = {
		.url = s->url,
		.status = 101,
		.address = s->address,
		.tls = s->net->secure,
		.cipher = s->net->cipher,
		.subprotocol = s->subprotocol[0] ? s->subprotocol : NULL,
		.extensions = extensions,
		.extensions_n = s->deflate_agreed,
	};

	if (!printer_wants_events(&s->printer))
		return;
	if (s->deflate_agreed)
		ws_extension_text(extension, &s->params);
	session_stamp(s);
	printer_open(&s->printer, &open);
}

/* What happened outside the loop is written, too; but who ends because of a
 * signal, or of time, waits no more for a reader that doesn't read. */
void session_flush(struct session *s)
{
	struct deadline deadline =
		s->asked == ASKED_ABORT ? deadline_in_ms(0) : s->run_deadline;

	s->cut = 0;
	while (buf_len(&s->text) > 0 && !s->output_broken) {
		struct pollfd p = { .fd = s->output.fd, .events = POLLOUT };

		if (!output_write(&s->output, &s->text, buf_len(&s->text))) {
			if (errno == EPIPE)
				s->signal = SIGPIPE;
			return;
		}
		if (s->output.waiting &&
			poll(&p, 1, deadline_left_ms(deadline)) <= 0)
			return;
		s->output.waiting = false;
	}
}

void session_tell_error(struct session *s)
{
	if (s->err.kind == ERR_NONE || s->output_broken ||
		!printer_wants_events(&s->printer))
		return;
	session_stamp(s);
	printer_error(&s->printer, (int)s->err.kind, s->err.line);
	if (!s->signal)
		session_flush(s);
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
	if (!s->greeted)
		session_say(s, STYLE_PLAIN,
			"Enter sends a line, /help lists the commands, Ctrl-C "
			"ends.");
	s->greeted = true;
}

static void stats_line(void *arg, const char *line)
{
	(void)arg;
	diag_line("%s", line);
}

void session_part(struct session *s)
{
	unsigned code = s->peer_closed ? s->peer_code : WS_CLOSE_ABNORMAL;
	const char *reason = s->peer_closed ? s->peer_reason : "";

	command_stats_end(s);
	if (s->output_broken)
		return;
	if (s->repl && !s->config->quiet) {
		session_say(s, STYLE_CONTROL,
			"Disconnected (code: %u, reason: \"%s\")", code,
			reason);
	} else if (s->config->verbose) {
		diag_star("disconnected (code: %u, reason: \"%s\")", code,
			reason);
	}
	if (s->repl && (!s->prompted || s->config->stats)) {
		repl_hide(s);
		session_flush(s);
	}
	if (s->config->stats)
		command_stats_tell(s, stats_line, NULL);
}

static void init_buffers(struct session *s)
{
	buf_init(&s->in, s->in_mem, IN_SIZE);
	buf_init(&s->line, s->line_mem, sizeof(s->line_mem));
	buf_init(&s->file, s->file_mem, sizeof(s->file_mem));
	buf_init(&s->out, s->out_mem, sizeof(s->out_mem));
	buf_init(&s->text, s->text_mem, sizeof(s->text_mem));
}

static void init_input(struct session *s, bool replaced)
{
	const struct config *c = s->config;
	const struct input_config input = {
		.sends = &c->sends,
		.fd = s->repl || replaced ? -1 : 0,
		.format = c->input,
		.binary = c->binary,
		.open_ended = s->repl || (c->echo && c->wait_ms == TIME_UNSET),
		.keep = c->reconnect,
		.lockstep = s->repl ? 0 : c->lockstep,
		.max_line = c->max_message ? c->max_message : whole_max,
	};

	if (input.fd >= 0)
		output_widen(input.fd);
	input_init(&s->input, &input, &s->line, &s->file);
}

/* jsonl is safe for a terminal as it is; what else goes there is made so. */
static void init_printer(struct session *s, bool terminal)
{
	const struct config *c = s->config;
	struct printer_config printer = {
		.mode = PRINT_BYTES,
		.format = c->output,
		.hex = c->hex,
		.hex_max = c->hex_max,
		.json = c->json,
		.raw = c->raw,
		.stamp = c->time,
		.stamp_format = c->time_format,
		.color = s->color,
	};

	if (terminal && c->output != RECORD_JSONL)
		printer.mode = s->repl ? PRINT_REPL : PRINT_TERMINAL;
	printer_init(&s->printer, &printer, &s->text);
	s->printer.columns = terminal ? output_columns(1) : 0;
}

static void init(struct session *s, const struct config *config)
{
	bool terminal = isatty(1);
	bool replaced =
		(config->sends.n > 0 && !config->interactive) || config->echo;

	s->config = config;
	s->repl = terminal && isatty(0) && !replaced;
	s->color = style_wanted(config->color, terminal);
	s->send_binary = config->binary;
	s->show_ping_pong = config->show_ping_pong;
	s->idle_until = DEADLINE_NEVER;
	s->listener = -1;
	for (size_t i = 0; i < sizeof(s->refused) / sizeof(int); i++)
		s->refused[i] = -1;
	s->run_deadline = deadline_in_ms(config->timeout_ms);
	init_buffers(s);
	init_input(s, replaced);
	output_init(&s->output, 1);
	init_printer(s, terminal);
}

/* The bytes that standard input and the files of -f have, where all of them
 * have a size; else 0. False where a file is not to be had. */
static bool measure_input(struct session *s, uint64_t *total)
{
	bool unknown = false;
	struct stat st;
	off_t at;

	*total = 0;
	if (!sends_check(&s->config->sends, total, &unknown, &s->err))
		return false;
	if (s->input.standard.fd >= 0) {
		at = lseek(0, 0, SEEK_CUR);
		if (at >= 0 && fstat(0, &st) == 0 && S_ISREG(st.st_mode))
			*total += (uint64_t)(st.st_size > at ? st.st_size - at
							     : 0);
		else
			unknown = true;
	}
	if (unknown)
		*total = 0;
	return true;
}

static void finish(struct session *s, struct ending *ending)
{
	if (s->config->until && !s->matched && s->err.kind == ERR_NONE &&
		!s->signal)
		session_fail(s, ERR_UNMET, "no message matched --until");
	session_tell_error(s);
	if (!s->signal)
		session_flush(s);
	/* "Disconnected" has said it. */
	if ((s->repl && s->err.kind == ERR_CLOSED) || s->err_said)
		s->err.line[0] = 0;
	*ending = (struct ending){ .err = s->err, .signal = s->signal };
}

void session_run(const struct config *config, struct ending *ending)
{
	struct session *s = calloc(1, sizeof(*s));
	uint64_t total;

	if (!s)
		abort();
	init(s, config);
	if (config->tls.no_check && !config->listen)
		diag("the server's certificate is not verified (--no-check)");
	if (measure_input(s, &total)) {
		meter_init(s, total);
		if (config->listen)
			listen_serve(s);
		else
			life_run(s);
	}
	finish(s, ending);
	transport_free(s->net);
	ws_deflate_release(&s->deflate);
	input_release(&s->input);
	free(s->doubted);
	free(s->stamp_format);
	page_release(&s->page);
	gather_release(&s->gather);
	output_release(&s->output);
	free(s->url);
	free(s);
}
