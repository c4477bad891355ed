#define _GNU_SOURCE

#include "format/escape.h"
#include "format/jsonl.h"
#include "unit/guard.h"
#include "ws/close.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>

static struct jsonl_reader reader;

/* From the edge of readable memory. */
static bool read_line(const void *line, size_t len, struct jsonl_object *o,
	char why[JSONL_WHY_SIZE])
{
	memset(why, '?', JSONL_WHY_SIZE);
	return jsonl_read(&reader, guard_copy(line, len), len, o, why);
}

/* Short, and something. */
static void check_why(const char why[JSONL_WHY_SIZE])
{
	cr_assert(memchr(why, 0, JSONL_WHY_SIZE));
	cr_assert_gt(strlen(why), 0);
}

#define NO_CODE WS_CLOSE_NO_CODE

static const struct {
	const char *line;
	size_t line_len;
	enum jsonl_type type;
	enum ws_opcode opcode;
	const char *data;
	size_t len;
	uint16_t code;
} accepted[] = {
#define MESSAGE(line, opcode, data)                                            \
	{                                                                      \
		line, sizeof(line) - 1, JSONL_MESSAGE, WS_##opcode, data,      \
			sizeof(data) - 1, NO_CODE                              \
	}
#define CLOSE(line, code, reason)                                              \
	{                                                                      \
		line, sizeof(line) - 1, JSONL_CLOSE, WS_CLOSE, reason,         \
			sizeof(reason) - 1, code                               \
	}
#define NOTHING(line)                                                          \
	{                                                                      \
		line, sizeof(line) - 1, JSONL_NOTHING, WS_CONTINUATION, "", 0, \
			NO_CODE                                                \
	}
	MESSAGE("{\"type\":\"text\",\"data\":\"hello\"}", TEXT, "hello"),
	MESSAGE("{\"type\":\"text\",\"data\":\"\"}", TEXT, ""),
	MESSAGE(" {\"data\" : \"a\\u0000b\\n\", \"type\":\"text\"}\r", TEXT,
		"a\0b\n"),
	MESSAGE("{\"type\":\"text\",\"data\":\"\\ud83d\\ude00\xc3\xbc\"}", TEXT,
		"\xf0\x9f\x98\x80\xc3\xbc"),
	MESSAGE("{\"type\":\"text\",\"base64\":\"w7w=\"}", TEXT, "\xc3\xbc"),
	MESSAGE("{\"type\":\"text\",\"base64\":\"\"}", TEXT, ""),
	MESSAGE("{\"type\":\"text\",\"data\":null,\"base64\":\"YQ==\"}", TEXT,
		"a"),
	MESSAGE("{\"type\":\"text\",\"data\":\"a\",\"base64\":null}", TEXT,
		"a"),
	MESSAGE("{\"type\":\"binary\",\"base64\":\"AP8=\"}", BINARY, "\0\xff"),
	MESSAGE("{\"type\":\"binary\",\"base64\":\"\"}", BINARY, ""),
	MESSAGE("{\"type\":\"binary\",\"data\":\"\xc3\xbc\"}", BINARY,
		"\xc3\xbc"),
	MESSAGE("{\"time\":\"2026-01-31T12:00:00.000000Z\",\"dir\":\"in\","
		"\"type\":\"text\",\"size\":5,\"data\":\"hello\"}",
		TEXT, "hello"),
	MESSAGE("{\"time\":7,\"dir\":[],\"size\":\"x\",\"code\":{},"
		"\"reason\":1,\"more\":{\"type\":\"ping\"},"
		"\"type\":\"text\",\"data\":\"a\"}",
		TEXT, "a"),
	MESSAGE("{\"type\":\"ping\"}", PING, ""),
	MESSAGE("{\"type\":\"ping\",\"size\":0,\"data\":\"\"}", PING, ""),
	MESSAGE("{\"type\":\"ping\",\"data\":\"abc\"}", PING, "abc"),
	MESSAGE("{\"type\":\"pong\",\"base64\":\"/w==\"}", PONG, "\xff"),
	CLOSE("{\"type\":\"close\"}", 1000, ""),
	CLOSE("{\"type\":\"close\",\"code\":1000,\"reason\":\"bye\"}", 1000,
		"bye"),
	CLOSE("{\"type\":\"close\",\"reason\":\"bye\"}", 1000, "bye"),
	CLOSE("{\"type\":\"close\",\"code\":1001,\"reason\":null}", 1001, ""),
	CLOSE("{\"type\":\"close\",\"code\":4999,\"reason\":\"\xc3\xbc\"}",
		4999, "\xc3\xbc"),
	CLOSE("{\"type\":\"close\",\"code\":null}", NO_CODE, ""),
	CLOSE("{\"type\":\"close\",\"code\":null,\"reason\":\"\"}", NO_CODE,
		""),
	NOTHING(""),
	NOTHING(" \t\r\n"),
	NOTHING("{\"type\":\"open\",\"url\":\"ws://a/\",\"status\":101}"),
	NOTHING("{\"type\":\"error\",\"exit\":56,\"message\":\"lost\"}"),
	NOTHING("{\"type\":\"error\",\"data\":5}"),
#undef MESSAGE
#undef CLOSE
#undef NOTHING
};

