#define _GNU_SOURCE

#include "base/version.h"
#include "format/har.h"
#include "format/json.h"
#include "unit/guard.h"
#include "unit/room.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>

enum { OUT = 1 << 16 };

/* 2026-01-31T12:00:00.123456789Z */
static const int64_t noon = 1769860800123456789;

static const char request[] = "GET /chat?a=1&b&=&c=d=e HTTP/1.1\r\n"
			      "Host: example.org\r\n"
			      "Cookie: session=***; theme=\"dark\"; none\r\n"
			      "cookie:x=1\r\n"
			      "X-Empty:\r\n"
			      "\r\n";
static const char response[] = "HTTP/1.1 101 Switching Protocols\r\n"
			       "Upgrade: websocket\r\n"
			       "Set-Cookie: a=b=c; Path=/; Secure\r\n"
			       "Set-Cookie: d=\xff\r\n"
			       "\r\n";

static const struct har_entry full = {
	.started_ns = noon,
	.url = "wss://example.org/chat?a=1&b&=&c=d=e",
	.address = "[2001:db8::1]:443",
	.times = { 1500000, 20000000, 30000001, 500, 4000000 },
	.request = request,
	.response = response,
	.client = 2,
};
static const struct har_entry bare = {
	.started_ns = -5,
	.url = "ws+unix:/run/a:b",
	.address = "/run/a:80",
	.times = { -1, -1, -1, -1, -1 },
};

#define LOG                                                                    \
	"{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"wstap\","       \
	"\"version\":\"" WSTAP_VERSION "\"},\"pages\":[],\"entries\":[\n"
#define FULL                                                                   \
	"{\"startedDateTime\":\"2026-01-31T12:00:00.123456Z\","                \
	"\"serverIPAddress\":\"2001:db8::1\",\"connection\":\"443\","          \
	"\"_client\":2,\"request\":{\"method\":\"GET\","                       \
	"\"url\":\"wss://example.org/chat?a=1&b&=&c=d=e\","                    \
	"\"httpVersion\":\"HTTP/1.1\",\"cookies\":["                           \
	"{\"name\":\"session\",\"value\":\"***\"},"                            \
	"{\"name\":\"theme\",\"value\":\"\\\"dark\\\"\"},"                     \
	"{\"name\":\"x\",\"value\":\"1\"}],\"headers\":["                      \
	"{\"name\":\"Host\",\"value\":\"example.org\"},"                       \
	"{\"name\":\"Cookie\","                                                \
	"\"value\":\"session=***; theme=\\\"dark\\\"; none\"},"                \
	"{\"name\":\"cookie\",\"value\":\"x=1\"},"                             \
	"{\"name\":\"X-Empty\",\"value\":\"\"}],\"queryString\":["             \
	"{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"b\",\"value\":\"\"},"    \
	"{\"name\":\"\",\"value\":\"\"},{\"name\":\"c\",\"value\":\"d=e\"}],"  \
	"\"headersSize\":118,\"bodySize\":0},\"response\":{\"status\":101,"    \
	"\"statusText\":\"Switching Protocols\",\"httpVersion\":\"HTTP/1.1\"," \
	"\"cookies\":[{\"name\":\"a\",\"value\":\"b=c\"},"                     \
	"{\"name\":\"d\",\"value\":\"\xef\xbf\xbd\"}],\"headers\":["           \
	"{\"name\":\"Upgrade\",\"value\":\"websocket\"},"                      \
	"{\"name\":\"Set-Cookie\",\"value\":\"a=b=c; Path=/; Secure\"},"       \
	"{\"name\":\"Set-Cookie\",\"value\":\"d=\xef\xbf\xbd\"}],"             \
	"\"content\":{\"size\":0,\"mimeType\":\"x-unknown\"},"                 \
	"\"redirectURL\":\"\",\"headersSize\":108,\"bodySize\":0},"            \
	"\"time\":55.500,\"cache\":{},\"timings\":{\"blocked\":-1,"            \
	"\"dns\":1.500,\"connect\":50.000,\"ssl\":30.000,\"send\":0.000,"      \
	"\"wait\":4.000,\"receive\":0},\"_resourceType\":\"websocket\","       \
	"\"_webSocketMessages\":["
#define BARE                                                                   \
	"{\"startedDateTime\":\"1970-01-01T00:00:00.000000Z\","                \
	"\"request\":{\"method\":\"\",\"url\":\"ws+unix:/run/a:b\","           \
	"\"httpVersion\":\"\",\"cookies\":[],\"headers\":[],"                  \
	"\"queryString\":[],\"headersSize\":-1,\"bodySize\":0},"               \
	"\"response\":{\"status\":0,\"statusText\":\"\",\"httpVersion\":\"\"," \
	"\"cookies\":[],\"headers\":[],\"content\":{\"size\":0,"               \
	"\"mimeType\":\"x-unknown\"},\"redirectURL\":\"\","                    \
	"\"headersSize\":-1,\"bodySize\":0},\"time\":0.000,\"cache\":{},"      \
	"\"timings\":{\"blocked\":-1,\"dns\":-1,\"connect\":-1,\"ssl\":-1,"    \
	"\"send\":0.000,\"wait\":0.000,\"receive\":0},"                        \
	"\"_resourceType\":\"websocket\",\"_webSocketMessages\":["

