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
	while (distance && distance <= out->len && len--) {
		uint8_t byte = out->p[out->len - distance];

		gather(out, &byte, 1);
	}
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
		uint8_t byte;

		if (out->len + 16 * UINT8_MAX > CONTENT_MAX)
			return false;
		switch (kind) {
		case LITERAL:
			p = input_bytes(in, n, &got);
			gather(out, p, got);
			break;
		case NOISE:
			for (n *= 16; n; n--) {
				byte = (uint8_t)dice_roll(dice, 256);
				gather(out, &byte, 1);
			}
			break;
		case RUN:
			byte = input_byte(in);
			for (n *= 16; n; n--)
				gather(out, &byte, 1);
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
