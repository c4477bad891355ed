#ifndef WSTAP_TESTS_FUZZ_CONTENT_H
#define WSTAP_TESTS_FUZZ_CONTENT_H

#include "fuzz/fuzz.h"
#include "ws/extension.h"

/*
 * Messages longer than an input could be, of every degree of repetition, made
 * by a few of its bytes: literals, noise, runs, and repeats of what came up to
 * 64 KiB before. And a choice of what permessage-deflate agrees on.
 */
enum { CONTENT_MAX = 100000 };

static inline void content_repeat(
	struct gathered *out, size_t distance, size_t len)
{
	if (!distance || distance > out->len)
		return;

	uint8_t *to = gather_room(out, len), *from = to - distance;

	for (size_t i = 0; i < len; i++)
		to[i] = from[i];
}

static inline void content_noise(
	struct gathered *out, struct dice *dice, size_t len)
{
	uint8_t *p = gather_room(out, len);

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)dice_roll(dice, 256);
}

/* Appends the next message to out, which it may repeat from; false where the
 * input is at its end, or out would get longer than CONTENT_MAX. */
static inline bool content_append(
	struct input *in, struct dice *dice, struct gathered *out)
{
	enum { LITERAL, NOISE, RUN, REPEAT, MESSAGE_END, KINDS };

	if (!in->len)
		return false;
	while (in->len) {
		unsigned kind = input_byte(in) % KINDS;
		size_t n = kind == MESSAGE_END ? 0 : input_byte(in), got;
		const uint8_t *p;

		if (out->len + 16 * UINT8_MAX > CONTENT_MAX)
			return false;
		switch (kind) {
		case LITERAL:
			p = input_bytes(in, n, &got);
			gather(out, p, got);
			break;
		case NOISE:
			content_noise(out, dice, 16 * n);
			break;
		case RUN:
			memset(gather_room(out, 16 * n), input_byte(in),
				16 * n);
			break;
		case REPEAT:
			content_repeat(out, input_u16(in), n);
			break;
		default:
			return true;
		}
	}
	return true;
}

static inline struct ws_deflate_params content_params(struct input *in)
{
	unsigned flags = input_byte(in), bits = input_byte(in);

	return (struct ws_deflate_params){
		.server_no_context_takeover = flags & 1,
		.client_no_context_takeover = flags & 2,
		/* 0: none was agreed on */
		.server_max_window_bits = flags & 4 ? 8 + (int)(bits & 7) : 0,
		.client_max_window_bits =
			flags & 8 ? 8 + (int)(bits >> 4 & 7) : 0,
	};
}

#endif
