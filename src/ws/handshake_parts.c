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

bool ws_read_header(const char *text, struct ws_header *h)
{
	size_t n = strcspn(text, ":");
	struct http_span value = http_span_of(text + n);

	*h = (struct ws_header){ .name = { text, n } };
	if (!value.len) {
		h->name.len = n ? n - 1 : 0;
		h->value.p = text + n;
		return n && text[n - 1] == ';';
	}
	h->value = http_span_trim(
		(struct http_span){ value.p + 1, value.len - 1 });
	h->removes = !h->value.len;
	return true;
}

bool ws_next_header(const struct ws_handshake_config *config, const char *name,
	size_t *at, struct ws_header *h)
{
	while (*at < config->headers.n)
		if (ws_read_header(config->headers.v[(*at)++], h) &&
			http_span_is(h->name, name))
			return true;
	return false;
}

struct ws_deflate_config ws_deflate_wished(
	const struct ws_handshake_config *config)
{
	struct ws_deflate_config deflate = config->deflate;
	struct ws_header h;
	size_t at = 0;

	deflate.off |= ws_next_header(config, WS_EXTENSIONS, &at, &h);
	return deflate;
}

struct http_span ws_default_of(const char *text)
{
	return text ? http_span_of(text) : (struct http_span){ 0 };
}

static void put_list(struct ws_writer *w, const struct ws_default *f)
{
	ws_writer_text(w, f->name);
	for (size_t i = 0; i < f->list->n; i++) {
		ws_writer_text(w, i ? ", " : ": ");
		ws_writer_text(w, f->list->v[i]);
	}
	ws_writer_text(w, "\r\n");
}

/* A default field, or the user's in its place. */
static void put_default(struct ws_writer *w,
	const struct ws_handshake_config *config, const struct ws_default *f)
{
	struct ws_header h;
	size_t at = 0;
	bool replaced = false;

	while (ws_next_header(config, f->name, &at, &h)) {
		replaced = true;
		if (!h.removes)
			ws_writer_field(w, h.name, h.value);
	}
	if (!replaced && f->list && f->list->n)
		put_list(w, f);
	else if (!replaced && f->value.p)
		ws_writer_field(w, http_span_of(f->name), f->value);
}

static bool is_default(
	const struct ws_default *fields, size_t n, struct http_span name)
{
	for (size_t i = 0; i < n; i++)
		if (http_span_is(name, fields[i].name))
			return true;
	return false;
}

void ws_writer_fields(struct ws_writer *w,
	const struct ws_handshake_config *config,
	const struct ws_default *fields, size_t n)
{
	struct ws_header h;

	for (size_t i = 0; i < n; i++)
		put_default(w, config, &fields[i]);
	for (size_t i = 0; i < config->headers.n; i++)
		if (ws_read_header(config->headers.v[i], &h) && !h.removes &&
			!is_default(fields, n, h.name))
			ws_writer_field(w, h.name, h.value);
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
