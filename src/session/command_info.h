#ifndef WSTAP_SESSION_COMMAND_INFO_H
#define WSTAP_SESSION_COMMAND_INFO_H

struct session;

/* "/info": what is connected, how, and what went either way. */
void command_info(struct session *s, const char *args);

#endif
