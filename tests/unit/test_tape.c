#define _GNU_SOURCE

#include "format/har.h"
#include "format/jsonl.h"
#include "format/tape.h"
#include "unit/guard.h"
#include "ws/close.h"

#include <criterion/criterion.h>
#include <stdio.h>

static bool read_text(struct tape *t, const char *text, size_t len,
	const char *url, struct err *err)
{
	memset(t, '?', sizeof *t);
	*err = (struct err){ 0 };
	return tape_read(t, "it", guard_copy(text, len), len, url, err);
}

/* An entry, worded: "+1.500000 > text hello". */
static const char *worded(const struct tape_entry *e)
{
	static const char *const kinds[] = {
		[TAPE_MESSAGE] = "", [TAPE_CLOSE] = "", [TAPE_FRAME] = "frame "
	};
	static char line[256];
	int n = snprintf(line, sizeof line, "+%lld.%06lld %c %s%s ",
		(long long)(e->at_ns / 1000000000),
		(long long)(e->at_ns / 1000 % 1000000), e->out ? '>' : '<',
		kinds[e->kind], ws_opcode_name(e->opcode));

	if (e->client)
		n += snprintf(
			line + n, sizeof line - (size_t)n, "#%u ", e->client);
	if (e->kind == TAPE_CLOSE)
		n += snprintf(
			line + n, sizeof line - (size_t)n, "%u ", e->code);
	for (size_t i = 0; i < e->len; i++)
		n += snprintf(line + n, sizeof line - (size_t)n,
			e->data[i] < ' ' || e->data[i] > '~' ? "\\x%02x" : "%c",
			e->data[i]);
	return line;
}

static void same(const struct tape *t, const char *const *want)
{
	size_t n = 0;

	for (; want[n]; n++) {
		cr_assert_lt(n, t->n, "no %s", want[n]);
		cr_assert_str_eq(worded(&t->entries[n]), want[n]);
		cr_assert_eq(t->entries[n].kind == TAPE_FRAME,
			t->entries[n].frame != NULL);
	}
	cr_assert_eq(t->n, n);
}

#define HAR(messages)                                                          \
	"{\"log\":{\"entries\":[{\"request\":{\"url\":\"ws://a/\"},"           \
	"\"_webSocketMessages\":[" messages "]}]}}"

