/* The keys of format/rawframe.h, and what they say. */
#include "format/rawframe.h"

#include "base/base64.h"
#include "format/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char frame_words[] =
	"fin= rsv= opcode= mask= len= lenbits= code= reason= cut= pause= and "
	"one of text: hex: base64: fill: are expected";
static const char raw_words[] =
	"cut= pause= and one of text: hex: base64: fill: are expected";

/* A key, and the value it has. */
struct word {
	const struct key *key;
	const char *value;
	size_t len;
};

struct key {
	const char *name;
	bool (*set)(struct rawframe *f, struct word w, char *why);
	bool of_raw;
	char sign;                      /* for Tab; 0: not offered */
	const char *(*value)(size_t i); /* the values that are names; NULL */
};

__attribute__((format(printf, 2, 3))) static bool refuse(
	char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, RAWFRAME_WHY, format, args);
	va_end(args);
	return false;
}

static bool expect(struct word w, const char *expected, char *why)
{
	return refuse(why, "%s=%.*s: %s", w.key->name,
		words_quotable(w.value, w.len), w.value, expected);
}

static bool is(struct word w, const char *text)
{
	return w.len == strlen(text) && memcmp(w.value, text, w.len) == 0;
}

/* Memory for n bytes, and for none too. */
static bool get_room(uint8_t **p, size_t n, char *why)
{
	*p = malloc(n > 0 ? n : 1);
	if (*p)
		return true;
	refuse(why, "out of memory");
	return false;
}

/* --- the header --- */

static bool set_fin(struct rawframe *f, struct word w, char *why)
{
	f->fin = is(w, "1") || is(w, "true");
	return f->fin || is(w, "0") || is(w, "false") ||
	       expect(w, "0 or 1 is expected", why);
}

static const char *fin_value(size_t i)
{
	static const char *const values[] = { "0", "1", NULL };

	return values[i];
}

static bool set_rsv(struct rawframe *f, struct word w, char *why)
{
	uint64_t n;

	if (!words_number(&n, w.value, w.len, 7))
		return expect(w,
			"0 to 7 is expected (RSV1 is 4, RSV2 2, RSV3 1)", why);
	f->rsv = (uint8_t)n;
	return true;
}

static bool set_opcode(struct rawframe *f, struct word w, char *why)
{
	uint8_t digit;
	char pair[2] = { '0' };
	size_t len, bad;
	uint64_t n;

	for (f->opcode = 0; f->opcode < 16; f->opcode++)
		if (is(w, ws_opcode_name(f->opcode)) && !is(w, "reserved"))
			return true;
	f->opcode = WS_CONTINUATION;
	if (is(w, "cont"))
		return true;
	if (words_number(&n, w.value, w.len, 15)) {
		f->opcode = (uint8_t)n;
		return true;
	}
	if (w.len == 3 && memcmp(w.value, "0x", 2) == 0) {
		pair[1] = w.value[2];
		if (words_hex(&digit, &len, pair, 2, &bad)) {
			f->opcode = digit;
			return true;
		}
	}
	return expect(w,
		"0 to 15 (or 0x0 to 0xf), text, binary, continuation, close, "
		"ping or pong is expected",
		why);
}

static const char *opcode_value(size_t i)
{
	const char *name;

	for (unsigned opcode = 0; opcode < 16; opcode++) {
		name = ws_opcode_name(opcode);
		if (strcmp(name, "reserved") != 0 && i-- == 0)
			return name;
	}
	return NULL;
}

static const struct {
	const char *name;
	enum rawframe_mask mask;
} masks[] = {
	{ "none", RAWFRAME_MASK_NONE },
	{ "random", RAWFRAME_MASK_RANDOM },
	{ "wrong", RAWFRAME_MASK_WRONG },
	{ NULL, RAWFRAME_MASK_ROLE },
};

static const char *mask_value(size_t i)
{
	return masks[i].name;
}

static bool set_mask(struct rawframe *f, struct word w, char *why)
{
	enum { DIGITS = 8 };
	size_t len, bad;
	uint8_t key[DIGITS / 2];

	for (size_t i = 0; masks[i].name; i++)
		if (is(w, masks[i].name)) {
			f->mask = masks[i].mask;
			return true;
		}
	if (w.len != DIGITS || !words_hex(key, &len, w.value, w.len, &bad) ||
		len != sizeof(key))
		return expect(w,
			"none, random, wrong or a key of 8 hex digits is "
			"expected",
			why);
	f->mask = RAWFRAME_MASK_KEY;
	memcpy(f->key, key, sizeof(key));
	return true;
}

static bool set_len(struct rawframe *f, struct word w, char *why)
{
	return words_size(&f->len, w.value, w.len, UINT64_MAX) ||
	       expect(w,
		       "a size is expected (like 5, 64k or 1G), below 2 to the "
		       "64th",
		       why);
}

static const struct {
	const char *name;
	unsigned bits;
} forms[] = { { "7", 7 }, { "16", 16 }, { "64", 64 }, { NULL, 0 } };

static const char *lenbits_value(size_t i)
{
	return forms[i].name;
}

