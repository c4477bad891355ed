#define _GNU_SOURCE

#include "unit/handshake_case.h"
#include "ws/extension.h"

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
static struct ws_deflate_config config_of(const struct given *given)
{
	struct ws_deflate_config config = { 0 };

	for (size_t i = 0; i < 3 && given->v[i]; i++)
		strings_add(&config.offers,
			(char *)guard_copy_slot((int)i + 1, given->v[i],
				strlen(given->v[i]) + 1));
	return config;
}

/* params as the cases write them. */
static const char *shown(const struct ws_deflate_params *params)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s%s%d %d",
		params->server_no_context_takeover ? "s " : "",
		params->client_no_context_takeover ? "c " : "",
		params->server_max_window_bits, params->client_max_window_bits);
	return text;
}

/* A head whose Sec-WebSocket-Extensions fields are these. */
static void read_fields(const char *const *fields, bool request)
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

/* --- what is given, and what is offered --- */

static const struct {
	struct given given;
	const char *offer;
} offered[] = {
	{ { { NULL } }, PMD "; " CWB },
	{ { { "" } }, PMD },
	{ { { " \t" } }, PMD },
	{ { { PMD } }, PMD },
	{ { { "," } }, PMD },
	{ { { STC } }, PMD "; " STC },
	{ { { PMD "; " STC } }, PMD "; " STC },
	{ { { PMD ";" STC } }, PMD ";" STC },
	{ { { STC "; " CTC "; " SWB "=8; " CWB "=15" } },
		PMD "; " STC "; " CTC "; " SWB "=8; " CWB "=15" },
	{ { { CWB "=\"1\\0\"" } }, PMD "; " CWB "=\"1\\0\"" },
	{ { { CWB "; " SWB "=10, " CWB ", " PMD } },
		PMD "; " CWB "; " SWB "=10, " PMD "; " CWB ", " PMD },
	{ { { SWB "=9", "", CWB } },
		PMD "; " SWB "=9, " PMD ", " PMD "; " CWB },
};

