/* SHA1() would have OpenSSL 3 look for providers first: two thirds of the time
 * that a short run over ws:// takes. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ws/handshake.h"

#include "base/base64.h"
#include "base/version.h"
#include "ws/handshake_parts.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ws_handshake_key(char key[WS_KEY_SIZE], const uint8_t nonce[WS_NONCE_SIZE])
{
	base64_encode(key, nonce, WS_NONCE_SIZE);
}

void ws_handshake_accept(char accept[WS_ACCEPT_SIZE], struct http_span key)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char digest[SHA_DIGEST_LENGTH];
	SHA_CTX sha1;
	unsigned char *text = malloc(key.len + sizeof(guid));

	if (!text)
		abort();
	if (key.len)
		memcpy(text, key.p, key.len);
	memcpy(text + key.len, guid, sizeof(guid));
	if (!SHA1_Init(&sha1) ||
		!SHA1_Update(&sha1, text, key.len + sizeof(guid) - 1) ||
		!SHA1_Final(digest, &sha1))
		abort();
	free(text);
	base64_encode(accept, digest, sizeof(digest));
}

bool ws_handshake_check_value(
	const char *what, const char *value, struct err *err)
{
	if (!value[strcspn(value, "\r\n")])
		return true;
	return err_set(err, ERR_USAGE,
		"%s: a line break in it cannot be sent in a header", what);
}

/* Values can be secrets: only the name is quoted. */
bool ws_handshake_check_header(const char *header, struct err *err)
{
	struct http_span word = { header, strcspn(header, "\r\n:") };
	char what[WS_QUOTED_MAX + 16];
	struct ws_header h;

	/* Without a colon, the first word may be the name, the rest not. */
	if (header[word.len] != ':')
		word.len = strcspn(header, " \t\r\n");
	snprintf(
		what, sizeof(what), "header \"%.*s\"", ws_quoted(word), word.p);
	if (!ws_handshake_check_value(what, header, err))
		return false;
	if (!ws_read_header(header, &h))
		return err_set(err, ERR_USAGE,
			"%s: no colon in it: write 'Name: value', 'Name:' to "
			"remove one or 'Name;' to send it empty",
			what);
	if (!http_is_token(h.name))
		return err_set(err, ERR_USAGE,
			"%s: a header's name is letters, digits and "
			"!#$%%&'*+-.^_`|~",
			what);
	if (http_span_is(h.name, WS_EXTENSIONS) && h.value.len)
		return err_set(err, ERR_USAGE,
			"%s: wstap would not understand what the server makes "
			"of it (try --deflate)",
			what);
	return true;
}

static void put_request(struct ws_writer *w, const struct ws_request *request,
	const char *offer)
{
	const struct ws_handshake_config *config = request->config;
	char number[16];
	const char *host = config->host ? config->host : request->authority;
	const char *agent = config->user_agent ? config->user_agent
					       : "wstap/" WSTAP_VERSION;

	snprintf(number, sizeof(number), "%d", config->version);

	const struct ws_default fields[] = {
		{ "Host", http_span_of(host), NULL },
		{ "Upgrade", http_span_of("websocket"), NULL },
		{ "Connection", http_span_of("Upgrade"), NULL },
		{ "Sec-WebSocket-Key", http_span_of(request->key), NULL },
		{ "Sec-WebSocket-Version", http_span_of(number), NULL },
		{ "Origin", ws_default_of(config->origin), NULL },
		{ "Sec-WebSocket-Protocol", { 0 }, &config->subprotocols },
		{ WS_EXTENSIONS, ws_default_of(*offer ? offer : NULL), NULL },
		{ "User-Agent", http_span_of(agent), NULL },
		{ "Authorization", ws_default_of(request->authorization),
			NULL },
		{ "Cookie", ws_default_of(request->cookie), NULL },
	};

	ws_writer_text(w, "GET ");
	ws_writer_text(w, request->target);
	ws_writer_text(w, " HTTP/1.1\r\n");
	ws_writer_fields(w, config, fields, sizeof(fields) / sizeof(*fields));
	ws_writer_text(w, "\r\n");
}

static bool check_subprotocols(const struct strings *list, struct err *err)
{
	for (size_t i = 0; i < list->n; i++) {
		struct http_span name = http_span_of(list->v[i]);

		if (!http_is_token(name))
			return err_set(err, ERR_USAGE,
				"subprotocol \"%.*s\": a name is letters, "
				"digits and !#$%%&'*+-.^_`|~",
				ws_quoted(name), name.p);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(list->v[j], list->v[i]))
				return err_set(err, ERR_USAGE,
					"subprotocol \"%.*s\" is offered twice",
					ws_quoted(name), name.p);
	}
	return true;
}

