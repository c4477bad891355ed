#ifndef WSTAP_SESSION_LIFE_H
#define WSTAP_SESSION_LIFE_H

#include "net/deadline.h"

#include <stdbool.h>

struct session;

/*
 * A client's connections, one after another: the one that the command line
 * asks for, those of --reconnect, and those of /connect and /reconnect. The
 * prompt, its history, the line in it and all settings outlive them.
 *
 *     dial -> loop_run (a connection) -> loop_run (none: idle) -> dial ...
 */
void life_run(struct session *s);

/* /connect and /reconnect: ends the connection that there is, and makes
 * another one, to url or (NULL) to where the last one led. The command line's
 * credentials (-u, Authorization and Cookie of -H) and --host are for its own
 * origin only. A URL that is none is said, and nothing is done. */
void life_connect(struct session *s, const char *url);

/* Without a connection: heeds the keys until then, or until the user wants a
 * connection (true, as when the time has come) or the end (false). */
bool life_idle(struct session *s, struct deadline until);

/* Why no message can go now, in a few words; NULL: one can. */
const char *life_refusal(const struct session *s);

#endif