/* A file: what was said so far, which is an archive with its trailer. */
static struct {
	char p[OUT];
	size_t len;
} file;

static void append(const struct har *har, struct buf *b)
{
	static char all[OUT + 256];
	size_t len = buf_len(b);

	cr_assert_leq(len, OUT - file.len);
	memcpy(file.p + file.len, buf_head(b), len);
	file.len += len;
	buf_consume(b, len);
	memcpy(all, file.p, file.len);
	strcpy(all + file.len, har_trailer(har));
	cr_assert(json_valid((const uint8_t *)all, strlen(all)), "%s", all);
}

static void same_file(const char *want)
{
	cr_assert(
		file.len == strlen(want) && memcmp(file.p, want, file.len) == 0,
		"%.*s\nnot\n%s", (int)file.len, file.p, want);
}

/* As many bytes of room as it needs, and no fewer. */
static void entry_in_any_room(
	const struct har *before, const struct har_entry *e, const char *want)
{
	size_t len = strlen(want);

	cr_assert_geq(har_entry_room(e), len);
	for (size_t cap = 0; cap < len + 3; cap++) {
		struct har har = *before;
		struct buf *b = room(cap);
		bool fits = har_entry(&har, b, e);

		cr_assert_eq(fits, cap >= len, "in %zu", cap);
		cr_assert_eq(buf_len(b), fits ? len : 0);
		if (fits)
			cr_assert_eq(memcmp(buf_head(b), want, len), 0,
				"%.*s\nnot\n%s", (int)len,
				(const char *)buf_head(b), want);
		else
			cr_assert_eq(memcmp(&har, before, sizeof har), 0);
	}
}

Test(har, entries)
{
	struct har none = { 0 }, some = { .entry = true, .messages = true };

	entry_in_any_room(&none, &full, LOG FULL);
	entry_in_any_room(&none, &bare, LOG BARE);
	entry_in_any_room(&some, &full, "\n]},\n" FULL);
}

static void put_entry(struct har *har, const struct har_entry *e)
{
	struct buf *b = room(har_entry_room(e));

	cr_assert(har_entry(har, b, e));
	append(har, b);
}

#define MESSAGE(is_out, op, s)                                                 \
	{                                                                      \
		.time_ns = noon, .out = is_out, .opcode = WS_##op,             \
		.data = (const uint8_t *)(s), .len = sizeof(s) - 1             \
	}
static const struct {
	struct har_message message;
	const char *want;
} messages[] = {
	{ MESSAGE(true, TEXT, "hello"),
		"{\"type\":\"send\",\"time\":1769860800.123456,\"opcode\":1,"
		"\"data\":\"hello\"}" },
	{ MESSAGE(false, BINARY, "\0\xff"),
		"{\"type\":\"receive\",\"time\":1769860800.123456,"
		"\"opcode\":2,\"data\":\"AP8=\"}" },
	{ MESSAGE(false, TEXT, ""),
		"{\"type\":\"receive\",\"time\":1769860800.123456,"
		"\"opcode\":1,\"data\":\"\"}" },
	{ MESSAGE(true, CLOSE,
		  "\x03\xe8"
		  "bye"),
		"{\"type\":\"send\",\"time\":1769860800.123456,\"opcode\":8,"
		"\"data\":\"A+hieWU=\"}" },
	{ MESSAGE(false, PING, "ping"),
		"{\"type\":\"receive\",\"time\":1769860800.123456,"
		"\"opcode\":9,\"data\":\"cGluZw==\"}" },
	{ { .time_ns = -noon, .opcode = WS_TEXT, .data = (const uint8_t *)"" },
		"{\"type\":\"receive\",\"time\":0.000000,\"opcode\":1,"
		"\"data\":\"\"}" },
	{ MESSAGE(true, TEXT, "\"\x1b\xe2\x80\xae"),
		"{\"type\":\"send\",\"time\":1769860800.123456,\"opcode\":1,"
		"\"data\":\"\\\"\\u001b\\u202e\"}" },
};

/* At every moment the file is an archive; and in the end the right one. */
Test(har, a_whole_archive)
{
	static char want[OUT] = LOG FULL "\n]},\n" BARE;
	struct har har = { 0 };

	append(&har, room(0));
	put_entry(&har, &full);
	put_entry(&har, &bare);
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		struct buf *b = room(HAR_HEAD_ROOM + 40);
		size_t at = 0;

		cr_assert(har_message(&har, b, 40, &messages[i].message, &at));
		cr_assert_eq(at, messages[i].message.len);
		append(&har, b);
		strcat(strcat(want, i ? ",\n" : "\n"), messages[i].want);
	}
	same_file(want);
	put_entry(&har, &full);
	same_file(strcat(want, "\n]},\n" FULL));
}

