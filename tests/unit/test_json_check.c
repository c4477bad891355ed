#define _GNU_SOURCE /* unit/guard.h */

#include "format/json.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Texts, each with a | behind it, and ` for each quotation mark. */
static const char valid[] =
	/* scalars, and blanks around them */
	"null|true|false|``|0| \t\r\n1\n\r\t |"
	/* numbers */
	"-0|-1|10|1234567890123456789012345678901234567890|0.0|-0.1|1.25|"
	"0e1|0e+1|0E-1|1e10|1E+2|1.5e-3|1E400|123.456e78|-0e-0|20e1|"
	"1.000000000000000005|"
	/* strings */
	"`a`|`\\`\\\\\\/\\b\\f\\n\\r\\t`|`\\u0000`|"
	"`\\u00e9\\uABCD\\uabcd`|`\\ud800`|`\\udc00\\ud800`|"
	"`\\ud83d\\ude00`|`\x7f`|`\xc2\x9b`|`\xe2\x80\xa8`|"
	"`\xf0\x9f\x98\x80`|`/`|`// no comment /* */`|`\\\\`|`\\\\u00`|"
	"`\\u0022`|`[{,:}]`|"
	/* arrays */
	"[]|[ ]|[[]]|[[],[]]|[1]|[1,2]|[ 1 , 2 ]|[``]|[null,true,false]|"
	"[1,null,`a`,{},[]]|[[[[[[]]]]]]|"
	/* objects */
	"{}|{ }|{``:0}|{`a`:1}|{ `a` : 1 }|{`a`:1,`b`:2}|{`a`:1,`a`:2}|"
	"{`a`:{`b`:{}}}|{`a`:[{`b`:[]}]}|{`\\u0000`:null}|[{},{}]|"
	"\n{\n`a`\n:\n1\n,\n`b`\n:\n2\n}\n|";

static const char invalid[] =
	/* nothing, or more than one value */
	" |\n|1 2|null null|[][]|{}{}|[],|{} x|````|1,|1]|1}|]|}|,|:|[]]|"
	"{}}|"
	/* words */
	"nul|nulll|Null|NULL|tru|truee|True|fals|falsee|undefined|NaN|"
	"-NaN|nan|Infinity|-Infinity|inf|n|t|f|truefalse|null\x0b|"
	"null\x0c|"
	/* numbers */
	"-|+1|+|01|-01|00|-00|1.|-1.|.5|-.5|1.e1|1e|1E|1e+|1e-|1e+-1|"
	"1.2.3|1e1.5|1ee1|0x10|0b1|1_000|1a|--1|- 1|1 e1|1 .5|1+1|0e|0.e|"
	"1,000|\xef\xbc\x91|1f|012|-012|1e1e1|"
	/* strings */
	"`|`a|a`|'a'|`\\|`\\`|`\\x41`|`\\a`|`\\'`|`\\0`|`\\u`|`\\u1`|"
	"`\\u12`|`\\u123`|`\\u123g`|`\\U0041`|`\\u+123`|`\\u 123`|`\\v`|"
	"`\x01`|`\x1f`|`\n`|`\t`|`\\\n`|\\u0041|`a` `b`|abc|`\\\xc3\xa9`|"
	"`\\u00\xc3\xa9`|`\\ `|`\\ud800|`\\u{41}`|\x1b[1m|`a`b|"
	/* arrays */
	"[|[1|[1,|[1,]|[,1]|[,]|[1,,2]|[1 2]|[1;2]|[1:2]|[`a`:1]|[1}|[[]|"
	"[]1|[`|[a]|[1]]|[(1)]|[\x0c]|[1\xc2\xa0]|[-]|[tru]|[ , ]|[`a`|"
	"[null|"
	/* objects */
	"{|{`a`|{`a`:|{`a`:1|{`a`:1,|{`a`:1,}|{,`a`:1}|{,}|{`a` 1}|"
	"{`a`,1}|{`a`:1 `b`:2}|{`a`:1,,`b`:2}|{`a`::1}|{`a`:}|{:1}|{a:1}|"
	"{'a':1}|{1:1}|{null:1}|{[]:1}|{`a`:1]|{`a`}|{`a`:1,`b`}|"
	"{`a`:1:2}|{`a`:1 2}|{]|{1}|{{}}|"
	/* other languages */
	"// a\n1|/* a */ 1|1 // a|1 # a|\xef\xbb\xbf{}|\xef\xbb|<a/>|"
	"{`a`:function(){}}|\xff|[\x80]|\xe2\x80\xa8[]|";

