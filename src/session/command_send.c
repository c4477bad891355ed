#define _GNU_SOURCE /* strdup */
#include "session/command_send.h"

#include "base/base64.h"
#include "format/words.h"
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
	input_send_as(&s->input, binary ? WS_BINARY : WS_TEXT);
	if (!s->repl)
		return;
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

void command_hex(struct session *s, const char *args)
{
	size_t n = strlen(args), len, bad;
	char *data = room(n / 2);

	if (!words_hex((uint8_t *)data, &len, args, n, &bad)) {
		session_say(s, STYLE_ERROR,
			"/hex: \"%.8s\" is no byte of two hex digits (as in "
			"/hex 48 65 6c)",
			args + bad);
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
