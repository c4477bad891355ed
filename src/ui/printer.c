#include "ui/printer.h"

#include "base/bytes.h"
#include "ui/stamp.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a piece that is shown may grow to, on its way to be cut. */
enum { SCRATCH = 16 * 1024 };

void printer_init(struct printer *p, const struct printer_config *config,
	struct buf *text)
{
	assert(text->cap >= PRINTER_TEXT_MIN);
	*p = (struct printer){
		.mode = config->mode,
		.format = config->format,
		.hex = config->hex,
		.hex_max = config->hex_max,
		.json = config->json,
		.raw = config->raw,
		.wrap = true,
		.stamp = config->stamp,
		.stamp_format = config->stamp_format,
		.color = config->color,
		.text = text,
	};
}

bool printer_wants_whole(const struct printer *p)
{
	return p->json ||
	       (p->mode == PRINT_BYTES && (p->format == RECORD_LENGTH ||
						  p->format == RECORD_JSONL));
}

bool printer_adds_nothing(const struct printer *p)
{
	return p->mode == PRINT_BYTES && !p->hex && !p->stamp &&
	       !printer_wants_whole(p);
}

bool printer_wants_events(const struct printer *p)
{
	return p->mode == PRINT_BYTES && p->format == RECORD_JSONL;
}

static void put(struct printer *p, const char *s)
{
	bool fits = buf_put(p->text, s, strlen(s));

	/* The reserve is larger than all marks and a line together. */
	assert(fits);
	(void)fits;
}

static void put_style(struct printer *p, const char *sequence)
{
	if (p->color)
		put(p, sequence);
}

static size_t room(const struct printer *p)
{
	size_t n = buf_room(p->text);

	return n > PRINTER_RESERVE ? n - PRINTER_RESERVE : 0;
}

/* Whether bytes go out as they are: to a pipe, or to a terminal whose user
 * wants it so. */
static bool as_is(const struct printer *p)
{
	return p->mode == PRINT_BYTES || p->raw;
}

static enum printer_state choose_state(
	const struct printer *p, const struct ws_event *ev)
{
	bool text = ev->opcode == WS_TEXT;

	if (p->hex || (!text && !as_is(p)))
		return PRINTER_DUMP;
	if (p->json && text && ev->first && ev->last &&
		json_valid(ev->data, ev->len))
		return PRINTER_JSON;
	return PRINTER_TEXT;
}

/* Gives back how many bytes it is. */
static size_t put_stamp(struct printer *p)
{
	char stamp[STAMP_SIZE + 1];
	size_t n = stamp_text(
		stamp, STAMP_SIZE, p->stamp_format, p->now_ns, p->before_ns);

	p->before_ns = p->now_ns;
	/* A dump begins on a line of its own. */
	stamp[n] =
		p->mode != PRINT_REPL && p->state == PRINTER_DUMP ? '\n' : ' ';
	stamp[n + 1] = 0;
	put(p, stamp);
	return n + 1;
}

/* Cuts lines at the screen's edge where that is wanted: not what is to be as
 * it is, and dumps are made to fit. */
static void begin_clip(struct printer *p, size_t at)
{
	p->clipping = !p->wrap && p->mode == PRINT_REPL && !as_is(p) &&
		      p->columns >= 4 && p->state != PRINTER_DUMP;
	if (p->clipping)
		clip_init(&p->clip, p->columns, (unsigned)(at % p->columns));
}

static void begin(struct printer *p, const struct ws_event *ev)
{
	char number[16] = "";
	size_t at;

	if (p->client)
		snprintf(number, sizeof(number), "%u", p->client);
	at = strlen(number) + 2; /* "< " */

	p->state = choose_state(p, ev);
	p->any = false;
	hexdump_init(&p->hexdump, p->columns, p->hex_max);
	json_init(&p->pretty, p->color ? style_json() : NULL, !as_is(p));
	escape_init(&p->escape,
		p->mode == PRINT_REPL ? ESCAPE_INDENT : ESCAPE_TEXT,
		p->color ? style_on(STYLE_ESCAPE) : NULL,
		p->color ? style_off(STYLE_ESCAPE) : NULL);
	if (p->stamp)
		at += put_stamp(p);
	begin_clip(p, at);
	if (p->mode == PRINT_REPL) {
		put_style(p, style_on(STYLE_INCOMING));
		put(p, number);
		put(p, "< ");
		/* JSON has colours of its own. */
		if (p->state == PRINTER_JSON)
			put_style(p, style_off(STYLE_INCOMING));
	}
	if (p->mode == PRINT_REPL && p->state == PRINTER_DUMP)
		put(p, ev->opcode == WS_TEXT ? "text:\n" : "binary:\n");
}

/* Where what is shown goes first: to text, or by way of scratch. */
static struct buf *target(
	struct printer *p, struct buf *scratch, uint8_t mem[SCRATCH])
{
	if (!p->clipping)
		return p->text;
	buf_init(scratch, mem, SCRATCH);
	return scratch;
}

