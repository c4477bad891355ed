#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/content.h"
#include "fuzz/fuzz.h"
#include "ws/deflate.h"

/*
 * permessage-deflate's streams. What ws_deflate() makes of messages, in
 * whatever pieces and room, is given back by ws_inflate() at any cut, and by
 * zlib that has only the window that was agreed on and gets a byte of room at
 * a time, so that it sees nothing further back. Any bytes at all come out of
 * ws_inflate() the same however they are cut, up to the same fault, and as RFC
 * 7692 7.2.2 has it: of one stream with the tail put behind each message.
 *
 *     input: choices, the parameters (two bytes), seed of cuts and room, then
 *     content.h's messages, or the first message's length (two bytes) and
 *     the bytes of two compressed messages
 */
static const uint8_t tail[4] = { 0x00, 0x00, 0xff, 0xff };

enum {
	WINDOW = 32768,
	OUT_MAX = 200000, /* of a bomb: enough to see it go on */
};

/* --- a round trip --- */

static void compress_message(struct ws_deflate *d, const uint8_t *p, size_t len,
	struct cutter cutter, struct gathered *out)
{
	bool done = false;

	out->len = 0;
	for (size_t at = 0; !done;) {
		size_t n = at < len ? cutter_next(&cutter, len - at) : 0;
		/* The end may be known only behind the last byte. */
		bool ended =
			at + n == len && (!n || dice_roll(&cutter.dice, 2));
		const uint8_t *piece = guard_copy(p + at, n);
		size_t cap = WS_DEFLATE_ROOM, used = 0, taken, got;

		if (dice_roll(&cutter.dice, 2))
			cap += dice_roll(&cutter.dice, 9000);
		do {
			uint8_t *room = guard_copy_slot(1, "", 0) - cap;

			got = ws_deflate(d, piece + used, n - used, ended, room,
				cap, &taken, &done);
			REQUIRE(got <= cap && taken <= n - used);
			REQUIRE(got || taken || done || !ended);
			gather(out, room, got);
			used += taken;
		} while (ended ? !done : used < n);
		REQUIRE(used == n && (ended || !done));
		at += n;
	}
}

/* Inflates a message as a peer would that keeps strictly to its window: zlib
 * looks at what came out before through the window alone, where that is not
 * in the same piece of room. */
static void strict_inflate(z_stream *z, const uint8_t *p, size_t len,
	const uint8_t *wanted, size_t wanted_len)
{
	size_t n = 0;
	uint8_t byte;

	z->next_in = (uint8_t *)p;
	z->avail_in = (uInt)len;
	for (;;) {
		z->next_out = &byte;
		z->avail_out = 1;

		int result = inflate(z, Z_SYNC_FLUSH);

		REQUIRE(result == Z_OK || result == Z_BUF_ERROR);
		if (z->avail_out)
			break;
		REQUIRE(n < wanted_len && wanted[n] == byte);
		n++;
	}
	REQUIRE(z->avail_in == 0 && n == wanted_len);
}

/* --- ws_inflate --- */

struct outcome {
	struct gathered out;
	bool bad;
	int messages; /* complete */
};

static bool full(const struct outcome *o)
{
	return o->out.len >= OUT_MAX;
}

/* Gives it a piece until it has taken it. */
static void give_piece(struct ws_deflate *d, const uint8_t *p, size_t n,
	bool ended, struct outcome *o)
{
	int idle = 0;

	do {
		size_t taken;
		bool good = ws_inflate(d, p, n, ended, &taken);

		REQUIRE(taken <= n && d->have <= WS_SCRATCH);
		gather(&o->out, d->scratch, d->have);
		o->bad = !good;
		if (o->bad)
			return;
		/* Nothing may stand still. */
		idle = taken || d->have || d->done ? 0 : idle + 1;
		REQUIRE(idle < 3);
		p += taken;
		n -= taken;
		if (d->done) {
			REQUIRE(ended && n == 0 && !d->more);
			o->messages++;
			return;
		}
	} while (!full(o) && (n || ended || d->more));
}

static void inflate_message(struct ws_deflate *d, const uint8_t *p, size_t len,
	struct cutter *cutter, struct outcome *o)
{
	size_t at = 0;
	bool ended;

	do {
		size_t n = at < len ? cutter_next(cutter, len - at) : 0;

		ended = at + n == len && (!n || dice_roll(&cutter->dice, 2));
		give_piece(d, guard_copy(p + at, n), n, ended, o);
		at += n;
	} while (!ended && !o->bad && !full(o));
}