static const struct {
	const char *text, *url;
	const char *want[12];
	const char *note; /* how it begins */
} records[] = {
	{ "{\"type\":\"open\"}\n", NULL, { NULL }, "" },
	{ "{\"dir\":null,\"time\":null,\"type\":\"ping\"}", NULL,
		{ "+0.000000 > ping " }, "" },
	{ "{\"type\":\"open\",\"status\":101}\n", NULL, { NULL }, "" },
	/* jsonl: as recorded, and by hand */
	{ "{\"time\":\"2026-01-31T12:00:00.000000Z\",\"type\":\"open\"}\n"
	  "{\"time\":\"2026-01-31T12:00:01.000000Z\",\"dir\":\"out\","
	  "\"type\":\"text\",\"size\":5,\"data\":\"hello\"}\n"
	  "{\"time\":\"2026-01-31T12:00:02.500000Z\",\"dir\":\"in\","
	  "\"type\":\"binary\",\"size\":2,\"base64\":\"AP8=\"}\n"
	  "{\"time\":\"2026-01-31T12:00:02.000000Z\",\"dir\":\"in\","
	  "\"type\":\"ping\",\"size\":0,\"data\":\"\"}\n"
	  "{\"time\":\"2026-01-31T12:00:03.000000Z\",\"dir\":\"out\","
	  "\"type\":\"frame\",\"opcode\":3,\"hex\":\"00\"}\n"
	  "{\"time\":\"2026-01-31T12:00:04.000001Z\",\"dir\":\"out\","
	  "\"type\":\"close\",\"code\":1001,\"reason\":\"bye\"}\n"
	  "{\"type\":\"error\",\"exit\":56,\"message\":\"x\"}\n",
		NULL,
		{ "+1.000000 > text hello", "+2.500000 < binary \\x00\\xff",
			"+2.500000 < ping ", "+3.000000 > frame continuation ",
			"+4.000001 > close 1001 bye" },
		"" },
	/* several connections: the last with anything in it */
	{ "{\"time\":\"2026-01-31T12:00:00Z\",\"type\":\"open\"}\n"
	  "{\"type\":\"frame\",\"opcode\":3,\"hex\":\"00\"}\n"
	  "{\"time\":\"2026-01-31T13:00:00Z\",\"type\":\"open\"}\n"
	  "{\"time\":\"2026-01-31T13:00:02Z\",\"type\":\"text\","
	  "\"data\":\"b\"}\n"
	  "{\"time\":\"2026-01-31T14:00:00Z\",\"type\":\"open\"}\n",
		NULL, { "+2.000000 > text b" },
		"the last of its 2 connections is taken" },
	{ "{\"time\":\"2026-01-31T12:00:00Z\",\"client\":1,"
	  "\"type\":\"open\"}\n"
	  "{\"time\":\"2026-01-31T12:00:01Z\",\"client\":2,"
	  "\"type\":\"open\"}\n"
	  "{\"time\":\"2026-01-31T12:00:03Z\",\"client\":2,"
	  "\"type\":\"text\",\"data\":\"b\"}\n"
	  "{\"time\":\"2026-01-31T12:00:04Z\",\"client\":1,"
	  "\"type\":\"text\",\"data\":\"a\"}\n"
	  "{\"type\":\"te",
		NULL, { "+2.000000 > text #2 b" },
		"its last line, 5, is cut off and left out; the last of its 2 "
		"connections is taken" },
	{ "\xef\xbb\xbf{\"type\":\"text\",\"data\":\"a\"}\r\n\n"
	  "{\"type\":\"close\",\"code\":null,\"dir\":\"in\"}",
		NULL, { "+0.000000 > text a", "+0.000000 < close 1005 " }, "" },
	/* an end that lacks */
	{ "{\"type\":\"pong\"}\n{\"type\":\"text\",\"data\":\"a", NULL,
		{ "+0.000000 > pong " },
		"its last line, 2, is cut off and left out" },
	/* HARs */
	{ HAR(""), NULL, { NULL }, "" },
	{ " \n{ \"log\" : {\"entries\":[{\"_webSocketMessages\":[]}]}}", NULL,
		{ NULL }, "" },
	{ HAR("{\"type\":\"send\",\"time\":1769860800.25,\"opcode\":1,"
	      "\"data\":\"h\xc3\xbc\\u0000\"},"
	      "{\"type\":\"receive\",\"time\":1769860800.3504,\"opcode\":2,"
	      "\"data\":\"AP8=\"},"
	      "{\"type\":\"receive\",\"time\":1769860801,\"opcode\":9,"
	      "\"data\":\"\"},"
	      "{\"type\":\"send\",\"time\":1769860800,\"opcode\":10,"
	      "\"data\":\"YQ==\",\"_client\":2},"
	      "{\"type\":\"receive\",\"time\":1769860802.25,\"opcode\":8,"
	      "\"data\":\"A+hieWU=\"}"),
		"ws://a/",
		{ "+0.000000 > text h\\xc3\\xbc\\x00",
			"+0.100400 < binary \\x00\\xff", "+0.750000 < ping ",
			"+0.750000 > pong #2 a", "+2.000000 < close 1000 bye" },
		"" },
	/* errors among them, what is unknown, what may not be sent */
	{ HAR("{\"type\":\"error\",\"time\":1,\"opcode\":-1,\"data\":\"no\"},"
	      "{\"type\":\"send\",\"opcode\":0,\"data\":\"\"},"
	      "{\"type\":\"send\",\"opcode\":\"1\",\"data\":\"\"},"
	      "{\"type\":\"send\",\"opcode\":8,\"data\":\"A+0=\"},"
	      "{\"type\":\"send\",\"opcode\":8,\"data\":\"AA==\"},"
	      "{\"type\":\"send\",\"opcode\":8,\"data\":\"A+j/\"},"
	      "{\"type\":\"send\",\"opcode\":8,\"data\":\"\",\"code\":1006},"
	      "{\"type\":\"sent\"}"),
		NULL, { "+0.000000 > text " },
		"7 of its messages are left out: no frames that may be sent" },
	{ HAR("{\"type\":\"error\"},{\"type\":\"send\",\"opcode\":1.0}"), NULL,
		{ "+0.000000 > text " }, "1 of its messages is left out: " },
	/* as other tools have it */
	{ HAR("{\"type\":\"received\",\"time\":1769860800250,\"opcode\":2,"
	      "\"data\":\"\xc3\xbf\xc2\x80 A\"},"
	      "{\"type\":\"receive\",\"time\":\"2026-01-31T12:00:00.5Z\","
	      "\"opcode\":2,\"data\":\"\xe2\x82\xac\"},"
	      "{\"type\":\"sent\",\"time\":null,\"data\":null},"
	      "{\"type\":\"receive\",\"opcode\":8,\"data\":\"\","
	      "\"code\":1000},"
	      "{\"type\":\"receive\",\"opcode\":8,\"data\":\"bye\","
	      "\"code\":3000}"),
		NULL,
		{ "+0.000000 < binary \\xff\\x80 A",
			"+0.250000 < binary \\xe2\\x82\\xac",
			"+0.250000 > text ", "+0.250000 < close 1000 ",
			"+0.250000 < close 3000 bye" },
		"" },
/* several connections */
#define ENTRY(url, messages)                                                   \
	"{\"request\":{\"url\":\"" url "\"},\"_resourceType\":\"websocket\""   \
	",\"_webSocketMessages\":[" messages "]}"
#define SAYS(data) "{\"type\":\"send\",\"opcode\":1,\"data\":\"" data "\"}"
#define SEVERAL                                                                \
	"{\n\"log\":{\"entries\":[{\"request\":{\"url\":\"https://a/\"}},"     \
	"{\"request\":{\"url\":\"ws://a/none\"}}," ENTRY(                      \
		"ws://a/empty", "") "," ENTRY("wss://a/one",                   \
		SAYS("1")) "," ENTRY("wss://a/two", SAYS("2")) "]}}"
	{ SEVERAL, NULL, { "+0.000000 > text 1" },
		"entry 4 is taken of its 4 WebSocket connections: "
		"wss://a/one" },
	{ SEVERAL, "https://a/two", { "+0.000000 > text 2" },
		"entry 5 is taken of its 4 WebSocket connections: "
		"wss://a/two" },
	{ SEVERAL, "ws://a/two", { "+0.000000 > text 1" },
		"entry 4 is taken of its 4 WebSocket connections: "
		"wss://a/one" },
	{ HAR(SAYS("a")), "ws://b/", { "+0.000000 > text a" }, "" },
};

