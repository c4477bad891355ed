#include "ws/handshake_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ws_writer_begin(struct ws_writer *w, struct buf *out)
{
	size_t room = buf_room(out);

	*w = (struct ws_writer){
		.out = out, .p = (char *)buf_reserve(out, room), .cap = room
	};
}

void ws_writer_put(struct ws_writer *w, struct http_span text)
{
	if (text.len > w->cap - w->len)
		w->full = true;
	if (w->full || !text.len)
		return;
	memcpy(w->p + w->len, text.p, text.len);
	w->len += text.len;
}

void ws_writer_text(struct ws_writer *w, const char *text)
{
	ws_writer_put(w, http_span_of(text));
}

void ws_writer_field(
	struct ws_writer *w, struct http_span name, struct http_span value)
{
	ws_writer_put(w, name);
	ws_writer_text(w, value.len ? ": " : ":");
	ws_writer_put(w, value);
	ws_writer_text(w, "\r\n");
}

bool ws_writer_finish(struct ws_writer *w)
{
	if (w->full)
		return false;
	buf_commit(w->out, w->len);
	return true;
}

int ws_quoted(struct http_span text)
{
	return text.len < WS_QUOTED_MAX ? (int)text.len : WS_QUOTED_MAX;
}

bool ws_fault(
	const struct ws_side *side, struct err *err, const char *format, ...)
{
	char why[sizeof(err->line) - 80];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return err_set(err, ERR_HANDSHAKE, "not a WebSocket %s: %s (%s)",
		side->what, why, side->section);
}

bool ws_fault_field(const struct ws_side *side, const struct http_field *field,
	const char *expected, struct err *err)
{
	return ws_fault(side, err, "%.*s is \"%.*s\", it should be %s",
		ws_quoted(field->name), field->name.p, ws_quoted(field->value),
		field->value.p, expected);
}

const struct http_field *ws_find_once(const struct ws_side *side,
	const struct http_head *head, const char *name, struct err *err)
{
	size_t at = 0;
	const struct http_field *field = http_head_find(head, name, &at);

	if (field && !http_head_find(head, name, &at))
		return field;
	ws_fault(side, err, "%s is %s", name,
		field ? "given more than once" : "missing");
	return NULL;
}

bool ws_is_listed(const struct strings *list, struct http_span name)
{
	for (size_t i = 0; i < list->n; i++)
		if (http_span_equals(http_span_of(list->v[i]), name))
			return true;
	return false;
}

bool ws_check_connection(const struct ws_side *side,
	const struct http_head *head, struct err *err)
{
	size_t at = 0;
	const struct http_field *field =
		http_head_find(head, "Connection", &at);

	if (http_head_has_token(head, "Connection", "Upgrade"))
		return true;
	if (!field)
		return ws_fault(side, err, "Connection is missing");
	return ws_fault_field(side, field, "\"Upgrade\"", err);
}
