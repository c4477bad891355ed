#ifndef WSTAP_TESTS_UNIT_DISSECT_CASE_H
#define WSTAP_TESTS_UNIT_DISSECT_CASE_H

#include "unit/guard.h"
#include "ws/dissect.h"
#include "ws/mask.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>

/* What the tests of the dissection share; _GNU_SOURCE is theirs. */

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { BYTES_MAX = 1 << 18, LOG_MAX = 8192 };

/* --- what was told, as text --- */

struct told {
	char text[LOG_MAX];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static inline void say(
	struct told *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->text + t->len, LOG_MAX - t->len, format, args);
	va_end(args);
	cr_assert(n >= 0 && (size_t)n < LOG_MAX - t->len);
	t->len += (size_t)n;
}

/* At most 16 of the bytes: as text where they are. */
static inline void say_bytes(
	struct told *t, const char *what, const uint8_t *p, size_t n)
{
	say(t, " %s", what);
	for (size_t i = 0; i < n && i < 16; i++)
		if (p[i] > 0x20 && p[i] < 0x7f)
			say(t, "%c", p[i]);
		else
			say(t, "\\%02x", p[i]);
	if (n > 16)
		say(t, "...%zu", n);
}

static inline void say_sighting(struct told *t, const struct ws_sighting *s)
{
	static const char *const types[] = { "none", "", "end ", "part " };
	static const char *const hows[] = { "", "", " broken", " lost" };

	say(t, "%s%s%u%s%s", t->len ? "; " : "", types[s->type],
		s->frame.opcode, s->frame.fin ? "" : "+", s->cut ? " cut" : "");
	if (s->frame.rsv)
		say(t, " rsv%u", s->frame.rsv);
	if (s->frame.masked)
		say(t, " mask %02x%02x%02x%02x", s->frame.key[0],
			s->frame.key[1], s->frame.key[2], s->frame.key[3]);
	say(t, " h%zu", s->header_len);
	if (s->type == WS_SIGHTING_PART)
		return;
	say(t, " %llu", (unsigned long long)s->frame.len);
	if (s->came != s->frame.len)
		say(t, " came %llu", (unsigned long long)s->came);
	if (s->message)
		say(t, " m%u.%u", (unsigned)s->message,
			(unsigned)s->in_message);
	if (s->payload_len > s->payload_told)
		say_bytes(t, "=", s->payload + s->payload_told,
			s->payload_len - s->payload_told);
	if (s->how == WS_INFLATED_NOT)
		return;
	say(t, " inflated%s", hows[s->how]);
	if (s->how == WS_INFLATED_LOST)
		return;
	say(t, " %llu", (unsigned long long)s->inflated);
	say_bytes(t, "=", s->plain, s->plain_len);
}

/* --- bytes --- */

struct bytes {
	uint8_t p[BYTES_MAX];
	size_t len;
};

static inline void add_frame(struct bytes *b, const struct ws_frame *f,
	const uint8_t *payload, size_t n)
{
	b->len += ws_frame_write(b->p + b->len, f);
	cr_assert(b->len + n <= BYTES_MAX);
	memcpy(b->p + b->len, payload, n);
	if (f->masked)
		ws_mask(b->p + b->len, payload, n, f->key, 0);
	b->len += n;
}

/* --- running --- */

static inline void feed(
	struct ws_dissect *d, const uint8_t *p, size_t n, struct told *t)
{
	const uint8_t *copy = guard_copy(p, n);
	struct ws_sighting s;

	do {
		size_t taken = ws_dissect_next(d, copy, n, &s);

		cr_assert_leq(taken, n);
		copy += taken;
		n -= taken;
		if (s.type != WS_SIGHTING_NONE)
			say_sighting(t, &s);
		else
			cr_assert_eq(n, 0, "nothing told, and bytes left");
	} while (s.type != WS_SIGHTING_NONE);
}

static inline void flush(struct ws_dissect *d, bool over, struct told *t)
{
	struct ws_sighting s;

	while (ws_dissect_flush(d, over, &s))
		say_sighting(t, &s);
	cr_assert_eq(s.type, WS_SIGHTING_NONE);
}

struct setup {
	bool from_client;
	const struct ws_deflate_params *params;
	size_t show;
};

/* Of the bytes in two pieces, or each by itself (cut 0). */
static inline void run(const struct setup *setup, const struct bytes *b,
	size_t cut, struct told *t)
{
	struct ws_dissect d;

	t->len = 0;
	t->text[0] = '\0';
	cr_assert(ws_dissect_init(
		&d, setup->from_client, setup->params, setup->show));
	if (cut == 0) {
		for (size_t i = 0; i < b->len; i++)
			feed(&d, b->p + i, 1, t);
	} else {
		feed(&d, b->p, cut, t);
		feed(&d, b->p + cut, b->len - cut, t);
	}
	flush(&d, true, t);
	ws_dissect_release(&d);
}

/* Neither side drops its context. */
static const struct ws_deflate_params kept = { 0 };

#endif
