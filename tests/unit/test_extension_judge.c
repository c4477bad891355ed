#define _GNU_SOURCE

#include "unit/extension_case.h"

/* The client: what the answer to its offers may be. */

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

#define DEFLATE_LINE                                                           \
	"not a WebSocket answer: the server's " PMD                            \
	": the parameter \"%s\" %s (RFC 7692 7.1)"

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

Test(extension_judge, judge)
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

Test(extension_judge, judge_malformed)
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

Test(extension_judge, judge_fields)
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
Test(extension_judge, judge_cuts)
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
Test(extension_judge, judge_long)
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
