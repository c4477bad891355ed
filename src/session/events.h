#ifndef WSTAP_SESSION_EVENTS_H
#define WSTAP_SESSION_EVENTS_H

#include <stdbool.h>

struct session;

/* What the peer says, passed on: data to the printer and the echo, pings,
 * pongs, the close and faults to the person and the verdict. */

/* Passes on what there is in s->in, as far as text and out have room. Gives
 * back whether anything moved. */
bool events_pump(struct session *s);

/* Whether what s->link says may be shown: not while another client's message is
 * on standard output in part. */
bool events_may_show(const struct session *s);

/* The connection's end without a close frame: lost (s->lost_why is the
 * system's word, empty for an orderly FIN), unless the run had done what was
 * asked. */
void events_lost(struct session *s);

/* Behind our close the peer took nothing for so long: its latest n messages had
 * not arrived. */
void events_untaken(struct session *s, unsigned n, int seconds);

/* The message in hand comes to no end: it ends on the screen as it is. */
void events_abandon(struct session *s);

#endif
