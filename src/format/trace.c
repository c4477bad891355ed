#include "format/trace.h"

#include "base/bytes.h"
#include "format/escape.h"
#include "ws/close.h"

#include <stdarg.h>
#include <stdio.h>

static const struct trace_colors no_colors = { "", "", "", "", "", "" };

static const struct trace_colors *colors(const struct trace *t)
{
	return t->config->colors ? t->config->colors : &no_colors;
}

/* --- a frame's line --- */

enum {
	REASON_MAX = WS_CONTROL_MAX - 2,
	ESCAPED_MOST = 4, /* bytes that one of a reason can become */
};

/* A line being written into memory that all of it fits in. */
struct line {
	char text[TRACE_ROOM];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(
	struct line *l, const char *format, ...)
{
	size_t room = sizeof(l->text) - l->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->text + l->len, room, format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < room);
	l->len += (size_t)n;
}

/* Microseconds, as what is before them. */
static void add_times(struct line *l, const struct trace_when *when)
{
	uint64_t us = when->since_ns > 0 ? (uint64_t)when->since_ns / 1000 : 0;
	char since[32];

	snprintf(since, sizeof(since), "+%llu.%06llu",
		(unsigned long long)(us / 1000000),
		(unsigned long long)(us % 1000000));
	add(l, "%.*s %10s", TRACE_TIME_MAX - 1, when->time, since);
}

static void add_opcode(struct line *l, unsigned opcode)
{
	switch (opcode) {
	case WS_CONTINUATION:
		add(l, "%-6s", "cont");
		break;
	case WS_TEXT:
	case WS_BINARY:
	case WS_CLOSE:
	case WS_PING:
	case WS_PONG:
		add(l, "%-6s", ws_opcode_name(opcode));
		break;
	default:
		add(l, "op%-4u", opcode);
		break;
	}
}

static void add_mask(struct line *l, const struct ws_frame *f)
{
	if (f->masked)
		add(l, "mask=%02x%02x%02x%02x", f->key[0], f->key[1], f->key[2],
			f->key[3]);
	else
		add(l, "mask=%-8s", "-");
}

static void add_fault(
	struct line *l, const struct trace_colors *c, const char *what)
{
	add(l, " %s(%s)%s", c->fault, what, c->off);
}

/* How long it is, how much of that came, and what that was inflated. */
static void add_lengths(struct line *l, const struct trace_colors *c,
	const struct ws_sighting *s)
{
	uint8_t shortest[WS_HEADER_MAX];

	add(l, " len=%llu", (unsigned long long)s->frame.len);
	if (s->came < s->frame.len)
		add(l, " came=%llu", (unsigned long long)s->came);
	if (s->type == WS_SIGHTING_END)
		add(l, " end=1");
	switch (s->how) {
	case WS_INFLATED_NOT:
		break;
	case WS_INFLATED_GOOD:
	case WS_INFLATED_BROKEN:
		add(l, " inflated=%llu", (unsigned long long)s->inflated);
		break;
	case WS_INFLATED_LOST:
		add(l, " inflated=?");
		break;
	}
	if (s->how == WS_INFLATED_BROKEN)
		add_fault(l, c, "no DEFLATE data");
	if (s->cut)
		add_fault(l, c, "cut off");
	if (ws_frame_write(shortest, &s->frame) < s->header_len)
		add_fault(l, c, "length not in its shortest form");
}

/* A reason between quotation marks. */
static void add_reason(struct line *l, const uint8_t *p, size_t len)
{
	char safe[ESCAPED_MOST * REASON_MAX + 1];
	bool cut = len > REASON_MAX;

	if (cut)
		len = REASON_MAX;
	add(l, " reason=\"");
	for (size_t at = 0; at < len;) {
		const uint8_t *mark = memchr(p + at, '"', len - at);
		size_t n = mark ? (size_t)(mark - p) - at : len - at;

		add(l, "%s%s", escape_line(safe, sizeof(safe), p + at, n),
			mark ? "\\x22" : "");
		at += n + (mark != NULL);
	}
	add(l, "\"%s", cut ? " ..." : "");
}

static void add_close(struct line *l, const struct ws_sighting *s)
{
	unsigned code;

	if (s->payload_len < 2) {
		if (s->came == s->frame.len)
			add(l, " code=-");
		return;
	}
	code = load16(s->payload);
	add(l, " code=%u (%s)", code, ws_close_name(code));
	if (s->payload_len > 2)
		add_reason(l, s->payload + 2, s->payload_len - 2);
}

static void add_frame(struct line *l, const struct trace *t)
{
	const struct trace_colors *c = colors(t);
	const struct ws_sighting *s = &t->frame;
	const struct ws_frame *f = &s->frame;

	if (ws_opcode_is_control(f->opcode))
		add(l, "%s%s", c->off, c->control);
	add_opcode(l, f->opcode);
	add(l, "%s fin=%d rsv=%u ", c->off, f->fin, f->rsv);
	if (s->type == WS_SIGHTING_PART) {
		add(l, "header=%zu", s->header_len);
		if (s->cut)
			add_fault(l, c, "cut off");
		return;
	}
	add_mask(l, f);
	add_lengths(l, c, s);
	if (s->message)
		add(l, " msg=%llu", (unsigned long long)s->message);
	if (s->message && (!f->fin || s->in_message > 1))
		add(l, " frame=%llu", (unsigned long long)s->in_message);
	if (f->opcode == WS_CLOSE)
		add_close(l, s);
}