static bool set_lenbits(struct rawframe *f, struct word w, char *why)
{
	uint64_t n = 0;

	words_number(&n, w.value, w.len, 64);
	for (size_t i = 0; forms[i].name; i++)
		if (n == forms[i].bits) {
			f->lenbits = forms[i].bits;
			return true;
		}
	return expect(w, "7, 16 or 64 is expected", why);
}

/* --- the payload --- */

static bool copy(uint8_t **p, size_t *n, struct word w, char *why)
{
	if (!get_room(p, w.len, why))
		return false;
	if (w.len > 0)
		memcpy(*p, w.value, w.len);
	*n = w.len;
	return true;
}

static bool set_text(struct rawframe *f, struct word w, char *why)
{
	f->size = w.len;
	return copy(&f->bytes, &f->nbytes, w, why);
}

static bool set_hex(struct rawframe *f, struct word w, char *why)
{
	size_t bad;

	if (!get_room(&f->bytes, w.len / 2, why))
		return false;
	if (!words_hex(f->bytes, &f->nbytes, w.value, w.len, &bad))
		return refuse(why,
			"%s:%.*s: bytes of two hex digits are expected (like "
			"48 65 6c)",
			w.key->name, words_quotable(w.value + bad, w.len - bad),
			w.value + bad);
	f->size = f->nbytes;
	return true;
}

static bool set_base64(struct rawframe *f, struct word w, char *why)
{
	if (!get_room(&f->bytes, BASE64_DECODE_SIZE(w.len), why))
		return false;
	if (!base64_decode(f->bytes, &f->nbytes, w.value, w.len))
		return refuse(why,
			"%s:%.*s: base64 with its padding is expected (like "
			"SGVsbG8=)",
			w.key->name, words_quotable(w.value, w.len), w.value);
	f->size = f->nbytes;
	return true;
}

static bool set_fill(struct rawframe *f, struct word w, char *why)
{
	const char *colon = w.len > 0 ? memchr(w.value, ':', w.len) : NULL;
	size_t n = colon ? (size_t)(colon - w.value) : w.len;
	size_t pattern = colon ? w.len - n - 1 : 0, bad;

	if (!words_size(&f->size, w.value, n, INT64_MAX))
		return refuse(why,
			"%s:%.*s: SIZE or SIZE:HEX is expected (like 64k or "
			"1M:c3bc), below 2 to the 63rd",
			w.key->name, words_quotable(w.value, n), w.value);
	if (!get_room(&f->bytes, pattern / 2, why))
		return false;
	if (!colon) {
		f->bytes[0] = 0;
		f->nbytes = 1;
	} else if (!words_hex(f->bytes, &f->nbytes, colon + 1, pattern, &bad) ||
		   f->nbytes == 0) {
		f->nbytes = 0;
		return refuse(why,
			"%s:%.*s: behind the second colon a pattern of two hex "
			"digits a byte is expected (like 1M:c3bc)",
			w.key->name, words_quotable(w.value, w.len), w.value);
	}
	return true;
}

static bool set_code(struct rawframe *f, struct word w, char *why)
{
	uint64_t n;

	if (!words_number(&n, w.value, w.len, UINT16_MAX))
		return expect(w, "0 to 65535 is expected", why);
	f->code = (uint16_t)n;
	return true;
}

static bool set_reason(struct rawframe *f, struct word w, char *why)
{
	return copy(&f->reason, &f->reason_len, w, why);
}

/* --- how it goes --- */

static bool set_cut(struct rawframe *f, struct word w, char *why)
{
	for (size_t at = 0, n; at <= w.len; at += n + 1) {
		uint64_t before = f->ncuts > 0 ? f->cuts[f->ncuts - 1] : 0;
		uint64_t cut;

		for (n = 0; at + n < w.len && w.value[at + n] != ',';)
			n++;
		if (!words_number(&cut, w.value + at, n, UINT64_MAX - 1) ||
			cut <= before)
			return expect(w,
				"offsets from 1 on that rise are expected, "
				"with commas between them (like 3 or 2,6)",
				why);
		if (f->ncuts == RAWFRAME_CUTS)
			return refuse(why, "%s: it is cut %d times at most",
				w.key->name, RAWFRAME_CUTS);
		f->cuts[f->ncuts++] = cut;
	}
	return true;
}

static bool set_pause(struct rawframe *f, struct word w, char *why)
{
	static const int64_t day_ms = 86400000;

	return words_time(&f->pause_ms, w.value, w.len, day_ms) ||
	       expect(w,
		       "a time is expected (like 200ms or 1.5s), a day at most",
		       why);
}

enum {
	FIN,
	RSV,
	OPCODE,
	MASK,
	LEN,
	LENBITS,
	CODE,
	REASON,
	CUT,
	PAUSE,
	TEXT,
	DATA,
	HEX,
	BASE64,
	FILL,
	KEYS
};
enum {
	PAYLOADS = 1 << TEXT | 1 << DATA | 1 << HEX | 1 << BASE64 | 1 << FILL,
	CLOSES = 1 << CODE | 1 << REASON
};

