#ifndef WSTAP_WS_EXTENSION_H
#define WSTAP_WS_EXTENSION_H

#include "base/buf.h"
#include "base/err.h"
#include "base/strings.h"
#include "http/head.h"

#include <stdbool.h>

/*
 * permessage-deflate's negotiation (RFC 7692 section 7.1): the offers of a
 * client, the answer of a server, both ways. Text and numbers only; the
 * streams are ws/deflate's.
 */

/* An offer, or what was agreed. */
struct ws_deflate_params {
	bool server_no_context_takeover;
	bool client_no_context_takeover;
	int server_max_window_bits; /* 8 to 15; 0: not in it (as 15) */
	int client_max_window_bits; /* likewise; WS_WINDOW_ANY: in an offer,
	                             * without a value */
};

enum { WS_WINDOW_ANY = -1, WS_OFFERS_MAX = 8 };

/* What the user chose. No offer of his own: a client offers what browsers
 * do, "permessage-deflate; client_max_window_bits", a server accepts the
 * first offer that it can. */
struct ws_deflate_config {
	bool off;              /* --no-compress */
	struct strings offers; /* --deflate: PARAMS as in the header, checked */
};

/* Checks one --deflate value: parameters separated by semicolons, with or
 * without "permessage-deflate" before them, empty for none; several offers
 * separated by commas. ERR_USAGE with a line that names the parameter. */
bool ws_extension_check(const char *params, struct err *err);

/* Writes the value of Sec-WebSocket-Extensions for a client's request to out
 * (cap bytes, NUL included). False where it does not fit. Empty where
 * nothing is offered. */
bool ws_extension_offer(
	const struct ws_deflate_config *config, char *out, size_t cap);

/* Judges the server's answer to those offers: nothing that was not offered,
 * permessage-deflate at most once, every parameter known, once, well-formed,
 * and fitting one of the offers. *agreed says whether it was accepted, and
 * params what holds. False: ERR_HANDSHAKE, a line that names the extension or
 * the parameter (RFC 6455 9.1, RFC 7692 7.1). */
bool ws_extension_judge(const struct ws_deflate_config *config,
	const struct http_head *head, bool *agreed,
	struct ws_deflate_params *params, struct err *err);

/* Whether the client's Sec-WebSocket-Extensions keep to the grammar (RFC 6455
 * 9.1), which is demanded also of what nobody here understands. */
bool ws_extension_well_formed(const struct http_head *head);

/* The server's side: picks the first of the client's offers that is valid and
 * can be met, within what config allows; false where there is none (no
 * error: an offer that is not understood is declined). */
bool ws_extension_choose(const struct ws_deflate_config *config,
	const struct http_head *head, struct ws_deflate_params *params);

/* "permessage-deflate; server_max_window_bits=10 ...", for the answer and for
 * people. */
enum { WS_EXTENSION_TEXT = 192 };
void ws_extension_text(
	char out[WS_EXTENSION_TEXT], const struct ws_deflate_params *params);

/* "messages are compressed: the client looks back 32 KiB; the server looks
 * back 1 KiB, never past a message's start". */
enum { WS_EXTENSION_WORDS = 192 };
void ws_extension_words(
	char out[WS_EXTENSION_WORDS], const struct ws_deflate_params *params);

#endif
