#include "session/outlet.h"

bool outlet_ready(const struct outlet *t, enum sender sender)
{
	if (t->only)
		return outgoing_ready(t->only, sender);
	if (t->begun)
		return true;
	for (size_t i = 0; i < t->n; i++)
		if (!outgoing_ready(t->v[i], sender))
			return false;
	return t->n > 0;
}

/* Who is there when a message begins gets all of it. */
static void begin_piece(struct outlet *t, bool first)
{
	for (size_t i = 0; i < t->n; i++) {
		t->v[i]->share.taking = first || t->v[i]->share.taking;
		t->v[i]->share.at = 0;
		t->v[i]->share.done = !t->v[i]->share.taking;
	}
	t->begun = true;
}

bool outlet_put(struct outlet *t, enum sender sender, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool first, bool last, size_t *at)
{
	bool done = true;

	if (t->only)
		return outgoing_put(
			t->only, sender, opcode, data, len, last, at);
	if (!t->begun)
		begin_piece(t, first);
	for (size_t i = 0; i < t->n; i++) {
		struct outgoing *o = t->v[i];

		if (!o->share.done && ws_conn_may_send(o->conn))
			o->share.done = outgoing_put(o, sender, opcode, data,
				len, last, &o->share.at);
		else
			o->share.done = true;
		done = done && o->share.done;
	}
	if (!done)
		return false;
	t->begun = false;
	*at = len;
	for (size_t i = 0; last && i < t->n; i++)
		t->v[i]->share.taking = false;
	return true;
}

bool outlet_control(struct outlet *t, enum ws_opcode opcode,
	const void *payload, size_t len)
{
	bool sent = false;

	if (t->only)
		return outgoing_control(t->only, opcode, payload, len);
	for (size_t i = 0; i < t->n; i++)
		sent = outgoing_control(t->v[i], opcode, payload, len) || sent;
	return sent;
}

bool outlet_written(const struct outlet *t)
{
	if (t->only)
		return buf_len(t->only->out) == 0;
	for (size_t i = 0; i < t->n; i++)
		if (buf_len(t->v[i]->out) > 0)
			return false;
	return true;
}
