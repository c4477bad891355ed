#define _GNU_SOURCE

#include "format/rawframe.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The line ends at the edge of readable memory, and so does why. */
static bool parse(struct rawframe *f, const char *line, size_t len, bool raw,
	const char **why)
{
	char *text = (char *)guard_copy_slot(0, line, len + 1);
	char *said = (char *)guard_copy_slot(1, "", 0) - RAWFRAME_WHY;

	text[len] = '\0';
	memset(said, '?', RAWFRAME_WHY);
	*why = said;
	rawframe_init(f, raw);
	return rawframe_parse(f, text, said);
}

/* What differs from a whole text message of no bytes, in words: the payload as
 * "BYTES x SIZE". */
static const char *describe(const struct rawframe *f)
{
	static char out[256];
	size_t n = 0;

#define SAY(...) (n += (size_t)snprintf(out + n, sizeof(out) - n, __VA_ARGS__))
	out[0] = '\0';
	if (!f->fin)
		SAY(" fin=0");
	if (f->rsv)
		SAY(" rsv=%u", f->rsv);
	if (f->opcode != WS_TEXT)
		SAY(" opcode=%u", f->opcode);
	if (f->mask != RAWFRAME_MASK_ROLE)
		SAY(" mask=%d", f->mask);
	if (f->mask == RAWFRAME_MASK_KEY)
		SAY("/%02x%02x%02x%02x", f->key[0], f->key[1], f->key[2],
			f->key[3]);
	if (f->len != f->size)
		SAY(" len=%llu", (unsigned long long)f->len);
	if (f->lenbits != 7)
		SAY(" lenbits=%u", f->lenbits);
	for (size_t i = 0; i < f->ncuts; i++)
		SAY(" cut=%llu", (unsigned long long)f->cuts[i]);
	if (f->pause_ms)
		SAY(" pause=%lld", (long long)f->pause_ms);
	if (f->nbytes)
		SAY(" ");
	for (size_t i = 0; i < f->nbytes; i++)
		SAY("%02x", f->bytes[i]);
	if (f->nbytes)
		SAY(" x %llu", (unsigned long long)f->size);
#undef SAY
	return out[0] ? out + 1 : out;
}

static const struct {
	const char *line;
	const char *frame;
} good[] = {
	{ "", "" },
	{ " \t ", "" },
	{ "fin=0", "fin=0" },
	{ "fin:false", "fin=0" },
	{ "fin=true", "" },
	{ "fin=\"0\"", "fin=0" },
	{ "rsv=7", "rsv=7" },
	{ "opcode=0", "opcode=0" },
	{ "opcode=15", "opcode=15" },
	{ "opcode=0xF", "opcode=15" },
	{ "opcode=0x2", "opcode=2" },
	{ "opcode=cont", "opcode=0" },
	{ "opcode=continuation", "opcode=0" },
	{ "opcode=text", "" },
	{ "opcode=binary", "opcode=2" },
	{ "opcode=close", "opcode=8" },
	{ "opcode=ping", "opcode=9" },
	{ "opcode=pong", "opcode=10" },
	{ "mask=none", "mask=1" },
	{ "mask=random", "mask=2" },
	{ "mask=0a0B00fF", "mask=3/0a0b00ff" },
	{ "mask=wrong", "mask=4" },
	{ "len=5", "len=5" },
	{ "len=126", "len=126 lenbits=16" },
	{ "len=64k", "len=65536 lenbits=64" },
	{ "len=18446744073709551615", "len=18446744073709551615 lenbits=64" },
	{ "lenbits=16", "lenbits=16" },
	{ "lenbits=64 len=3", "len=3 lenbits=64" },
	{ "cut=3", "cut=3" },
	{ "cut=3,4,18446744073709551614",
		"cut=3 cut=4 cut=18446744073709551614" },
	{ "cut=3 pause=200ms", "cut=3 pause=200" },
	{ "pause=1.25s cut=3", "cut=3 pause=1250" },
	{ "text:", "" },
	{ "text: a  cut=3 \"", "206120206375743d332022 x 11" },
	{ "text:\"a\"", "226122 x 3" },
	{ "fin=0 text=\xff\n", "fin=0 ff0a x 2" },
	{ "data:x=y", "783d79 x 3" },
	{ "hex:", "" },
	{ "hex:48656C", "48656c x 3" },
	{ "hex: 48 656c\t6c  6f  ", "48656c6c6f x 5" },
	{ "hex:48 65 fin=0", "fin=0 4865 x 2" },
	{ "hex: fin=0", "fin=0" },
	{ "hex: \"48 65\"", "4865 x 2" },
	{ "hex:\"48 65\" fin=0", "fin=0 4865 x 2" },
	{ "base64:SGVsbG8= fin=0", "fin=0 48656c6c6f x 5" },
	{ "base64: /w==", "ff x 1" },
	{ "base64:", "" },
	{ "fill:3", "00 x 3" },
	{ "fill: 1k rsv=1", "rsv=1 lenbits=16 00 x 1024" },
	{ "fill:2M:c3bc len=2", "len=2 c3bc x 2097152" },
	{ "fill:\"10:61 62\"", "6162 x 10" },
	{ "fill:0:61", "61 x 0" },
	{ "code=1002", "opcode=8 03ea x 2" },
	{ "code=0 reason=", "opcode=8 0000 x 2" },
	{ "reason=\"a b\" code=65535 opcode=8", "opcode=8 ffff612062 x 5" },
	{ "code=1000 reason=a:=\"b", "opcode=8 03e8613a3d2262 x 7" },
};