Test(jsonl_read, accepted)
{
	for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
		struct jsonl_object o;
		char why[JSONL_WHY_SIZE];
		size_t len = accepted[i].line_len;

		cr_assert(read_line(accepted[i].line, len, &o, why), "%s: %s",
			accepted[i].line, why);
		cr_assert_eq(o.type, accepted[i].type);
		cr_assert_eq(o.opcode, accepted[i].opcode);
		cr_assert_eq(o.code, accepted[i].code);
		cr_assert_eq(o.len, accepted[i].len);
		cr_assert_eq(memcmp(o.data, accepted[i].data, o.len), 0);
		if (o.type == JSONL_CLOSE)
			cr_assert_eq(o.data[o.len], 0);
		/* Cut anywhere it is none, but where only blanks are left. */
		while (len > 0 && accepted[i].line[len - 1] != '}')
			len--;
		for (size_t cut = 0; cut < len; cut++) {
			bool blank = strspn(accepted[i].line, " \t") >= cut;

			cr_assert_eq(read_line(accepted[i].line, cut, &o, why),
				blank, "%s cut at %zu", accepted[i].line, cut);
			if (!blank)
				check_why(why);
		}
	}
	jsonl_release(&reader);
}

/* Lines, and how what is said about them begins. */
static const struct {
	const char *line, *why;
} refused[] = {
	{ "hello", "not JSON: " },
	{ "{\"type\":\"text\",}", "not JSON: string or '}' expected" },
	{ "{\"type\":\"text\",\"data\":\"a\"} x", "not JSON: " },
	{ "{\"type\":\"frame\",\"len\":9223372036854775808}",
		"a number is too big to be read: a string of its digits is "
		"expected (column 41)" },
	{ "{\"type\":\"text\",\"data\":\"\xff\"}", "not JSON: " },
	{ "{\"type\":\"text\",\"data\":\"\\ud800\"}", "not JSON: " },
	{ "{\"type\":\"text\",\"data\":\"\\udc00\\ud800\"}", "not JSON: " },
	{ "{\"type\":\"text\",\"data\":\"a\tb\"}", "not JSON: " },
	{ "{\"type\":\"te\nxt\"}", "not JSON: " },
	{ "\x1b[31m", "not JSON: " },
	{ "{\"a\":1e999}", "a number is too big to be read: " },
	{ "{\"type\":\"text\",\"data\":\"a\",\"data\":\"b\"}",
		"duplicate object key" },
	{ "[]", "an array, where an object is expected" },
	{ "[{\"type\":\"ping\"}]", "an array, where an object is expected" },
	{ "{}", "there is no \"type\": text, binary, ping, pong, close, frame "
		"or raw is expected" },
	{ "{\"type\":null}", "there is no \"type\"" },
	{ "{\"type\":1}", "\"type\" must be a string" },
	{ "{\"type\":\"TEXT\"}", "\"type\" is \"TEXT\": text, binary, " },
	{ "{\"type\":\"texts\"}", "\"type\" is \"texts\": " },
	{ "{\"type\":\"text\\u0000\"}", "\"type\" has a NUL in it: text, " },
	/* quoted as it is, also what looks like an escape */
	{ "{\"type\":\"\\u001b\\u202e\"}",
		"\"type\" is \"\x1b\xe2\x80\xae\": " },
	{ "{\"type\":\"\\\\x1b\"}", "\"type\" is \"\\x1b\": " },
	{ "{\"type\":\"0123456789012345678901234567890123456789abcdefgh\"}",
		"\"type\" is \"0123456789012345678901234567890123456789"
		"abcdefgh\": " },
	/* and cut between characters where it is long */
	{ "{\"type\":\"0123456789012345678901234567890123456789abcdefghi\"}",
		"\"type\" is \"0123456789012345678901234567890123456789"
		"abcdefgh\": " },
	{ "{\"type\":\"0123456789012345678901234567890123456789abcdefg"
	  "\xc3\xbc\"}",
		"\"type\" is \"0123456789012345678901234567890123456789"
		"abcdefg\": " },
	{ "{\"type\":\"text\"}", "a text must have \"data\" or \"base64\"" },
	{ "{\"type\":\"binary\",\"data\":null}", "a binary must have " },
	{ "{\"type\":\"text\",\"data\":5}", "\"data\" must be a string" },
	{ "{\"type\":\"ping\",\"data\":{}}", "\"data\" must be a string" },
	{ "{\"type\":\"binary\",\"base64\":[]}",
		"\"base64\" must be a string" },
	{ "{\"type\":\"text\",\"data\":\"\",\"base64\":\"\"}",
		"both \"data\" and \"base64\" are given" },
	{ "{\"type\":\"binary\",\"base64\":\"AP8\"}",
		"\"base64\" is not base64" },
	{ "{\"type\":\"binary\",\"base64\":\"AP8=\\n\"}",
		"\"base64\" is not base64" },
	{ "{\"type\":\"binary\",\"base64\":\"\\u0000AP8\"}",
		"\"base64\" is not base64" },
	{ "{\"type\":\"text\",\"base64\":\"/w==\"}",
		"\"base64\" is not UTF-8, as a text must be" },
	{ "{\"type\":\"text\",\"base64\":\"ww==\"}",
		"\"base64\" is not UTF-8" },
	{ "{\"type\":\"close\",\"code\":1005}",
		"\"code\" must be a close code" },
	{ "{\"type\":\"close\",\"code\":0}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"code\":-1}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"code\":66536}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"code\":-4294966296}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"code\":4294968296}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"code\":1000.5}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"code\":\"1000\"}", "\"code\" must be " },
	{ "{\"type\":\"close\",\"reason\":1}", "\"reason\" must be a string" },
	{ "{\"type\":\"close\",\"code\":null,\"reason\":\"x\"}",
		"a \"reason\" without a \"code\"" },
};

