#define _GNU_SOURCE

#include "base/base64.h"
#include "format/jsonl.h"
#include "unit/guard.h"
#include "unit/room.h"
#include "ws/close.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>

#define TIME "2026-01-31T12:00:00.000000Z"
#define HEAD "{\"time\":\"" TIME "\","
#define SPAN(s) (const uint8_t *)(s), sizeof(s) - 1

enum { OUT = 1 << 14 };

static const struct jsonl_mark incoming = { .time = TIME, .dir = JSONL_IN };
static const struct jsonl_mark event = { .time = TIME };

/* Strings, as JSON has them. */
static const struct {
	const char *in;
	size_t len;
	const char *out;
} strings[] = {
#define CASE(in, out)                                                          \
	{                                                                      \
		in, sizeof(in) - 1, out                                        \
	}
	CASE("", ""),
	CASE("hello", "hello"),
	CASE("a longer text, of ASCII only: [{'/'}] ~!",
		"a longer text, of ASCII only: [{'/'}] ~!"),
	CASE("say \"x\"", "say \\\"x\\\""),
	CASE("C:\\dir\\", "C:\\\\dir\\\\"),
	CASE("12345678\"12345678\\12345678",
		"12345678\\\"12345678\\\\12345678"),
	CASE("\b\f\n\r\t", "\\b\\f\\n\\r\\t"),
	CASE("\0", "\\u0000"),
	CASE("a\0b", "a\\u0000b"),
	CASE("\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b"
	     "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b"
	     "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b"
	     "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b",
		"\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001"
		"b\\u001b"
		"\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001"
		"b\\u001b"
		"\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001"
		"b\\u001b"
		"\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001b\\u001"
		"b\\u001b"),
	CASE("\x01\x0b\x1b[31m\x1f\x7f",
		"\\u0001\\u000b\\u001b[31m\\u001f\\u007f"),
	CASE("gr\xc3\xbc\xc3\x9f \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80",
		"gr\xc3\xbc\xc3\x9f \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80"),
	CASE("\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0"),
	CASE("a\xe2\x80\xae"
	     "b",
		"a\\u202e"
		"b"),
	CASE("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"),
	CASE("\xef\xbb\xbf\xef\xbf\xbe\xef\xbf\xbd",
		"\\ufeff\\ufffe\xef\xbf\xbd"),
	CASE("\xf3\xa0\x81\x81", "\\udb40\\udc41"),
	CASE("\xf4\x8f\xbf\xbf", "\\udbff\\udfff"),
	CASE("\xf0\x9f\xbf\xbe", "\\ud83f\\udffe"),
	CASE("\xf0\x9d\x85\xb3", "\\ud834\\udd73"),
#undef CASE
};

static void same(const struct buf *b, const char *want)
{
	cr_assert(buf_len(b) == strlen(want) &&
			  !memcmp(buf_head(b), want, strlen(want)),
		"%.*s not %s", (int)buf_len(b), (const char *)buf_head(b),
		want);
}

static const char *text_line(size_t i)
{
	static char line[512];

	snprintf(line, sizeof line,
		HEAD "\"dir\":\"in\",\"type\":\"text\",\"size\":%zu,"
		     "\"data\":\"%s\"}\n",
		strings[i].len, strings[i].out);
	return line;
}

Test(jsonl_write, texts)
{
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		struct buf *b = room(512);
		size_t at = 0;

		cr_assert(jsonl_write_message(b, 0, &incoming, WS_TEXT,
			guard_copy(strings[i].in, strings[i].len),
			strings[i].len, &at));
		cr_assert_eq(at, strings[i].len);
		same(b, text_line(i));
	}
}

