#include "format/jsonl.h"

#include "base/base64.h"
#include "ws/close.h"
#include "ws/utf8.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

enum { REASON_MOST = WS_CONTROL_MAX - 2 };

static const struct {
	const char *name;
	enum jsonl_type type;
	enum ws_opcode opcode;
} types[] = {
	{ "text", JSONL_MESSAGE, WS_TEXT },
	{ "binary", JSONL_MESSAGE, WS_BINARY },
	{ "ping", JSONL_MESSAGE, WS_PING },
	{ "pong", JSONL_MESSAGE, WS_PONG },
	{ "close", JSONL_CLOSE, WS_CLOSE },
	{ "frame", JSONL_FRAME, WS_CONTINUATION },
	{ "raw", JSONL_FRAME, WS_CONTINUATION },
	{ "open", JSONL_NOTHING, WS_CONTINUATION },
	{ "error", JSONL_NOTHING, WS_CONTINUATION },
};

/* A string that an object holds. */
struct text {
	const char *s; /* NUL-ended; NULL: there is none */
	size_t len;
};

__attribute__((format(printf, 2, 3))) static bool refuse(
	char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, JSONL_WHY_SIZE, format, args);
	va_end(args);
	return false;
}

static bool is_blank(const uint8_t *line, size_t len)
{
	while (len > 0 && line[len - 1] && strchr(" \t\r\n", line[len - 1]))
		len--;
	return len == 0;
}

static bool refuse_json(char *why, const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_out_of_memory:
		return refuse(why, "out of memory");
	case json_error_duplicate_key:
		return refuse(
			why, "%s (column %d)", error->text, error->column);
	/* It is JSON; but from 2 to the 63rd on there is no type for it. */
	case json_error_numeric_overflow:
		return refuse(why,
			"a number is too big to be read: a string of its "
			"digits is expected (column %d)",
			error->column);
	default:
		return refuse(why, "not JSON: %s (column %d)", error->text,
			error->column);
	}
}

/* The string under a key; none where that is null or there is no such key. */
static bool get_text(
	const json_t *tree, const char *key, struct text *text, char *why)
{
	const json_t *value = json_object_get(tree, key);

	*text = (struct text){ 0 };
	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return refuse(why, "\"%s\" must be a string", key);
	text->s = json_string_value(value);
	text->len = json_string_length(value);
	return true;
}

/* How much of the string can be quoted: as a C string, in whole characters (it
 * is UTF-8), and no more than a line takes. */
static int quotable(struct text text)
{
	enum { MOST = 48 };
	size_t n = strlen(text.s);

	if (n <= MOST)
		return (int)n;
	for (n = MOST; n > 0 && ((uint8_t)text.s[n] & 0xc0) == 0x80;)
		n--;
	return (int)n;
}

static bool get_type(const json_t *tree, struct jsonl_object *o, char *why)
{
	const char *expected =
		"text, binary, ping, pong, close, frame or raw is expected";
	struct text type;

	if (!get_text(tree, "type", &type, why))
		return false;
	if (!type.s)
		return refuse(why, "there is no \"type\": %s", expected);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (type.len == strlen(types[i].name) &&
			memcmp(type.s, types[i].name, type.len) == 0) {
			o->type = types[i].type;
			o->opcode = types[i].opcode;
			return true;
		}
	if (memchr(type.s, 0, type.len))
		return refuse(why, "\"type\" has a NUL in it: %s", expected);
	return refuse(why, "\"type\" is \"%.*s\": %s", quotable(type), type.s,
		expected);
}

static bool decode(struct jsonl_reader *r, struct text base64,
	struct jsonl_object *o, char *why)
{
	/* One byte more, as nothing may be what malloc(0) gives. */
	r->decoded = malloc(BASE64_DECODE_SIZE(base64.len) + 1);
	if (!r->decoded)
		return refuse(why, "out of memory");
	o->data = r->decoded;
	if (!base64_decode(r->decoded, &o->len, base64.s, base64.len))
		return refuse(why,
			"\"base64\" is not base64 (RFC 4648 section 4, padded, "
			"without blanks)");

	struct utf8 utf8 = UTF8_START;

	if (o->opcode == WS_TEXT &&
		!(utf8_check(&utf8, o->data, o->len) && utf8_complete(&utf8)))
		return refuse(why, "\"base64\" is not UTF-8, as a text must be "
				   "(\"type\":\"binary\" takes any bytes)");
	return true;
}

static bool read_message(
	struct jsonl_reader *r, struct jsonl_object *o, char *why)
{
	bool control = ws_opcode_is_control(o->opcode);
	const char *name = ws_opcode_name(o->opcode);
	struct text data, base64;

	if (!get_text(r->tree, "data", &data, why) ||
		!get_text(r->tree, "base64", &base64, why))
		return false;
	if (data.s && base64.s)
		return refuse(why,
			"both \"data\" and \"base64\" are given: one is "
			"expected");
	if (!data.s && !base64.s && !control)
		return refuse(why,
			"a %s must have \"data\" or \"base64\", a string",
			name);
	if (base64.s && !decode(r, base64, o, why))
		return false;
	if (data.s) {
		o->data = (const uint8_t *)data.s;
		o->len = data.len;
	}
	if (control && o->len > WS_CONTROL_MAX)
		return refuse(why, "a %s of %zu bytes: it takes %d at most",
			name, o->len, WS_CONTROL_MAX);
	return true;
}

static bool read_close(
	struct jsonl_reader *r, struct jsonl_object *o, char *why)
{
	const json_t *code = json_object_get(r->tree, "code");
	struct text reason;

