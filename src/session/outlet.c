#include "session/outlet.h"

/* Whether the message at hand, or the next one, is for this one. */
static bool is_taker(const struct outlet *t, const struct outlet_target *target)
{
	return t->inside || t->begun ? target->o->share.taking : target->chosen;
}

bool outlet_ready(const struct outlet *t, enum sender sender)
{
	bool any = t->inside;

	if (t->only)
		return outgoing_ready(t->only, sender);
	if (t->begun)
		return true;
	for (size_t i = 0; i < t->n; i++) {
		if (!is_taker(t, &t->v[i]))
			continue;
		if (!outgoing_ready(t->v[i].o, sender))
			return false;
		any = true;
	}
	return any;
}

bool outlet_waits(const struct outlet *t, enum sender sender,
	const struct outlet_target *target)
{
	if (!is_taker(t, target))
		return false;
	return t->begun ? !target->o->share.done
			: !outgoing_ready(target->o, sender);
}

static bool is_named(const struct outlet_target *target, unsigned number)
{
	return number ? target->number == number : target->chosen;
}

/* Who is there when a message begins gets all of it. */
static void begin_piece(struct outlet *t, unsigned number, bool first)
{
	bool any = false;

	for (size_t i = 0; i < t->n; i++) {
		struct outgoing_share *share = &t->v[i].o->share;

		if (first)
			share->taking = is_named(&t->v[i], number);
		share->at = 0;
		share->done = false;
		any = any || share->taking;
	}
	if (first && !any)
		t->missed = number;
	t->begun = true;
}

static void end_piece(struct outlet *t, bool last)
{
	t->begun = false;
	t->inside = !last;
	for (size_t i = 0; last && i < t->n; i++)
		t->v[i].o->share.taking = false;
}

bool outlet_put(struct outlet *t, enum sender sender, unsigned number,
	enum ws_opcode opcode, const uint8_t *data, size_t len, bool first,
	bool last, size_t *at)
{
	bool done = true;

	if (t->only)
		return outgoing_put(
			t->only, sender, opcode, data, len, last, at);
	if (!t->begun)
		begin_piece(t, number, first);
	for (size_t i = 0; i < t->n; i++) {
		struct outgoing *o = t->v[i].o;
		struct outgoing_share *share = &o->share;

		if (share->taking && !share->done)
			share->done = !ws_conn_may_send(o->conn) ||
				      outgoing_put(o, sender, opcode, data, len,
					      last, &share->at);
		done = done && (share->done || !share->taking);
	}
	if (!done)
		return false;
	*at = len;
	end_piece(t, last);
	return true;
}

bool outlet_control(struct outlet *t, unsigned number, enum ws_opcode opcode,
	const void *payload, size_t len)
{
	bool any = false, sent = false;

	if (t->only)
		return outgoing_control(t->only, opcode, payload, len);
	for (size_t i = 0; i < t->n; i++) {
		if (!is_named(&t->v[i], number))
			continue;
		any = true;
		sent = outgoing_control(t->v[i].o, opcode, payload, len) ||
		       sent;
	}
	if (!any)
		t->missed = number;
	return sent || (!any && number);
}

bool outlet_raw(
	struct outlet *t, unsigned number, const struct rawframe *f, size_t *at)
{
	bool done = true;

	if (t->only)
		return raw_put(t->only, f, at);
	if (!t->begun)
		begin_piece(t, number, true);
	for (size_t i = 0; i < t->n; i++) {
		struct outgoing *o = t->v[i].o;
		struct outgoing_share *share = &o->share;
		size_t before = share->at;

		if (share->taking && !share->done)
			share->done = !ws_conn_may_send(o->conn) ||
				      raw_put(o, f, &share->at);
		*at += share->at - before;
		done = done && (share->done || !share->taking);
	}
	if (done)
		end_piece(t, true);
	return done;
}

bool outlet_raw_ready(const struct outlet *t)
{
	return t->only && t->only->conn->close_sent && raw_ready(t->only);
}

bool outlet_raw_closed(const struct outlet *t)
{
	return t->only && t->only->raw.closed;
}

void outlet_forget(struct outlet *t)
{
	t->begun = false;
	end_piece(t, true);
}

bool outlet_written(const struct outlet *t)
{
	if (t->only)
		return buf_len(t->only->out) == 0;
	for (size_t i = 0; i < t->n; i++)
		if (buf_len(t->v[i].o->out) > 0)
			return false;
	return true;
}
