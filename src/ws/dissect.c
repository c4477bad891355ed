#include "ws/dissect.h"

#include "ws/mask.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool ws_dissect_init(struct ws_dissect *d, bool from_client,
	const struct ws_deflate_params *params, size_t show)
{
	assert(show <= WS_DISSECT_SHOW_MAX);
	*d = (struct ws_dissect){
		.show = show,
		.capture = show > WS_DISSECT_WHOLE ? show : WS_DISSECT_WHOLE,
	};
	d->memory = malloc(d->capture + show);
	if (!d->memory)
		return false;
	if (!params)
		return true;
	d->deflate = malloc(sizeof(*d->deflate));
	if (!d->deflate)
		return false;
	/* It reads what its peer sends: a client's bytes as a server. */
	ws_deflate_init(d->deflate, params, from_client);
	return true;
}

void ws_dissect_join(
	struct ws_dissect *d, struct ws_deflate *other, bool written)
{
	d->broken = d->deflate && !d->deflate->inflate_resets &&
		    !(other && ws_deflate_follow(d->deflate, other, written));
}

void ws_dissect_stop_inflating(struct ws_dissect *d)
{
	d->broken = true;
	if (d->now.how == WS_INFLATED_GOOD)
		d->now.how = WS_INFLATED_LOST;
}

void ws_dissect_release(struct ws_dissect *d)
{
	if (d->deflate)
		ws_deflate_release(d->deflate);
	free(d->deflate);
	free(d->memory);
	d->deflate = NULL;
	d->memory = NULL;
}

/* --- inflating --- */

/* What came out, of which only the first bytes are kept. */
static void keep_inflated(struct ws_dissect *d)
{
	struct ws_sighting *now = &d->now;
	size_t n = d->deflate->have;

	now->inflated += n;
	if (n > d->show - now->plain_len)
		n = d->show - now->plain_len;
	if (n == 0)
		return;
	memcpy(d->memory + d->capture + now->plain_len, d->deflate->scratch, n);
	now->plain_len += n;
}

/* Inflates n bytes of the message; false where they are no DEFLATE data.
 * ended: the message ends behind them. */
static bool inflate_bytes(
	struct ws_dissect *d, const uint8_t *p, size_t n, bool ended)
{
	struct ws_deflate *z = d->deflate;
	size_t taken;

	do {
		bool good = ws_inflate(z, p, n, ended, &taken);

		keep_inflated(d);
		if (!good)
			return false;
		p += taken;
		n -= taken;
	} while (n > 0 || z->more);
	return true;
}

/* The same for n bytes of the frame's payload as they are on the wire. */
static void inflate_payload(
	struct ws_dissect *d, const uint8_t *p, size_t n, bool ended)
{
	const struct ws_frame *f = &d->now.frame;
	uint8_t clear[4096];
	size_t at = 0;
	bool good;

	do {
		size_t m = n - at < sizeof(clear) ? n - at : sizeof(clear);
		const uint8_t *piece = p + at;

		if (f->masked) {
			ws_mask(clear, piece, m, f->key, d->now.came + at);
			piece = clear;
		}
		at += m;
		good = inflate_bytes(d, piece, m, ended && at == n);
	} while (good && at < n);
	if (!good) {
		d->broken = true;
		d->now.how = WS_INFLATED_BROKEN;
	}
}

/* A message that another begins inside of is over: what comes next is read as
 * if it had ended there. */
static void abandon_message(struct ws_dissect *d)
{
	if (d->compressed && !d->broken &&
		!inflate_bytes(d, d->header, 0, true))
		d->broken = true;
}

/* --- frames --- */

/* Counts the frame, where it is one of a message's. */
static void place(struct ws_dissect *d)
{
	const struct ws_frame *f = &d->now.frame;

	if (f->opcode == WS_TEXT || f->opcode == WS_BINARY) {
		if (d->in_message)
			abandon_message(d);
		d->messages++;
		d->frames = 0;
		d->compressed = f->rsv & 4 && d->deflate;
	} else if (f->opcode != WS_CONTINUATION || !d->in_message) {
		return;
	}
	d->in_message = !f->fin;
	d->now.message = d->messages;
	d->now.in_message = ++d->frames;
	d->now.inflated = d->now.plain_len = 0;
	if (d->compressed)
		d->now.how = d->broken ? WS_INFLATED_LOST : WS_INFLATED_GOOD;
}

