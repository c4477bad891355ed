#include "session/command_info.h"

#include "net/tls.h"
#include "session/session.h"

#include <inttypes.h>
#include <stdio.h>

/* A line of net/tls, in the column of the others. */
static void say_tls(void *arg, const char *line)
{
	session_say(arg, STYLE_PLAIN, "  %-13s %s", "tls", line);
}

static void tell_connection(struct session *s)
{
	char extension[WS_EXTENSION_TEXT] = "none";

	if (s->deflate_agreed)
		ws_extension_text(extension, &s->params);
	session_say(s, STYLE_PLAIN, "  %-13s %s", "url", s->url);
	session_say(s, STYLE_PLAIN, "  %-13s %s", "address", s->address);
	if (s->net->secure)
		tls_tell(s->net, say_tls, s);
	else
		session_say(s, STYLE_PLAIN, "  %-13s none", "tls");
	session_say(s, STYLE_PLAIN, "  %-13s %s", "subprotocol",
		s->subprotocol[0] ? s->subprotocol : "none");
	session_say(s, STYLE_PLAIN, "  %-13s %s", "extension", extension);
}

void command_info(struct session *s, const char *args)
{
	int64_t open_s = (s->now_ns - s->opened_ns) / 1000000000;

	(void)args;
	if (!s->net) {
		session_say(s, STYLE_ERROR, "%s", s->why_not);
		return;
	}
	tell_connection(s);
	session_say(s, STYLE_PLAIN, "  %-13s %" PRId64 ":%02d", "open for",
		open_s / 60, (int)(open_s % 60));
	session_say(s, STYLE_PLAIN, "  %-13s %" PRIu64 " (%" PRIu64 " bytes)",
		"messages in", s->messages - s->messages_before,
		s->bytes_in - s->bytes_before);
	session_say(s, STYLE_PLAIN, "  %-13s %" PRIu64 " (%" PRIu64 " bytes)",
		"messages out", s->outgoing.messages, s->outgoing.bytes);
}

/* --- statistics --- */

/* How the connection ended. */
static void tell_how(const struct session *s, char *out, size_t cap)
{
	bool ours = s->asked != ASKED_NOTHING;

	if (s->peer_closed)
		snprintf(out, cap, "%s: %u (%s)",
			ours ? "closed by us, answered"
			     : "closed by the other end",
			s->peer_code, ws_close_name(s->peer_code));
	else if (s->conn.failed)
		snprintf(out, cap, "closed by us: %u (%s)", s->our_code,
			ws_close_name(s->our_code));
	else if (ours)
		snprintf(out, cap, "closed by us: %u (%s), not answered",
			s->our_code, ws_close_name(s->our_code));
	else
		snprintf(out, cap, "lost, without a close frame");
}

void command_stats_tell(
	struct session *s, void (*say)(void *arg, const char *line), void *arg)
{
	const bool open = s->net && s->ended_ns < s->opened_ns;
	const struct outgoing *o = &s->outgoing;
	struct stats_end end = {
		.now_ns = open ? clock_now_ns() : s->ended_ns,
		.how = open ? NULL : s->ended_how,
		.compressed = s->deflate_agreed,
	};

	s->stats.in.messages = s->messages - s->messages_before;
	s->stats.in.bytes = s->bytes_in - s->bytes_before;
	s->stats.out.messages = o->messages;
	s->stats.out.binary = o->binary;
	s->stats.out.bytes = o->bytes;
	s->stats.out.pings = o->pings;
	s->stats.out.pongs = o->pongs;
	stats_tell(&s->stats, &end, say, arg);
}

void command_stats_end(struct session *s)
{
	s->ended_ns = clock_now_ns();
	tell_how(s, s->ended_how, sizeof(s->ended_how));
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
