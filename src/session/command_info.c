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

/* What others counted. */
static void collect(struct link *l)
{
	struct stats *stats = &l->stats;

	stats->client = l->number;
	if (!stats->phases.upgraded)
		return;
	stats->in.compressed = l->conn.inflated;
	stats->out.compressed = l->conn.deflated;
	stats->in.messages = l->messages;
	stats->in.bytes = l->bytes_in;
	stats->out.messages = l->outgoing.messages - l->outgoing.raw.no_message;
	stats->out.binary = l->outgoing.binary;
	stats->out.bytes = l->outgoing.bytes;
	for (unsigned i = 0; i < WS_OPCODES; i++) {
		stats->in.frames[i] = ws_conn_came(&l->conn, i);
		stats->out.frames[i] = l->conn.out_frames[i];
	}
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

void command_stats_end(struct session *s)
{
	const struct link *l = s->link;
	const struct ws_conn *c = &l->conn;
	const bool ours = l->asked != ASKED_NOTHING;
	struct stats_end *e = &s->link->stats.end;

	*e = (struct stats_end){ .by = STATS_LOST, .at_ns = clock_now_ns() };
	if (l->peer_closed) {
		e->by = ours ? STATS_US : STATS_PEER;
		e->answered = ours;
		e->clean = c->close_sent;
		e->code = l->peer_code;
		note_reason(e, l->peer_reason, strlen(l->peer_reason));
	} else if (ours || c->failed) {
		e->by = STATS_US;
		e->fault = c->failed;
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
