#ifndef WSTAP_SESSION_COMMAND_SET_H
#define WSTAP_SESSION_COMMAND_SET_H

struct session;

/* "/set": how messages are shown. "/set hex on" changes it, "/set" tells. */
void command_set(struct session *s, const char *args);

#endif
