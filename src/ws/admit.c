#include "ws/handshake.h"

#include "ws/handshake_parts.h"

#include <stdio.h>
#include <string.h>

/* The server's side of ws/handshake.h. */

static const struct ws_side request = { "request", "RFC 6455 4.2.1" };

static bool has_prefix(struct http_span text, const char *prefix)
{
	size_t n = strlen(prefix);

	return text.len > n &&
	       http_span_is((struct http_span){ text.p, n }, prefix);
}

static bool admit_request_line(
	const struct http_head *head, int *status, struct err *err)
{
	struct http_span target = head->target;

	if (!http_span_equals(head->method, http_span_of("GET"))) {
		*status = 405;
		return ws_fault(&request, err,
			"the method is \"%.*s\", it should be GET",
			ws_quoted(head->method), head->method.p);
	}
	if (head->minor < 1)
		return ws_fault(&request, err,
			"it is HTTP/1.0, which cannot be upgraded");
	if (*target.p == '/' || has_prefix(target, "http://") ||
		has_prefix(target, "https://"))
		return true;
	return ws_fault(&request, err,
		"\"%.*s\" is neither a path nor an HTTP URL", ws_quoted(target),
		target.p);
}

static bool admit_upgrade(
	const struct http_head *head, int *status, struct err *err)
{
	if (http_head_has_token(head, "Upgrade", "websocket"))
		return ws_check_connection(&request, head, err);
	*status = 426;
	return ws_fault(&request, err, "it has no \"Upgrade: websocket\"");
}

static bool admit_version(
	const struct http_head *head, int *status, struct err *err)
{
	const struct http_field *field =
		ws_find_once(&request, head, "Sec-WebSocket-Version", err);

	if (!field)
		return false;
	if (http_span_is(field->value, "13"))
		return true;
	*status = 426;
	return ws_fault_field(&request, field, "13", err);
}

/* Whether a key is the base64 of 16 bytes. The bits that 16 bytes leave over
 * in it are not looked at: decoders ignore them. */
static bool is_key(struct http_span key)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";

	if (key.len != WS_KEY_SIZE - 1 || memcmp(key.p + key.len - 2, "==", 2))
		return false;
	for (size_t i = 0; i < key.len - 2; i++)
		if (!memchr(alphabet, key.p[i], sizeof(alphabet) - 1))
			return false;
	return true;
}

static bool admit_key(const struct http_head *head, struct err *err)
{
	const struct http_field *field =
		ws_find_once(&request, head, "Sec-WebSocket-Key", err);

	if (!field)
		return false;
	if (is_key(field->value))
		return true;
	return ws_fault_field(&request, field, "the base64 of 16 bytes", err);
}

/* The first of the client's subprotocols that config lists. */
static struct http_span choose_subprotocol(
	const struct ws_handshake_config *config, const struct http_head *head)
{
	const struct http_field *field;
	size_t at = 0;

	while ((field = http_head_find(head, "Sec-WebSocket-Protocol", &at))) {
		struct http_span list = field->value, element;

		while (http_list_next(&list, &element))
			if (ws_is_listed(&config->subprotocols, element))
				return element;
	}
	return (struct http_span){ 0 };
}

bool ws_handshake_admit(const struct ws_handshake_config *config,
	const struct http_head *head, struct ws_agreed *agreed, int *status,
	struct err *err)
{
	*status = 400;
	*agreed = (struct ws_agreed){ 0 };
	if (!admit_request_line(head, status, err) ||
		!ws_find_once(&request, head, "Host", err) ||
		!admit_upgrade(head, status, err) ||
		!admit_version(head, status, err) || !admit_key(head, err))
		return false;
	if (!ws_extension_well_formed(head)) {
		static const struct ws_side side = { "request",
			"RFC 6455 9.1" };

		return ws_fault(&side, err,
			"its Sec-WebSocket-Extensions is malformed");
	}
	*status = 101;
	agreed->subprotocol = choose_subprotocol(config, head);
	agreed->deflate =
		ws_extension_choose(&config->deflate, head, &agreed->params);
	return true;
}

bool ws_handshake_welcome(const struct http_head *head,
	const struct ws_agreed *agreed, struct buf *out)
{
	size_t at = 0;
	const struct http_field *key =
		http_head_find(head, "Sec-WebSocket-Key", &at);
	char accept[WS_ACCEPT_SIZE], extension[WS_EXTENSION_TEXT];
	struct ws_writer w;

	assert(key);
	ws_handshake_accept(accept, key->value);
	ws_writer_begin(&w, out);
	ws_writer_text(&w, "HTTP/1.1 101 Switching Protocols\r\n"
			   "Upgrade: websocket\r\n"
			   "Connection: Upgrade\r\n");
	ws_writer_field(
		&w, http_span_of("Sec-WebSocket-Accept"), http_span_of(accept));
	if (agreed->subprotocol.len)
		ws_writer_field(&w, http_span_of("Sec-WebSocket-Protocol"),
			agreed->subprotocol);
	if (agreed->deflate) {
		ws_extension_text(extension, &agreed->params);
		ws_writer_field(&w, http_span_of("Sec-WebSocket-Extensions"),
			http_span_of(extension));
	}
	ws_writer_text(&w, "\r\n");
	return ws_writer_finish(&w);
}

static const char *reason_of(int status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 408:
		return "Request Timeout";
	case 426:
		return "Upgrade Required";
	case 431:
		return "Request Header Fields Too Large";
	case 500:
		return "Internal Server Error";
	case 503:
		return "Service Unavailable";
	default:
		return "Refused";
	}
}

bool ws_handshake_refuse(int status, const char *line, struct buf *out)
{
	struct ws_writer w;
	char text[64];

	ws_writer_begin(&w, out);
	snprintf(text, sizeof(text), "HTTP/1.1 %d ", status);
	ws_writer_text(&w, text);
	ws_writer_text(&w, reason_of(status));
	ws_writer_text(&w, "\r\nContent-Type: text/plain; charset=utf-8\r\n");
	snprintf(text, sizeof(text), "Content-Length: %zu\r\n",
		strlen(line) + 1);
	ws_writer_text(&w, text);
	if (status == 405)
		ws_writer_text(&w, "Allow: GET\r\n");
	/* A 426 must have an Upgrade field (RFC 9110 15.5.22), and an Upgrade
	 * field must be named in Connection (7.8). */
	if (status == 426)
		ws_writer_text(&w, "Sec-WebSocket-Version: 13\r\n"
				   "Upgrade: websocket\r\n"
				   "Connection: Upgrade, close\r\n\r\n");
	else
		ws_writer_text(&w, "Connection: close\r\n\r\n");
	ws_writer_text(&w, line);
	ws_writer_text(&w, "\n");
	return ws_writer_finish(&w);
}