/* A message into rooms that grow from none, taken out when one is full. */
static void in_rooms(enum ws_opcode opcode, const uint8_t *data, size_t len,
	size_t cap, size_t spare, const char *want)
{
	static uint8_t mem[OUT];
	struct buf all, *b = room(cap);
	bool done = false;
	size_t at = 0;

	data = guard_copy(data, len);
	buf_init(&all, mem, sizeof mem);
	while (!done) {
		size_t before = at, taken;

		done = jsonl_write_message(
			b, spare, &incoming, opcode, data, len, &at);
		taken = buf_len(b);
		cr_assert(done || at > before, "stuck with room for %zu", cap);
		cr_assert_leq(taken + spare, cap, "into what was spared");
		cr_assert_eq(done, at == len);
		cr_assert(buf_put(&all, buf_head(b), taken));
		buf_consume(b, taken);
	}
	same(&all, want);
}

Test(jsonl_write, texts_in_pieces)
{
	static uint8_t in[2000];
	static char out[8000], want[9000];

	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
		size_t n = 0, used = 0;

		if (strings[i].len == 0)
			continue;
		while (n + strings[i].len <= sizeof in &&
			used + strlen(strings[i].out) < sizeof out) {
			memcpy(in + n, strings[i].in, strings[i].len);
			strcpy(out + used, strings[i].out);
			n += strings[i].len;
			used += strlen(strings[i].out);
		}
		snprintf(want, sizeof want,
			HEAD "\"dir\":\"in\",\"type\":\"text\",\"size\":%zu,"
			     "\"data\":\"%s\"}\n",
			n, out);
		for (size_t more = 0; more < 30; more++)
			in_rooms(WS_TEXT, in, n, JSONL_HEAD_ROOM + more + 7,
				more % 8, want);
	}
}

static const char *binary_line(size_t len, const char *base64)
{
	static char line[4096];

	snprintf(line, sizeof line,
		HEAD "\"dir\":\"in\",\"type\":\"binary\",\"size\":%zu,"
		     "\"base64\":\"%s\"}\n",
		len, base64);
	return line;
}

Test(jsonl_write, binaries)
{
	in_rooms(WS_BINARY, NULL, 0, 256, 0, binary_line(0, ""));
	in_rooms(WS_BINARY, SPAN("\0"), 256, 0, binary_line(1, "AA=="));
	in_rooms(WS_BINARY, SPAN("\0\xff"), 256, 0, binary_line(2, "AP8="));
	in_rooms(WS_BINARY, SPAN("\0\xff\n"), 256, 0, binary_line(3, "AP8K"));
}

/* "base64" as often as it takes: groups may be cut between, never in. */
Test(jsonl_write, binaries_in_pieces)
{
	for (size_t tail = 0; tail < 3; tail++) {
		static const char *const ends[] = { "", "AA==", "AAA=" };
		uint8_t in[1502] = { 0 };
		char out[2048];
		size_t n = 0, used = 0;

		for (; n + 6 <= 1500; n += 6, used += 8) {
			memcpy(in + n, "foobar", 6);
			memcpy(out + used, "Zm9vYmFy", 9);
		}
		strcpy(out + used, ends[tail]);
		for (size_t more = 0; more < 30; more++)
			in_rooms(WS_BINARY, in, n + tail,
				JSONL_HEAD_ROOM + more + 3, more % 4,
				binary_line(n + tail, out));
	}
}

/* Also where the last character or group is just not behind the room's end. */
Test(jsonl_write, every_length)
{
	for (size_t n = 0; n < 400; n++) {
		uint8_t in[400] = { 0 };
		char out[1024], line[1200];

		memset(out, 'A', sizeof out);
		out[BASE64_SIZE(n) - 1] = '\0';
		if (n % 3)
			memset(out + strlen(out) - 3 + n % 3, '=', 3 - n % 3);
		in_rooms(WS_BINARY, in, n, 260, 3, binary_line(n, out));
		memset(in, 'a', n);
		snprintf(line, sizeof line,
			HEAD "\"dir\":\"in\",\"type\":\"text\","
			     "\"size\":%zu,\"data\":\"%.*s\"}\n",
			n, (int)n, (const char *)in);
		in_rooms(WS_TEXT, in, n, 260, 3, line);
	}
}