static void clip(struct printer *p, struct buf *scratch)
{
	if (p->clipping)
		clip_span(
			&p->clip, buf_head(scratch), buf_len(scratch), p->text);
}

static void end_text(struct printer *p)
{
	struct buf scratch, *to;
	uint8_t mem[SCRATCH];

	to = target(p, &scratch, mem);
	if (p->state == PRINTER_JSON)
		json_end(&p->pretty, to);
	else
		escape_end(&p->escape, to);
	clip(p, to);
	if (p->clipping)
		clip_end(&p->clip, p->text);
	put(p, "\n");
}

static void end(struct printer *p)
{
	switch (p->state) {
	case PRINTER_DUMP:
		hexdump_end(&p->hexdump, p->text);
		if (p->mode == PRINT_REPL && !p->any)
			put(p, "(empty)\n");
		break;
	case PRINTER_JSON:
	case PRINTER_TEXT:
		end_text(p);
		break;
	case PRINTER_IDLE:
		break;
	}
	if (p->mode == PRINT_REPL)
		put_style(p, style_off(STYLE_INCOMING));
	p->state = PRINTER_IDLE;
	p->split = false;
}

static size_t show_to(
	struct printer *p, const uint8_t *data, size_t len, struct buf *to)
{
	if (p->state == PRINTER_JSON)
		return json_span(&p->pretty, data, len, to);
	if (!as_is(p))
		return escape_span(&p->escape, data, len, to);
	/* What it still holds, where raw was set in between. */
	escape_end(&p->escape, to);
	buf_put(to, data, len);
	return len;
}

static size_t show(struct printer *p, const uint8_t *data, size_t len)
{
	struct buf scratch, *to;
	uint8_t mem[SCRATCH];
	size_t n;

	if (p->state == PRINTER_DUMP)
		return hexdump_span(&p->hexdump, data, len, p->text);
	to = target(p, &scratch, mem);
	n = show_to(p, data, len, to);
	clip(p, to);
	return n;
}

/* What follows a message: *n bytes, none or one. */
static uint8_t end_mark(const struct printer *p, size_t *n)
{
	*n = p->format == RECORD_LINES || p->format == RECORD_NUL;
	return p->format == RECORD_LINES ? '\n' : 0;
}

/* The bytes and what marks their end. The reserve has room for a mark, so that
 * what fits is put at once. */
static bool put_bytes(struct printer *p, const struct ws_event *ev, size_t *at)
{
	size_t left = ev->len - *at, room_left = room(p), mark;
	size_t n = left < room_left ? left : room_left;
	uint8_t byte = end_mark(p, &mark), *to;

	if (room_left == 0)
		return false;
	if (p->format == RECORD_LENGTH && *at == 0) {
		uint8_t length[4];

		assert(ev->first && ev->last && ev->len <= UINT32_MAX);
		store32(length, (uint32_t)ev->len);
		buf_put(p->text, length, sizeof(length));
	}
	to = buf_reserve(p->text, n + 1);
	memcpy(to, ev->data + *at, n);
	*at += n;
	to[n] = byte;
	if (n < left || !ev->last)
		mark = 0;
	buf_commit(p->text, n + mark);
	return n == left;
}

bool printer_message(struct printer *p, const struct ws_event *ev)
{
	size_t len = ev->len, mark;
	uint8_t byte, *to;

	if (!ev->first || !ev->last || len >= room(p) ||
		!printer_adds_nothing(p))
		return false;
	byte = end_mark(p, &mark);
	to = buf_reserve(p->text, len + 1);
	memcpy(to, ev->data, len);
	to[len] = byte;
	buf_commit(p->text, len + mark);
	return true;
}

/* What a jsonl object begins with. */
static struct jsonl_mark jsonl_mark(const struct printer *p, enum jsonl_dir dir)
{
	return (struct jsonl_mark){
		.time = p->time, .dir = dir, .client = p->client
	};
}

static bool put_jsonl(struct printer *p, const struct ws_event *ev, size_t *at)
{
	const struct jsonl_mark mark = jsonl_mark(p, JSONL_IN);

	return room(p) >= JSONL_HEAD_ROOM &&
	       jsonl_write_message(p->text, PRINTER_RESERVE, &mark, ev->opcode,
		       ev->data, ev->len, at);
}

bool printer_data(struct printer *p, const struct ws_event *ev, size_t *at)
{
	size_t before = buf_len(p->text);
	bool done = false;

	if (p->mode == PRINT_BYTES && p->format == RECORD_JSONL)
		return put_jsonl(p, ev, at);
	if (p->mode == PRINT_BYTES && !p->hex && !p->json && !p->stamp)
		return put_bytes(p, ev, at);
	if (room(p) == 0)
		return false;
	if (p->state == PRINTER_IDLE)
		begin(p, ev);
	/* Escapes and dumps grow what they show: a piece at a time keeps them
	 * out of the reserve. */
	while (*at < ev->len && room(p) > 0) {
		size_t n = ev->len - *at;

		if (n > PRINTER_RESERVE / 32)
			n = PRINTER_RESERVE / 32;
		*at += show(p, ev->data + *at, n);
		p->any = true;
	}
	if (*at == ev->len) {
		if (ev->last)
			end(p);
		done = true;
	}
	p->held = p->state == PRINTER_IDLE
			  ? 0
			  : p->held + buf_len(p->text) - before;
	return done;
}

