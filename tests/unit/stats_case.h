#ifndef WSTAP_TESTS_UNIT_STATS_CASE_H
#define WSTAP_TESTS_UNIT_STATS_CASE_H

#include "session/stats.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { US = 1000, MS = 1000000 };
static const int64_t second = 1000000000;

/* Everything that there can be. */
static inline void stats_fill(struct stats *s)
{
	static const int64_t trips[] = { 140, 250, 120, 130, 150 };

	stats_begin(s, second);
	s->phases.resolved = second + 112 * US;
	s->phases.connected = second + 146 * US;
	s->phases.secured = second + 2146 * US;
	s->phases.upgraded = second + 2386 * US;
	s->phases.first_message = second + 3726 * US;
	s->in = (struct stats_side){
		.messages = 3,
		.binary = 1,
		.bytes = 1234,
		.wire = 402,
		.frames = {
			[WS_TEXT] = { 2, 260 },
			[WS_BINARY] = { 1, 130 },
			[WS_PING] = { 1, 0 },
			[WS_PONG] = { 2, 16 },
			[WS_CLOSE] = { 1, 5 },
		},
	};
	s->out = (struct stats_side){
		.messages = 2,
		.bytes = 20,
		.wire = 64,
		.frames = {
			[WS_TEXT] = { 2, 60 },
			[WS_PING] = { 2, 16 },
			[WS_PONG] = { 1, 0 },
			[WS_CLOSE] = { 1, 5 },
		},
	};
	s->in.compressed = s->out.compressed = true;
	s->end = (struct stats_end){ .by = STATS_PEER,
		.code = 1001,
		.reason_len = 3,
		.reason = "bye",
		.clean = true,
		.at_ns = s->phases.upgraded + 12345 * (int64_t)MS };
	for (size_t i = 0; i < sizeof(trips) / sizeof(trips[0]); i++)
		stats_trip(s, trips[i] * US);
}

/* Open since 9, and now it is 9. */
static inline void stats_open(struct stats *s)
{
	stats_begin(s, 9);
	s->phases.upgraded = 9;
}

/* Everything at its most, so that lines are at their longest. */
static inline void stats_fill_most(struct stats *s)
{
	stats_begin(s, 1);
	for (size_t i = 0; i < WS_OPCODES; i++)
		s->in.frames[i] =
			(struct ws_tally){ UINT64_MAX / 11, UINT64_MAX / 11 };
	s->in.messages = s->in.bytes = s->in.wire = UINT64_MAX;
	s->in.binary = UINT64_MAX / 2;
	s->out = s->in;
	s->in.compressed = s->out.compressed = true;
	s->client = UINT32_MAX;
	s->phases = (struct stats_phases){ 1, INT64_MAX, INT64_MAX, INT64_MAX,
		INT64_MAX, INT64_MAX };
	for (int i = 0; i < 1500; i++)
		stats_trip(s, INT64_MAX);
	s->end = (struct stats_end){ .by = STATS_US,
		.code = UINT16_MAX,
		.reason_len = WS_CONTROL_MAX,
		.at_ns = INT64_MAX };
	memset(s->end.reason, 1, sizeof(s->end.reason));
}

struct stats_told {
	char text[8192];
};

static inline void stats_keep(void *arg, const char *line)
{
	struct stats_told *told = arg;

	cr_assert(!strchr(line, '\n'));
	cr_assert(strlen(line) == 0 || line[strlen(line) - 1] != ' ');
	cr_assert(strlen(told->text) + strlen(line) + 2 < sizeof(told->text));
	strcat(told->text, line);
	strcat(told->text, "\n");
}

/* From the line that begins so, to the lines' end. */
static inline const char *stats_told_from(
	const struct stats *s, const char *begin)
{
	static struct stats_told told;
	const char *line;

	told.text[0] = '\0';
	stats_tell(s, 9, stats_keep, &told);
	line = strstr(told.text, begin);
	cr_assert(line, "no %s in\n%s", begin, told.text);
	return line;
}

#endif
