#include "ws/handshake.h"

#include "http/auth.h"
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

/* A page of another's would speak with the user's cookies: a browser says whose
 * it is (RFC 6455 10.2). */
static bool admit_origin(
	const struct http_head *head, const char *origin, struct err *err)
{
	static const char refused[] = "refused with 403: the request";
	size_t at = 0;
	const struct http_field *field = http_head_find(head, "Origin", &at);

	if (!field)
		return err_set(err, ERR_HANDSHAKE, "%s has no Origin", refused);
	if (http_head_find(head, "Origin", &at))
		return err_set(err, ERR_HANDSHAKE,
			"%s has more than one Origin", refused);
	if (http_span_is(field->value, origin))
		return true;
	return err_set(err, ERR_HANDSHAKE,
		"%s's Origin is \"%.*s\", which is not let in", refused,
		ws_quoted(field->value), field->value.p);
}

static bool admit_credentials(
	const struct http_head *head, const char *expected, struct err *err)
{
	static const char name[] = "Authorization";
	size_t at = 0;
	const struct http_field *field = http_head_find(head, name, &at);

	if (!field)
		return err_set(err, ERR_HANDSHAKE,
			"refused with 401: the request has no %s", name);
	if (!http_head_find(head, name, &at) &&
		http_auth_is(field->value, expected))
		return true;
	return err_set(err, ERR_HANDSHAKE,
		"refused with 401: the request's %s is wrong", name);
}

/* Whom config lets in, of those that ask as they should. */
static bool admit_whom(const struct ws_handshake_config *config,
	const struct http_head *head, int *status, struct err *err)
{
	const char *expected = config->admission.authorization;

	*status = 403;
	if (config->origin && !admit_origin(head, config->origin, err))
		return false;
	*status = 401;
	return !expected || admit_credentials(head, expected, err);
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
	const struct ws_deflate_config deflate = ws_deflate_wished(config);

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
	if (!admit_whom(config, head, status, err))
		return false;
	*status = 101;
	agreed->config = config;
	agreed->subprotocol = choose_subprotocol(config, head);
	agreed->deflate = ws_extension_choose(&deflate, head, &agreed->params);
	return true;
}

/* The user's fields, as the command line has seen them before. */
static bool fields_are_good(const struct ws_handshake_config *config)
{
	struct err ignored;

	for (size_t i = 0; i < config->headers.n; i++)
		if (!ws_handshake_check_header(config->headers.v[i], &ignored))
			return false;
	return true;
}

static const struct ws_handshake_config nothing_special;

#define UNASKED "x-unasked"

/* What is wrong is so at the user's wish: nothing of it was asked for. */
static void put_welcome(struct ws_writer *w, const struct ws_agreed *agreed,
	const struct ws_handshake_config *config, struct http_span key)
{
	unsigned wrong = config->admission.wrong;
	char accept[WS_ACCEPT_SIZE], extension[WS_EXTENSION_TEXT] = "";
	char all[sizeof(extension) + sizeof(", " UNASKED)];
	struct http_span subprotocol = agreed->subprotocol;

	if (wrong & WS_WRONG_ACCEPT)
		key.len = 0;
	ws_handshake_accept(accept, key);
	if (agreed->deflate)
		ws_extension_text(extension, &agreed->params);
	snprintf(all, sizeof(all), "%s%s%s", extension,
		*extension && wrong & WS_WRONG_EXTENSION ? ", " : "",
		wrong & WS_WRONG_EXTENSION ? UNASKED : "");
	if (wrong & WS_WRONG_SUBPROTOCOL)
		subprotocol = http_span_of(UNASKED);
	else if (!subprotocol.len)
		subprotocol.p = NULL;

	const struct ws_default fields[] = {
		{ "Upgrade",
			ws_default_of(
				wrong & WS_WRONG_UPGRADE ? NULL : "websocket"),
			NULL },
		{ "Connection", http_span_of("Upgrade"), NULL },
		{ "Sec-WebSocket-Accept", http_span_of(accept), NULL },
		{ "Sec-WebSocket-Protocol", subprotocol, NULL },
		{ WS_EXTENSIONS, ws_default_of(*all ? all : NULL), NULL },
	};

	ws_writer_text(w, wrong & WS_WRONG_STATUS
				  ? "HTTP/1.1 200 OK\r\n"
				  : "HTTP/1.1 101 Switching Protocols\r\n");
	ws_writer_fields(w, config, fields, sizeof(fields) / sizeof(*fields));
	ws_writer_text(w, "\r\n");
}

bool ws_handshake_welcome(const struct http_head *head,
	const struct ws_agreed *agreed, struct buf *out)
{
	size_t at = 0;
	const struct http_field *key =
		http_head_find(head, "Sec-WebSocket-Key", &at);
	const struct ws_handshake_config *config =
		agreed->config ? agreed->config : &nothing_special;
	struct ws_writer w;

	assert(key);
	if (!fields_are_good(config))
		return false;
	ws_writer_begin(&w, out);
	put_welcome(&w, agreed, config, key->value);
	return ws_writer_finish(&w);
}

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 426, "Upgrade Required" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Refused";
}

/* A 426 must have an Upgrade field (RFC 9110 15.5.22), and an Upgrade field
 * must be named in Connection (7.8). */
static void put_refusal(struct ws_writer *w,
	const struct ws_handshake_config *config, int status, size_t length)
{
	const char *expected = config->admission.authorization;
	const char *challenge = status == 401 && expected
					? http_auth_challenge(expected)
					: NULL;
	const char *allow = status == 405 ? "GET" : NULL;
	bool upgrade = status == 426;
	char digits[24];

	snprintf(digits, sizeof(digits), "%zu", length);

	const struct ws_default fields[] = {
		{ "Content-Type", http_span_of("text/plain; charset=utf-8"),
			NULL },
		{ "Content-Length", http_span_of(digits), NULL },
		{ "WWW-Authenticate", ws_default_of(challenge), NULL },
		{ "Allow", ws_default_of(allow), NULL },
		{ "Sec-WebSocket-Version", ws_default_of(upgrade ? "13" : NULL),
			NULL },
		{ "Upgrade", ws_default_of(upgrade ? "websocket" : NULL),
			NULL },
		{ "Connection",
			http_span_of(upgrade ? "Upgrade, close" : "close"),
			NULL },
	};

	ws_writer_fields(w, config, fields, sizeof(fields) / sizeof(*fields));
}

bool ws_handshake_refuse(const struct ws_handshake_config *config, int status,
	const char *line, struct buf *out)
{
	struct ws_writer w;
	char text[64];

	if (!fields_are_good(config))
		return false;
	ws_writer_begin(&w, out);
	snprintf(text, sizeof(text), "HTTP/1.1 %d %s\r\n", status,
		reason_of(status));
	ws_writer_text(&w, text);
	put_refusal(&w, config, status, strlen(line) + 1);
	ws_writer_text(&w, "\r\n");
	ws_writer_text(&w, line);
	ws_writer_text(&w, "\n");
	return ws_writer_finish(&w);
}
