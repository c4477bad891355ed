#define _GNU_SOURCE /* clock_gettime, localtime_r */
#include "session/tracing.h"

#include "format/trace.h"
#include "session/away.h"
#include "session/delivery.h"
#include "session/session.h"
#include "ui/diag.h"
#include "ws/dissect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LINES_SIZE = 64 * 1024,
	STALL_MS = 1000,
	PATIENCE_MS = 5000, /* with the terminal of the prompt */
};

_Static_assert(
	(int)TRACE_BYTES_MAX == (int)WS_DISSECT_SHOW_MAX, "both bound it");
_Static_assert(LINES_SIZE / 2 >= TRACE_ROOM, "a line has room");

struct moment {
	struct timespec wall;
	int64_t ns; /* of the clock that deadlines are by */
};

/* One direction of a connection. */
struct way {
	struct ws_dissect dissect;
	uint64_t skip; /* bytes to where the first frame to be told begins */
	struct moment latest; /* when its latest bytes passed */
	struct deadline stall;
};

struct tracing_link {
	struct way in, out;
	int64_t told_ns; /* the latest time that a line has */
};

void tracing_link_free(struct tracing_link *t)
{
	if (!t)
		return;
	ws_dissect_release(&t->in.dissect);
	ws_dissect_release(&t->out.dissect);
	free(t);
}

/* --- where it goes --- */

