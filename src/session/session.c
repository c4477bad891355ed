#define _GNU_SOURCE /* clock_gettime */
#include "session/session.h"

#include "session/files.h"
#include "session/life.h"
#include "session/listen.h"
#include "session/pinger.h"
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

	if (s->link->err.kind != ERR_NONE)
		return;
	va_start(args, format);
	vsnprintf(s->link->err.line, sizeof(s->link->err.line), format, args);
	va_end(args);
	s->link->err.kind = kind;
}

void session_finish(struct session *s, enum asked asked)
{
	session_close(s, asked, s->config->close_code, s->config->close_reason);
}

void session_finish_all(struct session *s, enum asked asked)
{
	session_close_all(
		s, asked, s->config->close_code, s->config->close_reason);
}

enum asked session_asked(const struct session *s)
{
	return s->listener >= 0 ? s->ending : s->link->asked;
}

bool session_select(struct session *s, size_t i)
{
	if (s->listener < 0) {
		s->link = &s->first;
		return i == 0;
	}
	s->link = i < s->clients.n ? s->clients.v[i] : &s->first;
	return i < s->clients.n;
}

void session_close_all(
	struct session *s, enum asked asked, uint16_t code, const char *reason)
{
	struct link *before = s->link;

	if (asked > s->ending)
		s->ending = asked;
	for (size_t i = 0; session_select(s, i); i++)
		session_close(s, asked, code, reason);
	s->link = before;
}