Test(rawframe_words, are_understood)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct rawframe f;
		const char *why, *line = good[i].line;

		cr_assert(parse(&f, line, strlen(line), false, &why), "%s: %s",
			line, why);
		cr_assert_str_eq(describe(&f), good[i].frame, "%s: %s", line,
			describe(&f));
		rawframe_release(&f);
	}
}

#define FRAME_WORDS                                                            \
	"fin= rsv= opcode= mask= len= lenbits= code= reason= cut= pause= and " \
	"one of text: hex: base64: fill: are expected"
#define RAW_WORDS "cut= pause= and one of text: hex: base64: fill: are expected"
#define OPCODES                                                                \
	"0 to 15 (or 0x0 to 0xf), text, binary, continuation, close, ping or " \
	"pong is expected"
#define MASKS "none, random, wrong or a key of 8 hex digits is expected"
#define SIZES "a size is expected (like 5, 64k or 1G), below 2 to the 64th"
#define FILLS                                                                  \
	"SIZE or SIZE:HEX is expected (like 64k or 1M:c3bc), below 2 to the "  \
	"63rd"
#define PATTERNS                                                               \
	"behind the second colon a pattern of two hex digits a byte is "       \
	"expected (like 1M:c3bc)"
#define HEX "bytes of two hex digits are expected (like 48 65 6c)"
#define BASE64 "base64 with its padding is expected (like SGVsbG8=)"
#define CUTS                                                                   \
	"offsets from 1 on that rise are expected, with commas between them "  \
	"(like 3 or 2,6)"
#define TIMES "a time is expected (like 200ms or 1.5s), a day at most"