static bool check_request(const struct ws_request *request, struct err *err)
{
	const struct ws_handshake_config *config = request->config;
	const struct {
		const char *what, *value;
	} values[] = {
		{ "the URL's host", request->authority },
		{ "the URL's path", request->target },
		{ "the authorization", request->authorization },
		{ "the cookies", request->cookie },
		{ "the origin", config->origin },
		{ "the host", config->host },
		{ "the user agent", config->user_agent },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (values[i].value && !ws_handshake_check_value(values[i].what,
					       values[i].value, err))
			return false;
	for (size_t i = 0; i < config->headers.n; i++)
		if (!ws_handshake_check_header(config->headers.v[i], err))
			return false;
	return check_subprotocols(&config->subprotocols, err);
}

bool ws_handshake_request(
	const struct ws_request *request, struct buf *out, struct err *err)
{
	if (!check_request(request, err))
		return false;

	struct ws_deflate_config deflate = ws_deflate_wished(request->config);
	char offer[WS_OFFERS_MAX * WS_EXTENSION_TEXT];
	struct ws_writer w;

	if (!ws_extension_offer(&deflate, offer, sizeof(offer)))
		return err_set(err, ERR_USAGE,
			"the offers of permessage-deflate are over %zu bytes",
			sizeof(offer) - 1);
	ws_writer_begin(&w, out);
	put_request(&w, request, offer);
	if (ws_writer_finish(&w))
		return true;
	return err_set(err, ERR_USAGE,
		"the request is over %zu bytes: shorten its headers or the "
		"URL",
		w.cap);
}

static const struct ws_side answer = { "answer", "RFC 6455 4.1" };

/* The Sec-WebSocket-Key that was sent: the user's, where there is one.
 * Nothing was sent where he removed it. */
static struct http_span sent_key(const struct ws_request *request)
{
	struct http_span key = http_span_of(request->key);
	struct ws_header h;
	size_t at = 0;

	while (ws_next_header(request->config, "Sec-WebSocket-Key", &at, &h)) {
		key = h.value;
		if (!h.removes)
			break;
	}
	return key;
}

static bool judge_accept(const struct ws_request *request,
	const struct http_head *head, struct err *err)
{
	const struct http_field *field =
		ws_find_once(&answer, head, "Sec-WebSocket-Accept", err);
	char accept[WS_ACCEPT_SIZE], expected[WS_ACCEPT_SIZE + 2];

	if (!field)
		return false;
	ws_handshake_accept(accept, sent_key(request));
	if (http_span_equals(field->value, http_span_of(accept)))
		return true;
	snprintf(expected, sizeof(expected), "\"%s\"", accept);
	return ws_fault_field(&answer, field, expected, err);
}

static bool judge_upgrade(const struct http_head *head, struct err *err)
{
	const struct http_field *field =
		ws_find_once(&answer, head, "Upgrade", err);

	if (!field)
		return false;
	if (http_span_is(field->value, "websocket"))
		return true;
	return ws_fault_field(&answer, field, "\"websocket\"", err);
}

bool ws_list_has(struct http_span list, struct http_span name)
{
	struct http_span element;

	while (http_list_next(&list, &element))
		if (http_span_equals(element, name))
			return true;
	return false;
}

/* Whether a subprotocol was in the request: in the user's own field, where
 * there is one. */
static bool was_offered(
	const struct ws_handshake_config *config, struct http_span name)
{
	bool replaced = false;
	struct ws_header h;
	size_t at = 0;

	while (ws_next_header(config, "Sec-WebSocket-Protocol", &at, &h)) {
		replaced = true;
		if (ws_list_has(h.value, name))
			return true;
	}
	return !replaced && ws_is_listed(&config->subprotocols, name);
}

static bool judge_subprotocol(const struct ws_request *request,
	const struct http_head *head, struct ws_agreed *agreed, struct err *err)
{
	static const char name[] = "Sec-WebSocket-Protocol";
	const char *why = NULL;

	if (!http_head_count(head, name))
		return true;

	const struct http_field *field = ws_find_once(&answer, head, name, err);

	if (!field)
		return false;
	if (!field->value.len)
		why = "names none";
	else if (memchr(field->value.p, ',', field->value.len))
		why = "names several, one may be chosen";
	else if (!was_offered(request->config, field->value))
		why = "was not offered";
	if (why)
		return ws_fault(&answer, err, "the subprotocol \"%.*s\" %s",
			ws_quoted(field->value), field->value.p, why);
	agreed->subprotocol = field->value;
	return true;
}

bool ws_handshake_judge(const struct ws_request *request,
	const struct http_head *head, struct ws_agreed *agreed, struct err *err)
{
	const struct ws_deflate_config deflate =
		ws_deflate_wished(request->config);

	*agreed = (struct ws_agreed){ 0 };
	if (head->status != 101)
		return ws_refused(request, head, err);
	if (head->minor < 1)
		return ws_fault(&answer, err,
			"it is HTTP/1.0, which cannot be upgraded");
	return judge_upgrade(head, err) &&
	       ws_check_connection(&answer, head, err) &&
	       judge_accept(request, head, err) &&
	       ws_extension_judge(&deflate, head, &agreed->deflate,
		       &agreed->params, err) &&
	       judge_subprotocol(request, head, agreed, err);
}
