#include "ws/extension.h"

#include "ws/handshake_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char field_name[] = "Sec-WebSocket-Extensions";
static const char extension[] = "permessage-deflate";
static const char server_takeover[] = "server_no_context_takeover";
static const char client_takeover[] = "client_no_context_takeover";
static const char server_window[] = "server_max_window_bits";
static const char client_window[] = "client_max_window_bits";

/* A parameter, and what is wrong with it. */
struct fault {
	struct http_span parameter;
	const char *why;
};

/* Names are tokens, and nothing says that their case does not count. */
static bool is(struct http_span text, const char *name)
{
	return http_span_equals(text, http_span_of(name));
}

/* Takes what is before the next semicolon off text, whose p is NULL behind
 * the last. No value with a semicolon in it is a good one, so that quotes need
 * not be looked at. */
static struct http_span take_part(struct http_span *text)
{
	const char *end = memchr(text->p, ';', text->len);
	size_t n = end ? (size_t)(end - text->p) : text->len;
	struct http_span part = { text->p, n };

	if (end)
		*text = (struct http_span){ end + 1, text->len - n - 1 };
	else
		*text = (struct http_span){ 0 };
	return http_span_trim(part);
}

/* 8 to 15, as a token or a quoted string (RFC 6455 9.1); 0 where value is no
 * such number. */
static int window_bits(struct http_span value)
{
	bool quoted = value.len > 1 && value.p[0] == '"' &&
		      value.p[value.len - 1] == '"';
	size_t end = value.len - (quoted ? 1 : 0);
	char digits[2] = { 0 };
	size_t n = 0;

	for (size_t i = quoted ? 1 : 0; i < end; i++) {
		/* Nothing but the closing quote can follow the last one. */
		if (quoted && value.p[i] == '\\')
			i++;
		if (n == sizeof(digits))
			return 0;
		digits[n++] = value.p[i];
	}
	if (n == 1 && (digits[0] == '8' || digits[0] == '9'))
		return digits[0] - '0';
	if (n == 2 && digits[0] == '1' && digits[1] >= '0' && digits[1] <= '5')
		return 10 + digits[1] - '0';
	return 0;
}

/* value.p is NULL where there is none. Both give back what is wrong, or
 * NULL. */
static const char *read_flag(bool *flag, struct http_span value)
{
	if (*flag)
		return "is given twice";
	*flag = true;
	return value.p ? "takes no value" : NULL;
}

static const char *read_window(
	int *bits, struct http_span value, bool may_lack_value)
{
	if (*bits)
		return "is given twice";
	if (!value.p && !may_lack_value)
		return "needs a value, 8 to 15";
	*bits = value.p ? window_bits(value) : WS_WINDOW_ANY;
	return *bits ? NULL : "is no number from 8 to 15";
}

static const char *read_parameter(
	struct ws_deflate_params *params, struct http_span part, bool offer)
{
	const char *equals = memchr(part.p, '=', part.len);
	struct http_span name = part, value = { 0 };

	if (equals) {
		name.len = (size_t)(equals - part.p);
		name = http_span_trim(name);
		value.p = equals + 1;
		value.len = part.len - (size_t)(value.p - part.p);
		value = http_span_trim(value);
	}
	if (is(name, server_takeover))
		return read_flag(&params->server_no_context_takeover, value);
	if (is(name, client_takeover))
		return read_flag(&params->client_no_context_takeover, value);
	if (is(name, server_window))
		return read_window(
			&params->server_max_window_bits, value, false);
	if (is(name, client_window))
		return read_window(
			&params->client_max_window_bits, value, offer);
	return name.len ? "is unknown" : "has no name";
}

/* What follows the extension's name; text.p is NULL where nothing does. */
static bool read_parameters(struct ws_deflate_params *params,
	struct http_span text, bool offer, struct fault *fault)
{
	*params = (struct ws_deflate_params){ 0 };
	while (text.p) {
		fault->parameter = take_part(&text);
		fault->why = read_parameter(params, fault->parameter, offer);
		if (fault->why)
			return false;
	}
	return true;
}

/* The offers of a config, one after another. */
struct offers {
	const struct ws_deflate_config *config;
	size_t at;             /* the next of config's strings */
	struct http_span list; /* what is left of the last one */
};

static bool next_offer(struct offers *offers, struct http_span *offer)
{
	static const char *const usual = "client_max_window_bits";
	const struct strings *given = &offers->config->offers;
	size_t n = given->n ? given->n : 1;

	if (offers->config->off)
		return false;
	if (http_list_next(&offers->list, offer))
		return true;
	if (offers->at == n)
		return false;
	offers->list = http_span_of(given->n ? given->v[offers->at] : usual);
	offers->at++;
	if (!http_list_next(&offers->list, offer))
		*offer = (struct http_span){ "", 0 };
	return true;
}

/* The parameters in an offer of the user's, with or without the name. */
static struct http_span parameters_of(struct http_span offer)
{
	struct http_span rest = offer;

