#define _GNU_SOURCE /* unit/guard.h */
#include "format/rawframe.h"
#include "fuzz/fuzz.h"

/*
 * What is on the wire, in windows of any size, is the header and the payload
 * that were asked for, put together slowly and plainly. The other end of a
 * connection takes a frame without a fault where none is said, and only there;
 * both ends agree then on whether a message is unfinished, and on the close.
 *
 *     input: choices (bits), seed of the key and the windows, then a line, or
 *     keys by their number, each with its value's length and its value
 */
enum { RAW = 1, SERVER = 2, SENDING = 4, MEMBERS = 8 };
enum { LONG = 5000 };

static bool read_members(struct rawframe *f, struct input *in, char *why)
{
	static const char *const keys[] = { "fin", "rsv", "opcode", "mask",
		"len", "lenbits", "code", "reason", "cut", "pause", "text",
		"data", "hex", "base64", "fill", "none" };

	while (in->len) {
		const char *key = keys[input_byte(in) % 16];
		size_t n = input_byte(in);
		const uint8_t *p = input_bytes(in, n, &n);

		if (!rawframe_set(
			    f, key, (char *)guard_copy_slot(1, p, n), n, why))
			return false;
		REQUIRE(rawframe_knows(key));
	}
	return rawframe_finish(f, why);
}

static bool read_line(struct rawframe *f, struct input *in, char *why)
{
	char *line = (char *)guard_copy(in->p - 1, in->len + 1);

	memmove(line, line + 1, in->len);
	line[in->len] = '\0';
	return rawframe_parse(f, line, why);
}

static void check_fields(const struct rawframe *f)
{
	REQUIRE(f->rsv < 8 && f->opcode < 16);
	REQUIRE(f->lenbits == 64 || f->len < 1u << f->lenbits);
	REQUIRE(f->lenbits != 7 || f->len <= 125);
	REQUIRE(f->size <= INT64_MAX && (f->nbytes > 0 || f->size == 0));
	REQUIRE(f->ncuts <= RAWFRAME_CUTS && f->pause_ms >= 0);
	for (uint64_t i = 0, at = 0; i < f->ncuts; i++) {
		REQUIRE(rawframe_next_cut(f, at) == f->cuts[i]);
		REQUIRE(f->cuts[i] > at);
		at = f->cuts[i];
	}
}

/* --- the wire --- */

struct wire {
	uint8_t header[WS_HEADER_MAX];
	size_t len; /* of the header */
	bool masked;
	uint8_t key[4]; /* of the payload */
};

static struct wire wire_of(
	const struct rawframe *f, enum ws_role role, const uint8_t key[4])
{
	struct wire w = { .masked = f->mask == RAWFRAME_MASK_ROLE
					    ? role == WS_CLIENT
					    : f->mask != RAWFRAME_MASK_NONE };
	unsigned more = f->lenbits / 16 * 2;

	if (f->raw) {
		w.masked = false;
		return w;
	}
	w.header[w.len++] = (uint8_t)(f->fin * 128 + f->rsv * 16 + f->opcode);
	w.header[w.len++] =
		(uint8_t)(w.masked * 128 + (more == 8     ? 127
						   : more ? 126
							  : f->len));
	while (more--)
		w.header[w.len++] = (uint8_t)(f->len >> 8 * more);
	for (size_t i = 0; i < 4 && w.masked; i++) {
		w.key[i] = f->mask == RAWFRAME_MASK_KEY ? f->key[i] : key[i];
		w.header[w.len++] = w.key[i];
		if (f->mask == RAWFRAME_MASK_WRONG)
			w.key[i] = (uint8_t)~w.key[i];
	}
	return w;
}

static uint8_t byte_at(
	const struct rawframe *f, const struct wire *w, uint64_t at)
{
	if (at < w->len)
		return w->header[at];
	at -= w->len;
	return (uint8_t)(f->bytes[at % f->nbytes] ^
			 (w->masked ? w->key[at % 4] : 0));
}

