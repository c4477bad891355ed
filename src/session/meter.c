#define _GNU_SOURCE /* isatty */
#include "session/meter.h"

#include "session/session.h"

#include <unistd.h>

static const int64_t first_ns = 1000000000, between_ns = 500000000;

void meter_init(struct session *s, uint64_t total)
{
	/* What is typed would stand in the middle of it. */
	bool typed = s->input.standard.fd >= 0 && isatty(0);

	s->meter.on = !s->config->quiet && !s->config->no_progress &&
		      isatty(2) && !isatty(1) && !typed;
	s->meter.total = total;
}

void meter_begin(struct session *s)
{
	s->meter.began_ns = clock_now_ns();
	s->meter.drawn_ns = 0;
	s->meter.rate = (struct progress_rate){
		.bytes = s->meter.past.bytes_in + s->meter.past.bytes_out,
	};
}

static struct progress counts(const struct session *s)
{
	struct progress p = s->meter.past;

	p.messages_in = s->messages;
	p.bytes_in = s->bytes_in;
	p.messages_out += s->link->outgoing.messages;
	p.bytes_out += s->link->outgoing.bytes;
	p.total = s->meter.total;
	/* Files that are sent again count only once. */
	p.done = s->input.taken < p.total ? s->input.taken : p.total;
	p.elapsed_ms = (s->now_ns - s->meter.began_ns) / 1000000;
	return p;
}

static bool stale(const struct session *s)
{
	struct progress p = counts(s);

	return s->meter.shown !=
	       p.bytes_in + p.messages_in + p.bytes_out + p.messages_out;
}

static int64_t next_ns(const struct session *s)
{
	return s->meter.drawn_ns ? s->meter.drawn_ns + between_ns
				 : s->meter.began_ns + first_ns;
}

struct deadline meter_deadline(const struct session *s)
{
	if (!s->meter.on || !stale(s))
		return DEADLINE_NEVER;
	return (struct deadline){ next_ns(s) };
}

void meter_run(struct session *s)
{
	struct progress p;

	if (!s->meter.on || s->now_ns < next_ns(s) || !stale(s))
		return;
	p = counts(s);
	s->meter.shown =
		p.bytes_in + p.messages_in + p.bytes_out + p.messages_out;
	s->meter.drawn_ns = s->now_ns;
	progress_draw(&p, &s->meter.rate);
}

void meter_end(struct session *s)
{
	if (!s->meter.on)
		return;
	s->meter.past = counts(s);
	progress_erase();
}
