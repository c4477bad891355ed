#include "http/challenge.h"
#include "http/redirect.h"
#include "ws/handshake_parts.h"

#include <stdio.h>

/* "Why was I refused": an answer that is no 101, and its likely cause. */

/* Whether the request had that field, whose default is value. */
static bool was_sent(
	const struct ws_request *request, const char *name, const char *value)
{
	bool sent = value != NULL;
	struct ws_header h;
	size_t at = 0;

	while (ws_next_header(request->config, name, &at, &h))
		sent = !h.removes;
	return sent;
}

static bool names_scheme(const char *list, const char *scheme)
{
	struct http_span rest = http_span_of(list), name;

	while (http_list_next(&rest, &name))
		if (http_span_is(name, scheme))
			return true;
	return false;
}

/* Of what the challenges ask for, something that can be done. */
static void hint_401(const struct ws_request *request,
	const struct http_head *head, char *hint, size_t size)
{
	bool sent = was_sent(request, "Authorization", request->authorization);
	struct challenge c;
	bool known, bearer;

	challenge_read(&c, head, "WWW-Authenticate");
	known = c.scheme != CHALLENGE_NONE || !*c.asked;
	bearer = names_scheme(c.asked, "Bearer");
	if (!known && !bearer)
		snprintf(hint, size,
			": it asks for %s, which wstap does not know", c.asked);
	else if (sent)
		snprintf(hint, size, ": it did not take the credentials");
	else
		snprintf(hint, size, ": try %s",
			known ? "--auth USER:PASSWORD" : "--bearer TOKEN");
	challenge_release(&c);
}

/* Where the status alone says it. */
static const struct {
	int status;
	const char *text;
} causes[] = {
	{ 405, "no WebSocket endpoint there, check the path" },
	{ 407, "a proxy wants credentials (try --proxy with USER:PASSWORD@)" },
	{ 421, "that host is not served there (try --host or --sni)" },
	{ 429, "too many connections or requests, try later" },
	{ 502, "a gateway that could not reach the server behind it" },
	{ 503, "out of service or overloaded, try later" },
	{ 504, "a gateway that the server behind it did not answer in time" },
	{ 505, "it wants another version of HTTP than 1.1" },
	{ 511, "the network wants a sign-in first (open a page in a browser)" },
};

static void hint_status(int status, char *hint, size_t size)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++)
		if (causes[i].status == status)
			snprintf(hint, size, ": %s", causes[i].text);
}

/* A page, as a browser would get it. */
static void hint_page(const struct http_head *head, char *hint, size_t size)
{
	size_t at = 0;
	const struct http_field *type =
		http_head_find(head, "Content-Type", &at);
	static const char html[] = "text/html";
	size_t n = sizeof(html) - 1;
	bool page = type && type->value.len >= n &&
		    http_span_is((struct http_span){ type->value.p, n }, html);

	snprintf(hint, size, ": a plain HTTP page, not a WebSocket endpoint%s",
		page ? " (check the path; or is it a sign-in page?)" : "");
}

/* What the server's Sec-WebSocket-Version says of a version it did not
 * like. */
static void hint_version(const struct ws_request *request,
	const struct http_head *head, char *hint, size_t size)
{
	size_t at = 0;
	const struct http_field *field =
		http_head_find(head, "Sec-WebSocket-Version", &at);
	char ours[16];

	snprintf(ours, sizeof(ours), "%d", request->config->version);
	if (field && !ws_list_has(field->value, http_span_of(ours)))
		snprintf(hint, size,
			": it speaks WebSocket version %.*s, not %s (try -p)",
			ws_quoted(field->value), field->value.p, ours);
	else if (head->status == 426)
		snprintf(hint, size, ": it wants another protocol");
}

static void hint_refusal(const struct ws_request *request,
	const struct http_head *head, char *hint, size_t size)
{
	struct http_span target = http_span_of(request->target);
	size_t at = 0;
	const struct http_field *location =
		http_head_find(head, "Location", &at);

	*hint = '\0';
	if (head->status / 100 == 3 && location)
		snprintf(hint, size, ": it points to %.*s%s",
			ws_quoted(location->value), location->value.p,
			redirect_is(head->status) ? " (try -L)" : "");
	else if (head->status == 404)
		snprintf(hint, size, ": check the path %.*s", ws_quoted(target),
			target.p);
	else if (head->status == 400 || head->status == 426)
		hint_version(request, head, hint, size);
	else if (head->status == 401)
		hint_401(request, head, hint, size);
	else if (head->status == 403 &&
		 !was_sent(request, "Origin", request->config->origin))
		snprintf(hint, size, ": it may want an Origin, try -o ORIGIN");
	else if (head->status / 100 == 2)
		hint_page(head, hint, size);
	else
		hint_status(head->status, hint, size);
}

bool ws_refused(const struct ws_request *request, const struct http_head *head,
	struct err *err)
{
	char hint[WS_QUOTED_MAX + 80];

	hint_refusal(request, head, hint, sizeof(hint));
	return err_set(err, ERR_HTTP, "the server answered %d%s%.*s%s",
		head->status, head->reason.len ? " " : "",
		ws_quoted(head->reason), head->reason.len ? head->reason.p : "",
		hint);
}