/* Windows of the wire from one offset on, up to another. */
static void check_windows(const struct rawframe *f, enum ws_role role,
	const uint8_t key[4], uint64_t at, uint64_t end, struct dice *dice)
{
	static const uint8_t zeros[LONG];
	struct wire w = wire_of(f, role, key);
	uint64_t size = w.len + f->size;

	REQUIRE(rawframe_size(f, role) == size);
	while (at < end) {
		size_t n = 1 + dice_roll(dice, dice_roll(dice, 2) ? 8 : LONG);
		uint8_t *to = guard_copy_slot(2, zeros, n);
		size_t got = rawframe_read(f, role, key, at, to, n);

		REQUIRE(got == (n < size - at ? n : size - at));
		for (size_t i = 0; i < got; i++)
			REQUIRE(to[i] == byte_at(f, &w, at + i));
		at += got;
	}
	REQUIRE(end < size || !rawframe_read(f, role, key, at, NULL, 1));
}

/* --- the other end --- */

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static enum ws_event_type hear(struct ws_conn *peer, struct buf *in)
{
	enum ws_event_type latest = WS_EVENT_NONE;
	struct ws_event ev;

	do {
		ws_conn_next(peer, in, &ev);
		if (ev.type != WS_EVENT_NONE)
			latest = ev.type;
	} while (ev.type != WS_EVENT_NONE && ev.type != WS_EVENT_FAIL);
	return latest;
}

static void check_peer(const struct rawframe *f, enum ws_role role,
	const uint8_t key[4], bool sending)
{
	uint8_t memory[2 * LONG];
	struct ws_conn conn, peer;
	struct buf in;
	char doubts[RAWFRAME_DOUBTS];
	bool right;

	ws_conn_init(&conn, role, NULL);
	ws_conn_init(&peer, role == WS_CLIENT ? WS_SERVER : WS_CLIENT, NULL);
	buf_init(&in, memory, sizeof(memory));
	if (sending) {
		ws_conn_send(&conn, &in, WS_BINARY, false, "x", 1, key);
		REQUIRE(hear(&peer, &in) == WS_EVENT_DATA);
	}
	rawframe_doubts(f, role, &conn, doubts);
	REQUIRE(memchr(doubts, 0, sizeof(doubts)));
	right = !doubts[0] || starts(doubts, "cut=") ||
		starts(doubts, "the message is unfinished") ||
		starts(doubts, "it is our close");
	rawframe_apply(f, role, &conn);
	/* What is to come, or comes out otherwise, may be anything. */
	if (f->raw || f->len != f->size || f->mask == RAWFRAME_MASK_WRONG) {
		REQUIRE(doubts[0] || f->size == 0);
		return;
	}
	if (f->size > LONG)
		return;
	in.end += rawframe_read(
		f, role, key, 0, buf_reserve(&in, LONG + 14), LONG + 14);
	REQUIRE((hear(&peer, &in) == WS_EVENT_FAIL) == !right);
	if (right) {
		REQUIRE(peer.in_message == conn.sending);
		REQUIRE(peer.close_received == conn.close_sent);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned choices = input_byte(&in);
	struct dice dice = dice_of(input_byte(&in));
	enum ws_role role = choices & SERVER ? WS_SERVER : WS_CLIENT;
	char *why = (char *)guard_copy_slot(3, "", 0) - RAWFRAME_WHY;
	struct rawframe f;
	uint8_t key[4];
	uint64_t all;

	if (size < 2)
		return 0;
	memset(why, '?', RAWFRAME_WHY);
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)dice_roll(&dice, 256);
	rawframe_init(&f, choices & RAW);
	if (!(choices & MEMBERS ? read_members : read_line)(&f, &in, why)) {
		REQUIRE(why[0] && memchr(why, 0, RAWFRAME_WHY));
		rawframe_release(&f);
		return 0;
	}
	check_fields(&f);
	all = rawframe_size(&f, role);
	check_windows(&f, role, key, 0, all < LONG ? all : LONG, &dice);
	check_windows(&f, role, key, all > LONG ? all - LONG : 0, all, &dice);
	check_peer(&f, role, key, choices & SENDING);
	rawframe_release(&f);
	return 0;
}