static const struct {
	const char *line;
	bool raw;
	const char *why;
} bad[] = {
	{ "fin", false,
		"fin: \"=\" and a value are expected behind it, without a "
		"blank" },
	{ "fin =1", false,
		"fin: \"=\" and a value are expected behind it, without a "
		"blank" },
	{ "=1", false, "\"\" is no word of it: " FRAME_WORDS },
	{ "fin=1 Rsv=1 x", false, "\"Rsv\" is no word of it: " FRAME_WORDS },
	{ "ping", false, "\"ping\" is no word of it: " FRAME_WORDS },
	{ "0123456789012345678901234567890\xc3\xbcxyzxyzxyz=1", false,
		"\"0123456789012345678901234567890\" is no word of "
		"it: " FRAME_WORDS },
	{ "fin=2", false, "fin=2: 0 or 1 is expected" },
	{ "fin=", false, "fin=: 0 or 1 is expected" },
	{ "fin=01", false, "fin=01: 0 or 1 is expected" },
	{ "rsv=8", false,
		"rsv=8: 0 to 7 is expected (RSV1 is 4, RSV2 2, RSV3 1)" },
	{ "rsv=-1", false,
		"rsv=-1: 0 to 7 is expected (RSV1 is 4, RSV2 2, RSV3 1)" },
	{ "opcode=16", false, "opcode=16: " OPCODES },
	{ "opcode=0x10", false, "opcode=0x10: " OPCODES },
	{ "opcode=0xg", false, "opcode=0xg: " OPCODES },
	{ "opcode=0x", false, "opcode=0x: " OPCODES },
	{ "opcode=reserved", false, "opcode=reserved: " OPCODES },
	{ "opcode=Text", false, "opcode=Text: " OPCODES },
	{ "opcode=", false, "opcode=: " OPCODES },
	{ "mask=0", false, "mask=0: " MASKS },
	{ "mask=0000000g", false, "mask=0000000g: " MASKS },
	{ "mask=000000000", false, "mask=000000000: " MASKS },
	{ "mask=000000000000", false, "mask=000000000000: " MASKS },
	{ "mask=\"00 00 00 00\"", false, "mask=00 00 00 00: " MASKS },
	{ "mask=\"00 00 00\"", false, "mask=00 00 00: " MASKS },
	{ "len=-1", false, "len=-1: " SIZES },
	{ "len=18446744073709551616", false,
		"len=18446744073709551616: " SIZES },
	{ "len=k", false, "len=k: " SIZES },
	{ "lenbits=8", false, "lenbits=8: 7, 16 or 64 is expected" },
	{ "lenbits=7 len=126", false,
		"a length of 126 is not for lenbits=7, which holds 125 at "
		"most" },
	{ "lenbits=16 fill:64k", false,
		"a length of 65536 is not for lenbits=16, which holds 65535 at "
		"most" },
	{ "hex:4", false, "hex:4: " HEX },
	{ "hex:48 6 5", false, "hex:6 5: " HEX },
	{ "hex:48 zz fin=0", false, "hex:zz: " HEX },
	{ "hex:48 fin", false, "hex:fin: " HEX },
	{ "base64:SGU", false, "base64:SGU: " BASE64 },
	{ "base64:SG U=", false, "base64:SG: " BASE64 },
	{ "fill:", false, "fill:: " FILLS },
	{ "fill:x", false, "fill:x: " FILLS },
	{ "fill:9223372036854775808", false,
		"fill:9223372036854775808: " FILLS },
	{ "fill:8G:", false, "fill:8G:: " PATTERNS },
	{ "fill:8G:f", false, "fill:8G:f: " PATTERNS },
	{ "fill:8:00:00", false, "fill:8:00:00: " PATTERNS },
	{ "code=65536", false, "code=65536: 0 to 65535 is expected" },
	{ "reason=bye", false,
		"reason= without code=: a close frame has both, or none" },
	{ "code=1000 opcode=9", false,
		"code= is a close frame's: opcode=close is expected, or a "
		"payload as hex:" },
	{ "code=1000 hex:", false,
		"code= is a payload, and another is given: one is expected" },
	{ "reason=\"bye", false,
		"reason=\"bye: the quotation mark at the value's end is "
		"expected, and a blank behind it" },
	{ "reason=\"b\"y code=1000", false,
		"reason=\"b\"y code=1000: the quotation mark at the value's "
		"end is expected, and a blank behind it" },
	{ "fin=\"", false,
		"fin=\": the quotation mark at the value's end is expected, "
		"and a blank behind it" },
	{ "cut=0", false, "cut=0: " CUTS },
	{ "cut=", false, "cut=: " CUTS },
	{ "cut=3,3", false, "cut=3,3: " CUTS },
	{ "cut=3,", false, "cut=3,: " CUTS },
	{ "cut=18446744073709551615", false,
		"cut=18446744073709551615: " CUTS },
	{ "cut=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,"
	  "25,26,27,28,29,30,31,32,33",
		false, "cut: it is cut 32 times at most" },
	{ "pause=1s", false,
		"pause= without cut=: it is where it is cut that there is a "
		"pause (like cut=3)" },
	{ "cut=1 pause=1", false, "pause=1: " TIMES },
	{ "cut=1 pause=86400.001s", false, "pause=86400.001s: " TIMES },
	{ "fin=0 fin=0", false, "fin is given twice: once is expected" },
	{ "hex:00 fill:3", false,
		"fill is a second payload: one of text: hex: base64: fill: is "
		"expected" },
	{ "hex:00 data:x", false,
		"data is a second payload: one of text: hex: base64: fill: is "
		"expected" },
	{ "", true,
		"no bytes are given: one of text: hex: base64: fill: is "
		"expected" },
	{ "cut=1", true,
		"no bytes are given: one of text: hex: base64: fill: is "
		"expected" },
	{ "fin=0 hex:00", true,
		"fin= is a frame's, not for bytes without a "
		"header: " RAW_WORDS },
	{ "81 05", true, "\"81\" is no word of it: " RAW_WORDS },
};