Test(jsonl_read, refused)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const char *line = refused[i].line;
		struct jsonl_object o;
		char why[JSONL_WHY_SIZE];

		cr_assert_not(
			read_line(line, strlen(line), &o, why), "%s", line);
		check_why(why);
		cr_assert_eq(
			strncmp(why, refused[i].why, strlen(refused[i].why)), 0,
			"%s: %s", line, why);
		if (strncmp(why, "not JSON", 8) == 0)
			cr_assert(strstr(why, " (column "), "%s", why);
	}
	jsonl_release(&reader);
}

static bool read_sized(const char *type, const char *key, size_t n, char *why)
{
	struct jsonl_object o;
	char line[512], data[256] = { 0 };

	memset(data, 'a', n);
	snprintf(line, sizeof line, "{\"type\":\"%s\",\"%s\":\"%s\"}", type,
		key, data);
	return read_line(line, strlen(line), &o, why);
}

Test(jsonl_read, limits_of_control_frames)
{
	char why[JSONL_WHY_SIZE];

	cr_assert(read_sized("ping", "data", 125, why));
	cr_assert_not(read_sized("pong", "data", 126, why));
	cr_assert_str_eq(why, "a pong of 126 bytes: it takes 125 at most");
	cr_assert(read_sized("ping", "base64", 164, why));     /* 123 */
	cr_assert_not(read_sized("ping", "base64", 168, why)); /* 126 */
	cr_assert(read_sized("close", "reason", 123, why));
	cr_assert_not(read_sized("close", "reason", 124, why));
	cr_assert_str_eq(
		why, "a \"reason\" of 124 bytes: it takes 123 at most");
	jsonl_release(&reader);
}

