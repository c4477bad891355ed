#ifndef WSTAP_SESSION_COMMAND_RAW_H
#define WSTAP_SESSION_COMMAND_RAW_H

#include <stdbool.h>

struct session;

/* The commands that send raw frames, each as in the table of
 * session/command.c. */

/* "/frame fin=0 opcode=1 text:Hel": format/rawframe has the words. */
void command_frame(struct session *s, const char *args);

/* "/raw hex:8100": bytes without a header. */
void command_raw(struct session *s, const char *args);

/* What the connection at hand owes the raw frame that is on its way: a line
 * about what it leaves in doubt, its pauses, its end where the connection is
 * to end, and the closing handshake that it began. Gives back whether anything
 * moved. */
bool raw_turn(struct session *s);

/* Whether the input goes on behind a raw frame that was our close. */
bool raw_goes_on(const struct session *s);

#endif
