#ifndef WSTAP_SESSION_METER_H
#define WSTAP_SESSION_METER_H

#include "net/deadline.h"
#include "ui/progress.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

/* When the meter of a long transfer (ui/progress) is drawn: on a terminal at
 * standard error where there is none at standard output, and none that is
 * read; from a second after the connection opened on, and no more often than
 * twice a second, when something has moved. */
struct meter {
	bool on;
	int64_t began_ns, drawn_ns;
	uint64_t shown;       /* messages and bytes, as last drawn */
	uint64_t total;       /* bytes of the input, 0: not known */
	struct progress past; /* of the connections before this one */
	struct progress_rate rate;
};

/* Whether there is a meter in this run; total: of -f and standard input. */
void meter_init(struct session *s, uint64_t total);

/* A connection begins. */
void meter_begin(struct session *s);

struct deadline meter_deadline(const struct session *s);
void meter_run(struct session *s);

/* The connection ended: off the screen, and its counts are kept. */
void meter_end(struct session *s);

#endif