static bool is_valid(const char *s, size_t len)
{
	const uint8_t *p = guard_copy(s, len);
	bool ours = json_valid(p, len);
	struct json_fault fault = json_fault(p, len);

	/* They agree, and no byte that is not there is to blame. */
	cr_assert_eq(ours, fault.why == NULL, "%.*s", (int)len, s);
	cr_assert(fault.at <= len);
	cr_assert(!ours || fault.at == len);
	return ours;
}

static struct json_fault find(const char *s, size_t len)
{
	return json_fault(guard_copy(s, len), len);
}

/* The next text of a list, or false at its end. */
static bool next_text(const char **list, char text[64])
{
	size_t n = strcspn(*list, "|");

	if (!**list)
		return false;
	cr_assert(n < 64 && (*list)[n] == '|');
	for (size_t i = 0; i < n; i++)
		text[i] = (*list)[i] == '`' ? '"' : (*list)[i];
	text[n] = '\0';
	*list += n + 1;
	return true;
}

/* How long the text is without the blanks at its end. */
static size_t trimmed(const char *s)
{
	size_t len = strlen(s);

	while (len > 0 && strchr(" \t\r\n", s[len - 1]))
		len--;
	return len;
}

/* Of what is JSON and does not begin as a number does, no start is; what it
 * lacks is at its end. */
Test(json_check, valid_texts)
{
	char s[64];

	for (const char *list = valid; next_text(&list, s);) {
		bool number = strpbrk(s, "\"[{ntf") == NULL;

		cr_expect(is_valid(s, strlen(s)), "%s", s);
		for (size_t cut = 0; cut < trimmed(s); cut++) {
			cr_expect(!is_valid(s, cut) || number, "%s cut at %zu",
				s, cut);
			cr_expect_eq(find(s, cut).at, cut);
		}
	}
}

/* What comes before a fault has none before its end; with the byte at it, it
 * has that fault and no other, whatever follows. */
static void check_position(const char *s, size_t len)
{
	struct json_fault whole = find(s, len);

	for (size_t cut = 0; cut < len; cut++) {
		struct json_fault part = find(s, cut);

		is_valid(s, cut);
		cr_expect_eq(part.at, cut < whole.at ? cut : whole.at,
			"%s cut at %zu: %zu", s, cut, part.at);
	}
}

Test(json_check, invalid_texts)
{
	char s[64], deeper[96];

	cr_expect_not(json_valid(NULL, 0));
	for (const char *list = invalid; next_text(&list, s);) {
		cr_expect_not(is_valid(s, strlen(s)), "%s", s);
		check_position(s, strlen(s));
		/* As an item, where no comma makes two of it. */
		snprintf(deeper, sizeof deeper, "{\"a\":[0,%s\n,1]}", s);
		if (!strchr(s, ','))
			cr_expect_not(
				is_valid(deeper, strlen(deeper)), "%s", deeper);
	}
}

Test(json_check, no_byte_is_a_blank_or_stands_alone_by_chance)
{
	for (int c = 0; c < 256; c++) {
		const char byte = (char)c;
		const char in_array[3] = { '[', byte, ']' };
		const char in_string[3] = { '"', byte, '"' };
		const char escaped[4] = { '"', '\\', byte, '"' };
		bool blank = c && strchr(" \t\r\n", c);
		bool digit = c >= '0' && c <= '9';

		cr_expect_eq(is_valid(&byte, 1), digit, "%02x", c);
		cr_expect_eq(is_valid(in_array, 3), digit || blank, "%02x", c);
		cr_expect_eq(is_valid(in_string, 3),
			c >= 0x20 && c != '"' && c != '\\', "%02x", c);
		cr_expect_eq(is_valid(escaped, 4), c && strchr("\"\\/bfnrt", c),
			"%02x", c);
	}
}