	if (!offer.len || is(take_part(&rest), extension))
		return offer.len ? rest : (struct http_span){ 0 };
	return offer;
}

/* The next one of config's, which was checked. */
static bool next_params(struct offers *offers, struct ws_deflate_params *params)
{
	struct http_span offer;
	struct fault fault;

	while (next_offer(offers, &offer))
		if (read_parameters(params, parameters_of(offer), true, &fault))
			return true;
	return false;
}

bool ws_extension_check(const char *params, struct err *err)
{
	const struct ws_deflate_config config = {
		.offers = { &params, 1 },
	};
	struct offers offers = { .config = &config };
	struct ws_deflate_params read;
	struct http_span offer;
	struct fault fault;

	while (next_offer(&offers, &offer))
		if (!read_parameters(&read, parameters_of(offer), true, &fault))
			return err_set(err, ERR_USAGE,
				"the parameter \"%.*s\" of permessage-deflate "
				"%s",
				ws_quoted(fault.parameter), fault.parameter.p,
				fault.why);
	return true;
}

/* They go out as they were written: whoever tries a server with an unusual
 * form gets that form. */
bool ws_extension_offer(
	const struct ws_deflate_config *config, char *out, size_t cap)
{
	struct offers offers = { .config = config };
	struct http_span offer;
	size_t len = 0;

	if (!cap)
		return false;
	*out = '\0';
	while (next_offer(&offers, &offer)) {
		bool named = offer.len && parameters_of(offer).p != offer.p;
		int n = snprintf(out + len, cap - len, "%s%s%s%.*s",
			len ? ", " : "", named ? "" : extension,
			named || !offer.len ? "" : "; ", (int)offer.len,
			offer.p);

		if (n < 0 || (size_t)n >= cap - len)
			return false;
		len += (size_t)n;
	}
	return true;
}