Test(rawframe_words, are_refused_in_words)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct rawframe f;
		const char *why;

		cr_assert(!parse(&f, bad[i].line, strlen(bad[i].line),
				  bad[i].raw, &why),
			"%s", bad[i].line);
		cr_assert_str_eq(why, bad[i].why, "%s: %s", bad[i].line, why);
		rawframe_release(&f);
	}
}

/* Every line, right or wrong, at every cut. */
static void check_cuts(const char *line, bool raw)
{
	for (size_t len = 0; line[len]; len++) {
		struct rawframe f;
		const char *why;

		if (!parse(&f, line, len, raw, &why))
			cr_assert(why[0] && memchr(why, 0, RAWFRAME_WHY));
		rawframe_release(&f);
	}
}

Test(rawframe_words, are_read_at_every_cut)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		check_cuts(good[i].line, false);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_cuts(bad[i].line, bad[i].raw);
}

/* --- key by key --- */

Test(rawframe_words, are_set_one_by_one)
{
	static const struct {
		const char *key, *value;
		size_t len;
	} members[] = {
		{ "data", "a\0\"b c", 6 },
		{ "fin", "false", 5 },
		{ "opcode", "2", 1 },
		{ "cut", "3,5", 3 },
		{ "pause", "2s", 2 },
	};
	struct rawframe f;
	char why[RAWFRAME_WHY];

	rawframe_init(&f, false);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		cr_assert(rawframe_set(&f, members[i].key,
			(char *)guard_copy(members[i].value, members[i].len),
			members[i].len, why));
	cr_assert(rawframe_finish(&f, why));
	cr_assert(!f.fin && f.opcode == 2 && f.len == 6);
	cr_assert(f.nbytes == 6 && !memcmp(f.bytes, "a\0\"b c", 6));
	cr_assert(f.ncuts == 2 && f.pause_ms == 2000);
	rawframe_release(&f);
}

Test(rawframe_words, a_nul_ends_no_value)
{
	static const char *const names[] = { "fin", "rsv", "opcode", "mask",
		"len", "lenbits", "code", "cut", "pause", "hex", "base64",
		"fill" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct rawframe f;
		char why[RAWFRAME_WHY];

		rawframe_init(&f, false);
		cr_assert(!rawframe_set(&f, names[i], "1\0", 2, why), "%s",
			names[i]);
		rawframe_release(&f);
		rawframe_init(&f, false);
		cr_assert(!rawframe_set(&f, names[i], "\0", 1, why), "%s",
			names[i]);
		rawframe_release(&f);
	}
}

Test(rawframe_words, keys_are_known)
{
	struct rawframe f;
	char why[RAWFRAME_WHY];

	cr_assert(rawframe_knows("fin") && rawframe_knows("data"));
	cr_assert(!rawframe_knows("") && !rawframe_knows("fi") &&
		  !rawframe_knows("fin ") && !rawframe_knows("type"));
	rawframe_init(&f, false);
	cr_assert(!rawframe_set(&f, "type", "frame", 5, why));
	cr_assert_str_eq(why, "\"type\" is no word of it: " FRAME_WORDS);
	rawframe_release(&f);
}

/* --- what Tab offers --- */

#define CODES "code= reason= "
#define HEADER "fin= rsv= opcode= mask= len= lenbits= "
#define WAY "cut= pause= "
#define PAYLOADS "text: hex: base64: fill: "

