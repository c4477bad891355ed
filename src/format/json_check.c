#include "format/json_levels.h"

#include <string.h>

/* What a fault of depth says. */
_Static_assert(JSON_DEPTH_MAX == 1024, "the number in the words is right");

/*
 * A scan stops at the first byte that nothing which is JSON has there, or at
 * the text's end. Each function that takes something gives back whether it was
 * there; where it was not, the scan stands where it stopped being.
 */
struct scan {
	const uint8_t *p;
	size_t at, len;
	struct json_levels levels;
	enum {
		FIRST_VALUE, /* or the array's end */
		VALUE,       /* the text's, or behind a comma */
		OF_KEY,      /* a value behind a colon */
		FIRST_KEY,   /* or the object's end */
		KEY,         /* behind a comma */
		AFTER        /* a comma, or an end */
	} expect;
	const char *why;
};

static bool fault(struct scan *s, const char *why)
{
	s->why = why;
	return false;
}

/* The next byte, -1 at the end. */
static int peek(const struct scan *s)
{
	return s->at < s->len ? s->p[s->at] : -1;
}

static bool take(struct scan *s, int c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static void skip_blanks(struct scan *s)
{
	while (s->at < s->len && json_is_blank(s->p[s->at]))
		s->at++;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_hex(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const char no_word[] = "a word that is not true, false or null";

/* --- what people write where JSON has something else --- */

static bool next_is(const struct scan *s, const char *bytes)
{
	size_t n = strlen(bytes);

	return s->len - s->at >= n && memcmp(s->p + s->at, bytes, n) == 0;
}

/* What is wrong anywhere outside of a string; NULL: nothing in itself. */
static const char *stray(const struct scan *s)
{
	int c = peek(s);

	if (next_is(s, "\xe2\x80\x98") || next_is(s, "\xe2\x80\x99") ||
		next_is(s, "\xe2\x80\x9c") || next_is(s, "\xe2\x80\x9d") ||
		next_is(s, "\xe2\x80\x9e"))
		return "a curly quotation mark instead of \"";
	if (next_is(s, "\xc2\xa0"))
		return "a no-break space outside of a string";
	if (next_is(s, "\xef\xbb\xbf"))
		return "a byte order mark";
	if (c == '\'')
		return "a ' instead of \"";
	if (c == '/' || c == '#')
		return "a comment, which JSON does not have";
	if ((c >= 0 && c < 0x20) || c == 0x7f)
		return "a control character outside of a string";
	return NULL;
}

static const char *no_end(const struct scan *s)
{
	if (s->levels.depth == 0)
		return "no value";
	return json_in_object(&s->levels) ? "an object without its }"
					  : "an array without its ]";
}

/* An end of the wrong kind, or where there is nothing to end. */
static const char *wrong_end(const struct scan *s)
{
	bool object = peek(s) == '}';

	if (s->levels.depth == 0)
		return object ? "a } without its {" : "a ] without its [";
	return object ? "a } where the array wants its ]"
		      : "a ] where the object wants its }";
}

/* Behind a comma, an end: one of the two is too much. */
static const char *comma_before_end(const struct scan *s)
{
	bool object = peek(s) == '}';

	if (object != json_in_object(&s->levels))
		return wrong_end(s);
	return object ? "a comma before }" : "a comma before ]";
}

static const char *no_value(const struct scan *s)
{
	int c = peek(s);
	const char *why = stray(s);

	if (why)
		return why;
	if (c < 0 && s->expect == OF_KEY)
		return "a key without its value";
	if (c < 0)
		return no_end(s);
	if (c == '}' || c == ']') {
		if (s->expect == OF_KEY)
			return "a key without its value";
		if (s->expect == FIRST_VALUE || s->levels.depth == 0)
			return wrong_end(s);
		return comma_before_end(s);
	}
	if (c == ',' && s->expect == OF_KEY)
		return "a key without its value";
	if (c == ',')
		return "a comma without a value before it";
	if (c == ':' && s->expect == OF_KEY)
		return "two colons";
	if (c == ':')
		return "a colon without a key before it";
	if (c == '+')
		return "a number with a plus sign";
	if (c == '.')
		return "a number without a digit before its point";
	if (is_letter(c))
		return no_word;
	return "a character that no value begins with";
}

static const char *no_key(const struct scan *s)
{
	int c = peek(s);
	const char *why = stray(s);

	if (why)
		return why;
	if (c < 0)
		return no_end(s);
	if (c == '}' || c == ']')
		return s->expect == KEY ? comma_before_end(s) : wrong_end(s);
	if (c == ',')
		return "a comma without a value before it";
	if (c == ':')
		return "a colon without a key before it";
	return "a key without quotation marks";
}

/* Behind a value. */
static const char *no_comma(const struct scan *s)
{
	int c = peek(s), before = s->p[s->at - 1];
	bool object = json_in_object(&s->levels);
	const char *why = stray(s);

	/* Only a number ends with a digit, and only a word with a letter. */
	if (is_digit(before) && is_digit(c))
		return "a number that begins with 0";
	if (is_digit(before) && (is_letter(c) || c == '.'))
		return "a number with more text behind it";
	if (is_letter(before) && (is_letter(c) || is_digit(c)))
		return no_word;
	if (why)
		return why;
	if (c == '}' || c == ']')
		return wrong_end(s);
	if (before == '"' && c >= 0 && !strchr(" ,:", c))
		return "a \" within a string, where \\\" is meant";
	if (s->levels.depth == 0)
		return c == ':' ? "a key outside of an object"
				: "more text behind the value";
	if (c < 0)
		return no_end(s);
	if (c == ':')
		return object ? "a second colon" : "a key in an array";
	return object ? "no comma before the next key"
		      : "no comma between two values";
}

static const char *no_colon(const struct scan *s)
{
	const char *why = stray(s);

	return why ? why : "a key without its colon";
}

/* --- the grammar of RFC 8259 --- */

static bool take_digits(struct scan *s, const char *why)
{
	size_t from = s->at;

	while (is_digit(peek(s)))
		s->at++;
	return s->at > from || fault(s, why);
}

static bool take_number(struct scan *s)
{
	if (!take(s, '-') && !is_digit(peek(s)))
		return fault(s, no_value(s));
	if (!take(s, '0') && !take_digits(s, "a minus without a digit"))
		return false;
	if (take(s, '.') && !take_digits(s, "a point without a digit"))
		return false;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	if (!take(s, '+'))
		take(s, '-');
	return take_digits(s, "an exponent without a digit");
}

static bool take_word(struct scan *s, const char *word)
{
	for (; *word; word++)
		if (!take(s, *word))
			return fault(s, no_word);
	return true;
}

/* What follows a backslash. Where the text ends, it is the string's end that
 * is missing. */
static bool take_escape(struct scan *s)
{
	int c = peek(s);

	if (c < 0)
		return true;
	/* memchr: NUL is none of them. */
	if (!memchr("\"\\/bfnrtu", c, 9))
		return fault(s, "an escape that JSON does not have");
	s->at++;
	for (int i = 0; c == 'u' && i < 4 && s->at < s->len; i++, s->at++)
		if (!is_hex(peek(s)))
			return fault(s, "a \\u without four hex digits");
	return true;
}

static const char *raw_control(int c)
{
	if (c == '\n' || c == '\r')
		return "a line break in a string, where \\n is meant";
	if (c == '\t')
		return "a tab in a string, where \\t is meant";
	return "a control character in a string, which takes \\u";
}

/* Behind the first quotation mark. */
static bool take_string(struct scan *s)
{
	while (s->at < s->len) {
		uint8_t c = s->p[s->at];

		if (c < 0x20)
			return fault(s, raw_control(c));
		s->at++;
		if (c == '"')
			return true;
		if (c == '\\' && !take_escape(s))
			return false;
	}
	return fault(s, "a string without its end");
}

static bool take_key(struct scan *s)
{
	if (!take(s, '"'))
		return fault(s, no_key(s));
	if (!take_string(s))
		return false;
	skip_blanks(s);
	s->expect = OF_KEY;
	return take(s, ':') || fault(s, no_colon(s));
}

static bool take_open(struct scan *s, bool object)
{
	if (!json_enter(&s->levels, object))
		return fault(s, "more than 1024 brackets in one another");
	s->expect = object ? FIRST_KEY : FIRST_VALUE;
	s->at++;
	return true;
}

/* A value, or the bracket that begins one. */
static bool take_value(struct scan *s)
{
	bool taken;

	switch (peek(s)) {
	case '{':
		return take_open(s, true);
	case '[':
		return take_open(s, false);
	case '"':
		s->at++;
		taken = take_string(s);
		break;
	case 't':
		taken = take_word(s, "true");
		break;
	case 'f':
		taken = take_word(s, "false");
		break;
	case 'n':
		taken = take_word(s, "null");
		break;
	default:
		taken = take_number(s);
	}
	s->expect = AFTER;
	return taken;
}

/* The bracket that ends the innermost level. */
static bool take_end(struct scan *s)
{
	if (s->levels.depth == 0 ||
		!take(s, json_in_object(&s->levels) ? '}' : ']'))
		return false;
	json_leave(&s->levels);
	s->expect = AFTER;
	return true;
}

static bool take_next(struct scan *s)
{
	switch (s->expect) {
	case FIRST_VALUE:
		return take_end(s) || take_value(s);
	case VALUE:
	case OF_KEY:
		return take_value(s);
	case FIRST_KEY:
		return take_end(s) || take_key(s);
	case KEY:
		return take_key(s);
	case AFTER:
		break;
	}
	if (s->levels.depth > 0 && take(s, ',')) {
		s->expect = json_in_object(&s->levels) ? KEY : VALUE;
		return true;
	}
	return take_end(s) || fault(s, no_comma(s));
}

struct json_fault json_fault(const uint8_t *p, size_t len)
{
	struct scan s = { .p = p, .len = len, .expect = VALUE };

	/* Once more where the value is complete and there is more text. */
	do {
		skip_blanks(&s);
		if (s.expect == AFTER && s.levels.depth == 0 && s.at == len)
			break;
	} while (take_next(&s));
	return (struct json_fault){ .at = s.at, .why = s.why };
}

bool json_valid(const uint8_t *p, size_t len)
{
	return !json_fault(p, len).why;
}