/* Each byte where a line may have any, and what quotes most of the line. */
Test(jsonl_read, why_is_short)
{
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE];
	uint8_t line[400];

	for (int b = 1; b < 256; b++) {
		memset(line, b, sizeof line);
		memcpy(line, "{\"type\":\"", 9);
		if (!read_line(line, sizeof line, &o, why))
			check_why(why);
		memcpy(line, "{\"a\":", 5);
		memset(line + 5, b, 4);
		if (!read_line(line, sizeof line, &o, why))
			check_why(why);
	}
	jsonl_release(&reader);
}

/* As deep as it likes: no stack of ours runs out. */
Test(jsonl_read, deep_nesting)
{
	enum { DEEP = GUARD_MAX };
	static char line[DEEP];
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE];

	memset(line, '[', DEEP);
	cr_assert_not(read_line(line, DEEP, &o, why));
	check_why(why);
	memcpy(line, "{\"a\":", 5);
	cr_assert_not(read_line(line, DEEP, &o, why));
	check_why(why);
	for (size_t i = 0; i + 5 <= DEEP; i += 5)
		memcpy(line + i, "{\"a\":", 5);
	cr_assert_not(read_line(line, DEEP, &o, why));
	jsonl_release(&reader);
}

/* What one line gave is gone with the next, and nothing else is. */
Test(jsonl_read, line_after_line)
{
	static const struct {
		const char *line;
		bool fine;
	} lines[] = {
		{ "{\"type\":\"binary\",\"base64\":\"AP8=\"}", true },
		{ "", true },
		{ "x", false },
		{ "{\"type\":\"text\",\"data\":\"a\"}", true },
		{ "{\"type\":\"binary\",\"base64\":\"AP8\"}", false },
		{ "{\"type\":\"text\"}", false },
	};
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE];

	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
			cr_assert_eq(read_line(lines[i].line,
					     strlen(lines[i].line), &o, why),
				lines[i].fine);
	jsonl_release(&reader);
	jsonl_release(&reader);
	cr_assert_null(reader.tree);
	cr_assert_null(reader.decoded);
}

static size_t put_utf8(uint8_t *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (uint8_t)c;
		return 1;
	}

	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		p[i] = (uint8_t)(0x80 | (c & 0x3f));
	p[0] = (uint8_t)((0xf00u >> n & 0xff) | c);
	return n;
}

/* What is written of each code point is safe, and reads back the same. */
Test(jsonl_read, every_code_point_comes_back)
{
	static const struct jsonl_mark mark = {
		.time = "2026-01-31T12:00:00.000000Z",
		.dir = JSONL_IN,
	};
	enum { SOME = 0x400, OUT = 16 * SOME };
	static uint8_t text[4 * SOME], mem[2][OUT];

	for (uint32_t c = 0; c < 0x110000; c += SOME) {
		struct buf b, safe;
		struct escape e;
		struct jsonl_object o;
		char why[JSONL_WHY_SIZE];
		size_t len = 0, at = 0;

		for (uint32_t i = 0; i < SOME; i++)
			if (c < 0xd800 || c > 0xdfff)
				len += put_utf8(text + len, c + i);
		buf_init(&b, mem[0], OUT);
		buf_init(&safe, mem[1], OUT);
		cr_assert(jsonl_write_message(
			&b, 0, &mark, WS_TEXT, text, len, &at));

		size_t line = buf_len(&b) - 1;

		escape_init(&e, ESCAPE_LINE, NULL, NULL);
		cr_assert_eq(escape_span(&e, mem[0], line, &safe), line);
		cr_assert(escape_end(&e, &safe));
		cr_assert(buf_len(&safe) == line &&
			  !memcmp(mem[0], mem[1], line));
		cr_assert(read_line(mem[0], line + 1, &o, why), "%s", why);
		cr_assert(o.len == len && !memcmp(o.data, text, len));
	}
	jsonl_release(&reader);
}