static const struct key keys[KEYS] = {
	[FIN] = { "fin", set_fin, false, '=', fin_value },
	[RSV] = { "rsv", set_rsv, false, '=', NULL },
	[OPCODE] = { "opcode", set_opcode, false, '=', opcode_value },
	[MASK] = { "mask", set_mask, false, '=', mask_value },
	[LEN] = { "len", set_len, false, '=', NULL },
	[LENBITS] = { "lenbits", set_lenbits, false, '=', lenbits_value },
	[CODE] = { "code", set_code, false, '=', NULL },
	[REASON] = { "reason", set_reason, false, '=', NULL },
	[CUT] = { "cut", set_cut, true, '=', NULL },
	[PAUSE] = { "pause", set_pause, true, '=', NULL },
	[TEXT] = { "text", set_text, true, ':', NULL },
	[DATA] = { "data", set_text, true, 0, NULL },
	[HEX] = { "hex", set_hex, true, ':', NULL },
	[BASE64] = { "base64", set_base64, true, ':', NULL },
	[FILL] = { "fill", set_fill, true, ':', NULL },
};

static const struct key *find(const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

size_t rawframe_keys(
	const struct rawframe *f, struct rawframe_key found[RAWFRAME_OFFERS])
{
	unsigned out = f->given;
	size_t n = 0;

	/* A code is a payload, too, and a close frame's. */
	if (out & (PAYLOADS | CLOSES))
		out |= PAYLOADS;
	if (f->given & PAYLOADS ||
		(f->given & 1u << OPCODE && f->opcode != WS_CLOSE))
		out |= CLOSES;
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].sign && !(out & 1u << i) &&
			(keys[i].of_raw || !f->raw))
			found[n++] = (struct rawframe_key){ keys[i].name,
				keys[i].sign, keys[i].value };
	return n;
}

static bool take(struct rawframe *f, struct word w, char *why)
{
	unsigned bit = 1u << (w.key - keys);

	if (f->raw && !w.key->of_raw)
		return refuse(why,
			"%s= is a frame's, not for bytes without a "
			"header: %s",
			w.key->name, raw_words);
	if (f->given & bit)
		return refuse(why, "%s is given twice: once is expected",
			w.key->name);
	if (bit & PAYLOADS && f->given & PAYLOADS)
		return refuse(why,
			"%s is a second payload: one of text: hex: base64: "
			"fill: is expected",
			w.key->name);
	f->given |= bit;
	return w.key->set(f, w, why);
}

bool rawframe_knows(const char *key)
{
	return find(key) != NULL;
}

bool rawframe_set(struct rawframe *f, const char *key, const char *value,
	size_t len, char why[RAWFRAME_WHY])
{
	struct word w = { find(key), value, len };

	return w.key ? take(f, w, why)
		     : refuse(why, "\"%.*s\" is no word of it: %s",
			       words_quotable(key, strlen(key)), key,
			       f->raw ? raw_words : frame_words);
}

/* A code and a reason become the payload of a close frame. */
static bool finish_close(struct rawframe *f, char *why)
{
	if (!(f->given & 1u << CODE))
		return refuse(why, "reason= without code=: a close frame has "
				   "both, or none");
	if (f->given & PAYLOADS)
		return refuse(why, "code= is a payload, and another is given: "
				   "one is expected");
	if (!(f->given & 1u << OPCODE))
		f->opcode = WS_CLOSE;
	if (f->opcode != WS_CLOSE)
		return refuse(why, "code= is a close frame's: opcode=close is "
				   "expected, or a payload as hex:");
	if (!get_room(&f->bytes, 2 + f->reason_len, why))
		return false;
	store16(f->bytes, f->code);
	if (f->reason_len > 0)
		memcpy(f->bytes + 2, f->reason, f->reason_len);
	f->size = f->nbytes = 2 + f->reason_len;
	return true;
}

static bool finish_length(struct rawframe *f, char *why)
{
	enum { MOST_7 = 125 };
	unsigned least;

	if (!(f->given & 1u << LEN))
		f->len = f->size;
	least = f->len > UINT16_MAX ? 64 : f->len > MOST_7 ? 16 : 7;
	if (!(f->given & 1u << LENBITS))
		f->lenbits = least;
	if (f->lenbits < least)
		return refuse(why,
			"a length of %llu is not for lenbits=%u, which holds "
			"%d at most",
			(unsigned long long)f->len, f->lenbits,
			f->lenbits == 7 ? MOST_7 : UINT16_MAX);
	return true;
}

bool rawframe_finish(struct rawframe *f, char why[RAWFRAME_WHY])
{
	if (f->given & 1u << PAUSE && f->ncuts == 0)
		return refuse(why, "pause= without cut=: it is where it is cut "
				   "that there is a pause (like cut=3)");
	if (f->raw)
		return f->given & PAYLOADS ||
		       refuse(why, "no bytes are given: one of text: hex: "
				   "base64: fill: is expected");
	if (f->given & CLOSES && !finish_close(f, why))
		return false;
	return finish_length(f, why);
}
