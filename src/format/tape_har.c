#include "base/base64.h"
#include "base/bytes.h"
#include "format/jsonl.h"
#include "format/tape_parts.h"
#include "ws/close.h"
#include "ws/utf8.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

/* The connection taken of an archive, and what there was besides. */
struct choice {
	const json_t *messages; /* NULL: it has none that were kept */
	const char *url;
	size_t number;      /* of the entry, from 1 */
	size_t connections; /* WebSocket's */
	int rank;
};

enum { RANK_NONE, RANK_BARE, RANK_EMPTY, RANK_MESSAGES, RANK_URL };

static bool begins(const char *s, const char *with)
{
	return s && strncmp(s, with, strlen(with)) == 0;
}

/* What is behind the scheme; whether it is a secure one. */
static const char *behind_scheme(const char *url, bool *secure)
{
	const char *rest = strstr(url, "://");

	*secure = begins(url, "wss:") || begins(url, "https:");
	return rest ? rest : url;
}

/* Whether both are the same connection's: http is ws, https is wss. */
static bool same_url(const char *a, const char *b)
{
	bool a_secure, b_secure;
	const char *a_rest = behind_scheme(a, &a_secure);
	const char *b_rest = behind_scheme(b, &b_secure);

	return a_secure == b_secure && strcmp(a_rest, b_rest) == 0;
}

static bool is_string(const json_t *value, const char *s)
{
	return json_is_string(value) &&
	       strcmp(json_string_value(value), s) == 0;
}

static const char *url_of(const json_t *entry)
{
	return json_string_value(
		json_object_get(json_object_get(entry, "request"), "url"));
}

/* Whether it was answered otherwise than with 101. */
static bool was_refused(const json_t *entry)
{
	const json_t *messages = json_object_get(entry, "_webSocketMessages");
	json_int_t status = json_integer_value(
		json_object_get(json_object_get(entry, "response"), "status"));

	return status >= 200 && json_is_array(messages) &&
	       json_array_size(messages) == 0;
}

static bool is_websocket(const json_t *entry)
{
	const char *url = url_of(entry);

	if (was_refused(entry))
		return false;
	return begins(url, "ws:") || begins(url, "wss:") ||
	       is_string(
		       json_object_get(entry, "_resourceType"), "websocket") ||
	       json_is_array(json_object_get(entry, "_webSocketMessages"));
}

static int rank_of(const json_t *entry, const char *url)
{
	const json_t *messages = json_object_get(entry, "_webSocketMessages");

	if (!json_is_array(messages))
		return RANK_BARE;
	if (json_array_size(messages) == 0)
		return RANK_EMPTY;
	if (url && url_of(entry) && same_url(url_of(entry), url))
		return RANK_URL;
	return RANK_MESSAGES;
}

static struct choice choose(const json_t *entries, const char *url)
{
	struct choice c = { .rank = RANK_NONE };

	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);

		if (!is_websocket(entry))
			continue;
		c.connections++;

		int rank = rank_of(entry, url);

		if (rank <= c.rank)
			continue;
		c.rank = rank;
		c.number = i + 1;
		c.url = url_of(entry);
		c.messages = rank > RANK_BARE ? json_object_get(entry,
							"_webSocketMessages")
					      : NULL;
	}
	if (!c.url)
		c.url = "";
	return c;
}

/* As the tools that write HARs say which way a message went. */
static bool way_of(const json_t *message, bool *out)
{
	static const struct {
		const char *name;
		bool out;
	} ways[] = {
		{ "send", true },
		{ "receive", false },
		{ "sent", true },
		{ "received", false },
	};
	const json_t *type = json_object_get(message, "type");

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (is_string(type, ways[i].name)) {
			*out = ways[i].out;
			return true;
		}
	return false;
}

/* Seconds since 1970 with a fraction; also milliseconds, as JavaScript counts,
 * where they would be seconds of the year 5138 or later; also a date. */
