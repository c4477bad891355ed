#define _GNU_SOURCE

#include "base/base64.h"
#include "unit/guard.h"

#include <criterion/criterion.h>

/* RFC 4648 section 10, and all of the alphabet. */
static const struct {
	const char *bytes;
	size_t len;
	const char *text;
} pairs[] = {
	{ "", 0, "" },
	{ "f", 1, "Zg==" },
	{ "fo", 2, "Zm8=" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\0", 1, "AA==" },
	{ "\0\xff", 2, "AP8=" },
	{ "\xff\xff\xff", 3, "////" },
	{ "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51"
	  "\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a"
	  "\xab\xb2\xdb\xaf\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf",
		48,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/" },
};

/* At the edge of readable memory, both of them. */
static bool decode(const void *text, size_t n, uint8_t **out, size_t *len)
{
	static const uint8_t zeros[4096];

	cr_assert_leq(BASE64_DECODE_SIZE(n), sizeof zeros);
	*out = guard_copy_slot(1, zeros, BASE64_DECODE_SIZE(n));
	return base64_decode(
		*out, len, (const char *)guard_copy_slot(0, text, n), n);
}

Test(base64, pairs_both_ways)
{
	static const char zeros[128];

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		size_t n = strlen(pairs[i].text), len;
		char *text = (char *)guard_copy_slot(2, zeros, n + 1);
		uint8_t *bytes;

		cr_assert_eq(BASE64_SIZE(pairs[i].len), n + 1);
		base64_encode(text, guard_copy(pairs[i].bytes, pairs[i].len),
			pairs[i].len);
		cr_assert_str_eq(text, pairs[i].text);
		cr_assert(decode(text, n, &bytes, &len), "%s", text);
		cr_assert_eq(len, pairs[i].len);
		cr_assert_eq(memcmp(bytes, pairs[i].bytes, len), 0);
		/* No cut of it passes, but between whole groups. */
		for (size_t cut = 1; cut < n; cut++)
			cr_assert_eq(
				decode(text, cut, &bytes, &len), cut % 4 == 0);
	}
}

Test(base64, refused)
{
	static const char *const cases[] = { "Z", "Zg", "Zg=", "Zm8", "=",
		"==", "===", "====", "Z===", "A===", "A=A=", "Zg==Zg==",
		"Zm8=Zm8=", "Z=g=", "=Zg=", "Zg==\n", "Zm9v\n", "\nZm9v",
		"Zm9v Zm9v", "Zm9v\r\n", "    ", "Zm9v    ", "    Zm9v",
		"\r\n\r\n", "Zm 9", "Zm9 ", " Zm9", "Zm9\n", "Zm9v----", "-m9v",
		"Zm9-", "_m9v", "Zm.v",
		"Zm9v=", "Zm9v====", "Zm9vYg==YQ==", "Z\xc3\xbcg",
		/* bits that are not used */
		"Zh==", "Zo==", "Z/==", "Zm9=", "Zm+=", "Zm9vZm9=" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t *bytes;
		size_t len;

		cr_assert_not(decode(cases[i], strlen(cases[i]), &bytes, &len),
			"%s", cases[i]);
	}
}

/* Any one byte in any place of a group, before and behind others. */
Test(base64, every_byte_in_every_place)
{
	for (int b = 0; b < 256; b++)
		for (size_t at = 0; at < 12; at++) {
			char text[] = "Zm9vYmFyZm9v";
			bool plain = b != 0 && strchr(pairs[10].text, b);
			uint8_t *bytes;
			size_t len;

			text[at] = (char)b;
			/* Not "=" as the last: bits of "9" were unused. */
			cr_assert_eq(decode(text, 12, &bytes, &len), plain,
				"%d at %zu", b, at);
		}
}

/* Longer than what the library is given at once, all bytes in it. */
Test(base64, long_texts_both_ways)
{
	enum { MOST = (3 << 20) + 5 };
	static uint8_t bytes[MOST], back[MOST + 2];
	static char text[BASE64_SIZE(MOST)];
	uint32_t seed = 1;

	for (size_t i = 0; i < MOST; i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(seed >> 24);
	}
	for (size_t n = MOST - 6; n <= MOST; n++) {
		size_t len;

		base64_encode(text, bytes, n);
		cr_assert_eq(strlen(text), BASE64_SIZE(n) - 1);
		cr_assert(base64_decode(back, &len, text, strlen(text)));
		cr_assert_eq(len, n);
		cr_assert_eq(memcmp(back, bytes, n), 0);
		text[4 << 20] = ' ';
		cr_assert_not(base64_decode(back, &len, text, strlen(text)));
	}
}