static void nest(char *text, size_t depth, const char *open, const char *close)
{
	size_t n = strlen(open);

	for (size_t i = 0; i < depth; i++)
		memcpy(text + i * n, open, n);
	text += depth * n;
	for (size_t i = 0; i < depth; i++, text += strlen(close))
		memcpy(text, close, strlen(close));
	*text = '\0';
}

Test(json_check, depth_is_limited)
{
	char text[8 * (JSON_DEPTH_MAX + 1) + 1];

	nest(text, JSON_DEPTH_MAX, "[", "]");
	cr_expect(is_valid(text, strlen(text)));
	nest(text, JSON_DEPTH_MAX + 1, "[", "]");
	cr_expect_not(is_valid(text, strlen(text)));
	nest(text, JSON_DEPTH_MAX / 2, "[{\"\":", "}]");
	/* the innermost value is missing */
	cr_expect_not(is_valid(text, strlen(text)));
	nest(text, JSON_DEPTH_MAX / 2 - 1, "[{\"\":", "}]");
	memmove(text + 5 * (JSON_DEPTH_MAX / 2 - 1) + 2,
		text + 5 * (JSON_DEPTH_MAX / 2 - 1),
		2 * (JSON_DEPTH_MAX / 2 - 1) + 1);
	memcpy(text + 5 * (JSON_DEPTH_MAX / 2 - 1), "[]", 2);
	cr_expect(is_valid(text, strlen(text)));
	text[strlen(text) - 1] = '}';
	cr_expect_not(is_valid(text, strlen(text)));
	/* Wide is not deep. */
	memset(text, '[', sizeof text);
	for (size_t i = 1; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "[],", 3);
	memcpy(text + 3 * 2000 + 1, "0]", 3);
	cr_expect(is_valid(text, strlen(text)));
}

/* --- what is wrong --- */

/* Texts, with ^ before the byte that is to blame, and ` for each quotation
 * mark. */
