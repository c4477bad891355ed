#define _GNU_SOURCE /* gmtime_r */
#include "format/jsonl.h"

#include "base/base64.h"
#include "format/escape.h"
#include "ws/close.h"
#include "ws/utf8.h"

#include <time.h>

/* A line being written into the room behind what out holds. */
struct line {
	struct buf *out;
	char *start, *p, *end;
	bool full; /* it did not fit */
};

static const char ending[] = "\"}\n";

enum {
	ENDING = sizeof ending - 1,
	ESCAPED_MOST = 6, /* what a byte may become: \u001b */
};

static size_t room(const struct line *l)
{
	return (size_t)(l->end - l->p);
}

static void put_bytes(struct line *l, const void *data, size_t n)
{
	if (room(l) < n) {
		l->full = true;
		return;
	}
	if (n)
		memcpy(l->p, data, n);
	l->p += n;
}

static inline void put(struct line *l, const char *s)
{
	put_bytes(l, s, strlen(s));
}

/* The last so many digits of n. */
static void digits(char *p, uint64_t n, int count)
{
	for (; count-- > 0; n /= 10)
		p[count] = (char)('0' + n % 10);
}

static void put_number(struct line *l, uint64_t n)
{
	char text[20];
	int count = 1;

	for (uint64_t rest = n; rest >= 10; rest /= 10)
		count++;
	digits(text, n, count);
	put_bytes(l, text, (size_t)count);
}

/* Room for a line of `most` bytes at most, as far as there is. */
static struct line begin(struct buf *out, size_t most)
{
	size_t n = buf_room(out) < most ? buf_room(out) : most;
	char *p = (char *)buf_reserve(out, n);

	return (struct line){ .out = out, .start = p, .p = p, .end = p + n };
}

static bool finish(const struct line *l)
{
	if (!l->full)
		buf_commit(l->out, (size_t)(l->p - l->start));
	return !l->full;
}

/* \u202e, or two of them for what is above U+FFFF; gives back their length. */
static size_t unicode_escape(char *out, uint32_t c)
{
	uint32_t units[2] = { c };
	size_t n = 0;

	if (c > 0xffff) {
		units[0] = 0xd800 + ((c - 0x10000) >> 10);
		units[1] = 0xdc00 + (c & 0x3ff);
	}
	for (int i = 0; i < (c > 0xffff ? 2 : 1); i++) {
		out[n++] = '\\';
		out[n++] = 'u';
		for (int shift = 12; shift >= 0; shift -= 4)
			out[n++] = "0123456789abcdef"[units[i] >> shift & 15];
	}
	return n;
}

/* Queues what a character became, where there is room for all of it. */
static size_t put_all(struct line *l, const char *text, size_t n, int taken)
{
	if (room(l) < n)
		return 0;
	put_bytes(l, text, n);
	return (size_t)taken;
}

/* Writes the character at the start of the len > 0 bytes at p, or a
 * replacement for a byte that begins none, as a JSON string has it; gives back
 * how many bytes were taken, 0 where there is no room. */
static size_t put_character(struct line *l, const uint8_t *p, size_t len)
{
	static const char shorts[0x100] = {
		['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\f'] = 'f',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't',
	};
	char text[12] = { '\\', shorts[*p] };
	uint32_t c;

	if (shorts[*p])
		return put_all(l, text, 2, 1);

	int n = escape_decode(p, len, &c);

	if (n <= 0)
		return put_all(l, "\xef\xbf\xbd", 3, 1); /* U+FFFD */
	/* What would pass is here only where it did not fit: its escape, which
	 * is longer, does not either. */
	return put_all(l, text, unicode_escape(text, c), n);
}

/* As much of the text as fits, in whole characters; gives back how much. */
static size_t put_text(struct line *l, const uint8_t *p, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t left = len - at < room(l) ? len - at : room(l);
		size_t n = escape_plain_quoted(p + at, left);

		put_bytes(l, p + at, n);
		at += n;
		if (n == left)
			break;
		n = put_character(l, p + at, len - at);
		if (n == 0)
			break;
		at += n;
	}
	return at;
}

/* The same as base64, in whole groups. There must be room for a NUL, too. */
static size_t put_base64(struct line *l, const uint8_t *p, size_t len)
{
	size_t groups = (len + 2) / 3;
	size_t most = room(l) > 0 ? (room(l) - 1) / 4 : 0;

	if (groups > most) {
		groups = most;
		len = most * 3;
	}
	if (len > 0)
		base64_encode(l->p, p, len);
	l->p += groups * 4;
	return len;
}

/* All of it. */
static void put_string(struct line *l, const void *text, size_t len)
{
	if (put_text(l, text, len) < len)
		l->full = true;
}

static void put_quoted(struct line *l, const char *s)
{
	put(l, "\"");
	put_string(l, s, strlen(s));
	put(l, "\"");
}

static void put_quoted_or_null(struct line *l, const char *key, const char *s)
{
	put(l, key);
	if (s)
		put_quoted(l, s);
	else
		put(l, "null");
}

static void put_time(struct line *l, const char *time)
{
	assert(strlen(time) < JSONL_TIME_SIZE);
	put(l, "{\"time\":\"");
	put(l, time);
}