bool tracing_open(struct session *s)
{
	struct tracing *t = &s->tracing;
	const char *file = s->config->trace_file;

	t->on = s->config->trace;
	t->fd = STDERR_FILENO;
	if (t->on && file) {
		t->fd = open(
			file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (t->fd < 0)
			return err_set(&s->link->err, ERR_OUTPUT,
				"cannot write the trace %s: %s", file,
				strerror(errno));
		t->own = true;
	}
	t->color = style_wanted(s->config->color, isatty(t->fd));
	return true;
}

void tracing_release(struct session *s)
{
	struct tracing *t = &s->tracing;

	if (t->own)
		close(t->fd);
	free(t->lines.mem);
	*t = (struct tracing){ .on = false };
}

/* Whether it is a part of what the prompt's terminal shows. */
static bool above_prompt(const struct session *s)
{
	return s->repl && !s->tracing.own && isatty(s->tracing.fd);
}

bool tracing_parts_lines(const struct session *s)
{
	return s->tracing.on && !s->tracing.own &&
	       s->printer.mode == PRINT_TERMINAL;
}

/* The whole run is over, for it was not to be without its trace. */
static void break_file(struct session *s)
{
	s->tracing.broken = true;
	session_fail(s, ERR_OUTPUT, "writing the trace %s: %s",
		s->config->trace_file, strerror(errno));
	session_close_all(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
}

static void write_file(struct session *s)
{
	struct buf *lines = &s->tracing.lines;
	const bool limited = deadline_left_ms(s->run_deadline) >= 0;

	while (buf_len(lines) > 0 && !s->tracing.broken) {
		size_t len = buf_len(lines);
		ssize_t n;

		/* It may be a pipe. */
		if (limited && !transport_wait(s->tracing.fd, IO_WANT_WRITE,
				       s->run_deadline))
			return;
		if (limited)
			len = diag_piece(buf_head(lines), len);
		n = write(s->tracing.fd, buf_head(lines), len);
		if (n >= 0)
			buf_consume(lines, (size_t)n);
		else if (errno != EINTR)
			break_file(s);
	}
}

/* Waits until text has room for n bytes besides what messages leave. Patience
 * is for a terminal that has taken all so far. */
static bool make_room(struct session *s, size_t n)
{
	struct deadline deadline =
		deadline_in_ms(s->tracing.left_out ? 0 : PATIENCE_MS);

	while (buf_room(&s->text) < n + PRINTER_RESERVE) {
		if (s->output_broken || away(s) ||
			!transport_wait(s->output.fd, IO_WANT_WRITE, deadline))
			return false;
		s->output.waiting = false;
		if (delivery_write(s))
			continue;
		/* A terminal that says it takes more may take nothing yet. */
		if (s->cut > 0)
			poll(NULL, 0, 1);
		/* All there is belongs to a message that goes on for long. */
		else
			s->cut = buf_len(&s->text);
	}
	return true;
}

static uint64_t count_lines(const struct buf *b)
{
	const uint8_t *at = buf_head(b), *end = at + buf_len(b);
	uint64_t n = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		n++;
	}
	return n;
}

static void tell_left_out(struct session *s)
{
	struct tracing *t = &s->tracing;

	if (t->left_out)
		session_say(s, STYLE_ERROR,
			"%llu lines of the trace were left out: the terminal "
			"was not free",
			(unsigned long long)t->left_out);
	t->left_out = 0;
}

static void write_prompt(struct session *s)
{
	struct tracing *t = &s->tracing;

	if (!make_room(s, buf_len(&t->lines) + TRACE_ROOM)) {
		t->left_out += count_lines(&t->lines);
		return;
	}
	tell_left_out(s);
	printer_lines(&s->printer, buf_head(&t->lines), buf_len(&t->lines));
}

static void write_lines(struct session *s)
{
	struct tracing *t = &s->tracing;

	if (buf_len(&t->lines) == 0)
		return;
	if (t->own)
		write_file(s);
	else if (above_prompt(s))
		write_prompt(s);
	else
		diag_safe(buf_head(&t->lines), buf_len(&t->lines));
	buf_clear(&t->lines);
}

/* --- what is written --- */

static struct moment present(void)
{
	struct moment m = { .ns = clock_now_ns() };

	clock_gettime(CLOCK_REALTIME, &m.wall);
	return m;
}

/* The time of day, where the user is. */
static void tell_time(struct tracing *t, const struct timespec *wall,
	char out[static TRACE_TIME_MAX])
{
	struct tm local;

	if (wall->tv_sec != t->second || !t->clock[0]) {
		t->second = wall->tv_sec;
		localtime_r(&wall->tv_sec, &local);
		strftime(t->clock, sizeof(t->clock), "%H:%M:%S", &local);
	}
	snprintf(out, TRACE_TIME_MAX, "%s.%06ld", t->clock,
		wall->tv_nsec / 1000);
}

/* Everything that a line begins with. What is told late has the time when it
 * passed, which may be before that of the line above it. */
static void begin_lines(struct session *s, bool out, char *time,
	struct trace_config *config, struct trace_when *when)
{
	struct tracing *t = &s->tracing;
	const struct tracing_link *link = s->link->trace;
	const struct moment *latest =
		out ? &link->out.latest : &link->in.latest;
	int64_t since_ns = latest->ns - link->told_ns;

	if (!t->lines.mem) {
		uint8_t *memory = malloc(LINES_SIZE);

		if (!memory)
			abort();
		buf_init(&t->lines, memory, LINES_SIZE);
	}
	tell_time(t, &latest->wall, time);
	*config = (struct trace_config){
		.bytes = (size_t)s->config->trace_bytes,
		.columns = above_prompt(s) ? s->printer.columns
					   : output_columns(t->fd),
		.colors = t->color ? style_trace() : NULL,
	};
	*when = (struct trace_when){
		.time = time,
		.since_ns = since_ns > 0 ? since_ns : 0,
		.out = out,
		.client = s->clients.several ? s->link->number : 0,
	};
}

static void put_sighting(struct session *s, const struct trace_config *config,
	struct trace_when *when, const struct ws_sighting *sighting)
{
	struct trace trace;

	trace_begin(&trace, config, when, sighting);
	while (!trace_next(&trace, &s->tracing.lines))
		write_lines(s);
	/* The next one of the same bytes came with it. */
	s->link->trace->told_ns += when->since_ns;
	when->since_ns = 0;
}

void tracing_bytes(struct session *s, bool out, const uint8_t *p, size_t n)
{
	struct tracing_link *link = s->link->trace;
	struct way *way = out ? &link->out : &link->in;
	size_t at = way->skip < n ? (size_t)way->skip : n;
	char time[TRACE_TIME_MAX];
	struct trace_config config;
	struct trace_when when;

	way->skip -= at;
	way->latest = present();
	/* What was refused may be a bomb: nobody waits for its length. */
	if (!out && s->link->conn.failed)
		ws_dissect_stop_inflating(&way->dissect);
	begin_lines(s, out, time, &config, &when);
	while (at < n) {
		struct ws_sighting sighting;

		at += ws_dissect_next(&way->dissect, p + at, n - at, &sighting);
		if (sighting.type != WS_SIGHTING_NONE)
			put_sighting(s, &config, &when, &sighting);
	}
	way->stall = ws_dissect_owes(&way->dissect) ? deadline_in_ms(STALL_MS)
						    : DEADLINE_NEVER;
	write_lines(s);
}

/* Tells of a frame that is not whole. */
static void flush_way(struct session *s, bool out, bool over)
{
	struct tracing_link *link = s->link->trace;
	struct way *way = out ? &link->out : &link->in;
	char time[TRACE_TIME_MAX];
	struct trace_config config;
	struct trace_when when;
	struct ws_sighting sighting;

	way->stall = DEADLINE_NEVER;
	if (!ws_dissect_flush(&way->dissect, over, &sighting))
		return;
	begin_lines(s, out, time, &config, &when);
	put_sighting(s, &config, &when, &sighting);
	write_lines(s);
}

struct deadline tracing_deadline(const struct session *s)
{
	const struct tracing_link *link = s->link->trace;

	return deadline_first(link->in.stall, link->out.stall);
}

void tracing_run(struct session *s)
{
	struct tracing_link *link = s->link->trace;

	if (link->in.stall.at_ns <= s->now_ns)
		flush_way(s, false, false);
	if (link->out.stall.at_ns <= s->now_ns)
		flush_way(s, true, false);
}

/* --- when --- */

static bool init_way(struct way *way, const struct session *s, bool from_client)
{
	way->stall = DEADLINE_NEVER;
	return ws_dissect_init(&way->dissect, from_client,
		s->link->deflate_agreed ? &s->link->params : NULL,
		(size_t)s->config->trace_bytes);
}

static void attach(struct session *s)
{
	struct tracing_link *link = calloc(1, sizeof(*link));
	bool client = s->link->conn.role == WS_CLIENT;

	if (!link || !init_way(&link->in, s, !client) ||
		!init_way(&link->out, s, client))
		abort();
	link->told_ns = clock_now_ns();
	s->link->trace = link;
}

static void detach(struct session *s)
{
	tracing_link_free(s->link->trace);
	s->link->trace = NULL;
}

/* What came before the present moment, too. */
static void trace_waiting(struct session *s)
{
	const struct buf *in = &s->link->in;

	if (buf_len(in) > 0)
		tracing_bytes(s, false, buf_head(in), buf_len(in));
}

void tracing_connect(struct session *s)
{
	detach(s);
	if (!s->tracing.on)
		return;
	attach(s);
	s->link->trace->told_ns = s->link->opened_ns;
	trace_waiting(s);
}

void tracing_part(struct session *s)
{
	if (!s->link->trace)
		return;
	flush_way(s, false, true);
	flush_way(s, true, true);
	tell_left_out(s);
	detach(s);
}

/* In the middle of a connection: from the next frame on in both directions.
 * Gives back whether what is compressed is lost, for it builds on a message
 * whose beginning was not seen. */
static bool join(struct session *s)
{
	struct link *l = s->link;
	const struct ws_conn *c = &l->conn;
	bool inside = c->inflating && c->in_message;
	struct way *in, *out;

	attach(s);
	in = &l->trace->in;
	out = &l->trace->out;
	in->skip = c->in_frame ? c->frame.len - c->frame_at : 0;
	out->skip = l->outgoing.to_edge;
	ws_dissect_join(&in->dissect, inside ? NULL : &l->deflate, false);
	/* What waits in `out` was compressed, and is to be read yet. */
	ws_dissect_join(&out->dissect,
		l->deflate.deflating && buf_len(&l->out) > 0 ? NULL
							     : &l->deflate,
		true);
	trace_waiting(s);
	return in->dissect.broken || out->dissect.broken;
}

void tracing_switch(struct session *s)
{
	struct link *before = s->link;
	bool lost = false;

	for (size_t i = 0; session_select(s, i); i++) {
		bool open = s->link->net && s->link->opened;

		if (!s->tracing.on)
			detach(s);
		else if (open && !s->link->trace)
			lost = join(s) || lost;
	}
	s->link = before;
	if (lost)
		session_say(s, STYLE_PLAIN,
			"Compressed messages are shown as they are: they build "
			"on one under way. /reconnect traces all.");
}
