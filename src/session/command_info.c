#include "session/command_info.h"

#include "session/session.h"

#include <inttypes.h>

static void tell_connection(struct session *s)
{
	char extension[WS_EXTENSION_TEXT] = "none";

	if (s->deflate_agreed)
		ws_extension_text(extension, &s->params);
	session_say(s, STYLE_PLAIN, "  %-13s %s", "url", s->url);
	session_say(s, STYLE_PLAIN, "  %-13s %s", "address", s->address);
	if (s->net->secure)
		session_say(s, STYLE_PLAIN, "  %-13s %s, %s", "tls",
			s->net->secure, s->net->cipher);
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
	tell_connection(s);
	session_say(s, STYLE_PLAIN, "  %-13s %" PRId64 ":%02d", "open for",
		open_s / 60, (int)(open_s % 60));
	session_say(s, STYLE_PLAIN, "  %-13s %" PRIu64 " (%" PRIu64 " bytes)",
		"messages in", s->messages, s->bytes_in);
	session_say(s, STYLE_PLAIN, "  %-13s %" PRIu64 " (%" PRIu64 " bytes)",
		"messages out", s->outgoing.messages, s->outgoing.bytes);
}