Test(tape, records)
{
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		const char *text = records[i].text;
		struct tape t;
		struct err err;

		cr_assert(
			read_text(&t, text, strlen(text), records[i].url, &err),
			"%s: %s", text, err.line);
		same(&t, records[i].want);
		cr_assert_eq(strncmp(t.note, records[i].note,
				     strlen(records[i].note)),
			0, "%s", t.note);
		cr_assert(*records[i].note || !*t.note, "%s", t.note);
		tape_release(&t);
	}
}

/* Cut anywhere it is a record of less, or none that is one. */
Test(tape, cut_anywhere)
{
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		for (size_t len = 0; len < strlen(records[i].text); len++) {
			size_t n = 0;
			struct tape t;
			struct err err;

			if (!read_text(&t, records[i].text, len, NULL, &err)) {
				cr_assert_eq(err.kind, ERR_INPUT);
				cr_assert_eq(
					strncmp(err.line,
						"reading the record it: ", 23),
					0, "%s", err.line);
				continue;
			}
			while (records[i].want[n])
				n++;
			cr_assert_leq(t.n, n);
			tape_release(&t);
		}
}

static const struct {
	const char *text, *line;
} refused[] = {
	{ "", "there is no connection and no message in it" },
	{ "\n \r\n", "there is no connection" },
	{ "{\"type\":\"error\",\"exit\":7,\"message\":\"x\"}\n",
		"there is no connection" },
	{ "{\"type\":\"open\",\"status\":401}\n", "there is no connection" },
	{ "{\"log\":{\"entries\":[{\"request\":{\"url\":\"ws://a/\"},"
	  "\"response\":{\"status\":401},\"_webSocketMessages\":[]}]}}",
		"a HAR without WebSocket connections" },
	{ "hello", "line 1: not JSON: " },
	{ "{\"type\":\"ping\"}\nhello\n", "line 2: not JSON: " },
	{ "{\"type\":\"ping\"}\n\n{\"type\":\"text\"}\n",
		"line 3: a text must have " },
	{ "{\"type\":\"ping\",\"dir\":\"sideways\"}\n",
		"line 1: \"dir\" must be in or out" },
	{ "\n{\"type\":\"ping\",\"dir\":\"OUT\"}", "line 2: \"dir\" must " },
	{ "{\"type\":\"ping\",\"dir\":5}\n", "line 1: \"dir\" must " },
	{ "{\"type\":\"ping\",\"time\":\"garbage\"}\n",
		"line 1: \"time\" must be a time as in 2026-" },
	{ "{\"type\":\"ping\"}\n"
	  "{\"type\":\"ping\",\"time\":\"2026-13-45T99:00:00Z\"}",
		"line 2: \"time\" must " },
	{ "{\"type\":\"open\",\"time\":1769860800}\n",
		"line 1: \"time\" must " },
	{ "{\"a\":1}", "line 1: there is no \"type\"" },
	{ "[]", "line 1: an array, " },
	{ "{\"log\":", "not JSON: " },
	{ "{\n\"log\":}", "not JSON: " },
	{ "{\n}", "neither jsonl nor a HAR: " },
	{ "{\"log\":[]}", "neither jsonl nor a HAR: " },
	{ "{\"log\":{\"entries\":{}}}", "neither jsonl nor a HAR: " },
	{ "{\"log\":{\"entries\":[]}}", "a HAR without WebSocket connections" },
	{ "{\"log\":{\"entries\":[1,{\"request\":{\"url\":1}},"
	  "{\"request\":{\"url\":\"http://a\"}}]}}",
		"a HAR without WebSocket connections" },
	{ "{\"log\":{\"entries\":[{},{\"request\":{\"url\":\"wss://a/\"}}]}}",
		"entry 2, wss://a/: it has no \"_webSocketMessages\"" },
	{ "{\"log\":{\"entries\":[{\"_resourceType\":\"websocket\","
	  "\"_webSocketMessages\":{}}]}}",
		"entry 1, : it has no " },
	{ HAR("1"), "entry 1, message 1: not an object" },
	{ HAR("{\"type\":\"send\"},{}"),
		"entry 1, message 2: \"type\" must be send or receive" },
	{ HAR("{\"type\":\"send\",\"data\":{}}"),
		"entry 1, message 1: \"data\" must be a string" },
};

