#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "ws/extension.h"

/*
 * The negotiation of permessage-deflate, between any two configurations and
 * for any header values. What is agreed on is in range and the same for both
 * ends; what a server chooses was offered, and its client accepts it. All of
 * that keeps to the header's grammar.
 *
 *     input: choices, then lines: the client's --deflate values, the server's,
 *     values of Sec-WebSocket-Extensions
 */
enum { VALUES_MAX = 3, OFFER_MAX = 8192 };

/* Up to VALUES_MAX --deflate values that are good ones. */
struct side {
	struct ws_deflate_config config;
	const char *values[VALUES_MAX];
};

static struct input take_line(struct input *in)
{
	const uint8_t *newline = in->len ? memchr(in->p, '\n', in->len) : NULL;
	struct input line = *in;

	if (newline) {
		line.len = (size_t)(newline - in->p);
		in->len -= line.len + 1;
		in->p = newline + 1;
	} else {
		in->len = 0;
	}
	return line;
}

/* A copy that ends where its memory does. */
static char *copy_of(const void *p, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

static void side_init(struct side *side, struct input *in, unsigned choice)
{
	unsigned n = choice & 3;

	*side = (struct side){ .config.off = (choice & 0xc) == 0xc };
	side->config.offers.v = side->values;
	while (n--) {
		struct input line = take_line(in);
		char *value = copy_of(line.p, line.len);
		struct err err = { 0 };

		if (ws_extension_check(value, &err)) {
			side->values[side->config.offers.n++] = value;
			continue;
		}
		REQUIRE(err.kind == ERR_USAGE && *err.line);
		free(value);
	}
}

static void side_release(struct side *side)
{
	for (size_t i = 0; i < side->config.offers.n; i++)
		free((char *)side->values[i]);
}

static void add_field(struct http_head *head, struct http_span value)
{
	head->fields[head->nfields++] = (struct http_field){
		.name = http_span_of("sec-websocket-Extensions"),
		.value = http_span_trim(value),
	};
}

static bool in_range(int bits)
{
	return bits == 0 || (bits >= 8 && bits <= 15);
}

static void check_params(const struct ws_deflate_params *params)
{
	REQUIRE(in_range(params->server_max_window_bits));
	REQUIRE(in_range(params->client_max_window_bits));
}

static bool judge(const struct ws_deflate_config *client,
	const struct http_head *head, struct ws_deflate_params *params)
{
	struct err err = { 0 };
	bool agreed = true;
	bool good = ws_extension_judge(client, head, &agreed, params, &err);

	REQUIRE(good || (err.kind == ERR_HANDSHAKE && *err.line));
	return good && agreed;
}

/* Judges an answer that has these parameters and nothing else. */
static bool judge_text(const struct ws_deflate_config *client,
	const struct ws_deflate_params *said, struct ws_deflate_params *params)
{
	static struct http_head head;
	char text[WS_EXTENSION_TEXT];

	ws_extension_text(text, said);
	REQUIRE(strlen(text) < sizeof(text) - 1);
	head.nfields = 0;
	add_field(&head, http_span_of(text));
	return judge(client, &head, params);
}

static void check_answer(
	const struct ws_deflate_config *client, const struct http_head *head)
{
	struct ws_deflate_params params, again;

	if (!judge(client, head, &params))
		return;
	REQUIRE(ws_extension_well_formed(head));
	check_params(&params);
	REQUIRE(!client->off);
	REQUIRE(judge_text(client, &params, &again));
	REQUIRE(params.server_no_context_takeover ==
		again.server_no_context_takeover);
	REQUIRE(params.client_no_context_takeover ==
		again.client_no_context_takeover);
	REQUIRE(params.server_max_window_bits == again.server_max_window_bits);
	REQUIRE(params.client_max_window_bits == again.client_max_window_bits);
}

/* An answer to an offer of everything: what it may be. */
static void check_strict(const struct http_head *head)
{
	const char *offer = "server_max_window_bits=10; "
			    "client_max_window_bits=9; "
			    "server_no_context_takeover; "
			    "client_no_context_takeover";
	const struct ws_deflate_config client = { .offers = { &offer, 1 } };
	struct ws_deflate_params params;

	if (!judge(&client, head, &params))
		return;
	REQUIRE(params.server_no_context_takeover);
	REQUIRE(params.client_no_context_takeover);
	REQUIRE(params.server_max_window_bits >= 8);
	REQUIRE(params.server_max_window_bits <= 10);
	REQUIRE(params.client_max_window_bits >= 8);
	REQUIRE(params.client_max_window_bits <= 9);
}

static int window(int bits)
{
	return bits ? bits : 15;
}

/* What the server chose for this offer: the client accepts it, and neither
 * end compresses in a way that the other does not expect. */
static void check_choice(const struct ws_deflate_config *client,
	const struct ws_deflate_params *chosen)
{
	struct ws_deflate_params params;

	check_params(chosen);
	REQUIRE(judge_text(client, chosen, &params));
	REQUIRE(params.server_no_context_takeover ==
		chosen->server_no_context_takeover);
	REQUIRE(params.client_no_context_takeover ==
		chosen->client_no_context_takeover);
	REQUIRE(window(params.server_max_window_bits) ==
		window(chosen->server_max_window_bits));
	REQUIRE(window(params.client_max_window_bits) <=
		window(chosen->client_max_window_bits));
}

/* Any header at all, as a client's offers; each element also by itself, as
 * what a client was told to offer. */
static void check_offers(
	const struct ws_deflate_config *server, const struct http_head *head)
{
	static struct http_head one;
	struct ws_deflate_params chosen;
	bool found = false;

	for (size_t i = 0; i < head->nfields; i++) {
		struct http_span list = head->fields[i].value, element;

		while (http_list_next(&list, &element)) {
			one.nfields = 0;
			add_field(&one, element);
			if (!ws_extension_choose(server, &one, &chosen))
				continue;
			REQUIRE(ws_extension_well_formed(&one));

			char *text = copy_of(element.p, element.len);
			const char *offer = text;
			struct ws_deflate_config client = {
				.offers = { &offer, 1 },
			};
			struct err err;

			found = true;
			REQUIRE(ws_extension_check(text, &err));
			check_choice(&client, &chosen);
			free(text);
		}
	}
	REQUIRE(ws_extension_choose(server, head, &chosen) == found);
	if (found)
		check_params(&chosen);
}

/* The two configurations with each other. */
static void check_pair(const struct ws_deflate_config *client,
	const struct ws_deflate_config *server)
{
	static struct http_head head;
	static char offer[OFFER_MAX];
	struct ws_deflate_params chosen;
	size_t len;

	if (!ws_extension_offer(client, offer, sizeof(offer)))
		return;
	len = strlen(offer);
	REQUIRE((len == 0) == client->off);

	char *exact = copy_of(offer, len);

	REQUIRE(ws_extension_offer(client, exact, len + 1));
	REQUIRE(!strcmp(exact, offer));
	REQUIRE(!len || !ws_extension_offer(client, exact, len));
	free(exact);
	for (const char *p = offer; *p; p++)
		REQUIRE((*p >= 0x20 && *p < 0x7f) || *p == '\t');
	head.nfields = 0;
	add_field(&head, http_span_of(offer));

	REQUIRE(ws_extension_well_formed(&head));

	bool found = ws_extension_choose(server, &head, &chosen);

	REQUIRE(!found || (!client->off && !server->off));
	if (found)
		check_choice(client, &chosen);
	if (!client->off && !server->off && !server->offers.n)
		REQUIRE(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { FIELDS_MAX = 8 };
	static struct http_head head;
	struct input in = { data, size };
	unsigned choice = input_byte(&in);
	struct side client, server;
	char *fields[FIELDS_MAX];

	side_init(&client, &in, choice);
	side_init(&server, &in, choice >> 4);
	check_pair(&client.config, &server.config);
	head.nfields = 0;
	while (in.len && head.nfields < FIELDS_MAX) {
		struct input line = take_line(&in);
		char *p = copy_of(line.p, line.len);

		fields[head.nfields] = p;
		add_field(&head, (struct http_span){ p, line.len });
	}
	check_answer(&client.config, &head);
	check_strict(&head);
	check_offers(&server.config, &head);
	for (size_t i = 0; i < head.nfields; i++)
		free(fields[i]);
	side_release(&client);
	side_release(&server);
	return 0;
}
