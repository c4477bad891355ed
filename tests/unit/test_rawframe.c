#define _GNU_SOURCE

#include "format/rawframe.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

static const uint8_t key[4] = { 0x10, 0x20, 0x40, 0x80 };

/* A frame of these words. */
static struct rawframe made(const char *line, bool raw)
{
	struct rawframe f;
	char why[RAWFRAME_WHY];

	rawframe_init(&f, raw);
	cr_assert(rawframe_parse(&f, line, why), "%s: %s", line, why);
	return f;
}

/* --- on the wire --- */

#define BYTES(s) s, sizeof(s) - 1

static const struct {
	const char *line;
	enum ws_role role;
	const char *wire;
	size_t len;
} frames[] = {
	{ "", WS_CLIENT, BYTES("\x81\x80\x10\x20\x40\x80") },
	{ "", WS_SERVER, BYTES("\x81\0") },
	{ "fin=0 rsv=4 opcode=1 mask=00000000 len=5 hex:48656c6c6f", WS_CLIENT,
		BYTES("\x41\x85\0\0\0\0Hello") },
	{ "text:Hello", WS_CLIENT,
		BYTES("\x81\x85\x10\x20\x40\x80\x58\x45\x2c\xec\x7f") },
	{ "text:Hello", WS_SERVER, BYTES("\x81\x05Hello") },
	{ "mask=none text:Hello", WS_CLIENT, BYTES("\x81\x05Hello") },
	{ "mask=none text:Hello", WS_SERVER, BYTES("\x81\x05Hello") },
	{ "mask=random text:Hello", WS_SERVER,
		BYTES("\x81\x85\x10\x20\x40\x80\x58\x45\x2c\xec\x7f") },
	{ "mask=fF000001 text:Hello", WS_SERVER,
		BYTES("\x81\x85\xff\0\0\x01\xb7\x65\x6c\x6d\x90") },
	{ "mask=wrong text:Hello", WS_CLIENT,
		BYTES("\x81\x85\x10\x20\x40\x80\xa7\xba\xd3\x13\x80") },
	{ "mask=wrong", WS_SERVER, BYTES("\x81\x80\x10\x20\x40\x80") },
	{ "fin=0 rsv=7 opcode=15", WS_SERVER, BYTES("\x7f\0") },
	{ "fin=1 rsv=1 opcode=0", WS_SERVER, BYTES("\x90\0") },
	{ "rsv=2 opcode=0xB", WS_SERVER, BYTES("\xab\0") },
	{ "len=3 text:Hello", WS_SERVER, BYTES("\x81\x03Hello") },
	{ "len=125 text:Hello", WS_SERVER, BYTES("\x81\x7dHello") },
	{ "len=126 text:Hello", WS_SERVER, BYTES("\x81\x7e\0\x7eHello") },
	{ "len=65535 text:Hello", WS_SERVER, BYTES("\x81\x7e\xff\xffHello") },
	{ "len=64k text:Hello", WS_SERVER,
		BYTES("\x81\x7f\0\0\0\0\0\x01\0\0Hello") },
	{ "len=18446744073709551615", WS_SERVER,
		BYTES("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "len=0 lenbits=7 text:Hello", WS_SERVER, BYTES("\x81\0Hello") },
	{ "lenbits=16 text:Hello", WS_SERVER, BYTES("\x81\x7e\0\x05Hello") },
	{ "lenbits=64 text:Hello", WS_CLIENT,
		BYTES("\x81\xff\0\0\0\0\0\0\0\x05\x10\x20\x40\x80"
		      "\x58\x45\x2c\xec\x7f") },
	{ "opcode=ping fill:5:616263", WS_SERVER,
		BYTES("\x89\x05"
		      "abcab") },
	{ "opcode=2 fill:3", WS_SERVER, BYTES("\x82\x03\0\0\0") },
	{ "opcode=2 fill:1:616263", WS_SERVER,
		BYTES("\x82\x01"
		      "a") },
	{ "opcode=2 fill:0:616263", WS_SERVER, BYTES("\x82\0") },
	{ "code=1002 reason=bye", WS_SERVER,
		BYTES("\x88\x05\x03\xea"
		      "bye") },
	{ "opcode=8 code=65535", WS_SERVER, BYTES("\x88\x02\xff\xff") },
	{ "code=0 fin=0", WS_SERVER, BYTES("\x08\x02\0\0") },
};

/* All windows of n bytes, or fewer at the end, say what the wire has there. */
static void check_windows(const struct rawframe *f, enum ws_role role, size_t n,
	const char *wire, size_t len)
{
	static const uint8_t zeros[64];

	for (size_t at = 0; at <= len + 1; at++) {
		size_t left = at < len ? len - at : 0;
		size_t some = n < left ? n : left;
		uint8_t *to = guard_copy(zeros, n);

		cr_assert_eq(rawframe_read(f, role, key, at, to, n), some);
		cr_assert(some == 0 || memcmp(to, wire + at, some) == 0,
			"%zu bytes at %zu", n, at);
	}
}

static void check_wire(const struct rawframe *f, enum ws_role role,
	const char *wire, size_t len)
{
	cr_assert_eq(rawframe_size(f, role), len);
	for (size_t n = 1; n <= len + 1; n++)
		check_windows(f, role, n, wire, len);
}

Test(rawframe, is_on_the_wire_as_said)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		struct rawframe f = made(frames[i].line, false);

		cr_log_info("%s", frames[i].line);
		check_wire(&f, frames[i].role, frames[i].wire, frames[i].len);
		rawframe_release(&f);
	}
}

