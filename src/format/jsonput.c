#include "format/jsonput.h"

#include "base/base64.h"
#include "format/escape.h"

static size_t room(const struct jsonput *j)
{
	return (size_t)(j->end - j->p);
}

struct jsonput jsonput_begin(struct buf *out, size_t most)
{
	size_t n = buf_room(out) < most ? buf_room(out) : most;
	char *p = (char *)buf_reserve(out, n);

	return (struct jsonput){ .out = out, .start = p, .p = p, .end = p + n };
}

bool jsonput_end(const struct jsonput *j)
{
	if (!j->full)
		buf_commit(j->out, (size_t)(j->p - j->start));
	return !j->full;
}

void jsonput_bytes(struct jsonput *j, const void *data, size_t n)
{
	if (room(j) < n) {
		j->full = true;
		return;
	}
	if (n)
		memcpy(j->p, data, n);
	j->p += n;
}

void jsonput_digits(char *p, uint64_t n, int count)
{
	for (; count-- > 0; n /= 10)
		p[count] = (char)('0' + n % 10);
}

void jsonput_number(struct jsonput *j, uint64_t n)
{
	char text[20];
	int count = 1;

	for (uint64_t rest = n; rest >= 10; rest /= 10)
		count++;
	jsonput_digits(text, n, count);
	jsonput_bytes(j, text, (size_t)count);
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
static size_t put_all(struct jsonput *j, const char *text, size_t n, int taken)
{
	if (room(j) < n)
		return 0;
	jsonput_bytes(j, text, n);
	return (size_t)taken;
}

/* Writes the character at the start of the len > 0 bytes at p, or a
 * replacement for a byte that begins none, as a JSON string has it; gives back
 * how many bytes were taken, 0 where there is no room. */
static size_t put_character(struct jsonput *j, const uint8_t *p, size_t len)
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
		return put_all(j, text, 2, 1);

	int n = escape_decode(p, len, &c);

	if (n <= 0)
		return put_all(j, "\xef\xbf\xbd", 3, 1); /* U+FFFD */
	/* What would pass is here only where it did not fit: its escape, which
	 * is longer, does not either. */
	return put_all(j, text, unicode_escape(text, c), n);
}

/* As much of the text as fits, in whole characters; gives back how much. */
static size_t put_text(struct jsonput *j, const uint8_t *p, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t left = len - at < room(j) ? len - at : room(j);
		size_t n = escape_plain_quoted(p + at, left);

		jsonput_bytes(j, p + at, n);
		at += n;
		if (n == left)
			break;
		n = put_character(j, p + at, len - at);
		if (n == 0)
			break;
		at += n;
	}
	return at;
}

/* The same as base64, in whole groups. There must be room for a NUL, too. */
static size_t put_base64(struct jsonput *j, const uint8_t *p, size_t len)
{
	size_t groups = (len + 2) / 3;
	size_t most = room(j) > 0 ? (room(j) - 1) / 4 : 0;

	if (groups > most) {
		groups = most;
		len = most * 3;
	}
	if (len > 0)
		base64_encode(j->p, p, len);
	j->p += groups * 4;
	return len;
}

void jsonput_text(struct jsonput *j, const void *text, size_t len)
{
	if (put_text(j, text, len) < len)
		j->full = true;
}

void jsonput_base64(struct jsonput *j, const void *data, size_t len)
{
	if (put_base64(j, data, len) < len)
		j->full = true;
}

void jsonput_string(struct jsonput *j, const void *text, size_t len)
{
	jsonput_raw(j, "\"");
	jsonput_text(j, text, len);
	jsonput_raw(j, "\"");
}

void jsonput_member(struct jsonput *j, const char *key, const char *s)
{
	jsonput_raw(j, key);
	if (s)
		jsonput_string(j, s, strlen(s));
	else
		jsonput_raw(j, "null");
}

bool jsonput_piece_begin(
	struct jsonput *j, struct buf *out, size_t spare, size_t len, size_t at)
{
	size_t left = len - at;
	size_t most = buf_room(out) > spare ? buf_room(out) - spare : 0;

	assert(at <= len);
	if (most < (at == 0 ? (size_t)JSONPUT_HEAD : (size_t)JSONPUT_ENDING))
		return false;
	/* No more than it may take: reserving all the room moves what is
	 * queued. */
	if (left < most && JSONPUT_ESCAPED_MOST * left + JSONPUT_HEAD < most)
		most = JSONPUT_ESCAPED_MOST * left + JSONPUT_HEAD;
	*j = jsonput_begin(out, most);
	j->end -= JSONPUT_ENDING;
	return true;
}

bool jsonput_piece_end(struct jsonput *j, bool text, const uint8_t *data,
	size_t len, size_t *at, const char *ending)
{
	size_t left = len - *at;

	if (left > 0)
		*at += text ? put_text(j, data + *at, left)
			    : put_base64(j, data + *at, left);
	j->end += JSONPUT_ENDING;
	if (*at == len)
		jsonput_raw(j, ending);
	return jsonput_end(j) && *at == len;
}