	o->code = WS_CLOSE_NORMAL;
	if (json_is_null(code)) {
		o->code = WS_CLOSE_NO_CODE;
	} else if (code) {
		json_int_t n = json_integer_value(code);

		/* 0 stands for what is no integer. */
		if (n < 0 || n > UINT16_MAX || !ws_close_may_send((unsigned)n))
			return refuse(why,
				"\"code\" must be a close code that may be "
				"sent (1000 to 1003, 1007 to 1014, 3000 to "
				"4999), or null for none");
		o->code = (uint16_t)n;
	}
	if (!get_text(r->tree, "reason", &reason, why))
		return false;
	if (reason.len > REASON_MOST)
		return refuse(why,
			"a \"reason\" of %zu bytes: it takes %d at most",
			reason.len, REASON_MOST);
	if (reason.len > 0 && o->code == WS_CLOSE_NO_CODE)
		return refuse(why,
			"a \"reason\" without a \"code\": a close frame has "
			"both or none");
	if (reason.s) {
		o->data = (const uint8_t *)reason.s;
		o->len = reason.len;
	}
	return true;
}

bool jsonl_check_client(const struct jsonl_reader *r, char why[JSONL_WHY_SIZE])
{
	const json_t *client = json_object_get(r->tree, "client");
	json_int_t n = json_integer_value(client);

	if (!client)
		return true;
	/* 0 stands for what is no integer. */
	if (n < 1)
		return refuse(why,
			"\"client\" must be the number of a client, from 1 "
			"on");
	if (n > UINT_MAX)
		return refuse(
			why, "there is no client %" JSON_INTEGER_FORMAT, n);
	return true;
}

/* A value as the word that says it; NULL where none does. */
static const char *word_of(const json_t *value, char digits[24], size_t *len)
{
	if (json_is_string(value)) {
		*len = json_string_length(value);
		return json_string_value(value);
	}
	if (json_is_boolean(value))
		snprintf(digits, 24, "%d", json_is_true(value));
	else if (json_is_integer(value))
		snprintf(digits, 24, "%" JSON_INTEGER_FORMAT,
			json_integer_value(value));
	else
		return NULL;
	*len = strlen(digits);
	return digits;
}

static bool read_frame(
	struct jsonl_reader *r, struct jsonl_object *o, char *why)
{
	bool raw = strcmp(json_string_value(json_object_get(r->tree, "type")),
			   "raw") == 0;
	const char *key;
	json_t *value;

	rawframe_init(&r->frame, raw);
	json_object_foreach((json_t *)r->tree, key, value)
	{
		char digits[24];
		size_t len;
		const char *word = word_of(value, digits, &len);

		if (!rawframe_knows(key) || json_is_null(value))
			continue;
		if (!word)
			return refuse(why,
				"\"%s\" must be a string, an integer or a "
				"boolean",
				key);
		if (!rawframe_set(&r->frame, key, word, len, why))
			return false;
	}
	o->frame = &r->frame;
	return rawframe_finish(&r->frame, why);
}

static bool is_given(const json_t *value)
{
	return value && !json_is_null(value);
}

static bool is_string(const json_t *value, const char *s)
{
	return json_is_string(value) &&
	       strcmp(json_string_value(value), s) == 0;
}

/* What only records have. */
static void read_mark(const json_t *tree, struct jsonl_object *o)
{
	const json_t *time = json_object_get(tree, "time");
	const json_t *dir = json_object_get(tree, "dir");
	const json_t *status = json_object_get(tree, "status");
	json_int_t client = json_integer_value(json_object_get(tree, "client"));

	if (is_given(time) &&
		!(json_is_string(time) &&
			jsonl_time_read(json_string_value(time),
				json_string_length(time), &o->time_ns)))
		o->mark_fault = "\"time\" must be a time as in "
				"2026-01-31T12:00:00.5Z, of the years 1970 to "
				"2250";
	if (is_string(dir, "in"))
		o->dir = JSONL_IN;
	else if (is_string(dir, "out"))
		o->dir = JSONL_OUT;
	else if (is_given(dir))
		o->mark_fault = "\"dir\" must be in or out";
	if (client > 0 && client <= UINT_MAX)
		o->client = (unsigned)client;
	o->opens =
		is_string(json_object_get(tree, "type"), "open") &&
		(!json_is_integer(status) || json_integer_value(status) == 101);
}

bool jsonl_read(struct jsonl_reader *r, const uint8_t *line, size_t len,
	struct jsonl_object *object, char why[JSONL_WHY_SIZE])
{
	json_error_t error;

	jsonl_release(r);
	*object = (struct jsonl_object){
		.data = (const uint8_t *)"",
		.code = WS_CLOSE_NO_CODE,
		.time_ns = JSONL_NO_TIME,
	};
	if (is_blank(line, len))
		return true;
	r->tree = json_loadb((const char *)line, len,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!r->tree)
		return refuse_json(why, &error);
	if (!json_is_object((const json_t *)r->tree))
		return refuse(why, "an array, where an object is expected");
	if (!get_type(r->tree, object, why))
		return false;
	read_mark(r->tree, object);
	switch (object->type) {
	case JSONL_NOTHING:
		return true;
	case JSONL_MESSAGE:
		return read_message(r, object, why);
	case JSONL_CLOSE:
		return read_close(r, object, why);
	case JSONL_FRAME:
		return read_frame(r, object, why);
	}
	return false;
}

void jsonl_release(struct jsonl_reader *r)
{
	json_decref(r->tree);
	free(r->decoded);
	rawframe_release(&r->frame);
	*r = (struct jsonl_reader){ 0 };
}

const char *jsonl_library(void)
{
	static char text[32];

	snprintf(text, sizeof(text), "jansson %s", jansson_version_str());
	return text;
}