/* Behind what is queued, not over it; and moved no further than it must. */
Test(jsonl_write, behind_what_is_queued)
{
	struct buf *b = room(2 * JSONL_HEAD_ROOM);
	size_t at = 0;

	cr_assert(buf_put(b, (char[100]){ 0 }, 100));
	cr_assert(buf_put(b, "678", 3));
	buf_consume(b, 100);
	cr_assert(jsonl_write_message(
		b, 7, &incoming, WS_TEXT, SPAN("hello"), &at));
	cr_assert_eq(b->start, 100);
	cr_assert_eq(memcmp(buf_head(b), "678{\"time\"", 10), 0);
}

Test(jsonl_write, takes_nothing_without_room)
{
	struct buf *b = room(JSONL_HEAD_ROOM + 9);
	size_t at = 0;

	for (size_t spare = 10; spare < JSONL_HEAD_ROOM + 20; spare++)
		cr_assert_not(jsonl_write_message(
			b, spare, &incoming, WS_TEXT, SPAN("hello"), &at));
	cr_assert_not(jsonl_write_message(
		b, SIZE_MAX, &incoming, WS_TEXT, SPAN("hello"), &at));
	cr_assert_eq(at, 0);
	cr_assert_eq(buf_len(b), 0);
	cr_assert(jsonl_write_message(
		b, 9, &incoming, WS_TEXT, SPAN("hello"), &at));
	/* A message that was begun, and no room at all. */
	at = 2;
	b = room(2);
	cr_assert_not(jsonl_write_message(
		b, 0, &incoming, WS_TEXT, SPAN("hello"), &at));
	cr_assert_not(jsonl_write_message(
		b, 2, &incoming, WS_TEXT, SPAN("hello"), &at));
	cr_assert_eq(at, 2);
	cr_assert_eq(buf_len(b), 0);
}

/* The kinds of bounded objects, each with what it is to be. */
enum { OBJECTS = 18 };