/* Where the answer does not fit the offer. */
static bool fits(const struct ws_deflate_params *offer,
	const struct ws_deflate_params *answer, struct fault *fault)
{
	static const char missing[] = "is missing, but was offered";
	static const char unasked[] = "was not offered";
	static const char more[] = "is more than was offered";
	int client = answer->client_max_window_bits;
	int server = answer->server_max_window_bits;
	const struct {
		const char *name, *why;
		bool wrong;
	} rules[] = {
		{ server_takeover, missing,
			offer->server_no_context_takeover &&
				!answer->server_no_context_takeover },
		{ server_window, missing,
			offer->server_max_window_bits && !server },
		{ server_window, more,
			offer->server_max_window_bits &&
				server > offer->server_max_window_bits },
		{ client_window, unasked,
			client && !offer->client_max_window_bits },
		{ client_window, more,
			offer->client_max_window_bits > 0 &&
				client > offer->client_max_window_bits },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (rules[i].wrong) {
			fault->parameter = http_span_of(rules[i].name);
			fault->why = rules[i].why;
			return false;
		}
	return true;
}

/* What holds after that answer to that offer: to what we offered for
 * ourselves we keep, said again or not. */
static void settle(
	const struct ws_deflate_params *offer, struct ws_deflate_params *answer)
{
	answer->client_no_context_takeover |= offer->client_no_context_takeover;
	if (!answer->client_max_window_bits &&
		offer->client_max_window_bits > 0)
		answer->client_max_window_bits = offer->client_max_window_bits;
}

/* The answer's parameters: of the offers the first that they fit holds. */
static bool judge_parameters(const struct ws_deflate_config *config,
	struct http_span text, struct ws_deflate_params *params,
	struct fault *fault)
{
	struct offers offers = { .config = config };
	struct ws_deflate_params offer;
	struct fault misfit = { 0 };

	if (!read_parameters(params, text, false, fault))
		return false;
	*fault = (struct fault){ 0 };
	while (next_params(&offers, &offer)) {
		if (fits(&offer, params, &misfit)) {
			settle(&offer, params);
			return true;
		}
		if (!fault->why)
			*fault = misfit;
	}
	assert(fault->why);
	return false;
}

static bool judge_extension(const struct ws_deflate_config *config,
	struct http_span element, bool *agreed,
	struct ws_deflate_params *params, struct err *err)
{
	static const struct ws_side handshake = { "answer", "RFC 6455 4.1" };
	static const struct ws_side deflate = { "answer", "RFC 7692 7.1" };
	struct http_span name = take_part(&element);
	struct fault fault;

	if (config->off || !is(name, extension))
		return ws_fault(&handshake, err,
			"the server chose the extension \"%.*s\", which was "
			"not offered",
			ws_quoted(name), name.p);
	if (*agreed)
		return ws_fault(&deflate, err,
			"the server chose permessage-deflate twice");
	*agreed = true;
	if (judge_parameters(config, element, params, &fault))
		return true;
	return ws_fault(&deflate, err,
		"the server's permessage-deflate: the parameter \"%.*s\" %s",
		ws_quoted(fault.parameter), fault.parameter.p, fault.why);
}

bool ws_extension_judge(const struct ws_deflate_config *config,
	const struct http_head *head, bool *agreed,
	struct ws_deflate_params *params, struct err *err)
{
	const struct http_field *field;
	size_t at = 0;

	*agreed = false;
	*params = (struct ws_deflate_params){ 0 };
	while ((field = http_head_find(head, field_name, &at))) {
		struct http_span list = field->value, element;

		while (http_list_next(&list, &element))
			if (!judge_extension(
				    config, element, agreed, params, err))
				return false;
	}
	return true;
}

/* A quoted string whose text, the backslashes taken away, is a token. */
static bool is_quoted_token(struct http_span value)
{
	size_t n = 0;

	if (value.len < 3 || value.p[0] != '"' || value.p[value.len - 1] != '"')
		return false;
	for (size_t i = 1; i < value.len - 1; i++, n++) {
		if (value.p[i] == '\\' && ++i == value.len - 1)
			return false;
		if (!http_is_token((struct http_span){ value.p + i, 1 }))
			return false;
	}
	return n > 0;
}

/* token [ "=" ( token | quoted-string ) ] */
static bool is_parameter(struct http_span part)
{
	const char *equals = memchr(part.p, '=', part.len);
	struct http_span name = part, value;

	if (!equals)
		return http_is_token(part);
	name.len = (size_t)(equals - part.p);
	value.p = equals + 1;
	value.len = part.len - name.len - 1;
	value = http_span_trim(value);
	return http_is_token(http_span_trim(name)) &&
	       (http_is_token(value) || is_quoted_token(value));
}

bool ws_extension_well_formed(const struct http_head *head)
{
	const struct http_field *field;
	size_t at = 0;

	while ((field = http_head_find(head, field_name, &at))) {
		struct http_span list = field->value, element;

		/* A semicolon in quotes is no part of a token: what it cuts in
		 * two is at fault either way. */
		while (http_list_next(&list, &element)) {
			if (!http_is_token(take_part(&element)))
				return false;
			while (element.p)
				if (!is_parameter(take_part(&element)))
					return false;
		}
	}
	return true;
}

/* Both are 8 to 15, or not there (0, or below). */
static int smaller(int a, int b)
{
	if (a <= 0)
		return b > 0 ? b : 0;
	return b > 0 && b < a ? b : a;
}

/* Answers an offer within what our own allows. A client's window is only
 * limited where we want it: what the client says of its own is a hint. */
static bool meet(const struct ws_deflate_params *offer,
	const struct ws_deflate_params *ours, struct ws_deflate_params *answer)
{
	bool limits = ours->client_max_window_bits > 0;

	if (limits && !offer->client_max_window_bits)
		return false;
	*answer = (struct ws_deflate_params){
		.server_no_context_takeover =
			offer->server_no_context_takeover ||
			ours->server_no_context_takeover,
		.client_no_context_takeover =
			offer->client_no_context_takeover ||
			ours->client_no_context_takeover,
		.server_max_window_bits = smaller(offer->server_max_window_bits,
			ours->server_max_window_bits),
	};
	if (limits)
		answer->client_max_window_bits =
			smaller(offer->client_max_window_bits,
				ours->client_max_window_bits);
	return true;
}

static bool choose(const struct ws_deflate_config *config,
	struct http_span element, struct ws_deflate_params *answer)
{
	struct offers offers = { .config = config };
	struct ws_deflate_params offer, ours;
	struct fault fault;

	if (!is(take_part(&element), extension) ||
		!read_parameters(&offer, element, true, &fault))
		return false;
	while (next_params(&offers, &ours))
		if (meet(&offer, &ours, answer))
			return true;
	return false;
}

bool ws_extension_choose(const struct ws_deflate_config *config,
	const struct http_head *head, struct ws_deflate_params *params)
{
	const struct http_field *field;
	size_t at = 0;

	while ((field = http_head_find(head, field_name, &at))) {
		struct http_span list = field->value, element;

		while (http_list_next(&list, &element))
			if (choose(config, element, params))
				return true;
	}
	*params = (struct ws_deflate_params){ 0 };
	return false;
}

static void put_window(char out[WS_EXTENSION_TEXT], const char *name, int bits)
{
	size_t len = strlen(out);

	if (bits > 0)
		snprintf(out + len, WS_EXTENSION_TEXT - len, "; %s=%d", name,
			bits);
	else if (bits == WS_WINDOW_ANY)
		snprintf(out + len, WS_EXTENSION_TEXT - len, "; %s", name);
}

void ws_extension_text(
	char out[WS_EXTENSION_TEXT], const struct ws_deflate_params *params)
{
	snprintf(out, WS_EXTENSION_TEXT, "%s%s%s%s%s", extension,
		params->server_no_context_takeover ? "; " : "",
		params->server_no_context_takeover ? server_takeover : "",
		params->client_no_context_takeover ? "; " : "",
		params->client_no_context_takeover ? client_takeover : "");
	put_window(out, server_window, params->server_max_window_bits);
	put_window(out, client_window, params->client_max_window_bits);
}
