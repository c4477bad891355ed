#include "session/command_raw.h"

#include "session/session.h"
#include "ui/diag.h"

#include <stdlib.h>
#include <string.h>

/* --- the commands --- */

/* Any frame may go while there is a connection, behind a close, too. */
static const char *refusal(const struct session *s)
{
	const struct link *l = s->link;

	if (!l->net)
		return s->why_not;
	return l->outgoing.raw.given_up || l->fin_sent || l->net_broken
		       ? "the connection is closing"
		       : NULL;
}

static void send_frame(
	struct session *s, bool raw, const char *name, const char *args)
{
	struct rawframe *f = malloc(sizeof(*f));
	char why[RAWFRAME_WHY];
	const char *refused = refusal(s);

	if (!f)
		abort();
	rawframe_init(f, raw);
	if (!rawframe_parse(f, args, why)) {
		session_say(s, STYLE_ERROR, "/%s: %s", name, why);
	} else if (refused) {
		session_say(s, STYLE_ERROR, "not sent: %s", refused);
	} else {
		input_type(&s->input, (struct typed_item){ .frame = f });
		return;
	}
	rawframe_release(f);
	free(f);
}

void command_frame(struct session *s, const char *args)
{
	if (args[0])
		send_frame(s, false, "frame", args);
	else
		session_say(s, STYLE_ERROR,
			"/frame: which one? fin= rsv= opcode= mask= len= "
			"lenbits= code= reason= cut= pause= and one of text: "
			"hex: base64: fill: (as in /frame fin=0 text:Hel)");
}

void command_raw(struct session *s, const char *args)
{
	if (args[0])
		send_frame(s, true, "raw", args);
	else
		session_say(s, STYLE_ERROR,
			"/raw: which bytes? (as in /raw hex:8100)");
}

/* --- on its way --- */

static void say(struct session *s, const char *line)
{
	if (s->repl)
		session_say(s, STYLE_CONTROL, "%s", line);
	else if (s->config->verbose)
		diag_star("%s", line);
}

static void tell_doubts(struct session *s)
{
	static const char before[] = "not vouched for any more: ";
	char line[sizeof(before) + RAWFRAME_DOUBTS];
	size_t n = sizeof(before) - 1;

	memcpy(line, before, n);
	raw_doubts(&s->link->outgoing, line + n);
	if (line[n])
		say(s, line);
}

/* As session_close() does, where the frame itself was the close. */
static void note_close(struct session *s)
{
	struct link *l = s->link;

	if (!l->outgoing.raw.closed || l->closing_since_ns != 0)
		return;
	if (l->asked == ASKED_NOTHING)
		l->asked = ASKED_END;
	l->closing_since_ns = clock_now_ns();
	l->our_code = l->outgoing.raw.code;
}

bool raw_turn(struct session *s)
{
	struct link *l = s->link;
	struct outgoing *o = &l->outgoing;

	note_close(s);
	if (o->busy != SENDER_RAW)
		return false;
	if (o->raw.began)
		tell_doubts(s);
	o->raw.began = false;
	if (raw_give_up(o)) {
		say(s, "the frame is left unfinished: the connection ends "
		       "without a close frame");
		transport_shutdown(l->net);
		l->fin_sent = true;
	}
	return raw_wake(o, s->now_ns);
}

bool raw_goes_on(const struct session *s)
{
	const struct link *l = s->link;

	return l->outgoing.raw.closed && l->asked == ASKED_END &&
	       !l->net_broken;
}
