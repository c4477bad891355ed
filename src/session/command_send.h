#ifndef WSTAP_SESSION_COMMAND_SEND_H
#define WSTAP_SESSION_COMMAND_SEND_H

struct session;

/* The commands that send a message, each as in the table of
 * session/command.c: what is wrong with it is said, and nothing is sent
 * then. */

/* "/text hello" sends that as text; "/text" sends text from now on. */
void command_text(struct session *s, const char *args);
void command_binary(struct session *s, const char *args);

/* "/hex 48 65 6c", "/base64 SGVs": a binary message. */
void command_hex(struct session *s, const char *args);
void command_base64(struct session *s, const char *args);

/* "/file photo.jpg": what is in it, as one message. */
void command_file(struct session *s, const char *args);

#endif