Test(tape, refused)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const char *want = refused[i].line;
		struct tape t;
		struct err err;

		cr_assert_not(read_text(&t, refused[i].text,
				      strlen(refused[i].text), NULL, &err),
			"%s", refused[i].text);
		cr_assert_eq(err.kind, ERR_INPUT);
		cr_assert_eq(strncmp(err.line + 23, want, strlen(want)), 0,
			"%s", err.line);
		tape_release(&t);
	}
}

/* What format/har writes is read as it was. */
Test(tape, har_there_and_back)
{
	static const struct har_message messages[] = {
		{ 1769860800000000000, true, WS_TEXT, (const uint8_t *)"a\"",
			2 },
		{ 1769860800000001000, false, WS_BINARY,
			(const uint8_t *)"\0\xff", 2 },
		{ 1769860801123456000, false, WS_PING, NULL, 0 },
		{ 1769860801123456000, true, WS_CLOSE,
			(const uint8_t *)"\x03\xe9go", 4 },
	};
	static const char *const want[] = { "+0.000000 > text a\"",
		"+0.000001 < binary \\x00\\xff", "+1.123456 < ping ",
		"+1.123456 > close 1001 go", NULL };
	const struct har_entry entry = { .url = "ws://a/" };
	uint8_t mem[8192];
	struct har har = { 0 };
	struct tape t;
	struct err err;
	struct buf b;

	buf_init(&b, mem, sizeof mem);
	cr_assert(har_entry(&har, &b, &entry));
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		size_t at = 0;

		cr_assert(har_message(&har, &b, 64, &messages[i], &at));
	}
	cr_assert(buf_put(&b, har_trailer(&har), strlen(har_trailer(&har))));
	cr_assert(read_text(&t, (const char *)buf_head(&b), buf_len(&b),
			  "ws://a/", &err),
		"%s", err.line);
	same(&t, want);
	cr_assert_str_eq(t.note, "");
	tape_release(&t);
}

/* Many entries, and data as long as the file allows. */
Test(tape, many)
{
	enum { MANY = 20000 };
	static const char line[] = "{\"type\":\"text\",\"data\":\"hello\"}\n";
	static char text[MANY * sizeof line];
	size_t len = 0;
	struct tape t;
	struct err err;

	for (int i = 0; i < MANY; i++, len += sizeof line - 1)
		memcpy(text + len, line, sizeof line);
	cr_assert(read_text(&t, text, len, NULL, &err));
	cr_assert_eq(t.n, MANY);
	for (size_t i = 0; i < MANY; i++)
		cr_assert_str_eq(
			worded(&t.entries[i]), "+0.000000 > text hello");
	tape_release(&t);
}
