#include "session/command_info.h"

#include "base/bytes.h"
#include "net/tls.h"
#include "session/session.h"

#include <inttypes.h>
#include <string.h>

/* A line of net/tls, in the column of the others. */
static void say_tls(void *arg, const char *line)
{
	session_say(arg, STYLE_PLAIN, "  %-13s %s", "tls", line);
}

static void tell_connection(struct session *s)
{
	char extension[WS_EXTENSION_TEXT] = "none";

	if (s->link->deflate_agreed)
		ws_extension_text(extension, &s->link->params);
	session_say(s, STYLE_PLAIN, "  %-13s %s", "url", s->url);
	session_say(s, STYLE_PLAIN, "  %-13s %s", "address", s->link->address);
	if (s->link->net->secure)
		tls_tell(s->link->net, say_tls, s);
	else
		session_say(s, STYLE_PLAIN, "  %-13s none", "tls");
	session_say(s, STYLE_PLAIN, "  %-13s %s", "subprotocol",
		s->link->subprotocol[0] ? s->link->subprotocol : "none");
	session_say(s, STYLE_PLAIN, "  %-13s %s", "extension", extension);
}

void command_info(struct session *s, const char *args)
{
	int64_t open_s = (s->now_ns - s->link->opened_ns) / 1000000000;

	(void)args;
	if (!s->link->net) {
		session_say(s, STYLE_ERROR, "%s", s->why_not);
		return;
	}
	tell_connection(s);
	session_say(s, STYLE_PLAIN, "  %-13s %" PRId64 ":%02d", "open for",
		open_s / 60, (int)(open_s % 60));
	session_say(s, STYLE_PLAIN, "  %-13s %" PRIu64 " (%" PRIu64 " bytes)",
		"messages in", s->link->messages, s->link->bytes_in);
	session_say(s, STYLE_PLAIN, "  %-13s %" PRIu64 " (%" PRIu64 " bytes)",
		"messages out",
		s->link->outgoing.messages - s->link->outgoing.raw.no_message,
		s->link->outgoing.bytes);
}

/* --- statistics --- */

static uint64_t data_bytes(const struct ws_tally frames[WS_OPCODES])
{
	return frames[WS_TEXT].bytes + frames[WS_BINARY].bytes +
	       frames[WS_CONTINUATION].bytes;
}

/* What was queued and has left. How many bytes of messages compressed ones are
 * is not known of a part of what was queued: then they are as of all of it. */
static void collect_out(struct link *l)
{
	const struct outgoing *o = &l->outgoing;
	const struct ws_tally *queued = l->conn.out_frames;
	struct stats_side *out = &l->stats.out;
	struct outgoing_left left;
	uint64_t bytes;

	outgoing_left(o, &left);
	for (unsigned i = 0; i < WS_OPCODES; i++) {
		out->frames[i].frames =
			queued[i].frames - left.frames[i].frames;
		out->frames[i].bytes = queued[i].bytes - left.frames[i].bytes;
	}
	out->messages = o->messages - o->raw.no_message - left.messages;
	out->binary = o->binary - left.binary;
	out->compressed = l->conn.deflated;
	bytes = data_bytes(out->frames);
	if (!out->compressed)
		out->bytes = bytes;
	else if (data_bytes(left.frames) == 0)
		out->bytes = o->bytes;
	else
		out->bytes = (uint64_t)((double)o->bytes * (double)bytes /
					(double)data_bytes(queued));
}

/* What others counted. Of a connection that has ended that was done then: they
 * count on for the next. */
static void collect(struct link *l)
{
	struct stats *stats = &l->stats;

	stats->client = l->number;
	if (!stats->phases.upgraded || stats->end.by != STATS_OPEN)
		return;
	stats->in.compressed = l->conn.inflated;
	stats->in.messages = l->messages;
	stats->in.bytes = l->bytes_in;
	for (unsigned i = 0; i < WS_OPCODES; i++)
		stats->in.frames[i] = ws_conn_came(&l->conn, i);
	collect_out(l);
}

void command_stats_tell(
	struct session *s, void (*say)(void *arg, const char *line), void *arg)
{
	collect(s->link);
	stats_tell(&s->link->stats, clock_now_ns(), say, arg);
}

bool command_stats_json(struct session *s, struct buf *out)
{
	collect(s->link);
	return stats_json(&s->link->stats, clock_now_ns(), out);
}

static void note_reason(struct stats_end *e, const void *reason, size_t len)
{
	e->reason_len = (uint8_t)len;
	memcpy(e->reason, reason, len);
}

/* Whether the network broke before our close could leave. */
static bool was_cut_off(const struct link *l, const struct outgoing_left *left)
{
	return (l->conn.owes_close || left->close) && !l->fin_sent &&
	       (l->net_broken || l->net_eof);
}

void command_stats_end(struct session *s)
{
	struct link *l = s->link;
	const struct ws_conn *c = &l->conn;
	const bool asked = l->asked != ASKED_NOTHING;
	struct stats_end *e = &l->stats.end;
	struct outgoing_left left;
	bool sent;

	collect(l);
	outgoing_left(&l->outgoing, &left);
	sent = c->close_sent && !left.close;
	*e = (struct stats_end){ .by = STATS_LOST, .at_ns = clock_now_ns() };
	if (l->peer_closed) {
		e->by = asked && sent ? STATS_US : STATS_PEER;
		e->answered = e->by == STATS_US;
		e->clean = sent;
		e->code = l->peer_code;
		note_reason(e, l->peer_reason, strlen(l->peer_reason));
	} else if (c->failed || (asked && !was_cut_off(l, &left))) {
		e->by = STATS_US;
		e->fault = c->failed;
		e->unsent = !sent;
		e->code = l->our_code;
		if (c->close_len > 2 && load16(c->close) == l->our_code)
			note_reason(e, c->close + 2, c->close_len - 2u);
	}
}

static void say_line(void *arg, const char *line)
{
	session_say(arg, STYLE_PLAIN, "  %s", line);
}

void command_stats(struct session *s, const char *args)
{
	(void)args;
	command_stats_tell(s, say_line, s);
}
