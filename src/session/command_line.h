#ifndef WSTAP_SESSION_COMMAND_LINE_H
#define WSTAP_SESSION_COMMAND_LINE_H

struct session;

/* The commands about the line being typed, and where what is typed goes; each
 * as in the table of session/command.c. */

/* "/edit text": an editor, on this text or none; what comes of it is the line
 * being typed. */
void command_edit(struct session *s, const char *args);

/* "/history 5": what was typed last. */
void command_history(struct session *s, const char *args);

/* "/connect URL", "/connect", "/reconnect": session/life. */
void command_connect(struct session *s, const char *args);
void command_reconnect(struct session *s, const char *args);

#endif
