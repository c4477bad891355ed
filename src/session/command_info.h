#ifndef WSTAP_SESSION_COMMAND_INFO_H
#define WSTAP_SESSION_COMMAND_INFO_H

#include <stdbool.h>

struct buf;
struct session;

/* "/info": what is connected, how, and what went either way. */
void command_info(struct session *s, const char *args);

/* "/stats": what the connection, or the last one, did (session/stats). */
void command_stats(struct session *s, const char *args);

/* The same for --stats, line by line. */
void command_stats_tell(
	struct session *s, void (*say)(void *arg, const char *line), void *arg);

/* The same as JSON: a line with its end, that must not be escaped again. False
 * where out has less than STATS_JSON_ROOM of room. */
bool command_stats_json(struct session *s, struct buf *out);

/* The connection ended: how and when is noted. */
void command_stats_end(struct session *s);

#endif