static const struct {
	const char *text, *why;
} faults[] = {
	/* what is missing at the end */
	{ "^", "no value" },
	{ " \n^", "no value" },
	{ "[^", "an array without its ]" },
	{ "[1^", "an array without its ]" },
	{ "[1, ^", "an array without its ]" },
	{ "{^", "an object without its }" },
	{ "{`a`:1^", "an object without its }" },
	{ "{`a`:1,^", "an object without its }" },
	{ "{`a`:[{}]^", "an object without its }" },
	{ "[{`a`:[]}^", "an array without its ]" },
	{ "`a^", "a string without its end" },
	{ "`a\\^", "a string without its end" },
	{ "`\\u12^", "a string without its end" },
	{ "{`a^", "a string without its end" },
	{ "{`a`^", "a key without its colon" },
	{ "{`a`:^", "a key without its value" },
	{ "nul^", "a word that is not true, false or null" },
	{ "-^", "a minus without a digit" },
	{ "1.^", "a point without a digit" },
	{ "1e^", "an exponent without a digit" },
	/* commas and colons */
	{ "{`a`:1,^}", "a comma before }" },
	{ "{`a`:1, ^}", "a comma before }" },
	{ "[1,^]", "a comma before ]" },
	{ "[1,2,\n^]", "a comma before ]" },
	{ "[^,1]", "a comma without a value before it" },
	{ "[1,^,2]", "a comma without a value before it" },
	{ "^,", "a comma without a value before it" },
	{ "{^,`a`:1}", "a comma without a value before it" },
	{ "{`a`:1,^,`b`:2}", "a comma without a value before it" },
	{ "[1 ^2]", "no comma between two values" },
	{ "[1^;2]", "no comma between two values" },
	{ "[{} ^{}]", "no comma between two values" },
	{ "{`a`:1 ^`b`:2}", "no comma before the next key" },
	{ "{`a`:1 ^b}", "no comma before the next key" },
	{ "{`a` ^1}", "a key without its colon" },
	{ "{`a`^=1}", "a key without its colon" },
	{ "{`a`^,`b`:2}", "a key without its colon" },
	{ "{`a`^}", "a key without its colon" },
	{ "{`a`:^}", "a key without its value" },
	{ "{`a`:^]", "a key without its value" },
	{ "{`a`:^,`b`:2}", "a key without its value" },
	{ "{`a`:^:1}", "two colons" },
	{ "{`a`:1^:2}", "a second colon" },
	{ "[`a`^:1]", "a key in an array" },
	{ "`a`^:1", "a key outside of an object" },
	{ "[^:1]", "a colon without a key before it" },
	{ "{^:1}", "a colon without a key before it" },
	/* brackets */
	{ "[1^}", "a } where the array wants its ]" },
	{ "[^}", "a } where the array wants its ]" },
	{ "[1,^}", "a } where the array wants its ]" },
	{ "{`a`:1^]", "a ] where the object wants its }" },
	{ "{^]", "a ] where the object wants its }" },
	{ "{`a`:1,^]", "a ] where the object wants its }" },
	{ "^]", "a ] without its [" },
	{ "^}", "a } without its {" },
	{ "[]^]", "a ] without its [" },
	{ "{} ^}", "a } without its {" },
	/* more than one value */
	{ "1 ^2", "more text behind the value" },
	{ "{}^{}", "more text behind the value" },
	{ "[]^,", "more text behind the value" },
	{ "{} ^x", "more text behind the value" },
	/* keys */
	{ "{^a:1}", "a key without quotation marks" },
	{ "{^1:1}", "a key without quotation marks" },
	{ "{^{}}", "a key without quotation marks" },
	{ "{`a`:1,^b:2}", "a key without quotation marks" },
	/* quotation marks */
	{ "{^'a':1}", "a ' instead of \"" },
	{ "[^'a']", "a ' instead of \"" },
	{ "{`a`:^'b'}", "a ' instead of \"" },
	{ "{^\xe2\x80\x9c"
	  "a\xe2\x80\x9d:1}",
		"a curly quotation mark instead of \"" },
	{ "[^\xe2\x80\x98"
	  "a\xe2\x80\x99]",
		"a curly quotation mark instead of \"" },
	{ "^\xe2\x80\x9e"
	  "a\xe2\x80\x9c",
		"a curly quotation mark instead of \"" },
	{ "{`a`:`say `^hi` to`}", "a \" within a string, where \\\" is meant" },
	{ "[`a`^`b`]", "a \" within a string, where \\\" is meant" },
	{ "{`a`:`b` ^`c`:1}", "no comma before the next key" },
	/* words */
	{ "^True", "a word that is not true, false or null" },
	{ "^undefined", "a word that is not true, false or null" },
	{ "{`a`:^NaN}", "a word that is not true, false or null" },
	{ "[^hello]", "a word that is not true, false or null" },
	{ "tru^th", "a word that is not true, false or null" },
	{ "[null^l]", "a word that is not true, false or null" },
	{ "f^", "a word that is not true, false or null" },
	{ "true^1", "a word that is not true, false or null" },
	/* numbers */
	{ "0^1", "a number that begins with 0" },
	{ "[-0^0]", "a number that begins with 0" },
	{ "^+1", "a number with a plus sign" },
	{ "[^.5]", "a number without a digit before its point" },
	{ "-^.5", "a minus without a digit" },
	{ "-^Infinity", "a minus without a digit" },
	{ "[-^]", "a minus without a digit" },
	{ "{`a`:1.^}", "a point without a digit" },
	{ "1.^e1", "a point without a digit" },
	{ "1e+^-1", "an exponent without a digit" },
	{ "0^x10", "a number with more text behind it" },
	{ "1^_000", "a number with more text behind it" },
	{ "[1.2^.3]", "a number with more text behind it" },
	{ "1e5^e", "a number with more text behind it" },
	/* strings */
	{ "`\\^x41`", "an escape that JSON does not have" },
	{ "`\\^'`", "an escape that JSON does not have" },
	{ "{`C:\\^Temp`:1}", "an escape that JSON does not have" },
	{ "`\\u12^g4`", "a \\u without four hex digits" },
	{ "`\\u^`", "a \\u without four hex digits" },
	{ "`\\u^{41}`", "a \\u without four hex digits" },
	{ "`a^\nb`", "a line break in a string, where \\n is meant" },
	{ "`a^\r`", "a line break in a string, where \\n is meant" },
	{ "`a^\tb`", "a tab in a string, where \\t is meant" },
	{ "`a^\x1b[m`", "a control character in a string, which takes \\u" },
	/* what JSON has nowhere */
	{ "^// a\n1", "a comment, which JSON does not have" },
	{ "{`a`:1 ^/* b */}", "a comment, which JSON does not have" },
	{ "[1^#]", "a comment, which JSON does not have" },
	{ "[1,^\xc2\xa0"
	  "2]",
		"a no-break space outside of a string" },
	{ "{`a`^\xc2\xa0:1}", "a no-break space outside of a string" },
	{ "^\xef\xbb\xbf{}", "a byte order mark" },
	{ "[^\x0c]", "a control character outside of a string" },
	{ "1^\x1b", "a control character outside of a string" },
	{ "[^(1)]", "a character that no value begins with" },
	{ "^<a/>", "a character that no value begins with" },
	{ "^\xff", "a character that no value begins with" },
	{ "^\xe2\x80\xa8[]", "a character that no value begins with" },
};