/* A message that comes in pieces: an archive after each of them, too. */
Test(har, messages_in_pieces)
{
	static const char text[] = "a\xc3\xbc\xf0\x9f\x98\x80\x1b\"";
	static uint8_t data[1500];
	static const enum ws_opcode opcodes[] = { WS_TEXT, WS_BINARY };

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)text[i % (sizeof text - 1)];
	for (size_t more = 0; more < 60; more++) {
		struct har_message m = { noon, true, opcodes[more % 2],
			guard_copy(data, sizeof data), sizeof data };
		struct har har = { .entry = true };
		bool done = false;
		size_t at = 0;

		strcpy(file.p, LOG BARE);
		file.len = strlen(file.p);
		while (!done) {
			struct buf *b = room(HAR_HEAD_ROOM + more);
			size_t was = at;

			done = har_message(&har, b, more % 8, &m, &at);
			cr_assert(done || at > was);
			cr_assert_eq(har.message, !done);
			cr_assert_geq(buf_room(b), more % 8);
			append(&har, b);
		}
	}
}

Test(har, takes_nothing_without_room)
{
	struct har har = { .entry = true };
	struct buf *b = room(HAR_HEAD_ROOM + 9);
	size_t at = 0;

	for (size_t spare = 10; spare < 300; spare++)
		cr_assert_not(
			har_message(&har, b, spare, &messages[0].message, &at));
	cr_assert(at == 0 && buf_len(b) == 0 && !har.message && !har.messages);
	cr_assert(har_message(&har, b, 9, &messages[0].message, &at));
}

/* Heads that a peer could not send, as they are; always an archive. */
Test(har, any_heads)
{
	static const char *const heads[] = { "", "\n", "\r\n\r\n", " ", ":",
		"GET", "GET /", "a b c d\n:\n: \nx\n =\n", "HTTP/1.1 99 x\r\n",
		"HTTP/1.1 1000 x", "HTTP/1.1 1a1 x", "\xff\xfe\n\xff:\xff",
		"x\nCookie: =;;=a;b=\nSet-Cookie:\nset-cookie: ;a=b",
		"x\nCo0kie: a=b\nSet-Co0kie: a=b" };
	size_t n = sizeof heads / sizeof *heads;

	for (size_t i = 0; i < n * n; i++) {
		struct har_entry e = { .url = "?&&=?",
			.address = "1.2.3.4:5",
			.request = heads[i / n],
			.response = heads[i % n] };
		struct har har = { 0 };

		file.len = 0;
		put_entry(&har, &e);
	}
}

static const struct {
	const char *address, *host, *port;
} addresses[] = {
	{ "127.0.0.1:80", "127.0.0.1", "80" },
	{ "[::1]:443", "::1", "443" },
	{ "", NULL, NULL },
	{ ":80", NULL, NULL },
	{ "127.0.0.1", NULL, NULL },
	{ "127.0.0.1:", NULL, NULL },
	{ "127.0.0.1:8x", NULL, NULL },
	{ "[]:80", NULL, NULL },
	{ "[fe80::1%eth0]:80", NULL, NULL },
	{ "@name:80", NULL, NULL },
};

Test(har, addresses)
{
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct har_entry e = { .url = "",
			.address = addresses[i].address };
		struct har har = { 0 };
		char want[128] = "\"request\"";

		if (addresses[i].host)
			snprintf(want, sizeof want,
				"\"serverIPAddress\":\"%s\","
				"\"connection\":\"%s\",\"request\"",
				addresses[i].host, addresses[i].port);
		file.len = 0;
		put_entry(&har, &e);

		const char *behind = memmem(file.p, file.len, "0000Z\",", 7);

		cr_assert(behind);
		cr_assert_eq(strncmp(behind + 7, want, strlen(want)), 0, "%s",
			addresses[i].address);
	}
}

static void check_room(const struct har_entry *e)
{
	struct har har = { 0 };

	cr_assert(har_entry(&har, room(har_entry_room(e)), e), "%s", e->url);
}

/* The worst there is: each byte becomes six, or all are edges; numbers of any
 * length. */
Test(har, entry_room_is_enough)
{
	static const char sets[] = "\x01\xff:;=&?\n a";
	const struct har_times long_times = { INT64_MAX / 8, INT64_MAX / 8,
		INT64_MAX / 8, INT64_MAX / 8, INT64_MAX / 8 };
	char text[400], head[420];
	struct har_entry e = {
		.started_ns = INT64_MAX, .times = long_times, .client = UINT_MAX
	};

	for (size_t a = 0; a < sizeof sets - 1; a++)
		for (size_t b = 0; b < sizeof sets - 1; b++) {
			for (size_t i = 0; i < sizeof text; i++)
				text[i] = sets[i % 2 ? a : b];
			text[0] = '?';
			text[sizeof text - 1] = '\0';
			snprintf(head, sizeof head, "x\ncookie: %s", text);
			e.url = "";
			e.request = head;
			check_room(&e);
			e.request = e.response = text;
			check_room(&e);
			e.url = text;
			e.address = "[1:2:3:4:5:6:7:8]:65535";
			e.request = e.response = NULL;
			check_room(&e);
		}
}
