#include "ws/deflate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a sender leaves off each message's end (RFC 7692 7.2.1): the empty
 * stored block of a flush. */
static const uint8_t tail[4] = { 0x00, 0x00, 0xff, 0xff };

enum {
	WINDOW_MAX = 15,
	ZLIB_WINDOW_MIN = 9, /* of raw deflate: see the header */
	/* Fast: the machine's time is dearer than the last percents. */
	LEVEL = 1,
	MEMORY = 8,
	/* A context that is dropped after each message is cleared each time:
	 * a smaller hash costs less than it loses. */
	MEMORY_NO_CONTEXT = 5,
};

void ws_deflate_init(struct ws_deflate *d,
	const struct ws_deflate_params *params, bool server)
{
	int bits = server ? params->server_max_window_bits
			  : params->client_max_window_bits;

	memset(d, 0, offsetof(struct ws_deflate, scratch));
	d->inflate_resets = server ? params->client_no_context_takeover
				   : params->server_no_context_takeover;
	d->deflate_resets = server ? params->server_no_context_takeover
				   : params->client_no_context_takeover;
	d->window_bits = bits > 0 ? bits : WINDOW_MAX;
	if (d->window_bits < ZLIB_WINDOW_MIN)
		d->window_bits = ZLIB_WINDOW_MIN;
}

void ws_deflate_release(struct ws_deflate *d)
{
	if (d->inflating)
		inflateEnd(&d->inflate);
	if (d->deflating)
		deflateEnd(&d->deflate);
	d->inflating = d->deflating = false;
}

/* --- reading --- */

/* Behind a final block the stream goes on with what it has seen before (RFC
 * 7692 7.2.3.4): zlib calls that another stream with the same window. */
static bool go_on_after_final(struct ws_deflate *d)
{
	uint8_t window[1 << WINDOW_MAX];
	uInt len = sizeof(window);

	d->boundary = true;
	return inflateGetDictionary(&d->inflate, window, &len) == Z_OK &&
	       inflateReset(&d->inflate) == Z_OK &&
	       inflateSetDictionary(&d->inflate, window, len) == Z_OK;
}

/* Inflates n bytes until they are used up or scratch is full. */
static bool inflate_some(
	struct ws_deflate *d, const uint8_t *p, size_t n, size_t *taken)
{
	z_stream *z = &d->inflate;
	int result;

	z->next_in = (uint8_t *)p;
	z->avail_in = (uInt)n;
	do {
		z->next_out = d->scratch + d->have;
		z->avail_out = (uInt)(WS_SCRATCH - d->have);
		if (z->avail_in > 0)
			d->boundary = false;
		result = inflate(z, Z_SYNC_FLUSH);
		d->have = WS_SCRATCH - z->avail_out;
		if (result == Z_STREAM_END && !go_on_after_final(d))
			result = Z_DATA_ERROR;
	} while (result == Z_STREAM_END && z->avail_in > 0);
	*taken = n - z->avail_in;
	d->more = z->avail_out == 0;
	return result == Z_OK || result == Z_STREAM_END ||
	       result == Z_BUF_ERROR;
}

/* The message's end: false where it is inside a block. */
static bool finish(struct ws_deflate *d)
{
	size_t taken;

	/* A final block may be the last: then nothing was left off. */
	if (d->tail_at == 0 && d->boundary) {
		d->done = true;
	} else {
		if (!inflate_some(d, tail + d->tail_at,
			    sizeof(tail) - d->tail_at, &taken))
			return false;
		d->tail_at += taken;
		/* The tail is no place for a final block's end. */
		if (d->boundary)
			return false;
		if (d->more || d->tail_at < sizeof(tail))
			return true;
		d->done = true;
		/* zlib: 128 says that a block has just ended. */
		if (!(d->inflate.data_type & 128))
			return false;
	}
	d->in_message = false;
	if (d->inflate_resets && inflateReset(&d->inflate) != Z_OK)
		return false;
	return true;
}

