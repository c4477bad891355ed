#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/head.h"

/*
 * The head parser, for a response and for a request: every prefix of a head
 * asks for more, every prefix of bytes that can become none asks for more up
 * to the first impossible byte; what stands behind a head changes nothing;
 * all spans lie inside it and hold what they may; and a head written anew from
 * its parts has the same parts.
 *
 *     input: the bytes of the peer
 */
struct kind {
	int (*read)(struct http_head *head, const uint8_t *p, size_t len);
	bool is_request;
};

static int parse(const struct kind *kind, struct http_head *head,
	const uint8_t *p, size_t len)
{
	head->nfields = SIZE_MAX;
	head->why = "not yet";
	return kind->read(head, guard_copy(p, len), len);
}

static bool inside(struct http_span span, const uint8_t *p, size_t len)
{
	const char *first = (const char *)p;

	return span.len <= len && span.p >= first &&
	       span.p + span.len <= first + len;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static void check_text(struct http_span text, bool blanks)
{
	for (size_t i = 0; i < text.len; i++) {
		bool blank = text.p[i] == ' ' || text.p[i] == '\t';

		REQUIRE(blank ? blanks : !is_control(text.p[i]));
	}
	REQUIRE(http_span_trim(text).len == text.len);
}

/* The elements of a value taken as a list. */
static void check_list(struct http_span value)
{
	struct http_span list = value, element;
	size_t total = 0;

	while (http_list_next(&list, &element)) {
		REQUIRE(inside(element, (const uint8_t *)value.p, value.len));
		REQUIRE(element.len > 0);
		check_text(element, true);
		total += element.len;
	}
	REQUIRE(list.len == 0 && total <= value.len);
}

static void check_field(
	const struct http_head *head, size_t i, const uint8_t *p, size_t len)
{
	struct http_span name = head->fields[i].name;
	struct http_span value = head->fields[i].value;
	char text[64];
	size_t at = i;

	REQUIRE(inside(name, p, len) && inside(value, p, len));
	REQUIRE(http_is_token(name));
	check_text(value, true);
	check_list(value);
	if (name.len >= sizeof(text))
		return;
	memcpy(text, name.p, name.len);
	text[name.len] = '\0';
	REQUIRE(http_head_find(head, text, &at) == &head->fields[i]);
	REQUIRE(at == i + 1 && http_head_count(head, text) > 0);
}

static void check_head(const struct kind *kind, const struct http_head *head,
	const uint8_t *p, size_t len)
{
	REQUIRE(head->minor >= 0 && head->minor <= 9);
	REQUIRE(head->nfields <= HTTP_FIELDS_MAX);
	if (kind->is_request) {
		REQUIRE(inside(head->method, p, len));
		REQUIRE(inside(head->target, p, len));
		REQUIRE(http_is_token(head->method) && head->target.len);
		check_text(head->target, false);
	} else {
		REQUIRE(head->status >= 100 && head->status <= 999);
		REQUIRE(inside(head->reason, p, len));
		check_text(head->reason, true);
	}
	for (size_t i = 0; i < head->nfields; i++)
		check_field(head, i, p, len);
}

static void gather_text(struct gathered *out, const char *text)
{
	gather(out, text, strlen(text));
}

static void gather_span(struct gathered *out, struct http_span span)
{
	gather(out, span.p, span.len);
}

static void write_head(struct gathered *out, const struct kind *kind,
	const struct http_head *head)
{
	char line[32];

	out->len = 0;
	if (kind->is_request) {
		gather_span(out, head->method);
		gather_text(out, " ");
		gather_span(out, head->target);
		snprintf(line, sizeof(line), " HTTP/1.%d", head->minor);
		gather_text(out, line);
	} else {
		snprintf(line, sizeof(line), "HTTP/1.%d %d ", head->minor,
			head->status);
		gather_text(out, line);
		gather_span(out, head->reason);
	}
	gather_text(out, "\r\n");
	for (size_t i = 0; i < head->nfields; i++) {
		gather_span(out, head->fields[i].name);
		gather_text(out, ":");
		gather_span(out, head->fields[i].value);
		gather_text(out, "\r\n");
	}
	gather_text(out, "\r\n");
}

/* A head from its first line to its last, in one form: to compare them. */
static void check_written_anew(
	const struct kind *kind, const struct http_head *head)
{
	static struct http_head again;
	static struct gathered written, twice;

	write_head(&written, kind, head);
	if (written.len > HTTP_HEAD_MAX)
		return;
	REQUIRE(parse(kind, &again, written.p, written.len) ==
		(int)written.len);
	write_head(&twice, kind, &again);
	REQUIRE(gathered_same(&written, &twice));
}

/* Each prefix of a short input; of a long one those near `end` and some. */
static bool prefix_counts(size_t n, size_t end, struct dice *dice)
{
	enum { ALL = 600, NEAR = 4, ONE_OF = 64 };

	return n < ALL || n + NEAR > end || dice_roll(dice, ONE_OF) == 0;
}

static void check_prefixes(
	const struct kind *kind, const uint8_t *data, size_t size, int result)
{
	static struct http_head head;
	struct dice dice = dice_of((unsigned)size);
	size_t end = result > 0 ? (size_t)result : size;
	bool failed = false;

	for (size_t n = 0; n < end; n++) {
		if (!prefix_counts(n, end, &dice))
			continue;

		int r = parse(kind, &head, data, n);

		REQUIRE(r == 0 || (r == -1 && result == -1));
		REQUIRE((r == -1) == (head.why != NULL));
		/* Once impossible, always impossible. */
		REQUIRE(r == -1 || !failed);
		failed = r == -1;
	}
	if (result > 0) {
		REQUIRE(parse(kind, &head, data, end) == result);
		REQUIRE(parse(kind, &head, data, size) == result);
	}
}

static void check(const struct kind *kind, const uint8_t *data, size_t size)
{
	static struct http_head head;
	const uint8_t *p = guard_copy_slot(1, data, size);
	int r = kind->read(&head, p, size);

	REQUIRE(r >= -1 && r <= (int)size);
	if (r > 0) {
		check_head(kind, &head, p, (size_t)r);
		check_written_anew(kind, &head);
	}
	check_prefixes(kind, data, size, r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct kind kinds[] = {
		{ http_head_response, false },
		{ http_head_request, true },
	};

	if (size > GUARD_MAX)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		check(&kinds[i], data, size);
	return 0;
}