/* Takes what it can of the header, which may become whole. */
static size_t take_header(struct ws_dissect *d, const uint8_t *p, size_t n)
{
	size_t at = 0;

	if (d->header_have == 0)
		d->now = (struct ws_sighting){ .header = d->header };
	while (at < n && !d->begun) {
		d->header[d->header_have++] = p[at++];
		d->begun = ws_frame_read_loose(&d->now.frame, d->header,
				   d->header_have) > 0;
	}
	d->now.header_len = d->header_have;
	if (d->begun)
		place(d);
	return at;
}

/* How many of the frame's first bytes are kept: all that there will be, or so
 * many that it is told when they are there. */
static size_t kept(const struct ws_dissect *d)
{
	if (d->now.frame.len <= d->capture)
		return (size_t)d->now.frame.len;
	return d->show > WS_DISSECT_EARLY ? d->show : WS_DISSECT_EARLY;
}

/* Takes what it can of the payload, up to where something is to be told. */
static size_t take_payload(struct ws_dissect *d, const uint8_t *p, size_t n)
{
	struct ws_sighting *now = &d->now;
	uint64_t left = now->frame.len - now->came;
	size_t room = kept(d) - now->payload_len;

	if (!d->told && left > room)
		left = room;
	if (n > left)
		n = (size_t)left;
	if (room > n)
		room = n;
	if (now->frame.masked)
		ws_mask(d->memory + now->payload_len, p, room, now->frame.key,
			now->came);
	else
		memcpy(d->memory + now->payload_len, p, room);
	now->payload_len += room;

	bool ends = now->frame.fin && now->came + n == now->frame.len;

	if (now->how == WS_INFLATED_GOOD && (n > 0 || ends))
		inflate_payload(d, p, n, ends);
	now->came += n;
	return n;
}

/* Whether there is something to tell of the frame. */
static bool is_due(const struct ws_dissect *d)
{
	return d->now.came == d->now.frame.len ||
	       (!d->told && d->now.frame.len > d->capture &&
		       d->now.came == kept(d));
}

static void tell(struct ws_dissect *d, struct ws_sighting *s)
{
	d->now.type = d->told ? WS_SIGHTING_END : WS_SIGHTING_FRAME;
	d->now.payload = d->memory;
	d->now.plain = d->memory + d->capture;
	*s = d->now;
	d->now.payload_told = d->now.payload_len;
	d->told = true;
}

static void begin_next(struct ws_dissect *d)
{
	d->begun = d->told = false;
	d->header_have = d->header_told = 0;
}

size_t ws_dissect_next(
	struct ws_dissect *d, const uint8_t *p, size_t n, struct ws_sighting *s)
{
	size_t at = 0;

	*s = (struct ws_sighting){ .type = WS_SIGHTING_NONE };
	if (n == 0)
		return 0;
	if (!d->begun)
		at = take_header(d, p, n);
	if (!d->begun)
		return at;
	at += take_payload(d, p + at, n - at);
	if (is_due(d)) {
		tell(d, s);
		if (d->now.came == d->now.frame.len)
			begin_next(d);
	}
	return at;
}

static void read_first_byte(struct ws_frame *f, uint8_t byte)
{
	const uint8_t shortest[2] = { byte, 0 };

	ws_frame_read_loose(f, shortest, sizeof(shortest));
}

bool ws_dissect_owes(const struct ws_dissect *d)
{
	return d->begun ? !d->told : d->header_have > d->header_told;
}

bool ws_dissect_flush(struct ws_dissect *d, bool over, struct ws_sighting *s)
{
	*s = (struct ws_sighting){ .type = WS_SIGHTING_NONE };
	if (d->header_have == 0 || !(ws_dissect_owes(d) || over))
		return false;
	if (d->begun) {
		tell(d, s);
	} else {
		*s = d->now;
		s->type = WS_SIGHTING_PART;
		read_first_byte(&s->frame, d->header[0]);
		d->header_told = d->header_have;
	}
	s->cut = over;
	if (over)
		begin_next(d);
	return true;
}