static int64_t time_of(const json_t *message)
{
	const double ms_from = 1e11, most = 9e9;
	const json_t *time = json_object_get(message, "time");
	double seconds = json_number_value(time);
	int64_t ns;

	if (json_is_string(time) && jsonl_time_read(json_string_value(time),
					    json_string_length(time), &ns))
		return ns;
	if (seconds >= ms_from)
		seconds /= 1000;
	if (!json_is_number(time) || seconds < 0 || seconds > most)
		return JSONL_NO_TIME;
	ns = (int64_t)seconds;
	return ns * 1000000000 +
	       (int64_t)((seconds - (double)ns) * 1000000 + 0.5) * 1000;
}

/* The bytes that characters up to U+00FF stand for; false where there are
 * others. The text is UTF-8. */
static bool decode_latin1(
	uint8_t *out, size_t *n, const uint8_t *text, size_t len)
{
	*n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < 0x80) {
			out[(*n)++] = text[i];
			continue;
		}
		if (text[i] > 0xc3)
			return false;
		out[*n] = (uint8_t)(text[i] << 6 | (text[i + 1] & 0x3f));
		(*n)++;
		i++;
	}
	return true;
}

/* The payload that a message's data says. False: there is no room. */
static bool decode(struct tape *t, struct tape_entry *entry, const json_t *data)
{
	const char *s = json_is_string(data) ? json_string_value(data) : "";
	size_t len = json_string_length(data);
	uint8_t *room = tape_room(t, len);

	if (!room)
		return false;
	entry->data = (const uint8_t *)s;
	entry->len = len;
	if (entry->opcode == WS_TEXT)
		return true;
	if (!base64_decode(room, &len, s, entry->len) &&
		!decode_latin1(room, &len, entry->data, entry->len))
		return true;
	entry->data = room;
	entry->len = len;
	return true;
}

/* A close frame's code and reason, out of its payload or of a key for the
 * code. */
static void decode_close(struct tape_entry *entry, const json_t *message)
{
	const json_t *code = json_object_get(message, "code");
	const json_t *data = json_object_get(message, "data");
	json_int_t n = json_integer_value(code);

	entry->kind = TAPE_CLOSE;
	if (json_is_integer(code)) {
		entry->code = n > 0 && n <= UINT16_MAX ? (uint16_t)n : 0;
		entry->data = (const uint8_t *)"";
		entry->len = json_string_length(data);
		if (entry->len > 0)
			entry->data = (const uint8_t *)json_string_value(data);
	} else if (entry->len >= 2) {
		/* What stands for none is never in a payload. */
		entry->code = load16(entry->data);
		if (entry->code == WS_CLOSE_NO_CODE)
			entry->code = 0;
		entry->data += 2;
		entry->len -= 2;
	}
}

/* Whether it is a frame that may be sent. */
static bool is_right(const struct tape_entry *entry)
{
	if (entry->kind == TAPE_MESSAGE)
		return !ws_opcode_is_control(entry->opcode) ||
		       entry->len <= WS_CONTROL_MAX;
	if (entry->code == WS_CLOSE_NO_CODE)
		return entry->len == 0;
	return ws_close_may_send(entry->code) &&
	       entry->len <= WS_CONTROL_MAX - 2 &&
	       utf8_valid(entry->data, entry->len);
}

/* Text where none is said; false for what stands for no frame. */
static bool opcode_of(const json_t *message, enum ws_opcode *opcode)
{
	static const enum ws_opcode known[] = { WS_TEXT, WS_BINARY, WS_CLOSE,
		WS_PING, WS_PONG };
	const json_t *value = json_object_get(message, "opcode");

	*opcode = WS_TEXT;
	if (!value)
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (json_number_value(value) == (double)known[i]) {
			*opcode = known[i];
			return true;
		}
	return false;
}

