#ifndef WSTAP_SESSION_STATS_PARTS_H
#define WSTAP_SESSION_STATS_PARTS_H

#include "session/stats.h"

/* What session/stats works out for its words and its JSON alike. */

struct stats_number {
	char s[48];
};

/* A time in units of so many nanoseconds, to their thousandth; less than
 * nothing is 0. No floating point, whose comma depends on the locale. */
struct stats_number stats_in_units(int64_t ns, int64_t unit_ns);
struct stats_number stats_ms(int64_t ns);

/* How long each phase took, in order; -1: there was none. */
enum { STATS_UPGRADE = 3, STATS_PHASES = 5 };
struct stats_phase {
	const char *word, *key;
	int64_t ns;
};
void stats_phases_measure(
	const struct stats_phases *p, struct stats_phase out[STATS_PHASES]);

/* How long it was open, or is. */
int64_t stats_open_ns(const struct stats *s, int64_t now_ns);

/* The opcodes that frames are told by, in order. The last stands for all that
 * are reserved. */
enum { STATS_KINDS = 7 };
struct stats_kind {
	const char *name;
	struct ws_tally tally;
};
void stats_frames_sort(
	const struct stats_side *side, struct stats_kind out[STATS_KINDS]);

/* How many bytes of messages for one of frames, to the hundredth; false where
 * nothing was compressed. */
struct stats_ratio {
	uint64_t whole;
	unsigned hundredths;
};
bool stats_ratio(const struct stats_side *side, struct stats_ratio *ratio);

/* The trips that are kept, by length, and what to know of them; min and max are
 * of all. False: there are none. */
struct stats_trips {
	size_t n;
	int64_t min, median, p95, p99, max;
	int64_t v[STATS_TRIPS];
};
bool stats_trips_sort(const struct stats *s, struct stats_trips *t);

#endif
