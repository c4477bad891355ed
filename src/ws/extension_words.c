#include "ws/extension.h"

#include <stdio.h>
#include <string.h>

/* What was agreed on, for people who do not know RFC 7692 by heart. */

/* "2^10 bytes" as it is read: "1 KiB". */
static void put_window(char *out, size_t cap, int bits)
{
	unsigned bytes = 1u << bits;

	if (bytes >= 1024)
		snprintf(out, cap, "%u KiB", bytes / 1024);
	else
		snprintf(out, cap, "%u bytes", bytes);
}

static void add(char *out, size_t cap, const char *who, int bits, bool forgets)
{
	size_t n = strlen(out);
	char window[32];

	put_window(window, sizeof(window), bits ? bits : 15);
	snprintf(out + n, cap - n, "%s looks back %s%s", who, window,
		forgets ? ", never past a message's start" : "");
}

void ws_extension_words(
	char out[WS_EXTENSION_WORDS], const struct ws_deflate_params *params)
{
	snprintf(out, WS_EXTENSION_WORDS, "messages are compressed: ");
	add(out, WS_EXTENSION_WORDS, "the client",
		params->client_max_window_bits > 0
			? params->client_max_window_bits
			: 0,
		params->client_no_context_takeover);
	snprintf(out + strlen(out), WS_EXTENSION_WORDS - strlen(out), "; ");
	add(out, WS_EXTENSION_WORDS, "the server",
		params->server_max_window_bits,
		params->server_no_context_takeover);
}
