#include "http/head.h"

#include <string.h>

/* A position in the bytes. The functions that move it give back 1 (done), 0
 * (more is needed) or -1 (malformed: why says how). */
struct scan {
	const char *p;
	size_t len, at;
	const char *why;
};

static int malformed(struct scan *s, const char *why)
{
	s->why = why;
	return -1;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_eol(char c)
{
	return c == '\r' || c == '\n';
}

static bool is_token_char(char c)
{
	/* strchr() would find the NUL that ends the list. */
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* What a reason, a target or a value may have in it, blanks aside: visible
 * characters and obs-text. */
static bool is_visible(char c)
{
	return (unsigned char)c > 0x20 && c != 0x7f;
}

static struct http_span span_from(const struct scan *s, size_t start)
{
	return (struct http_span){ s->p + start, s->at - start };
}

static int read_literal(struct scan *s, const char *text, const char *why)
{
	for (; *text; text++, s->at++) {
		if (s->at == s->len)
			return 0;
		if (s->p[s->at] != *text)
			return malformed(s, why);
	}
	return 1;
}

static int read_eol(struct scan *s)
{
	if (s->p[s->at] == '\n') {
		s->at++;
		return 1;
	}
	if (s->at + 1 == s->len)
		return 0;
	if (s->p[s->at + 1] != '\n')
		return malformed(s, "a bare CR in the head");
	s->at += 2;
	return 1;
}

/* The rest of the line, without the blanks around it. */
static int read_text(struct scan *s, struct http_span *text)
{
	size_t start = s->at;

	for (; s->at < s->len && !is_eol(s->p[s->at]); s->at++) {
		char c = s->p[s->at];

		if (!c)
			return malformed(s, "a NUL byte in the head");
		if (!is_visible(c) && !is_blank(c))
			return malformed(s, "a control character in the head");
	}
	if (s->at == s->len)
		return 0;
	*text = http_span_trim(span_from(s, start));
	return read_eol(s);
}

/* A token, up to the byte behind it. */
static int read_token(struct scan *s, struct http_span *token)
{
	size_t start = s->at;

	while (s->at < s->len && is_token_char(s->p[s->at]))
		s->at++;
	if (s->at == s->len)
		return 0;
	*token = span_from(s, start);
	return 1;
}

/* HTTP/1.x */
static int read_version(struct scan *s, int *minor)
{
	int r = read_literal(s, "HTTP/1.", "it is not HTTP/1");

	if (r <= 0)
		return r;
	if (s->at == s->len)
		return 0;
	if (!is_digit(s->p[s->at]))
		return malformed(s, "it is not HTTP/1");
	*minor = s->p[s->at++] - '0';
	return 1;
}

static int read_status(struct scan *s, int *status)
{
	static const char why[] = "the status is not three digits";

	*status = 0;
	for (int i = 0; i < 3; i++, s->at++) {
		if (s->at == s->len)
			return 0;
		if (!is_digit(s->p[s->at]) || (i == 0 && s->p[s->at] == '0'))
			return malformed(s, why);
		*status = *status * 10 + (s->p[s->at] - '0');
	}
	/* A status line that ends here lacks only the blank before its empty
	 * reason: servers do that, and everybody understands them. */
	if (s->at == s->len)
		return 0;
	if (s->p[s->at] != ' ' && !is_eol(s->p[s->at]))
		return malformed(s, why);
	return 1;
}

static int read_status_line(struct scan *s, struct http_head *head)
{
	int r = read_version(s, &head->minor);

	if (r > 0)
		r = read_literal(s, " ", "no blank after the HTTP version");
	if (r > 0)
		r = read_status(s, &head->status);
	if (r > 0)
		r = read_text(s, &head->reason);
	return r;
}

static int read_target(struct scan *s, struct http_span *target)
{
	size_t start = s->at;

	while (s->at < s->len && is_visible(s->p[s->at]))
		s->at++;
	if (s->at == s->len)
		return 0;
	*target = span_from(s, start);
	if (!target->len)
		return malformed(s, "the request has no target");
	return read_literal(s, " ", "no HTTP version after the target");
}

static int read_request_line(struct scan *s, struct http_head *head)
{
	int r = read_token(s, &head->method);

	if (r > 0 && !head->method.len)
		return malformed(s, "it does not start with a method");
	if (r > 0)
		r = read_literal(s, " ", "no method that is a token");
	if (r > 0)
		r = read_target(s, &head->target);
	if (r > 0)
		r = read_version(s, &head->minor);
	if (r <= 0)
		return r;
	if (s->at == s->len)
		return 0;
	if (!is_eol(s->p[s->at]))
		return malformed(s, "something after the HTTP version");
	return read_eol(s);
}

static int read_field(struct scan *s, struct http_field *field)
{
	if (is_blank(s->p[s->at]))
		return malformed(s, "a folded line in the head");

	int r = read_token(s, &field->name);

	if (r <= 0)
		return r;

	char c = s->p[s->at];

	if (is_blank(c))
		return malformed(s, "a blank in or after a field's name");
	if (is_eol(c))
		return malformed(s, "a line without a colon in the head");
	if (!c)
		return malformed(s, "a NUL byte in the head");
	if (c != ':' || !field->name.len)
		return malformed(s, "a field's name is not a token");
	s->at++;
	return read_text(s, &field->value);
}

static int read_fields(struct scan *s, struct http_head *head)
{
	while (s->at < s->len) {
		if (is_eol(s->p[s->at]))
			return read_eol(s);
		if (head->nfields == HTTP_FIELDS_MAX)
			return malformed(s, "more than 256 fields in the head");

		int r = read_field(s, &head->fields[head->nfields]);

		if (r <= 0)
			return r;
		head->nfields++;
	}
	return 0;
}

static int read_head(struct http_head *head, const uint8_t *p, size_t len,
	int (*read_first)(struct scan *, struct http_head *))
{
	struct scan s = { .p = (const char *)p, .len = len };

	if (s.len > HTTP_HEAD_MAX)
		s.len = HTTP_HEAD_MAX;
	head->minor = head->status = 0;
	head->reason = head->method = head->target = (struct http_span){ 0 };
	head->nfields = 0;
	head->why = NULL;

	int r = s.len ? read_first(&s, head) : 0;

	if (r > 0)
		r = read_fields(&s, head);
	if (r == 0 && s.len == HTTP_HEAD_MAX)
		r = malformed(&s, "the head is over 64 KiB");
	head->why = s.why;
	return r > 0 ? (int)s.at : r;
}

int http_head_response(struct http_head *head, const uint8_t *p, size_t len)
{
	return read_head(head, p, len, read_status_line);
}

int http_head_request(struct http_head *head, const uint8_t *p, size_t len)
{
	return read_head(head, p, len, read_request_line);
}

const struct http_field *http_head_find(
	const struct http_head *head, const char *name, size_t *at)
{
	while (*at < head->nfields) {
		const struct http_field *field = &head->fields[(*at)++];

		if (http_span_is(field->name, name))
			return field;
	}
	return NULL;
}

size_t http_head_count(const struct http_head *head, const char *name)
{
	size_t at = 0, n = 0;

	while (http_head_find(head, name, &at))
		n++;
	return n;
}

bool http_head_has_token(
	const struct http_head *head, const char *name, const char *token)
{
	const struct http_field *field;
	size_t at = 0;

	while ((field = http_head_find(head, name, &at))) {
		struct http_span list = field->value, element;

		while (http_list_next(&list, &element))
			if (http_span_is(element, token))
				return true;
	}
	return false;
}

bool http_span_is(struct http_span span, const char *text)
{
	if (span.len != strlen(text))
		return false;
	for (size_t i = 0; i < span.len; i++)
		if (lower(span.p[i]) != lower(text[i]))
			return false;
	return true;
}

bool http_span_equals(struct http_span a, struct http_span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

struct http_span http_span_trim(struct http_span span)
{
	while (span.len && is_blank(span.p[0])) {
		span.p++;
		span.len--;
	}
	while (span.len && is_blank(span.p[span.len - 1]))
		span.len--;
	return span;
}

/* Where the element at the start of a list ends: at a comma outside quotes,
 * or at the list's end. */
static size_t element_len(struct http_span list)
{
	bool quoted = false;
	size_t i = 0;

	for (; i < list.len && (quoted || list.p[i] != ','); i++) {
		if (list.p[i] == '"')
			quoted = !quoted;
		else if (quoted && list.p[i] == '\\' && i + 1 < list.len)
			i++;
	}
	return i;
}

bool http_list_next(struct http_span *list, struct http_span *element)
{
	while (list->len) {
		size_t n = element_len(*list);

		*element = http_span_trim((struct http_span){ list->p, n });
		if (n < list->len)
			n++;
		list->p += n;
		list->len -= n;
		if (element->len)
			return true;
	}
	return false;
}

bool http_is_token(struct http_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_token_char(text.p[i]))
			return false;
	return text.len > 0;
}