Test(json_check, faults)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		char text[64];
		size_t at = 0, len = 0;

		for (const char *s = faults[i].text; *s; s++)
			if (*s == '^')
				at = len;
			else
				text[len++] = *s == '`' ? '"' : *s;
		text[len] = '\0';

		struct json_fault got = find(text, len);

		cr_expect_not(is_valid(text, len), "%s", text);
		cr_expect_eq(got.at, at, "%s: at %zu", text, got.at);
		cr_expect(got.why && strcmp(got.why, faults[i].why) == 0,
			"%s: %s", text, got.why ? got.why : "valid");
		check_position(text, len);
	}
}

/* Each is short and plain. */
Test(json_check, words)
{
	for (size_t i = 0; i < COUNT(faults); i++) {
		cr_expect_leq(strlen(faults[i].why), 50);
		for (const char *s = faults[i].why; *s; s++)
			cr_expect(isprint((unsigned char)*s));
	}
}

Test(json_check, fault_of_depth)
{
	char text[2 * JSON_DEPTH_MAX + 8];

	memset(text, '[', sizeof text);
	cr_expect_eq(find(text, JSON_DEPTH_MAX).at, JSON_DEPTH_MAX);
	cr_expect_str_eq(
		find(text, JSON_DEPTH_MAX).why, "an array without its ]");
	cr_expect_eq(find(text, sizeof text).at, JSON_DEPTH_MAX);
	cr_expect_str_eq(find(text, sizeof text).why,
		"more than 1024 brackets in one another");
	text[JSON_DEPTH_MAX] = '{';
	cr_expect_eq(find(text, sizeof text).at, JSON_DEPTH_MAX);
	/* Other brackets in the middle, and an end of the wrong kind. */
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[JSON_DEPTH_MAX + 500] = '}';
	cr_expect_eq(find(text, sizeof text).at, JSON_DEPTH_MAX + 500);
	cr_expect_str_eq(
		find(text, sizeof text).why, "a } where the array wants its ]");
}