static void set_up_inflate(struct ws_deflate *d)
{
	if (!d->inflating && inflateInit2(&d->inflate, -WINDOW_MAX) != Z_OK)
		abort();
	d->inflating = true;
}

static void begin_inflating(struct ws_deflate *d)
{
	set_up_inflate(d);
	if (!d->in_message) {
		d->in_message = true;
		d->done = d->boundary = false;
		d->tail_at = 0;
	}
}

bool ws_inflate(struct ws_deflate *d, const uint8_t *p, size_t n, bool ended,
	size_t *taken)
{
	begin_inflating(d);
	*taken = 0;
	d->have = 0;
	d->more = false;
	if (d->tail_at == 0 && !inflate_some(d, p, n, taken))
		return false;
	if (!ended || d->more || *taken < n)
		return true;
	return finish(d);
}

/* The window that the other's next message may refer to: none before its
 * first. */
static bool get_window(
	struct ws_deflate *other, bool written, uint8_t *window, uInt *len)
{
	*len = 0;
	if (written)
		return !other->any &&
		       (!other->deflating ||
			       deflateGetDictionary(
				       &other->deflate, window, len) == Z_OK);
	return !other->in_message &&
	       (!other->inflating || inflateGetDictionary(&other->inflate,
					     window, len) == Z_OK);
}

bool ws_deflate_follow(
	struct ws_deflate *d, struct ws_deflate *other, bool written)
{
	uint8_t window[1 << WINDOW_MAX];
	uInt len;

	if (!get_window(other, written, window, &len))
		return false;
	set_up_inflate(d);
	return inflateSetDictionary(&d->inflate, window, len) == Z_OK;
}

/* --- writing --- */

static void begin_deflating(struct ws_deflate *d)
{
	if (d->deflating)
		return;
	if (deflateInit2(&d->deflate, LEVEL, Z_DEFLATED, -d->window_bits,
		    d->deflate_resets ? MEMORY_NO_CONTEXT : MEMORY,
		    Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	d->deflating = true;
}

static void end_message(struct ws_deflate *d)
{
	d->any = false;
	d->nheld = 0;
	if (d->deflate_resets)
		deflateReset(&d->deflate);
}

size_t ws_deflate(struct ws_deflate *d, const uint8_t *p, size_t n, bool ended,
	uint8_t *out, size_t cap, size_t *taken, bool *done)
{
	z_stream *z = &d->deflate;
	size_t have;

	assert(cap >= WS_DEFLATE_ROOM);
	begin_deflating(d);
	d->any = d->any || n > 0;
	*done = false;
	*taken = 0;
	if (!d->any) {
		/* zlib has nothing to flush, and an empty message is one
		 * byte: the start of the empty block (7.2.3.6). */
		*done = ended;
		out[0] = 0x00;
		return ended;
	}
	memcpy(out, d->held, d->nheld);
	z->next_in = (uint8_t *)p;
	z->avail_in = (uInt)n;
	z->next_out = out + d->nheld;
	z->avail_out = (uInt)(cap - d->nheld);
	deflate(z, ended ? Z_SYNC_FLUSH : Z_NO_FLUSH);
	*taken = n - z->avail_in;
	have = cap - z->avail_out;
	*done = ended && z->avail_in == 0 && z->avail_out > 0;
	if (*done) {
		assert(have >= sizeof(tail) &&
			memcmp(out + have - sizeof(tail), tail, sizeof(tail)) ==
				0);
		end_message(d);
		return have - sizeof(tail);
	}
	/* The last bytes may be the beginning of the tail. */
	d->nheld = have < sizeof(d->held) ? have : sizeof(d->held);
	memcpy(d->held, out + have - d->nheld, d->nheld);
	return have - d->nheld;
}

const char *ws_deflate_library(void)
{
	static char text[32];

	snprintf(text, sizeof(text), "zlib %s", zlibVersion());
	return text;
}
