#define _GNU_SOURCE

#include "unit/extension_case.h"

/* What may be given, what is offered for it, and what a server makes of an
 * offer. What a client makes of the answer: test_extension_judge.c. */

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