static void round_trip(struct input *in, bool server)
{
	static struct ws_deflate ours, theirs;
	static struct gathered content, packed;
	static struct outcome o;
	struct ws_deflate_params params = content_params(in);
	struct dice dice = dice_of(input_byte(in));
	struct cutter cutter = { CUT_RANDOM, dice };
	int bits = server ? params.server_max_window_bits
			  : params.client_max_window_bits;
	bool resets = server ? params.server_no_context_takeover
			     : params.client_no_context_takeover;
	z_stream strict = { 0 };

	REQUIRE(inflateInit2(&strict, bits ? -bits : -15) == Z_OK);
	ws_deflate_init(&ours, &params, server);
	ws_deflate_init(&theirs, &params, !server);
	content.len = 0;
	gather(&content, "", 0);
	for (size_t at = 0; content_append(in, &dice, &content);
		at = content.len) {
		const uint8_t *p = content.p + at;
		size_t len = content.len - at;

		cutter.how = (enum cut)dice_roll(
			&dice, len > 4096 ? CUT_BYTES : CUT_WAYS);
		compress_message(&ours, p, len, cutter, &packed);
		o.out.len = 0;
		o.messages = 0;
		cutter.how = (enum cut)dice_roll(
			&dice, len > 4096 ? CUT_BYTES : CUT_WAYS);
		inflate_message(&theirs, packed.p, packed.len, &cutter, &o);
		REQUIRE(!o.bad && o.messages == 1 && o.out.len == len);
		REQUIRE(!len || !memcmp(o.out.p, p, len));
		gather(&packed, tail, sizeof(tail));
		strict_inflate(&strict, packed.p, packed.len, p, len);
		if (resets)
			REQUIRE(inflateReset(&strict) == Z_OK);
	}
	inflateEnd(&strict);
	ws_deflate_release(&ours);
	ws_deflate_release(&theirs);
}

/* --- any bytes --- */

static void cut_inflate(const struct ws_deflate_params *params, bool server,
	const struct input messages[2], struct cutter cutter, struct outcome *o)
{
	static struct ws_deflate d;

	ws_deflate_init(&d, params, server);
	o->out.len = 0;
	o->messages = 0;
	o->bad = false;
	for (int i = 0; i < 2 && !o->bad && !full(o); i++)
		inflate_message(&d, messages[i].p, messages[i].len, &cutter, o);
	ws_deflate_release(&d);
}

/* Inflates all of the bytes. *final says whether the last of them ended a
 * final block. */
static bool zlib_inflate(z_stream *z, const uint8_t *p, size_t len,
	struct outcome *o, bool *final)
{
	static uint8_t room[1 << 16];
	int result;

	z->next_in = (uint8_t *)p;
	z->avail_in = (uInt)len;
	do {
		if (z->avail_in)
			*final = false;
		z->next_out = room;
		z->avail_out = sizeof(room);
		result = inflate(z, Z_SYNC_FLUSH);
		gather(&o->out, room, sizeof(room) - z->avail_out);
		if (result == Z_STREAM_END) {
			size_t window = o->out.len;

			/* The next block can refer to what came before. */
			if (window > WINDOW)
				window = WINDOW;
			*final = true;
			REQUIRE(inflateReset(z) == Z_OK);
			if (window)
				REQUIRE(inflateSetDictionary(z,
						o->out.p + o->out.len - window,
						(uInt)window) == Z_OK);
		} else if (result != Z_OK && result != Z_BUF_ERROR) {
			return false;
		}
	} while (!full(o) && (z->avail_in || !z->avail_out));
	return true;
}

/* RFC 7692 7.2.2, of the message by itself. */
static bool zlib_message(z_stream *z, const struct input *m, struct outcome *o)
{
	bool final = false;

	if (!zlib_inflate(z, m->p, m->len, o, &final))
		return false;
	if (full(o) || final)
		return true;
	if (!zlib_inflate(z, tail, sizeof(tail), o, &final))
		return false;
	return full(o) || (!final && z->data_type & 128);
}

static void oracle(
	bool resets, const struct input messages[2], struct outcome *o)
{
	z_stream z = { 0 };

	REQUIRE(inflateInit2(&z, -15) == Z_OK);
	o->out.len = 0;
	o->messages = 0;
	o->bad = false;
	for (int i = 0; i < 2 && !o->bad && !full(o); i++) {
		o->bad = !zlib_message(&z, &messages[i], o);
		o->messages += !o->bad;
		if (resets)
			REQUIRE(inflateReset(&z) == Z_OK);
	}
	inflateEnd(&z);
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	size_t n = a->out.len < b->out.len ? a->out.len : b->out.len;

	if (full(a) || full(b)) {
		REQUIRE(full(a) && full(b));
		REQUIRE(!memcmp(a->out.p, b->out.p, n));
		return;
	}
	REQUIRE(a->bad == b->bad && a->messages == b->messages);
	REQUIRE(gathered_same(&a->out, &b->out));
}

static void any_bytes(struct input *in, bool server)
{
	static struct outcome wanted, got;
	struct ws_deflate_params params = content_params(in);
	struct dice dice = dice_of(input_byte(in));
	bool resets = server ? params.client_no_context_takeover
			     : params.server_no_context_takeover;
	struct input messages[2];
	size_t first = input_u16(in);

	messages[0].p = input_bytes(in, first, &messages[0].len);
	messages[1] = *in;
	oracle(resets, messages, &wanted);
	for (int how = 0; how < CUT_WAYS; how++) {
		cut_inflate(&params, server, messages,
			(struct cutter){ (enum cut)how, dice }, &got);
		check_same(&wanted, &got);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned choice = input_byte(&in);

	if (choice & 2)
		round_trip(&in, choice & 1);
	else
		any_bytes(&in, choice & 1);
	return 0;
}
