#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "ws/utf8.h"

/*
 * utf8_check() and utf8_valid_prefix() find the first byte that no valid text
 * could have there, however the text is cut. The oracle knows no table of
 * bytes: it asks after each byte which code points the character can still
 * become, and whether one of them may be encoded in so many bytes.
 *
 *     input: seed of the cuts, text
 */
struct oracle {
	uint32_t bits; /* of the character so far */
	int more;      /* bytes it still lacks */
	int size;      /* bytes it has in all */
};

/* Whether low to high and what a character of so many bytes may be have
 * anything in common (RFC 3629 section 3). */
static bool possible(int size, uint32_t low, uint32_t high)
{
	switch (size) {
	case 1:
		return low < 0x80;
	case 2:
		return high >= 0x80;
	case 3:
		return high >= 0x800 && !(low >= 0xd800 && high <= 0xdfff);
	default:
		return high >= 0x10000 && low <= 0x10ffff;
	}
}

static bool oracle_step(struct oracle *o, uint8_t byte)
{
	if (o->more) {
		if (byte >> 6 != 2)
			return false;
		o->bits = o->bits << 6 | (byte & 0x3f);
		o->more--;
	} else {
		int ones = 0;

		while (ones < 8 && byte >> (7 - ones) & 1)
			ones++;
		if (ones == 1 || ones > 4)
			return false;
		o->size = ones ? ones : 1;
		o->more = o->size - 1;
		o->bits = byte & (0xffu >> (ones + 1));
	}

	uint32_t low = o->bits << 6 * o->more;
	uint32_t high = low | ((1u << 6 * o->more) - 1);

	return possible(o->size, low, high);
}

static void check_cut(struct cutter cutter, const uint8_t *text, size_t len,
	size_t good, bool complete)
{
	struct utf8 utf8 = UTF8_START;

	for (size_t at = 0; at < len;) {
		size_t n = cutter_next(&cutter, len - at);
		const uint8_t *p = guard_copy(text + at, n);
		size_t prefix = utf8_valid_prefix(&utf8, p, n);
		bool ok = utf8_check(&utf8, p, n);

		REQUIRE(ok == (prefix == n));
		REQUIRE(prefix == (good - at < n ? good - at : n));
		if (!ok)
			return;
		at += n;
	}
	REQUIRE(good == len);
	REQUIRE(utf8_complete(&utf8) == complete);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct dice dice = dice_of(input_byte(&in));
	struct oracle oracle = { 0 };
	size_t good = 0;

	while (good < in.len && oracle_step(&oracle, in.p[good]))
		good++;
	for (int how = 0; how < CUT_WAYS; how++)
		check_cut((struct cutter){ (enum cut)how, dice }, in.p, in.len,
			good, oracle.more == 0);
	return 0;
}