size_t printer_ready(const struct printer *p)
{
	size_t len = buf_len(p->text);

	if (p->mode != PRINT_REPL || room(p) == 0)
		return len;
	return len > p->held ? len - p->held : 0;
}

size_t printer_rest(const struct printer *p)
{
	/* The colour ends behind the line. */
	const char *mark = p->color ? style_off(STYLE_INCOMING) : "";
	size_t ready = printer_ready(p), n = strlen(mark);
	const uint8_t *head = buf_head(p->text), *at = head;

	while ((at = memchr(at, '\n', ready - (size_t)(at - head))) != NULL) {
		at++;
		if (ready - (size_t)(at - head) >= n &&
			memcmp(at, mark, n) == 0)
			return (size_t)(at - head) + n;
	}
	return ready;
}

void printer_wrote(struct printer *p)
{
	if (p->held <= buf_len(p->text))
		return;
	p->held = buf_len(p->text);
	p->split = true;
}

void printer_take_back(struct printer *p, size_t n)
{
	buf_drop(p->text, n);
	p->held = p->held > n ? p->held - n : 0;
}

void printer_abandon(struct printer *p)
{
	if (p->state != PRINTER_IDLE && p->mode != PRINT_BYTES)
		end(p);
	p->state = PRINTER_IDLE;
	p->held = 0;
}

bool printer_cut(struct printer *p)
{
	size_t mark;
	uint8_t byte = end_mark(p, &mark);

	if (p->mode != PRINT_BYTES || mark == 0)
		return false;
	buf_put(p->text, &byte, mark);
	return true;
}

void printer_open(struct printer *p, const struct jsonl_open *open)
{
	const struct jsonl_mark mark = jsonl_mark(p, JSONL_NO_DIR);

	if (printer_wants_events(p))
		jsonl_write_open(p->text, &mark, open);
}

void printer_control(struct printer *p, const struct ws_event *ev)
{
	const struct jsonl_mark mark = jsonl_mark(p, JSONL_IN);

	if (!printer_wants_events(p))
		return;
	if (ev->type == WS_EVENT_CLOSE)
		jsonl_write_close(p->text, &mark, ev->code, ev->data, ev->len);
	else
		jsonl_write_control(p->text, &mark,
			ev->type == WS_EVENT_PING ? WS_PING : WS_PONG, ev->data,
			ev->len);
}

void printer_error(struct printer *p, int exit, const char *message)
{
	const struct jsonl_mark mark = jsonl_mark(p, JSONL_NO_DIR);

	if (printer_wants_events(p))
		jsonl_write_error(p->text, &mark, exit, message);
}

/* A line made safe, in its style. */
static void frame_notice(const struct printer *p, enum style style,
	const char *line, struct buf *out)
{
	const char *on = p->color ? style_on(style) : "",
		   *off = p->color ? style_off(style) : "";
	struct escape escape;

	/* Not in the row of a message that has begun there. */
	if (p->split)
		buf_put(out, "\n", 1);
	buf_put(out, on, strlen(on));
	escape_init(&escape, ESCAPE_LINE,
		p->color ? style_on(STYLE_ESCAPE) : NULL,
		p->color ? style_off(STYLE_ESCAPE) : NULL);
	escape_span(&escape, (const uint8_t *)line, strlen(line), out);
	escape_end(&escape, out);
	buf_put(out, off, strlen(off));
	buf_put(out, "\n", 1);
}

/* Out of room means that the terminal takes nothing: the lines are dropped
 * rather than the bound. A message that has begun is moved behind them. */
static void put_between(struct printer *p, const void *lines, size_t n)
{
	uint8_t *tail;

	if (!buf_reserve(p->text, n))
		return;
	tail = buf_head(p->text) + buf_len(p->text) - p->held;
	memmove(tail + n, tail, p->held);
	memcpy(tail, lines, n);
	buf_commit(p->text, n);
}

void printer_notice(
	struct printer *p, enum style style, const char *format, ...)
{
	char line[2048];
	uint8_t memory[8 * sizeof(line)];
	struct buf framed;
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	buf_init(&framed, memory, sizeof(memory));
	frame_notice(p, style, line, &framed);
	put_between(p, buf_head(&framed), buf_len(&framed));
}

void printer_lines(struct printer *p, const void *lines, size_t n)
{
	/* Not in the row of a message that has begun there. */
	if (p->split)
		put_between(p, "\n", 1);
	put_between(p, lines, n);
}