static void put_line(const struct trace *t, struct buf *out)
{
	const struct trace_colors *c = colors(t);
	struct line l;

	l.len = 0;
	add(&l, "%s", c->faint);
	add_times(&l, &t->when);
	add(&l, "%s %s%-3s ", c->off, t->when.out ? c->out : c->in,
		t->when.out ? "out" : "in");
	if (t->when.client)
		add(&l, "client=%llu ", (unsigned long long)t->when.client);
	add_frame(&l, t);
	add(&l, "\n");
	buf_put(out, l.text, l.len);
}

/* --- dumps --- */

enum { LABEL_COLUMNS = 11 }; /* "  payload  " */

/* Lines of format/hexdump's, behind a label each. The end's offset is of use
 * only where lines were folded before it; of a header only the bytes are. */
static void put_lines(const struct trace *t, const struct buf *lines,
	struct buf *out, bool drop_offset)
{
	static const char *const labels[] = {
		[TRACE_HEADER] = "  header   ",
		[TRACE_PAYLOAD] = "  payload  ",
		[TRACE_PLAIN] = "  inflated ",
	};
	const struct trace_colors *c = colors(t);
	const char *p = (const char *)buf_head(lines);
	const char *end = p + buf_len(lines), *next;

	for (; p < end; p = next) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		next = stop + 1;
		if (next == end && drop_offset)
			return;
		if (t->part == TRACE_HEADER) {
			const char *bar = memchr(p, '|', (size_t)(stop - p));

			stop = bar ? bar : stop;
			while (stop > p && stop[-1] == ' ')
				stop--;
		}
		buf_put(out, c->faint, strlen(c->faint));
		buf_put(out, labels[t->part], LABEL_COLUMNS);
		buf_put(out, p, (size_t)(stop - p));
		buf_put(out, c->off, strlen(c->off));
		buf_put(out, "\n", 1);
	}
}

/* What the part's dump is of: from `from` to `to` of the bytes at p, and how
 * many more there are. */
struct span {
	const uint8_t *p;
	size_t from, to;
	uint64_t left_out;
};

static struct span span_of(const struct trace *t)
{
	const struct ws_sighting *s = &t->frame;
	struct span span = { .p = s->payload };
	const bool last =
		s->type == WS_SIGHTING_END || s->cut || s->came == s->frame.len;
	size_t most = t->config->bytes;

	switch (t->part) {
	case TRACE_HEADER:
		/* An end's was shown when it began. */
		if (s->type == WS_SIGHTING_END)
			break;
		span.p = s->header;
		span.to = s->header_len;
		break;
	case TRACE_PAYLOAD:
		span.to = s->payload_len < most ? s->payload_len : most;
		span.from =
			s->payload_told < span.to ? s->payload_told : span.to;
		if (last)
			span.left_out = s->came - span.to;
		break;
	case TRACE_PLAIN:
		/* All there is is shown at the frame's end. */
		if (!last || s->how == WS_INFLATED_NOT ||
			s->how == WS_INFLATED_LOST)
			break;
		span.p = s->plain;
		span.to = s->plain_len < most ? s->plain_len : most;
		span.left_out = s->inflated - span.to;
		break;
	case TRACE_LINE:
	case TRACE_DONE:
		break;
	}
	return span;
}

/* The line that is not full, what was left out, and the end. */
static void end_dump(struct trace *t, const struct span *span, struct buf *out)
{
	struct hexdump *dump = &t->dump;
	const bool folded = dump->folding && dump->n == 0;
	uint8_t memory[3 * HEXDUMP_ROOM];
	struct buf lines;

	if (span->from == span->to && !span->left_out)
		return;
	dump->left_out = span->left_out;
	if (dump->n == 0)
		dump->offset += span->left_out;
	buf_init(&lines, memory, sizeof(memory));
	hexdump_end(dump, &lines);
	put_lines(t, &lines, out, !folded);
}

/* Goes on with the part's dump; true once it is out. */
static bool put_dump(struct trace *t, struct buf *out)
{
	const struct span span = span_of(t);
	size_t columns = t->config->columns;

	if (!t->in_part) {
		if (columns > LABEL_COLUMNS)
			columns -= LABEL_COLUMNS;
		hexdump_init(&t->dump, columns, 0);
		t->at = span.from;
		t->dump.offset = span.from;
		t->in_part = true;
	}
	while (buf_room(out) >= TRACE_ROOM) {
		uint8_t memory[HEXDUMP_ROOM];
		struct buf lines;

		if (t->at == span.to) {
			end_dump(t, &span, out);
			return true;
		}
		/* A line at a time: what comes out is one at most. */
		size_t n = t->dump.per_line;

		if (n > span.to - t->at)
			n = span.to - t->at;
		buf_init(&lines, memory, sizeof(memory));
		t->at += hexdump_span(&t->dump, span.p + t->at, n, &lines);
		put_lines(t, &lines, out, false);
	}
	return false;
}

void trace_begin(struct trace *t, const struct trace_config *config,
	const struct trace_when *when, const struct ws_sighting *frame)
{
	*t = (struct trace){
		.config = config,
		.when = *when,
		.frame = *frame,
		.part = frame->type == WS_SIGHTING_NONE ? TRACE_DONE
							: TRACE_LINE,
	};
}

bool trace_next(struct trace *t, struct buf *out)
{
	while (t->part != TRACE_DONE && buf_room(out) >= TRACE_ROOM) {
		if (t->part == TRACE_LINE)
			put_line(t, out);
		else if (!put_dump(t, out))
			break;
		t->in_part = false;
		t->part++;
		if (t->config->bytes == 0)
			t->part = TRACE_DONE;
	}
	return t->part == TRACE_DONE;
}