static const struct {
	const char *line;
	bool raw;
	const char *offers; /* a blank behind each */
} offered[] = {
	{ "", false, HEADER CODES WAY PAYLOADS },
	{ "", true, WAY PAYLOADS },
	{ "op", false, HEADER CODES WAY PAYLOADS },
	{ "fin=0 ", false,
		"rsv= opcode= mask= len= lenbits= " CODES WAY PAYLOADS },
	{ "  fin:0\t rs", false,
		"rsv= opcode= mask= len= lenbits= " CODES WAY PAYLOADS },
	{ "hex:48 ", false, HEADER WAY },
	{ "hex:48 65 6", false, HEADER WAY },
	{ "hex:48", false, "" },
	{ "hex:8100 ", true, WAY },
	{ "fill:64k cut=3 ", true, "pause= " },
	{ "code=1000 ", false, HEADER "reason= " WAY },
	{ "reason=\"a b\" ", false, HEADER "code= " WAY },
	{ "opcode=ping ", false,
		"fin= rsv= mask= len= lenbits= " WAY PAYLOADS },
	{ "opcode=close ", false,
		"fin= rsv= mask= len= lenbits= " CODES WAY PAYLOADS },
	{ "fin=", false, "fin=0 fin=1 " },
	{ "fin=0", false, "fin=0 fin=1 " },
	{ "rsv=4 opcode=", false,
		"opcode=continuation opcode=text opcode=binary opcode=close "
		"opcode=ping opcode=pong " },
	{ "opcode:pi", false,
		"opcode:continuation opcode:text opcode:binary opcode:close "
		"opcode:ping opcode:pong " },
	{ "mask=w", false, "mask=none mask=random mask=wrong " },
	{ "lenbits=", false, "lenbits=7 lenbits=16 lenbits=64 " },
	{ "rsv=", false, "" },
	/* What is no part of it, or wrong, and what has any text. */
	{ "opcode=", true, "" },
	{ "fin=0 ", true, "" },
	{ "fin=0 fin=", false, "" },
	{ "fin=2 ", false, "" },
	{ "type=", false, "" },
	{ "type=1 ", false, "" },
	{ "text:", false, "" },
	{ "text:opcode=", false, "" },
	{ "text:a ", false, "" },
	{ "data:a opcode=", false, "" },
	{ "reason=\"a ", false, "" },
	{ "reason=\"a opcode=", false, "" },
};

/* All that is offered; it is written to where readable memory ends. */
static const char *offers(const char *line, size_t len, bool raw)
{
	static char out[1024];
	enum { SIZE = RAWFRAME_OFFERS * RAWFRAME_OFFER };
	char(*words)[RAWFRAME_OFFER] =
		(void *)(guard_copy_slot(1, "", 0) - SIZE);
	const char *text = (const char *)guard_copy_slot(0, line, len);
	size_t n = rawframe_offers(words, raw, text, len), at = 0;

	out[0] = '\0';
	cr_assert_leq(n, RAWFRAME_OFFERS);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(
			out + at, sizeof(out) - at, "%s ", words[i]);
	cr_assert_lt(at, sizeof(out));
	return out;
}

Test(rawframe_words, are_offered)
{
	for (size_t i = 0; i < sizeof(offered) / sizeof(*offered); i++)
		cr_expect_str_eq(
			offers(offered[i].line, strlen(offered[i].line),
				offered[i].raw),
			offered[i].offers, "%s", offered[i].line);
}

/* At every cut; and what is offered is understood, with a value behind what
 * wants one. */
Test(rawframe_words, what_is_offered_is_taken)
{
	for (size_t i = 0; i < sizeof(offered) / sizeof(*offered); i++)
		for (size_t len = 0; len <= strlen(offered[i].line); len++) {
			char words[1024], *at = words, *word;

			snprintf(words, sizeof(words), "%s",
				offers(offered[i].line, len, offered[i].raw));
			while ((word = strsep(&at, " ")) && *word) {
				char key[RAWFRAME_OFFER], why[RAWFRAME_WHY];
				size_t n = strcspn(word, "=:");
				struct rawframe f;

				snprintf(
					key, sizeof(key), "%.*s", (int)n, word);
				cr_expect(rawframe_knows(key), "%s", key);
				if (!word[n + 1])
					continue;
				rawframe_init(&f, offered[i].raw);
				cr_expect(rawframe_set(&f, key, word + n + 1,
						  strlen(word + n + 1), why),
					"%s", why);
				rawframe_release(&f);
			}
		}
}