void session_close(
	struct session *s, enum asked asked, uint16_t code, const char *reason)
{
	if (asked > s->link->asked)
		s->link->asked = asked;
	if (!s->link->net)
		return;
	if (s->link->stage != LINK_OPEN) {
		s->link->stage_until = deadline_in_ms(0);
		return;
	}
	ws_conn_close(&s->link->conn, code, reason);
	if (s->link->closing_since_ns == 0) {
		s->link->closing_since_ns = clock_now_ns();
		s->link->our_code = code;
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

	ws_deflate_release(&s->link->deflate);
	if (s->link->deflate_agreed)
		ws_deflate_init(
			&s->link->deflate, &s->link->params, role == WS_SERVER);
	ws_conn_init(&s->link->conn, role,
		s->link->deflate_agreed ? &s->link->deflate : NULL);
	session_show_as_set(s);
	outgoing_init(
		&s->link->outgoing, &s->link->conn, &s->link->out, &outgoing);
	buf_clear(&s->link->out);
	s->link->have_event = false;
	s->link->net_eof = s->link->net_broken = false;
	s->link->read_wants_write = s->link->write_wants_read =
		s->link->write_blocked = false;
	s->link->blocked_since_ns = 0;
	s->link->peer_closed = s->link->fin_sent = s->link->lost_said = false;
	s->link->spliced = s->pipe_full = s->link->unsplicable = false;
	s->link->lost_why[0] = 0;
	s->link->asked = ASKED_NOTHING;
	s->link->closing_since_ns = s->link->ping_sent_ns = 0;
	s->interrupts = 0;
	s->link->opened = true;
	s->link->opened_ns = s->link->quiet_since_ns = clock_now_ns();
	s->link->stats.phases.upgraded = s->link->opened_ns;
	s->link->stats.in.wire = buf_len(&s->link->in);
	s->link->messages = s->link->bytes_in = 0;
	keepalive_init(&s->link->keepalive, c->ping_interval_ms,
		c->ping_timeout_ms, random_number(), s->link->opened_ns);
	pinger_begin(s);
	record_begin(s);
}

void session_stamp(struct session *s)
{
	struct timespec now;

	s->printer.client = session_client(s);
	clock_gettime(CLOCK_REALTIME, &now);
	s->printer.now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	if (printer_wants_events(&s->printer))
		jsonl_time(s->printer.time, now.tv_sec, now.tv_nsec);
}

void session_show_as_set(struct session *s)
{
	s->stamped = s->printer.stamp || printer_wants_events(&s->printer);
	s->whole = s->config->until || s->recorder || s->config->replay_check ||
		   printer_wants_whole(&s->printer) || s->clients.several ||
		   tracing_parts_lines(s);
	/* A message that has begun ends as it began. */
	if (!s->link->conn.in_message)
		s->link->conn.max_message = max_message(s);
}

/* What happened outside the loop is written, too; but who ends because of a
 * signal, or of time, waits no more for a reader that doesn't read. */
void session_flush(struct session *s)
{
	struct deadline deadline = s->link->asked == ASKED_ABORT
					   ? deadline_in_ms(0)
					   : s->run_deadline;

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

static void init_buffers(struct session *s)
{
	link_init(&s->first);
	buf_init(&s->line, s->line_mem, sizeof(s->line_mem));
	buf_init(&s->file, s->file_mem, sizeof(s->file_mem));
	buf_init(&s->text, s->text_mem, sizeof(s->text_mem));
}

void session_replay(const struct session *s, struct replay_config *replay)
{
	const struct config *c = s->config;

	*replay = (struct replay_config){
		.tape = c->replay ? &s->tape : NULL,
		.theirs = c->listen != NULL,
		.open_ended = c->interactive,
		.speed = c->replay_speed,
		.patience_ms = c->wait_ms == TIME_UNSET ? 1000 : c->wait_ms,
	};
}

static void init_input(struct session *s, bool replaced)
{
	const struct config *c = s->config;
	static const struct sends none;
	struct input_config input = {
		.sends = s->clients.several ? &none : &c->sends,
		.sender = s->clients.several ? SENDER_SHARED : SENDER_INPUT,
		.fd = s->repl || replaced ? -1 : 0,
		.format = c->input,
		.binary = c->binary,
		.slash = s->slash && !s->repl,
		.open_ended = s->repl || c->ping ||
			      (c->echo && c->wait_ms == TIME_UNSET),
		.keep = c->reconnect,
		.lockstep = s->repl ? 0 : c->lockstep,
		.max_line = c->max_message ? c->max_message : whole_max,
	};

	/* Each of several has its own. */
	if (c->replay && !s->clients.several)
		session_replay(s, &input.replay);

	if (input.fd >= 0)
		output_widen(input.fd);
	input_init(&s->input, &input, &s->line, &s->file);
	s->link->input = &s->input;
	outlet_init_only(&s->link->outlet, &s->link->outgoing);
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

/* What standard error's lines wait for, at most. */
static struct deadline run_deadline;

static int run_left_ms(void)
{
	return deadline_left_ms(run_deadline);
}

static void init(struct session *s, const struct config *config)
{
	bool terminal = isatty(1);
	bool replaced = (config->sends.n > 0 && !config->interactive) ||
			config->echo || config->ping ||
			(config->replay && !config->interactive);

	s->config = config;
	s->link = &s->first;
	s->repl = terminal && isatty(0) && !replaced;
	s->slash = config->slash == WHEN_AUTO ? s->repl
					      : config->slash == WHEN_ALWAYS;
	s->color = style_wanted(config->color, terminal);
	s->send_binary = config->binary;
	s->show_ping_pong = config->show_ping_pong;
	s->idle_until = DEADLINE_NEVER;
	s->listener = -1;
	if (config->listen)
		listen_init(s);
	s->run_deadline = deadline_in_ms(config->timeout_ms);
	run_deadline = s->run_deadline;
	diag_limit(run_left_ms);
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
	if (!sends_check(&s->config->sends, total, &unknown, &s->link->err))
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

/* Only here is it known that commands come from a pipe. */
static bool check_slash(struct session *s)
{
	return !s->input.config.slash || !s->config->reconnect ||
	       err_set(&s->link->err, ERR_USAGE,
		       "--slash and --reconnect: of commands in a pipe it "
		       "can't "
		       "be told which are to be run again");
}

static void finish(struct session *s, struct ending *ending)
{
	if (s->config->until && !s->matched && s->link->err.kind == ERR_NONE &&
		!s->signal)
		session_fail(s, ERR_UNMET, "no message matched --until");
	replay_check_settle(s);
	session_tell_error(s);
	record_release(s);
	if (!s->signal)
		session_flush(s);
	/* "Disconnected" has said it. */
	if ((s->repl && s->link->err.kind == ERR_CLOSED) || s->link->err_said)
		s->link->err.line[0] = 0;
	*ending = (struct ending){ .err = s->link->err, .signal = s->signal };
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
	if (check_slash(s) &&
		files_apart(
			config, "--record", config->record, &s->link->err) &&
		(!config->replay || replay_load(&s->tape, config->replay,
					    config->url, &s->link->err)) &&
		measure_input(s, &total) && tracing_open(s) && record_open(s)) {
		meter_init(s, total);
		if (config->listen)
			listen_serve(s);
		else
			life_run(s);
	}
	finish(s, ending);
	link_release(&s->first);
	input_release(&s->input);
	pinger_free(s->pinger);
	free(s->doubted);
	free(s->stamp_format);
	page_release(&s->page);
	tracing_release(s);
	tape_release(&s->tape);
	output_release(&s->output);
	free(s->url);
	free(s);
}