static bool object(struct buf *b, size_t i, const char **want)
{
	static const char *const extensions[] = { "permessage-deflate; x=\"1\"",
		"foo" };
	const struct jsonl_open bare = { .url = "ws://a/",
		.status = 101,
		.address = "127.0.0.1:80" },
				heads = { .url = "ws://a/",
					.status = 101,
					.address = "[::1]:80",
					.request = "GET / HTTP/1.1\r\n\r\n",
					.response = "" },
				full = { .url = "wss://h\xc3\xb6/?\"\xff",
					.status = 101,
					.address = "[::1]:443",
					.tls = "TLSv1.3",
					.cipher = "TLS_AES_128_GCM_SHA256",
					.subprotocol = "chat",
					.extensions = extensions,
					.extensions_n = 2 };
	static const struct jsonl_mark out = { TIME, JSONL_OUT, 0 },
				       in_7 = { TIME, JSONL_IN, 7 },
				       out_7 = { TIME, JSONL_OUT, UINT_MAX },
				       open_2 = { TIME, JSONL_NO_DIR, 2 };
	static const char *const wants[OBJECTS] = {
		HEAD "\"dir\":\"in\",\"type\":\"ping\",\"size\":0,"
		     "\"data\":\"\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"pong\",\"size\":3,"
		     "\"data\":\"a\\\"b\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"ping\",\"size\":2,"
		     "\"base64\":\"AP8=\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"pong\",\"size\":2,"
		     "\"base64\":\"4oI=\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"close\",\"code\":1000,"
		     "\"reason\":\"bye\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"close\",\"code\":4999,"
		     "\"reason\":\"\\u202e\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"close\",\"code\":null,"
		     "\"reason\":\"\"}\n",
		HEAD "\"type\":\"open\",\"url\":\"ws://a/\",\"status\":101,"
		     "\"address\":\"127.0.0.1:80\",\"tls\":null,"
		     "\"cipher\":null,\"subprotocol\":null,"
		     "\"extensions\":[]}\n",
		HEAD "\"type\":\"open\","
		     "\"url\":\"wss://h\xc3\xb6/?\\\"\xef\xbf\xbd\","
		     "\"status\":101,\"address\":\"[::1]:443\","
		     "\"tls\":\"TLSv1.3\","
		     "\"cipher\":\"TLS_AES_128_GCM_SHA256\","
		     "\"subprotocol\":\"chat\",\"extensions\":["
		     "\"permessage-deflate; x=\\\"1\\\"\",\"foo\"]}\n",
		HEAD "\"type\":\"error\",\"exit\":0,\"message\":\"\"}\n",
		HEAD "\"type\":\"error\",\"exit\":56,"
		     "\"message\":\"lost\\n\"}\n",
		HEAD "\"type\":\"error\",\"exit\":111,\"message\":"
		     "\"\xef\xbf\xbd"
		     "a\xef\xbf\xbd\xef\xbf\xbd\"}\n",
		HEAD "\"dir\":\"out\",\"type\":\"pong\",\"size\":1,"
		     "\"data\":\"a\"}\n",
		HEAD "\"dir\":\"in\",\"client\":7,\"type\":\"close\","
		     "\"code\":1001,\"reason\":\"\"}\n",
		HEAD "\"client\":2,\"type\":\"open\",\"url\":\"ws://a/\","
		     "\"status\":101,\"address\":\"[::1]:80\","
		     "\"tls\":null,\"cipher\":null,\"subprotocol\":null,"
		     "\"extensions\":[],"
		     "\"request\":\"GET / HTTP/1.1\\r\\n\\r\\n\","
		     "\"response\":\"\"}\n",
		HEAD "\"client\":2,\"type\":\"error\",\"exit\":1,"
		     "\"message\":\"no\"}\n",
		HEAD "\"dir\":\"in\",\"type\":\"raw\",\"size\":129,"
		     "\"base64\":\"iX4=\"}\n",
		HEAD "\"dir\":\"out\",\"client\":4294967295,"
		     "\"type\":\"ping\",\"size\":0,\"data\":\"\"}\n",
	};

	*want = wants[i];
	switch (i) {
	case 0:
		return jsonl_write_control(b, &incoming, WS_PING, SPAN(""));
	case 1:
		return jsonl_write_control(b, &incoming, WS_PONG, SPAN("a\"b"));
	case 2:
		return jsonl_write_control(
			b, &incoming, WS_PING, SPAN("\0\xff"));
	case 3: /* a sequence that is cut */
		return jsonl_write_control(
			b, &incoming, WS_PONG, SPAN("\xe2\x82"));
	case 4:
		return jsonl_write_close(b, &incoming, 1000, SPAN("bye"));
	case 5:
		return jsonl_write_close(
			b, &incoming, 4999, SPAN("\xe2\x80\xae"));
	case 6:
		return jsonl_write_close(
			b, &incoming, WS_CLOSE_NO_CODE, NULL, 0);
	case 7:
		return jsonl_write_open(b, &event, &bare);
	case 8:
		return jsonl_write_open(b, &event, &full);
	case 9:
		return jsonl_write_error(b, &event, 0, "");
	case 10:
		return jsonl_write_error(b, &event, 56, "lost\n");
	case 11:
		return jsonl_write_error(b, &event, 111,
			"\xff"
			"a\xe2\x82");
	case 12:
		return jsonl_write_control(b, &out, WS_PONG, SPAN("a"));
	case 13:
		return jsonl_write_close(b, &in_7, 1001, SPAN(""));
	case 14:
		return jsonl_write_open(b, &open_2, &heads);
	case 15:
		return jsonl_write_error(b, &open_2, 1, "no");
	case 16:
		return jsonl_write_raw(b, &incoming, 129, SPAN("\x89\x7e"));
	default:
		return jsonl_write_control(b, &out_7, WS_PING, SPAN(""));
	}
}