/* All of a message's object before what it holds. */
static void put_head(struct line *l, const char *time, const char *type,
	size_t len, bool text)
{
	put_time(l, time);
	put(l, "\",\"dir\":\"in\",\"type\":\"");
	put(l, type);
	put(l, "\",\"size\":");
	put_number(l, len);
	put(l, text ? ",\"data\":\"" : ",\"base64\":\"");
}

void jsonl_time(char out[JSONL_TIME_SIZE], int64_t seconds, long nanoseconds)
{
	static const char form[] = "0000-00-00T00:00:00.000000Z";
	const int64_t year_10000 = 253402300800;
	struct tm tm = { .tm_year = 70, .tm_mday = 1 };
	time_t t;

	if (seconds < 0)
		seconds = 0;
	if (seconds >= year_10000)
		seconds = year_10000 - 1;
	t = (time_t)seconds;
	gmtime_r(&t, &tm);
	memcpy(out, form, sizeof form);
	digits(out, (uint64_t)tm.tm_year + 1900, 4);
	digits(out + 5, (uint64_t)tm.tm_mon + 1, 2);
	digits(out + 8, (uint64_t)tm.tm_mday, 2);
	digits(out + 11, (uint64_t)tm.tm_hour, 2);
	digits(out + 14, (uint64_t)tm.tm_min, 2);
	digits(out + 17, (uint64_t)tm.tm_sec, 2);
	digits(out + 20, (uint64_t)nanoseconds / 1000, 6);
}

bool jsonl_message(struct buf *out, size_t spare, const char *time,
	enum ws_opcode opcode, const uint8_t *data, size_t len, size_t *at)
{
	bool text = opcode == WS_TEXT;
	size_t left = len - *at;
	size_t most = buf_room(out) > spare ? buf_room(out) - spare : 0;

	assert(*at <= len);
	if (most < (*at == 0 ? (size_t)JSONL_HEAD_ROOM : (size_t)ENDING))
		return false;
	/* No more than it may take: reserving all the room moves what is
	 * queued. */
	if (left < most && ESCAPED_MOST * left + JSONL_HEAD_ROOM < most)
		most = ESCAPED_MOST * left + JSONL_HEAD_ROOM;

	struct line l = begin(out, most);

	l.end -= ENDING;
	if (*at == 0)
		put_head(&l, time, text ? "text" : "binary", len, text);
	if (left > 0)
		*at += text ? put_text(&l, data + *at, left)
			    : put_base64(&l, data + *at, left);
	l.end += ENDING;
	if (*at == len)
		put_bytes(&l, ending, ENDING);
	return finish(&l) && *at == len;
}

bool jsonl_control(struct buf *out, const char *time, enum ws_opcode opcode,
	const uint8_t *data, size_t len)
{
	struct utf8 utf8 = UTF8_START;
	bool text = utf8_check(&utf8, data, len) && utf8_complete(&utf8);
	struct line l = begin(out, JSONL_CONTROL_ROOM);

	put_head(&l, time, ws_opcode_name(opcode), len, text);
	if (text)
		put_string(&l, data, len);
	else if (put_base64(&l, data, len) < len)
		l.full = true;
	put_bytes(&l, ending, ENDING);
	return finish(&l);
}

bool jsonl_close(struct buf *out, const char *time, uint16_t code,
	const uint8_t *reason, size_t len)
{
	struct line l = begin(out, JSONL_CONTROL_ROOM);

	put_time(&l, time);
	put(&l, "\",\"dir\":\"in\",\"type\":\"close\",\"code\":");
	if (code == WS_CLOSE_NO_CODE)
		put(&l, "null");
	else
		put_number(&l, code);
	put(&l, ",\"reason\":\"");
	put_string(&l, reason, len);
	put_bytes(&l, ending, ENDING);
	return finish(&l);
}

bool jsonl_open(
	struct buf *out, const char *time, const struct jsonl_open *open)
{
	struct line l = begin(out, SIZE_MAX);

	assert(open->status >= 0);
	put_time(&l, time);
	put(&l, "\",\"type\":\"open\"");
	put_quoted_or_null(&l, ",\"url\":", open->url);
	put(&l, ",\"status\":");
	put_number(&l, (uint64_t)open->status);
	put_quoted_or_null(&l, ",\"address\":", open->address);
	put_quoted_or_null(&l, ",\"tls\":", open->tls);
	put_quoted_or_null(&l, ",\"cipher\":", open->cipher);
	put_quoted_or_null(&l, ",\"subprotocol\":", open->subprotocol);
	put(&l, ",\"extensions\":[");
	for (size_t i = 0; i < open->extensions_n; i++) {
		if (i > 0)
			put(&l, ",");
		put_quoted(&l, open->extensions[i]);
	}
	put(&l, "]}\n");
	return finish(&l);
}

bool jsonl_error(
	struct buf *out, const char *time, int exit, const char *message)
{
	struct line l = begin(out, SIZE_MAX);

	assert(exit >= 0);
	put_time(&l, time);
	put(&l, "\",\"type\":\"error\",\"exit\":");
	put_number(&l, (uint64_t)exit);
	put_quoted_or_null(&l, ",\"message\":", message);
	put(&l, "}\n");
	return finish(&l);
}
