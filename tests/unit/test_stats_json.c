#include "unit/stats_case.h"

#include "format/json.h"

/* The same as JSON: one object, whose keys are always all there. */

static char memory[STATS_JSON_ROOM + 1];

static const char *json(const struct stats *s, int64_t now_ns)
{
	struct buf out;
	size_t len;

	buf_init(&out, memory, STATS_JSON_ROOM);
	cr_assert(stats_json(s, now_ns, &out));
	len = buf_len(&out);
	cr_assert(json_valid(buf_head(&out), len), "%.*s", (int)len, memory);
	cr_assert_eq(memchr(memory, '\n', len), memory + len - 1);
	memory[len] = '\0';
	return memory;
}

Test(stats_json, says_all)
{
	struct stats s;

	stats_fill(&s);
	s.client = 7;
	cr_assert_str_eq(json(&s, 0),
		"{\"client\":7,"
		"\"phases\":{\"look_up_ms\":0.112,\"tcp_ms\":0.034,"
		"\"tls_ms\":2.000,\"upgrade_ms\":0.240,"
		"\"first_message_ms\":1.340},"
		"\"open_ms\":12345.000,"
		"\"in\":{\"messages\":{\"text\":2,\"binary\":1},"
		"\"bytes\":1234,\"wire\":402,\"frames\":{"
		"\"text\":{\"frames\":2,\"bytes\":260},"
		"\"binary\":{\"frames\":1,\"bytes\":130},"
		"\"continuation\":{\"frames\":0,\"bytes\":0},"
		"\"close\":{\"frames\":1,\"bytes\":5},"
		"\"ping\":{\"frames\":1,\"bytes\":0},"
		"\"pong\":{\"frames\":2,\"bytes\":16},"
		"\"reserved\":{\"frames\":0,\"bytes\":0}}},"
		"\"out\":{\"messages\":{\"text\":2,\"binary\":0},"
		"\"bytes\":20,\"wire\":64,\"frames\":{"
		"\"text\":{\"frames\":2,\"bytes\":60},"
		"\"binary\":{\"frames\":0,\"bytes\":0},"
		"\"continuation\":{\"frames\":0,\"bytes\":0},"
		"\"close\":{\"frames\":1,\"bytes\":5},"
		"\"ping\":{\"frames\":2,\"bytes\":16},"
		"\"pong\":{\"frames\":1,\"bytes\":0},"
		"\"reserved\":{\"frames\":0,\"bytes\":0}}},"
		"\"compression\":{\"in\":3.16,\"out\":0.33},"
		"\"round_trips\":{\"count\":5,\"newest\":5,\"min_ms\":0.120,"
		"\"median_ms\":0.140,\"p95_ms\":0.250,\"p99_ms\":0.250,"
		"\"max_ms\":0.250},"
		"\"end\":{\"by\":\"peer\",\"code\":1001,\"reason\":\"bye\","
		"\"clean\":true}}\n");
}

/* A connection that is not there yet: the same keys. */
Test(stats_json, says_nothing)
{
#define NO_TALLY "{\"frames\":0,\"bytes\":0}"
#define NO_SIDE                                                                \
	"{\"messages\":{\"text\":0,\"binary\":0},\"bytes\":0,\"wire\":0,"      \
	"\"frames\":{\"text\":" NO_TALLY ",\"binary\":" NO_TALLY               \
	",\"continuation\":" NO_TALLY ",\"close\":" NO_TALLY                   \
	",\"ping\":" NO_TALLY ",\"pong\":" NO_TALLY ",\"reserved\":" NO_TALLY  \
	"}}"
	struct stats s;

	stats_begin(&s, 7);
	cr_assert_str_eq(json(&s, 8),
		"{\"client\":null,"
		"\"phases\":{\"look_up_ms\":null,\"tcp_ms\":null,"
		"\"tls_ms\":null,\"upgrade_ms\":null,"
		"\"first_message_ms\":null},"
		"\"open_ms\":null,\"in\":" NO_SIDE ",\"out\":" NO_SIDE ","
		"\"compression\":{\"in\":null,\"out\":null},"
		"\"round_trips\":{\"count\":0,\"newest\":0,\"min_ms\":null,"
		"\"median_ms\":null,\"p95_ms\":null,\"p99_ms\":null,"
		"\"max_ms\":null},"
		"\"end\":{\"by\":\"never_open\",\"code\":null,\"reason\":null,"
		"\"clean\":false}}\n");
}