Test(jsonl_read, whom_it_is_for)
{
	static const struct {
		const char *client, *why; /* NULL: it is one */
	} cases[] = {
		{ "1", NULL },
		{ "4294967295", NULL },
		{ "4294967296", "there is no client 4294967296" },
		{ "99999999999999", "there is no client 99999999999999" },
		{ "0", "\"client\" must be " },
		{ "-1", "\"client\" must be " },
		{ "1.0", "\"client\" must be " },
		{ "\"1\"", "\"client\" must be " },
		{ "true", "\"client\" must be " },
		{ "null", "\"client\" must be " },
		{ "[1]", "\"client\" must be " },
	};
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE], line[64];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *want = cases[i].why;

		snprintf(line, sizeof line, "{\"type\":\"ping\",\"client\":%s}",
			cases[i].client);
		cr_assert(read_line(line, strlen(line), &o, why), "%s", why);
		cr_assert_eq(
			jsonl_check_client(&reader, why), !want, "%s", line);
		if (want)
			cr_assert_eq(
				strncmp(why, want, strlen(want)), 0, "%s", why);
	}
	cr_assert(read_line("{\"type\":\"ping\"}", 15, &o, why));
	cr_assert(jsonl_check_client(&reader, why));
	jsonl_release(&reader);
	cr_assert(jsonl_check_client(&reader, why));
}

Test(jsonl_read, library_has_a_name)
{
	cr_assert_eq(strncmp(jsonl_library(), "jansson 2.", 10), 0);
}

/* What a record's object says besides what was sent. */
static const struct {
	const char *line;
	enum jsonl_dir dir;
	int64_t time_ns;
	unsigned client;
	const char *fault; /* how it begins */
} marks[] = {
	{ "{\"type\":\"ping\"}", JSONL_NO_DIR, JSONL_NO_TIME, 0, NULL },
	{ "{\"time\":\"2026-01-31T12:00:00.000001Z\",\"dir\":\"out\","
	  "\"client\":3,\"type\":\"ping\"}",
		JSONL_OUT, 1769860800000001000, 3, NULL },
	{ "{\"type\":\"close\",\"dir\":\"in\",\"client\":4294967295}", JSONL_IN,
		JSONL_NO_TIME, UINT_MAX, NULL },
	{ "{\"type\":\"open\",\"time\":\"1970-01-01T00:00:00Z\"}", JSONL_NO_DIR,
		0, 0, NULL },
	{ "{\"type\":\"ping\",\"dir\":\"IN\",\"client\":4294967296}",
		JSONL_NO_DIR, JSONL_NO_TIME, 0, "\"dir\" must " },
	{ "{\"type\":\"ping\",\"dir\":1,\"client\":-1}", JSONL_NO_DIR,
		JSONL_NO_TIME, 0, "\"dir\" must " },
	{ "{\"type\":\"ping\",\"time\":\"now\"}", JSONL_NO_DIR, JSONL_NO_TIME,
		0, "\"time\" must " },
	{ "{\"type\":\"ping\",\"time\":5}", JSONL_NO_DIR, JSONL_NO_TIME, 0,
		"\"time\" must " },
	{ "{\"type\":\"ping\",\"dir\":null,\"client\":\"1\"}", JSONL_NO_DIR,
		JSONL_NO_TIME, 0, NULL },
};

Test(jsonl_read, marks)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		const char *line = marks[i].line;
		struct jsonl_object o;
		char why[JSONL_WHY_SIZE];

		cr_assert(read_line(line, strlen(line), &o, why), "%s", why);
		cr_assert_eq(o.dir, marks[i].dir, "%s", line);
		cr_assert_eq(o.time_ns, marks[i].time_ns, "%s", line);
		cr_assert_eq(o.client, marks[i].client, "%s", line);
		cr_assert_eq(o.mark_fault != NULL, marks[i].fault != NULL);
		if (o.mark_fault)
			cr_assert_eq(strncmp(o.mark_fault, marks[i].fault,
					     strlen(marks[i].fault)),
				0, "%s: %s", line, o.mark_fault);
	}
	jsonl_release(&reader);
}

static const struct {
	const char *text;
	int64_t ns;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01t00:00:00z", 0 },
	{ "1970-01-01 00:00:00+00:00", 0 },
	{ "1970-01-01T00:00:00.5+00:01", -59500000000 },
	{ "2000-02-29T23:59:59.999999999Z", 951868799999999999 },
	{ "2000-02-29T23:59:59.9999999999Z", 951868799999999999 },
	{ "2026-01-31T13:30:00.25+01:30", 1769860800250000000 },
	{ "2026-01-31T03:00:00-09:00", 1769860800000000000 },
	{ "2016-12-31T23:59:60Z", 1483228800000000000 },
	{ "2100-03-01T00:00:00Z", 4107542400000000000 },
	{ "2250-12-31T23:59:59Z", 8867491199000000000 },
};

