#ifndef WSTAP_TESTS_UNIT_EXTENSION_CASE_H
#define WSTAP_TESTS_UNIT_EXTENSION_CASE_H

#include "unit/handshake_case.h"
#include "ws/extension.h"

/* What the tests of the negotiation share; _GNU_SOURCE is theirs. */

#define STC "server_no_context_takeover"
#define CTC "client_no_context_takeover"
#define SWB "server_max_window_bits"
#define CWB "client_max_window_bits"
#define PMD "permessage-deflate"

/* The --deflate values of one end, up to NULL. */
struct given {
	const char *v[4];
};

/* Each value on memory of its own that ends where it does. */
static inline struct ws_deflate_config config_of(const struct given *given)
{
	struct ws_deflate_config config = { 0 };

	for (size_t i = 0; i < 3 && given->v[i]; i++)
		strings_add(&config.offers,
			(char *)guard_copy_slot((int)i + 1, given->v[i],
				strlen(given->v[i]) + 1));
	return config;
}

/* params as the cases write them. */
static inline const char *shown(const struct ws_deflate_params *params)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s%s%d %d",
		params->server_no_context_takeover ? "s " : "",
		params->client_no_context_takeover ? "c " : "",
		params->server_max_window_bits, params->client_max_window_bits);
	return text;
}

/* A head whose Sec-WebSocket-Extensions fields are these. */
static inline void read_fields(const char *const *fields, bool request)
{
	char text[2048];
	size_t n = 0;

	n += (size_t)snprintf(text, sizeof(text), "%s", request ? START : R101);
	for (size_t i = 0; i < 3 && fields[i]; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			EXTENSIONS "%s\r\n", fields[i]);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "\r\n");
	cr_assert_lt(n, sizeof(text));
	read_head(text, request);
}

#define UNKNOWN "is unknown"
#define TWICE "is given twice"
#define BARE "takes no value"
#define NEEDS "needs a value, 8 to 15"
#define RANGE "is no number from 8 to 15"
#define NAMELESS "has no name"

/* Parameters that are none in an offer, in an answer, or in both. */
enum { OFFER = 1, ANSWER = 2, BOTH = OFFER | ANSWER };

static const struct malformed {
	const char *params, *parameter, *why;
	int where;
} malformed[] = {
	{ "x", "x", UNKNOWN, BOTH },
	{ "x=1", "x=1", UNKNOWN, BOTH },
	{ "Server_No_Context_Takeover", "Server_No_Context_Takeover", UNKNOWN,
		BOTH },
	{ "\"" STC "\"", "\"" STC "\"", UNKNOWN, BOTH },
	{ STC "=", STC "=", BARE, BOTH },
	{ STC "=1", STC "=1", BARE, BOTH },
	{ STC " = \"\"", STC " = \"\"", BARE, BOTH },
	{ CTC "=true", CTC "=true", BARE, BOTH },
	{ STC ";" STC, STC, TWICE, BOTH },
	{ CTC ";" CTC, CTC, TWICE, BOTH },
	{ SWB "=10;" SWB "=10", SWB "=10", TWICE, BOTH },
	{ CWB "=10;" CWB "=11", CWB "=11", TWICE, BOTH },
	{ SWB, SWB, NEEDS, BOTH },
	{ CWB, CWB, NEEDS, ANSWER },
	{ CWB ";" CWB, CWB, TWICE, OFFER },
	{ CWB ";" CWB "=9", CWB "=9", TWICE, OFFER },
	{ SWB "=", SWB "=", RANGE, BOTH },
	{ CWB "=", CWB "=", RANGE, BOTH },
	{ SWB "=0", SWB "=0", RANGE, BOTH },
	{ SWB "=1", SWB "=1", RANGE, BOTH },
	{ SWB "=7", SWB "=7", RANGE, BOTH },
	{ SWB "=16", SWB "=16", RANGE, BOTH },
	{ SWB "=20", SWB "=20", RANGE, BOTH },
	{ SWB "=100", SWB "=100", RANGE, BOTH },
	{ SWB "=08", SWB "=08", RANGE, BOTH },
	{ SWB "=010", SWB "=010", RANGE, BOTH },
	{ CWB "=7", CWB "=7", RANGE, BOTH },
	{ CWB "=16", CWB "=16", RANGE, BOTH },
	{ CWB "=09", CWB "=09", RANGE, BOTH },
	{ CWB "=+9", CWB "=+9", RANGE, BOTH },
	{ CWB "=-9", CWB "=-9", RANGE, BOTH },
	{ CWB "=0xa", CWB "=0xa", RANGE, BOTH },
	{ CWB "=1a", CWB "=1a", RANGE, BOTH },
	{ CWB "=9.0", CWB "=9.0", RANGE, BOTH },
	{ CWB "=1 0", CWB "=1 0", RANGE, BOTH },
	{ CWB "==9", CWB "==9", RANGE, BOTH },
	{ CWB "=\"9", CWB "=\"9", RANGE, BOTH },
	{ CWB "=9\"", CWB "=9\"", RANGE, BOTH },
	{ CWB "='9'", CWB "='9'", RANGE, BOTH },
	{ CWB "=\"", CWB "=\"", RANGE, BOTH },
	{ CWB "=\"\"", CWB "=\"\"", RANGE, BOTH },
	{ CWB "=\" 9\"", CWB "=\" 9\"", RANGE, BOTH },
	{ CWB "=\"9\\\"", CWB "=\"9\\\"", RANGE, BOTH },
	{ CWB "=\"\\\"", CWB "=\"\\\"", RANGE, BOTH },
	{ CWB "=\"07\"", CWB "=\"07\"", RANGE, BOTH },
	{ CWB "=\"9;\"", CWB "=\"9", RANGE, BOTH },
	{ CWB "=\"9,10\"", CWB "=\"9,10\"", RANGE, BOTH },
	{ STC ";", "", NAMELESS, BOTH },
	{ STC ";;" CTC, "", NAMELESS, BOTH },
	{ STC "; =9", "=9", NAMELESS, BOTH },
	{ STC "; " PMD, PMD, UNKNOWN, BOTH },
};

#endif