static const struct {
	struct stats_end end;
	const char *want;
} ends[] = {
	{ { .by = STATS_OPEN }, "null" },
	{ { .by = STATS_PEER, .code = 1000, .clean = true },
		"{\"by\":\"peer\",\"code\":1000,\"reason\":\"\","
		"\"clean\":true}" },
	{ { .by = STATS_PEER, .code = WS_CLOSE_NO_CODE },
		"{\"by\":\"peer\",\"code\":null,\"reason\":\"\","
		"\"clean\":false}" },
	{ { .by = STATS_US, .answered = true, .code = 4999, .clean = true },
		"{\"by\":\"us\",\"code\":4999,\"reason\":\"\","
		"\"clean\":true}" },
	{ { .by = STATS_US,
		  .fault = true,
		  .code = 1002,
		  .reason = "RSV1",
		  .reason_len = 4 },
		"{\"by\":\"us\",\"code\":1002,\"reason\":\"RSV1\","
		"\"clean\":false}" },
	{ { .by = STATS_US,
		  .unsent = true,
		  .code = 1001,
		  .reason = "gone",
		  .reason_len = 4 },
		"{\"by\":\"us\",\"code\":null,\"reason\":null,"
		"\"clean\":false}" },
	{ { .by = STATS_LOST, .code = 1 },
		"{\"by\":\"lost\",\"code\":null,\"reason\":null,"
		"\"clean\":false}" },
	/* Safe for a terminal. */
	{ { .by = STATS_PEER,
		  .code = 1000,
		  .reason_len = 20,
		  .reason = "\"\\\n\0\x1b[2J\x7f\xe2\x80\xae gr\xc3\xbc\xc3"
			    "\x9f\xff" },
		"{\"by\":\"peer\",\"code\":1000,\"reason\":\"\\\"\\\\\\n"
		"\\u0000\\u001b[2J\\u007f\\u202e gr\xc3\xbc\xc3\x9f"
		"\xef\xbf\xbd\",\"clean\":false}" },
};

Test(stats_json, how_it_ended)
{
	struct stats s;

	stats_open(&s);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char want[256];
		const char *told;

		s.end = ends[i].end;
		s.end.at_ns = 9 + 2 * second;
		snprintf(want, sizeof(want), ",\"end\":%s}\n", ends[i].want);
		told = strstr(json(&s, 9 + second), ",\"end\":");
		cr_assert_str_eq(told, want, "case %zu: %s", i, told);
		cr_assert(strstr(memory,
			i ? "\"open_ms\":2000.000," : "\"open_ms\":1000.000,"));
	}
}

Test(stats_json, all_that_fits)
{
	struct stats s;
	struct buf out;
	const char *told;

	stats_fill_most(&s);
	told = json(&s, 0);
	cr_assert_lt(strlen(told), STATS_JSON_ROOM);
	cr_assert(strstr(told, "{\"count\":1500,\"newest\":1024,"));
	cr_assert(strstr(told, "\\u0001\\u0001\",\"clean\":false}}\n"));
	cr_assert(strstr(told, "\"reserved\":{\"frames\":167697673397"));
	/* All or nothing, behind what is queued. */
	buf_init(&out, memory, STATS_JSON_ROOM);
	cr_assert(buf_put(&out, "x", 1));
	cr_assert_not(stats_json(&s, 0, &out));
	cr_assert_eq(buf_len(&out), 1);
	buf_init(&out, NULL, 0);
	cr_assert_not(stats_json(&s, 0, &out));
}