/* In any room: all of it, or nothing. */
Test(jsonl_write, bounded_objects)
{
	for (size_t i = 0; i < OBJECTS; i++)
		for (size_t cap = 0; cap < 400; cap++) {
			struct buf *b = room(cap);
			const char *want;
			bool fits = object(b, i, &want);

			cr_assert_eq(fits, cap >= strlen(want),
				"object %zu in %zu", i, cap);
			same(b, fits ? want : "");
		}
}

/* What takes most room. */
Test(jsonl_write, control_room_is_enough)
{
	uint8_t data[WS_CONTROL_MAX];

	for (int b = 0; b < 256; b++) {
		memset(data, b, sizeof data);
		cr_assert(jsonl_write_control(room(JSONL_CONTROL_ROOM),
			&incoming, WS_PONG, data, sizeof data));
		cr_assert(jsonl_write_close(room(JSONL_CONTROL_ROOM), &incoming,
			1000, data, sizeof data - 2));
	}
}

Test(jsonl_write, times)
{
	static const struct {
		int64_t seconds;
		long nanoseconds;
		const char *want;
	} cases[] = {
		{ 0, 0, "1970-01-01T00:00:00.000000Z" },
		{ 1769860800, 0, TIME },
		{ 951782400, 999, "2000-02-29T00:00:00.000000Z" },
		{ 1709251199, 999999999, "2024-02-29T23:59:59.999999Z" },
		{ 4107542400, 1000, "2100-03-01T00:00:00.000001Z" },
		{ 2147483648, 120345678, "2038-01-19T03:14:08.120345Z" },
		{ 253402300799, 0, "9999-12-31T23:59:59.000000Z" },
		/* what RFC 3339 has no year for */
		{ 253402300800, 0, "9999-12-31T23:59:59.000000Z" },
		{ INT64_MAX, 0, "9999-12-31T23:59:59.000000Z" },
		{ -1, 0, "1970-01-01T00:00:00.000000Z" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[JSONL_TIME_SIZE];

		jsonl_time(out, cases[i].seconds, cases[i].nanoseconds);
		cr_assert_str_eq(out, cases[i].want);
	}
}

Test(jsonl_write, messages_of_ours)
{
	const struct jsonl_mark mark = { TIME, JSONL_OUT, 2 };
	struct buf *b = room(512);
	size_t at = 0;

	cr_assert(
		jsonl_write_message(b, 0, &mark, WS_TEXT, SPAN("hello"), &at));
	same(b, HEAD "\"dir\":\"out\",\"client\":2,\"type\":\"text\","
		     "\"size\":5,\"data\":\"hello\"}\n");
}

/* Frames as people word them, and as they are recorded. */
static const struct {
	const char *words;
	bool raw;
	const char *line;
} frames[] = {
	{ "", false,
		"\"type\":\"frame\",\"fin\":true,\"rsv\":0,\"opcode\":1,"
		"\"len\":0,\"lenbits\":7}\n" },
	{ "fin=0 rsv=5 opcode=15 mask=none len=126 hex:00ff", false,
		"\"type\":\"frame\",\"fin\":false,\"rsv\":5,\"opcode\":15,"
		"\"mask\":\"none\",\"len\":126,\"lenbits\":16,"
		"\"base64\":\"AP8=\"}\n" },
	{ "mask=0a1b2c3d lenbits=64 fill:10G:01ff", false,
		"\"type\":\"frame\",\"fin\":true,\"rsv\":0,\"opcode\":1,"
		"\"mask\":\"0a1b2c3d\",\"len\":10737418240,\"lenbits\":64,"
		"\"fill\":\"10737418240:01ff\"}\n" },
	{ "mask=wrong code=1002 reason=x", false,
		"\"type\":\"frame\",\"fin\":true,\"rsv\":0,\"opcode\":8,"
		"\"mask\":\"wrong\",\"len\":3,\"lenbits\":7,"
		"\"base64\":\"A+p4\"}\n" },
	{ "mask=random cut=1,3 pause=1.5s text:abc", false,
		"\"type\":\"frame\",\"fin\":true,\"rsv\":0,\"opcode\":1,"
		"\"mask\":\"random\",\"len\":3,\"lenbits\":7,"
		"\"base64\":\"YWJj\",\"cut\":\"1,3\",\"pause\":\"1500ms\"}"
		"\n" },
	{ "fill:0:0a", false,
		"\"type\":\"frame\",\"fin\":true,\"rsv\":0,\"opcode\":1,"
		"\"len\":0,\"lenbits\":7,\"fill\":\"0:0a\"}\n" },
	{ "hex:", true, "\"type\":\"raw\",\"base64\":\"\"}\n" },
	{ "cut=1 hex:8100", true,
		"\"type\":\"raw\",\"base64\":\"gQA=\",\"cut\":\"1\"}\n" },
};

static void same_frame(const struct rawframe *a, const struct rawframe *b)
{
	cr_assert(a->raw == b->raw && a->fin == b->fin && a->rsv == b->rsv);
	cr_assert(a->opcode == b->opcode && a->mask == b->mask);
	cr_assert_eq(memcmp(a->key, b->key, sizeof a->key), 0);
	cr_assert(a->len == b->len && a->lenbits == b->lenbits);
	cr_assert(a->size == b->size && a->nbytes == b->nbytes);
	if (a->nbytes)
		cr_assert_eq(memcmp(a->bytes, b->bytes, a->nbytes), 0);
	cr_assert(a->ncuts == b->ncuts && a->pause_ms == b->pause_ms);
	cr_assert_eq(memcmp(a->cuts, b->cuts, a->ncuts * sizeof *a->cuts), 0);
}

Test(jsonl_write, frames)
{
	const struct jsonl_mark mark = { TIME, JSONL_OUT, 0 };

	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
		struct jsonl_reader reader = { 0 };
		struct jsonl_object o;
		struct rawframe f;
		char want[512], why[JSONL_WHY_SIZE];

		rawframe_init(&f, frames[i].raw);
		cr_assert(rawframe_parse(&f, frames[i].words, why), "%s", why);
		snprintf(want, sizeof want, HEAD "\"dir\":\"out\",%s",
			frames[i].line);
		for (size_t cap = 0; cap < 500; cap++) {
			bool fits = jsonl_write_frame(room(cap), &mark, &f);

			cr_assert_eq(
				fits, cap >= strlen(want) + 1 ||
					      (fits && cap >= strlen(want)));
		}

		struct buf *b = room(jsonl_frame_room(&f));

		cr_assert(jsonl_write_frame(b, &mark, &f));
		same(b, want);
		cr_assert(jsonl_read(&reader, buf_head(b), buf_len(b), &o, why),
			"%s", why);
		cr_assert_eq(o.dir, JSONL_OUT);
		same_frame(o.frame, &f);
		jsonl_release(&reader);
		rawframe_release(&f);
	}
}

/* Whatever its payload and cuts. */
Test(jsonl_write, frame_room_is_enough)
{
	const struct jsonl_mark mark = { TIME, JSONL_OUT, UINT_MAX };
	uint8_t bytes[600] = { 0 };
	struct rawframe f = {
		.fin = false,
		.rsv = 255,
		.opcode = 255,
		.mask = RAWFRAME_MASK_KEY,
		.len = UINT64_MAX,
		.lenbits = 64,
		.bytes = bytes,
		.ncuts = RAWFRAME_CUTS,
		.pause_ms = INT64_MAX,
	};

	for (size_t i = 0; i < RAWFRAME_CUTS; i++)
		f.cuts[i] = UINT64_MAX;
	for (f.nbytes = 1; f.nbytes <= sizeof bytes; f.nbytes++)
		for (int filled = 0; filled < 2; filled++) {
			f.size = filled ? UINT64_MAX : f.nbytes;
			cr_assert(jsonl_write_frame(
				room(jsonl_frame_room(&f)), &mark, &f));
		}
}