Test(extension, offer)
{
	for (size_t i = 0; i < N(offered); i++) {
		struct ws_deflate_config config = config_of(&offered[i].given);
		char out[512];
		size_t len = strlen(offered[i].offer);

		cr_expect(ws_extension_offer(&config, out, sizeof(out)));
		cr_expect_str_eq(out, offered[i].offer, "%s", out);
		for (size_t cap = 0; cap <= len + 1; cap++)
			cr_expect_eq(ws_extension_offer(&config,
					     (char *)guard_copy(out, cap), cap),
				cap > len, "%s in %zu", offered[i].offer, cap);
		config.off = true;
		cr_expect(ws_extension_offer(&config, out, sizeof(out)));
		cr_expect_str_empty(out);
		strings_release(&config.offers);
	}
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

static void check_refused(const char *value, const struct malformed *m)
{
	struct err err = { 0 };
	char line[512];
	const uint8_t *guarded = guard_copy(value, strlen(value) + 1);

	snprintf(line, sizeof(line), "the parameter \"%s\" of " PMD " %s",
		m->parameter, m->why);
	cr_expect_not(
		ws_extension_check((const char *)guarded, &err), "%s", value);
	cr_expect_eq(err.kind, ERR_USAGE);
	cr_expect_str_eq(err.line, line, "%s", err.line);
}

Test(extension, check)
{
	char value[256];

	for (size_t i = 0; i < N(malformed); i++) {
		const struct malformed *m = &malformed[i];

		if (!(m->where & OFFER))
			continue;
		check_refused(m->params, m);
		snprintf(value, sizeof(value), PMD "; %s", m->params);
		check_refused(value, m);
		snprintf(value, sizeof(value), CTC ", %s", m->params);
		check_refused(value, m);
	}
	check_refused("x-webkit-deflate-frame",
		&(struct malformed){ .parameter = "x-webkit-deflate-frame",
			.why = UNKNOWN });
	check_refused(";" STC,
		&(struct malformed){ .parameter = "", .why = NAMELESS });
}

/* What may be given may be given; every start of it is taken, or there is a
 * line about it. */
Test(extension, check_cuts)
{
	for (size_t i = 0; i < N(offered); i++) {
		const char *value = offered[i].given.v[0];

		for (size_t n = value ? strlen(value) + 1 : 0; n > 0; n--) {
			char *cut = (char *)guard_copy(value, n);
			struct err err = { 0 };

			cut[n - 1] = '\0';

			bool good = ws_extension_check(cut, &err);

			cr_expect(good || n <= strlen(value), "%s: %s", value,
				err.line);
			cr_expect_eq(!good, err.kind == ERR_USAGE);
			cr_expect_eq(!good, err.line[0] != '\0');
		}
	}
}

/* --- the client: what the answer may be --- */

static const struct judgement {
	struct given given;
	const char *answer;
	const char *params; /* as shown() has them; "": nothing is agreed on;
	                     * NULL: refused */
	const char *parameter, *why;
} judgements[] = {
	/* RFC 7692 5: a server may decline. */
	{ { { NULL } }, "", "", NULL, NULL },
	{ { { NULL } }, " , ,", "", NULL, NULL },
	{ { { STC "; " SWB "=10" } }, "", "", NULL, NULL },

	{ { { NULL } }, PMD, "0 0", NULL, NULL },
	{ { { NULL } }, " ,\t" PMD " ,", "0 0", NULL, NULL },
	{ { { "" } }, PMD, "0 0", NULL, NULL },

	/* 7.1.1.1: what was offered must be in the answer; it may be in it
	 * unasked. */
	{ { { STC } }, PMD ";" STC, "s 0 0", NULL, NULL },
	{ { { STC } }, PMD, NULL, STC, "is missing, but was offered" },
	{ { { NULL } }, PMD "; " STC, "s 0 0", NULL, NULL },

	/* 7.1.1.2: a hint in the offer, which we follow in any case; in the
	 * answer, which may have it unasked, a rule. */
	{ { { CTC } }, PMD "; " CTC, "c 0 0", NULL, NULL },
	{ { { CTC } }, PMD, "c 0 0", NULL, NULL },
	{ { { NULL } }, PMD "; " CTC, "c 0 0", NULL, NULL },

	/* 7.1.2.1: the same or smaller, and there; unasked, any. */
	{ { { SWB "=10" } }, PMD "; " SWB "=10", "10 0", NULL, NULL },
	{ { { SWB "=10" } }, PMD "; " SWB "=8", "8 0", NULL, NULL },
	{ { { SWB "=8" } }, PMD "; " SWB "=8", "8 0", NULL, NULL },
	{ { { SWB "=15" } }, PMD "; " SWB "=15", "15 0", NULL, NULL },
	{ { { SWB "=10" } }, PMD "; " SWB "=11", NULL, SWB,
		"is more than was offered" },
	{ { { SWB "=8" } }, PMD "; " SWB "=9", NULL, SWB,
		"is more than was offered" },
	{ { { SWB "=10" } }, PMD, NULL, SWB, "is missing, but was offered" },
	{ { { SWB "=15" } }, PMD, NULL, SWB, "is missing, but was offered" },
	{ { { NULL } }, PMD "; " SWB "=8", "8 0", NULL, NULL },
	{ { { NULL } }, PMD "; " SWB "=15", "15 0", NULL, NULL },

	/* 7.1.2.2: only where it was offered, at most what was offered; where
	 * it is not in the answer we keep to our own. */
	{ { { NULL } }, PMD "; " CWB "=8", "0 8", NULL, NULL },
	{ { { NULL } }, PMD "; " CWB "=15", "0 15", NULL, NULL },
	{ { { CWB "=10" } }, PMD "; " CWB "=10", "0 10", NULL, NULL },
	{ { { CWB "=10" } }, PMD "; " CWB "=9", "0 9", NULL, NULL },
	{ { { CWB "=10" } }, PMD, "0 10", NULL, NULL },
	{ { { CWB "=10" } }, PMD "; " CWB "=11", NULL, CWB,
		"is more than was offered" },
	{ { { "" } }, PMD "; " CWB "=10", NULL, CWB, "was not offered" },
	{ { { SWB "=9" } }, PMD "; " SWB "=9; " CWB "=15", NULL, CWB,
		"was not offered" },

	/* All of them, in any order, quoted, with blanks around. */
	{ { { STC ";" CTC ";" SWB "=12;" CWB "=13" } },
		PMD " ;\t" CWB " = 9 ; " SWB "=\"1\\1\";" CTC ";" STC,
		"s c 11 9", NULL, NULL },
	{ { { NULL } }, PMD "; " SWB "=\"10\"; " CWB "=\"9\"", "10 9", NULL,
		NULL },

	/* 5.1: one of several offers, the first that fits; its own hints
	 * hold. */
	{ { { STC ", " CWB } }, PMD, "0 0", NULL, NULL },
	{ { { STC, CWB } }, PMD "; " CWB "=9", "0 9", NULL, NULL },
	{ { { STC ", " CTC } }, PMD "; " STC, "s 0 0", NULL, NULL },
	{ { { SWB "=9; " CTC, SWB "=12; " CWB "=10", "" } }, PMD "; " SWB "=9",
		"c 9 0", NULL, NULL },
	{ { { SWB "=9; " CTC, SWB "=12; " CWB "=10", "" } }, PMD "; " SWB "=10",
		"10 10", NULL, NULL },
	{ { { SWB "=9; " CTC, SWB "=12; " CWB "=10", "" } }, PMD, "0 0", NULL,
		NULL },
	{ { { STC ", " SWB "=9" } }, PMD, NULL, STC,
		"is missing, but was offered" },
	{ { { SWB "=9", STC } }, PMD "; " SWB "=10", NULL, SWB,
		"is more than was offered" },
};

static const char *const DEFLATE_LINE =
	"not a WebSocket answer: the server's " PMD
	": the parameter \"%s\" %s (RFC 7692 7.1)";

/* line NULL: agreed, with those params, or nothing for "". */
static void expect_judged(const struct ws_deflate_config *config,
	const char *params, const char *line)
{
	struct ws_deflate_params agreed;
	struct err err = { 0 };
	bool deflate = true;
	bool good = ws_extension_judge(config, &head, &deflate, &agreed, &err);

	if (line) {
		cr_expect_not(good, "taken, but %s", line);
		cr_expect_eq(err.kind, ERR_HANDSHAKE);
		cr_expect_str_eq(err.line, line, "%s", err.line);
		return;
	}
	cr_expect(good, "%s", err.line);
	cr_expect_eq(deflate, *params != '\0');
	cr_expect_str_eq(shown(&agreed), *params ? params : "0 0", "%s for %s",
		shown(&agreed), params);
}

Test(extension, judge)
{
	for (size_t i = 0; i < N(judgements); i++) {
		const struct judgement *j = &judgements[i];
		struct ws_deflate_config config = config_of(&j->given);
		char line[512] = "";

		if (j->why)
			snprintf(line, sizeof(line), DEFLATE_LINE, j->parameter,
				j->why);
		read_fields((const char *const[]){ j->answer, NULL }, false);
		expect_judged(&config, j->params, j->why ? line : NULL);
		strings_release(&config.offers);
	}
}

Test(extension, judge_malformed)
{
	/* With this every parameter is one that was offered. */
	const struct given all = { { STC "; " CTC "; " SWB "=15; " CWB } };
	struct ws_deflate_config config = config_of(&all);
	char answer[256], line[512];

	for (size_t i = 0; i < N(malformed); i++) {
		const struct malformed *m = &malformed[i];

		if (!(m->where & ANSWER))
			continue;
		snprintf(answer, sizeof(answer), PMD "; %s", m->params);
		snprintf(
			line, sizeof(line), DEFLATE_LINE, m->parameter, m->why);
		read_fields((const char *const[]){ answer, NULL }, false);
		expect_judged(&config, NULL, line);
	}
	strings_release(&config.offers);
}

#define NOT_OFFERED(name)                                                      \
	"not a WebSocket answer: the server chose the extension \"" name       \
	"\", which was not offered (RFC 6455 4.1)"
#define CHOSEN_TWICE                                                           \
	"not a WebSocket answer: the server chose " PMD " twice (RFC 7692 "    \
	"7.1)"

Test(extension, judge_fields)
{
	static const struct {
		bool off;
		const char *fields[4], *line;
	} cases[] = {
		{ false, { NULL }, NULL },
		{ false, { "", "," }, NULL },
		{ true, { "", "," }, NULL },
		{ true, { NULL }, NULL },
		{ true, { PMD }, NOT_OFFERED(PMD) },
		{ true, { ",", ", " PMD "; x" }, NOT_OFFERED(PMD) },
		{ false, { "foo; a=b" }, NOT_OFFERED("foo") },
		{ false, { PMD ", foo" }, NOT_OFFERED("foo") },
		{ false, { PMD, "foo" }, NOT_OFFERED("foo") },
		{ false, { "foo," PMD }, NOT_OFFERED("foo") },
		{ false, { ";" PMD }, NOT_OFFERED("") },
		{ false, { "Permessage-Deflate" },
			NOT_OFFERED("Permessage-Deflate") },
		{ false, { PMD "=1" }, NOT_OFFERED(PMD "=1") },
		{ false, { PMD " " STC }, NOT_OFFERED(PMD " " STC) },
		{ false, { "permessage-bzip2" },
			NOT_OFFERED("permessage-bzip2") },
		{ false, { PMD ", " PMD }, CHOSEN_TWICE },
		{ false, { PMD, PMD "; " STC }, CHOSEN_TWICE },
		{ false, { PMD, "", PMD }, CHOSEN_TWICE },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const struct ws_deflate_config config = { .off = cases[i].off };

		read_fields(cases[i].fields, false);
		expect_judged(&config, "", cases[i].line);
	}
	read_fields((const char *const[]){ "", PMD "; " STC, NULL }, false);
	expect_judged(&(struct ws_deflate_config){ 0 }, "s 0 0", NULL);
}

/* Every start of an answer: only what is an answer is agreed on. */
Test(extension, judge_cuts)
{
	static const char answer[] = PMD "; " CWB "=10; " STC;
	const struct ws_deflate_config config = { 0 };

	for (size_t n = 0; n <= strlen(answer); n++) {
		struct ws_deflate_params params;
		char start[sizeof(answer)];
		struct err err = { 0 };
		bool deflate;

		snprintf(start, sizeof(start), "%.*s", (int)n, answer);
		read_fields((const char *const[]){ start, NULL }, false);

		bool whole = n == 0 || !strcmp(start, PMD) ||
			     !strcmp(start, PMD "; " CWB "=10") ||
			     !strcmp(start, answer);

		cr_expect_eq(ws_extension_judge(
				     &config, &head, &deflate, &params, &err),
			whole, "%s: %s", start, err.line);
	}
}

/* However long what the server says, the line has its end. */
Test(extension, judge_long)
{
	static char answer[1500];
	const char *fields[] = { answer, NULL };
	const struct ws_deflate_config config = { 0 };
	struct ws_deflate_params params;
	struct err err;
	bool deflate;

	memset(answer, 'x', sizeof(answer) - 1);
	read_fields(fields, false);
	cr_expect_not(
		ws_extension_judge(&config, &head, &deflate, &params, &err));
	cr_expect(strstr(err.line, "x\", which was not offered (RFC 6455 4.1)"),
		"%s", err.line);
	memcpy(answer, PMD ";", strlen(PMD ";"));
	read_fields(fields, false);
	cr_expect_not(
		ws_extension_judge(&config, &head, &deflate, &params, &err));
	cr_expect(strstr(err.line, "x\" is unknown (RFC 7692 7.1)"), "%s",
		err.line);
}

/* --- the server: what it makes of the offers --- */

static const struct choice {
	struct given given;
	const char *fields[4];
	const char *params; /* NULL: none of them */
	const char *text;   /* the answer's, behind the name */
} choices[] = {
	{ { { NULL } }, { NULL }, NULL, NULL },
	{ { { NULL } }, { "" }, NULL, NULL },
	{ { { NULL } }, { PMD }, "0 0", "" },
	{ { { NULL } }, { PMD "; " CWB }, "0 0", "" },

	/* 7.1.1.1, 7.1.1.2: as offered; ours besides. */
	{ { { NULL } }, { PMD "; " STC }, "s 0 0", "; " STC },
	{ { { NULL } }, { PMD "; " CTC }, "c 0 0", "; " CTC },
	{ { { STC } }, { PMD }, "s 0 0", "; " STC },
	{ { { CTC } }, { PMD }, "c 0 0", "; " CTC },
	{ { { STC } }, { PMD "; " STC "; " CTC }, "s c 0 0",
		"; " STC "; " CTC },

	/* 7.1.2.1: as offered or smaller; ours unasked. */
	{ { { NULL } }, { PMD "; " SWB "=8" }, "8 0", "; " SWB "=8" },
	{ { { NULL } }, { PMD "; " SWB "=15" }, "15 0", "; " SWB "=15" },
	{ { { SWB "=10" } }, { PMD }, "10 0", "; " SWB "=10" },
	{ { { SWB "=10" } }, { PMD "; " SWB "=12" }, "10 0", "; " SWB "=10" },
	{ { { SWB "=10" } }, { PMD "; " SWB "=9" }, "9 0", "; " SWB "=9" },

	/* 7.1.2.2: a hint of the client's, said back only where we want a
	 * limit, and wanted only where the client can. */
	{ { { NULL } }, { PMD "; " CWB "=9" }, "0 0", "" },
	{ { { CWB } }, { PMD }, "0 0", "" },
	{ { { CWB "=10" } }, { PMD "; " CWB }, "0 10", "; " CWB "=10" },
	{ { { CWB "=10" } }, { PMD "; " CWB "=12" }, "0 10", "; " CWB "=10" },
	{ { { CWB "=10" } }, { PMD "; " CWB "=9" }, "0 9", "; " CWB "=9" },
	{ { { CWB "=8" } }, { PMD "; " CWB }, "0 8", "; " CWB "=8" },
	{ { { CWB "=15" } }, { PMD "; " CWB }, "0 15", "; " CWB "=15" },
	{ { { CWB "=10" } }, { PMD }, NULL, NULL },
	{ { { CWB "=10" } }, { PMD ", " PMD "; " CWB "; " STC }, "s 0 10",
		"; " STC "; " CWB "=10" },

	{ { { STC ";" CTC ";" SWB "=12;" CWB "=13" } },
		{ PMD "; " CWB "=\"14\"; " SWB " = 11" }, "s c 11 13",
		"; " STC "; " CTC "; " SWB "=11; " CWB "=13" },

	/* What is not understood is declined, and the next one looked at. */
	{ { { NULL } }, { "foo" }, NULL, NULL },
	{ { { NULL } }, { "Permessage-deflate" }, NULL, NULL },
	{ { { NULL } }, { "foo, " PMD "; " STC }, "s 0 0", "; " STC },
	{ { { NULL } }, { "foo; a=\"," PMD "\"" }, NULL, NULL },
	{ { { NULL } }, { PMD "; x, " PMD "; " CTC }, "c 0 0", "; " CTC },
	{ { { NULL } }, { PMD "; x", "", PMD "; " SWB "=9" }, "9 0",
		"; " SWB "=9" },
	{ { { NULL } }, { PMD "; " STC, PMD "; " CTC }, "s 0 0", "; " STC },
	{ { { NULL } }, { PMD "; " STC ", " PMD }, "s 0 0", "; " STC },

	/* Of several of ours the first that the client's offer allows. */
	{ { { CWB "=9, " STC } }, { PMD "; " CWB }, "0 9", "; " CWB "=9" },
	{ { { CWB "=9", STC } }, { PMD }, "s 0 0", "; " STC },
	{ { { CWB "=9", "" } }, { PMD ", " PMD "; " CWB }, "0 0", "" },
};

static void check_choice(const struct ws_deflate_config *config,
	const char *params, const char *text)
{
	struct ws_deflate_params agreed = { .client_max_window_bits = 99 };
	char written[WS_EXTENSION_TEXT], expected[WS_EXTENSION_TEXT];

	cr_expect_eq(ws_extension_choose(config, &head, &agreed),
		params != NULL, "%s", params ? params : "chosen");
	cr_expect_str_eq(
		shown(&agreed), params ? params : "0 0", "%s", shown(&agreed));
	snprintf(expected, sizeof(expected), PMD "%s", text ? text : "");
	ws_extension_text(written, &agreed);
	cr_expect_str_eq(written, expected, "%s", written);
}

Test(extension, choose)
{
	for (size_t i = 0; i < N(choices); i++) {
		const struct choice *c = &choices[i];
		struct ws_deflate_config config = config_of(&c->given);

		read_fields(c->fields, true);
		check_choice(&config, c->params, c->text);
		config.off = true;
		check_choice(&config, NULL, NULL);
		strings_release(&config.offers);
	}
}

Test(extension, choose_malformed)
{
	const struct ws_deflate_config config = { 0 };
	char offer[256];

	for (size_t i = 0; i < N(malformed); i++) {
		const struct malformed *m = &malformed[i];

		if (!(m->where & OFFER))
			continue;
		snprintf(offer, sizeof(offer), PMD "; %s", m->params);
		read_fields((const char *const[]){ offer, NULL }, true);
		check_choice(&config, NULL, NULL);
		read_fields((const char *const[]){ offer, PMD "; " STC, NULL },
			true);
		check_choice(&config, "s 0 0", "; " STC);
	}
}

/* For people, an offer can be said as well. */
Test(extension, text_of_an_offer)
{
	const struct ws_deflate_params params = { true, true, 15,
		WS_WINDOW_ANY };
	char *text = (char *)guard_copy(
		(char[WS_EXTENSION_TEXT]){ 0 }, WS_EXTENSION_TEXT);

	ws_extension_text(text, &params);
	cr_expect_str_eq(
		text, PMD "; " STC "; " CTC "; " SWB "=15; " CWB, "%s", text);
}

/* What -v says of what was agreed on. */
Test(extension, words)
{
	static const struct {
		struct ws_deflate_params params;
		const char *words;
	} cases[] = {
		{ { false, false, 0, 0 }, "the client looks back 32 KiB; "
					  "the server looks back 32 KiB" },
		{ { false, false, 10, WS_WINDOW_ANY },
			"the client looks back 32 KiB; "
			"the server looks back 1 KiB" },
		{ { true, false, 15, 9 },
			"the client looks back 512 bytes; "
			"the server looks back 32 KiB, never past a "
			"message's start" },
		{ { true, true, 8, 8 }, "the client looks back 256 bytes, "
					"never past a message's start; "
					"the server looks back 256 bytes, "
					"never past a message's start" },
	};
	static const char begins[] = "messages are compressed: ";

	for (size_t i = 0; i < N(cases); i++) {
		char *out = (char *)guard_copy(
			(char[WS_EXTENSION_WORDS]){ 0 }, WS_EXTENSION_WORDS);

		ws_extension_words(out, &cases[i].params);
		cr_assert_eq(strncmp(out, begins, strlen(begins)), 0);
		cr_expect_str_eq(
			out + strlen(begins), cases[i].words, "%s", out);
	}
}

/* --- both ends --- */

static const struct given ends[] = {
	{ { NULL } },
	{ { "" } },
	{ { STC } },
	{ { CTC } },
	{ { SWB "=8" } },
	{ { SWB "=15" } },
	{ { CWB "=8" } },
	{ { CWB "=15" } },
	{ { STC "; " CTC "; " SWB "=10; " CWB "=11" } },
	{ { CWB "=9; " SWB "=9, " STC, CTC } },
};

static bool within(int bits, int limit)
{
	return limit <= 0 || (bits > 0 && bits <= limit);
}

/* Whatever two of us were given, what one chooses the other takes, and both
 * hold the windows that both can keep to. */
Test(extension, both_ends)
{
	for (size_t i = 0; i < N(ends); i++) {
		struct ws_deflate_config client = config_of(&ends[i]);
		char offer[512], answer[WS_EXTENSION_TEXT];

		cr_assert(ws_extension_offer(&client, offer, sizeof(offer)));
		strings_release(&client.offers);
		for (size_t k = 0; k < N(ends); k++) {
			struct ws_deflate_config server = config_of(&ends[k]);
			struct ws_deflate_params its, ours;
			struct err err = { 0 };
			bool agreed;

			read_fields((const char *const[]){ offer, NULL }, true);
			agreed = ws_extension_choose(&server, &head, &its);
			strings_release(&server.offers);
			if (!agreed)
				continue;
			ws_extension_text(answer, &its);
			client = config_of(&ends[i]);
			read_fields(
				(const char *const[]){ answer, NULL }, false);
			cr_expect(ws_extension_judge(
					  &client, &head, &agreed, &ours, &err),
				"%s to %s: %s", answer, offer, err.line);
			cr_expect(agreed);
			cr_expect_eq(ours.server_max_window_bits,
				its.server_max_window_bits);
			cr_expect_eq(ours.server_no_context_takeover,
				its.server_no_context_takeover);
			cr_expect_eq(ours.client_no_context_takeover,
				its.client_no_context_takeover);
			cr_expect(within(ours.client_max_window_bits,
				its.client_max_window_bits));
			strings_release(&client.offers);
		}
	}
}
