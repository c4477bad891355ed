#define _GNU_SOURCE /* strdup */
#include "session/command_send.h"

#include "base/base64.h"
#include "session/life.h"
#include "session/session.h"
#include "ui/complete.h"

#include <stdlib.h>
#include <string.h>

/* Sends it, or says why not: takes item.data. */
static void send_item(struct session *s, struct typed_item item)
{
	const char *why = life_refusal(s);

	if (!why) {
		input_type(&s->input, item);
		return;
	}
	session_say(s, STYLE_ERROR, "not sent: %s", why);
	free(item.data);
}

/* Sends a message: takes data. */
static void send_message(struct session *s, char *data, size_t len, bool binary)
{
	send_item(s, (struct typed_item){
			     .data = data, .len = len, .binary = binary });
}

static char *room(size_t n)
{
	char *p = malloc(n + 1);

	if (!p)
		abort();
	return p;
}

static void send_or_set(struct session *s, const char *args, bool binary)
{
	size_t len = strlen(args);

	if (len > 0) {
		char *data = room(len);

		memcpy(data, args, len);
		send_message(s, data, len, binary);
		return;
	}
	s->send_binary = binary;
	session_say(s, STYLE_PLAIN, "What is typed is sent as %s from now on.",
		binary ? "binary" : "text");
}

void command_text(struct session *s, const char *args)
{
	send_or_set(s, args, false);
}

void command_binary(struct session *s, const char *args)
{
	send_or_set(s, args, true);
}

/* -1 where c is no digit. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* Reads bytes of two digits each, with blanks between them or not. False
 * where there is something else: *p stands on it. */
static bool read_hex(char *out, size_t *len, const char **p)
{
	for (*len = 0; **p; *p += 2) {
		int high, low;

		*p += strspn(*p, " \t");
		if (!**p)
			break;
		high = hex_digit((*p)[0]);
		low = high < 0 ? -1 : hex_digit((*p)[1]);
		if (low < 0)
			return false;
		out[(*len)++] = (char)(high << 4 | low);
	}
	return true;
}

void command_hex(struct session *s, const char *args)
{
	char *data = room(strlen(args) / 2);
	const char *at = args;
	size_t len;

	if (!read_hex(data, &len, &at)) {
		session_say(s, STYLE_ERROR,
			"/hex: \"%.8s\" is no byte of two hex digits (as in "
			"/hex 48 65 6c)",
			at);
		free(data);
		return;
	}
	send_message(s, data, len, true);
}

void command_base64(struct session *s, const char *args)
{
	size_t n = strlen(args), len;
	char *data = room(BASE64_DECODE_SIZE(n));

	if (!base64_decode((uint8_t *)data, &len, args, n)) {
		session_say(s, STYLE_ERROR,
			"/base64: that is no base64 with its padding (as in "
			"/base64 SGVsbG8=)");
		free(data);
		return;
	}
	send_message(s, data, len, true);
}

void command_file(struct session *s, const char *args)
{
	char *path;

	if (!args[0]) {
		session_say(s, STYLE_ERROR,
			"/file: which one? (as in /file photo.jpg)");
		return;
	}
	path = complete_file_name(args);
	if (!path)
		abort();
	send_item(s, (struct typed_item){
			     .data = path,
			     .len = strlen(path),
			     .binary = s->send_binary,
			     .file = true,
		     });
}