Test(rawframe, raw_bytes_are_as_they_are)
{
	static const struct {
		const char *line;
		const char *wire;
		size_t len;
	} cases[] = {
		{ "hex:81 05 48 65", BYTES("\x81\x05He") },
		{ "text:\x81 cut=1", BYTES("\x81 cut=1") },
		{ "cut=1 pause=1s base64:gQ==", BYTES("\x81") },
		{ "fill:7:abcd", BYTES("\xab\xcd\xab\xcd\xab\xcd\xab") },
		{ "hex:", BYTES("") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rawframe f = made(cases[i].line, true);

		check_wire(&f, WS_CLIENT, cases[i].wire, cases[i].len);
		check_wire(&f, WS_SERVER, cases[i].wire, cases[i].len);
		rawframe_release(&f);
	}
}

Test(rawframe, a_pattern_of_any_size_takes_no_memory)
{
	struct rawframe f =
		made("opcode=2 mask=00000000 fill:10G:00010203040506", false);
	const uint64_t size = (uint64_t)10 << 30;
	uint8_t to[1000];

	cr_assert_eq(rawframe_size(&f, WS_CLIENT), size + 14);
	for (uint64_t at = 14; at < size - 5000; at += size / 7 + 1) {
		cr_assert_eq(
			rawframe_read(&f, WS_CLIENT, key, at, to, 1000), 1000);
		for (size_t i = 0; i < 1000; i++)
			cr_assert_eq(to[i], (at - 14 + i) % 7);
	}
	cr_assert_eq(rawframe_read(&f, WS_CLIENT, key, size + 13, to, 1000), 1);
	cr_assert_eq(to[0], (size - 1) % 7);
	cr_assert_eq(rawframe_read(&f, WS_CLIENT, key, size + 14, to, 1000), 0);
	rawframe_release(&f);

	f = made("fill:9223372036854775807", false);
	cr_assert_eq(rawframe_size(&f, WS_CLIENT), (UINT64_MAX >> 1) + 14);
	cr_assert_eq(rawframe_read(&f, WS_SERVER, key, UINT64_MAX, to, 1), 0);
	rawframe_release(&f);
}

Test(rawframe, tells_where_it_is_cut)
{
	struct rawframe f = made("cut=1,3,4 text:hello", false);

	cr_assert_eq(rawframe_next_cut(&f, 0), 1);
	cr_assert_eq(rawframe_next_cut(&f, 1), 3);
	cr_assert_eq(rawframe_next_cut(&f, 2), 3);
	cr_assert_eq(rawframe_next_cut(&f, 3), 4);
	cr_assert_eq(rawframe_next_cut(&f, 4), UINT64_MAX);
	cr_assert_eq(f.pause_ms, 0);
	rawframe_release(&f);
}

Test(rawframe, is_released_twice_and_when_empty)
{
	struct rawframe f = { 0 };

	rawframe_release(&f);
	f = made("code=1000 reason=x", false);
	rawframe_release(&f);
	rawframe_release(&f);
	cr_assert_null(f.bytes);
}

/* --- what it does to a connection --- */

enum {
	SERVER = 1,  /* the frame is one from a server */
	SENDING = 2, /* a message of ours is unfinished */
	CLOSED = 4,  /* our close was sent */
	DEFLATE = 8, /* permessage-deflate is agreed on */
	RESETS = 16, /* each message is compressed on its own */
	RAW = 32,    /* no header */
	OWING = 64,  /* a pong and a close */
};

#define UNFINISHED                                                             \
	"the message is unfinished: what is sent next as a message is a new "  \
	"one inside it"
#define OUR_CLOSE "it is our close: no message and no answer of ours follows it"
#define NOT_OUR_CLOSE "it does not count as our close: another follows"
#define NO_MASK                                                                \
	"it has no mask: a server must fail the connection (RFC 6455 5.1)"
#define NOT_SHORTEST "its length is not in the shortest form (RFC 6455 5.2)"
#define FRAGMENTED "it is a fragmented control frame (RFC 6455 5.5)"
#define TOO_LONG "it is a control frame of more than 125 bytes (RFC 6455 5.5)"
#define NOT_UTF8 "its text is not UTF-8 (RFC 6455 8.1)"
#define NO_MESSAGE "there is no message for it to continue (RFC 6455 5.4)"
#define INSIDE "it is a new message inside an unfinished one (RFC 6455 5.4)"
#define BAD_CODE "its close code may not be sent (RFC 6455 7.4)"
#define OTHER_KEY                                                              \
	"its payload is masked with another key than it says: the other end "  \
	"reads other bytes"
#define RSV1_PLAIN "RSV1 is set without permessage-deflate (RFC 6455 5.2)"
#define INFLATED                                                               \
	"RSV1 is set: the other end inflates a payload that was not "          \
	"compressed here"

static const struct {
	const char *line;
	int before; /* of those above */
	const char *doubts;
	int after; /* SENDING, CLOSED, OWING */
} sent[] = {
	/* right ones */
	{ "text:hello", 0, "", 0 },
	{ "text:hello", SERVER, "", 0 },
	{ "text:hello", DEFLATE, "", 0 },
	{ "opcode=2 hex:ff", 0, "", 0 },
	{ "mask=01020304 text:x", 0, "", 0 },
	{ "mask=random text:x", 0, "", 0 },
	{ "mask=none text:x", SERVER, "", 0 },
	{ "opcode=cont text:lo", SENDING, "", 0 },
	{ "opcode=ping text:lo", SENDING | OWING, "", SENDING | OWING },
	{ "opcode=pong", 0, "", 0 },
	{ "opcode=ping fill:125", 0, "", 0 },
	{ "lenbits=7 text:x", 0, "", 0 },
	{ "lenbits=16 opcode=2 fill:126", 0, "", 0 },
	{ "lenbits=64 opcode=2 fill:64k", 0, "", 0 },
	{ "cut=6 mask=none text:hello", SERVER, "", 0 },
	{ "fill:1G:c3bc", 0, "", 0 },
	{ "fill:1G:61", 0, "", 0 },
	/* with a sequel */
	{ "fin=0 text:Hel", 0, UNFINISHED, SENDING },
	{ "fin=0 opcode=cont text:l", SENDING, UNFINISHED, SENDING },
	{ "fin=0 opcode=2 hex:ff", SERVER, UNFINISHED, SENDING },
	{ "fin=0 hex:c3", 0, UNFINISHED, SENDING },
	{ "fin=0 fill:3:61c3bc", 0, UNFINISHED, SENDING },
	{ "fin=0 fill:2:61c3bc", 0, UNFINISHED, SENDING },
	{ "code=1000", OWING, OUR_CLOSE, CLOSED },
	{ "code=4999 reason=\"b y\"", SERVER, OUR_CLOSE, CLOSED },
	{ "opcode=close", SENDING, OUR_CLOSE, SENDING | CLOSED },
	{ "opcode=close", CLOSED | SERVER,
		"our close was sent before it: nothing may follow that (RFC "
		"6455 5.5.1)",
		CLOSED },
	/* headers */
	{ "mask=none text:x", 0, NO_MASK, 0 },
	{ "mask=random text:x", SERVER,
		"it has a mask: a client must fail the connection (RFC 6455 "
		"5.1)",
		0 },
	{ "mask=wrong text:x", 0, OTHER_KEY, 0 },
	{ "mask=wrong", 0, "", 0 },
	{ "mask=wrong hex:ff", 0, OTHER_KEY, 0 },
	{ "lenbits=16 text:x", 0, NOT_SHORTEST, 0 },
	{ "lenbits=64 opcode=2 fill:65535", 0, NOT_SHORTEST, 0 },
	{ "len=5 text:abc", 0,
		"the length says 5, 3 bytes follow: the other end takes the "
		"next 2 sent for its payload",
		0 },
	{ "len=1", 0,
		"the length says 1, 0 bytes follow: the other end takes the "
		"next 1 sent for its payload",
		0 },
	{ "len=1 hex:ffff", 0,
		"the length says 1, 2 bytes follow: the other end takes the "
		"last 1 for a frame of its own",
		0 },
	{ "len=0 hex:ff", 0,
		"the length says 0, 1 byte follows: the other end takes the "
		"last 1 for a frame of its own",
		0 },
	{ "len=9223372036854775808", 0,
		"its length has the top bit set (RFC 6455 5.2); the length "
		"says 9223372036854775808, 0 bytes follow: the other end takes "
		"the next 9223372036854775808 sent for its payload",
		0 },
	{ "rsv=4 text:x", 0, RSV1_PLAIN, 0 },
	{ "rsv=2 text:x", DEFLATE,
		"RSV2 is set, which no extension was agreed on for (RFC 6455 "
		"5.2)",
		0 },
	{ "rsv=1 text:x", 0,
		"RSV3 is set, which no extension was agreed on for (RFC 6455 "
		"5.2)",
		0 },
	{ "rsv=7 text:x", 0,
		"RSV2 and RSV3 are set, which no extension was agreed on for "
		"(RFC 6455 5.2); " RSV1_PLAIN,
		0 },
	{ "rsv=4 hex:ff", DEFLATE,
		INFLATED ", and may inflate later messages wrongly", 0 },
	{ "rsv=4 hex:ff", DEFLATE | RESETS, INFLATED, 0 },
	{ "rsv=4 opcode=cont", DEFLATE | SENDING,
		"RSV1 is set where no message begins (RFC 7692 6)", 0 },
	{ "rsv=4 opcode=close code=1000", DEFLATE,
		"RSV1 is set where no message begins (RFC 7692 "
		"6); " NOT_OUR_CLOSE,
		0 },
	{ "opcode=3", 0, "opcode 3 is reserved (RFC 6455 5.2)", 0 },
	{ "opcode=15 fin=0", SENDING, "opcode 15 is reserved (RFC 6455 5.2)",
		SENDING },
	{ "opcode=cont", 0, NO_MESSAGE, 0 },
	{ "opcode=cont fin=0", 0, NO_MESSAGE, 0 },
	{ "text:x", SENDING, INSIDE, 0 },
	{ "fin=0 opcode=2", SENDING, INSIDE "; " UNFINISHED, SENDING },
	{ "fin=0 opcode=ping", 0, FRAGMENTED, 0 },
	{ "opcode=pong fill:126", 0, TOO_LONG, 0 },
	{ "fin=0 opcode=close", 0, FRAGMENTED "; " NOT_OUR_CLOSE, 0 },
	{ "opcode=close fill:126", 0, TOO_LONG "; " NOT_OUR_CLOSE, 0 },
	{ "mask=none code=1000", OWING, NO_MASK "; " NOT_OUR_CLOSE, OWING },
	{ "mask=wrong code=1000", 0, OTHER_KEY "; " NOT_OUR_CLOSE, 0 },
	{ "lenbits=16 code=1000", 0, NOT_SHORTEST "; " NOT_OUR_CLOSE, 0 },
	/* payloads */
	{ "hex:ff", 0, NOT_UTF8, 0 },
	{ "hex:c3", 0, NOT_UTF8, 0 },
	{ "fin=0 hex:ff", 0, NOT_UTF8 "; " UNFINISHED, SENDING },
	{ "fin=0 fill:4:61c3", 0, NOT_UTF8 "; " UNFINISHED, SENDING },
	{ "fill:3:c3bc", 0, NOT_UTF8, 0 },
	{ "fill:1:c3bc", 0, NOT_UTF8, 0 },
	{ "fill:1G:bcc3", 0, NOT_UTF8, 0 },
	{ "opcode=close hex:03", 0,
		"it is a close frame of one byte (RFC 6455 "
		"5.5.1); " NOT_OUR_CLOSE,
		0 },
	{ "code=1005", 0, BAD_CODE "; " NOT_OUR_CLOSE, 0 },
	{ "opcode=close fill:125:00", 0, BAD_CODE "; " NOT_OUR_CLOSE, 0 },
	{ "opcode=close fill:5:03e8", 0,
		"its close reason is not UTF-8 (RFC 6455 "
		"5.5.1); " NOT_OUR_CLOSE,
		0 },
	{ "opcode=close hex:03e8c3", SERVER,
		"its close reason is not UTF-8 (RFC 6455 "
		"5.5.1); " NOT_OUR_CLOSE,
		0 },
	/* the rest */
	{ "hex:8800", RAW | SENDING | OWING,
		"these bytes have no header of ours: where the other end sees "
		"the next frame begin is unknown",
		SENDING | OWING },
	{ "cut=2,8 text:hello", SERVER,
		"cut=8 is behind its end, it has 7 bytes", 0 },
	{ "cut=7 text:hello", SERVER, "", 0 },
};

Test(rawframe, says_what_it_does_to_a_connection)
{
	static struct ws_deflate deflate;

	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++) {
		int before = sent[i].before, after = sent[i].after;
		enum ws_role role = before & SERVER ? WS_SERVER : WS_CLIENT;
		struct rawframe f = made(sent[i].line, before & RAW);
		struct ws_conn conn;
		char *out = (char *)guard_copy("", 0) - RAWFRAME_DOUBTS;

		deflate.deflate_resets = before & RESETS;
		ws_conn_init(&conn, role, before & DEFLATE ? &deflate : NULL);
		conn.sending = before & SENDING;
		conn.close_sent = before & CLOSED;
		conn.owes_pong = conn.owes_close = before & OWING;
		rawframe_doubts(&f, role, &conn, out);
		cr_assert_str_eq(
			out, sent[i].doubts, "%s: %s", sent[i].line, out);
		rawframe_apply(&f, role, &conn);
		cr_assert_eq(
			conn.sending, !!(after & SENDING), "%s", sent[i].line);
		cr_assert_eq(conn.close_sent, !!(after & CLOSED), "%s",
			sent[i].line);
		cr_assert_eq(
			conn.owes_close, !!(after & OWING), "%s", sent[i].line);
		cr_assert_eq(conn.owes_pong, conn.owes_close);
		rawframe_release(&f);
	}
}

Test(rawframe, has_room_for_whole_clauses_only)
{
	struct rawframe f = made("fin=0 rsv=7 opcode=8 mask=none lenbits=64 "
				 "len=18446744073709551615 cut=100 hex:ff",
		false);
	struct ws_conn conn;
	char out[RAWFRAME_DOUBTS];

	ws_conn_init(&conn, WS_CLIENT, NULL);
	conn.close_sent = true;
	rawframe_doubts(&f, WS_CLIENT, &conn, out);
	cr_assert_lt(strlen(out), RAWFRAME_DOUBTS);
	cr_assert(strstr(out, "our close was sent before it") == out);
	cr_assert_str_eq(out + strlen(out) - strlen(FRAGMENTED), FRAGMENTED);
	rawframe_release(&f);
}