static const char *const no_times[] = { "", "2026", "2026-01-31",
	"1969-12-31T23:59:59Z", "2251-01-01T00:00:00Z", "2026-00-31T12:00:00Z",
	"2026-13-31T12:00:00Z", "2026-02-29T12:00:00Z", "2100-02-29T12:00:00Z",
	"2026-01-32T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
	"2026-01-31T12:00:61Z", "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z",
	"2026-01-31T12:00:00.5", "2026-01-31T12:00:00Zx",
	"2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00+00:60",
	"2026-01-31T12:00:00+0000", "2026-01-31x12:00:00Z",
	"2026-1-31T12:00:00Z", "+026-01-31T12:00:00Z" };

Test(jsonl_read, times)
{
	int64_t ns;

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		size_t len = strlen(times[i].text);
		const char *text = (const char *)guard_copy(times[i].text, len);

		cr_assert(jsonl_time_read(text, len, &ns), "%s", times[i].text);
		cr_assert_eq(ns, times[i].ns, "%s: %lld", times[i].text,
			(long long)ns);
		for (size_t cut = 0; cut < len; cut++) {
			text = (const char *)guard_copy(times[i].text, cut);
			cr_assert_not(jsonl_time_read(text, cut, &ns));
		}
	}
	for (size_t i = 0; i < sizeof no_times / sizeof *no_times; i++)
		cr_assert_not(
			jsonl_time_read(no_times[i], strlen(no_times[i]), &ns),
			"%s", no_times[i]);
}

/* Members go to the frame by their keys, in whatever way they are said. */
Test(jsonl_read, frames)
{
	static const char *const lines[] = {
		"{\"type\":\"frame\",\"fin\":false,\"rsv\":4,\"opcode\":3,"
		"\"mask\":\"0a0B0c0d\",\"len\":7,\"hex\":\"00ff\","
		"\"time\":1,\"more\":{},\"cut\":null}",
		"{\"type\":\"frame\",\"fin\":0,\"rsv\":\"4\","
		"\"opcode\":\"0x3\",\"mask\":\"0a0b0c0d\",\"len\":\"7\","
		"\"base64\":\"AP8=\",\"dir\":\"out\"}",
	};
	const char *raw = "{\"type\":\"raw\",\"data\":\"a\\u0000\"}";
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE];

	for (size_t i = 0; i < 2; i++) {
		cr_assert(read_line(lines[i], strlen(lines[i]), &o, why), "%s",
			why);
		cr_assert_eq(o.type, JSONL_FRAME);
		cr_assert(!o.frame->fin && !o.frame->raw);
		cr_assert(o.frame->rsv == 4 && o.frame->opcode == 3);
		cr_assert_eq(o.frame->mask, RAWFRAME_MASK_KEY);
		cr_assert_eq(memcmp(o.frame->key, "\x0a\x0b\x0c\x0d", 4), 0);
		cr_assert(o.frame->len == 7 && o.frame->size == 2);
		cr_assert_eq(memcmp(o.frame->bytes, "\0\xff", 2), 0);
	}
	cr_assert(read_line(raw, strlen(raw), &o, why));
	cr_assert(o.frame->raw && o.frame->size == 2);
	cr_assert(read_line("{\"type\":\"ping\"}", 15, &o, why));
	cr_assert_null(o.frame);
	jsonl_release(&reader);
}

Test(jsonl_read, frames_refused)
{
	static const char *const lines[] = {
		"{\"type\":\"frame\",\"fin\":[]}",
		"{\"type\":\"frame\",\"fin\":2}",
		"{\"type\":\"frame\",\"len\":1.5}",
		"{\"type\":\"frame\",\"rsv\":-1}",
		"{\"type\":\"frame\",\"hex\":\"0\"}",
		"{\"type\":\"frame\",\"text\":\"a\",\"hex\":\"00\"}",
		"{\"type\":\"raw\",\"opcode\":1}",
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct jsonl_object o;
		char why[JSONL_WHY_SIZE];

		cr_assert_not(read_line(lines[i], strlen(lines[i]), &o, why),
			"%s", lines[i]);
		check_why(why);
	}
	jsonl_release(&reader);
}