/* What is wrong with a message, or NULL. What is left out counts in *left. */
static const char *read_message(
	const json_t *message, struct tape_entry *entry, size_t *left)
{
	const json_t *data = json_object_get(message, "data");

	*entry = (struct tape_entry){ .code = WS_CLOSE_NO_CODE };
	if (!json_is_object(message))
		return "not an object";
	if (is_string(json_object_get(message, "type"), "error") ||
		!opcode_of(message, &entry->opcode)) {
		++*left;
		return NULL;
	}
	if (!way_of(message, &entry->out))
		return "\"type\" must be send or receive";
	if (data && !json_is_null(data) && !json_is_string(data))
		return "\"data\" must be a string";
	return NULL;
}

static bool add_message(struct tape *t, const struct tape_source *source,
	const json_t *message, struct tape_entry *entry, size_t *left,
	struct err *err)
{
	json_int_t client =
		json_integer_value(json_object_get(message, "_client"));

	if (client > 0 && client <= UINT16_MAX)
		entry->client = (unsigned)client;
	if (!decode(t, entry, json_object_get(message, "data")))
		return tape_no_memory(source, err);
	if (entry->opcode == WS_CLOSE)
		decode_close(entry, message);
	if (!is_right(entry)) {
		++*left;
		return true;
	}
	return tape_add(t, source, entry, time_of(message), err);
}

static bool add_messages(struct tape *t, const struct tape_source *source,
	const struct choice *choice, size_t *left, struct err *err)
{
	for (size_t i = 0; i < json_array_size(choice->messages); i++) {
		const json_t *message = json_array_get(choice->messages, i);
		struct tape_entry entry;
		size_t before = *left;
		const char *why = read_message(message, &entry, left);

		if (why)
			return err_set(err, ERR_INPUT,
				"reading the record %s: entry %zu, message "
				"%zu: %s",
				source->name, choice->number, i + 1, why);
		if (*left == before &&
			!add_message(t, source, message, &entry, left, err))
			return false;
	}
	return true;
}

static void make_note(struct tape *t, const struct choice *choice, size_t left)
{
	enum { URL_MOST = 256 };
	int n = 0;

	if (choice->connections > 1)
		n = snprintf(t->note, sizeof(t->note),
			"entry %zu is taken of its %zu WebSocket connections: "
			"%.*s",
			choice->number, choice->connections, URL_MOST,
			choice->url);
	if (left > 0)
		snprintf(t->note + n, sizeof(t->note) - (size_t)n,
			"%s%zu of its messages %s left out: no frames that may "
			"be sent",
			n > 0 ? "; " : "", left, left == 1 ? "is" : "are");
}

static bool read_tree(struct tape *t, const struct tape_source *source,
	const json_t *tree, struct err *err)
{
	const json_t *entries =
		json_object_get(json_object_get(tree, "log"), "entries");
	struct choice choice = choose(entries, source->url);
	size_t left = 0;

	if (!json_is_array(entries))
		return err_set(err, ERR_INPUT,
			"reading the record %s: neither jsonl nor a HAR: there "
			"is no array \"entries\" in a \"log\"",
			source->name);
	if (choice.rank == RANK_NONE)
		return err_set(err, ERR_INPUT,
			"reading the record %s: a HAR without WebSocket "
			"connections",
			source->name);
	if (!choice.messages)
		return err_set(err, ERR_INPUT,
			"reading the record %s: entry %zu, %.200s: it has no "
			"\"_webSocketMessages\", as the program that wrote the "
			"HAR kept none (Chrome does)",
			source->name, choice.number, choice.url);
	if (!add_messages(t, source, &choice, &left, err))
		return false;
	make_note(t, &choice, left);
	return true;
}

bool tape_read_har(
	struct tape *t, const struct tape_source *source, struct err *err)
{
	json_error_t error;
	json_t *tree = json_loadb((const char *)source->text, source->len,
		JSON_ALLOW_NUL, &error);
	bool ok;

	if (!tree && json_error_code(&error) == json_error_out_of_memory)
		return tape_no_memory(source, err);
	if (!tree)
		return err_set(err, ERR_INPUT,
			"reading the record %s: not JSON: %s (line %d, column "
			"%d)",
			source->name, error.text, error.line, error.column);
	ok = read_tree(t, source, tree, err);
	json_decref(tree);
	return ok;
}
