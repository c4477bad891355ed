#ifndef WSTAP_SESSION_COMMAND_RECORD_H
#define WSTAP_SESSION_COMMAND_RECORD_H

struct session;

/* /record FILE|off. */
void command_record(struct session *s, const char *args);

#endif
